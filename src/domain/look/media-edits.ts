/** Which part of a track is shown from when on (elst, ISO/IEC 14496-12 §8.6.6), ms. */
export interface Edit {
  /** When it is shown first. */
  readonly shownMs: number;
  /** The beginning of that part in the track. */
  readonly mediaMs: number;
  readonly lengthMs: number;
}

/** More edits are none of a camera's. */
const EDITS_MAX = 64;

/**
 * Reads an edit list. `movie` and `media`: units a second of the movie and of the track. Empty edits shift what follows. An empty list: the track is shown as it is.
 * null for one that cannot be read.
 */
export function editsOf(elst: DataView, { movie, media }: { readonly movie: number; readonly media: number }): readonly Edit[] | null {
  const isWide = elst.getUint8(0) === 1;
  const count = elst.getUint32(4);
  const width = isWide ? 20 : 12;
  if (movie === 0 || media === 0 || count > EDITS_MAX || 8 + count * width > elst.byteLength) return null;
  const edits: Edit[] = [];
  let shownMs = 0;
  for (let at = 8; at < 8 + count * width; at += width) {
    const length = isWide ? Number(elst.getBigUint64(at)) : elst.getUint32(at);
    const start = isWide ? Number(elst.getBigInt64(at + 8)) : elst.getInt32(at + 4);
    const isLast = at + width === 8 + count * width;
    // In a file of fragments the last edit has no length: it goes on to the end.
    const lengthMs = length === 0 && isLast ? Number.POSITIVE_INFINITY : (length * 1000) / movie;
    if (start >= 0) edits.push({ shownMs, mediaMs: (start * 1000) / media, lengthMs });
    shownMs += lengthMs;
  }
  return edits;
}

/** Numbers of one chunk: first byte, first byte behind it, beginning and end, ms. */
const WIDTH = 4;

/**
 * The chunks as they are shown: those of each edit, cut to it. `delayMs`: how much later than decoded the track begins to be shown, which edits count in. null where
 * these would be more than `max`. What no edit shows is left out.
 */
export function shownChunks(
  chunks: Float64Array,
  { edits, delayMs, max }: { readonly edits: readonly Edit[]; readonly delayMs: number; readonly max: number },
): Float64Array | null {
  const shown: number[] = [];
  for (const { shownMs, mediaMs: begun, lengthMs } of edits) {
    const mediaMs = begun - delayMs;
    for (let at = 0; at < chunks.length; at += WIDTH) {
      const [start = 0, end = 0, fromMs = 0, toMs = 0] = chunks.subarray(at, at + WIDTH);
      const [from, to] = [Math.max(fromMs, mediaMs), Math.min(toMs, mediaMs + lengthMs)];
      if (from >= to) continue;
      const byteAt = (ms: number) => start + ((ms - fromMs) / (toMs - fromMs)) * (end - start);
      shown.push(Math.floor(byteAt(from)), Math.ceil(byteAt(to)), from - mediaMs + shownMs, to - mediaMs + shownMs);
      if (shown.length > max * WIDTH) return null;
    }
  }
  return Float64Array.from(shown);
}
