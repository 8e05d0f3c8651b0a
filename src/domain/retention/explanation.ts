import { dayText, type LocalDays } from '#domain/calendar/local-days';
import { because, type Reason } from '#domain/reason';
import type { MatchedRule, RetentionTerm } from './retention-term.ts';
import type { RetentionRule, RetentionSchedule } from './schedule.ts';
import type { Until } from './until.ts';

interface Explained {
  /** How long, and by which rule. */
  readonly verdict: Reason;
  /** When it must be gone, or why that does not count; null: nothing sets a maximum. */
  readonly maximum: Reason | null;
  readonly end: Reason;
  /** One for each rule that matched, in the order of the schedule. */
  readonly rules: readonly Reason[];
  readonly doubts: readonly Reason[];
}

interface Telling {
  /** The schedule under which the term was found. */
  readonly schedule: RetentionSchedule;
  readonly days: LocalDays;
  /** Of titles of rules; sentences are made where somebody reads. */
  readonly language: 'zh-CN' | 'en';
}

/** Why a recording is kept as long as it is. Days are those of the agency's zone, each the last one on which it is still kept. */
export function explainTerm(term: RetentionTerm, { schedule, days, language }: Telling): Explained {
  const titleOf = (id: string) => schedule.rules.find((rule) => rule.id === id)?.title[language] ?? id;
  return {
    verdict: verdictOf(term, titleOf(term.winner), days),
    maximum: maximumOf(term, days),
    end: because(`ends-${term.action}`, {}),
    rules: term.matched.map((matched) => {
      const whys = partsOf(matched, schedule.rules.find(({ id }) => id === matched.rule) ?? null, days);
      return because('rule-counts', { rule: matched.rule, title: titleOf(matched.rule), whys });
    }),
    doubts: term.doubts.map((doubt) => because(`doubt-${doubt}`, {})),
  };
}

function verdictOf({ minimum, winner, matched }: RetentionTerm, title: string, days: LocalDays): Reason {
  if (winner === '') return because('kept-by-no-rule', {});
  if (minimum.kind === 'instant') return because('kept-to-day', { day: lastDay(minimum.ms, days), rule: winner, title });
  if (minimum.kind === 'permanent') return because('kept-for-good', { rule: winner, title });
  const by = matched.find((each) => each.rule === winner && each.minimum?.kind === 'waiting') ?? null;
  return because('kept-while-waiting', { why: waitOf(minimum, by), rule: winner, title });
}

function maximumOf({ maximum, conflict, matched }: RetentionTerm, days: LocalDays): Reason | null {
  if (maximum === null || maximum.kind === 'permanent') return null;
  if (conflict) return because('maximum-conflict', {});
  if (maximum.kind === 'instant') return because('gone-by-day', { day: lastDay(maximum.ms, days) });
  return because('maximum-waits', { why: waitOf(maximum, matched.find((each) => each.maximum?.kind === 'waiting') ?? null) });
}

function partsOf(matched: MatchedRule, rule: RetentionRule | null, days: LocalDays): readonly Reason[] {
  const { minimum, maximum, assumed } = matched;
  const parts = [
    minimum && minimumPart(minimum, matched, days),
    maximum?.kind === 'instant' ? because('maximum-to-day', { day: lastDay(maximum.ms, days) }) : null,
    fromPart(matched, days),
    assumed && because(`assumed-${assumed}`, {}),
    rule &&
      because(`source-${rule.source.status}`, {
        source: [rule.source.title, rule.source.article].filter((each) => each !== null).join(' '),
      }),
  ];
  return parts.filter((each) => each !== null);
}

function minimumPart(minimum: Until, matched: MatchedRule, days: LocalDays): Reason {
  if (minimum.kind === 'instant') return because('minimum-to-day', { day: lastDay(minimum.ms, days) });
  return minimum.kind === 'permanent' ? because('minimum-for-good', {}) : because('minimum-waits', { why: waitOf(minimum, matched) });
}

function fromPart({ event, fromMs, startDoubt, case: of, minimum }: MatchedRule, days: LocalDays): Reason | null {
  const counts = minimum?.kind !== 'permanent' && !(minimum?.kind === 'waiting' && minimum.for === 'source');
  if (fromMs === null || event === 'never' || !counts) return null;
  const day = dayText(days.dayOf(fromMs));
  if (startDoubt === 'start-unknown') return because('from-latest-unknown', { day });
  if (startDoubt === 'start-implausible') return because('from-latest-implausible', { day });
  if (event === 'case-decided' || event === 'case-closed') return because(`from-${event}`, { day, case: of ?? '' });
  return because(`from-${event}`, { day });
}

function waitOf(until: Extract<Until, { readonly kind: 'waiting' }>, matched: MatchedRule | null): Reason {
  if (until.for === 'case-decided' || until.for === 'case-closed') return because(`waits-${until.for}`, { case: matched?.case ?? '' });
  if (until.for === 'holidays') return because('waits-holidays', { year: matched?.missingYear ?? '' });
  return because(`waits-${until.for}`, {});
}

function lastDay(ms: number, days: LocalDays): string {
  return dayText(days.dayOf(ms - 1));
}
