/** Half-open range of bytes: `end` is the first byte after it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const FILES_TOLD_MAX = 5;

/** Adds a range at the end of ordered ranges, joined to the last one where they touch. */
export function appendRange(ranges: ByteRange[], range: ByteRange): void {
  const last = ranges.at(-1);
  if (last && last.end === range.start) ranges[ranges.length - 1] = { start: last.start, end: range.end };
  else ranges.push(range);
}

export function bytesOfRanges(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Why a recording counts as damaged when places of its files could not be read from the recorder; null if all could. */
export function gapWords(originals: readonly { cardPath: string; bytes: number; gaps: readonly ByteRange[] }[]): string | null {
  const damaged = originals.filter(({ gaps }) => gaps.length > 0);
  const words = damaged.slice(0, FILES_TOLD_MAX).map(({ cardPath, bytes, gaps }) => {
    const places = gaps.length === 1 ? 'at 1 place' : `at ${gaps.length} places`;
    return `${cardPath}: ${bytesOfRanges(gaps)} of ${bytes} bytes ${places} could not be read from the recorder and are filled with zeros`;
  });
  const more = damaged.length - words.length;
  if (more > 0) words.push(`and ${more} more files`);
  return words.length === 0 ? null : words.join('; ');
}
