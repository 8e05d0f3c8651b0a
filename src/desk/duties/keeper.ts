import {
  type LookDeps,
  lookAtHeartbeat,
  lookAtMachine,
  lookAtRecorders,
  lookAtRecordings,
  lookAtShifts,
  lookAtStation,
  lookAtTouched,
} from './look.ts';

/** How often the keeper looks at what comes next in its walk, ms. */
const LOOK_MS = 60_000;
/** How often it looks for new entries of the custody log, ms: so late it sees what somebody changed. */
const LOG_MS = 1000;
/** Entries whose subjects are looked at at once. */
const ENTRIES = 500;
/** Further behind the log than this, it leaves what was changed to the walk. */
const BEHIND_MAX = 20_000;
/** Steps of one look: a ledger of a million recordings is gone through in twenty looks. */
const STEPS = 50;

interface Options {
  readonly deps: LookDeps;
  /** Tells owners of what is overdue. */
  readonly tell: () => Promise<void>;
  /** Called with what went wrong; the keeper tries again at its next look. */
  readonly failed: (error: unknown) => void;
}

/**
 * Compares the duties that there are with those in the ledger, again and again. What a new entry of the custody log is about is looked at within a second or two, because
 * whatever ends a cause has an entry; what begins because time passes is found by the walk. Each look of the walk goes on where the last one stopped.
 */
export class DutyKeeper {
  readonly #options: Options;
  readonly #after = { recordings: '', recorders: '', shifts: '' };
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #seenSeq: number | null = null;
  #nextLookMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  start(): void {
    this.#arm(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(inMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#turn()
        .catch((error: unknown) => this.#options.failed(error))
        .finally(() => this.#arm(LOG_MS));
    }, inMs);
    this.#timer.unref();
  }

  async #turn(): Promise<void> {
    await this.follow();
    // A clock that never jumps: one that is set must not end the walk.
    if (performance.now() < this.#nextLookMs) return;
    this.#nextLookMs = performance.now() + LOOK_MS;
    await this.look();
    if (!this.#stopped) await this.#options.tell();
  }

  /** Looks at what the entries since the last time are about. The first time there are none: the walk finds everything. */
  async follow(): Promise<void> {
    const { deps } = this.#options;
    const head = (await deps.ledger.custody.head())?.seq ?? -1;
    let seen = this.#seenSeq === null || head - this.#seenSeq > BEHIND_MAX ? head : this.#seenSeq;
    while (seen < head && !this.#stopped) {
      const upTo = Math.min(head, seen + ENTRIES);
      await lookAtTouched(deps, { after: seen, upTo });
      seen = upTo;
      this.#seenSeq = seen;
    }
    this.#seenSeq = seen;
  }

  /** Looks once: at the station as a whole, and at the recorders, shifts and recordings that come next. */
  async look(): Promise<void> {
    const { deps } = this.#options;
    await lookAtStation(deps);
    await lookAtMachine(deps);
    await lookAtHeartbeat(deps);
    await this.#walk('recorders', lookAtRecorders);
    await this.#walk('shifts', lookAtShifts);
    await this.#walk('recordings', lookAtRecordings);
  }

  async #walk(what: 'recordings' | 'recorders' | 'shifts', look: (deps: LookDeps, after: string) => Promise<string | null>): Promise<void> {
    for (let step = 0; step < STEPS && !this.#stopped; step += 1) {
      const last = await look(this.#options.deps, this.#after[what]);
      this.#after[what] = last ?? '';
      if (last === null) return;
    }
  }
}
