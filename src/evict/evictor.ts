import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { asEvidockError, isFailure } from '#domain/errors';
import { chooseEvictions, type EvictionNeeds, type NameFacts, type Stays, type StoredFile, whyStays } from '#domain/eviction/choose';
import { bytesToFree, type WaterMarks } from '#domain/eviction/space';
import { evicted, type Log, nothingToEvict, stageFailed } from '#events';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { Needed } from '#ports/ledger/eviction';
import type { OriginalEraser } from '#ports/original-eraser';
import type { VaultReader } from '#ports/vault';
import type { EvictionView, VaultRoom } from '#ports/vault-room';
import { evictableNow } from '#steps/evictable-items';
import { checkCopies } from './copy-check.ts';
import { type EvictReason, evictFile } from './evict-file.ts';
import { endInterrupted } from './interrupted.ts';
import type { KeysInUse } from './keys-in-use.ts';
import { StoredFiles } from './stored-files.ts';

/** Recordings looked at in one step; to evict a file is a step of its own. Between two steps whoever needs room at once has a turn. */
const RECORDINGS_A_STEP = 16;
/** Recordings that one pass looks at. The next turn begins with the least recently needed again. */
const RECORDINGS_A_PASS = 20_000;
/** A pass that finds so many recordings with nothing to evict now, and files whose copies only need a check, goes on with those. */
const RECORDINGS_BEFORE_CHECKS = 512;
/** Files whose copies may have to be checked, kept in mind during one pass. */
const CHECKS_MAX = 256;
/** Until the reserve is reached there is time: a turn that only brings the vault down to its mark works for a twenty-fifth of it, so that intake has the disk and the ledger. */
const RESTS_PER_WORK = 24;
const REST_MS_MAX = 10_000;
/** Intake waits for room at most so long. Then it is told that the vault is full, and eviction goes on. */
const ROOM_MS_MAX = 30_000;

interface EvictSettings {
  readonly marks: WaterMarks;
  readonly needs: EvictionNeeds;
  /** Whether playable copies may go too: the archive takes derivatives. */
  readonly playable: boolean;
  /** How often the space is looked at, ms. */
  readonly everyMs: number;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'space' | 'stat'>;
  readonly archive: Archive;
  readonly eraser: OriginalEraser;
  readonly inUse: KeysInUse;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly pokeWork: () => void;
  readonly settings: EvictSettings;
}

/** How far one turn is. */
interface Turn {
  readonly wantedBytes: number;
  readonly why: EvictReason;
  readonly files: StoredFiles;
  freedBytes: number;
  readonly evicted: Record<NameFacts['item']['what'], number>;
  readonly stays: Partial<Record<Stays, number>>;
}

/** What a pass goes through: recordings, the least recently needed first, and the files of each. */
interface Kind {
  page(page: { after?: Needed; limit: number }): Promise<readonly Needed[]>;
  filesOf(needed: Needed): Promise<readonly StoredFile[]>;
}

/** How far a turn is with one kind of files. */
interface Pass {
  readonly kind: Kind;
  after: Needed | undefined;
  looked: number;
  /** Whether the last recording was looked at. */
  atEnd: boolean;
  /** Files that only need a check; `checks` are those that get one. */
  unverified: number;
  readonly checks: StoredFile[];
}

/**
 * Gives up vault copies of originals that are safe in the archive, where the vault fills up or somebody needs the room; and of playable copies, where no original
 * is left that could go.
 */
export class Evictor implements VaultRoom, EvictionView {
  readonly #options: Options;
  readonly #steps = pLimit(1);
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<number> | undefined;
  #toldFull = false;
  #lastStays: Readonly<Partial<Record<Stays, number>>> = {};

  constructor(options: Options) {
    this.#options = options;
  }

  get marks(): WaterMarks {
    return this.#options.settings.marks;
  }

  lastStays(): Readonly<Partial<Record<Stays, number>>> {
    return this.#lastStays;
  }

  /** Ends what an earlier process began, and looks at the space from now on. */
  async start(): Promise<void> {
    await this.recover();
    this.#timer = setInterval(() => this.wake(), this.#options.settings.everyMs);
    this.#timer.unref();
    this.wake();
  }

  /** Ends evictions that a crash interrupted: their bytes may be gone already. What cannot be ended now is tried again with the next turn. */
  async recover(): Promise<void> {
    try {
      await endInterrupted(this.#evictDeps());
    } catch (error) {
      this.#failed(error);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#turn;
    await this.#steps(async () => undefined);
  }

  /** The doorbell: cheap, may be rung at any time. */
  wake(): void {
    void this.toLowWater('space');
  }

  /** Where the vault is above its high-water mark: frees room down to the low-water mark. Returns how many bytes were freed. Never throws. */
  toLowWater(why: EvictReason): Promise<number> {
    this.#turn ??= this.#toLowWater(why).finally(() => {
      this.#turn = undefined;
    });
    return this.#turn;
  }

  async #toLowWater(why: EvictReason): Promise<number> {
    if (this.#stopping.signal.aborted) return 0;
    try {
      await this.recover();
      const bytes = bytesToFree(await this.#options.vault.space(), this.#options.settings.marks);
      if (bytes === 0) {
        this.#toldFull = false;
        this.#lastStays = {};
        return 0;
      }
      const turn = await this.#free(bytes, why);
      if (turn.freedBytes >= bytes) this.#toldFull = false;
      else if (!this.#toldFull) {
        // It is told once, and again only after there was room.
        this.#toldFull = true;
        nothingToEvict(this.#options.log, { wantedBytes: bytes, freedBytes: turn.freedBytes, stays: turn.stays });
      }
      return turn.freedBytes;
    } catch (error) {
      this.#failed(error);
      return 0;
    }
  }

  async makeRoom(bytes: number): Promise<number> {
    const { promise: late, resolve } = Promise.withResolvers<number>();
    const timer = setTimeout(resolve, ROOM_MS_MAX, 0);
    const freed = this.#free(bytes, 'intake').then(
      (turn) => turn.freedBytes,
      (error: unknown) => {
        this.#failed(error);
        return 0;
      },
    );
    return Promise.race([freed, late]).finally(() => clearTimeout(timer));
  }

  #failed(error: unknown): void {
    if (!this.#stopping.signal.aborted) stageFailed(this.#options.log, 'evict', {}, asEvidockError(error));
  }

  /** Frees `wantedBytes` bytes, or as many as can be freed now, in steps. */
  async #free(wantedBytes: number, why: EvictReason): Promise<Turn> {
    const { ledger, inUse, log } = this.#options;
    const begun = performance.now();
    const files = new StoredFiles(ledger, inUse);
    const turn: Turn = {
      ...{ wantedBytes, why, files, freedBytes: 0, evicted: { original: 0, derivative: 0 }, stays: {} },
    };
    const { eviction } = ledger;
    const originals: Kind = { page: (page) => eviction.needed(page), filesOf: (needed) => files.ofRecording(needed) };
    const playables: Kind = { page: (page) => eviction.playables(page), filesOf: (needed) => files.playableOf(needed) };
    try {
      const noneLeft = await this.#pass(turn, originals);
      if (noneLeft && this.#options.settings.playable) await this.#pass(turn, playables);
    } finally {
      const elapsedMs = Math.round(performance.now() - begun);
      this.#lastStays = turn.freedBytes >= wantedBytes ? {} : turn.stays;
      const { original, derivative } = turn.evicted;
      if (original + derivative > 0) evicted(log, { files: original, playable: derivative, bytes: turn.freedBytes, why, elapsedMs });
    }
    return turn;
  }

  /** Evicts what may go of one kind. Returns whether none of it is left that could go: all of it was looked at, and every check was made that could let one go. */
  async #pass(turn: Turn, kind: Kind): Promise<boolean> {
    const pass: Pass = { kind, after: undefined, looked: 0, atEnd: false, unverified: 0, checks: [] };
    do {
      const mayGo = await this.#working(turn, () => this.#look(turn, pass));
      for (const file of mayGo ?? []) await this.#working(turn, () => this.#evict(turn, file));
    } while (this.#goesOn(turn, pass));
    for (const file of pass.checks) await this.#working(turn, () => this.#checkAndEvict(turn, file));
    return pass.atEnd && pass.unverified === pass.checks.length;
  }

  /** One step, and its rest where nobody waits for the room. Nothing once the turn is over. */
  async #working<T>(turn: Turn, step: () => Promise<T>): Promise<T | undefined> {
    if (this.#isOver(turn)) return undefined;
    const { value, tookMs } = await this.#steps(async () => {
      const begunMs = performance.now();
      return { value: await step(), tookMs: performance.now() - begunMs };
    });
    if (turn.why === 'space' && !this.#isOver(turn)) {
      const restMs = Math.min(REST_MS_MAX, RESTS_PER_WORK * tookMs);
      await sleep(restMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    return value;
  }

  #isOver({ freedBytes, wantedBytes }: Turn): boolean {
    return freedBytes >= wantedBytes || this.#stopping.signal.aborted;
  }

  /** Looks at some recordings. Returns the files that may go. */
  async #look(turn: Turn, pass: Pass): Promise<readonly StoredFile[]> {
    const { settings, clock } = this.#options;
    const { kind, checks } = pass;
    const page = await kind.page({ limit: RECORDINGS_A_STEP, ...(pass.after ? { after: pass.after } : {}) });
    const files = (await Promise.all(page.map((needed) => kind.filesOf(needed)))).flat();
    const bytes = turn.wantedBytes - turn.freedBytes;
    const choice = chooseEvictions(files, { bytes, checksMax: CHECKS_MAX, needs: settings.needs, nowMs: clock.nowMs() });
    checks.push(...choice.check.slice(0, CHECKS_MAX - checks.length));
    pass.unverified += choice.stays.unverified ?? 0;
    for (const [reason, count] of Object.entries(choice.stays) as [Stays, number][]) turn.stays[reason] = (turn.stays[reason] ?? 0) + count;
    pass.after = page.at(-1);
    pass.looked += page.length;
    pass.atEnd = page.length < RECORDINGS_A_STEP;
    return choice.evict;
  }

  /** Whether there is more to look at. */
  #goesOn(turn: Turn, { checks, looked, atEnd }: Pass): boolean {
    if (this.#isOver(turn)) return false;
    const enough = checks.reduce((sum, file) => sum + file.bytes, turn.freedBytes) >= turn.wantedBytes;
    if (enough && looked >= RECORDINGS_BEFORE_CHECKS) return false;
    return !atEnd && looked < RECORDINGS_A_PASS;
  }

  /** Evicts a file, if it may still go: it may have been needed, or a name of it disposed of, since it was chosen. */
  async #evict(turn: Turn, chosen: StoredFile): Promise<void> {
    const { settings, ledger, clock } = this.#options;
    const names = [];
    for (const { item, neededAtMs } of chosen.names) {
      const current = await evictableNow(ledger, item);
      const facts = current && (await turn.files.nameFacts(current));
      if (!facts || facts.neededAtMs > neededAtMs) return;
      names.push(facts);
    }
    const file = { ...chosen, names };
    if (whyStays(file, settings.needs, clock.nowMs()) !== null) return;
    try {
      const freed = await evictFile(this.#evictDeps(), file, turn.why);
      turn.freedBytes += freed;
      const [first] = file.names;
      if (freed > 0 && first) turn.evicted[first.item.what] += 1;
    } catch (error) {
      // Work began, or a copy was withdrawn, since it was looked at: it stays.
      if (!isFailure(error, 'request.conflict')) throw error;
    }
  }

  /** Checks the copies of every name again, and evicts the file if they are right. */
  async #checkAndEvict(turn: Turn, file: StoredFile): Promise<void> {
    const { settings } = this.#options;
    for (const name of file.names) if (!(await checkCopies(this.#options, name, settings.needs, this.#stopping.signal))) return;
    await this.#evict(turn, file);
  }

  #evictDeps() {
    const { ledger, eraser, clock, faults, inUse, settings } = this.#options;
    return { ledger, eraser, clock, faults, inUse, needs: settings.needs };
  }
}
