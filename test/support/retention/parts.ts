import { OneAtATime, type RetentionParts } from '#desk/retention/parts';
import { readSchedule } from '#desk/retention/read-schedule';
import { type ReadVersion, ScheduleShelf } from '#desk/retention/schedule-shelf';
import { tallyHere } from '#desk/retention/tally';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { evaluatorOf } from '#domain/retention/evaluate';

const CALENDAR = new RetentionCalendar({ zone: 'Asia/Shanghai', years: [], holidays: 'own' });

/** Reads versions of a schedule with a calendar that knows no days off. */
export const readVersion: ReadVersion = ({ version, text }) => {
  const schedule = readSchedule(text, version, `schedule ${version}`);
  return { version, schedule, calendar: CALENDAR, evaluate: evaluatorOf(schedule, CALENDAR) };
};

/** What retention stands on. */
export function someRetention(overrides: Partial<RetentionParts> = {}): RetentionParts {
  const shelf = new ScheduleShelf(readVersion);
  return { shelf, read: readVersion, waitingDays: 7, dryRuns: new OneAtATime(), tally: tallyHere, ...overrides };
}

interface MadeRule {
  readonly minimum: string;
  readonly maximum?: string;
  readonly match?: string;
  readonly start?: string;
  /** How the storage helps, in YAML. */
  readonly lock?: string;
}

const NO_LOCK = '{ mode: none, hold: false, horizonDays: 365 }';

/** The file of a schedule for tests; `match` in YAML: `{ case: any }`. */
export function scheduleText(rules: Readonly<Record<string, MadeRule>>): string {
  const lines = Object.entries(rules).map(([id, { minimum, maximum, match = '{}', start = 'docked', lock = NO_LOCK }]) =>
    [
      `  - id: ${id}`,
      `    title: { zh-CN: ${id}, en: ${id} }`,
      `    match: ${match}`,
      `    start: ${start}`,
      `    minimum: ${minimum}`,
      ...(maximum === undefined ? [] : [`    maximum: ${maximum}`]),
      '    action: propose',
      `    lock: ${lock}`,
      "    source: { status: policy, title: ours, article: '1', checked: 2026-06-20 }",
    ].join('\n'),
  );
  return [
    ...[
      'format: evidock-retention/1',
      'title: { zh-CN: 表, en: table }',
      'agency: { sectors: [police], region: CN }',
      'holidays: own',
      'rules:',
    ],
    ...lines,
    '',
  ].join('\n');
}
