import type { Capture } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import type { LedgerWriter } from '#ports/ledger';
import { linkRecordings } from '#steps/link-recordings';
import type { Item } from './new-recording.ts';

/** Where a segment of a capture is on record: in a recording, nowhere yet (null), or somewhere that says nothing of its neighbours. */
export type Standing = string | null | 'elsewhere';

/**
 * What of a capture is new, cut where something that is on record lies between: a recording is one continuous capture, so the segments before and
 * after one that is sealed already are two. New sidecars travel with the first new segments.
 */
export function newPieces(capture: Capture, standing: ReadonlyMap<ListedFile, Standing>): readonly (readonly Item[])[] {
  const pieces: Item[][] = [];
  let isNew = false;
  for (const file of capture.segments) {
    const wasNew = isNew;
    isNew = standing.get(file) === null;
    if (!isNew) continue;
    if (!wasNew) pieces.push([]);
    pieces.at(-1)?.push({ file, role: 'segment' });
  }
  const sidecars = capture.sidecars.filter((file) => standing.get(file) === null).map((file): Item => ({ file, role: 'sidecar' }));
  if (sidecars.length === 0) return pieces;
  const [first = [], ...others] = pieces;
  return [[...first, ...sidecars], ...others];
}

/** One take whose segments are on record as several recordings: each goes on in the next. */
export async function linkPieces(
  writer: LedgerWriter,
  { segments }: Capture,
  standing: ReadonlyMap<ListedFile, Standing>,
  atMs: number,
): Promise<void> {
  let before: Standing = 'elsewhere';
  for (const file of segments) {
    const here: Standing = standing.get(file) ?? 'elsewhere';
    if (before !== null && before !== 'elsewhere' && here !== 'elsewhere' && before !== here)
      await linkRecordings(writer, { id: before, relation: 'continues-in', other: here }, atMs);
    before = here;
  }
}
