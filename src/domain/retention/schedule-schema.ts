import Type, { type Static } from 'typebox';
import { closed, code, listOf, oneOf, titled } from '#domain/data-file/fields';
import { KINDS } from '#domain/kind';
import { CONFIDENTIALITY } from '#domain/protection';
import { CASE_STAGES, CATEGORIES } from '#domain/registry';
import { END_ACTIONS, LOCK_MODES, SECTORS, SOURCE_STATUSES, START_EVENTS } from './schedule.ts';

/** What the first line of a schedule says. */
const SCHEDULE_FORMAT = 'evidock-retention/1';
/** Longer files are refused before they are read. */
export const SCHEDULE_BYTES_MAX = 256 * 1024;
const RULES_MAX = 200;
const UNITS_MAX = 500;
/** Servers lock up to some years ahead; a date beyond 2106 unlocks at some of them. */
const HORIZON_DAYS_MAX = 3650;

const words = (description: string, maxLength = 200) => Type.String({ minLength: 1, maxLength, description });
const yes = (description: string) => Type.Literal(true, { description });

const MatchSchema = closed(
  {
    kinds: Type.Optional(listOf(KINDS, 'Kinds of recording.')),
    categories: Type.Optional(
      listOf(CATEGORIES, 'Its category, or that of a case of it. What has no category is kept as if it had each of them.'),
    ),
    stages: Type.Optional(listOf(CASE_STAGES, 'Stage of the procedure, its own or that of a case of it.')),
    important: Type.Optional(Type.Boolean({ description: 'Whether it is marked as important. `false` is for rules without minimum.' })),
    case: Type.Optional(oneOf(['any', 'none'] as const, 'Whether it belongs to a case. `none` is for rules without minimum.')),
    units: Type.Optional(
      Type.Array(words('Id of a unit.', 60), {
        minItems: 1,
        maxItems: UNITS_MAX,
        uniqueItems: true,
        description: 'Ids of units (`evidock unit list`); those below are meant too.',
      }),
    ),
    levelMin: Type.Optional(
      oneOf(CONFIDENTIALITY, 'At least this level, the highest of the recording and its cases; nobody marked it: `internal`.'),
    ),
    foundInBin: Type.Optional(yes('Only what somebody had deleted on the recorder.')),
    damaged: Type.Optional(yes('Only what is damaged.')),
    sectors: Type.Optional(listOf(SECTORS, 'Only for agencies of these kinds (`agency.sectors`).')),
    regions: Type.Optional(
      Type.Array(words('Region.', 6), {
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
        description: 'Only in these regions, ISO 3166; `CN` means each `CN-37` too (`agency.region`).',
      }),
    ),
  },
  'Which recordings; what is left out does not matter, and `{}` means all.',
);

const LockSchema = closed(
  {
    mode: oneOf(LOCK_MODES, 'Mode of the lock in the storage, the same in all rules that lock.'),
    hold: Type.Boolean({ description: 'Also put the storage’s own legal hold on it.' }),
    horizonDays: Type.Integer({
      minimum: 1,
      maximum: HORIZON_DAYS_MAX,
      description: 'What is kept without end is locked so many days ahead, and extended.',
    }),
  },
  'How the storage helps; left out: not at all.',
);

const SourceSchema = closed(
  {
    status: oneOf(
      SOURCE_STATUSES,
      '`found`: a text says so; `policy`: the agency has decided so; `missing`: nobody has found it, and what matches is kept until somebody has.',
    ),
    title: words('Name and number of the text.'),
    article: Type.Optional(words('Article.', 60)),
    checked: Type.String({ minLength: 10, maxLength: 10, description: 'Day on which somebody looked, `2026-11-26`.' }),
  },
  'Where the term comes from.',
);

const term = (description: string) => Type.String({ minLength: 1, maxLength: 24, description });

const RuleSchema = closed({
  id: code('Stands in the custody log; never use it again for another rule.'),
  title: titled(),
  match: MatchSchema,
  start: oneOf(START_EVENTS, 'From when on the term counts; `never`: what matches is kept for good.'),
  minimum: Type.Optional(
    term(
      'How long it is kept at least: ISO 8601 (`P6M`, `P1Y6M`, `P30D`, `P2W`), `20 working-days` or `permanent`. The longest of all rules counts.',
    ),
  ),
  maximum: Type.Optional(term('When it must be gone, written in the same way. It counts only once every minimum is over.')),
  action: oneOf(END_ACTIONS, 'What becomes of it at the end: proposed for disposal, looked at first, or handed to another archive.'),
  lock: Type.Optional(LockSchema),
  source: SourceSchema,
});

/** A retention schedule. */
export const ScheduleFileSchema = closed({
  format: Type.Literal(SCHEDULE_FORMAT),
  title: titled(),
  agency: closed(
    {
      sectors: listOf(SECTORS, 'What the agency is; several for one that enforces for several.'),
      region: words('Where it is, ISO 3166: `CN-33`, `CN`, `US-TX`.', 6),
    },
    'Whose schedule it is. Rules for other agencies and regions do not count.',
  ),
  holidays: oneOf(
    ['china', 'own'] as const,
    '`china`: the yearly notices of the State Council, and the files of the site; `own`: the files of the site alone (config/holidays/README.md).',
  ),
  rules: Type.Array(RuleSchema, { minItems: 1, maxItems: RULES_MAX }),
});

export type ScheduleFile = Static<typeof ScheduleFileSchema>;
