/*
 * Goal: what people change is changed whole or not at all, and the custody log tells who changed what.
 * Method: the API in the process, as an operator, over the real ledger.
 */

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actorText } from '#domain/custody/actor';
import { START_MS } from '#test/support/builders';
import { about, toldBy } from '#test/support/custody';
import { openTo } from '#test/support/principals';
import { saying } from '#test/support/saying';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { buildServer } from './server.ts';

let station: ServedStation;
let app: FastifyInstance;

async function call(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) {
  const headers = { host: 'localhost', 'x-evidock-actor': 'cli:wang' };
  const response = await app.inject({ method, url: `/api/v1${path}`, headers, ...(body ? { payload: body } : {}) });
  return { status: response.statusCode, json: response.body === '' ? null : response.json() };
}

async function good(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) {
  const { status, json } = await call(method, path, body);
  expect([200, 201, 204], JSON.stringify(json)).toContain(status);
  return json;
}

const entries = async (subject: string) =>
  (await station.ledger.custody.of(about(subject))).filter(({ actor }) => actorText(actor) === 'cli:wang');

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'socket' });
});

afterEach(async () => {
  await app.close();
  await station.close();
});

describe('tagging', () => {
  it('sets several things at once and records old and new', async () => {
    const { id } = await station.addRecording(Buffer.from('a'));
    await good('POST', '/officers', { id: '009', name: 'Wang' });
    await good('POST', '/cases', { number: 'A-1', title: 'One' });
    await good('POST', '/cases', { number: 'A-2', title: 'Two' });
    const body = { cases: ['A-1', 'A-2'], officer: '009', category: 'inspection', important: true };
    const tagged = await good('PATCH', `/recordings/${id}`, body);
    expect(tagged).toMatchObject({
      caseNumbers: ['A-1', 'A-2'],
      officerId: '009',
      officerSource: 'person',
      category: 'inspection',
      important: true,
    });
    expect((await entries(id)).map(({ type, data }) => ({ type, data }))).toEqual([
      {
        type: 'recording.tagged',
        data: {
          cases: { old: [], new: ['A-1', 'A-2'] },
          officer: { old: '041234', new: '009', oldSource: 'file-name' },
          category: { old: null, new: 'inspection' },
          important: { old: false, new: true },
        },
      },
    ]);
    await good('PATCH', `/recordings/${id}`, body);
    expect(await entries(id)).toHaveLength(1);
    const untagged = await good('PATCH', `/recordings/${id}`, { removeCases: ['A-1'], officer: null, category: null });
    expect(untagged).toMatchObject({ caseNumbers: ['A-2'], officerId: null, category: null });
  });

  it('changes nothing if one part is refused, and says what to do', async () => {
    const { id } = await station.addRecording(Buffer.from('a'));
    await good('POST', '/cases', { number: 'A-1', title: 'One' });
    const refused = await call('PATCH', `/recordings/${id}`, { cases: ['A-1', 'NO-SUCH'], category: 'inspection' });
    expect(refused).toMatchObject({
      status: 404,
      json: { code: 'request.not-found', detail: expect.stringContaining('evidock case add NO-SUCH') },
    });
    expect(await good('GET', `/recordings/${id}`)).toMatchObject({ caseNumbers: [], category: null });
    expect(await call('PATCH', `/recordings/${id}`, { officer: '404' })).toMatchObject({ status: 404 });
    expect(await call('PATCH', `/recordings/${id}`, { removeCases: ['A-1'] })).toMatchObject({ status: 409 });
    expect(await call('PATCH', `/recordings/${id}`, {})).toMatchObject({ status: 400 });
    expect(await call('PATCH', '/recordings/rec-none', { category: 'fee' })).toMatchObject({ status: 404 });
    expect(await entries(id)).toEqual([]);
  });

  it('refuses one case more than an entry names, in words', async () => {
    const { id } = await station.addRecording(Buffer.from('many'));
    const numbers = Array.from({ length: 101 }, (_, n) => `M-${n}`);
    await good('POST', '/cases/import', { text: ['number,title', ...numbers.map((number) => `${number},x`)].join('\n'), format: 'csv' });
    for (const cases of [numbers.slice(0, 50), numbers.slice(50, 100)]) await good('PATCH', `/recordings/${id}`, { cases });
    const refused = await call('PATCH', `/recordings/${id}`, { cases: numbers.slice(100) });
    expect(refused).toMatchObject({ status: 400, json: { reason: { code: 'many-cases', params: { limit: 100 } } } });
    await good('PATCH', `/recordings/${id}`, { cases: numbers.slice(100), removeCases: ['M-0'] });
  });
});

describe('cases and suggestions', () => {
  const csv = (rows: string[]) => ({ format: 'csv', text: ['number,title,officers,event_start,event_end,place', ...rows].join('\n') });

  it('suggests recordings that are there already, and accepting one tags it', async () => {
    // The recording runs from 15:00:00 to 15:01:00 in the station's zone.
    const { id } = await station.addRecording(Buffer.from('a'), { startMs: START_MS - 3_600_000 });
    await station.addRecording(Buffer.from('b'), { startMs: START_MS - 10 * 3_600_000 });
    await station.addRecording(Buffer.from('c'), { startMs: START_MS - 3_600_000, officerId: '999999' });
    const sum = await good('POST', '/cases/import', csv(['A-1,Stalls,041234,2026-06-20 14:30,2026-06-20 15:30,Market']));
    expect(sum).toEqual({ added: 1, updated: 0, events: 1, suggestions: 1 });
    const [suggestion] = (await good('GET', '/suggestions?state=open')).items;
    expect(suggestion).toMatchObject({ recordingId: id, caseNumber: 'A-1', overlapMs: 60_000, reason: saying('Market') });
    await good('PUT', `/suggestions/${suggestion.id}/decision`, { decision: 'accepted' });
    await good('PUT', `/suggestions/${suggestion.id}/decision`, { decision: 'accepted' });
    expect(await call('PUT', `/suggestions/${suggestion.id}/decision`, { decision: 'declined' })).toMatchObject({ status: 409 });
    expect(await good('GET', `/recordings/${id}`)).toMatchObject({ caseNumbers: ['A-1'] });
    expect((await entries(id)).map(({ type }) => type)).toEqual(['suggestion.decided', 'recording.tagged']);
    expect((await good('GET', '/cases/A-1/events')).items).toMatchObject([{ start: '2026-06-20T14:30:00.000+08:00', place: 'Market' }]);
    expect((await good('GET', '/recordings?case=A-1')).items).toMatchObject([{ id }]);
  });

  it('may be imported twice: nothing is doubled', async () => {
    await station.addRecording(Buffer.from('a'), { startMs: START_MS - 3_600_000 });
    const body = csv(['A-1,Stalls,041234,2026-06-20 14:30,2026-06-20 15:30,Market']);
    await good('POST', '/cases/import', body);
    const seq = (await station.ledger.custody.head())?.seq;
    expect(await good('POST', '/cases/import', body)).toEqual({ added: 0, updated: 1, events: 0, suggestions: 0 });
    expect((await station.ledger.custody.head())?.seq).toBe(seq);
    expect((await good('GET', '/cases/A-1/events')).items).toHaveLength(1);
    expect((await good('GET', '/suggestions')).items).toHaveLength(1);
  });

  it('answers with 201 and its place when a case is new, else with 200', async () => {
    const add = (title: string) =>
      app.inject({
        ...{ method: 'POST', url: '/api/v1/cases', headers: { host: 'localhost', 'x-evidock-actor': 'cli:wang' } },
        payload: { number: '立/1', title, update: true },
      });
    const made = await add('One');
    expect([made.statusCode, made.json().added]).toEqual([201, 1]);
    const found = await app.inject({ url: String(made.headers['location']), headers: { host: 'localhost' } });
    expect(found.json()).toMatchObject({ number: '立/1', title: 'One' });
    const changed = await add('Two');
    expect([changed.statusCode, changed.headers['location']]).toEqual([200, undefined]);
  });

  it('imports all or nothing', async () => {
    const rows = ['A-1,Fine,,,,', 'A-2,Also fine,,2026-06-20 14:30,,'];
    expect(await call('POST', '/cases/import', csv(rows))).toMatchObject({
      status: 400,
      json: { detail: expect.stringContaining('row 3') },
    });
    expect(await good('GET', '/cases')).toEqual({ items: [], next: null });
  });

  it('does not change a case by adding it again', async () => {
    await good('POST', '/cases', { number: 'A-1', title: 'One' });
    expect(await call('POST', '/cases', { number: 'A-1', title: 'Other' })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('One') },
    });
    await good('POST', '/cases', { number: 'A-1', title: 'Other', update: true });
    expect((await entries('case:A-1')).map(toldBy)).toMatchObject([
      { old: null, title: { old: null, new: 'One' } },
      { title: { old: 'One', new: 'Other' } },
    ]);
  });
});

describe('officers and recorders', () => {
  it('keeps who carries a recorder, and its history', async () => {
    await good('POST', '/officers/import', {
      format: 'json',
      text: JSON.stringify([
        { id: '1', name: 'A' },
        { id: '2', name: 'B' },
      ]),
    });
    await good('POST', '/recorders', { serial: 'R1', model: 'X', officer: '1' });
    await good('PATCH', '/recorders/R1', { officer: '2' });
    expect((await good('GET', '/recorders')).items).toContainEqual(expect.objectContaining({ serial: 'R1', assignedOfficerId: '2' }));
    expect((await entries('recorder:R1')).map(({ data }) => data)).toEqual([
      { newRecorder: true, model: { old: null, new: 'X' } },
      { officer: { old: null, new: '1' } },
      { officer: { old: '1', new: '2' } },
    ]);
    expect(await call('PATCH', '/recorders/R2', { officer: '1' })).toMatchObject({ status: 404 });
    expect(await call('PATCH', '/recorders/R1', { officer: '404' })).toMatchObject({ status: 404 });
    expect(await call('POST', '/recorders', { serial: 'R1' })).toMatchObject({ status: 409 });
  });
});

describe('the ledger', () => {
  it('is copied while the station runs, never over a file', async () => {
    const { file, bytes } = await good('POST', '/ledger/backup', {});
    expect(file).toContain('/backups/ledger-20260620T080000Z.sqlite');
    expect(bytes).toBeGreaterThan(4096);
    expect(await call('POST', '/ledger/backup', { file })).toMatchObject({ status: 409 });
    expect(await call('POST', '/ledger/backup', { file: 'relative.sqlite' })).toMatchObject({ status: 400 });
    const told = (await station.ledger.custody.of(about(`station:${station.deps.facts.stationId}`))).filter(
      ({ type }) => type === 'ledger.backed-up',
    );
    expect(told.map(toldBy)).toEqual([{ file, bytes }]);
  });

  it('is never copied into what is the station’s own, by no link either', async () => {
    const vault = join(station.directory, 'vault');
    await symlink(vault, join(station.directory, 'elsewhere'));
    for (const file of [join(vault, 'x.sqlite'), join(station.directory, 'elsewhere/x.sqlite'), join(vault, '../vault/x.sqlite')])
      expect(await call('POST', '/ledger/backup', { file })).toMatchObject({
        status: 403,
        json: { detail: expect.stringContaining('own') },
      });
    expect(await call('POST', '/ledger/backup', { file: '/nowhere/x.sqlite' })).toMatchObject({ status: 400 });
    expect(await call('POST', '/ledger/backup', { file: join(station.directory, 'vault-x.sqlite') })).toMatchObject({ status: 200 });
  });
});

describe('readiness', () => {
  it('says which part is missing, and fails only where footage cannot be taken in', async () => {
    expect(await good('GET', '/ready')).toMatchObject({ status: 'ready', checks: { archive: null, ledger: { ok: true } } });
    const away = buildServer({
      deps: { ...station.deps, checkQueue: () => Promise.reject(new Error('refused')) },
      way: 'network',
      ...openTo(),
    });
    const degraded = await away.inject({ url: '/api/v1/ready', headers: { host: 'localhost' } });
    expect([degraded.statusCode, degraded.json().status]).toEqual([200, 'degraded']);
    await away.close();
    const vault = Object.assign(Object.create(station.deps.vault), { probe: () => Promise.reject(new Error('EIO')) });
    const broken = buildServer({ deps: { ...station.deps, vault }, way: 'network', ...openTo() });
    const failing = await broken.inject({ url: '/api/v1/ready', headers: { host: 'localhost' } });
    expect([failing.statusCode, failing.json().status]).toEqual([503, 'failing']);
    await broken.close();
  });
});
