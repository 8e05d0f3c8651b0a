import type { Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import {
  MembershipJson,
  MembersQuery,
  RosterJson,
  SetUpLinkJson,
  UnitBody,
  UnitChangeBody,
  UnitIdParams,
  UnitJson,
  UnitParams,
  UserBody,
  UserChangeBody,
  UserJson,
  UserParams,
  UsersQuery,
} from '#api/people';
import { ImportBody } from '#api/registry';
import type { DeskDeps } from '#desk/deps';
import { readRoster } from '#desk/imports';
import type { By } from '#desk/people/change-people';
import { confirmUser } from '#desk/people/confirm-user';
import { mustHaveUnit, pathOfUnit } from '#desk/people/find-unit';
import { importRoster } from '#desk/people/roster';
import { inviteUser } from '#desk/people/set-up';
import { addUnit, changeUnit } from '#desk/people/units';
import { addUser, changeUser, mustHaveUser } from '#desk/people/users';
import { momentOf } from '#desk/registry';
import type { Actor } from '#domain/custody/actor';
import type { Unit } from '#domain/people/unit';
import type { Membership, User } from '#domain/people/user';
import type { LedgerReader } from '#ports/ledger';
import { shownPage, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { Created, command, query, type Resource, type Route, shown } from '#serve/route';

const IMPORT_BYTES_MAX = 16 * 1024 * 1024;

/** Who makes a change: of a session or a token the user behind it. */
function byOf({ principal, actor }: { readonly principal: Principal; readonly actor: Actor }): By {
  return { actor, user: principal.kind === 'user' || principal.kind === 'token' ? principal.asker.id : null };
}

/** Shows people. Paths of units are read once for an answer. */
class Showing {
  readonly #reader: LedgerReader;
  readonly #presenter: Presenter;
  readonly #paths = new Map<string, Promise<string>>();

  constructor(reader: LedgerReader, { facts }: Pick<DeskDeps, 'facts'>) {
    this.#reader = reader;
    this.#presenter = new Presenter(facts.timezone);
  }

  async user({ createdAtMs, roles, ...user }: User) {
    return { ...user, roles: [...roles], unitPath: await this.#path(user.unit), createdAt: this.#presenter.time(createdAtMs) };
  }

  async unit({ id, name, parent, createdAtMs, closedAtMs }: Unit) {
    const times = { createdAt: this.#presenter.time(createdAtMs), closedAt: this.#presenter.timeOrNull(closedAtMs) };
    return { id, name, parent, path: (await this.#path(id)) ?? '', ...times };
  }

  async membership({ user: id, unit, fromMs, toMs }: Membership) {
    const user = await this.#reader.people.user(id);
    const named = { user: id, account: user?.account ?? '', name: user?.name ?? '' };
    const span = { from: this.#presenter.time(fromMs), until: this.#presenter.timeOrNull(toMs) };
    return { ...named, unit, unitPath: await this.#path(unit), ...span };
  }

  async #path(unit: string | null): Promise<string | null> {
    if (unit === null) return null;
    const known = this.#paths.get(unit) ?? pathOfUnit(this.#reader, unit);
    this.#paths.set(unit, known);
    return known;
  }
}

const userAt: Resource<Static<typeof UserParams>> = async (ledger, deps, { id }) =>
  new Showing(ledger, deps).user(await mustHaveUser(ledger, id));

const unitAt: Resource<Static<typeof UnitParams>> = async (ledger, deps, { id }) =>
  new Showing(ledger, deps).unit(await mustHaveUnit(ledger, id));

const userRoutes: readonly Route[] = [
  query({
    url: '/api/v1/users',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Users, by account',
    schema: { querystring: UsersQuery, response: pageOf(UserJson) },
    handle: async ({ deps }, { query }) => {
      const { state, unit, role } = query;
      const filter = {
        ...(state === undefined ? {} : { state }),
        ...(unit === undefined ? {} : { unit: (await mustHaveUnit(deps.ledger, unit)).id }),
        ...(role === undefined ? {} : { role }),
      };
      const showing = new Showing(deps.ledger, deps);
      const read = (asked: { limit: number; after?: string }) => deps.ledger.people.users({ ...filter, ...asked });
      return shownPage({ list: 'users', query, read, keyOf: ({ account }) => account, show: (user) => showing.user(user) });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/users',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Adds a user. An officer number that the registry does not know is added to it',
    custody: ['user.added', 'officer.changed'],
    creates: 'always',
    schema: { body: UserBody, response: UserJson },
    handle: async ({ deps }, request) => {
      const { officer = null, unit = null, ...rest } = request.body;
      const { id } = await addUser(deps, { ...rest, officer, unit }, byOf(request));
      return new Created(`/api/v1/users/${id}`, await userAt(deps.ledger, deps, { id }));
    },
  }),
  shown({
    url: '/api/v1/users/:id',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'One user',
    schema: { params: UserParams, response: UserJson },
    resource: userAt,
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/users/:id',
    needs: 'manage-accounts',
    reads: 'station',
    summary:
      'Changes a user: name, officer number, unit, roles, state; what is left out stays. Nobody changes what counts of their own account',
    custody: ['user.changed', 'user.roles-changed', 'user.suspended', 'user.reinstated', 'user.left', 'officer.changed'],
    resource: userAt,
    schema: { params: UserParams, body: UserChangeBody, response: UserJson },
    handle: async ({ deps }, request) => {
      const { params, body, custody } = request;
      if (!(await changeUser(deps, params.id, body, byOf(request)))) custody.unchanged();
      return userAt(deps.ledger, deps, params);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/users/:id/set-up-link',
    needs: 'manage-accounts',
    reads: 'station',
    summary:
      'Makes a link with which the user sets their password once, within 24 hours; it is shown in this answer and never again. One made before is void',
    custody: ['user.invited'],
    secret: true,
    schema: { params: UserParams, response: SetUpLinkJson },
    handle: async ({ deps }, request) => {
      const { token, endsAtMs } = await inviteUser(deps, request.params.id, byOf(request));
      return { path: `/setup#${token}`, token, endsAt: new Presenter(deps.facts.timezone).time(endsAtMs) };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/users/:id/confirmation',
    needs: 'manage-accounts',
    reads: 'station',
    summary:
      'Confirms that the account is that of a person of their own: who made it, or let somebody into it anew, counts as somebody else from now on. Nobody does this for accounts that they made',
    custody: ['user.confirmed'],
    schema: { params: UserParams, response: UserJson },
    handle: async ({ deps }, request) => {
      const { changed } = await confirmUser(deps, request.params.id, byOf(request));
      if (!changed) request.custody.unchanged();
      return userAt(deps.ledger, deps, request.params);
    },
  }),
  query({
    url: '/api/v1/users/:id/units',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Where a user belonged, from when to when, newest first',
    schema: { params: UserParams, querystring: PageQuery, response: pageOf(MembershipJson) },
    handle: async ({ deps }, { params, query }) => {
      const { id } = await mustHaveUser(deps.ledger, params.id);
      const showing = new Showing(deps.ledger, deps);
      const read = ({ limit, after }: { limit: number; after?: string }) =>
        deps.ledger.people.membershipsOf(id, { limit, ...(after === undefined ? {} : { before: momentIn(after) }) });
      const show = (row: Membership) => showing.membership(row);
      return shownPage({ list: `units of ${id}`, query, read, keyOf: ({ fromMs }) => String(fromMs), show });
    },
  }),
];

function momentIn(key: string): number {
  if (!/^\d{1,15}$/.test(key)) throw wrongCursor();
  return Number(key);
}

const unitRoutes: readonly Route[] = [
  query({
    url: '/api/v1/units',
    needs: 'see-registry',
    reads: 'station',
    summary: 'Units, closed ones too, by id: in the order in which they were added',
    schema: { querystring: PageQuery, response: pageOf(UnitJson) },
    handle: async ({ deps }, { query }) => {
      const showing = new Showing(deps.ledger, deps);
      const read = (asked: { limit: number; after?: string }) => deps.ledger.people.units(asked);
      return shownPage({ list: 'units', query, read, keyOf: ({ id }) => id, show: (unit) => showing.unit(unit) });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/units',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Adds a unit. Officers whose unit in the registry was its name belong to it from now on',
    custody: ['unit.added', 'officer.changed'],
    creates: 'always',
    schema: { body: UnitBody, response: UnitJson },
    handle: async ({ deps }, request) => {
      const { name, parent = null } = request.body;
      const { id } = await addUnit(deps, { name, parent }, byOf(request));
      return new Created(`/api/v1/units/${id}`, await unitAt(deps.ledger, deps, { id }));
    },
  }),
  shown({
    url: '/api/v1/units/:id',
    needs: 'see-registry',
    reads: 'station',
    summary: 'One unit',
    schema: { params: UnitParams, response: UnitJson },
    resource: unitAt,
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/units/:id',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Renames a unit, moves it with everything below, closes it or opens it again; what is left out stays',
    custody: ['unit.changed', 'unit.closed', 'unit.reopened', 'officer.changed'],
    resource: unitAt,
    schema: { params: UnitIdParams, body: UnitChangeBody, response: UnitJson },
    handle: async ({ deps }, request) => {
      const { params, body, custody } = request;
      if (!(await changeUnit(deps, params.id, body, byOf(request)))) custody.unchanged();
      return unitAt(deps.ledger, deps, params);
    },
  }),
  query({
    url: '/api/v1/units/:id/members',
    needs: 'manage-accounts',
    reads: 'station',
    summary: 'Who belongs to a unit, or belonged to it at a moment',
    schema: { params: UnitParams, querystring: MembersQuery, response: pageOf(MembershipJson) },
    handle: async ({ deps }, { params, query }) => {
      const { id } = await mustHaveUnit(deps.ledger, params.id);
      const atMs = query.at === undefined ? deps.clock.nowMs() : momentOf(query.at, deps.facts.timezone, 'at');
      const showing = new Showing(deps.ledger, deps);
      const read = (asked: { limit: number; after?: string }) => deps.ledger.people.membersAt(id, atMs, asked);
      return shownPage({ list: `members of ${id}`, query, read, keyOf: ({ user }) => user, show: (row) => showing.membership(row) });
    },
  }),
];

const rosterRoutes: readonly Route[] = [
  command({
    method: 'POST',
    url: '/api/v1/roster/import',
    needs: 'manage-accounts',
    reads: 'station',
    summary:
      'Takes users and units over from a CSV or JSON text; all of it or nothing. `dryRun` only tells what that would be. Nobody is removed by it',
    custody: [
      ...([
        'roster.imported',
        'user.added',
        'user.changed',
        'user.roles-changed',
        'user.suspended',
        'user.reinstated',
        'user.left',
      ] as const),
      ...(['unit.added', 'officer.changed'] as const),
    ],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: RosterJson },
    handle: async ({ deps }, request) => {
      const { body, custody } = request;
      const { dryRun } = body;
      const { changed, ...sum } = await importRoster(deps, { rows: readRoster(body), text: body.text, dryRun }, byOf(request));
      if (!changed || dryRun) custody.unchanged();
      return sum;
    },
  }),
];

export const peopleRoutes: readonly Route[] = [...userRoutes, ...unitRoutes, ...rosterRoutes];
