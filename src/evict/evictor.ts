import pLimit from 'p-limit';
import { asEvidockError, isFailure } from '#domain/errors';
import { chooseEvictions, type EvictionNeeds, type Stays, type StoredFile, whyStays } from '#domain/eviction/choose';
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
import { checkCopies } from './copy-check.ts';
import { type EvictReason, evictFile } from './evict-file.ts';
import { endInterrupted } from './interrupted.ts';
import type { KeysInUse } from './keys-in-use.ts';
import { StoredFiles } from './stored-files.ts';

/** Recordings looked at in one step. Between two steps whoever needs room at once has a turn. */
const RECORDINGS_A_STEP = 16;
/** Recordings that one turn looks at. The next turn begins with the least recently needed again. */
const RECORDINGS_A_TURN = 20_000;
/** A turn that finds so many recordings with nothing to evict now, and files whose copies only need a check, goes on with those. */
const RECORDINGS_BEFORE_CHECKS = 512;
/** Files whose copies may have to be checked, kept in mind during one turn. */
const CHECKS_MAX = 256;
/** Intake waits for room at most so long. Then it is told that the vault is full, and eviction goes on. */
const ROOM_MS_MAX = 30_000;

interface EvictSettings {
  readonly marks: WaterMarks;
  readonly needs: EvictionNeeds;
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
  evictedFiles: number;
  after: Needed | undefined;
  looked: number;
  readonly checks: StoredFile[];
  readonly stays: Partial<Record<Stays, number>>;
}

/** Gives up vault copies of originals that are safe in the archive, where the vault fills up or somebody needs the room. */
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
      ...{ wantedBytes, why, files, freedBytes: 0, evictedFiles: 0, after: undefined, looked: 0, checks: [], stays: {} },
    };
    try {
      while (!this.#isOver(turn) && (await this.#steps(() => this.#step(turn))));
      for (const file of turn.checks) {
        if (this.#isOver(turn)) break;
        await this.#steps(() => this.#checkAndEvict(turn, file));
      }
    } finally {
      const elapsedMs = Math.round(performance.now() - begun);
      this.#lastStays = turn.freedBytes >= wantedBytes ? {} : turn.stays;
      if (turn.evictedFiles > 0) evicted(log, { files: turn.evictedFiles, bytes: turn.freedBytes, why, elapsedMs });
    }
    return turn;
  }

  #isOver({ freedBytes, wantedBytes }: Turn): boolean {
    return freedBytes >= wantedBytes || this.#stopping.signal.aborted;
  }

  /** Looks at some recordings and evicts what may go. Returns whether there is more to look at. */
  async #step(turn: Turn): Promise<boolean> {
    const { ledger, settings, clock } = this.#options;
    const page = await ledger.eviction.needed({ limit: RECORDINGS_A_STEP, ...(turn.after ? { after: turn.after } : {}) });
    const files = (await Promise.all(page.map((needed) => turn.files.ofRecording(needed)))).flat();
    const bytes = turn.wantedBytes - turn.freedBytes;
    const choice = chooseEvictions(files, { bytes, checksMax: CHECKS_MAX, needs: settings.needs, nowMs: clock.nowMs() });
    for (const file of choice.evict) if (!this.#isOver(turn)) await this.#evict(turn, file);
    turn.checks.push(...choice.check.slice(0, CHECKS_MAX - turn.checks.length));
    for (const [reason, count] of Object.entries(choice.stays) as [Stays, number][]) turn.stays[reason] = (turn.stays[reason] ?? 0) + count;
    turn.after = page.at(-1);
    turn.looked += page.length;
    const enough = turn.checks.reduce((sum, file) => sum + file.bytes, turn.freedBytes) >= turn.wantedBytes;
    if (enough && turn.looked >= RECORDINGS_BEFORE_CHECKS) return false;
    return page.length === RECORDINGS_A_STEP && turn.looked < RECORDINGS_A_TURN;
  }

  async #evict(turn: Turn, file: StoredFile): Promise<void> {
    try {
      const freed = await evictFile(this.#evictDeps(), file, turn.why);
      turn.freedBytes += freed;
      if (freed > 0) turn.evictedFiles += 1;
    } catch (error) {
      // Work began, or a copy was withdrawn, since it was looked at: it stays.
      if (!isFailure(error, 'request.conflict')) throw error;
    }
  }

  /** Checks the copies of every name again, and evicts the file if they are right. */
  async #checkAndEvict(turn: Turn, file: StoredFile): Promise<void> {
    const { settings, ledger } = this.#options;
    for (const name of file.names) if (!(await checkCopies(this.#options, name, settings.needs, this.#stopping.signal))) return;
    const names = [];
    for (const { original } of file.names) {
      const current = await ledger.originals.get(original.id);
      if (current) names.push(await turn.files.nameFacts(current));
    }
    const checked = { ...file, names };
    if (whyStays(checked, settings.needs, this.#options.clock.nowMs()) === null) await this.#evict(turn, checked);
  }

  #evictDeps() {
    const { ledger, eraser, clock, faults, inUse, settings } = this.#options;
    return { ledger, eraser, clock, faults, inUse, needs: settings.needs };
  }
}
