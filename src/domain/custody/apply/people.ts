import {
  UnitAdded,
  UnitChanged,
  UnitClosed,
  UnitReopened,
  UserAdded,
  UserChanged,
  UserLeft,
  UserReinstated,
  UserRolesChanged,
  UserSuspended,
} from '#domain/custody/people-entries';
import { add, type RowChange, set } from './rows.ts';
import { rule } from './rule.ts';

/** A row of where somebody belongs, where the entry tells from when on. */
function membership(user: string, unit: string | null, since: string | undefined): readonly RowChange[] {
  return since === undefined ? [] : [add('user_units', { user_id: user, unit_id: unit, at: Date.parse(since) })];
}

export const PEOPLE_RULES = [
  rule(UserAdded, ({ subject: { id }, atMs, data: { officer, unit, roles }, personal: { account, name } }) => [
    add('users', { id, account, name, officer, unit, roles: [...roles], state: 'active', created_at: atMs }),
    ...membership(id, unit, unit === null ? undefined : new Date(atMs).toISOString()),
  ]),
  rule(UserChanged, ({ subject: { id }, data: { officer, unit, since }, personal: { name }, erased }) => [
    set(
      'users',
      { id },
      {
        ...(officer ? { officer: officer.new } : {}),
        ...(unit ? { unit: unit.new } : {}),
        ...(name || erased.includes('name') ? { name: name?.new } : {}),
      },
    ),
    ...membership(id, unit?.new ?? null, since),
  ]),
  rule(UserRolesChanged, ({ subject: { id }, data: { roles } }) => [set('users', { id }, { roles: [...roles.new] })]),
  rule(UserSuspended, ({ subject: { id } }) => [set('users', { id }, { state: 'suspended' })]),
  rule(UserReinstated, ({ subject: { id } }) => [set('users', { id }, { state: 'active' })]),
  rule(UserLeft, ({ subject: { id }, data: { since } }) => [
    set('users', { id }, { state: 'left', roles: [], unit: null }),
    ...membership(id, null, since),
  ]),
  rule(UnitAdded, ({ subject: { id }, atMs, data: { name, parent } }) => [
    add('units', { id, name, parent, created_at: atMs, closed_at: null }),
  ]),
  rule(UnitChanged, ({ subject: { id }, data: { name, parent } }) => [
    set('units', { id }, { ...(name ? { name: name.new } : {}), ...(parent ? { parent: parent.new } : {}) }),
  ]),
  rule(UnitClosed, ({ subject: { id }, atMs }) => [set('units', { id }, { closed_at: atMs })]),
  rule(UnitReopened, ({ subject: { id } }) => [set('units', { id }, { closed_at: null })]),
];
