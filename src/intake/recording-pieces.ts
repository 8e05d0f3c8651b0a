import type { Capture } from '#domain/card/captures';
import type { ListedFile } from '#domain/card/listed-file';
import type { LedgerWriter } from '#ports/ledger';
import { linkRecordings } from '#steps/link-recordings';
import type { Item } from './new-recording.ts';

/** Where a segment of a capture is on record: the id of its recording, null for nowhere yet, or `elsewhere` for a place that says nothing of its neighbours. */
export type Standing = string | null | 'elsewhere';

/**
 * Cuts the new files of a capture into pieces that each become a recording. A recording is one continuous capture, so new segments before and after one that is
 * on record are two pieces. New sidecars go with the first piece.
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

/** Links the recordings in which the segments of one take are on record: each continues in the next. */
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
