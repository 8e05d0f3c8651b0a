import Type from 'typebox';
import { changed, defineEntry, nullable } from './define-entry.ts';
import { code, count, flag, id, sha256, words } from './fields.ts';
import { subject } from './subject.ts';

const USER = subject('user', 'usr-01k0d5w7q3-hz01-7777777777');
const UNIT_ID = 'unt-01k0d5w7q3-hz01-8888888888';
const UNIT = subject('unit', UNIT_ID);
const roles = () => Type.Array(code(), { maxItems: 10, description: 'Roles that they had.' });
const unitThen = () => nullable(id('The unit to which they belonged then.'));
const since = () =>
  Type.Optional(Type.String({ maxLength: 40, description: 'From when on they belong to the new unit, or to none: RFC 3339, in UTC.' }));

type Id = string | null | undefined;
const officers = (...numbers: readonly Id[]) => numbers.filter((each) => typeof each === 'string').map((each) => subject('officer', each));
const units = (...ids: readonly Id[]) => ids.filter((each) => typeof each === 'string').map((each) => subject('unit', each));

export const UserAdded = defineEntry({
  type: 'user.added',
  about: ['user'],
  tells: 'A person got an account.',
  data: { officer: nullable(id()), unit: nullable(id()), roles: roles() },
  personal: { account: words('What they sign in with.'), name: words() },
  related: ({ officer, unit }) => [...officers(officer), ...units(unit)],
  example: {
    subject: USER,
    data: { officer: '041234', unit: UNIT_ID, roles: ['officer'] },
    personal: { account: 'wang', name: 'Wang Jianguo' },
  },
});

export const UserChanged = defineEntry({
  type: 'user.changed',
  about: ['user'],
  tells: 'Name, officer number or unit of a user was changed. `since`: from when on they belong to the new unit.',
  data: {
    officer: Type.Optional(changed(nullable(id()))),
    unit: Type.Optional(changed(nullable(id()))),
    since: since(),
    roles: roles(),
  },
  personal: { name: changed(words()) },
  related: ({ officer, unit }) => [...officers(officer?.old, officer?.new), ...units(unit?.old, unit?.new)],
  example: {
    subject: USER,
    data: { unit: { old: null, new: UNIT_ID }, since: '2026-06-20T08:00:00.000Z', roles: ['officer'] },
    personal: { name: { old: 'Wang Jianguo', new: 'Wang Jian Guo' } },
  },
});

export const UserRolesChanged = defineEntry({
  type: 'user.roles-changed',
  about: ['user'],
  tells: 'A user has other roles from now on.',
  data: { roles: changed(roles()), unit: unitThen() },
  related: ({ unit }) => units(unit),
  example: { subject: USER, data: { roles: { old: ['officer'], new: ['officer', 'reviewer'] }, unit: UNIT_ID } },
});

const state = (type: 'user.suspended' | 'user.reinstated', tells: string) =>
  defineEntry({
    type,
    about: ['user'],
    tells,
    data: { old: code('The state before.'), roles: roles(), unit: unitThen() },
    personal: { why: nullable(words('Why, in words.')) },
    related: ({ unit }) => units(unit),
    example: { subject: USER, data: { old: 'active', roles: ['officer'], unit: UNIT_ID }, personal: { why: 'Under inquiry' } },
  });

export const UserSuspended = state('user.suspended', 'A user may not sign in for now; their sessions and grants end.');
export const UserReinstated = state('user.reinstated', 'A user may sign in again.');

export const UserLeft = defineEntry({
  type: 'user.left',
  about: ['user'],
  tells: 'A user does not work here any more, and has neither roles nor unit. `since`: from when on they belong to no unit.',
  data: { old: code('The state before.'), roles: roles(), unit: unitThen(), since: since() },
  personal: { why: nullable(words('Why, in words.')) },
  related: ({ unit }) => units(unit),
  example: {
    subject: USER,
    data: { old: 'active', roles: ['officer'], unit: UNIT_ID, since: '2026-06-20T08:00:00.000Z' },
    personal: { why: 'Retired' },
  },
});

export const UserInvited = defineEntry({
  type: 'user.invited',
  about: ['user'],
  tells: 'A link was made with which the user sets their password once; the one before is good no more.',
  data: {
    endsAt: Type.String({ maxLength: 40, description: 'The first moment at which it is good no more: RFC 3339, in UTC.' }),
    replaced: flag('Whether a link was there before.'),
  },
  example: { subject: USER, data: { endsAt: '2026-06-21T08:00:00.000Z', replaced: false } },
});

export const UserSetUp = defineEntry({
  type: 'user.set-up',
  about: ['user'],
  tells: 'The user came in by their link and set a password; the link is good no more.',
  data: { madeAt: Type.String({ maxLength: 40, description: 'When the link was made: RFC 3339, in UTC.' }) },
  example: { subject: USER, data: { madeAt: '2026-06-20T08:00:00.000Z' } },
});

export const UserConfirmed = defineEntry({
  type: 'user.confirmed',
  about: ['user'],
  tells:
    'Another security administrator confirmed that the account is that of a person of their own: whoever had a hand in it until then counts as somebody else from now on.',
  data: {
    makers: Type.Array(id(), {
      maxItems: 50,
      description: 'Who had a hand in it: ids of accounts, `machine` for the machine itself. 50 at most.',
    }),
  },
  related: ({ makers }) => makers.filter((each) => each.startsWith('usr-')).map((each) => subject('user', each)),
  example: { subject: USER, data: { makers: ['usr-01k0d5w7q3-hz01-9999999999'] } },
});

export const UnitAdded = defineEntry({
  type: 'unit.added',
  about: ['unit'],
  tells: 'A unit was added.',
  data: { name: id(), parent: nullable(id()) },
  related: ({ parent }) => units(parent),
  example: { subject: UNIT, data: { name: 'Squad 3', parent: null } },
});

export const UnitChanged = defineEntry({
  type: 'unit.changed',
  about: ['unit'],
  tells: 'A unit was renamed, or moved below another one.',
  data: { name: Type.Optional(changed(id())), parent: Type.Optional(changed(nullable(id()))) },
  related: ({ parent }) => units(parent?.old, parent?.new),
  example: { subject: UNIT, data: { name: { old: 'Squad 3', new: 'Squad 4' } } },
});

export const UnitClosed = defineEntry({
  type: 'unit.closed',
  about: ['unit'],
  tells: 'A unit was closed: nobody belongs to it, and nothing is below it. What it was stays on record.',
  data: { name: id(), parent: nullable(id()) },
  related: ({ parent }) => units(parent),
  example: { subject: UNIT, data: { name: 'Squad 3', parent: null } },
});

export const UnitReopened = defineEntry({
  type: 'unit.reopened',
  about: ['unit'],
  tells: 'A closed unit is there again.',
  data: { name: id(), parent: nullable(id()) },
  related: ({ parent }) => units(parent),
  example: { subject: UNIT, data: { name: 'Squad 3', parent: null } },
});

export const RosterImported = defineEntry({
  type: 'roster.imported',
  about: ['station'],
  tells: 'A roster was taken over that changed something. Each change has an entry of its own.',
  data: {
    sha256: sha256(),
    rows: count('Rows of the roster.'),
    added: count('Users.'),
    updated: count('Users.'),
    unitsAdded: count('Units.'),
    missing: count('Users who have not left and are not in the roster; nothing was done to them.'),
  },
  example: {
    subject: subject('station', 'hz01'),
    data: { sha256: 'ab'.repeat(32), rows: 120, added: 3, updated: 7, unitsAdded: 1, missing: 2 },
  },
});

export const PEOPLE_ENTRIES = [
  ...[UserAdded, UserChanged, UserRolesChanged, UserSuspended, UserReinstated, UserLeft, UserInvited, UserSetUp, UserConfirmed],
  ...[UnitAdded, UnitChanged, UnitClosed, UnitReopened, RosterImported],
] as const;
