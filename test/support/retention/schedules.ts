import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { CountingSchedule } from '#domain/retention/count-term';
import { evaluatorOf } from '#domain/retention/evaluate';
import type { RetentionFacts } from '#domain/retention/facts';
import type { RetentionMatch, RetentionRule, RetentionSchedule, StartEvent } from '#domain/retention/schedule';
import { parseTerm } from '#domain/retention/term';

const ZONE = 'Asia/Shanghai';
const SOURCE = { status: 'found', title: 'a text', article: null, checked: '2026-06-20' } as const;

interface MadeRule {
  readonly minimum: string;
  readonly maximum?: string;
  readonly match?: RetentionMatch;
  readonly start?: StartEvent;
}

/** A rule for tests; `minimum`: `P6M`, `permanent`. */
export function aRule(id: string, { minimum, maximum, match = {}, start = 'docked' }: MadeRule): RetentionRule {
  return {
    ...{ id, title: { 'zh-CN': id, en: id }, match, start, minimum: parseTerm(minimum), action: 'propose', source: SOURCE },
    maximum: maximum === undefined ? null : parseTerm(maximum),
    lock: { mode: 'none', hold: false, horizonDays: 365 },
  };
}

/** A schedule for tests, with its calendar. */
export function aSchedule(version: number, rules: readonly RetentionRule[]): CountingSchedule {
  const title = { 'zh-CN': '表', en: 'table' };
  const schedule: RetentionSchedule = { version, title, agency: { sectors: ['police'], region: 'CN' }, holidays: 'own', rules };
  const calendar = new RetentionCalendar({ zone: ZONE, years: [], holidays: 'own' });
  return { version, schedule, calendar, evaluate: evaluatorOf(schedule, calendar) };
}

/** Facts of a recording that was docked and sealed at `dockedMs`. */
export function someFacts(dockedMs: number, more: Partial<RetentionFacts> = {}): RetentionFacts {
  return {
    ...{
      recordingId: 'rec-1',
      kind: 'video',
      category: 'inspection',
      formerCategories: [],
      stage: null,
      important: false,
      units: [],
      level: null,
    },
    ...{ foundInBin: false, damaged: false, cases: [] },
    starts: { recordedMs: dockedMs, claimedMs: dockedMs, dockedMs, sealedMs: dockedMs, archivedMs: null },
    ...more,
  };
}
