/*
 * Goal: a list that is asked for page by page is the whole list, each thing once, and a cursor of another list is refused.
 * Method: every list of the API over the real ledger, with pages of every small size; the whole is what one large page gives.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustodyAnswer } from '#api/custody';
import { addUnit, changeUnit } from '#desk/people/units';
import { addUser, changeUser } from '#desk/people/users';
import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { RequestEnded } from '#domain/custody/call-up-entries';
import { TakenOut } from '#domain/custody/holding-entries';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { SampleDrawn } from '#domain/custody/sample-entries';
import { subject } from '#domain/custody/subject';
import { because } from '#domain/reason';
import { shiftId } from '#domain/shifts/shift';
import { aCaseEvent, aDocking, anId, aSuggestion, START_MS } from '#test/support/builders';
import { aCaseDraft, cli } from '#test/support/custody';
import { inPagesOf, pageOf } from '#test/support/http/pages';
import { ASKER, aGrant, aRequest } from '#test/support/people/call-ups';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { ROUTES } from './routes.ts';
import { buildServer } from './server.ts';

let station: ServedStation;
let app: FastifyInstance;
let recording: string;
let docking: string;
let request: string;
const COUNT = 7;

async function call(path: string) {
  const response = await app.inject({ url: `/api/v1${path}`, headers: { host: 'localhost' } });
  return { status: response.statusCode, json: response.json() };
}

const page = (path: string, query: Record<string, string | number>) => pageOf(app, path, query);
const inPages = (path: string, limit: number) => inPagesOf(app, path, limit);

/** Users and units; one user has moved to and fro, and one unit was called otherwise. */
async function addPeople(): Promise<void> {
  const by = { actor: cli('root'), user: null };
  for (const name of [UNIT, ...Array.from({ length: COUNT }, (_, n) => `Squad ${n}`)])
    await addUnit(station.deps, { name, parent: null }, by);
  for (let n = 0; n < COUNT; n += 1) await addUser(station.deps, { account: `user${n}`, name: 'A', unit: UNIT }, by);
  for (const unit of ['Squad 1', 'Squad 2', UNIT, null, 'Squad 1', UNIT]) await changeUser(station.deps, USER, { unit }, by);
  const { id = '' } = (await station.ledger.people.unitBelow(null, UNIT)) ?? {};
  for (const name of ['Bureau 1', 'Bureau 2', UNIT]) await changeUnit(station.deps, id, { name }, by);
  // Each move is a millisecond after the one before, and now comes after all of them.
  station.clock.advance(1000);
}

beforeAll(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network', ...openTo() });
  for (let n = 0; n < COUNT; n += 1) recording = (await station.addRecording(randomBytes(20), n % 3 === 0 ? { startMs: START_MS } : {})).id;
  await station.ledger.transaction(async (writer) => {
    for (let n = 0; n < COUNT; n += 1) {
      await writer.registry.upsertOfficer({ id: `o ${n}%`, name: 'A', unit: null });
      const blank = { model: null, driverId: null, assignedOfficerId: null, firstSeenAtMs: null, lastSeenAtMs: null };
      await writer.registry.upsertRecorder({ ...blank, serial: `记录仪:${n}` });
      // Several recordings have the same time of creation.
      const times = { createdAtMs: START_MS + (n >> 1) };
      await writer.cases.upsert({
        number: `A-${COUNT - n}`,
        title: 'One',
        stage: 'filing',
        category: null,
        officerIds: [],
        openedOn: null,
        ...times,
      });
      await writer.recordings.addCase(recording, `A-${COUNT - n}`);
      docking = anId('dck');
      await writer.dockings.insert(aDocking({ id: docking, slot: 20 + n, port: `/card${n}` }));
      const slot = n === 0 ? 2 : 8 + n;
      await writer.dockings.assignSlot(`/port${slot}`, slot);
      station.deps.board.showPort(slot, { phase: 'empty', port: `/port${slot}`, hub: `1-${slot}` });
      await writer.registry.upsertWorker({ name: `desk${n}`, keySha256: `${n}`, invitedAtMs: START_MS, revokedAtMs: null });
      const holding = { id: anId('hld'), officerId: 'o 1%', fromMs: START_MS + n * 10, toMs: START_MS + n * 10 + 10 };
      const startMs = START_MS + (n >> 1) * 1000;
      await writer.shifts.put({ id: shiftId(`o ${n}%`, startMs), officer: `o ${n}%`, startMs, endMs: startMs + 1, setAtMs: START_MS });
      await writer.registry.upsertHolding({ ...holding, serial: SERIAL });
      await writer.custody.append(aCaseDraft('A-1'));
      const by = { proposedBy: cli('root'), proposedPerson: 'machine', proposedAtMs: START_MS };
      await writer.policies.propose({ source: 'person', text: `${n}`, sha256: `${n}`, ...by });
      const taken = { ...TakenOut.example, subject: subject('recorder', SERIAL) };
      await writer.custody.append(TakenOut.make({ ...taken, atMs: START_MS, actor: cli('root') }));
      const id = `derive.rec-${n}`;
      const asked = aRequest({ id: anId('req'), asker: { ...ASKER, id: 'usr-wang' } });
      request = asked.id;
      await writer.callUps.insertRequest(asked);
      await writer.callUps.insertGrant(aGrant(asked, { user: asked.asker }), []);
      const told = { id: anId('ntc'), user: 'usr-wang', kind: 'request-decided', request, atMs: START_MS, readAtMs: null } as const;
      await writer.callUps.insertNotice(told, []);
      await writer.work.insert({ id, stage: 'derive', recordingId: recording, priority: 5, dueAtMs: 0, nowMs: START_MS });
      const event = aCaseEvent({ id: anId('evt'), caseNumber: `A-${COUNT - n}` });
      await writer.cases.upsertEvent(event);
      await writer.cases.insertSuggestion(
        aSuggestion({ id: anId('sug'), recordingId: recording, caseNumber: event.caseNumber, eventId: event.id }),
      );
    }
  });
  await addPeople();
  await station.ledger.transaction(async (writer) => {
    for (let n = 0; n < COUNT; n += 1) {
      // Events that begin at the same time are still told apart.
      await writer.cases.upsertEvent(aCaseEvent({ id: anId('evt'), caseNumber: 'A-1', startMs: START_MS + (n >> 1) }));
      await writer.dockings.insertRefusal({
        dockingId: docking,
        cardPath: `pipe${n}`,
        code: 'recorder.not-regular',
        reason: because('said', { text: 'FIFO' }),
        atMs: START_MS,
      });
    }
    // Each entry tells stage and officers, as two imports would.
    for (const officer of ['1', '2']) await writer.custody.append(aCaseDraft('A-1', [officer]));
    for (let n = 0; n < COUNT; n += 1)
      await writer.custody.append(
        RequestEnded.make({ ...RequestEnded.example, atMs: START_MS, actor: cli('root'), subject: subject('request', request) }),
      );
    const about = { atMs: START_MS, actor: cli('root'), subject: subject('recording', recording) };
    for (let n = 0; n < COUNT; n += 1)
      await writer.custody.append(
        SampleDrawn.make({ ...SampleDrawn.example, atMs: START_MS, actor: cli('root'), subject: subject('sample', anId('smp')) }),
      );
    for (const category of ['permit', 'penalty'])
      await writer.custody.append(RecordingTagged.make({ ...about, data: { category: { old: null, new: category } } }));
  });
  await app.inject({ url: `/api/v1/recordings/${recording}/playback`, headers: { host: 'localhost' } });
  const control = buildServer({ deps: station.deps, way: 'socket' });
  const verified = await control.inject({ method: 'POST', url: '/api/v1/verify', headers: { host: 'localhost' }, payload: { recording } });
  expect(verified.body).toContain('"faults":0');
  await control.close();
  await app.inject({ url: `/api/v1/recordings/${recording}/originals/1`, headers: { host: 'localhost' } });
});

afterAll(async () => {
  await app?.close();
  await station?.close();
});

const LISTS = [
  ...['/recordings', '/cases', '/officers', '/shifts', '/recorders', '/dockings', '/jobs', '/suggestions', '/recordings/:id/custody'],
  ...['/purposes', '/requests', '/requests/:request/custody', '/grants', '/notices', '/configuration'],
  ...['/slots', '/hubs', '/workers', '/cases/:number/events', '/dockings/:docking/refusals', '/policy/versions'],
  ...[
    '/recordings/:id/facts',
    '/cases/:number/facts',
    '/cases/:number/custody',
    '/recorders/:serial/custody',
    '/recorders/:serial/holdings',
    ...['/users', '/units', '/users/:user/units', '/users/:user/facts', '/units/:unit/members', '/units/:unit/facts'],
  ],
  ...['/audit', '/recordings/:id/looks', '/samples'],
];
const withFilter = [
  '/recordings?damaged=false',
  '/jobs?stage=derive',
  '/jobs?state=waiting',
  '/suggestions?state=open',
  '/dockings?open=true',
  '/requests?state=asked',
  '/grants?holding=true',
  '/notices?unread=true',
];
const SERIAL = '记录仪:1';
const USER = 'user0';
const UNIT = 'Bureau';
const pathOf = (list: string) =>
  list
    .replace(':id', recording)
    .replace(':number', 'A-1')
    .replace(':docking', docking)
    .replace(':request', request)
    .replace(':user', USER)
    .replace(':unit', UNIT)
    .replace(':serial', encodeURIComponent(SERIAL));

describe('a list', () => {
  it.each([...LISTS, ...withFilter])('%s is whole in pages of every size', async (list) => {
    const whole = await page(pathOf(list), { limit: 1000 });
    expect(whole.next).toBeNull();
    expect(whole.items.length).toBeGreaterThanOrEqual(/looks/.test(list) ? 2 : /custody|facts/.test(list) ? 3 : COUNT);
    for (const limit of [1, 2, 3, COUNT, whole.items.length]) expect(await inPages(pathOf(list), limit), `${limit}`).toEqual(whole.items);
  });

  it.each(LISTS)('%s refuses a cursor that is not its own', async (list) => {
    const other = list === '/officers' ? '/recorders' : '/officers';
    const { next: foreign } = await page(other, { limit: 1 });
    const { next: own } = await page(pathOf(list), { limit: 1 });
    const cut = own?.slice(0, -1) ?? '';
    for (const cursor of [foreign ?? '', 'x', 'o 1%', `${own}!`, ` ${own}`, cut.slice(0, 12)]) {
      const { status, json } = await call(`${pathOf(list)}?cursor=${encodeURIComponent(cursor)}`);
      expect([status, json.code], cursor).toEqual([400, 'request.invalid']);
    }
  });

  it('refuses a cursor of the same list with another filter', async () => {
    const { next } = await page('/jobs', { limit: 1 });
    expect((await call(`/jobs?state=failed&cursor=${next}`)).status).toBe(400);
    expect((await call(`/jobs?limit=5&cursor=${next}`)).status).toBe(200);
  });

  it('of numbers is in their order, whatever comes and goes between its pages', async () => {
    const numbers = async (cursor?: string) => page('/slots', { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    const { items, next } = await numbers();
    expect((items as { slot: number }[]).map(({ slot }) => slot)).toEqual([2, 9, 10]);
    await station.ledger.transaction((writer) => writer.dockings.releaseSlot('/port10'));
    expect(((await numbers(next ?? '')).items as { slot: number }[]).map(({ slot }) => slot)).toEqual([11, 12, 13]);
    await station.ledger.transaction((writer) => writer.dockings.assignSlot('/port10', 10));
  });

  it('is every one that the table of routes has', () => {
    const paged = ROUTES.filter(({ schema }) => JSON.stringify(schema.querystring ?? {}).includes('"cursor"'));
    const named = (url: string) => url.replace('/api/v1', '').replace(/(docking|user|unit|request)s\/:id/, '$1s/:$1');
    // Those of sessions, tokens, kiosks and one's own are asked as the people and screens for whom they are (routes/sign-in.test.ts, routes/doors.test.ts).
    // Those of what is kept, and how long, are in retention-pages.test.ts.
    const here = paged.filter(({ url }) => !/^\/api\/v1\/(sessions|tokens|kiosks|own|holds|disposals|duties|retention|archive)/.test(url));
    expect(here.map(({ url }) => named(url)).sort()).toEqual([...LISTS].sort());
  });
});

describe('custody as it is served', () => {
  it('can be checked by a client: its bytes, its place and its lists', async () => {
    const entries = (await inPages(pathOf('/recordings/:id/custody'), 2)) as CustodyAnswer[];
    let lists = 0;
    for (const { canonical, hash, prev, seq, type, subject, lists: beside } of entries) {
      expect(createHash('sha256').update(canonical).digest('hex')).toBe(hash);
      const told = JSON.parse(canonical);
      expect(told).toMatchObject({ prev, seq, type });
      expect(told.subject).toBe(subject);
      for (const [name, list] of Object.entries(beside)) {
        expect(told.lists[name]).toEqual({ count: list.length, sha256: sha256Hex(canonicalBytes(list as Json)) });
        lists += 1;
      }
    }
    expect(lists).toBeGreaterThan(0);
  });
});
