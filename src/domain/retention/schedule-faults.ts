import { dayNumber, dayOfText, plusMonths } from '#domain/calendar/local-days';
import type { RetentionRule, RetentionSchedule } from './schedule.ts';
import type { Term } from './term.ts';

const SCHEDULE_FAULTS = [
  'rule-twice',
  'no-term',
  'term-without-source',
  'never-ends',
  'maximum-permanent',
  'maximum-under-minimum',
  'case-needed',
  'minimum-of-unmarked',
  'lock-modes-differ',
  'day-unreadable',
  'region-unreadable',
  'no-default',
] as const;

/** Why a schedule cannot be used: it says nothing, contradicts itself, or would keep something shorter than it seems to. */
export interface ScheduleFault {
  readonly code: (typeof SCHEDULE_FAULTS)[number];
  /** Id of the rule; empty: the schedule as a whole. */
  readonly rule: string;
  readonly path: readonly (string | number)[];
}

const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/;

/** Every fault; none if the schedule may be adopted. */
export function scheduleFaults({ agency, rules }: Pick<RetentionSchedule, 'agency' | 'rules'>): readonly ScheduleFault[] {
  const ids = rules.map(({ id }) => id);
  const modes = rules.map(({ lock }) => lock.mode).filter((mode) => mode !== 'none');
  const faults = rules.flatMap((rule, place) => {
    const { mode } = rule.lock;
    const own = faultsOfRule(rule);
    if (ids.indexOf(rule.id) !== place) own.push(['rule-twice', 'id']);
    // One bucket has one mode; a lock that was set in the weaker one cannot be made stronger without the right to lift it.
    if (mode !== 'none' && mode !== modes[0]) own.push(['lock-modes-differ', 'lock']);
    return own.map(([code, field]) => ({ code, rule: rule.id, path: ['rules', place, field] }));
  });
  const whole: ScheduleFault[] = [];
  if (!REGION.test(agency.region)) whole.push({ code: 'region-unreadable', rule: '', path: ['agency', 'region'] });
  if (!rules.some(isDefault)) whole.push({ code: 'no-default', rule: '', path: ['rules'] });
  return [...whole, ...faults];
}

/** A rule that matches every recording, and keeps it from a moment that every recording has. */
function isDefault({ match, start, minimum }: RetentionRule): boolean {
  return Object.keys(match).length === 0 && minimum !== null && start !== 'case-decided' && start !== 'case-closed';
}

type Found = [ScheduleFault['code'], string];

function faultsOfRule({ match, start, minimum, maximum, source }: RetentionRule): Found[] {
  const ofCase = start === 'case-decided' || start === 'case-closed';
  const missing = source.status === 'missing';
  const found: (Found | false)[] = [
    minimum === null && maximum === null && !missing && ['no-term', 'start'],
    missing && (minimum !== null || maximum !== null) && ['term-without-source', 'source'],
    start === 'never' && (maximum !== null || (minimum !== null && minimum.kind !== 'permanent')) && ['never-ends', 'start'],
    maximum?.kind === 'permanent' && ['maximum-permanent', 'maximum'],
    minimum !== null && maximum !== null && isUnder(maximum, minimum) && ['maximum-under-minimum', 'maximum'],
    ofCase && match.case === 'none' && ['case-needed', 'start'],
    // Somebody who tags it with a case, or marks it, would take the minimum away.
    (match.case === 'none' || match.important === false) && (minimum !== null || missing) && ['minimum-of-unmarked', 'match'],
    Number.isNaN(dayOfText(source.checked)) && ['day-unreadable', 'source'],
    match.regions?.every((region) => REGION.test(region)) === false && ['region-unreadable', 'match'],
  ];
  return found.filter((each) => each !== false);
}

/** Whether a maximum ends before the minimum beside it, counted from any day of a leap year and the year after. Working days are compared with their own kind alone. */
function isUnder(maximum: Term, minimum: Term): boolean {
  if (minimum.kind === 'permanent') return maximum.kind !== 'permanent';
  if (maximum.kind === 'working-days' && minimum.kind === 'working-days') return maximum.days < minimum.days;
  if (maximum.kind !== 'calendar' || minimum.kind !== 'calendar') return false;
  const begin = dayNumber(2024, 1, 1);
  return Array.from({ length: 731 }, (_, n) => begin + n).some(
    (day) => plusMonths(day, maximum.months) + maximum.days < plusMonths(day, minimum.months) + minimum.days,
  );
}
