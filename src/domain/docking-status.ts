import type { Docking, DockingState, Problem, SlotPhase } from './docking.ts';
import { because } from './reason.ts';

/**
 * Where one docking is in its life. `arrived`: recognised and on record. `listing`, `copying`, `rechecking`: its files are being taken in; "safe" waits
 * for the re-check in `rechecking`. `safe`: every file is safe, and what comes next is not decided yet. `setting-clock`, `wiping`: the station writes to
 * it. `waiting`: it is wiped once its recordings are archived. `finished`: nothing is left to do on it. `released`: it was taken off the bus. `removed`
 * and `interrupted` are ends.
 */
const TAKING_IN = ['arrived', 'listing', 'copying', 'rechecking'] as const;
const SAFE = ['safe', 'setting-clock', 'waiting', 'wiping', 'finished', 'released'] as const;
const ENDED = ['removed', 'interrupted'] as const;
export const DOCKING_PHASES = [...TAKING_IN, ...SAFE, ...ENDED] as const;
export type DockingPhase = (typeof DOCKING_PHASES)[number];

/** What happens to a docking. `all-safe`, `remove` and `interrupt` have functions of their own, for they carry more. */
export const DOCKING_EVENTS = [
  'list',
  'copy',
  'compare',
  'all-safe',
  'differs',
  'set-clock',
  'clock-done',
  'await-archive',
  'wipe',
  'finish',
  'release',
  'remove',
  'interrupt',
] as const;
type AnyEvent = (typeof DOCKING_EVENTS)[number];
export type DockingEvent = Exclude<AnyEvent, 'all-safe' | 'remove' | 'interrupt'>;

const END = { remove: 'removed', interrupt: 'interrupted' } as const;
/** A re-check may find at any time that a known file is another one: then there is something to copy. */
const COPIES_ANEW = { differs: 'copying', ...END } as const;

/** Every transition that there is. What is not here cannot happen: it is an error of the program. */
const TRANSITIONS: Readonly<Record<DockingPhase, Readonly<Partial<Record<AnyEvent, DockingPhase>>>>> = {
  arrived: { list: 'listing', ...END },
  listing: { list: 'listing', copy: 'copying', compare: 'rechecking', 'all-safe': 'safe', ...COPIES_ANEW },
  copying: { list: 'listing', copy: 'copying', 'all-safe': 'safe', ...COPIES_ANEW },
  rechecking: { list: 'listing', copy: 'copying', 'all-safe': 'safe', ...COPIES_ANEW },
  safe: { 'set-clock': 'setting-clock', 'await-archive': 'waiting', wipe: 'wiping', finish: 'finished', ...COPIES_ANEW },
  'setting-clock': { 'clock-done': 'safe', wipe: 'wiping', ...COPIES_ANEW },
  waiting: { 'await-archive': 'waiting', wipe: 'wiping', finish: 'finished', ...COPIES_ANEW },
  wiping: { wipe: 'wiping', finish: 'finished', ...COPIES_ANEW },
  finished: { release: 'released', ...COPIES_ANEW },
  released: { ...END },
  removed: {},
  interrupted: {},
};

/** What a person is shown of a phase while no problem stands in its way. */
const SHOWN: Readonly<Record<DockingPhase, SlotPhase>> = {
  arrived: 'arrived',
  listing: 'listing',
  copying: 'copying',
  rechecking: 'rechecking',
  safe: 'safe',
  'setting-clock': 'setting-clock',
  waiting: 'safe',
  wiping: 'wiping',
  finished: 'safe',
  released: 'safe',
  removed: 'removed',
  interrupted: 'removed',
};

/**
 * Where a problem that keeps a docking from being safe comes from, the heaviest first: of several the first one is shown, and one that goes away
 * uncovers the next. When each goes away:
 *
 * - `lost`: the recorder has told that it is gone. Never.
 * - `copying`: files could not be copied. When each of them is copied, or listed anew as another file.
 * - `listing`: the card could not be listed to its end. When it begins to be listed once more.
 * - `sealing`: a copy could not be read back or recorded. When a file of the docking is sealed.
 * - `comparing`: "safe" waits for a known file that cannot be read. When a re-check ends without one.
 *
 * All of them go when everything is safe, and none can come after that.
 */
export const PROBLEM_SOURCES = ['lost', 'copying', 'listing', 'sealing', 'comparing'] as const;
export type ProblemSource = (typeof PROBLEM_SOURCES)[number];

const UNDOCKED_WHILE_WIPING: Problem = {
  code: 'recorder.wipe-failed',
  reason: because('undocked-while-wiping', {}),
};

interface Facts {
  readonly phase: DockingPhase;
  readonly problems: Readonly<Partial<Record<ProblemSource, Problem>>>;
  /** What went wrong with the wipe of a recorder that is safe, or what was left on one that was removed before it was. */
  readonly note: Problem | null;
  /** What the ledger keeps of a docking that was removed. */
  readonly left: Problem | null;
  readonly clockSet: boolean;
}

const FRESH: Facts = { phase: 'arrived', problems: {}, note: null, left: null, clockSet: false };

/** The figures of a docking by which everything on its card is safe. Only `proveAllSafe` makes one. */
export class AllSafe {
  readonly #files: number;

  private constructor(files: number) {
    this.#files = files;
  }

  get files(): number {
    return this.#files;
  }

  /**
   * The card is listed to its end and had not changed when everything was copied, every file that was listed is sealed, and, where "safe" waits for
   * that (`whole`), every known file was compared whole. Else null.
   */
  static prove(
    docking: Pick<Docking, 'listedAtMs' | 'unchangedAtMs' | 'filesListed' | 'filesKnown' | 'filesToRecheck' | 'filesRechecked'>,
    progress: { readonly listed: number; readonly copied: number; readonly sealed: number },
    whole: boolean,
  ): AllSafe | null {
    // Files that another docking of the same recorder has taken over are not here to be waited for: then this one cannot promise anything.
    const complete = docking.filesKnown + progress.sealed >= docking.filesListed;
    const compared = !whole || docking.filesRechecked >= docking.filesToRecheck;
    const listed = docking.listedAtMs !== null && docking.unchangedAtMs !== null;
    const proved = compared && listed && progress.listed === 0 && progress.copied === 0 && complete;
    return proved ? new AllSafe(docking.filesListed) : null;
  }
}

/**
 * How one docking stands. Immutable. There is no way to one that is safe but by `safe` with a proof; board and ledger take nothing else, so nothing
 * can show or record a docking as safe past this.
 */
export class DockingStatus {
  readonly #facts: Facts;

  private constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** It was recognised and is on record. */
  static readonly arrived = new DockingStatus(FRESH);
  /** The station stopped while it was docked. */
  static readonly interrupted = new DockingStatus({ ...FRESH, phase: 'interrupted' });

  /** Returns it if it was made here. Throws TypeError for what only looks like a status. */
  static mustBe(status: DockingStatus): DockingStatus {
    if (!(#facts in status) || Object.getOwnPropertyNames(status).length > 0) throw new TypeError('this is no status of a docking');
    return status;
  }

  get phase(): DockingPhase {
    return this.#facts.phase;
  }

  /** A clock was set in it already, or was begun to be. */
  get clockSet(): boolean {
    return this.#facts.clockSet;
  }

  /** It has not ended. */
  get isOpen(): boolean {
    return !isOneOf(ENDED, this.phase);
  }

  /** Every file of it is safe, and it is still there. */
  get isSafe(): boolean {
    return isOneOf(SAFE, this.phase);
  }

  /** What stops it, the heaviest; null if nothing does. */
  get blocked(): Problem | null {
    const source = PROBLEM_SOURCES.find((each) => this.#facts.problems[each] !== undefined);
    return source === undefined ? null : (this.#facts.problems[source] ?? null);
  }

  /** What the ledger keeps. */
  get recorded(): { readonly state: DockingState; readonly problem: Problem | null } {
    const { phase, left } = this.#facts;
    if (phase === 'removed' || phase === 'interrupted') return { state: phase, problem: left };
    if (this.isSafe) return { state: 'safe', problem: null };
    return { state: this.blocked ? 'problem' : 'reading', problem: this.blocked };
  }

  /** What a person sees. */
  get shown(): { readonly phase: SlotPhase; readonly problem: Problem | null } {
    if (this.blocked) return { phase: 'problem', problem: this.blocked };
    return { phase: SHOWN[this.phase], problem: this.#facts.note };
  }

  can(event: AnyEvent): boolean {
    return TRANSITIONS[this.phase][event] !== undefined;
  }

  /** Throws RangeError for what cannot happen now. */
  after(event: DockingEvent): DockingStatus {
    const next = this.#next(event);
    if (event === 'list') return this.#with({ phase: next, problems: without(this.#facts.problems, 'listing') });
    // What a wipe could not remove counts no more: it begins anew once all is safe again.
    if (event === 'differs' || event === 'wipe') return this.#with({ phase: next, note: null });
    return this.#with({ phase: next, clockSet: this.clockSet || event === 'set-clock' });
  }

  safe(_proof: AllSafe): DockingStatus {
    return this.#with({ phase: this.#next('all-safe'), problems: {}, note: null });
  }

  /** It is gone. `left`: what it still holds; null if it was safe. */
  removed(left: Problem | null): DockingStatus {
    const note = this.phase === 'wiping' ? UNDOCKED_WHILE_WIPING : left;
    return this.#with({ phase: this.#next('remove'), problems: {}, left, note });
  }

  /** Something stops it, or stops it no more (null). Of one that is safe or gone nothing is told any more: then this changes nothing. */
  stoppedBy(source: ProblemSource, problem: Problem | null): DockingStatus {
    const { problems } = this.#facts;
    if (!isOneOf(TAKING_IN, this.phase) || (source === 'lost' && problem === null)) return this;
    return this.#with({ problems: problem === null ? without(problems, source) : { ...problems, [source]: problem } });
  }

  /** Its files are safe, but not all of what the policy removes could be removed. Throws RangeError before `wipe` and after the end. */
  wipeFailed(problem: Problem): DockingStatus {
    return this.#with({ phase: this.#next('finish'), note: problem });
  }

  #next(event: AnyEvent): DockingPhase {
    const next = TRANSITIONS[this.phase][event];
    if (next === undefined) throw new RangeError(`a docking that is ${this.phase} cannot ${event}`);
    return next;
  }

  #with(changed: Partial<Facts>): DockingStatus {
    return new DockingStatus({ ...this.#facts, ...changed });
  }
}

function without(problems: Facts['problems'], source: ProblemSource): Facts['problems'] {
  const { [source]: _gone, ...rest } = problems;
  return rest;
}

function isOneOf(phases: readonly DockingPhase[], phase: DockingPhase): boolean {
  return phases.includes(phase);
}
