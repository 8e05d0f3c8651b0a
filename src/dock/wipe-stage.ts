import { unmarkedName } from '#domain/card/marks';
import { STATION } from '#domain/custody/actor';
import { OriginalCopied } from '#domain/custody/original-entries';
import { OriginalWiped, WipeBegun, WipeFinished } from '#domain/custody/recorder-entries';
import { subject } from '#domain/custody/subject';
import type { Docking, Problem } from '#domain/docking';
import { asEvidockError, EvidockError, failureReason } from '#domain/errors';
import { because } from '#domain/reason';
import type { Copy, Original } from '#domain/recording';
import { type Log, wiped, wipeFailed } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { KnownProof } from '#ports/known-proof';
import type { Ledger } from '#ports/ledger';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import type { DockingStatuses } from '#steps/docking-statuses';

/** Originals that one `wipe.begun` names: an entry of the log stays of a size that can be read. */
const FILES_PER_ENTRY = 1000;

/** Originals of one size and one time; more than these are told apart by nothing. */
const ALIKE_MAX = 64;

type WipePolicy = 'never' | 'after-sealed' | 'after-archived';

interface Options {
  readonly ledger: Ledger;
  readonly vault: VaultReader;
  readonly proof: KnownProof;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly policy: WipePolicy;
  /** Files between two syncs of the recorder. */
  readonly filesPerBatch: number;
}

interface Candidates {
  readonly candidates: readonly Original[];
  readonly unread: number;
  readonly others: number;
}

/** A docked recorder, as far as wiping it needs. */
interface Wipeable {
  readonly docking: Docking;
  readonly volume: Volume;
  readonly access: RecorderAccess | null;
  readonly unclean: boolean;
}

/**
 * Removes from a recorder, by policy, exactly the files that are sealed: same recorder, path, size and time, read without a gap, verified in the
 * vault (and in the archive), and still the same on the recorder right before the removal. Never a directory, never anything else.
 */
export class WipeStage {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Recordings that must be archived before this card may be wiped; none unless the policy asks for it. */
  async awaited(docked: Wipeable, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { ledger, policy } = this.#options;
    const waiting = new Set<string>();
    if (policy !== 'after-archived' || !this.#applies(docked)) return waiting;
    for await (const original of this.#originalsOn(docked, signal)) {
      if (waiting.has(original.recordingId)) continue;
      if ((await ledger.recordings.get(original.recordingId))?.state !== 'archived') waiting.add(original.recordingId);
    }
    return waiting;
  }

  /** The docking is safe. Returns whether it will be wiped at once: then nobody is told to undock it in between. */
  announce(docked: Wipeable): boolean {
    if (this.#options.policy !== 'after-sealed' || !this.#applies(docked)) return false;
    void this.#options.statuses.happened(docked.docking.id, 'wipe');
    return true;
  }

  /** `w16-wipe-begun` to `w18-wipe-recorded`. The docking is safe and stays so whatever happens here; what cannot be removed is shown and stays on the recorder. */
  async wipe(docked: Wipeable, signal: AbortSignal): Promise<void> {
    const { log, statuses } = this.#options;
    const { docking } = docked;
    if (!this.#applies(docked)) return this.#tellWhyNot(docked);
    const begun = performance.now();
    await statuses.happened(docking.id, 'wipe');
    // Something that was found to be another file is being taken in: this comes again when that is safe.
    if (statuses.of(docking.id)?.phase !== 'wiping') return;
    try {
      const { candidates, unread, others } = await this.#candidates(docked, signal);
      // The docking is not safe any more. Once it is, the wipe begins anew.
      if (others > 0) return;
      if (candidates.length > 0) {
        const { kept, ...done } = await docked.access.writable((writer) => this.#remove(docking, candidates, writer, signal));
        const ended = { ...done, kept: kept + unread };
        await this.#finish(docking, ended);
        wiped(log, { dockingId: docking.id, ...ended, elapsedMs: Math.round(performance.now() - begun) });
      }
      await statuses.happened(docking.id, 'finish', unread > 0 ? { warning: unreadWarning(unread) } : {});
    } catch (error) {
      const failure = asEvidockError(error);
      wipeFailed(log, { dockingId: docking.id }, failure);
      if (signal.aborted) return;
      await statuses.wipeFailed(docking.id, { code: 'recorder.wipe-failed', reason: failureReason(failure) });
    }
  }

  /** Without a serial of its own two recorders may be taken for one: then no file is certain to be the one that was sealed. */
  #applies(docked: Wipeable): docked is Wipeable & { readonly access: RecorderAccess } {
    return this.#options.policy !== 'never' && docked.access !== null && !docked.docking.recorderSerial.startsWith('place:');
  }

  /** A policy that is not followed for a reason that stays would fill the card, and nobody would know why. */
  async #tellWhyNot({ docking, access, unclean }: Wipeable): Promise<void> {
    const { policy, statuses, log } = this.#options;
    if (policy === 'never') return statuses.happened(docking.id, 'finish');
    const unwritable = because(unclean ? 'unclean-not-by-station' : 'not-writable', {});
    const why = access === null ? unwritable : because('no-own-serial', {});
    const failure = new EvidockError('recorder.wipe-failed', because('nothing-removed', { why }));
    wipeFailed(log, { dockingId: docking.id }, failure);
    await statuses.happened(docking.id, 'finish', { warning: { code: failure.code, reason: failure.reason } });
  }

  /** The card as it is now: its files that are sealed originals of exactly this identity. */
  async *#originalsOn({ docking, volume }: Wipeable, signal: AbortSignal): AsyncIterable<Original> {
    for await (const item of volume.list(signal)) {
      if ('code' in item) continue;
      const original = await this.#sealedOriginal(docking.recorderSerial, item);
      if (original) yield original;
    }
  }

  /** Under the path that it has now; a file that was sealed under another, when the recorder had other volumes, is proved by its bytes. */
  async #sealedOriginal(recorderSerial: string, { path, otherPath, bytes, mtimeMs }: VolumeEntry): Promise<Original | null> {
    const { ledger } = this.#options;
    const find = (cardPath: string) => ledger.originals.find({ recorderSerial, cardPath, bytes, mtimeMs });
    const own = (await find(path)) ?? (otherPath === undefined ? null : await find(otherPath));
    // A file of another recorder is on record as that one's: it is removed on the same proof, the bytes.
    const others = own ? [] : await ledger.originals.named({ cardPath: path, bytes, mtimeMs }, 1);
    const original = own ?? others[0] ?? (await this.#beforeItsMark(recorderSerial, { path, bytes, mtimeMs }));
    return original?.state === 'sealed' && original.digests ? { ...original, cardPath: path } : null;
  }

  /** A file that was marked as important since it was sealed has another path; its bytes prove it. */
  async #beforeItsMark(recorderSerial: string, { path, bytes, mtimeMs }: VolumeEntry): Promise<Original | null> {
    const alike = await this.#options.ledger.originals.like({ recorderSerial, bytes, mtimeMs }, ALIKE_MAX);
    return alike.find(({ cardPath }) => unmarkedName(cardPath) === unmarkedName(path)) ?? null;
  }

  /**
   * `unread`: files that are sealed, but cannot be read again on the card, so that it cannot be proved that they are still the same; `others`: files
   * that were found to be others, and are being taken in.
   */
  async #candidates(docked: Wipeable, signal: AbortSignal): Promise<Candidates> {
    const candidates: Original[] = [];
    let unread = 0;
    let others = 0;
    for await (const original of this.#originalsOn(docked, signal)) {
      if (!(await this.#isKeptElsewhere(original))) continue;
      // What another docking read is proved to be the same bytes; a name, a size and a time alone may come again, with a clock that starts anew.
      if (!(await this.#wasReadBy(docked.docking, original))) {
        const verdict = await this.#options.proof.prove(docked.docking.id, original, docked.volume, signal);
        if (verdict === 'unread') unread += 1;
        if (verdict === 'differs') others += 1;
        if (verdict !== 'same') continue;
        await this.#mustBeWhole(original, signal);
      }
      candidates.push(original);
    }
    return { candidates, unread, others };
  }

  async #isKeptElsewhere(original: Original): Promise<boolean> {
    const { ledger, vault, policy } = this.#options;
    // A file with gaps may still give up more of itself to somebody with better tools.
    if (original.gaps.length > 0) return false;
    // So may an empty one: a recorder whose battery failed leaves the footage in clusters that its name does not lead to yet, and a removal frees them.
    if (original.bytes === 0) return false;
    const copies = (await ledger.recordings.copies(original.recordingId)).filter(
      (copy) => copy.itemId === original.id && isVerified(copy, original),
    );
    if (!copies.some(({ where }) => where === 'vault')) return false;
    if (policy === 'after-archived' && !copies.some(({ where }) => where !== 'vault')) return false;
    return (await vault.stat(original.vaultKey))?.bytes === original.bytes;
  }

  /** The log tells which docking read the bytes, and where; times alone do not, where two recorders have one serial or a clock steps back. */
  async #wasReadBy(docking: Docking, original: Original): Promise<boolean> {
    const entries = await this.#options.ledger.custody.of(subject('original', original.id));
    const copied = entries.map(OriginalCopied.parse).findLast((entry) => entry !== null);
    return copied?.data.docking === docking.id && copied.personal.cardPath === original.cardPath;
  }

  /** What was verified long ago may have rotted since: the recorder's may be the last good copy. */
  async #mustBeWhole(original: Original, signal: AbortSignal): Promise<void> {
    const { digests } = await this.#options.vault.reread(original.vaultKey, { sm3: false, signal });
    if (digests.sha256 !== original.digests?.sha256)
      throw new EvidockError('vault.mismatch', because('vault-not-sealed', { path: original.cardPath }));
  }

  async #remove(docking: Docking, candidates: readonly Original[], writer: RecorderWriter, signal: AbortSignal) {
    const total = { files: 0, bytes: 0, kept: 0 };
    for (let at = 0; at < candidates.length; at += FILES_PER_ENTRY) {
      const part = candidates.slice(at, at + FILES_PER_ENTRY);
      await this.#begin(docking, part);
      for (let from = 0; from < part.length; from += this.#options.filesPerBatch) {
        signal.throwIfAborted();
        const batch = part.slice(from, from + this.#options.filesPerBatch);
        const removed = await this.#removeBatch(docking, batch, writer, signal);
        total.files += removed.length;
        total.bytes += removed.reduce((sum, { bytes }) => sum + bytes, 0);
        total.kept += batch.length - removed.length;
      }
    }
    return total;
  }

  /** `w16-wipe-begun`: whatever is found missing on the recorder after this was removed by the station. */
  async #begin(docking: Docking, part: readonly Original[]): Promise<void> {
    const { ledger, clock, policy, faults } = this.#options;
    const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id) };
    const data = { recorder: docking.recorderSerial, policy, files: part.length };
    const lists = { originals: part.map(({ id }) => id) };
    await ledger.transaction((writer) => writer.custody.append(WipeBegun.make({ ...about, data, lists })));
    faults.reached('w16-wipe-begun');
  }

  /** `w19-wipe-finished`: the recorder is read-only again, and its file system as clean as it came. Until this is on record, a mark of an unclean one is ours. */
  async #finish(docking: Docking, done: { readonly files: number; readonly bytes: number; readonly kept: number }): Promise<void> {
    const { ledger, clock, faults } = this.#options;
    const data = { recorder: docking.recorderSerial, ...done };
    await ledger.transaction((writer) =>
      writer.custody.append(WipeFinished.make({ atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id), data })),
    );
    faults.reached('w19-wipe-finished');
  }

  /** `w17-files-removed` and `w18-wipe-recorded`. A failure in the midst leaves what was removed covered by `wipe.begun`, and what had been synced on record. */
  async #removeBatch(
    docking: Docking,
    batch: readonly Original[],
    writer: RecorderWriter,
    signal: AbortSignal,
  ): Promise<readonly Original[]> {
    const { ledger, clock, faults } = this.#options;
    const removed: Original[] = [];
    let failure: unknown;
    for (const original of batch) {
      try {
        signal.throwIfAborted();
        const now = await writer.stat(original.cardPath);
        // It is another file than the one that was sealed: it stays.
        if (now?.bytes !== original.bytes || now.mtimeMs !== original.mtimeMs) continue;
        // A verification may have withdrawn the archive's copy since the card was looked through.
        if (!(await this.#isKeptElsewhere(original))) continue;
        await writer.remove(original.cardPath);
        removed.push(original);
      } catch (error) {
        failure = error;
        break;
      }
    }
    if (removed.length > 0) {
      await writer.sync();
      faults.reached('w17-files-removed');
      await ledger.transaction(async (record) => {
        for (const original of removed) {
          const data = {
            recording: original.recordingId,
            docking: docking.id,
            bytes: original.bytes,
            sha256: original.digests?.sha256 ?? '',
          };
          const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('original', original.id) };
          await record.custody.append(OriginalWiped.make({ ...about, data, personal: { cardPath: original.cardPath } }));
        }
      });
      faults.reached('w18-wipe-recorded');
    }
    if (failure !== undefined) throw failure;
    return removed;
  }
}

/** A removal that a pull cut short may have given a file's place away before its name: nobody but who looks at the whole card can tell whose it is now. */
function unreadWarning(files: number): Problem {
  return { code: 'recorder.wipe-failed', reason: because('sealed-unread', { files }) };
}

function isVerified(copy: Copy, original: Original): boolean {
  return copy.bytes === original.bytes && copy.verifiedAtMs > 0;
}
