import Type, { type Static } from 'typebox';
import { ROLES } from '#domain/access/roles';
import { USER_STATES } from '#domain/people/user';
import { closed, Name, nullable, oneOf, PAGE } from './common.ts';

/** Schemas of people: users, units, rosters. */

const ROLES_MAX = 10;
const AccountText = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'What they sign in with. It is kept in lower case, and never changes.',
});
const RolesText = Type.Array(oneOf(ROLES), { maxItems: ROLES_MAX });
const StateText = oneOf(
  USER_STATES,
  '`active`; `suspended`: may not sign in for now; `left`: does not work here any more, and has no roles and no unit.',
);
const unitText = (what: string) => nullable.text(`${what}: id, path (\`市局/一支队\`), or name where no other open unit has it.`);
const WhyText = Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'Why; words for the custody log.' }));

export const UserJson = Type.Object({
  id: Type.String(),
  account: Type.String(),
  name: Type.String(),
  officer: nullable.text('Number in the officer registry.'),
  unit: nullable.text('Id.'),
  unitPath: nullable.text('Names of the units above and its own, from the top.'),
  roles: RolesText,
  state: StateText,
  createdAt: Type.String(),
});

export const UserParams = closed({ id: Type.String({ minLength: 1, maxLength: 64, description: 'Id or account.' }) });

export const UsersQuery = closed({
  state: Type.Optional(StateText),
  unit: Type.Optional(Name(200)),
  role: Type.Optional(oneOf(ROLES)),
  ...PAGE,
});

export const UserBody = closed({
  account: AccountText,
  name: Name(100),
  officer: Type.Optional(Type.Union([Name(64), Type.Null()])),
  unit: Type.Optional(unitText('Where they belong')),
  roles: Type.Optional(RolesText),
});

/** A field that is left out stays as it is. */
export const UserChangeBody = closed({
  name: Type.Optional(Name(100)),
  officer: Type.Optional(Type.Union([Name(64), Type.Null()])),
  unit: Type.Optional(unitText('Where they belong from now on')),
  roles: Type.Optional(RolesText),
  state: Type.Optional(StateText),
  why: WhyText,
});

export const SetUpLinkJson = Type.Object({
  path: Type.String({ description: 'Where the user sets their password, once; behind the `#` stands the token, which no server is sent.' }),
  token: Type.String(),
  endsAt: Type.String(),
});

export const MembershipJson = Type.Object({
  user: Type.String({ description: 'Id.' }),
  account: Type.String(),
  name: Type.String(),
  unit: nullable.text('Id; null: they belonged to none.'),
  unitPath: nullable.text('As it is called today.'),
  from: Type.String(),
  until: nullable.text('null: it lasts.'),
});

export const UnitJson = Type.Object({
  id: Type.String(),
  name: Type.String(),
  parent: nullable.text('Id of the unit above; null: it is at the top.'),
  path: Type.String({ description: 'Names of the units above and its own, from the top.' }),
  createdAt: Type.String(),
  closedAt: nullable.text('null: it is there.'),
});

export const UnitParams = closed({
  id: Type.String({ minLength: 1, maxLength: 900, description: 'Id, path, or name where no other open unit has it.' }),
});

/** A change names a unit by its id alone: its name may be what is changed. */
export const UnitIdParams = closed({ id: Type.String({ pattern: '^unt-', maxLength: 64 }) });

export const UnitBody = closed({ name: Name(100), parent: Type.Optional(unitText('The unit above; null: at the top')) });

/** A field that is left out stays as it is. */
export const UnitChangeBody = closed({
  name: Type.Optional(Name(100)),
  parent: Type.Optional(unitText('The unit above from now on; null: at the top')),
  closed: Type.Optional(Type.Boolean({ description: 'true: nobody belongs to it any more; false: it is there again.' })),
});

export const MembersQuery = closed({
  at: Type.Optional(
    Type.String({
      maxLength: 40,
      description: 'The moment; now if it is left out. A time without an offset is in the zone of the station.',
    }),
  ),
  ...PAGE,
});

export const RosterJson = Type.Object({
  rows: Type.Integer(),
  added: Type.Integer({ description: 'Users.' }),
  updated: Type.Integer({ description: 'Users in whom something changed.' }),
  same: Type.Integer(),
  unitsAdded: Type.Array(Type.String(), { description: 'Paths of the units that were made, at most 1000.' }),
  missing: Type.Array(Type.Object({ id: Type.String(), account: Type.String(), name: Type.String() }), {
    description: 'Users who have not left and are not in the roster, at most 1000. Nothing is done to them.',
  }),
  missingCount: Type.Integer(),
});

export type UserAnswer = Static<typeof UserJson>;
export type UnitAnswer = Static<typeof UnitJson>;
export type MembershipAnswer = Static<typeof MembershipJson>;
export type SetUpLinkAnswer = Static<typeof SetUpLinkJson>;
export type RosterAnswer = Static<typeof RosterJson>;
