/*
 * Goal: where a change, a command or a history touches footage that whoever asks may not see, neither figures nor contents tell of it. Method: one card with footage
 * of two officers; a narrow principal asks, and one who sees all.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { DockingSafe } from '#domain/custody/docking-entries';
import { RecordingReplaced } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { NarrowScope } from '#domain/scope';
import { buildServer } from '#serve/server';
import { anId, anOfficer, START_MS, STATION_ID } from '#test/support/builders';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

const MINE: NarrowScope = { officers: ['7'], units: [], cases: [], recordings: [] };
const HOUR = 3_600_000;

let station: ServedStation;
let narrow: FastifyInstance;
let wide: FastifyInstance;
let mine: string;
let foreign: string;

beforeAll(async () => {
  station = await servedStation();
  const suggest = { stationId: STATION_ID, marginMs: 0, accept: 'sole' as const };
  const deps = { ...station.deps, facts: { ...station.deps.facts, suggest } };
  narrow = buildServer({ deps, way: 'network', ...openTo(MINE) });
  wide = buildServer({ deps, way: 'network', ...openTo() });
  mine = (await station.addRecording(randomBytes(50), { officerId: '7' })).id;
  foreign = (await station.addRecording(randomBytes(60), { officerId: '8' })).id;
  await station.ledger.transaction(async (writer) => {
    for (const id of ['7', '8']) await writer.registry.upsertOfficer(anOfficer({ id }));
    const { dockingId } = (await writer.recordings.get(mine)) ?? { dockingId: '' };
    const data = { slot: 3, files: 41, known: 2, refused: 0, bytes: 8_912_345_678 };
    await writer.custody.append(DockingSafe.make({ atMs: START_MS, actor: STATION, subject: subject('docking', dockingId), data }));
  });
});
afterAll(async () => {
  await Promise.all([narrow.close(), wide.close()]);
  await station.close();
});

async function send(app: FastifyInstance, method: 'GET' | 'POST', url: string, payload?: object) {
  const answer = await app.inject({ method, url: `/api/v1${url}`, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, json: answer.json() };
}
const timeAt = (ms: number) => new Date(ms).toISOString();
const casesOf = async (id: string) => (await station.ledger.recordings.detail(id))?.caseNumbers;

describe('an event of a case', () => {
  const event = (officers: readonly string[]) => ({ start: timeAt(START_MS - 2 * HOUR), end: timeAt(START_MS), officers });

  it('counts suggestions of what is seen, and tags nothing else by rule', async () => {
    const body = { title: 'Stalls', officers: ['7', '8'], events: [event(['7', '8'])] };
    const { json } = await send(narrow, 'POST', '/cases', { number: 'A-1', ...body });
    expect(json).toMatchObject({ added: 1, events: 1, suggestions: 1 });
    expect([await casesOf(mine), await casesOf(foreign)]).toEqual([['A-1'], []]);
    // The suggestion is there, for whoever may see the recording.
    const made = await station.ledger.cases.suggestions({ recordingId: foreign, limit: 9 });
    expect(made.map(({ caseNumber, state }) => [caseNumber, state])).toEqual([['A-1', 'open']]);
  });

  it('of others alone tells nothing; whoever sees all is told of all', async () => {
    const only = (number: string) => ({ number, title: 'X', officers: ['8'], events: [event(['8'])] });
    expect((await send(narrow, 'POST', '/cases', only('A-2'))).json.suggestions).toBe(0);
    expect((await send(wide, 'POST', '/cases', only('A-3'))).json.suggestions).toBe(1);
  });
});

describe('a command of whoever keeps the machine', () => {
  const nothing: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
  const unknown = anId('rec');

  it('tells the same of a recording that is there and of one that never was, and is done', async () => {
    const app = buildServer({ deps: station.deps, way: 'network', ...openTo(nothing) });
    const retried = await Promise.all([foreign, unknown].map((recording) => send(app, 'POST', '/jobs/retry', { recording })));
    expect(retried).toEqual(Array(2).fill({ status: 200, json: { retried: null } }));
    for (const count of [true, false]) {
      const made = await Promise.all([foreign, unknown].map((id) => send(app, 'POST', '/derivatives/again', { recordings: [id], count })));
      expect(made).toEqual(Array(2).fill({ status: 200, json: { recordings: null, bytes: null, started: !count } }));
    }
    expect((await send(app, 'POST', '/derivatives/again', { count: true })).json.recordings).toEqual(expect.any(Number));
    expect((await send(app, 'POST', '/jobs/retry', {})).json.retried).toEqual(expect.any(Number));
    await app.close();
  });

  it('tells figures to whoever sees what they name', async () => {
    expect((await send(narrow, 'POST', '/jobs/retry', { recording: mine, dryRun: true })).json.retried).toEqual(expect.any(Number));
    expect((await send(narrow, 'POST', '/jobs/retry', { recording: foreign, dryRun: true })).json.retried).toBeNull();
    expect((await send(wide, 'POST', '/jobs/retry', { recording: unknown })).status).toBe(404);
    expect((await send(wide, 'POST', '/derivatives/again', { recordings: [foreign], count: true })).json.recordings).toBe(0);
  });
});

describe('the history of a recording', () => {
  it('leaves out what an entry tells of a card on which others filmed, and of recordings of others', async () => {
    await station.ledger.transaction(async (writer) => {
      const files = [{ original: anId('org'), bytes: 1000, mtimeMs: START_MS, by: mine }];
      const about = { atMs: START_MS, actor: STATION, subject: subject('recording', foreign) };
      await writer.custody.append(RecordingReplaced.make({ ...about, lists: { files }, personal: { cardPaths: ['DCIM/A.MP4'] } }));
    });
    const { json } = await send(narrow, 'GET', `/recordings/${mine}/custody?limit=500`);
    const items = json.items as { type: string; data: object; leftOut: boolean; canonical: string; lists: object; subject: string }[];
    const safe = items.find(({ type }) => type === 'docking.safe');
    expect(safe).toMatchObject({ data: { slot: 3 }, leftOut: true, canonical: '', lists: {} });
    expect(Object.keys(safe?.data ?? {})).toEqual(['slot']);
    expect(items.find(({ type }) => type === 'recording.replaced')).toMatchObject({ subject: '', lists: {}, data: {}, leftOut: true });
    expect(JSON.stringify(items)).not.toContain(foreign);
    expect(items.some(({ leftOut }) => !leftOut)).toBe(true);
    const whole = (await send(wide, 'GET', `/recordings/${mine}/custody?limit=500`)).json.items as typeof items;
    expect(whole.find(({ type }) => type === 'docking.safe')).toMatchObject({ data: { files: 41 }, leftOut: false });
    expect(whole.map(({ type }) => type)).toEqual(items.map(({ type }) => type));
  });
});
