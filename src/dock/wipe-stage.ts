import { unmarkedName } from '#domain/card/marks';
import { STATION } from '#domain/custody/actor';
import { OriginalCopied } from '#domain/custody/original-entries';
import { OriginalWiped, WipeBegun, WipeFinished } from '#domain/custody/recorder-entries';
import { subject } from '#domain/custody/subject';
import type { Docking, Problem } from '#domain/docking';
import { asEvidockError, EvidockError, failureReason } from '#domain/errors';
import { type EvictionNeeds, isArchived, whyNotSafe } from '#domain/eviction/choose';
import { because, type Reason, together } from '#domain/reason';
import type { Copy, Original } from '#domain/recording';
import { type Log, wiped, wipeFailed } from '#events';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { KnownProof } from '#ports/known-proof';
import type { Ledger } from '#ports/ledger';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import type { DockingStatuses } from '#steps/docking-statuses';

/** At most so many originals in one `wipe.begun`, so that the entry stays readable. */
const FILES_PER_ENTRY = 1000;

/** Originals with the same size and time. If there are more than this, the time tells nothing. */
const ALIKE_MAX = 64;

type WipePolicy = 'never' | 'after-sealed' | 'after-archived';

interface Options {
  readonly ledger: Ledger;
  readonly vault: VaultReader;
  /** Holds what was evicted from the vault; null: there is none. */
  readonly archive: Pick<Archive, 'name' | 'head'> | null;
  /** When an original that only archives hold counts as safe: the same as before it may leave the vault. */
  readonly needs: EvictionNeeds;
  readonly proof: KnownProof;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly policy: WipePolicy;
  /** So many files are removed between two syncs of the recorder. */
  readonly filesPerBatch: number;
}

interface Candidates {
  readonly candidates: readonly Original[];
  readonly unread: number;
  readonly others: number;
  /** Files whose originals were evicted and that stay, by why. */
  readonly notSafe: NotSafe;
}

/** Why the archive is not enough for an evicted original. `away`: it cannot be asked, or does not show the copy now. */
type WhyNotSafe = 'too-few-copies' | 'unverified' | 'away';
type NotSafe = ReadonlyMap<WhyNotSafe, number>;

/** A docked recorder, as far as wiping it needs. */
interface Wipeable {
  readonly docking: Docking;
  readonly volume: Volume;
  readonly access: RecorderAccess | null;
  readonly unclean: boolean;
}

/**
 * Removes from a recorder, by policy, exactly the files that are sealed: same recorder, path, size and time, read without a gap, verified in the vault (and in
 * the archive), and still the same on the recorder right before the removal. It never removes a directory or any other file.
 */
export class WipeStage {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Recordings that must be archived before this card may be wiped. Empty unless the policy asks for the archive. */
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

  /** The docking is safe. Returns whether it will be wiped now. Then nobody is told to undock it before the wipe has ended. */
  announce(docked: Wipeable): boolean {
    if (this.#options.policy !== 'after-sealed' || !this.#applies(docked)) return false;
    void this.#options.statuses.happened(docked.docking.id, 'wipe');
    return true;
  }

  /**
   * Wipes a card, from fault point `w16-wipe-begun` to `w19-wipe-finished`. The docking stays safe whatever happens here. A file that cannot be removed stays
   * on the recorder, and the slot shows that.
   */
  async wipe(docked: Wipeable, signal: AbortSignal): Promise<void> {
    const { log, statuses } = this.#options;
    const { docking } = docked;
    if (!this.#applies(docked)) return this.#tellWhyNot(docked);
    const begun = performance.now();
    await statuses.happened(docking.id, 'wipe');
    // A file that was found to differ is being taken in. The wipe is called again when the docking is safe.
    if (statuses.of(docking.id)?.phase !== 'wiping') return;
    try {
      const { candidates, unread, others, notSafe } = await this.#candidates(docked, signal);
      // The docking is not safe any more. The wipe begins anew when it is.
      if (others > 0) return;
      if (candidates.length > 0) {
        const { kept, ...done } = await docked.access.writable((writer) => this.#remove(docking, candidates, writer, signal));
        const ended = { ...done, kept: kept + unread + sum(notSafe) };
        await this.#finish(docking, ended);
        wiped(log, { dockingId: docking.id, ...ended, elapsedMs: Math.round(performance.now() - begun) });
      }
      await statuses.happened(docking.id, 'finish', warningOf(unread, notSafe));
    } catch (error) {
      const failure = asEvidockError(error);
      wipeFailed(log, { dockingId: docking.id }, failure);
      if (signal.aborted) return;
      await statuses.wipeFailed(docking.id, { code: 'recorder.wipe-failed', reason: failureReason(failure) });
    }
  }

  /** Whether the card may be wiped. Two recorders without a serial of their own may be taken for one, so no file of theirs is certain to be the sealed one. */
  #applies(docked: Wipeable): docked is Wipeable & { readonly access: RecorderAccess } {
    return this.#options.policy !== 'never' && docked.access !== null && !docked.docking.recorderSerial.startsWith('place:');
  }

  /** Shows and logs why the card is not wiped. Otherwise the card would fill up, against the policy, and nobody would know why. */
  async #tellWhyNot({ docking, access, unclean }: Wipeable): Promise<void> {
    const { policy, statuses, log } = this.#options;
    if (policy === 'never') return statuses.happened(docking.id, 'finish');
    const unwritable = because(unclean ? 'unclean-not-by-station' : 'not-writable', {});
    const why = access === null ? unwritable : because('no-own-serial', {});
    const failure = new EvidockError('recorder.wipe-failed', because('nothing-removed', { why }));
    wipeFailed(log, { dockingId: docking.id }, failure);
    await statuses.happened(docking.id, 'finish', { warning: { code: failure.code, reason: failure.reason } });
  }

  /** Lists the card as it is now and yields the sealed original of each file that has one. */
  async *#originalsOn({ docking, volume }: Wipeable, signal: AbortSignal): AsyncIterable<Original> {
    for await (const item of volume.list(signal)) {
      if ('code' in item) continue;
      const original = await this.#sealedOriginal(docking.recorderSerial, item);
      if (original) yield original;
    }
  }

  /**
   * The sealed original of a file, with the file's path of now. If it was sealed under another path, because the recorder had other volumes then, its bytes are
   * still to be proved.
   */
  async #sealedOriginal(recorderSerial: string, { path, otherPath, bytes, mtimeMs }: VolumeEntry): Promise<Original | null> {
    const { ledger } = this.#options;
    const find = (cardPath: string) => ledger.originals.find({ recorderSerial, cardPath, bytes, mtimeMs });
    const own = (await find(path)) ?? (otherPath === undefined ? null : await find(otherPath));
    // A file of another recorder is on record as that recorder's. It is removed on the same proof, which is its bytes.
    const others = own ? [] : await ledger.originals.named({ cardPath: path, bytes, mtimeMs }, 1);
    const original = own ?? others[0] ?? (await this.#beforeItsMark(recorderSerial, { path, bytes, mtimeMs }));
    return original?.state === 'sealed' && original.digests ? { ...original, cardPath: path } : null;
  }

  /** The original of a file that was marked as important since it was sealed, and so has another path. Its bytes are still to be proved. */
  async #beforeItsMark(recorderSerial: string, { path, bytes, mtimeMs }: VolumeEntry): Promise<Original | null> {
    const alike = await this.#options.ledger.originals.like({ recorderSerial, bytes, mtimeMs }, ALIKE_MAX);
    return alike.find(({ cardPath }) => unmarkedName(cardPath) === unmarkedName(path)) ?? null;
  }

  /**
   * The originals to remove. `unread`: sealed files that cannot be read again on the card, so that nothing proves that they are still the same. `others`: files
   * that were found to differ and are being taken in.
   */
  async #candidates(docked: Wipeable, signal: AbortSignal): Promise<Candidates> {
    const candidates: Original[] = [];
    let unread = 0;
    let others = 0;
    const notSafe = new Map<WhyNotSafe, number>();
    for await (const original of this.#originalsOn(docked, signal)) {
      const kept = await this.#isKeptElsewhere(original);
      if (kept !== true) {
        if (kept !== false) notSafe.set(kept, (notSafe.get(kept) ?? 0) + 1);
        continue;
      }
      // A file that another docking read must be compared now. Name, size and time may come again where a clock begins anew.
      if (!(await this.#wasReadBy(docked.docking, original))) {
        const verdict = await this.#options.proof.prove(docked.docking.id, original, docked.volume, signal);
        if (verdict === 'unread') unread += 1;
        if (verdict === 'differs') others += 1;
        if (verdict !== 'same') continue;
        await this.#mustBeWhole(original, signal);
      }
      candidates.push(original);
    }
    return { candidates, unread, others, notSafe };
  }

  /** Whether the file may go because its bytes are safe without it; of an evicted original, why they are not. */
  async #isKeptElsewhere(original: Original): Promise<boolean | WhyNotSafe> {
    const { ledger, vault, policy } = this.#options;
    // A file with gaps stays: somebody with better tools may still read more of it.
    if (original.gaps.length > 0) return false;
    // An empty file stays too: a recorder whose battery failed leaves footage in clusters to which the name does not lead yet, and a removal would free them.
    if (original.bytes === 0) return false;
    const copies = (await ledger.recordings.copies(original.recordingId)).filter(
      (copy) => copy.itemId === original.id && isVerified(copy, original),
    );
    // Asked again: it may have left the vault, or come back, since the card was listed.
    if (((await ledger.originals.get(original.id))?.evictedAtMs ?? null) !== null) return this.#isSafeInArchives(original, copies);
    if (!copies.some(({ where }) => where === 'vault')) return false;
    if (policy === 'after-archived' && !copies.some(({ where }) => where !== 'vault')) return false;
    return (await vault.stat(original.vaultKey))?.bytes === original.bytes;
  }

  /** The rule by which eviction gives up the vault's copy; and the archive must show the copy now, by its version. */
  async #isSafeInArchives(original: Original, copies: readonly Copy[]): Promise<true | WhyNotSafe> {
    const { archive, needs, clock } = this.#options;
    const why = whyNotSafe(original, copies, needs, clock.nowMs());
    if (why !== null) return why;
    try {
      for (const copy of copies)
        if (copy.where === archive?.name && isArchived(original, copy))
          return (await archive.head(copy))?.bytes === original.bytes ? true : 'away';
    } catch (error) {
      if (asEvidockError(error).side !== 'archive') throw error;
    }
    return 'away';
  }

  /**
   * Whether this docking itself read the original, at this path. The custody log tells that. Times do not, where two recorders have one serial or a clock steps
   * back.
   */
  async #wasReadBy(docking: Docking, original: Original): Promise<boolean> {
    const entries = await this.#options.ledger.custody.of(subject('original', original.id));
    const copied = entries.map(OriginalCopied.parse).findLast((entry) => entry !== null);
    return copied?.data.docking === docking.id && copied.personal.cardPath === original.cardPath;
  }

  /**
   * Throws vault.mismatch unless the vault's copy still has the sealed digest. It may have rotted since it was verified, and then the recorder has the last
   * good copy. What was evicted is not read again: its last reading in the archive is as fresh as eviction asks.
   */
  async #mustBeWhole(original: Original, signal: AbortSignal): Promise<void> {
    const { ledger, vault } = this.#options;
    if (((await ledger.originals.get(original.id))?.evictedAtMs ?? null) !== null) return;
    const { digests } = await vault.reread(original.vaultKey, { sm3: false, signal });
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

  /** Names the originals in the custody log, at fault point `w16-wipe-begun`. A file that is missing on the recorder after this was removed by the station. */
  async #begin(docking: Docking, part: readonly Original[]): Promise<void> {
    const { ledger, clock, policy, faults } = this.#options;
    const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id) };
    const data = { recorder: docking.recorderSerial, policy, files: part.length };
    const lists = { originals: part.map(({ id }) => id) };
    await ledger.transaction((writer) => writer.custody.append(WipeBegun.make({ ...about, data, lists })));
    faults.reached('w16-wipe-begun');
  }

  /**
   * Records the end, at fault point `w19-wipe-finished`: the recorder is read-only again, and its file system as clean as it came. Until this is on record, a
   * mark of an unclean file system counts as the station's own.
   */
  async #finish(docking: Docking, done: { readonly files: number; readonly bytes: number; readonly kept: number }): Promise<void> {
    const { ledger, clock, faults } = this.#options;
    const data = { recorder: docking.recorderSerial, ...done };
    await ledger.transaction((writer) =>
      writer.custody.append(WipeFinished.make({ atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id), data })),
    );
    faults.reached('w19-wipe-finished');
  }

  /**
   * Removes one batch and records it, at fault points `w17-files-removed` and `w18-wipe-recorded`. After a failure in between, `wipe.begun` covers every
   * removed file, and files whose removal was synced are on record.
   */
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
        // The file is not the one that was sealed, so it stays.
        if (now?.bytes !== original.bytes || now.mtimeMs !== original.mtimeMs) continue;
        // A verification may have withdrawn the archive's copy since the card was listed.
        if ((await this.#isKeptElsewhere(original)) !== true) continue;
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

/**
 * The warning about sealed files that stay. Of those that cannot be read again: a removal that a pull cut short may have freed the place of a file before its
 * name, and only somebody who examines the whole card can tell whose that place is now.
 */
function warningOf(unread: number, notSafe: NotSafe): { readonly warning?: Problem } {
  const reasons: Reason[] = [];
  if (unread > 0) reasons.push(because('sealed-unread', { files: unread }));
  for (const [why, files] of notSafe) reasons.push(because(WORDS[why], { files }));
  return reasons.length > 0 ? { warning: { code: 'recorder.wipe-failed', reason: together(reasons) } } : {};
}

const WORDS = { 'too-few-copies': 'evicted-few-copies', unverified: 'evicted-unchecked', away: 'evicted-not-shown' } as const;

const sum = (counts: NotSafe) => [...counts.values()].reduce((all, count) => all + count, 0);

function isVerified(copy: Copy, original: Original): boolean {
  return copy.bytes === original.bytes && copy.verifiedAtMs > 0;
}
