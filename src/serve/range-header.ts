import type { ByteRange } from '#domain/byte-range';

/**
 * Of a range without an end (`bytes=N-`) a player gets so much in one answer. It asks on from there, so that a browser with several players stays fluent over
 * HTTP/1.1, and a right that was withdrawn ends here at the latest.
 */
export const OPEN_ENDED_BYTES_MAX = 1024 * 1024;

/**
 * The one range of `total` bytes that a Range header asks for (RFC 9110, 14.2). `whole`: there is no header, it is not understood, or it has several ranges;
 * the whole item may answer all of these. `unsatisfiable`: answer 416, also for numbers above 2^53, which no file has. `openEndedMax`: bytes of a range without
 * an end.
 */
export function rangeOf(
  header: string | undefined,
  total: number,
  openEndedMax = Number.POSITIVE_INFINITY,
): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return 'whole';
  const [, first = '', last = ''] = match;
  // A number above this is rounded and is no longer the one that was asked for.
  if (Number(first) > Number.MAX_SAFE_INTEGER || Number(last) > Number.MAX_SAFE_INTEGER) return 'unsatisfiable';
  if (first === '') {
    if (last === '') return 'whole';
    const suffix = Number(last);
    return suffix === 0 || total === 0 ? 'unsatisfiable' : { start: Math.max(0, total - suffix), end: total };
  }
  const start = Number(first);
  const end = Math.min(total, last === '' ? start + openEndedMax : Number(last) + 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= total ? 'unsatisfiable' : { start, end };
}
