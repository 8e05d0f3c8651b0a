import type { DeskDeps } from '#desk/deps';
import { ThumbnailsShown } from '#domain/custody/look-entries';
import { describeViewer, wordsOfViewer } from '#domain/custody/looked';
import { subject } from '#domain/custody/subject';
import { newId } from '#domain/ids';
import type { Viewer } from '#domain/look/look';

/** Pictures that a page is about to show. */
interface Wanted {
  readonly recordings: readonly string[];
  readonly kind: 'poster' | 'thumbnail';
  readonly caseNumber: string | null;
  readonly policy: number | null;
}

/**
 * Puts on record in one entry that these pictures are shown. What whoever asks may not see is left out, like what is not there. null: nothing is left, and
 * nothing was written.
 */
export async function showThumbnails(
  { ledger, clock, clockWatch, facts }: Pick<DeskDeps, 'ledger' | 'clock' | 'clockWatch' | 'facts'>,
  viewer: Viewer,
  { recordings: asked, kind, caseNumber, policy }: Wanted,
): Promise<{ readonly look: string; readonly kind: string; readonly recordings: readonly string[] } | null> {
  const wanted = [...new Set(asked)];
  const recordings: string[] = [];
  for (const id of wanted) if (await ledger.recordings.get(id)) recordings.push(id);
  if (recordings.length === 0) return null;
  const atMs = clock.nowMs();
  const look = newId('lok', atMs, facts.stationId);
  const known = caseNumber !== null && (await ledger.cases.get(caseNumber)) !== null;
  const draft = ThumbnailsShown.make({
    ...{ atMs, actor: viewer.actor, subject: known ? subject('case', caseNumber) : subject('station', facts.stationId) },
    data: { look, kind, policy, whole: recordings.length === wanted.length, ...describeViewer(viewer, clockWatch.state().kind) },
    lists: { recordings },
    personal: wordsOfViewer(viewer),
  });
  await ledger.transaction(async (writer) => {
    await writer.custody.append(draft);
  });
  return { look, kind, recordings };
}
