/*
 * Goal: over HTTP a policy takes two people, whichever way they come, and only those with the task read or change it; explain says what decide says. Method: a
 * real server, ledger and vault; people with and without the tasks.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adoptFirst } from '#desk/access/policies';
import type { Task } from '#domain/access/tasks';
import type { Principal } from '#serve/principal';
import { buildServer } from '#serve/server';
import { aUser } from '#test/support/builders';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

const SHIPPED = readFileSync(new URL('../../../config/access.yaml', import.meta.url), 'utf8');
const WIDER = SHIPPED.replace('hoursMax: 4', 'hoursMax: 5');
const MANAGES: ReadonlySet<Task> = new Set<Task>(['manage-policy', 'explain-access', 'own-account']);
const person = (id: string, overrides: Partial<Principal> = {}) =>
  aPerson({ id, tasks: MANAGES, asker: { id, roles: ['security-administrator'], officer: null, unit: null }, ...overrides });
const LI = person('usr-li');
const TOKEN_OF_LI = person('tok-1', { kind: 'token', asker: LI.asker });
const WANG = person('usr-wang');

let station: ServedStation;
let app: ReturnType<typeof buildServer>;
let who: Principal = LI;

beforeAll(async () => {
  station = await servedStation();
  const { access, clock } = station.deps;
  await adoptFirst({ ledger: station.ledger, clock, keeper: access.keeper }, SHIPPED, 'config/access.yaml');
  app = buildServer({ deps: station.deps, way: 'network', principalOf: asking(() => who), gatekeeper: ALLOWS_ALL });
});
afterAll(async () => {
  await app.close();
  await station.close();
});

async function call(by: Principal, method: 'GET' | 'POST', path: string, payload?: object) {
  who = by;
  const headers = { host: 'localhost', 'sec-fetch-site': 'same-origin' };
  const { statusCode, body } = await app.inject({ method, url: `/api/v1${path}`, headers, ...(payload ? { payload } : {}) });
  return { status: statusCode, json: JSON.parse(body || 'null') };
}

describe('a policy over HTTP', () => {
  it('is adopted by somebody else, and then by nobody once more', async () => {
    const made = await call(LI, 'POST', '/policy/versions', { text: WIDER });
    expect([made.status, made.json.version, made.json.state]).toEqual([201, 2, 'proposed']);
    expect(made.json.widenings[0].words.en).toContain('at most 5 h');
    expect(made.json.widenings[0].words['zh-CN']).toContain('最长 5 小时');
    for (const self of [LI, TOKEN_OF_LI])
      expect((await call(self, 'POST', '/policy/versions/2/adoption', { against: 1 })).status).toBe(403);
    expect(station.deps.access.policy().version).toBe(1);
    expect((await call(WANG, 'POST', '/policy/versions/2/adoption', { against: 7 })).status).toBe(409);
    expect((await call(WANG, 'POST', '/policy/versions/2/adoption', { against: 1 })).json.state).toBe('in-force');
    expect([station.deps.access.policy().version, station.deps.access.policy().urgent.hoursMax]).toEqual([2, 5]);
    expect((await call(WANG, 'POST', '/policy/versions/2/adoption', { against: 2 })).status).toBe(409);
    expect((await call(WANG, 'POST', '/policy/versions/9/adoption', { against: 2 })).status).toBe(404);
  });

  it('that is none is the mistake of whoever sent it', async () => {
    const { status, json } = await call(LI, 'POST', '/policy/check', { text: 'format: evidock-access/1' });
    expect([status, json.code, json.reason.code]).toEqual([400, 'request.invalid', 'file-refused']);
  });

  it.each([
    ['GET', '/policy'],
    ['GET', '/policy/versions'],
    ['GET', '/policy/versions/1'],
    ['GET', '/access/explain?user=li&recording=x&action=look'],
    ['POST', '/policy/versions'],
    ['POST', '/policy/check'],
    ['POST', '/policy/versions/1/adoption'],
    ['POST', '/policy/versions/1/refusal'],
  ] as const)('%s %s is refused without its task', async (method, path) => {
    const officer = person('usr-o', { tasks: new Set<Task>(['own-account', 'find-footage', 'show-footage']) });
    expect((await call(officer, method, path, method === 'POST' ? {} : undefined)).status).toBe(403);
  });

  it('shows its purposes to everybody who signed in', async () => {
    const officer = person('usr-o', { tasks: new Set<Task>(['own-account']) });
    expect((await call(officer, 'GET', '/purposes')).json.items.map(({ code }: { code: string }) => code)).toContain('supervision');
  });
});

describe('explain', () => {
  it('says what is decided, by which rule and relation, in both languages', async () => {
    const { id } = await station.addRecording(randomBytes(20), { officerId: '041234' });
    const add = (account: string, officer: string | null, roles: Parameters<typeof aUser>[0]) =>
      station.ledger.transaction((writer) => writer.people.upsertUser(aUser({ id: `usr-${account}`, account, officer, ...roles })));
    await add('own', '041234', { roles: ['officer'] });
    await add('other', '041299', { roles: ['officer'] });
    await add('admin', null, { roles: ['system-administrator'] });
    await add('gone', null, { roles: ['auditor'], state: 'suspended' });
    const explained = async (user: string, action: string) => {
      const { json } = await call(LI, 'GET', `/access/explain?user=${user}&recording=${id}&action=${action}`);
      return [json.effect, json.words.en, json.words['zh-CN'], json.relations, json.task];
    };
    const owns = await explained('own', 'look');
    expect(owns).toEqual([
      'allow',
      'allow by rule own-look: Own recordings: look and hear',
      '允许，依据规则 own-look：本人录制的：观看、收听',
      ['any', 'own'],
      true,
    ]);
    expect((await explained('other', 'look')).slice(0, 2)).toEqual(['needs-approval', expect.stringContaining('others-look')]);
    expect((await explained('other', 'see')).slice(0, 3)).toEqual(['refuse', 'refuse: no rule allows it', '拒绝：没有规则允许']);
    expect((await explained('admin', 'look'))[1]).toContain('administrators-never-look');
    expect([(await explained('gone', 'see'))[0], (await explained('gone', 'see'))[4]]).toEqual(['refuse', false]);
  });

  it('knows no more than there is', async () => {
    for (const [user, recording] of [
      ['nobody', 'rec-1'],
      ['own', 'rec-1'],
    ])
      expect((await call(LI, 'GET', `/access/explain?user=${user}&recording=${recording}&action=see`)).status).toBe(404);
  });
});
