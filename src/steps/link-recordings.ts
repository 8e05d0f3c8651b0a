import { STATION } from '#domain/custody/actor';
import { RecordingLinked } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { inverseOf, type LinkRelation } from '#domain/notes';
import type { LedgerWriter } from '#ports/ledger';

/** Both recordings tell from then on how they belong together, and the custody log says so of both, once. */
export async function linkRecordings(
  writer: LedgerWriter,
  { id, relation, other }: { readonly id: string; readonly relation: LinkRelation; readonly other: string },
  atMs: number,
): Promise<void> {
  const links = (await writer.recordings.detail(id))?.links ?? [];
  if (links.some((link) => link.relation === relation && link.recordingId === other)) return;
  await writer.recordings.link(id, relation, other);
  const sides = [
    { about: id, data: { relation, other } },
    { about: other, data: { relation: inverseOf(relation), other: id } },
  ];
  for (const { about, data } of sides)
    await writer.custody.append(RecordingLinked.make({ atMs, actor: STATION, subject: subject('recording', about), data }));
}
