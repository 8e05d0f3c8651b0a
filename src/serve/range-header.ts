import type { ByteRange } from '#domain/byte-range';

/**
 * The one range that a Range header asks of `total` bytes (RFC 9110, 14.2). `whole`: no header, one that is not understood, or several
 * ranges, all of which may be answered with the whole; `unsatisfiable`: answer 416, also for numbers that no file can have (beyond 2^53).
 */
export function rangeOf(header: string | undefined, total: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return 'whole';
  const [, first = '', last = ''] = match;
  // Beyond that a number is no longer the one that was asked for.
  if (Number(first) > Number.MAX_SAFE_INTEGER || Number(last) > Number.MAX_SAFE_INTEGER) return 'unsatisfiable';
  if (first === '') {
    if (last === '') return 'whole';
    const suffix = Number(last);
    return suffix === 0 || total === 0 ? 'unsatisfiable' : { start: Math.max(0, total - suffix), end: total };
  }
  const start = Number(first);
  const end = last === '' ? total : Math.min(total, Number(last) + 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= total ? 'unsatisfiable' : { start, end };
}
