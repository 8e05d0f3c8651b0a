/*
 * Goal: over HTTP, in metrics, doctor, audit and command line, one sees that the clock of the station is in doubt, and the system administrator alone confirms it.
 * Method: a real server, ledger and vault. The wall clock of the test is set while the other clock stands.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessClient } from '#cli/client';
import { DEFAULT_TASKS, type Task } from '#domain/access/tasks';
import { buildServer } from '#serve/server';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { CommandLine } from '#test/support/station/command-line';
import { clockCheck } from '../../doctor/clock-check.ts';

const HOUR = 3_600_000;
const of = (role: 'system-administrator' | 'auditor' | 'custodian') =>
  new Set((Object.keys(DEFAULT_TASKS) as Task[]).filter((task) => DEFAULT_TASKS[task].includes(role)));
const ADMIN = aPerson({ id: 'usr-admin', tasks: of('system-administrator') });
const AUDITOR = aPerson({ id: 'usr-audit', tasks: of('auditor') });
const CUSTODIAN = aPerson({ id: 'usr-keep', tasks: of('custodian') });

let cli: CommandLine;
let app: FastifyInstance;
let recording: string;
let who = ADMIN;

beforeAll(async () => {
  cli = await CommandLine.open();
  app = buildServer({ deps: cli.station.deps, way: 'network', principalOf: asking(() => who), gatekeeper: ALLOWS_ALL });
  ({ id: recording } = await cli.station.addRecording(randomBytes(1000)));
});
afterAll(async () => {
  await app?.close();
  await cli?.close();
});

async function call(by: typeof ADMIN, method: 'GET' | 'POST', path: string, payload?: object) {
  who = by;
  const headers = { host: 'localhost', 'sec-fetch-site': 'same-origin' };
  const { statusCode, body } = await app.inject({ method, url: `/api/v1${path}`, headers, ...(payload ? { payload } : {}) });
  return { status: statusCode, body, json: body.startsWith('{') ? JSON.parse(body) : null };
}
const metrics = async () => (await app.inject({ url: '/metrics', headers: { host: 'localhost' } })).body;
const look = () => call(AUDITOR, 'GET', `/recordings/${recording}/playback?reason=complaint`);
const lines = async (query: string) => (await call(AUDITOR, 'GET', `/audit?${query}`)).json.items as { clock: string; type: string }[];
const doctor = async () => {
  const control = buildServer({ deps: cli.station.deps, way: 'socket' });
  return clockCheck(new InProcessClient({ app: control, user: 'root', close: async () => undefined })).finally(() => control.close());
};

describe('the clock of the station', () => {
  it('is steady for whoever may see health', async () => {
    expect((await call(ADMIN, 'GET', '/clock')).json).toMatchObject({ state: 'steady', byMs: null, seenAt: null, limitSeconds: 300 });
    expect((await call(CUSTODIAN, 'GET', '/clock')).status).toBe(403);
    who = ADMIN;
    expect(await metrics()).toMatch(/^evidock_clock_steady 1$/m);
    expect(await doctor()).toMatchObject({ ok: true, reason: { code: 'clock-steady' } });
    expect((await cli.run(['clock', 'show'])).out).toContain('It is steady');
    expect((await look()).status).toBe(200);
  });

  it('is in doubt once it was set, and each look and deed says so', async () => {
    const seenAt = new Date(await cli.station.setClock(-2 * HOUR)).toISOString();
    expect((await call(AUDITOR, 'GET', '/clock')).json).toMatchObject({ state: 'went-back', byMs: 2 * HOUR, seenAt });
    who = ADMIN;
    expect(await metrics()).toMatch(/^evidock_clock_steady 0$/m);
    expect(await metrics()).toMatch(/^evidock_clock_doubt_seconds -7200$/m);
    expect(await doctor()).toMatchObject({ ok: false, reason: { code: 'clock-went-back', params: { seconds: 7200 } } });
    expect((await cli.run(['clock', 'show'])).out).toMatch(/went back by 2 h 0 min/);
    const other = await cli.station.addRecording(randomBytes(10));
    expect((await call(AUDITOR, 'GET', `/recordings/${other.id}/playback?reason=complaint`)).status).toBe(200);
    expect((await lines(`recording=${other.id}&type=recording.viewed`)).map(({ clock }) => clock)).toEqual(['went-back']);
    expect((await lines(`recording=${recording}&type=recording.viewed`)).map(({ clock }) => clock)).toEqual(['steady']);
    expect((await lines('type=audit.read')).map(({ clock }) => clock)).toContain('went-back');
    const csv = (await call(AUDITOR, 'GET', `/audit/export?recording=${other.id}`)).body;
    expect(csv).toMatch(/"clock","type"/);
    expect(csv).toMatch(/"went-back","recording\.viewed"/);
  });

  it('is confirmed by the system administrator, who saw the last of it and says why', async () => {
    const { seenAt } = (await call(ADMIN, 'GET', '/clock')).json;
    const body = { seenAt, words: 'the battery was flat' };
    for (const other of [AUDITOR, CUSTODIAN]) expect((await call(other, 'POST', '/clock/confirmation', body)).status).toBe(403);
    expect((await call(ADMIN, 'POST', '/clock/confirmation', { ...body, words: '' })).status).toBe(400);
    expect((await call(ADMIN, 'POST', '/clock/confirmation', { ...body, seenAt: 'yesterday' })).status).toBe(409);
    expect((await call(ADMIN, 'GET', '/clock')).json.state).toBe('went-back');
    expect((await call(ADMIN, 'POST', '/clock/confirmation', body)).status).toBe(204);
    expect((await call(ADMIN, 'GET', '/clock')).json.state).toBe('steady');
    // Once more: nothing is there to be confirmed.
    expect((await call(ADMIN, 'POST', '/clock/confirmation', body)).status).toBe(204);
    const [confirmed, ...more] = await lines('type=clock.confirmed');
    expect([confirmed, more]).toMatchObject([
      { clock: 'steady', who: { person: 'usr-admin' }, why: { words: 'the battery was flat' } },
      [],
    ]);
    expect((await lines('type=clock.doubted')).map(({ clock }) => clock)).toEqual(['went-back']);
  });

  it('is confirmed from the command line', async () => {
    await cli.station.setClock(2 * HOUR);
    expect((await cli.run(['clock', 'confirm'])).status).toBe(2);
    expect((await cli.run(['clock', 'confirm', '--words', 'set by hand', '--seen', '2026-01-01T00:00:00.000Z'])).status).toBe(1);
    expect(await cli.run(['clock', 'confirm', '--words', 'set by hand'])).toMatchObject({ status: 0 });
    expect((await cli.run(['--json', 'clock', 'confirm', '--words', 'again'])).out).toContain('false');
    expect((await lines('type=clock.doubted')).map(({ clock }) => clock)).toEqual(['jumped', 'went-back']);
  });
});
