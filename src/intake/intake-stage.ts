import pLimit, { type LimitFunction } from 'p-limit';
import { type CompiledPattern, compilePatterns } from '#domain/card-facts';
import type { Digests } from '#domain/digest';
import type { Docking, Problem } from '#domain/docking';
import { asEvidockError, EvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import { cardListed, copyFailed, type Log, originalCopied } from '#events';
import type { BufferPool } from '#ports/buffer-pool';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Hasher } from '#ports/hasher';
import type { Ledger } from '#ports/ledger';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import type { SlotBoard } from '#ports/slot-board';
import type { Vault, VaultDraft } from '#ports/vault';
import { CardListing, type ListingCounts } from './card-listing.ts';
import { copyFile } from './copy-file.ts';
import { CopyQueue } from './copy-queue.ts';

/** Files of one recorder at once: one is copied while the last one's fsync still runs. */
const LANES_PER_RECORDER = 2;
/** Tries of a file that the recorder does not deliver, while it stays docked. */
const RECORDER_TRIES_MAX = 3;
/** Copies of one file that may read back otherwise in one docking: each of them is set aside and takes its space. */
const MISMATCHES_MAX = 3;

interface IntakeSettings {
  readonly stationId: string;
  readonly timezone: string;
  readonly sm3: boolean;
  readonly filesAtOnce: number;
  /** The site's own name patterns, tried before the driver's. */
  readonly patterns: readonly CompiledPattern[];
  /** How long to wait before a full or failing disk, or a failed file, is tried again, ms. */
  readonly retryMs: number;
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly buffers: BufferPool;
  readonly board: SlotBoard;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: IntakeSettings;
  /** An original has become `copied`. */
  readonly onCopied: () => void;
  /** The card is listed: the docking may be safe already, if there was nothing new on it. */
  readonly onListed: (dockingId: string) => void;
}

interface Session {
  readonly docking: Docking;
  readonly volume: Volume;
  readonly queue: CopyQueue;
  readonly signal: AbortSignal;
  readonly tries: Map<string, number>;
  readonly failed: Set<string>;
  /** How often the copy of an original was found wrong; such a one gets bytes of its own, for its twin's may be the wrong ones. */
  readonly mismatches: Map<string, number>;
  problem: Problem | null;
  lanes: number;
  listing: boolean;
  /** Called when nothing is being listed or copied any more. */
  idle: () => void;
}

/** Copies what docked recorders hold into the vault: every recorder at once, important files first, each byte read once. */
export class IntakeStage {
  readonly #o: Options;
  /** Turns are given in the order of asking: no recorder that waits is overtaken. */
  readonly #turns: LimitFunction;
  readonly #sessions = new Map<string, Session>();

  constructor(options: Options) {
    this.#o = options;
    this.#turns = pLimit(options.settings.filesAtOnce);
  }

  /**
   * Resolves when every file of the docking is copied, refused or given up, or when `signal` says that the recorder is gone or the station
   * stops. Files that fail are on record as the docking's problem; it does not throw for them.
   */
  async intake(docked: { docking: Docking; driver: RecorderDriver; volume: Volume }, signal: AbortSignal): Promise<void> {
    const { docking, driver, volume } = docked;
    await new Promise<void>((resolve) => {
      const session: Session = {
        docking,
        volume,
        signal,
        queue: new CopyQueue(),
        tries: new Map(),
        failed: new Set(),
        mismatches: new Map(),
        problem: null,
        lanes: 0,
        listing: true,
        idle: resolve,
      };
      this.#sessions.set(docking.id, session);
      void this.#list(session, driver).finally(() => {
        session.listing = false;
        this.#settle(session);
      });
    });
    if (signal.aborted) this.#sessions.delete(docking.id);
  }

  /** The copy of this original was found wrong and is `listed` again: it is made anew if its recorder is still there. Never throws. */
  async recopy(original: Original): Promise<void> {
    let now: Original | null = original;
    try {
      now = await this.#o.ledger.original(original.id);
    } catch (error) {
      copyFailed(this.#o.log, { originalId: original.id, dockingId: original.dockingId, attempt: 0 }, asEvidockError(error));
    }
    const session = this.#sessions.get(now?.dockingId ?? '');
    if (!session || session.signal.aborted || !now || now.state === 'sealed') return;
    const mismatches = (session.mismatches.get(now.id) ?? 0) + 1;
    session.mismatches.set(now.id, mismatches);
    if (mismatches >= MISMATCHES_MAX) {
      session.failed.add(now.id);
      const failure = new EvidockError('vault.mismatch', `${now.cardPath}: ${mismatches} copies read back otherwise`);
      await this.#showProblem(session, problemOf(session, failure));
      return;
    }
    session.queue.push(now);
    this.#pump(session);
  }

  /** The recorder is gone: nothing of it is kept in memory. */
  forget(dockingId: string): void {
    this.#sessions.delete(dockingId);
  }

  async #list(session: Session, driver: RecorderDriver): Promise<void> {
    const { docking, volume, signal } = session;
    const { ledger, clock, faults, board, settings, log } = this.#o;
    const begun = performance.now();
    const options = {
      ledger,
      clock,
      faults,
      stationId: settings.stationId,
      timezone: settings.timezone,
      patterns: [...settings.patterns, ...compilePatterns(driver.patterns)],
      contiguousMs: driver.contiguousMs,
      docking,
      volume,
      toCopy: (original: Original) => {
        session.queue.push(original);
        this.#pump(session);
      },
      onProgress: (counts: ListingCounts) => this.#showListing(session, counts),
    };
    board.update(docking.slot, { phase: 'listing' });
    while (!signal.aborted) {
      const listing = new CardListing(options);
      try {
        await listing.run(signal);
        const { files, known, refused, bytes } = listing.counts;
        cardListed(log, { dockingId: docking.id, files, known, refused, bytes, elapsedMs: Math.round(performance.now() - begun) });
        this.#o.onListed(docking.id);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = asEvidockError(error);
        await this.#showProblem(session, { code: failure.code, detail: failure.detail });
        // What was put on record stays; only a ledger that cannot be written is waited for, for the card will not get better.
        if (failure.side !== 'ledger') return;
        await this.#pause(signal);
      }
    }
  }

  #showListing(session: Session, counts: ListingCounts): void {
    this.#o.board.update(session.docking.slot, {
      phase: 'copying',
      filesListed: counts.files,
      filesSealed: counts.known,
      filesRefused: counts.refused,
      bytesListed: counts.bytes,
    });
  }

  #pump(session: Session): void {
    while (!session.signal.aborted && session.lanes < LANES_PER_RECORDER && session.lanes < session.queue.size) {
      session.lanes += 1;
      void this.#lane(session).finally(() => {
        session.lanes -= 1;
        this.#pump(session);
        this.#settle(session);
      });
    }
  }

  #settle(session: Session): void {
    if (session.listing || session.lanes > 0) return;
    if (session.queue.size > 0 && !session.signal.aborted) return;
    session.idle();
  }

  /** One file; asks for its turn first, so that what is most urgent then is taken. */
  async #lane(session: Session): Promise<void> {
    const again = await this.#turns(async () => {
      const original = session.signal.aborted ? undefined : session.queue.take();
      return original && this.#tryCopy(session, original);
    });
    if (!again) return;
    // Others may use the turn while this one waits for the disk or the recorder to get better.
    await this.#pause(session.signal);
    session.queue.push(again);
  }

  /** Returns the original if it is to be tried again. */
  async #tryCopy(session: Session, original: Original): Promise<Original | undefined> {
    try {
      await this.#copy(session, original);
      session.failed.delete(original.id);
      if (session.problem && session.failed.size === 0) await this.#showProblem(session, null);
      return undefined;
    } catch (error) {
      if (session.signal.aborted) return undefined;
      const failure = asEvidockError(error);
      const attempt = (session.tries.get(original.id) ?? 0) + 1;
      session.tries.set(original.id, attempt);
      copyFailed(this.#o.log, { originalId: original.id, dockingId: session.docking.id, attempt }, failure);
      // Another docking of the same recorder was quicker.
      if (failure.code === 'request.conflict') return undefined;
      session.failed.add(original.id);
      await this.#showProblem(session, problemOf(session, failure));
      const mended = failure.side === 'vault' || failure.side === 'ledger';
      return mended || (failure.retry !== 'never' && attempt < RECORDER_TRIES_MAX) ? original : undefined;
    }
  }

  async #copy(session: Session, original: Original): Promise<void> {
    const { ledger, vault, hasher, buffers, board, clock, faults, settings, log } = this.#o;
    const begun = performance.now();
    const { slot } = session.docking;
    let seen = 0;
    let copied: { draft: VaultDraft; digests: Digests };
    try {
      copied = await copyFile(
        original,
        session.volume,
        { vault, hasher, buffers, sm3: settings.sm3 },
        {
          signal: session.signal,
          onBytes: (bytes) => {
            seen += bytes;
            board.copied(slot, bytes);
          },
        },
      );
    } catch (error) {
      // What is thrown away counts again when it is copied again.
      board.copied(slot, -seen);
      throw error;
    }
    faults.reached('w03-draft-flushed');
    const { draft, digests } = copied;
    const twin = await this.#place(original, draft, digests, !session.mismatches.has(original.id));
    faults.reached('w04-copy-linked');
    const nowMs = clock.nowMs();
    const duplicateOf = twin?.id ?? null;
    await ledger.transaction(async (writer) => {
      await writer.markCopied(original.id, { digests, duplicateOf, copiedAtMs: nowMs });
      const data = {
        recording: original.recordingId,
        docking: session.docking.id,
        cardPath: original.cardPath,
        bytes: original.bytes,
        sha256: digests.sha256,
        sm3: digests.sm3,
        duplicateOf,
      };
      await writer.appendCustody({ type: 'original.copied', atMs: nowMs, actor: 'station', subject: original.id, data });
    });
    faults.reached('w05-copied-recorded');
    originalCopied(log, {
      originalId: original.id,
      recordingId: original.recordingId,
      bytes: original.bytes,
      duplicate: twin !== null,
      elapsedMs: Math.round(performance.now() - begun),
    });
    this.#o.onCopied();
  }

  /**
   * Gives the bytes their key: a link to the twin's bytes where they are in the vault already, else the draft. A key that is taken holds what an
   * earlier process left between write 4 and 5: kept if it has our digest, set aside if not. Returns the twin.
   */
  async #place(original: Original, draft: VaultDraft, digests: Digests, mayLink: boolean): Promise<Original | null> {
    const { vault, ledger } = this.#o;
    const key = original.vaultKey;
    try {
      const twin = await ledger.findSealedByDigest(digests.sha256, original.bytes);
      const put = () => (twin && mayLink ? this.#linkOrCommit(twin.vaultKey, key, draft) : draft.commit());
      if ((await put()) === 'exists') {
        const there = await vault.reread(key, { sm3: false });
        if (there.bytes !== original.bytes || there.digests.sha256 !== digests.sha256) {
          await vault.quarantine(key);
          if ((await put()) === 'exists') throw new Error(`${key} was taken again`);
        }
      }
      return twin;
    } finally {
      // After a commit the draft has no name any more and this does nothing.
      await draft.discard();
    }
  }

  /** A twin whose file is gone from the vault must not keep its bytes from being stored once more. */
  async #linkOrCommit(twinKey: string, key: string, draft: VaultDraft): Promise<'created' | 'exists'> {
    try {
      return await this.#o.vault.link(twinKey, key);
    } catch (error) {
      if (!(error instanceof EvidockError) || error.code !== 'vault.missing') throw error;
      return draft.commit();
    }
  }

  async #showProblem(session: Session, problem: Problem | null): Promise<void> {
    session.problem = problem;
    const { board, ledger } = this.#o;
    board.update(session.docking.slot, { phase: problem ? 'problem' : 'copying', problem });
    try {
      await ledger.transaction((writer) => writer.updateDocking(session.docking.id, { state: problem ? 'problem' : 'reading', problem }));
    } catch (error) {
      // The board shows it; a ledger that cannot be written is itself the problem then, and is tried again with the file.
      copyFailed(this.#o.log, { originalId: '', dockingId: session.docking.id, attempt: 0 }, asEvidockError(error));
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, this.#o.settings.retryMs);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function problemOf(session: Session, failure: EvidockError): Problem {
  const files = session.failed.size;
  return { code: failure.code, detail: files > 1 ? `${failure.detail}; ${files} files in all` : failure.detail };
}
