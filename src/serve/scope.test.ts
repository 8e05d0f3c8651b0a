/*
 * Goal: nobody is told, by any route, of what is outside his scope: what is there and foreign is answered as what never was, to the last byte and header.
 * Method: one narrow principal at a way in of the test's own; each route of the table with an id that is foreign, and with one that is unknown.
 */

import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NarrowScope } from '#domain/scope';
import { aCase, aCaseEvent, aDocking, anId, anOfficer, anOriginal, aRecording, aSuggestion, START_MS } from '#test/support/builders';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { ROUTES } from './routes.ts';
import { buildServer } from './server.ts';

const MINE: NarrowScope = { officers: ['7'], units: [], cases: [], recordings: [] };

/** One thing that is there and foreign, and one that never was; of each kind that a URL names. */
interface Pair {
  readonly foreign: string;
  readonly unknown: string;
}

let station: ServedStation;
let app: FastifyInstance;
let mine: string;
const pairs: Record<'recording' | 'case' | 'docking' | 'suggestion', Pair> = {
  recording: { foreign: '', unknown: anId('rec') },
  case: { foreign: 'A-1', unknown: 'A-9' },
  docking: { foreign: anId('dck', START_MS + 5), unknown: anId('dck', START_MS + 6) },
  suggestion: { foreign: anId('sug'), unknown: anId('sug') },
};

beforeAll(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network', ...openTo(MINE) });
  mine = (await station.addRecording(randomBytes(50), { officerId: '7' })).id;
  pairs.recording = { ...pairs.recording, foreign: (await station.addRecording(randomBytes(60), { officerId: '8' })).id };
  await station.ledger.transaction(async (writer) => {
    for (const id of ['7', '8']) await writer.registry.upsertOfficer(anOfficer({ id }));
    await writer.cases.upsert(aCase({ number: 'A-1', officerIds: ['8'] }));
    await writer.cases.upsert(aCase({ number: 'B-1', officerIds: ['7'] }));
    const event = aCaseEvent({ caseNumber: 'A-1' });
    await writer.cases.upsertEvent(event);
    await writer.recordings.addCase(pairs.recording.foreign, 'A-1');
    const of = { recordingId: pairs.recording.foreign, eventId: event.id, caseNumber: 'A-1' };
    await writer.cases.insertSuggestion(aSuggestion({ id: pairs.suggestion.foreign, ...of }));
    const docking = aDocking({ id: pairs.docking.foreign, slot: 3, port: '1-3' });
    const recording = aRecording({ dockingId: docking.id, officerId: '8' });
    await writer.dockings.insert(docking);
    await writer.recordings.insert(recording);
    await writer.originals.insert(anOriginal(recording, { cardPath: 'DCIM/foreign.MP4' }));
  });
});
afterAll(async () => {
  await app?.close();
  await station?.close();
});

const BODIES: Readonly<Record<string, object>> = {
  'PATCH /api/v1/recordings/:id': { category: 'fee' },
  'PATCH /api/v1/recordings/:id/protection': { confidentiality: 'secret' },
  'PATCH /api/v1/cases/:number/protection': { confidentiality: 'secret' },
  'PUT /api/v1/cases/:number/decision': { on: '2026-06-20' },
  'PUT /api/v1/cases/:number/closing': { on: '2026-06-20' },
  'PUT /api/v1/cases/:number/reopening': { on: '2026-06-20', reason: 'revoked' },
  'PUT /api/v1/suggestions/:id/decision': { decision: 'accepted' },
};
const REST: Readonly<Record<string, string>> = { index: '1', kind: 'playable', slot: '1', serial: 'R1', name: 'desk1', number: 'B-1' };

function kindOf(url: string): keyof typeof pairs | null {
  const [, , , first = ''] = url.split('/');
  const kinds = { recordings: 'recording', cases: 'case', dockings: 'docking', suggestions: 'suggestion' } as const;
  return url.includes('/:') ? (kinds[first as keyof typeof kinds] ?? null) : null;
}

async function ask(row: string, id: string, headers: Readonly<Record<string, string>> = {}) {
  const [method = '', url = ''] = row.split(' ');
  const path = url.replace(/:(\w+)/, encodeURIComponent(id)).replace(/:(\w+)/g, (_, name: string) => REST[name] ?? '');
  const body = BODIES[row];
  const answer = await app.inject({
    method: method as 'GET',
    url: path,
    headers: { host: 'localhost', ...headers },
    ...(body ? { payload: body } : {}),
  });
  const { date: _, 'x-request-id': requestId = '', ...told } = answer.headers;
  const without = (text: string) =>
    text.replaceAll(String(requestId), '<request>').replaceAll(id, '<id>').replaceAll(encodeURIComponent(id), '<id>');
  return { status: answer.statusCode, headers: without(JSON.stringify({ ...told, 'content-length': null })), body: without(answer.body) };
}

const NAMING = ROUTES.filter(({ url }) => kindOf(url) !== null);

describe('a foreign id', () => {
  it.each(NAMING.map(({ method, url }) => `${method} ${url}`))('%s is answered as an unknown one', async (row) => {
    const kind = kindOf(row.split(' ')[1] ?? '') ?? 'recording';
    const before = await station.ledger.custody.head();
    for (const headers of [{}, { range: 'bytes=0-1' }, ...(row.startsWith('GET') ? [{ 'if-none-match': '*' }] : [{ 'if-match': '"x"' }])]) {
      const foreign = await ask(row, pairs[kind].foreign, headers);
      expect(foreign).toEqual(await ask(row, pairs[kind].unknown, headers));
      expect(foreign.status).toBeGreaterThanOrEqual(400);
    }
    expect(await station.ledger.custody.head()).toEqual(before);
  });

  it('stands in the URL of at least these routes, which answer one who may see it', async () => {
    expect(NAMING.length).toBeGreaterThanOrEqual(20);
    expect((await ask('GET /api/v1/recordings/:id', mine)).status).toBe(200);
    expect((await ask('GET /api/v1/recordings/:id/playback', mine)).status).toBe(200);
    expect((await ask('GET /api/v1/cases/:number', 'B-1')).status).toBe(200);
    expect((await ask('PATCH /api/v1/cases/:number/protection', 'B-1')).status).toBe(200);
  });
});

async function send(method: 'GET' | 'PATCH' | 'POST' | 'DELETE', url: string, payload?: object) {
  return app.inject({ method, url: `/api/v1${url}`, headers: { host: 'localhost' }, ...(payload ? { payload } : {}) });
}

/** What is told, but for the request's id and what was asked for. */
function told({ statusCode, body, headers }: Awaited<ReturnType<typeof send>>, asked: string) {
  return [statusCode, body.replaceAll(String(headers['x-request-id']), '<request>').replaceAll(asked, '<id>')];
}

describe('what is named beside the URL', () => {
  it.each(['cases', 'removeCases'])('a foreign case in `%s` is as an unknown one', async (field) => {
    const { foreign, unknown } = pairs.case;
    const answers = await Promise.all(
      [foreign, unknown].map(async (number) => told(await send('PATCH', `/recordings/${mine}`, { [field]: [number] }), number)),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBeGreaterThanOrEqual(400);
    const removed = await Promise.all(
      [foreign, unknown].map(async (number) => told(await send('DELETE', `/recordings/${mine}/cases/${number}`), number)),
    );
    expect(removed[0]).toEqual(removed[1]);
  });

  it.each([
    ['/recordings?docking=', 'docking'],
    ['/recordings?case=', 'case'],
    ['/suggestions?recording=', 'recording'],
  ] as const)('a foreign one in GET %s is as an unknown one', async (url, kind) => {
    const answers = await Promise.all(Object.values(pairs[kind]).map(async (id) => told(await send('GET', `${url}${id}`), id)));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toEqual([200, '{"items":[],"next":null}']);
  });

  it('a cursor of one who sees more leads nowhere', async () => {
    const wide = buildServer({ deps: station.deps, way: 'network', ...openTo() });
    const { next } = (await wide.inject({ url: '/api/v1/recordings?limit=1&officer=8', headers: { host: 'localhost' } })).json();
    expect(next).toEqual(expect.any(String));
    expect(
      (await wide.inject({ url: `/api/v1/recordings?limit=1&officer=8&cursor=${next}`, headers: { host: 'localhost' } })).statusCode,
    ).toBe(200);
    expect((await send('GET', `/recordings?limit=1&officer=8&cursor=${next}`)).statusCode).toBe(400);
    await wide.close();
  });
});

describe('lists', () => {
  it.each([
    ['/recordings', () => [mine]],
    ['/cases', () => ['B-1']],
    ['/suggestions', () => []],
  ] as const)('GET %s tells of what is seen alone', async (url, wanted) => {
    const { items } = (await send('GET', url)).json() as { items: { id?: string; number?: string }[] };
    expect(items.map(({ id, number }) => id ?? number)).toEqual(wanted());
  });
});

describe('a change', () => {
  it('that would take a recording out of sight is not made', async () => {
    expect((await send('PATCH', `/recordings/${mine}`, { officer: '8' })).statusCode).toBe(404);
    expect((await station.ledger.recordings.get(mine))?.officerId).toBe('7');
  });
});
