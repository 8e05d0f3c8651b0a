/*
 * Goal: over HTTP nobody holds or sees holds of footage beyond their sight, nobody learns by a hold of other recordings, and nobody releases their own. Method: a custodian of one
 * unit and two auditors at ways in of their own, over the real ledger.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Role } from '#domain/access/roles';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import { DutyReturned } from '#domain/custody/duty-entries';
import { subject } from '#domain/custody/subject';
import type { Scope } from '#domain/scope';
import { buildServer } from '#serve/server';
import { aCase, anOfficer, START_MS } from '#test/support/builders';
import { aCaseDraft, cli } from '#test/support/custody';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { openDuty } from '#test/support/retention/walk-duties';
import { type ServedStation, servedStation } from '#test/support/served-station';

const UNIT: Scope = { officers: [], units: ['unt-a'], cases: [], recordings: [] };

let station: ServedStation;
const apps: FastifyInstance[] = [];
let custodian: FastifyInstance;
let auditor: FastifyInstance;
let other: FastifyInstance;
let mine: string;
let foreign: string;

/** `tasks`: roles of whose tasks the person has; left out: their own. */
function open(id: string, roles: readonly Role[], scope: Scope, tasks = roles): FastifyInstance {
  const principal = aPerson({ id, scope, tasks: tasksOf(tasks, DEFAULT_TASKS), asker: { id, roles, officer: null, unit: 'unt-a' } });
  const app = buildServer({ deps: station.deps, way: 'network', principalOf: asking(principal), gatekeeper: ALLOWS_ALL });
  apps.push(app);
  return app;
}

beforeAll(async () => {
  station = await servedStation();
  await station.ledger.transaction(async (writer) => {
    await writer.people.upsertUnit({ id: 'unt-a', name: 'a', parent: null, createdAtMs: START_MS, closedAtMs: null });
    await writer.registry.upsertOfficer(anOfficer({ id: 'A', unit: 'unt-a' }));
    await writer.registry.upsertOfficer(anOfficer({ id: 'B', unit: null }));
    await writer.cases.upsert(aCase({ number: 'C-1', officerIds: ['A', 'B'] }));
    await writer.custody.append(aCaseDraft('C-1'));
  });
  mine = (await station.addRecording(randomBytes(10), { officerId: 'A' })).id;
  foreign = (await station.addRecording(randomBytes(20), { officerId: 'B' })).id;
  await station.ledger.transaction(async (writer) => {
    for (const id of [mine, foreign]) await writer.recordings.addCase(id, 'C-1');
    await writer.custody.append(aCaseDraft('C-1'));
  });
  custodian = open('usr-custodian', ['custodian'], UNIT);
  auditor = open('usr-auditor', ['auditor'], 'all');
  other = open('usr-other', ['auditor'], 'all');
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await station?.close();
});

const ask = async (app: FastifyInstance, method: 'GET' | 'POST', path: string, payload?: object) => {
  const answer = await app.inject({ method, url: `/api/v1${path}`, headers: { host: 'localhost:80' }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
};
const hold = (app: FastifyInstance, what: object) => ask(app, 'POST', '/holds', { reason: 'order 77', review: '2026-12-20', ...what });

it('lets a custodian hold what they see, narrowed to it, and nothing beyond', async () => {
  expect((await hold(custodian, { officer: 'A' })).status).toBe(201);
  expect((await hold(custodian, { case: 'C-1', unit: 'a' })).status).toBe(201);
  expect((await hold(custodian, { recordings: [mine] })).status).toBe(201);
  for (const what of [{ officer: 'B' }, { case: 'C-1' }, { recorder: 'DSJ0012345' }, { from: '2026-06-01', to: '2026-07-01' }]) {
    const answer = await hold(custodian, what);
    expect([what, answer.status]).toEqual([what, 403]);
  }
  // What is foreign is answered as what never was.
  const [there, never] = [
    await hold(custodian, { recordings: [mine, foreign] }),
    await hold(custodian, { recordings: [mine, 'rec-none'] }),
  ];
  expect([there.status, never.status, there.body.code]).toEqual([404, 404, never.body.code]);
  expect(await station.ledger.holds.isHeld(foreign)).toBe(false);
});

it('asks the policy what may be held, which may be less than what is seen', async () => {
  const seesAll = open('usr-sees-all', ['custodian'], 'all');
  expect((await hold(seesAll, { recordings: [mine] })).status).toBe(201);
  for (const what of [{ officer: 'B' }, { recordings: [mine, foreign] }, { case: 'C-1' }]) {
    const { status, body } = await hold(seesAll, what);
    expect([what, status, body.reason?.code]).toEqual([what, 403, 'hold-beyond-leave']);
  }
  // An officer sees what they recorded, and no rule lets them hold it.
  const officer = open('usr-officer', ['officer'], UNIT, ['custodian']);
  expect((await hold(officer, { recordings: [mine] })).body.reason.code).toBe('hold-beyond-leave');
});

it('shows of a hold only what of it is seen, and its history to auditors alone', async () => {
  const both = (await hold(auditor, { recordings: [mine, foreign] })).body.id;
  const onB = (await hold(auditor, { officer: 'B' })).body.id;
  const shown = await ask(custodian, 'GET', `/holds/${both}`);
  expect(shown.body).toMatchObject({ scope: { recordings: [mine] }, mirrored: { of: 1 } });
  expect((await ask(custodian, 'GET', `/holds/${onB}`)).status).toBe(404);
  for (const path of [
    '/holds',
    `/holds/${both}`,
    `/holds/${both}/recordings`,
    `/recordings/${mine}/custody`,
    '/cases/C-1/custody',
    `/holds?recording=${mine}`,
  ]) {
    const { status, text } = await ask(custodian, 'GET', path);
    expect([path, status, text.includes(foreign), text.includes(onB)]).toEqual([path, 200, false, false]);
  }
  expect((await ask(custodian, 'GET', `/holds/${both}/custody`)).status).toBe(403);
  expect((await ask(auditor, 'GET', `/holds/${both}/custody`)).text).toContain(foreign);
  expect((await ask(auditor, 'GET', `/holds?recording=${foreign}`)).body.items).toHaveLength(2);
});

it('a duty has a history for whoever sees the duty, and for nobody else', async () => {
  const [ours, theirs] = await station.ledger.transaction(async (writer) => {
    const ids = [];
    for (const id of [mine, foreign]) {
      const duty = await openDuty(writer, { subject: { kind: 'recording', id }, kind: 'damaged' });
      const about = { atMs: START_MS, actor: cli('root'), subject: subject('duty', duty) };
      await writer.custody.append(DutyReturned.make(about));
      ids.push(duty);
    }
    return ids;
  });
  const { status, body } = await ask(custodian, 'GET', `/duties/${ours}/custody`);
  expect([status, body.items.map(({ type }: { type: string }) => type)]).toEqual([200, ['duty.opened', 'duty.returned']]);
  expect((await ask(custodian, 'GET', `/duties/${theirs}/custody`)).status).toBe(404);
  expect((await ask(custodian, 'GET', '/duties/dty-none/custody')).status).toBe(404);
});

it('is released by somebody else alone', async () => {
  const { id } = (await hold(auditor, { officer: 'B' })).body;
  const release = (app: FastifyInstance) => ask(app, 'POST', `/holds/${id}/release`, { reason: 'judged' });
  expect([(await release(custodian)).status, (await release(auditor)).status]).toEqual([403, 403]);
  expect(await release(other)).toMatchObject({ status: 200, body: { releasedBy: 'usr-other', author: 'usr-auditor' } });
  expect((await release(other)).status).toBe(409);
  // A reviewer releases what concerns their unit, and nothing that holds foreign footage too.
  const reviewer = open('usr-reviewer', ['reviewer'], UNIT);
  const releaseBy = async (what: object) =>
    (await ask(reviewer, 'POST', `/holds/${(await hold(auditor, what)).body.id}/release`, { reason: 'judged' })).status;
  expect([await releaseBy({ recordings: [mine, foreign] }), await releaseBy({ case: 'C-1' })]).toEqual([403, 403]);
  expect([await releaseBy({ officer: 'A' }), await releaseBy({ recordings: [mine] })]).toEqual([200, 200]);
});
