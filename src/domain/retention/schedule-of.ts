import type { LockWish, RetentionMatch, RetentionRule, RetentionSchedule } from './schedule.ts';
import type { ScheduleFile } from './schedule-schema.ts';
import { parseTerm, type Term } from './term.ts';

const NO_LOCK: LockWish = { mode: 'none', hold: false, horizonDays: 365 };

/** A term that cannot be read. */
interface UnreadableTerm {
  readonly place: number;
  readonly field: 'minimum' | 'maximum';
  readonly text: string;
}

/** The schedule that a file says, and its terms that cannot be read (they are none in it). */
export function scheduleOf(
  file: ScheduleFile,
  version: number,
): { readonly schedule: RetentionSchedule; readonly unreadable: readonly UnreadableTerm[] } {
  const unreadable: UnreadableTerm[] = [];
  const termOf = (place: number, field: UnreadableTerm['field'], text: string | undefined): Term | null => {
    if (text === undefined) return null;
    const term = parseTerm(text);
    if (term === null) unreadable.push({ place, field, text });
    return term;
  };
  const rules = file.rules.map(
    ({ match, minimum, maximum, lock = NO_LOCK, source, ...rule }, place): RetentionRule => ({
      ...rule,
      match: match as RetentionMatch,
      minimum: termOf(place, 'minimum', minimum),
      maximum: termOf(place, 'maximum', maximum),
      lock,
      source: { ...source, article: source.article ?? null },
    }),
  );
  const { title, agency, holidays } = file;
  return { schedule: { version, title, agency, holidays, rules }, unreadable };
}
