import Type, { type Static } from 'typebox';
import { CLOCK_KINDS } from '#domain/clock/clock-state';
import { OUTCOMES } from '#domain/look/question';
import { closed, Name, nullable, oneOf, PAGE } from './common.ts';

/** Schemas of the audit: what people did, and above all what they looked at. */

const QUESTION = {
  person: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'Who: id or sign-in name of an account, number of an officer, or `cli:root`.',
    }),
  ),
  recording: Type.Optional(Name(64)),
  case: Type.Optional(Name()),
  officer: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Number of the officer who is shown or named.' })),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Unit of the footage or of the person: name or id.' })),
  address: Type.Optional(Name(64)),
  grant: Type.Optional(Name(64)),
  request: Type.Optional(Name(64)),
  look: Type.Optional(Name(64)),
  type: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'Type of entry, such as `recording.viewed` (docs/custody.md).' }),
  ),
  outcome: Type.Optional(oneOf(OUTCOMES)),
  since: Type.Optional(Type.String({ maxLength: 40, description: "At or after; without an offset in the station's zone." })),
  until: Type.Optional(Type.String({ maxLength: 40, description: 'Before.' })),
  order: Type.Optional(oneOf(['newest', 'oldest'], 'Which comes first, by the place in the log; newest if left out.')),
};

export const AuditQuery = closed({
  ...QUESTION,
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Only what stands behind the entry with this number, in the order asked for: to follow the log.',
    }),
  ),
  ...PAGE,
});

export const ExportQuery = closed({
  ...QUESTION,
  format: Type.Optional(oneOf(['csv', 'jsonl'], 'csv if left out.')),
  lang: Type.Optional(oneOf(['zh-CN', 'en'], 'Language of the headings of CSV; en if left out.')),
  rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000, default: 1_000_000, description: 'At most so many lines.' })),
});

const Span = Type.Object({ fromMs: Type.Number(), toMs: Type.Number() });

export const AuditLineJson = Type.Object({
  seq: Type.Integer({ description: 'Number of the entry.' }),
  at: Type.String({ description: "In the station's zone, with its offset." }),
  utc: Type.String(),
  type: Type.String(),
  outcome: oneOf(OUTCOMES),
  clock: oneOf(CLOCK_KINDS, 'How the clock of the station stood: as the entry itself tells, else by its place in the log.'),
  times: Type.Integer({ description: 'How often, where one entry tells of several.' }),
  who: Type.Object({
    ...{ actor: Type.String(), person: nullable.text('Id of the account.'), name: nullable.text('Name then.') },
    ...{ roles: Type.Array(Type.String()), officer: nullable.text(), unit: nullable.text('Unit then.') },
    ...{ via: nullable.text(), session: nullable.text(), address: nullable.text(), agent: nullable.text() },
    knownBy: nullable.text(
      'How they signed in, or what else they showed: `password+totp`, `oidc`, `token`, `kiosk-visit`, `control-socket`, …',
    ),
    requestId: nullable.text('Id of the HTTP request (`x-request-id`); of a look: of its first.'),
  }),
  what: Type.Object({
    ...{ subject: Type.String(), recording: nullable.text(), recordings: Type.Array(Type.String()) },
    ...{ item: nullable.text(), part: nullable.text('`playable`, `original 2`, …'), sha256: nullable.text() },
    ...{ case: nullable.text(), caseTitle: nullable.text('Title then.'), officer: nullable.text('Who is shown.') },
    ...{ unit: nullable.text('Unit of the footage then.'), asked: nullable.text('Question, search or route.') },
  }),
  why: Type.Object({
    ...{ policy: nullable.integer('Version.'), rule: nullable.text(), reason: nullable.text('Code.'), words: nullable.text() },
    ...{ grant: nullable.text(), request: nullable.text() },
  }),
  much: Type.Object({
    ...{ look: nullable.text(), bytes: nullable.integer('Sent, with those that were sent again.'), itemBytes: nullable.integer() },
    played: Type.Union([Type.Array(Span), Type.Null()], { description: 'Media time of what was sent; null: not known.' }),
    claimed: Type.Array(Span, { description: 'What the player says that it played.' }),
    ended: nullable.text('Why the look is over; null: it goes on, or this is no last entry of a look.'),
  }),
  now: Type.Object({
    ...{ name: nullable.text('Name of the account now.'), caseTitle: nullable.text(), unit: nullable.text(), approver: nullable.text() },
  }),
  erased: Type.Array(Type.String(), { description: 'Personal values that were erased.' }),
  prev: Type.String(),
  hash: Type.String(),
});

export const LookParams = closed({ id: Type.String({ minLength: 1, maxLength: 64 }) });

const SPANS_OF_CLAIM_MAX = 200;
export const ClaimBody = closed({
  played: Type.Array(closed({ fromMs: Type.Number({ minimum: 0 }), toMs: Type.Number({ minimum: 0 }) }), {
    minItems: 1,
    maxItems: SPANS_OF_CLAIM_MAX,
    description: 'Media time that was played, half-open spans.',
  }),
});

const PICTURES_MAX = 200;
export const ThumbnailsBody = closed({
  recordings: Type.Array(Name(64), { minItems: 1, maxItems: PICTURES_MAX }),
  kind: oneOf(['poster', 'thumbnail']),
  case: Type.Optional(Name()),
});

export const ThumbnailsJson = Type.Object({
  look: nullable.text('Id of the look; null: none of them may be shown.'),
  recordings: Type.Array(Type.String(), {
    description: 'Those that may be shown. What may not be seen is left out, like what is not there.',
  }),
  seconds: Type.Integer({ description: 'For how long their pictures may be asked for under this entry.' }),
});

export const LookJson = Type.Object({
  ...{ at: Type.String(), look: nullable.text(), part: nullable.text(), from: nullable.text() },
  who: Type.Object({ name: nullable.text(), roles: Type.Array(Type.String()), unit: nullable.text() }),
  why: Type.Object({ case: nullable.text(), reason: nullable.text(), rule: nullable.text(), grant: nullable.text() }),
  seen: Type.Union([
    Type.Object({
      bytes: Type.Integer(),
      itemBytes: Type.Integer(),
      played: Type.Union([Type.Array(Span), Type.Null()]),
      until: Type.String(),
    }),
    Type.Null(),
  ]),
});

export type AuditLineAnswer = Static<typeof AuditLineJson>;
export type LookAnswer = Static<typeof LookJson>;
export type AuditQuestionAsked = Omit<Static<typeof AuditQuery>, 'limit' | 'cursor'>;
