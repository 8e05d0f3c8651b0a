import { type ByteRange, gapWords } from './byte-range.ts';

/** What intake itself knows to be wrong with a recording, in words: files that never came, places that could not be read; null if nothing. */
export function damageFromIntake(
  recording: { readonly originalCount: number; readonly missingCount: number },
  originals: readonly { cardPath: string; bytes: number; gaps: readonly ByteRange[] }[],
): string | null {
  const { missingCount, originalCount } = recording;
  const missing = missingCount === 0 ? null : `${missingCount} of its ${originalCount} files never came from the recorder`;
  const told = [missing, gapWords(originals)].filter((words) => words !== null);
  return told.length === 0 ? null : told.join('; ');
}
