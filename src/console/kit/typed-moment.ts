export type MomentKind = 'date' | 'month' | 'datetime-local';

/** How each is written. */
export const SAMPLES: Readonly<Record<MomentKind, string>> = { date: '2026-06-20', month: '2026-06', 'datetime-local': '2026-06-20 09:30' };

/** Digits of each part, in their order: year, month, day, hour, minute. */
const PARTS: Readonly<Record<MomentKind, readonly number[]>> = { date: [4, 2, 2], month: [4, 2], 'datetime-local': [4, 2, 2, 2, 2] };

/** What somebody typed, as a field of HTML has it: `2026/6/5`, `20260605` and `2026年6月5日` are all 2026-06-05. '': nothing was typed; null: it is no such moment. */
export function readMoment(kind: MomentKind, typed: string): string | null {
  const text = typed.normalize('NFKC').trim();
  if (text === '') return '';
  if (!/^[\d\s年月日时分点TZ./:,-]+$/u.test(text)) return null;
  const parts = partsOf(text.match(/\d+/g) ?? [], PARTS[kind]);
  const [year = '', month = '01', day = '01', hour = '00', minute = '00'] = parts ?? [];
  if (parts === null || year.length !== 4) return null;
  const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
  // A 31st of June is none: it would come back as the 1st of July.
  const ms = Date.parse(`${iso}Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== iso) return null;
  return kind === 'month' ? iso.slice(0, 7) : kind === 'date' ? iso.slice(0, 10) : iso;
}

/** As it is typed and as all times are shown. */
export function shownMoment(value: string): string {
  return value.replace('T', ' ');
}

/** Parts that were written apart, or all digits in one; null: there are more or fewer. */
function partsOf(groups: readonly string[], lengths: readonly number[]): readonly string[] | null {
  if (groups.length === lengths.length) return groups;
  const digits = groups.join('');
  if (groups.length > 2 || digits.length !== lengths.reduce((sum, length) => sum + length, 0)) return null;
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return digits.slice(at - length, at);
  });
}

function two(part: string): string {
  return part.padStart(2, '0');
}
