import { STATION } from '#domain/custody/actor';
import { OriginalRechecked } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';

/** At most so many originals in one custody entry, so that the entry stays readable. */
export const RECHECKED_PER_ENTRY = 1000;

/**
 * Records that files on the card of this docking were read whole and have the digests of these originals: in the row of each original, and in the custody log.
 */
export async function recordRechecked(writer: LedgerWriter, docking: Docking, originals: readonly Original[], atMs: number): Promise<void> {
  for (let at = 0; at < originals.length; at += RECHECKED_PER_ENTRY) {
    const some = originals.slice(at, at + RECHECKED_PER_ENTRY);
    const ids = some.map(({ id }) => id);
    await writer.originals.markCompared(ids, { how: 'whole', dockingId: docking.id, atMs });
    const bytes = some.reduce((sum, original) => sum + original.bytes, 0);
    const about = { atMs, actor: STATION, subject: subject('docking', docking.id) };
    const data = { recorder: docking.recorderSerial, verdict: 'same' as const, files: some.length, bytes };
    await writer.custody.append(OriginalRechecked.make({ ...about, data, lists: { originals: ids } }));
  }
}
