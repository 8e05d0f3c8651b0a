/*
 * Goal: whoever may see the slots learns whose recorder is docked only where they may see some recording of it; a stream tells nothing else, loses no change, and ends
 * when its listener is let in no more. Method: the real routes, ledger and board; two people, a kiosk.
 */
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Task } from '#domain/access/tasks';
import type { Principal } from '#serve/principal';
import { buildServer } from '#serve/server';
import { aDocking, anOfficer, anOriginal, aRecording } from '#test/support/builders';
import { showDocking } from '#test/support/card/shown-docking';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

const SEES_SLOTS = new Set<Task>(['see-slots']);
const headers = { host: 'localhost' };
let station: ServedStation;
let app: FastifyInstance;
let who: Principal;
const withScope = (officers: string[]) => aPerson({ tasks: SEES_SLOTS, scope: { officers, units: [], cases: [], recordings: [] } });

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network', gatekeeper: ALLOWS_ALL, principalOf: asking(() => who) });
  const docking = aDocking({ slot: 4, port: '1-4', recorderSerial: 'R8' });
  await station.ledger.transaction(async (writer) => {
    for (const id of ['7', '8']) await writer.registry.upsertOfficer(anOfficer({ id }));
    await writer.dockings.insert(docking);
    const recording = aRecording({ dockingId: docking.id, officerId: '8' });
    await writer.recordings.insert(recording);
    await writer.originals.insert(anOriginal(recording));
  });
  const { id, slot, port, recorderSerial, driverId } = docking;
  station.deps.board.openDocking({ id, slot, port, recorderSerial, driverId }, { officerId: '8', filesListed: 5 });
});
afterEach(async () => {
  vi.useRealTimers();
  await app.close();
  await station.close();
});

const UNTOLD = { dockingId: null, recorderSerial: null, officerId: null, explain: [], driverId: null };
const slots = async (path: string) => (await app.inject({ url: `/api/v1${path}`, headers })).json();

describe('a slot', () => {
  it.each([
    ['an officer of another recorder', () => withScope(['7']), UNTOLD],
    ['whoever sees no footage', () => withScope([]), UNTOLD],
    ['the officer', () => withScope(['8']), { recorderSerial: 'R8', officerId: '8' }],
    ['a kiosk', () => ({ ...withScope([]), kind: 'kiosk' as const }), { recorderSerial: 'R8', officerId: '8' }],
    ['whoever sees everything', () => aPerson(), { recorderSerial: 'R8', officerId: '8' }],
  ])('tells %s so much, alone, in the list and in the stream', async (_, person, told) => {
    who = person();
    const seen = { filesListed: 5, slot: 4, ...told };
    expect(await slots('/slots/4')).toMatchObject(seen);
    expect((await slots('/slots')).items).toMatchObject([seen]);
    const stream = (await app.inject({ url: '/api/v1/events', headers, payloadAsStream: true })).stream();
    const text = await new Promise<string>((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
    expect(JSON.parse(/^event: slots\ndata: (.*)$/m.exec(text)?.[1] ?? '').at(-1)).toMatchObject(seen);
    stream.destroy();
  });

  it('hides in its fault what the reason names', async () => {
    who = withScope(['7']);
    station.deps.board.openDocking({ ...aDocking({ slot: 5, port: '1-5', recorderSerial: 'R9' }) }, {});
    expect(JSON.stringify(await slots('/slots'))).not.toMatch(/R8|R9|"8"/);
  });

  it('can be changed by its ETag by whoever does not see whose recorder is there', async () => {
    who = { ...withScope([]), tasks: new Set<Task>(['see-slots', 'administer']) };
    const { etag } = (await app.inject({ url: '/api/v1/slots/4', headers })).headers;
    const change = (tag: string) =>
      app.inject({ method: 'PUT', url: '/api/v1/slots/4', headers: { ...headers, 'if-match': tag }, payload: { port: '1-9' } });
    expect((await change('"other"')).statusCode).toBe(412);
    expect((await change(String(etag))).statusCode).not.toBe(412);
  });
});

describe('a stream', () => {
  it('loses no change that comes while its snapshot is made', async () => {
    who = aPerson();
    const answering = app.inject({ url: '/api/v1/events', headers, payloadAsStream: true });
    await vi.waitFor(() => expect(station.deps.board.snapshot()).toHaveLength(1));
    showDocking(station.deps.board, 6, { phase: 'copying', filesListed: 3 });
    const stream = (await answering).stream();
    setTimeout(() => stream.destroy(), 1500);
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      if (/"slot":6/.test(text)) break;
    }
    expect(text).toMatch(/"slot":6/);
  });

  it.each([
    ['signs out', () => ({ ...who, kind: 'nobody' as const, id: null, tasks: new Set<Task>() })],
    ['loses the task', () => ({ ...who, tasks: new Set<Task>() })],
    ['sees less', () => ({ ...who, scope: { officers: [], units: [], cases: [], recordings: [] } })],
  ])('ends within 5 s when its listener %s, and not before', async (_, later) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    who = withScope(['8']);
    const stream = (await app.inject({ url: '/api/v1/events', headers, payloadAsStream: true })).stream();
    const ended = buffer(stream).then(
      () => 'ended',
      () => 'ended',
    );
    await vi.advanceTimersByTimeAsync(20_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await Promise.race([ended, Promise.resolve('open')])).toBe('open');
    who = later();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await ended).toBe('ended');
  });
});
