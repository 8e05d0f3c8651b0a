/*
 * Goal: one person cannot have a recording destroyed, by whatever way they come; two who may can, and whoever decides sees counts, hours and names; what is gone is
 * answered with its tombstone. Method: the real server over a real ledger and a real vault; browsers of a custodian, a reviewer, an officer and an administrator, a
 * program, and the control socket.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginSession } from '#desk/sign-in/sessions';
import type { Role } from '#domain/access/roles';
import type { User } from '#domain/people/user';
import { custodyOfRoute } from '#serve/route';
import { buildServer } from '#serve/server';
import { anId } from '#test/support/builders';
import { about } from '#test/support/custody';
import { putSchedule, putTerm, quickDisposals } from '#test/support/disposal';
import { Browser } from '#test/support/http/browser';
import { addUser } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { disposalRoutes } from './disposals.ts';

const DAY_MS = 86_400_000;
let station: ServedStation;
let app: FastifyInstance;
let control: FastifyInstance;
let log: DatabaseSync;
let first: { id: string; key: string };
let second: { id: string; key: string };
const users = new Map<string, User>();
const people = new Map<string, Browser>();
/** By route: the types of the entries that requests to it left. */
const left = new Map<string, Set<string>>();

async function person(account: string, roles: readonly Role[]): Promise<void> {
  users.set(account, await addUser(station.deps, { id: anId('usr'), account, roles }));
  await signIn(account);
}

async function signIn(account: string): Promise<void> {
  const user = users.get(account) ?? expect.fail(account);
  const browser = new Browser(app);
  const beginning = { user, method: 'password', from: { address: '127.0.0.1', agent: null }, replaces: null } as const;
  const { token } = await station.ledger.transaction((writer) => beginSession(writer, station.deps, beginning));
  browser.cookies.set('evidock_session', token);
  people.set(account, browser);
}

async function ask(account: string, row: string, params: Record<string, string> = {}, body?: object) {
  const before = (await station.ledger.custody.head())?.seq ?? -1;
  const [method = '', url = ''] = row.split(' ');
  const path = `/api/v1${url.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '')}`;
  const browser = people.get(account) ?? expect.fail(account);
  const response = await browser.ask(method, path, body === undefined ? {} : { body });
  const named = `${method} /api/v1${url}`;
  const types = left.get(named) ?? new Set<string>();
  left.set(named, types);
  for (const { type } of log.prepare('SELECT type FROM custody WHERE seq > ?').all(before))
    if (/^(disposal|copy)\.|^recording\.disposed$/.test(String(type))) types.add(String(type));
  const lines = response.body.split('\n').filter((line) => line.startsWith('{'));
  return {
    status: response.statusCode,
    body: response.body,
    raw: response,
    json: lines.length === 1 ? JSON.parse(lines[0] ?? '') : null,
    lines,
  };
}

/** Over the control socket, as root of the machine. */
async function atMachine(method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await control.inject({
    method,
    url: `/api/v1${url}`,
    headers: { 'x-evidock-actor': 'cli:root' },
    ...(payload ? { payload } : {}),
  });
  return {
    status: response.statusCode,
    type: String(response.headers['content-type']),
    json: response.body.startsWith('{') ? JSON.parse(response.body.split('\n')[0] ?? '') : null,
  };
}

beforeAll(async () => {
  station = await servedStation();
  log = new DatabaseSync(join(station.directory, 'ledger.sqlite'), { readOnly: true });
  const places = await station.deps.disposals.open(null);
  const isSteady = () => station.deps.clockWatch.state().kind === 'steady';
  Object.assign(station.deps.disposals, quickDisposals(join(station.directory, 'vault'), { places: places.places, isSteady }));
  app = buildServer({ deps: station.deps, way: 'network' });
  control = buildServer({ deps: station.deps, way: 'socket' });
  await person('sun', ['custodian']);
  await person('zhao', ['reviewer']);
  await person('both', ['custodian', 'reviewer']);
  await person('wang', ['officer']);
  await person('admin', ['system-administrator']);
  await person('keys', ['security-administrator']);
  await putSchedule(station.ledger);
  first = await station.addRecording(Buffer.from('one'));
  second = await station.addRecording(Buffer.from('two'));
  for (const { id } of [first, second]) await putTerm(station.ledger, id, station.clock.nowMs() - DAY_MS);
});

afterAll(async () => {
  await app.close();
  await control.close();
  log.close();
  await station.close();
});

describe('disposal by request', () => {
  let id: string;
  let digest: string;

  it('is not for officers and administrators', async () => {
    for (const account of ['wang', 'admin', 'keys'])
      for (const [row, body] of [
        ['GET /disposals', undefined],
        ['POST /disposals', {}],
        ['POST /disposals/:id/approval', { digest: 'ab'.repeat(32) }],
        ['POST /disposals/:id/run', {}],
      ] as const)
        expect((await ask(account, row, { id: 'dsp-none' }, body)).status, `${account} ${row}`).toBe(403);
    expect((await ask('zhao', 'POST /disposals', {}, {})).status).toBe(403);
    expect((await ask('sun', 'POST /disposals/:id/approval', { id: 'dsp-none' }, { digest: 'ab'.repeat(32) })).status).toBe(403);
  });

  it('shows whoever decides counts, hours and names', async () => {
    const made = await ask('sun', 'POST /disposals', {}, {});
    expect(made.status).toBe(201);
    ({ id, digest } = made.json);
    expect(made.json).toMatchObject({ state: 'proposed', approved: null, proposed: { name: expect.any(String), roles: ['custodian'] } });
    const shown = (await ask('zhao', 'GET /disposals/:id', { id })).json;
    expect(shown.counts).toMatchObject({ recordings: 2, listed: 2, files: 2, hours: expect.any(Number), bytes: expect.any(Number) });
    expect(shown.officers.length).toBeGreaterThan(0);
    const { items } = (await ask('zhao', 'GET /disposals/:id/recordings', { id })).json;
    expect(items.map(({ recording }: { recording: string }) => recording).sort()).toEqual([first.id, second.id].sort());
    expect(items[0]).toMatchObject({ state: 'listed', pictures: expect.any(Array), cases: [], overlaps: expect.any(Array) });
    expect((await ask('zhao', 'GET /disposals')).json.items.map((each: { id: string }) => each.id)).toEqual([id]);
  });

  it('is not approved by one person, a person of the same role, or the machine itself, and not carried out before', async () => {
    expect((await ask('both', 'POST /disposals/:id/approval', { id }, { digest })).json).toMatchObject({ code: 'request.forbidden' });
    expect((await atMachine('POST', `/disposals/${id}/approval`, { digest })).json).toMatchObject({ code: 'request.forbidden' });
    expect((await atMachine('POST', `/disposals/${id}/run`, {})).json).toMatchObject({ code: 'request.conflict' });
    expect((await ask('zhao', 'POST /disposals/:id/approval', { id }, { digest: 'ab'.repeat(32) })).status).toBe(409);
    const gone = (await ask('sun', 'POST /disposals/:id/run', { id }, {})).lines.map((line) => JSON.parse(line));
    expect(gone.at(-1)).toMatchObject({ code: 'request.conflict' });
    expect(existsSync(join(station.directory, 'vault', first.key))).toBe(true);
  });

  it('with an exclusion needs the approval of the new list', async () => {
    const changed = await ask('sun', 'POST /disposals/:id/exclusions', { id }, { recording: second.id, reason: 'An appeal is open.' });
    expect(changed.json).toMatchObject({ state: 'proposed', counts: { recordings: 1, excluded: 1 } });
    expect((await ask('zhao', 'POST /disposals/:id/approval', { id }, { digest })).status).toBe(409);
    digest = changed.json.digest;
    expect((await ask('zhao', 'POST /disposals/:id/approval', { id }, { digest })).json).toMatchObject({ state: 'approved' });
  });

  it('is carried out after its waiting period, and leaves a tombstone that answers for the recording', async () => {
    // Whoever sets the clock forward does not end the waiting period by that.
    const seenAt = new Date(await station.setClock(7 * DAY_MS)).toISOString();
    for (const account of users.keys()) await signIn(account);
    const early = (await ask('sun', 'POST /disposals/:id/run', { id }, {})).lines.map((line) => JSON.parse(line));
    expect(early.at(-1)).toMatchObject({ code: 'request.conflict', reason: { code: 'disposal-clock' } });
    expect((await ask('admin', 'POST /clock/confirmation', {}, { seenAt, words: 'A week has passed in this test.' })).status).toBeLessThan(
      300,
    );
    const lines = (await ask('sun', 'POST /disposals/:id/run', { id }, {})).lines.map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { type: 'recording', recording: first.id, state: 'destroyed', reason: null, left: 0 },
      expect.objectContaining({ type: 'summary', state: 'done', destroyed: 1, kept: 0 }),
    ]);
    expect(existsSync(join(station.directory, 'vault', first.key))).toBe(false);
    expect(existsSync(join(station.directory, 'vault', second.key))).toBe(true);
    const stone = await station.ledger.disposals.tombstone(first.id);
    const asked = await atMachine('GET', `/recordings/${first.id}`);
    expect(asked).toMatchObject({ status: 410, type: expect.stringContaining('application/problem+json') });
    expect(asked.json).toMatchObject({ code: 'request.gone', reason: { params: { recording: first.id, id, tombstone: stone?.id } } });
    for (const row of ['playback', 'originals/1', 'derivatives/poster'])
      expect((await atMachine('GET', `/recordings/${first.id}/${row}`)).status, row).toBe(410);
    expect((await atMachine('GET', `/recordings/${first.id}/custody`)).status).toBe(200);
    expect((await station.ledger.custody.of(about(first.id))).map(({ type }) => type)).toContain('recording.disposed');
  });

  it('has a certificate in both languages', async () => {
    for (const lang of ['en', 'zh-CN']) {
      const paper = await people.get('zhao')?.ask('GET', `/api/v1/disposals/${id}/certificate?lang=${lang}`);
      expect(paper?.statusCode).toBe(200);
      expect(paper?.body.slice(0, 5)).toBe('%PDF-');
    }
  });

  it('can be ended by whoever sees it', async () => {
    const other = await ask('sun', 'POST /disposals', {}, {});
    const ended = await ask('zhao', 'POST /disposals/:id/cancellation', { id: other.json.id }, { reason: 'No.' });
    expect(ended.json).toMatchObject({ state: 'cancelled', counts: { kept: 1 } });
    expect((await ask('zhao', 'GET /disposals/:id/certificate', { id: other.json.id })).status).toBe(409);
  });

  it('leaves no entries that its routes do not declare', () => {
    for (const row of disposalRoutes)
      for (const type of left.get(`${row.method} ${row.url}`) ?? [])
        expect(custodyOfRoute(row), `${row.method} ${row.url}`).toContain(type);
  });
});
