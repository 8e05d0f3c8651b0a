import { type Actor, STATION } from '#domain/custody/actor';
import { CopyHealed } from '#domain/custody/scrub-entries';
import { subject } from '#domain/custody/subject';
import type { Copy } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';

interface How {
  /** The place whose copy was good; null: no record says so. */
  readonly from: string | null;
  readonly atMs: number;
  readonly actor?: Actor;
}

/**
 * Ends the open fault of a copy that was read back now and is what was sealed. If it had been found bad, custody says `copy.healed`. Returns whether it had.
 */
export async function noteHealed(
  writer: LedgerWriter,
  { itemId, recordingId, where, key }: Pick<Copy, 'itemId' | 'recordingId' | 'where' | 'key'>,
  { from, atMs, actor = STATION }: How,
): Promise<boolean> {
  const fault = await writer.scrubs.fault(itemId, where);
  if (!fault || fault.endedAtMs !== null) return false;
  await writer.scrubs.putFault({ ...fault, endedAtMs: atMs });
  if (fault.kind === 'unread') return false;
  const about = { atMs, actor, subject: subject('recording', recordingId) };
  await writer.custody.append(CopyHealed.make({ ...about, data: { item: itemId, place: where, key, from } }));
  return true;
}
