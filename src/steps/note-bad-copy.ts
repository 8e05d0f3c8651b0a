import { STATION } from '#domain/custody/actor';
import { CopyCorrupt } from '#domain/custody/scrub-entries';
import { subject } from '#domain/custody/subject';
import type { Reason } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';
import type { ScrubFault } from '#ports/ledger/scrubs';

/** Opens a fault of a copy, or goes on with the one that is open. */
export async function putFault(
  writer: LedgerWriter,
  { itemId, recordingId, where, key }: Copy,
  found: Pick<ScrubFault, 'kind' | 'dueAtMs'> & { readonly atMs: number },
): Promise<void> {
  const known = await writer.scrubs.fault(itemId, where);
  const foundAtMs = known && known.endedAtMs === null ? known.foundAtMs : found.atMs;
  const { kind, dueAtMs } = found;
  await writer.scrubs.putFault({ itemId, recordingId, where, key, kind, foundAtMs, dueAtMs, endedAtMs: null });
}

/** Whether it is on record already that the copy is bad. */
export async function isKnownBad(writer: LedgerWriter, { itemId, where }: Copy): Promise<boolean> {
  const known = await writer.scrubs.fault(itemId, where);
  return known !== null && known.endedAtMs === null && known.kind !== 'unread';
}

/** Puts on record that two readings of a copy were not what was sealed. Returns whether that is new. `dueAtMs`: when the scrub reads it again. */
export async function noteBadCopy(
  writer: LedgerWriter,
  copy: Copy,
  { sha256, found, atMs, dueAtMs }: { readonly sha256: string; readonly found: Reason; readonly atMs: number; readonly dueAtMs: number },
): Promise<boolean> {
  const known = await writer.scrubs.fault(copy.itemId, copy.where);
  const isNew = !(await isKnownBad(writer, copy));
  await putFault(writer, copy, { kind: known?.endedAtMs === null && known.kind === 'lost' ? 'lost' : 'bad', atMs, dueAtMs });
  const data = { item: copy.itemId, place: copy.where, key: copy.key, version: copy.versionId, expected: sha256 };
  const about = { atMs, actor: STATION, subject: subject('recording', copy.recordingId) };
  if (isNew) await writer.custody.append(CopyCorrupt.make({ ...about, data, personal: { found } }));
  return isNew;
}
