import Type from 'typebox';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { code, count, flag, id, time, words } from './fields.ts';
import { subject } from './subject.ts';

const REQUEST = subject('request', 'req-01k0d5w7q3-hz01-7777777777');
const GRANT = subject('grant', 'grt-01k0d5w7q3-hz01-8888888888');
const ASKER = 'usr-01k0d5w7q3-hz01-1111111111';
const REVIEWER = 'usr-01k0d5w7q3-hz01-2222222222';

/** A person as they were then. */
const person = (description: string) =>
  Type.Object(
    { id: id(), unit: nullable(id()), roles: Type.Array(code(), { maxItems: 10 }) },
    { additionalProperties: false, description: `${description} Unit and roles of then.` },
  );
const asker = () => person('Who asked.');
const reviewer = () => person('Who decided.');
const askerId = () => id('Who asked.');
const purpose = () => code("Code of the policy's list of purposes.");
const policy = () => count('Version of the policy.');
const state = () =>
  Type.Object(changed(code()).properties, { additionalProperties: false, description: 'State of the request, before and after.' });
const later = () => flag('Recordings that arrive later are meant too.');
const until = () => Type.String({ maxLength: 40, description: 'The first moment after it: RFC 3339, in UTC.' });
const rule = () => nullable(code('Id of the rule of the policy; null: a reviewer decided.'));
const listed = () => id('Ids of the recordings that are meant.');
const actions = () => Type.Array(code(), { maxItems: 10, description: 'What may be done.' });
const WORDS = { words: nullable(words('null: none were given.')) };

/** A case, single recordings (listed), or an officer within a time. */
const target = () =>
  Type.Object(
    {
      by: code('`case`, `recordings`, `officer`.'),
      case: nullable(id('Number of the case.')),
      officer: nullable(id('Number of the officer.')),
      from: nullable(time()),
      to: nullable(time()),
    },
    { additionalProperties: false, description: 'Which footage: of a case, single recordings, of an officer within a time.' },
  );

interface ToldTarget {
  readonly case: string | null;
  readonly officer: string | null;
}

const about = (told: ToldTarget) => [
  ...(told.case === null ? [] : [subject('case', told.case)]),
  ...(told.officer === null ? [] : [subject('officer', told.officer)]),
];

const CASE_TARGET = { by: 'case', case: 'LY-2026-0012', officer: null, from: null, to: null };
const then = (who: string, role: string) => ({ id: who, unit: 'unt-01k0d5w7q3-hz01-3333333333', roles: [role] });

export const RequestAsked = defineEntry({
  type: 'request.asked',
  about: ['request'],
  tells: 'Somebody asked to call footage up, or took urgent access, which a reviewer is to confirm.',
  data: {
    ...{ asker: asker(), target: target(), later: later(), actions: actions() },
    ...{ purpose: purpose(), urgent: flag('Access begins at once.'), until: until(), policy: policy() },
    ...{
      approvers: Type.Array(code(), { maxItems: 10, description: 'Roles that may decide.' }),
      units: Type.Array(id(), { maxItems: 200, description: 'Units that are concerned.' }),
    },
    confirmBy: nullable(
      Type.String({ maxLength: 40, description: 'Until when urgent access is to be confirmed; null: it is not urgent.' }),
    ),
  },
  lists: { recordings: listed() },
  personal: WORDS,
  related: ({ asker, target: told }) => [subject('user', asker.id), ...about(told)],
  example: {
    subject: REQUEST,
    data: {
      ...{ asker: then(ASKER, 'officer'), target: CASE_TARGET, later: true, actions: ['look', 'hear'], purpose: 'case-work' },
      ...{ urgent: false, until: '2026-06-27T00:00:00.000Z', policy: 3, approvers: ['reviewer'] },
      ...{ units: ['unt-01k0d5w7q3-hz01-3333333333'], confirmBy: null },
    },
    lists: { recordings: [] },
    personal: { words: 'Review before the hearing.' },
  },
});

export const RequestDecided = defineEntry({
  type: 'request.decided',
  about: ['request'],
  tells: 'A request was approved, narrowed or refused by a reviewer, or decided at once by a rule of the policy.',
  data: {
    ...{
      state: state(),
      asker: askerId(),
      reviewer: nullable(reviewer()),
      rule: rule(),
      policy: policy(),
    },
    ...{ actions: actions(), later: later(), until: nullable(until()) },
  },
  personal: WORDS,
  related: ({ asker, reviewer }) => [subject('user', asker), ...(reviewer === null ? [] : [subject('user', reviewer.id)])],
  example: {
    subject: REQUEST,
    data: {
      ...{ state: { old: 'asked', new: 'narrowed' }, asker: ASKER, reviewer: then(REVIEWER, 'reviewer'), rule: null, policy: 3 },
      ...{ actions: ['look'], later: false, until: '2026-06-22T00:00:00.000Z' },
    },
    personal: { words: 'Picture only.' },
  },
});

export const RequestWithdrawn = defineEntry({
  type: 'request.withdrawn',
  about: ['request'],
  tells: 'The asker withdrew a request, or gave back what it had given.',
  data: { state: state(), asker: asker() },
  related: ({ asker }) => [subject('user', asker.id)],
  example: { subject: REQUEST, data: { state: { old: 'asked', new: 'withdrawn' }, asker: then(ASKER, 'officer') } },
});

export const RequestConfirmed = defineEntry({
  type: 'request.confirmed',
  about: ['request'],
  tells: 'A reviewer confirmed urgent access, or rejected it.',
  data: {
    confirmed: flag('Whether it is confirmed.'),
    late: flag('After the time in which it was to be confirmed.'),
    asker: askerId(),
    reviewer: reviewer(),
    policy: policy(),
  },
  personal: WORDS,
  related: ({ asker, reviewer }) => [subject('user', asker), subject('user', reviewer.id)],
  example: {
    subject: REQUEST,
    data: { confirmed: true, late: false, asker: ASKER, reviewer: then(REVIEWER, 'reviewer'), policy: 3 },
    personal: { words: null },
  },
});

export const RequestEnded = defineEntry({
  type: 'request.ended',
  about: ['request'],
  tells: 'The time of a request passed before anybody decided, its grant ended, or nobody confirmed urgent access in time.',
  data: { state: state(), asker: askerId(), why: code('`undecided`, `grant-ended`, `unconfirmed`.') },
  related: ({ asker }) => [subject('user', asker)],
  example: { subject: REQUEST, data: { state: { old: 'approved', new: 'ended' }, asker: ASKER, why: 'grant-ended' } },
});

export const GrantBegun = defineEntry({
  type: 'grant.begun',
  about: ['grant'],
  tells: 'From then on somebody may call footage up, until the time that is named.',
  data: {
    ...{
      request: id('Id of the request.'),
      user: person('Who may look.'),
      target: target(),
      later: later(),
      actions: actions(),
      closings: count('Closings of the case so far.'),
    },
    ...{ until: until(), rule: rule(), policy: policy(), approver: nullable(id('Who approved; null: nobody.')) },
    level: code('Highest level of what was there. What is marked above it since is not covered.'),
    units: nullable(Type.Array(id(), { description: 'Of what comes later only what belongs to these, or to none; null: to any.' })),
  },
  lists: { recordings: listed() },
  related: ({ request, user, target: told }) => [subject('request', request), subject('user', user.id), ...about(told)],
  example: {
    subject: GRANT,
    data: {
      ...{ request: REQUEST.id, user: then(ASKER, 'officer'), target: CASE_TARGET, later: false, actions: ['look'], closings: 0 },
      ...{ until: '2026-06-22T00:00:00.000Z', rule: null, policy: 3, approver: REVIEWER },
      ...{ level: 'internal', units: ['unt-01k0d5w7q3-hz01-3333333333'] },
    },
    lists: { recordings: ['rec-01k0d5w7q3-hz01-2222222222'] },
  },
});

export const GrantEnded = defineEntry({
  type: 'grant.ended',
  about: ['grant'],
  tells: 'A grant ended: by its time, or because of what is named.',
  data: {
    request: id('Id of the request.'),
    user: id('Who might look.'),
    why: code('`time`, `revoked`, `withdrawn`, `rejected`, `person-changed`, `case-closed`.'),
    by: nullable(id('Who ended it; null: the station by a rule.')),
  },
  related: ({ request, user, by }) => [subject('request', request), subject('user', user), ...(by === null ? [] : [subject('user', by)])],
  example: { subject: GRANT, data: { request: REQUEST.id, user: ASKER, why: 'revoked', by: REVIEWER } },
});

export const CALL_UP_ENTRIES = [
  ...[RequestAsked, RequestDecided, RequestWithdrawn, RequestConfirmed, RequestEnded],
  ...[GrantBegun, GrantEnded],
] as const;
