import type { RecordingNote } from '#domain/notes';
import { type TakeRules, takesOf } from '#domain/take/takes';
import type { ListedFile } from './listed-file.ts';
import { assignSidecars } from './sidecars.ts';

/** One continuous capture: its segments in order, and the sidecars that travel with it. */
export interface Capture {
  readonly segments: readonly ListedFile[];
  readonly sidecars: readonly ListedFile[];
  /** What a person should know of it: segments that are not on the card. */
  readonly notes: readonly RecordingNote[];
}

export type CaptureRules = TakeRules<ListedFile>;

/** Sorts the files of a whole card into captures, in the order of the card; yields each as soon as it is decided. */
export async function* groupCaptures(files: readonly ListedFile[], rules: CaptureRules): AsyncGenerator<Capture> {
  const sidecars = assignSidecars(files);
  for await (const { segments, notes } of takesOf(sidecars.others, rules)) yield { segments, sidecars: sidecars.take(segments), notes };
}
