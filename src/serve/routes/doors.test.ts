/*
 * Goal: whoever comes by a token, as a kiosk or before one gets what is theirs and nothing else, and every route of these doors leaves the entries that it declares.
 * Method: the real server on its network side over the real ledger; browsers and programs that keep cookies and send headers as they do.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { beginSession } from '#desk/sign-in/sessions';
import type { Role } from '#domain/access/roles';
import type { User } from '#domain/people/user';
import { custodyOfRoute } from '#serve/route';
import { buildServer } from '#serve/server';
import { slotEvents } from '#serve/slots/slot-events';
import { aCase, aCaseEvent, aDocking, anId, anOfficer, anOriginal, aRecording, aSuggestion, START_MS } from '#test/support/builders';
import { showDocking, statusIn } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { Browser } from '#test/support/http/browser';
import { addUser } from '#test/support/people/sign-in';
import { aPerson } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { badgeRoutes } from './badges.ts';
import { kioskRoutes } from './kiosks.ts';
import { tokenRoutes } from './tokens.ts';

let station: ServedStation;
let app: FastifyInstance;
let control: FastifyInstance;
let log: DatabaseSync;
/** The server itself puts searches and refusals on record. */
const OF_DOORS = /^(token|kiosk|pin|badge)\.|^docking\.(confirmed|put-first|claimed)$|^recording\.(tagged|remarked)$|^suggestion\.decided$/;
const people = new Map<string, { user: User; browser: Browser }>();
/** By route: the types of the entries that requests to it left. */
const left = new Map<string, Set<string>>();

async function person(account: string, roles: readonly Role[], more: Partial<User> = {}): Promise<void> {
  people.set(account, { user: await addUser(station.deps, { id: anId('usr'), account, roles, ...more }), browser: new Browser(app) });
  await signIn(account);
}

async function signIn(account: string): Promise<void> {
  const { user, browser } = as(account);
  const beginning = { user, method: 'password', from: { address: '127.0.0.1', agent: null }, replaces: null } as const;
  const { token } = await station.ledger.transaction((writer) => beginSession(writer, station.deps, beginning));
  browser.cookies.set('evidock_session', token);
}

const as = (account: string) => people.get(account) ?? expect.fail(account);

/** Asks, and notes what the log got of it under the row of the table of routes. */
async function noted(row: string, ask: () => Promise<{ statusCode: number; body: string }>) {
  const before = (await station.ledger.custody.head())?.seq ?? -1;
  const response = await ask();
  const types = left.get(row) ?? new Set();
  left.set(row, types);
  for (const { type } of log.prepare('SELECT type FROM custody WHERE seq > ?').all(before))
    if (OF_DOORS.test(String(type))) types.add(String(type));
  return { status: response.statusCode, json: response.body === '' ? null : JSON.parse(response.body) };
}

const on = (browser: Browser, row: string, body?: object, params: Record<string, string> = {}) => {
  const [method = '', url = ''] = row.split(' ');
  const path = url.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '');
  return noted(row, () => browser.ask(method, path, body === undefined ? {} : { body }));
};

const program = (text: string) => ({
  ask: (method: string, path: string, body?: object) =>
    new Browser(app).ask(method, path, { headers: { authorization: `Bearer ${text}` }, ...(body ? { body } : {}) }),
});

beforeAll(async () => {
  station = await servedStation();
  log = new DatabaseSync(join(station.directory, 'ledger.sqlite'), { readOnly: true });
  app = buildServer({ deps: station.deps, way: 'network' });
  control = buildServer({ deps: station.deps, way: 'socket' });
  const units = ['unt-a', 'unt-b'].map((id, n) => ({
    id,
    name: id,
    parent: n === 0 ? null : 'unt-a',
    createdAtMs: START_MS,
    closedAtMs: null,
  }));
  await station.ledger.transaction(async (writer) => {
    for (const unit of units) await writer.people.upsertUnit(unit);
  });
  await person('wang', ['officer'], { officer: '041234', unit: 'unt-b', name: 'Wang Jianguo' });
  await person('li', ['officer'], { officer: '058001', unit: 'unt-b' });
  await person('sun', ['custodian'], { unit: 'unt-a' });
  await person('other', ['custodian'], { unit: 'unt-b' });
  await person('sa', ['security-administrator']);
});
afterAll(async () => {
  await app?.close();
  await control?.close();
  log?.close();
  await station?.close();
});

describe('a token', () => {
  const scopes = { name: 'monitoring', scopes: ['see-slots'], days: 30 };

  it('comes in where it stands in the header, with the tasks that it was made for', async () => {
    const { browser } = as('wang');
    const made = await on(browser, 'POST /api/v1/tokens', scopes);
    expect(made).toMatchObject({ status: 200, json: { owner: as('wang').user.id, good: true, lastUseAt: null } });
    const { text, id } = made.json;
    const bearer = program(text);
    expect((await bearer.ask('GET', '/slots')).statusCode).toBe(200);
    // Its owner may ask for these; it was not made for them.
    for (const path of ['/recordings', '/tokens', '/officers']) expect((await bearer.ask('GET', path)).statusCode, path).toBe(403);
    expect((await bearer.ask('POST', '/tokens', scopes)).statusCode).toBe(403);
    // Nowhere else: not in the URL, not as a cookie, not under another scheme.
    const nobody = new Browser(app);
    expect((await nobody.ask('GET', `/slots?token=${text}`)).statusCode).not.toBe(200);
    expect(
      (await nobody.ask('GET', '/slots', { headers: { authorization: `Basic ${Buffer.from(`x:${text}`).toString('base64')}` } }))
        .statusCode,
    ).toBe(401);
    nobody.cookies.set('evidock_session', text);
    expect((await nobody.ask('GET', '/slots')).statusCode).toBe(401);
    const listed = await on(browser, 'GET /api/v1/tokens');
    expect(listed.json.items).toEqual([expect.objectContaining({ id, lastUseAt: expect.any(String) })]);
    expect(JSON.stringify(listed.json)).not.toContain(text);
    expect(await on(browser, 'DELETE /api/v1/tokens/:id', undefined, { id })).toMatchObject({ status: 204 });
    expect((await bearer.ask('GET', '/slots')).statusCode).toBe(401);
  });

  it('is seen and ended by its owner and by who manages accounts, and made by nobody else', async () => {
    const { json } = await on(as('wang').browser, 'POST /api/v1/tokens', scopes);
    expect((await on(as('li').browser, 'GET /api/v1/tokens')).json.items).toEqual([]);
    expect((await as('li').browser.ask('GET', '/tokens?owner=wang')).statusCode).toBe(404);
    expect((await on(as('li').browser, 'DELETE /api/v1/tokens/:id', undefined, { id: json.id })).status).toBe(404);
    expect((await on(as('sa').browser, 'POST /api/v1/tokens', { ...scopes, owner: 'wang', scopes: ['manage-accounts'] })).status).toBe(403);
    expect((await as('sa').browser.ask('GET', '/tokens?owner=wang')).json().items).toHaveLength(2);
    expect((await on(as('sa').browser, 'DELETE /api/v1/tokens/:id', undefined, { id: json.id })).status).toBe(204);
    expect((await on(as('wang').browser, 'POST /api/v1/tokens', { ...scopes, scopes: ['manage-accounts'] })).json).toMatchObject({
      code: 'request.forbidden',
      reason: { code: 'scopes-beyond' },
    });
  });

  it('loses with its owner what the owner loses, at the next request', async () => {
    const { json } = await on(as('li').browser, 'POST /api/v1/tokens', scopes);
    const bearer = program(json.text);
    expect((await bearer.ask('GET', '/slots')).statusCode).toBe(200);
    const become = (change: Partial<User>) =>
      station.ledger.transaction(async (writer) => {
        await writer.people.upsertUser({ ...as('li').user, ...change });
      });
    await become({ roles: ['auditor'] });
    expect((await bearer.ask('GET', '/slots')).statusCode).toBe(403);
    await become({ state: 'suspended' });
    expect((await bearer.ask('GET', '/slots')).statusCode).toBe(401);
    await become({});
  });

  it('of one that has expired makes room on record; over the control socket its owner is named', async () => {
    const make = (body: object) =>
      noted('POST /api/v1/tokens', () =>
        control.inject({ method: 'POST', url: '/api/v1/tokens', headers: { host: 'localhost' }, payload: body }),
      );
    expect((await make(scopes)).json).toMatchObject({ code: 'request.invalid', reason: { code: 'token-owner' } });
    expect((await make({ ...scopes, owner: 'nobody' })).status).toBe(404);
    expect((await make({ ...scopes, owner: 'sun', days: 1 })).status).toBe(200);
    station.clock.advance(86_400_000);
    expect((await make({ ...scopes, owner: 'sun' })).status).toBe(200);
    station.clock.advance(-86_400_000);
  });
});

describe('a kiosk', () => {
  const screen = () => new Browser(app);
  let kiosk: Browser;
  let id: string;

  it('is nobody until it is paired: an unpaired browser sees no slot', async () => {
    kiosk = screen();
    for (const path of ['/kiosks/own', '/kiosks/own/slots', '/slots', '/kiosks/own/events'])
      expect((await kiosk.ask('GET', path)).statusCode, path).toBe(401);
    expect((await on(as('wang').browser, 'POST /api/v1/kiosks', { name: 'Hall' })).status).toBe(403);
    const made = await on(as('sa').browser, 'POST /api/v1/kiosks', { name: 'Hall', slots: [1] });
    expect(made).toMatchObject({ status: 200, json: { name: 'Hall', code: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/) } });
    expect((await on(kiosk, 'POST /api/v1/kiosks/pairing', { code: '0000-0000' })).json).toMatchObject({ code: 'sign-in.wrong' });
    expect(await on(kiosk, 'POST /api/v1/kiosks/pairing', { code: made.json.code })).toMatchObject({
      status: 200,
      json: { name: 'Hall', slots: [1] },
    });
    expect((await on(screen(), 'POST /api/v1/kiosks/pairing', { code: made.json.code })).status).toBe(401);
    id = made.json.id;
  });

  it('sees its own slots by codes, and nothing of footage, people or the machine', async () => {
    await station.ledger.transaction(async (writer) => {
      await writer.dockings.assignSlot('1-1', 1);
      await writer.dockings.assignSlot('1-2', 2);
    });
    expect((await on(kiosk, 'GET /api/v1/kiosks/own')).json).toEqual({ id, name: 'Hall', slots: [1] });
    const { items } = (await on(kiosk, 'GET /api/v1/kiosks/own/slots')).json;
    expect(items.map(({ slot }: { slot: number }) => slot)).toEqual([1]);
    expect(Object.keys(items[0] ?? {})).not.toEqual(expect.arrayContaining(['port', 'explain', 'hub']));
    for (const path of ['/slots', '/events', '/recordings', '/cases', '/dockings', '/officers', '/tokens', '/kiosks'])
      expect((await kiosk.ask('GET', path)).statusCode, path).toBe(403);
    expect((await on(kiosk, 'GET /api/v1/kiosks/visit/dockings')).json).toMatchObject({ code: 'request.signed-out' });
  });

  it('lets an officer in by PIN or badge, for their own dockings alone', async () => {
    const { browser, user } = as('wang');
    expect((await on(browser, 'PUT /api/v1/session/pin', { pin: '123456' })).json).toMatchObject({ reason: { code: 'pin-easy' } });
    expect((await on(browser, 'PUT /api/v1/session/pin', { pin: '135790' })).status).toBe(204);
    expect((await on(as('sun').browser, 'PUT /api/v1/session/pin', { pin: '135790' })).status).toBe(409);
    const [own, foreign] = [aDocking({ port: 'own' }), aDocking({ id: anId('dck', START_MS + 1), port: 'foreign' })];
    await station.ledger.transaction(async (writer) => {
      for (const [docking, officerId] of [
        [own, '041234'],
        [foreign, '058001'],
      ] as const) {
        await writer.dockings.insert(docking);
        const recording = aRecording({ dockingId: docking.id, officerId, officerSource: 'person' });
        await writer.recordings.insert(recording);
        await writer.originals.insert(anOriginal(recording));
      }
    });
    const visit = (body: object) => on(kiosk, 'POST /api/v1/kiosks/visit', body);
    expect((await visit({ officer: '041234', pin: '975310' })).json).toMatchObject({
      code: 'sign-in.wrong',
      reason: { code: 'kiosk-not-known' },
    });
    expect((await visit({ officer: 'nobody', pin: '975310' })).json).toMatchObject({
      code: 'sign-in.wrong',
      reason: { code: 'kiosk-not-known' },
    });
    expect(await visit({ officer: '041234', pin: '135790' })).toMatchObject({
      status: 200,
      json: { officer: '041234', name: 'Wang Jianguo', seconds: 180 },
    });
    const { items } = (await on(kiosk, 'GET /api/v1/kiosks/visit/dockings')).json;
    expect(items.map((each: { id: string }) => each.id)).toEqual([own.id]);
    const row = 'POST /api/v1/kiosks/visit/dockings/:id/confirmation';
    expect((await on(kiosk, row, undefined, { id: foreign.id })).status).toBe(404);
    expect((await on(kiosk, row, undefined, { id: own.id })).json).toMatchObject({ reason: { code: 'docking-not-read' } });
    await station.ledger.transaction((writer) => writer.dockings.setStatus(own.id, statusIn('removed'), START_MS));
    const confirmed = await on(kiosk, row, undefined, { id: own.id });
    expect(confirmed.status).toBe(200);
    station.clock.advance(1000);
    expect(await on(kiosk, row, undefined, { id: own.id })).toEqual(confirmed);
    expect((await on(kiosk, 'GET /api/v1/kiosks/visit/dockings')).json.items[0].confirmedAt).toBe(confirmed.json.confirmedAt);
    // Footage, and the account, are as far away as before.
    for (const path of ['/recordings', '/dockings', '/tokens']) expect((await kiosk.ask('GET', path)).statusCode, path).toBe(403);
    expect((await kiosk.ask('PUT', '/session/pin', { body: { pin: '864209' } })).statusCode).toBe(403);
    expect((await station.ledger.custody.of(about(`docking:${own.id}`))).map(({ type, actor }) => [type, actor.kind])).toContainEqual([
      'docking.confirmed',
      'kiosk',
    ]);
    expect((await on(kiosk, 'DELETE /api/v1/kiosks/visit')).status).toBe(204);
    expect((await on(kiosk, 'GET /api/v1/kiosks/visit/dockings')).status).toBe(401);
    expect(user.officer).toBe('041234');
  });

  it('has an officer put their docking first, claim it and tag what they brought, and nothing of others', async () => {
    const visit = (officer: string, pin: string) => kiosk.ask('POST', '/kiosks/visit', { body: { officer, pin } });
    const [first, claim, tags] = [
      'POST /api/v1/kiosks/visit/dockings/:id/first',
      'POST /api/v1/kiosks/visit/dockings/:id/officer',
      'POST /api/v1/kiosks/visit/recordings/tags',
    ];
    const docked = aDocking({ port: '1-1', recorderSerial: 'DSJ-K', arrivedAtMs: station.clock.nowMs() });
    const mine = ['video', 'video', 'log'].map((kind) =>
      aRecording({ dockingId: docked.id, recorderSerial: 'DSJ-K', kind: kind as 'video', officerId: null, officerSource: null }),
    );
    const [one, two] = mine.map(({ id: each }) => each);
    const event = aCaseEvent();
    await station.ledger.transaction(async (writer) => {
      await writer.registry.upsertOfficer(anOfficer());
      await writer.dockings.insert(docked);
      for (const recording of mine) {
        await writer.recordings.insert(recording);
        await writer.originals.insert(anOriginal(recording));
      }
      await writer.cases.upsert(aCase());
      await writer.cases.upsertEvent(event);
      await writer.cases.insertSuggestion(aSuggestion({ recordingId: one ?? '', eventId: event.id }));
    });
    showDocking(station.deps.board, 1, { phase: 'copying', dockingId: docked.id });
    const id = docked.id;
    type Brought = { id: string; docking: string; suggestions: object[] };
    const brought = async (): Promise<Brought[]> =>
      (await on(kiosk, 'GET /api/v1/kiosks/visit/recordings')).json.items.filter(({ docking }: Brought) => docking === id);
    await visit('041234', '135790');
    expect(await on(kiosk, first, undefined, { id })).toMatchObject({ status: 200, json: { docking: id, slot: 1 } });
    expect((await on(kiosk, claim, undefined, { id })).json).toMatchObject({ reason: { code: 'docking-not-listed' } });
    await station.ledger.transaction((writer) => writer.dockings.update(id, { listedAtMs: START_MS }));
    expect(await brought()).toEqual([]);
    expect((await on(kiosk, claim, undefined, { id })).json).toEqual({ docking: id, officer: '041234', recordings: 3 });
    expect((await on(kiosk, claim, undefined, { id })).json.recordings).toBe(0);
    expect(station.deps.board.docking(id)?.officerId).toBe('041234');
    const items = await brought();
    expect(items.map((each) => each.id).sort()).toEqual([one, two].sort());
    expect(items.find((each) => each.id === one)?.suggestions).toMatchObject([
      { case: 'A-2026-0001', title: 'Unlicensed waste transport' },
    ]);
    expect(Object.keys(items[0] ?? {})).not.toEqual(expect.arrayContaining(['originals', 'derivatives']));
    const body = { recordings: [one, two], case: 'A-2026-0001', category: 'inspection', important: true, remark: 'East gate' };
    expect((await on(kiosk, tags, { ...body, case: 'A-2026-0002' })).json).toMatchObject({ reason: { code: 'case-not-suggested' } });
    expect((await on(kiosk, tags, body)).json).toEqual({ changed: 2 });
    expect((await on(kiosk, tags, { recordings: [one], category: 'inspection' })).json).toEqual({ changed: 0 });
    for (const each of await brought())
      expect(each).toMatchObject({ category: 'inspection', important: true, cases: ['A-2026-0001'], suggestions: [] });
    const entries = await station.ledger.custody.of(about(`recording:${one}`));
    const user = as('wang').user.id;
    for (const type of ['recording.tagged', 'suggestion.decided', 'recording.remarked'])
      expect(entries.find((entry) => entry.type === type)?.actor, type).toMatchObject({
        kind: 'kiosk',
        id: expect.stringMatching(/^ksk-/),
        user,
      });
    // Another officer at the same screen.
    await on(as('li').browser, 'PUT /api/v1/session/pin', { pin: '864209' });
    await visit('058001', '864209');
    expect((await on(kiosk, first, undefined, { id })).status).toBe(403);
    expect((await on(kiosk, claim, undefined, { id })).status).toBe(403);
    expect((await on(kiosk, tags, { recordings: [one], important: false })).status).toBe(404);
    expect((await on(kiosk, first, undefined, { id: 'dck-none' })).status).toBe(404);
    await kiosk.ask('DELETE', '/kiosks/visit');
    expect((await on(kiosk, first, undefined, { id })).status).toBe(401);
    expect((await on(kiosk, 'GET /api/v1/kiosks/visit/recordings')).status).toBe(401);
  });

  it('takes a badge that the custodian of the unit or of one above it has given, until it is taken away', async () => {
    const { user } = as('wang');
    const assign = (account: string, badge: string) => on(as(account).browser, 'PUT /api/v1/users/:id/badge', { badge }, { id: user.id });
    expect((await assign('li', '04:a1:b2:c3')).status).toBe(403);
    expect((await on(as('other').browser, 'PUT /api/v1/users/:id/badge', { badge: '04A1B2C3' }, { id: as('sun').user.id })).status).toBe(
      404,
    );
    expect(await assign('sun', '04:a1:b2:c3')).toMatchObject({ status: 200, json: { ending: 'B2C3' } });
    const visit = () => on(kiosk, 'POST /api/v1/kiosks/visit', { badge: '04A1-B2C3' });
    expect((await visit()).status).toBe(200);
    // The cookie of a visit is worth nothing without that of its kiosk, nor at another one.
    const stolen = screen();
    stolen.cookies.set('evidock_visit', kiosk.cookies.get('evidock_visit') ?? '');
    expect((await stolen.ask('GET', '/kiosks/visit/dockings')).statusCode).toBe(401);
    const yard = await as('sa').browser.ask('POST', '/kiosks', { body: { name: 'Yard' } });
    await stolen.ask('POST', '/kiosks/pairing', { body: { code: yard.json().code } });
    expect((await stolen.ask('GET', '/kiosks/visit/dockings')).json()).toMatchObject({ reason: { code: 'no-visitor' } });
    expect((await on(as('sun').browser, 'DELETE /api/v1/users/:id/badge', undefined, { id: user.id })).status).toBe(204);
    expect((await visit()).status).toBe(401);
    expect((await on(as('sun').browser, 'DELETE /api/v1/users/:id/badge', undefined, { id: user.id })).status).toBe(404);
    expect((await on(as('wang').browser, 'DELETE /api/v1/session/pin')).status).toBe(204);
    expect((await on(as('wang').browser, 'DELETE /api/v1/session/pin')).status).toBe(204);
    expect((await on(kiosk, 'POST /api/v1/kiosks/visit', { officer: '041234', pin: '135790' })).status).toBe(401);
  });

  it('locks PINs out like passwords, each apart from the others and from the password', async () => {
    await on(as('li').browser, 'PUT /api/v1/session/pin', { pin: '864209' });
    const tries = [];
    for (let n = 0; n < 8; n++) tries.push((await on(kiosk, 'POST /api/v1/kiosks/visit', { officer: '058001', pin: '000001' })).json.code);
    expect(tries.slice(0, 5)).toEqual(Array(5).fill('sign-in.wrong'));
    expect(tries.slice(5)).toContain('sign-in.locked');
    expect((await on(kiosk, 'POST /api/v1/kiosks/visit', { officer: '058001', pin: '864209' })).json.code).toBe('sign-in.locked');
    // An hour later; whoever was signed in has been idle for too long.
    station.clock.advance(3_600_000);
    expect((await on(kiosk, 'POST /api/v1/kiosks/visit', { officer: '058001', pin: '864209' })).status).toBe(200);
  });

  it('ends the stream of a kiosk within five seconds after it was revoked', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      let isPaired = true;
      const principal = aPerson({ kind: 'kiosk', tasks: new Set(['kiosk']) });
      const listener = { ledger: station.ledger, principal, stillHolds: async () => isPaired, signal: new AbortController().signal };
      const streams = { take: () => () => undefined };
      const { body } = await slotEvents(station.deps, streams, listener);
      const stream = body as Readable;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(stream.destroyed).toBe(false);
      isPaired = false;
      await vi.advanceTimersByTimeAsync(5000);
      expect(stream.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is listed, and is nobody again once it was revoked, together with who stands before it', async () => {
    await signIn('sa');
    expect((await on(as('sa').browser, 'GET /api/v1/kiosks')).json.items[0]).toMatchObject({
      id,
      name: 'Hall',
      lastSeenAt: expect.any(String),
    });
    expect((await on(as('sa').browser, 'DELETE /api/v1/kiosks/:id', undefined, { id })).status).toBe(204);
    for (const path of ['/kiosks/own', '/kiosks/own/slots', '/kiosks/visit/dockings'])
      expect((await kiosk.ask('GET', path)).statusCode, path).toBe(401);
  });
});

it('refusals tell what was shown: a session, a token, a kiosk, an officer before it', async () => {
  const { entries } = await station.ledger.looks.answer({ type: 'access.refused' }, { limit: 1000, order: 'oldest' });
  const known = new Map<string, Set<unknown>>();
  for (const { actor, data } of entries) known.set(actor.kind, (known.get(actor.kind) ?? new Set()).add(data['knownBy']));
  expect(known).toEqual(
    new Map([
      ['token', new Set(['token'])],
      ['user', new Set(['password'])],
      ['kiosk', new Set(['kiosk', 'kiosk-visit'])],
    ]),
  );
});

it('every route of these doors was asked, and left the entries that it declares', () => {
  const events = 'GET /api/v1/kiosks/own/events';
  for (const row of [...tokenRoutes, ...kioskRoutes, ...badgeRoutes]) {
    const name = `${row.method} ${row.url}`;
    if (name !== events) expect([name, [...(left.get(name) ?? ['was not asked'])].sort()]).toEqual([name, [...custodyOfRoute(row)].sort()]);
  }
});
