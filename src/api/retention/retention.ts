import Type, { type Static } from 'typebox';
import { closed, Name, nullable, oneOf, PAGE, ReasonSchema } from '#api/common';
import { END_ACTIONS, LOCK_MODES, SECTORS, SOURCE_STATUSES, START_EVENTS } from '#domain/retention/schedule';
import type { WaitedFor } from '#domain/retention/until';

/** Schemas of schedules of retention, their dry runs, the term of a recording, and corrections. */

/** Sent as JSON, a file of the largest size has at most six times as many bytes. */
export const SCHEDULE_BODY_BYTES_MAX = 6 * 256 * 1024 + 4096;
const SCHEDULE_STATES = ['proposed', 'adopted', 'in-force', 'former', 'refused', 'withdrawn'] as const;
const CORRECTION_STATES = ['proposed', 'approved', 'refused'] as const;
const WAITED_FOR: readonly WaitedFor[] = ['case-decided', 'case-closed', 'archived', 'start', 'source', 'holidays'];
const UNTIL_KINDS = ['instant', 'permanent', 'waiting'] as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

const UntilJson = Type.Object({
  kind: oneOf(UNTIL_KINDS, '`waiting`: for something that has not happened, so without end until then.'),
  at: nullable.text('The first moment after it; null unless `instant`.'),
  for: Type.Unsafe<WaitedFor | null>({ type: ['string', 'null'], enum: [...WAITED_FOR, null] }),
});
const MaybeUntil = Type.Union([UntilJson, Type.Null()]);

const AMOUNT = {
  recordings: Type.Integer(),
  hours: Type.Number({ description: 'Of footage, as far as its length is known.' }),
  gib: Type.Number({ description: 'Of originals, 2^30 bytes.' }),
};
const AmountJson = Type.Object(AMOUNT);
const NamedJson = Type.Object({
  ...AMOUNT,
  names: Type.Array(Type.Object({ recording: Type.String(), before: MaybeUntil, after: UntilJson }), {
    description: 'Some of them, as far as whoever asks may see them.',
  }),
  more: Type.Integer({ description: 'How many more there are than named.' }),
});

export const DryRunJson = Type.Object({
  digest: Type.String({ description: 'SHA-256 over schedule and result, hex. Whoever adopts the schedule names it.' }),
  against: nullable.integer('The version in force with which it was compared; null: none.'),
  by: Type.String(),
  byName: nullable.text('Name of that account; null: it has none.'),
  at: Type.String(),
  inForceAt: Type.String({ description: 'When it would have come into force, had it been adopted then.' }),
  whole: AmountJson,
  longer: NamedJson,
  notKept: Type.Object(NamedJson.properties, {
    description: 'Recordings like these are not kept so long any more. These themselves keep what they have earned.',
  }),
  conflicts: NamedJson,
  ending: Type.Array(Type.Object({ withinDays: Type.Integer(), ...AMOUNT })),
  disposable: NamedJson,
  later: AmountJson,
  permanent: AmountJson,
  waiting: AmountJson,
  rules: Type.Array(
    Type.Object({
      from: nullable.text('The rule that decides today.'),
      to: Type.String(),
      change: oneOf(['longer', 'same', 'shorter']),
      ...AMOUNT,
    }),
  ),
  rulesLeftOut: Type.Integer(),
});

export const ScheduleJson = Type.Object({
  version: Type.Integer(),
  state: oneOf(SCHEDULE_STATES),
  title: Type.Object({ 'zh-CN': Type.String(), en: Type.String() }),
  sha256: Type.String({ description: 'Of the text, hex.' }),
  proposedBy: Type.String(),
  proposedByName: nullable.text('Name of that account; null: it has none.'),
  proposedAt: Type.String(),
  decidedBy: nullable.text('Who adopted, refused or withdrew it; null while it is proposed.'),
  decidedByName: nullable.text('Name of that account; null: it has none.'),
  decidedAt: nullable.text(),
  inForceAt: nullable.text('From when on it counts, if it was adopted.'),
});

const Titled = Type.Object({ 'zh-CN': Type.String(), en: Type.String() });

/** One rule of a schedule as the station reads it. */
const ScheduleRuleJson = Type.Object({
  id: Type.String(),
  title: Titled,
  match: Type.Unsafe<Readonly<Record<string, readonly string[] | string | boolean>>>({
    type: 'object',
    additionalProperties: true,
    description: 'Which recordings, as the file says it; empty: all.',
  }),
  start: oneOf(START_EVENTS),
  minimum: nullable.text('As the file writes it: `P6M`, `20 working-days`, `permanent`; null: the rule sets none.'),
  maximum: nullable.text(),
  action: oneOf(END_ACTIONS),
  lock: Type.Object({ mode: oneOf(LOCK_MODES), hold: Type.Boolean(), horizonDays: Type.Integer() }),
  source: Type.Object({
    status: oneOf(SOURCE_STATUSES, '`missing`: what matches is kept until somebody has found it.'),
    title: Type.String(),
    article: nullable.text(),
    checked: Type.String(),
  }),
  counts: Type.Boolean({ description: 'False: it is for other agencies or regions.' }),
});

export const ScheduleTextJson = Type.Object({
  ...ScheduleJson.properties,
  text: Type.String({ description: 'The file, YAML.' }),
  agency: Type.Object({ sectors: Type.Array(oneOf(SECTORS)), region: Type.String() }),
  rules: Type.Array(ScheduleRuleJson),
  dryRun: Type.Union([DryRunJson, Type.Null()]),
});

export const RetentionJson = Type.Object({
  inForce: Type.Union([ScheduleJson, Type.Null()], { description: 'null: none was ever adopted, so nothing is ever due.' }),
  adopted: Type.Union([ScheduleJson, Type.Null()], { description: 'Its waiting period runs.' }),
  waiting: Type.Integer({ description: 'Proposals.' }),
  stale: Type.Integer({ description: 'Terms that are being counted; by none of them may anything be disposed of.' }),
});

export const ScheduleParams = closed({ version: Type.Integer({ minimum: 1, maximum: 2 ** 31 }) });
export const SchedulesQuery = closed({ ...PAGE, state: Type.Optional(oneOf(SCHEDULE_STATES)) });
export const ProposeScheduleBody = closed({ text: Type.String({ minLength: 1, maxLength: 256 * 1024, description: 'The file, YAML.' }) });
export const AdoptScheduleBody = closed({ digest: Type.Unsafe<string>({ ...Sha256, description: 'Of the dry run that was read.' }) });
export const EndScheduleBody = closed({ reason: Type.Optional(Name(500)) });

export const DryRunLineJson = Type.Union([
  Type.Object({ type: Type.Literal('progress'), recordings: Type.Integer(), recordingsTotal: Type.Integer() }),
  Type.Object({ type: Type.Literal('result'), version: Type.Integer(), digest: Type.String() }),
]);

const Sentences = Type.Object({ verdict: Type.String(), whys: Type.Array(Type.String()) });

export const TermJson = Type.Object({
  recording: Type.String(),
  version: Type.Integer({ description: 'The schedule whose rule won.' }),
  until: UntilJson,
  earned: MaybeUntil,
  maximum: MaybeUntil,
  action: oneOf(END_ACTIONS),
  lock: Type.Object({ mode: oneOf(LOCK_MODES), hold: Type.Boolean(), horizonDays: Type.Integer() }),
  rule: Type.String({ description: 'The rule that won.' }),
  conflict: Type.Boolean({ description: 'A minimum is later than the maximum: it is kept, and a person decides.' }),
  corrections: Type.Integer(),
  stale: Type.Boolean({ description: 'It is being counted; until then nothing may be disposed of.' }),
  reasons: Type.Array(ReasonSchema),
  words: Type.Object({ 'zh-CN': Sentences, en: Sentences }),
});

export const CorrectionJson = Type.Object({
  number: Type.Integer(),
  recording: nullable.text('null: whoever asks may not see it.'),
  state: oneOf(CORRECTION_STATES),
  reason: nullable.text('null: erased, or whoever asks may not see the recording.'),
  proposedBy: Type.String(),
  proposedByName: nullable.text('Name of that account; null: it has none.'),
  proposedAt: Type.String(),
  decidedBy: nullable.text(),
  decidedByName: nullable.text('Name of that account; null: it has none.'),
  decidedAt: nullable.text(),
});

export const CorrectionParams = closed({ number: Type.Integer({ minimum: 1, maximum: 2 ** 31 }) });
export const CorrectionsQuery = closed({ ...PAGE, state: Type.Optional(oneOf(CORRECTION_STATES)) });
export const ProposeCorrectionBody = closed({ recording: Name(128), reason: Name(500) });
export const DecideCorrectionBody = closed({ decision: oneOf(['approved', 'refused']) });

export type RetentionAnswer = Static<typeof RetentionJson>;
export type ScheduleAnswer = Static<typeof ScheduleJson>;
export type ScheduleTextAnswer = Static<typeof ScheduleTextJson>;
export type DryRunAnswer = Static<typeof DryRunJson>;
export type DryRunLine = Static<typeof DryRunLineJson>;
export type TermAnswer = Static<typeof TermJson>;
export type CorrectionAnswer = Static<typeof CorrectionJson>;
