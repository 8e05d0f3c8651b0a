import { diskInventory } from '#adapters/disk/disk-inventory';
import { noLocks } from '#adapters/disk/no-locks';
import type { DeskDeps } from '#desk/deps';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { aCopy } from '#test/support/builders';

const v1 = (row: string) => row.replace(' /', ' /api/v1/');

/** The storage of a disk archive, as the station hands it to its desk. */
export function diskBucket(directory: string, clock: Clock): NonNullable<DeskDeps['bucket']> {
  return { locks: noLocks(clock), inventory: diskInventory(directory) };
}

/** A copy on record whose object is not there: the first comparison finds and withdraws it, the second one finds that it is settled. */
export async function loseCopy(ledger: Ledger, recordingId: string): Promise<void> {
  const [original] = await ledger.originals.ofRecording(recordingId);
  if (original) await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(original, { where: 'disk', verifiedBy: 'head' })));
}

/** Requests to the routes of the archive, for the walk of serve/walk.test.ts, each with the types of entries that it leaves. */
export const ARCHIVE_STEPS = [
  { row: v1('GET /archive'), leaves: [] },
  {
    row: v1('POST /archive/comparison'),
    body: {},
    leaves: ['archive.compared', 'archive.found', 'archive.probed', 'copy.withdrawn'],
  },
  { row: v1('GET /archive/findings'), leaves: [] },
  { row: v1('POST /archive/comparison'), body: { acceptBucket: false }, leaves: ['archive.compared', 'archive.settled'] },
  { row: v1('GET /archive/findings'), query: '?all=true&limit=1', leaves: [] },
];
