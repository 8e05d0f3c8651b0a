import { randomInt } from 'node:crypto';
import type { CompiledPattern } from '#domain/card/facts';
import type { Leftovers } from '#domain/card/leftovers';
import type { Docking } from '#domain/docking';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { Original } from '#domain/recording';
import type { RandomBelow } from '#domain/vault/file-sample';
import { copyFailed, type Log, originalCopied } from '#events';
import type { BufferPool } from '#ports/buffer-pool';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { KnownProof, Verdict } from '#ports/known-proof';
import type { Lanes } from '#ports/lanes';
import type { Ledger } from '#ports/ledger';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import type { SlotBoard } from '#ports/slot-board';
import type { Vault } from '#ports/vault';
import type { DockingStatuses } from '#steps/docking-statuses';
import { GroupCommit } from '#steps/group-commit';
import { type CopiedFile, copyFile } from './copy-file.ts';
import { ListingRounds } from './listing-rounds.ts';
import { type Copied, placeCopy, recordCopied } from './place-copy.ts';
import { Recheck } from './recheck.ts';
import { fail, isListedAgain, isOver, isTakingIn, mayBeListedNow, mayBeLookedAtAgain, newSession, type Session } from './session.ts';
import { pause, SessionView } from './session-view.ts';
import { FairTurns } from './turns/fair-turns.ts';
import { FirstDocking } from './turns/first-docking.ts';
import type { InHand, SpentSoFar } from './turns/waiting-sampler.ts';

/** So many files of one recorder (or handfuls of small ones) are copied at once: one is read while the fsync of the last one still runs. */
const HANDS_PER_RECORDER = 2;
/** Copies whose ledger rows go into one transaction. */
const COPIES_PER_TRANSACTION = 64;
/** Attempts at a file that the recorder does not deliver, in one docking. */
const RECORDER_TRIES_MAX = 3;
/** So many copies of one file may read back wrong in one docking. Each of them is set aside and takes space. */
const MISMATCHES_MAX = 3;
/** How often it is sampled what the files of each slot wait for, ms. */
const SAMPLE_MS = 400;

interface IntakeSettings {
  readonly stationId: string;
  readonly timezone: string;
  readonly filesAtOnce: number;
  /** How many bytes of a file may be unreadable for it to be taken, as damaged; 0: none. */
  readonly gapBytesMax: number;
  readonly verify: 'vault' | 'source+vault';
  /** `whole`: "safe" waits until every known file was compared whole. `sampled` if it is left out. */
  readonly known?: 'sampled' | 'whole';
  /** The site's own name patterns, tried before the driver's. */
  readonly patterns: readonly CompiledPattern[];
  /** Name patterns of every driver, for files that the card's own driver does not know. */
  readonly otherPatterns: readonly CompiledPattern[];
  readonly leftovers: Leftovers;
  /** How long to wait before a full or failing disk, or a failed file, is tried again, ms. */
  readonly retryMs: number;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: IntakeSettings;
  /** Called when an original has become `copied`. */
  readonly onCopied: () => void;
  /** Called when the card of the docking is listed. */
  readonly onListed: (dockingId: string) => void;
  /** Called when all files of the docking are copied and the card holds nothing else. The docking is safe once all of them are sealed. */
  readonly onUnchanged: (dockingId: string) => void;
  /** Called when the known files of the docking were compared whole, as far as they can be read. A docking whose "safe" waits for that may be safe now. */
  readonly onRechecked?: (dockingId: string) => void;
  /** Whether copies are being sealed. The re-check waits for that, as for all work on new files. */
  readonly isSealing?: () => boolean;
  /** Chooses the places of samples: cryptographic, unless a test has to know the places before. */
  readonly random?: RandomBelow;
}

export interface DockedVolume {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly volume: Volume;
  /** Port path of the hub whose bandwidth the recorder shares; left out or null where there is none. */
  readonly hub?: string | null;
  /** Clocks that the recorder had before and that may have given files on its card their times, oldest first. */
  readonly formerClocks: readonly FormerClock[];
}

/** Copies the files of docked recorders into the vault: every recorder at once, important files first, each byte read once. */
export class IntakeStage implements KnownProof {
  readonly #options: Options;
  readonly #turns: FairTurns;
  readonly #first: FirstDocking;
  readonly #view: SessionView;
  readonly #lister: ListingRounds;
  readonly #recheck: Recheck;
  readonly #sessions = new Map<string, Session>();
  /** Originals that are being copied. A recorder that vanished and came back has two dockings for a moment, and only one of them may copy a file. */
  readonly #copying = new Map<string, Promise<void>>();
  readonly #spent: SpentSoFar = { readMs: 0, hashMs: 0, writeMs: 0 };
  #spentBefore: SpentSoFar = { ...this.#spent };
  readonly #copied: GroupCommit<Copied>;
  /** How many turns are copying something now. */
  #turnsTaken = 0;
  #dockings = 0;
  #sampling: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#view = new SessionView(options);
    this.#lister = new ListingRounds({
      ...options,
      view: this.#view,
      random: options.random ?? randomInt,
      onQueued: (session) => this.#pump(session),
      takenOver: (dockingId, session) => this.#isLater(dockingId, session),
      onListed: (dockingId) => {
        const session = this.#sessions.get(dockingId);
        // Only the first listing tells `onListed`; later listings of files that came meanwhile do not.
        if (!session || session.looks === 0) options.onListed(dockingId);
        if (session) this.#recheck.start(session);
      },
    });
    this.#recheck = new Recheck({
      ...options,
      view: this.#view,
      quiet: () => this.#isQuiet(),
      onNew: (session, originals) => {
        for (const original of originals) session.queue.push(original);
        this.#pump(session);
      },
      onEnd: (dockingId) => options.onRechecked?.(dockingId),
    });
    this.#turns = new FairTurns(options.settings.filesAtOnce);
    this.#first = new FirstDocking(this.#turns, options.board);
    this.#copied = new GroupCommit({ itemsMax: COPIES_PER_TRANSACTION, record: (batch) => this.#record(batch) });
  }

  /**
   * Takes in a docking. Resolves when every file is copied, refused or given up, or when `signal` says that the recorder is gone or the station stops. Files
   * that fail become the docking's problem on record; this does not throw for them.
   */
  async intake(docked: DockedVolume, signal: AbortSignal): Promise<void> {
    const { docking } = docked;
    this.#dockings += 1;
    const number = this.#dockings;
    const { promise, resolve: idle } = Promise.withResolvers<void>();
    const session = newSession({ ...docked, hub: docked.hub ?? docked.docking.port, number, signal, idle });
    this.#sessions.set(docking.id, session);
    this.#list(session);
    await promise;
    await this.#lister.end(session);
    if (signal.aborted) this.#sessions.delete(docking.id);
    this.#first.end(docking.id);
    this.#view.endWaiting(docking);
  }

  /** Copies an original again whose copy was found wrong and which is `listed` again, if its recorder is still there. Never throws. */
  async recopy(original: Original): Promise<void> {
    let current: Original | null = original;
    try {
      current = await this.#options.ledger.originals.get(original.id);
    } catch (error) {
      copyFailed(this.#options.log, { originalId: original.id, dockingId: original.dockingId, attempt: 0 }, asEvidockError(error));
    }
    const session = this.#sessions.get(current?.dockingId ?? '');
    if (!session || isOver(session) || !current || current.state === 'sealed') return;
    const mismatches = (session.mismatches.get(current.id) ?? 0) + 1;
    session.mismatches.set(current.id, mismatches);
    if (mismatches >= MISMATCHES_MAX) {
      const reason = because('copies-differ', { path: current.cardPath, count: mismatches });
      fail(session, current.id, new EvidockError('vault.mismatch', reason));
      await this.#view.failing(session);
      return;
    }
    session.queue.push(current);
    this.#pump(session);
  }

  /** The recorder is gone. When this resolves, nothing of the docking is kept in memory. */
  async forget(dockingId: string): Promise<void> {
    this.#sessions.delete(dockingId);
    await this.#recheck.forget(dockingId);
  }

  prove(dockingId: string, original: Original, volume: Volume, signal: AbortSignal): Promise<Verdict | 'unlisted'> {
    return this.#recheck.prove(dockingId, original, volume, signal);
  }

  /** Resolves when the known files of this docking are compared whole, as far as they can be read. */
  rechecked(dockingId: string): Promise<void> {
    return this.#recheck.ended(dockingId);
  }

  /** Copies the files of this docking before those of all others. Returns false if nothing of it is being taken in: then nothing changes. */
  putFirst(dockingId: string): boolean {
    const session = this.#sessions.get(dockingId);
    if (!session || !isTakingIn(session)) return false;
    this.#first.put(dockingId);
    return true;
  }

  /** Pauses the re-check of this docking until the returned function is called. */
  holdRecheck(dockingId: string): () => void {
    return this.#recheck.hold(dockingId);
  }

  /** Ends the re-checks, which go on beside the sessions. */
  stop(): Promise<void> {
    return this.#recheck.stop();
  }

  /** Whether no new file is being worked on. A file that waits for its next try does not count. */
  #isQuiet(): boolean {
    const listing = [...this.#sessions.values()].some((session) => session.listing && !isOver(session));
    return !listing && this.#turnsTaken === 0 && !(this.#options.isSealing?.() ?? false);
  }

  #list(session: Session, look = (card: Session) => this.#lister.list(card)): void {
    session.listing = true;
    void look(session).finally(() => {
      session.listing = false;
      this.#pump(session);
      this.#settle(session);
    });
  }

  #pump(session: Session): void {
    if (isListedAgain(session)) return;
    // Files that have their turn do not delay the queued ones, so only those that wait for a turn count.
    const asking = () => [...session.inHand].filter(({ hold }) => hold === 'turn').length;
    while (!isOver(session) && session.inHand.size < HANDS_PER_RECORDER && asking() < session.queue.size) {
      const hand: InHand = { hold: 'turn' };
      session.inHand.add(hand);
      void this.#take(session, hand).finally(() => {
        session.inHand.delete(hand);
        this.#pump(session);
        this.#settle(session);
      });
    }
    this.#sampling ??= setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  #settle(session: Session): void {
    if (session.listing || session.inHand.size > 0) return;
    if (session.queue.size > 0 && !isOver(session)) return;
    if (mayBeListedNow(session)) this.#list(session);
    else if (mayBeLookedAtAgain(session)) this.#list(session, (card) => this.#lister.lookAgain(card));
    else session.idle();
  }

  /** Shows what the files of each slot wait for. Ends by itself when nothing is copied. */
  #sample(): void {
    let busy = false;
    const before = this.#spentBefore;
    this.#spentBefore = { ...this.#spent };
    const { readMs, hashMs, writeMs } = this.#spentBefore;
    const spent = { readMs: readMs - before.readMs, hashMs: hashMs - before.hashMs, writeMs: writeMs - before.writeMs };
    for (const session of this.#sessions.values()) {
      busy ||= session.inHand.size > 0;
      const vaultFails = this.#options.statuses.of(session.docking.id)?.blocked?.code.startsWith('vault.') ?? false;
      const waiting = isOver(session) ? null : session.sampler.sample(session.inHand, spent, vaultFails);
      if (waiting === session.waiting) continue;
      session.waiting = waiting;
      this.#options.board.updateDocking(session.docking.id, { waiting });
    }
    if (busy) return;
    clearInterval(this.#sampling);
    this.#sampling = undefined;
  }

  /** True if this id is of a later docking of this process that still runs. Files that both dockings have are left to the later one. */
  #isLater(dockingId: string, session: Session): boolean {
    const other = this.#sessions.get(dockingId);
    return other !== undefined && other.number > session.number && !isOver(other);
  }

  /** Copies one file, or a handful of small ones. Asks for a turn first and takes from the queue after that, so that it takes what is most urgent then. */
  async #take(session: Session, hand: InHand): Promise<void> {
    const again = await this.#turns.run({ hub: session.hub, recorder: session.docking.id }, async () => {
      hand.hold = 'recorder';
      const originals = isOver(session) ? [] : session.queue.take();
      if (originals.length > 0) this.#view.copying(session);
      this.#turnsTaken += 1;
      try {
        return await Promise.all(originals.map((original) => this.#tryCopy(session, hand, original)));
      } finally {
        this.#turnsTaken -= 1;
      }
    });
    const failed = again.filter((original) => original !== undefined);
    if (failed.length === 0) return;
    // Others may use the turn while these wait for the disk or the recorder to get better.
    await pause(this.#options.settings.retryMs, session.signal);
    for (const original of failed) session.queue.push(original);
  }

  /** Returns the original if its copy is to be tried again. */
  async #tryCopy(session: Session, hand: InHand, original: Original): Promise<Original | undefined> {
    try {
      await this.#copyOnce(session, hand, original);
      if (session.failed.delete(original.id)) await this.#view.failing(session);
      return undefined;
    } catch (error) {
      if (isOver(session)) return undefined;
      const failure = asEvidockError(error);
      const attempt = (session.tries.get(original.id) ?? 0) + 1;
      session.tries.set(original.id, attempt);
      copyFailed(this.#options.log, { originalId: original.id, dockingId: session.docking.id, attempt }, failure);
      // Another docking of the same recorder has taken the file first.
      if (failure.code === 'request.conflict') return undefined;
      fail(session, original.id, failure);
      if (failure.code === 'recorder.removed') {
        await this.#view.lost(session);
        return undefined;
      }
      await this.#view.failing(session);
      const mended = failure.side === 'vault' || failure.side === 'ledger';
      return mended || (failure.retry !== 'never' && attempt < RECORDER_TRIES_MAX) ? original : undefined;
    }
  }

  /** Waits while another docking of the same recorder copies the file. Then copies it, unless the other one has done so. */
  async #copyOnce(session: Session, hand: InHand, original: Original): Promise<void> {
    for (;;) {
      session.signal.throwIfAborted();
      const other = this.#copying.get(original.id);
      if (!other) break;
      await Promise.race([other, pause(this.#options.settings.retryMs, session.signal)]);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#copying.set(original.id, promise);
    try {
      const current = await this.#options.ledger.originals.get(original.id);
      if (current?.state === 'listed' && current.replacedBy === null) await this.#copy(session, hand, current);
      else this.#options.board.passed(session.docking.id, original.bytes);
    } finally {
      this.#copying.delete(original.id);
      resolve();
    }
  }

  async #copy(session: Session, hand: InHand, original: Original): Promise<void> {
    const { ledger, vault, clock, faults, log } = this.#options;
    const begun = performance.now();
    const copied = await this.#read(session, hand, original);
    faults.reached('w03-draft-flushed');
    const same = await placeCopy({ vault, ledger, clock }, original, copied, !session.mismatches.has(original.id));
    faults.reached('w04-copy-linked');
    const facts = { dockingId: session.docking.id, duplicateOf: same?.id ?? null, nowMs: clock.nowMs() };
    await this.#copied.add({ original, copied, facts });
    originalCopied(log, {
      originalId: original.id,
      recordingId: original.recordingId,
      bytes: original.bytes,
      duplicate: same !== null,
      gaps: copied.gaps.length,
      elapsedMs: Math.round(performance.now() - begun),
    });
    if (copied.gaps.length > 0) this.#view.gaps(session, original);
    this.#options.onCopied();
  }

  /** Records copied files, at fault point `w05-copied-recorded`. */
  async #record(batch: readonly Copied[]): Promise<void> {
    const { ledger, faults } = this.#options;
    await ledger.transaction(async (writer) => {
      for (const each of batch) await recordCopied(writer, each);
    });
    faults.reached('w05-copied-recorded');
  }

  async #read(session: Session, hand: InHand, original: Original): Promise<CopiedFile> {
    const { vault, lanes, buffers, board, settings } = this.#options;
    const { id } = session.docking;
    const tools = {
      vault,
      lanes,
      buffers,
      gapBytesMax: settings.gapBytesMax,
      readTwice: settings.verify === 'source+vault',
      spent: this.#spent,
    };
    let seen = 0;
    try {
      return await copyFile(original, session.volume, tools, {
        signal: session.signal,
        hand,
        onBytes: (bytes) => {
          seen += bytes;
          board.copied(id, bytes);
        },
        onGivenUp: () => session.tries.set(original.id, RECORDER_TRIES_MAX),
      });
    } catch (error) {
      // A copy that failed is thrown away, and its bytes count again when they are copied again.
      board.copied(id, -seen);
      throw error;
    }
  }
}
