import { sha256Hex } from '#domain/canonical-json';
import { STATION } from '#domain/custody/actor';
import { DockingSafe } from '#domain/custody/docking-entries';
import { CopyFailedVerification } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { AllSafe } from '#domain/docking-status';
import { asEvidockError, EvidockError, isFailure } from '#domain/errors';
import { blockBytesOf, blockList } from '#domain/eviction/block-digests';
import { because, type Reason } from '#domain/reason';
import type { Original } from '#domain/recording';
import { WHOLE_BYTES_MAX } from '#domain/vault/file-sample';
import { manifestBytes } from '#domain/vault/manifest';
import { sealedKeys } from '#domain/vault/sealed-keys';
import { blocksKey, manifestKey } from '#domain/vault/vault-key';
import { copyDiffers, dockingSafe, type Log, originalsSealed, recordingsReplaced, stageFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard } from '#ports/slot-board';
import type { Vault } from '#ports/vault';
import type { DockingStatuses } from '#steps/docking-statuses';
import { GroupCommit } from '#steps/group-commit';
import { setAside } from '#steps/set-aside';
import { type ClosingSettings, closeRecording } from './close-recording.ts';
import { describeOriginal, recordSealed, type Sealed } from './describe-original.ts';
import { closeReplacedBy, leftToReplaced } from './replaced-recordings.ts';

/** Originals whose ledger rows go into one transaction. */
const SEALS_PER_TRANSACTION = 64;
/** Originals up to this size are small. Many of them are read back at once, because opening and flushing them takes longer than reading. */
const SMALL_BYTES_MAX = 1024 * 1024;
const SMALL_AT_ONCE = 64;
/** Counting a card of 100,000 files takes some time: it is done for at most this share of the time. */
const COUNTING_SHARE = 1 / 20;
const COUNTING_WAIT_MS_MAX = 1000;

interface SealSettings extends ClosingSettings {
  readonly station: { readonly id: string; readonly name: string };
  readonly timezone: string;
  readonly version: string;
  /** SM3 is computed beside SHA-256 while the copy is read back. */
  readonly sm3: boolean;
  /** Originals above 1 MiB that are re-read and sealed at the same time. */
  readonly sealsAtOnce: number;
  /** How long a disk that fails is left alone before an original is tried again, ms. */
  readonly retryMs: number;
  /** Whether a docking is safe only when every known file on its card was compared whole; `sampled` if it is left out. */
  readonly known?: 'sampled' | 'whole';
}

interface Options {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly settings: SealSettings;
  /** Called when every original of a recording is sealed; its work waits in the ledger. */
  readonly onSealed: (recordingId: string) => void;
  readonly onSafe: (dockingId: string) => void;
  /** Called when missing files of a recording were replaced: it can be closed with the files that are here. */
  readonly onPartlyReplaced: () => void;
  /** Called when a copy was found wrong; its original is `listed` again. */
  readonly onMismatch: (original: Original) => void;
}

/** Takes every `copied` original from the ledger, reads it back from the disk, writes its manifest and records it as sealed. */
export class SealStage {
  readonly #options: Options;
  readonly #stop = new AbortController();
  readonly #active = new Map<string, Promise<void>>();
  /**
   * Originals that failed and wait for their next try. A timer takes each one out. Comparing a clock instead could miss the moment, as
   * timers may ring up to 1 ms early.
   */
  readonly #resting = new Set<string>();
  readonly #sealed: GroupCommit<Sealed>;
  readonly #checks = new Map<string, NodeJS.Timeout>();
  #largeActive = 0;
  #countingMs = 0;
  #filling: Promise<void> | undefined;
  #again = false;

  constructor(options: Options) {
    this.#options = options;
    this.#sealed = new GroupCommit({ itemsMax: SEALS_PER_TRANSACTION, record: (batch) => this.#record(batch) });
  }

  /** Whether copies are being re-read or recorded. Originals that rest after a failure do not count. */
  get busy(): boolean {
    return this.#active.size > 0;
  }

  /** The doorbell: cheap, may be rung at any time. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
      if (this.#again) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#checks.values()) clearTimeout(timer);
    await this.#filling;
    await Promise.all(this.#active.values());
  }

  async #fill(): Promise<void> {
    const { ledger, settings, log } = this.#options;
    this.#again = false;
    // One question to the ledger is for many originals: it is not asked for the sake of a few.
    if (this.#active.size > SMALL_AT_ONCE / 2) return;
    let found: readonly Original[];
    try {
      // The ledger's answer includes those that are active or resting: there they are still `copied`.
      found = await ledger.originals.copied(SMALL_AT_ONCE + this.#active.size + this.#resting.size);
    } catch (error) {
      stageFailed(log, 'seal', {}, asEvidockError(error));
      this.#later(() => this.wake());
      return;
    }
    for (const original of found) {
      if (this.#active.size >= SMALL_AT_ONCE || this.#stop.signal.aborted) return;
      if (this.#active.has(original.id) || this.#resting.has(original.id)) continue;
      const large = original.bytes > SMALL_BYTES_MAX;
      if (large && this.#largeActive >= settings.sealsAtOnce) continue;
      if (large) this.#largeActive += 1;
      const work = this.#seal(original).finally(() => {
        this.#active.delete(original.id);
        if (large) this.#largeActive -= 1;
        this.wake();
      });
      this.#active.set(original.id, work);
    }
  }

  #later(what: () => void): void {
    setTimeout(what, this.#options.settings.retryMs).unref();
  }

  async #seal(original: Original): Promise<void> {
    try {
      const sealed = await this.#verifyAndDescribe(original);
      if (sealed) await this.#sealed.add(sealed);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const failure = asEvidockError(error);
      stageFailed(this.#options.log, 'seal', { originalId: original.id, recordingId: original.recordingId }, failure);
      await this.#showProblem(original, failure);
      this.#resting.add(original.id);
      this.#later(() => {
        this.#resting.delete(original.id);
        this.wake();
      });
    }
  }

  /** Shows the failure on the slot, so that people at the dock see what it waits for. */
  async #showProblem(original: Original, { code, reason }: EvidockError): Promise<void> {
    const { ledger, statuses, log } = this.#options;
    try {
      // Asked again: its recorder may have been docked anew, and waits for it in its new docking.
      const current = await ledger.originals.get(original.id);
      await statuses.stoppedBy(current?.dockingId ?? original.dockingId, 'sealing', { code, reason });
    } catch (error) {
      // A ledger that cannot be read is told of by the log; the original is tried again in any case.
      stageFailed(log, 'seal', { originalId: original.id }, asEvidockError(error));
    }
  }

  /** Reads the copy back and writes its manifest (`w06-manifest-linked`). Returns null if the copy was found wrong and given back. */
  async #verifyAndDescribe(original: Original): Promise<Sealed | null> {
    const { vault, clock, faults, settings } = this.#options;
    if (!original.digests) throw new EvidockError('station.internal', because('no-digests', { id: original.id }));
    let method: Sealed['method'];
    let digests = original.digests;
    let blocks: Uint8Array | null;
    try {
      const blockBytes = original.bytes > WHOLE_BYTES_MAX ? { blockBytes: blockBytesOf(original.bytes) } : {};
      const reread = await vault.reread(original.vaultKey, { sm3: settings.sm3, signal: this.#stop.signal, ...blockBytes });
      if (reread.bytes !== original.bytes || reread.digests.sha256 !== original.digests.sha256) {
        await setAside(this.#options, original, { key: original.vaultKey, why: 'differs' });
        await this.#giveBack(original, because('read-back-differs', { found: reread.bytes, sha256: reread.digests.sha256 }));
        return null;
      }
      method = reread.method;
      blocks = reread.blocks && blockList(original.bytes, reread.blocks);
      // The SHA-256 is the same, so these are the bytes that came off the recorder: their SM3 is the original's.
      if (settings.sm3) digests = reread.digests;
    } catch (error) {
      if (!isFailure(error, 'vault.missing')) throw error;
      await this.#giveBack(original, because('copy-gone', {}));
      return null;
    }
    await vault.makeReadOnly(original.vaultKey);
    const sealedAtMs = clock.nowMs();
    const proved = { ...original, digests };
    const bytes = manifestBytes(await describeOriginal(this.#options.ledger, settings, proved, { reread: method, sealedAtMs }));
    if (blocks) await this.#putBeside(original, blocksKey(original.recordingId, original.index), blocks);
    await this.#putBeside(original, manifestKey(original.recordingId, original.index), bytes);
    faults.reached('w06-manifest-linked');
    return { original: proved, sealedAtMs, method, manifestSha256: sha256Hex(bytes), blocksSha256: blocks && sha256Hex(blocks) };
  }

  /** Another file that is there already was left by an attempt that no ledger row names: it is set aside. */
  async #putBeside(original: Original, key: string, bytes: Uint8Array): Promise<void> {
    const { vault } = this.#options;
    try {
      await vault.putSmall(key, bytes);
    } catch (error) {
      if (!isFailure(error, 'vault.mismatch')) throw error;
      await setAside(this.#options, original, { key, why: 'left-behind' });
      await vault.putSmall(key, bytes);
    }
  }

  async #giveBack(original: Original, found: Reason): Promise<void> {
    const { ledger, clock, log } = this.#options;
    await ledger.transaction(async (writer) => {
      await writer.originals.unmarkCopied(original.id);
      const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('recording', original.recordingId) };
      const data = { where: 'vault', item: original.id, key: original.vaultKey, expected: original.digests?.sha256 ?? '' };
      await writer.custody.append(CopyFailedVerification.make({ ...about, data, personal: { found } }));
    });
    copyDiffers(log, { originalId: original.id, recordingId: original.recordingId });
    this.#options.onMismatch(original);
  }

  /** Puts a batch on record as sealed (`w07-sealed-recorded`), then checks whether its dockings are safe (`w08-safe-recorded`). */
  async #record(batch: readonly Sealed[]): Promise<void> {
    const { ledger, vault, faults, log, settings, clock } = this.#options;
    const begun = performance.now();
    const recordingIds = new Set(batch.map(({ original }) => original.recordingId));
    const closed: string[] = [];
    const { dockingIds, replaced } = await ledger.transaction(async (writer) => {
      for (const sealed of batch) await recordSealed(writer, sealed);
      for (const id of recordingIds) if (await closeRecording(writer, id, settings, clock.nowMs())) closed.push(id);
      const sealedIds = batch.map(({ original }) => original.id);
      const { closed: gone, partly } = await closeReplacedBy(writer, sealedIds, clock.nowMs());
      const replaced = { closed: gone, partly: [...partly, ...(await leftToReplaced(writer, recordingIds))] };
      // The ledger is asked again for each docking: the recorder may have been docked anew since the batch was read, and its new docking
      // then waits for these originals.
      const ids = new Set<string>();
      for (const { original } of batch) ids.add((await writer.originals.get(original.id))?.dockingId ?? original.dockingId);
      return { dockingIds: ids, replaced };
    });
    faults.reached('w07-sealed-recorded');
    const bytes = batch.reduce((sum, { original }) => sum + original.bytes, 0);
    originalsSealed(log, { files: batch.length, bytes, elapsedMs: Math.round(performance.now() - begun) });
    for (const id of closed) this.#options.onSealed(id);
    if (replaced.closed.length > 0) recordingsReplaced(log, { recordingIds: replaced.closed });
    if (replaced.partly.length > 0) this.#options.onPartlyReplaced();
    for (const id of dockingIds) {
      await this.#options.statuses.stoppedBy(id, 'sealing', null);
      await this.#checkSoon(id);
    }
    await vault.makeImmutable(
      batch.flatMap(({ original, blocksSha256 }) => sealedKeys({ ...original, blocksSha256: blocksSha256 ?? null })),
    );
  }

  /** Checks at once for an ordinary card; for a very large one only as often as counting its files allows. */
  async #checkSoon(dockingId: string): Promise<void> {
    const waitMs = Math.min(COUNTING_WAIT_MS_MAX, this.#countingMs / COUNTING_SHARE);
    if (waitMs < 20) await this.checkSafe(dockingId);
    else this.#checkIn(dockingId, waitMs);
  }

  #checkIn(dockingId: string, waitMs: number): void {
    if (this.#stop.signal.aborted || this.#checks.has(dockingId)) return;
    const timer = setTimeout(() => {
      this.#checks.delete(dockingId);
      void this.checkSafe(dockingId);
    }, waitMs);
    timer.unref();
    this.#checks.set(dockingId, timer);
  }

  /**
   * Marks the docking as safe (`w08-safe-recorded`) once its card was listed to the end and compared after that, and every listed original
   * is sealed. If the ledger fails, it is asked again later.
   */
  async checkSafe(dockingId: string): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await this.#markIfSafe(dockingId);
    } catch (error) {
      stageFailed(this.#options.log, 'seal', { dockingId }, asEvidockError(error));
      this.#checkIn(dockingId, this.#options.settings.retryMs);
    }
  }

  async #markIfSafe(dockingId: string): Promise<void> {
    const { ledger, board, statuses, clock, faults, log, settings } = this.#options;
    const whole = settings.known === 'whole';
    const docking = await ledger.dockings.get(dockingId);
    if (!docking) return;
    const begun = performance.now();
    const progress = await ledger.dockings.progress(dockingId);
    this.#countingMs = performance.now() - begun;
    board.updateDocking(dockingId, { filesSealed: docking.filesKnown + progress.sealed });
    if (!statuses.of(dockingId)?.can('all-safe') || !AllSafe.prove(docking, progress, whole)) return;
    const nowMs = clock.nowMs();
    const proof = await ledger.transaction(async (writer) => {
      const current = await writer.dockings.get(dockingId);
      const proved = current && AllSafe.prove(current, await writer.dockings.progress(dockingId), whole);
      if (!proved || !(await statuses.recordSafe(writer, current, proved, nowMs))) return null;
      const data = {
        slot: current.slot,
        files: current.filesListed,
        known: current.filesKnown,
        refused: current.filesRefused,
        bytes: current.bytesListed,
      };
      await writer.custody.append(DockingSafe.make({ atMs: nowMs, actor: STATION, subject: subject('docking', dockingId), data }));
      return proved;
    });
    if (!proof) return;
    faults.reached('w08-safe-recorded');
    void statuses.becameSafe(dockingId, proof);
    dockingSafe(log, { dockingId, slot: docking.slot });
    this.#options.onSafe(dockingId);
  }
}
