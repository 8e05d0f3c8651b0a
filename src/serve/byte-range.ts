import type { ByteRange } from '#domain/byte-range';

/**
 * The one range that a Range header asks of `total` bytes (RFC 9110, 14.2). `whole`: no header, one that is not understood, or several
 * ranges, all of which may be answered with the whole; `unsatisfiable`: answer 416.
 */
export function rangeOf(header: string | undefined, total: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (!match) return 'whole';
  const [, first = '', last = ''] = match;
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
