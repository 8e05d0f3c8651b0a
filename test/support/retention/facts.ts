import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import type { RetentionCase, RetentionFacts } from '#domain/retention/facts';
import type { RetentionRule, RetentionSchedule } from '#domain/retention/schedule';
import { parseTerm } from '#domain/retention/term';

/** A wall-clock time in Shanghai as ms since 1970. */
export const shanghai = (text: string) => Date.parse(`${text}+08:00`);

/** A calendar of Shanghai that knows no days off. */
export const calendarOf = (zone = 'Asia/Shanghai') => new RetentionCalendar({ zone, years: [], holidays: 'own' });

/** A recording of 20 June 2026, with a category, without a case. */
export function factsOf(over: Partial<RetentionFacts> = {}): RetentionFacts {
  return {
    ...{
      recordingId: 'rec-1',
      kind: 'video',
      category: 'penalty',
      formerCategories: [],
      stage: null,
      important: false,
      units: [],
      level: null,
    },
    ...{ foundInBin: false, damaged: false, cases: [] },
    starts: {
      recordedMs: shanghai('2026-06-20T10:00:00'),
      claimedMs: shanghai('2026-06-20T10:00:00'),
      dockedMs: shanghai('2026-06-20T18:30:00'),
      sealedMs: shanghai('2026-06-20T18:40:00'),
      archivedMs: null,
    },
    ...over,
  };
}

export function caseOf(over: Partial<RetentionCase> = {}): RetentionCase {
  return { number: 'A-1', tie: 'tagged', category: null, stage: null, openedMs: null, decidedMs: null, closedMs: null, ...over };
}

type RuleWords = Partial<Omit<RetentionRule, 'minimum' | 'maximum'>> & { readonly minimum?: string; readonly maximum?: string };

/** A rule with its terms as they are written; everything else is plain. */
export function ruleOf({ minimum, maximum, ...over }: RuleWords): RetentionRule {
  return {
    ...{ id: 'rule', title: { 'zh-CN': '规则', en: 'Rule' }, match: {}, start: 'docked', action: 'propose' },
    ...{ lock: { mode: 'none', hold: false, horizonDays: 365 } },
    source: { status: 'policy', title: 'Agency', article: null, checked: '2026-11-26' },
    ...over,
    minimum: termOf(minimum),
    maximum: termOf(maximum),
  };
}

function termOf(text: string | undefined) {
  if (text === undefined) return null;
  const term = parseTerm(text);
  if (term === null) throw new Error(`no term: ${text}`);
  return term;
}

/** A schedule of a police agency in China, of these rules; each without an id is called after its place. */
export function scheduleOfRules(...rules: readonly RetentionRule[]): RetentionSchedule {
  return {
    ...{ version: 1, title: { 'zh-CN': '测试', en: 'Test' }, agency: { sectors: ['police'], region: 'CN' }, holidays: 'own' },
    rules: rules.map((rule, place) => (rule.id === 'rule' ? { ...rule, id: `r${place}` } : rule)),
  };
}
