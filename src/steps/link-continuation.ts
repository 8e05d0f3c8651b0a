import type { LedgerWriter } from '#ports/ledger';

/** Both recordings tell from then on that one goes on in the other, and the custody log says so of both, once. */
export async function linkContinuation(writer: LedgerWriter, earlierId: string, laterId: string, atMs: number): Promise<void> {
  const links = (await writer.recordingDetail(earlierId))?.links ?? [];
  if (links.some(({ relation, recordingId }) => relation === 'continues-in' && recordingId === laterId)) return;
  await writer.linkRecordings(earlierId, 'continues-in', laterId);
  const sides = [
    { subject: earlierId, relation: 'continues-in', other: laterId },
    { subject: laterId, relation: 'continues-from', other: earlierId },
  ];
  for (const { subject, ...data } of sides) await writer.appendCustody({ type: 'recording.linked', atMs, actor: 'station', subject, data });
}
