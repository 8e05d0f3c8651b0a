import { STATION } from '#domain/custody/actor';
import { CopyChecked } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { asEvidockError, failureReason, isFailure } from '#domain/errors';
import { type EvictionNeeds, isArchived, isFresh, type NameFacts } from '#domain/eviction/choose';
import type { Copy } from '#domain/recording';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { withdrawCopies } from '#steps/withdraw-copies';

export interface CheckDeps {
  readonly ledger: Ledger;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly pokeWork: () => void;
}

/**
 * Reads archived copies of an item back whose last check is too old or too weak, and puts the check on record. Returns false where a copy is missing or
 * wrong: it counts no more, and is made again from the vault. Throws what keeps the archive from being read.
 */
export async function checkCopies(deps: CheckDeps, { item, copies }: NameFacts, needs: EvictionNeeds, signal: AbortSignal) {
  const { archive, clock } = deps;
  const stale = copies.filter((copy) => copy.where === archive.name && isArchived(item, copy) && !isFresh(copy, needs, clock.nowMs()));
  for (const copy of stale) if (!(await checkCopy(deps, copy, item.sha256 ?? '', signal))) return false;
  return true;
}

async function checkCopy(deps: CheckDeps, copy: Copy, sha256: string, signal: AbortSignal): Promise<boolean> {
  const { ledger, archive, clock } = deps;
  const { key, versionId, bytes, itemId, recordingId } = copy;
  try {
    await archive.verify({ key, versionId, bytes, sha256 }, { policy: 'readback', signal });
  } catch (error) {
    if (!isFailure(error, 'archive.mismatch', 'archive.missing')) throw error;
    await withdrawCopies(deps, recordingId, [{ itemId, key, what: failureReason(asEvidockError(error)) }], STATION);
    return false;
  }
  return ledger.transaction(async (writer) => {
    const current = (await writer.recordings.copies(recordingId)).find((one) => one.itemId === itemId && one.where === copy.where);
    // Withdrawn meanwhile, or stored anew: this check is of another object then.
    if (current?.key !== key || current.versionId !== versionId || current.bytes !== bytes) return false;
    const atMs = clock.nowMs();
    await writer.recordings.upsertCopy({ ...current, verifiedAtMs: atMs, verifiedBy: 'readback' });
    const data = { archive: archive.name, item: itemId, key, verifiedBy: 'readback' };
    await writer.custody.append(CopyChecked.make({ atMs, actor: STATION, subject: subject('recording', recordingId), data }));
    return true;
  });
}
