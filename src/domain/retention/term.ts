/**
 * How long something is kept. Calendar terms are ISO 8601-1:2019 durations of whole days (`P6M`, `P1Y6M`, `P30D`, `P2W`); working days are written
 * `20 working-days`. A term has no time of day, because it ends with a local day.
 */
export type Term =
  | { readonly kind: 'permanent' }
  /** `months` counts years too. Both are added at once, then the days (as ISO 8601 orders them). */
  | { readonly kind: 'calendar'; readonly text: string; readonly months: number; readonly days: number }
  | { readonly kind: 'working-days'; readonly text: string; readonly days: number };

const DURATION = /^P(?:(\d{1,4})W|(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})D)?)$/;
const WORKING_DAYS = /^(\d{1,4}) working-days$/;
/** A longer term is a slip of the pen, or means `permanent`. */
const DAYS_MAX = 36_525;
const WORKING_DAYS_MAX = 1000;

/** The term that a text names; null for what names none, or no time at all (`P0D`). */
export function parseTerm(text: string): Term | null {
  if (text === 'permanent') return { kind: 'permanent' };
  const working = WORKING_DAYS.exec(text);
  if (working) {
    const days = Number(working[1]);
    return days >= 1 && days <= WORKING_DAYS_MAX ? { kind: 'working-days', text, days } : null;
  }
  const [found, weeks = 0, years = 0, months = 0, days = 0] = DURATION.exec(text)?.map((each) => each ?? 0) ?? [];
  if (found === undefined) return null;
  const term = { kind: 'calendar', text, months: Number(years) * 12 + Number(months), days: Number(weeks) * 7 + Number(days) } as const;
  const about = term.months * 30.4375 + term.days;
  return about > 0 && about <= DAYS_MAX ? term : null;
}

/** As it stands in a schedule. */
export function termText(term: Term): string {
  return term.kind === 'permanent' ? term.kind : term.text;
}
