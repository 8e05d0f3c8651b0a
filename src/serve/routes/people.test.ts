/*
 * Goal: over the network nobody changes their own account, by a session or by a token, and who listens hears of a change when its answer is kept, not before.
 * Method: real requests over the real ledger, by people whom the test lets ask.
 */

import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addUser } from '#desk/people/users';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import type { User } from '#domain/people/user';
import type { PeopleChange } from '#ports/people-changes';
import { buildServer } from '#serve/server';
import { cli } from '#test/support/custody';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
let app: FastifyInstance;
let keeper: User;
let principal: ReturnType<typeof aPerson>;
let heard: PeopleChange[];

beforeEach(async () => {
  station = await servedStation();
  heard = [];
  const by = { actor: cli('root'), user: null };
  keeper = await addUser(station.deps, { account: 'keeper', name: 'K', roles: ['security-administrator'] }, by);
  await addUser(station.deps, { account: 'second', name: 'S', roles: ['security-administrator'] }, by);
  await addUser(station.deps, { account: 'wang', name: 'W', roles: ['officer'] }, by);
  station.deps.people.onChanged((change) => heard.push(change));
  principal = as(keeper);
  app = buildServer({ deps: station.deps, way: 'network', principalOf: asking(() => principal), gatekeeper: ALLOWS_ALL });
});

afterEach(async () => {
  await app.close();
  await station.close();
});

function as({ id, roles, officer, unit }: User, overrides: Parameters<typeof aPerson>[0] = {}) {
  return aPerson({ id, asker: { id, roles, officer, unit }, tasks: tasksOf(roles, DEFAULT_TASKS), ...overrides });
}

const ask = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object, headers: Record<string, string> = {}) => {
  const all = { host: 'localhost', origin: 'http://localhost', ...headers };
  const answer = await app.inject({ method, url: `/api/v1${url}`, headers: all, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, ...(answer.body === '' ? {} : answer.json()) };
};

it.each([
  ['session', {}],
  ['token of their own', { kind: 'token', id: 'tok-1' }],
] as const)('by a %s nobody changes what counts of their own account', async (_, overrides) => {
  principal = as(keeper, overrides);
  for (const change of [{ roles: ['officer'] }, { state: 'left' }, { officer: '7' }])
    expect(await ask('PATCH', '/users/keeper', change)).toMatchObject({
      status: 403,
      code: 'request.forbidden',
      reason: { code: 'own-account' },
    });
  expect((await ask('POST', '/users/keeper/set-up-link')).status).toBe(403);
  const roster = { format: 'csv', text: 'account,name,roles\nkeeper,K,officer' };
  expect(await ask('POST', '/roster/import', roster)).toMatchObject({
    status: 400,
    detail: expect.stringContaining('row 2: nobody changes'),
  });
  expect((await ask('PATCH', '/users/keeper', { name: 'Kim' })).status).toBe(200);
  expect((await ask('PATCH', '/users/second', { roles: ['officer'] })).status).toBe(200);
  expect(heard.length).toBe(2);
});

it('whoever does not keep the accounts sees none of them, and units only by name', async () => {
  const wang = (await station.ledger.people.userByAccount('wang')) as User;
  await ask('POST', '/units', { name: 'One' });
  principal = as(wang);
  for (const [method, url, payload] of [
    ...[['GET', '/users'] as const, ['GET', '/users/wang'] as const, ['GET', '/units/One/members'] as const],
    ...[['PATCH', '/users/wang', { name: 'X' }] as const, ['POST', '/units', { name: 'Two' }] as const],
    ['POST', '/roster/import', { format: 'csv', text: 'x' }] as const,
  ])
    expect((await ask(method, url, payload)).status, url).toBe(403);
  expect(await ask('GET', '/units')).toMatchObject({ items: [{ path: 'One' }] });
});

it('tells a change when its answer is kept with it, and no change that its request then refuses', async () => {
  const url = '/users/wang';
  const refusedBy = await ask('PATCH', url, { state: 'suspended' }, { 'if-match': '"other"' });
  expect([refusedBy.status, heard]).toEqual([412, []]);
  let during = -1;
  const transaction = station.ledger.transaction.bind(station.ledger);
  station.ledger.transaction = (body) =>
    transaction(async (writer) => {
      const outcome = await body(writer);
      during = heard.length;
      return outcome;
    });
  expect((await ask('PATCH', url, { state: 'suspended' })).status).toBe(200);
  expect([during, heard.length]).toEqual([0, 1]);
  expect(heard).toMatchObject([{ user: { old: { state: 'active' }, new: { account: 'wang', state: 'suspended' } } }]);
});

it('a dry run of a roster tells nobody', async () => {
  const roster = { format: 'csv', text: 'account,name\nnew,New', dryRun: true };
  expect(await ask('POST', '/roster/import', roster)).toMatchObject({ status: 200, added: 1, missingCount: 3 });
  expect([heard, (await ask('GET', '/users/new')).status]).toEqual([[], 404]);
  expect(await ask('POST', '/roster/import', { ...roster, dryRun: false }, { 'idempotency-key': 'k' })).toMatchObject({ added: 1 });
  expect(await ask('POST', '/roster/import', { ...roster, dryRun: false }, { 'idempotency-key': 'k' })).toMatchObject({ added: 1 });
  expect(heard.length).toBe(1);
});
