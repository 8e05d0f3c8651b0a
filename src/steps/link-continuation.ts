import { STATION } from '#domain/custody/actor';
import { RecordingLinked } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { LedgerWriter } from '#ports/ledger';

/** Both recordings tell from then on that one goes on in the other, and the custody log says so of both, once. */
export async function linkContinuation(writer: LedgerWriter, earlierId: string, laterId: string, atMs: number): Promise<void> {
  const links = (await writer.recordingDetail(earlierId))?.links ?? [];
  if (links.some(({ relation, recordingId }) => relation === 'continues-in' && recordingId === laterId)) return;
  await writer.linkRecordings(earlierId, 'continues-in', laterId);
  const sides = [
    { id: earlierId, relation: 'continues-in', other: laterId },
    { id: laterId, relation: 'continues-from', other: earlierId },
  ];
  for (const { id, ...data } of sides)
    await writer.appendCustody(RecordingLinked.make({ atMs, actor: STATION, subject: subject('recording', id), data }));
}
