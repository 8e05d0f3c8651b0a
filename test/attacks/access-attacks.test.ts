/*
 * Goal: nobody learns of footage, or of who is interested in it, what the policy does not let them, and nobody gives themselves a right by changing something else.
 * Method: one station of a bureau with two squads under the policy that comes with the software; each attack is one request, or two, of a person at the real server,
 * gatekeeper and ledger. The bearer names the person, because signing in is attacked elsewhere.
 */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import type { Role } from '#domain/access/roles';
import { buildServer } from '#serve/server';
import { aUser } from '#test/support/builders';
import { type CallUpStation, callUpStation } from '#test/support/people/call-up-station';
import { aGrantDraft } from '#test/support/people/call-ups';

let station: CallUpStation;
let app: FastifyInstance;

/** Beside the people of `callUpStation`. */
const KEEPERS = { keeper: 'squad', otherkeeper: 'other' } as const;

beforeAll(async () => {
  station = await callUpStation();
  await station.ledger.transaction(async (writer) => {
    for (const [account, unit] of Object.entries(KEEPERS)) {
      const roles: readonly Role[] = ['custodian'];
      await writer.people.upsertUser(aUser({ id: `usr-${account}`, account, roles, unit: `unt-${unit}`, officer: null }));
    }
    await writer.custody.append(aGrantDraft());
  });
  const whoIs: ReturnType<typeof stationGatekeeper>['whoIs'] = async ({ bearer }) => {
    const user = await station.ledger.people.user(`usr-${bearer?.replace('evd_', '')}`);
    if (user?.state !== 'active') return null;
    const person = { kind: 'user' as const, id: user.id, name: user.name, user, session: 'ssn-1', knownBy: 'password' as const };
    return { ...person, tokenScopes: null, tokenActions: null, slots: null };
  };
  app = buildServer({ deps: station.deps, way: 'network', gatekeeper: { ...stationGatekeeper(station.deps), whoIs } });
});
afterAll(async () => {
  await app?.close();
  await station?.close();
});

async function ask(
  who: string,
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  more: Readonly<Record<string, string>> = {},
) {
  const headers = { host: 'localhost', authorization: `Bearer evd_${who}`, 'x-evidock-reason': 'supervision', ...more };
  const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...(body ? { payload: body } : {}) });
  return { status: answer.statusCode, text: answer.body, json: () => answer.json() };
}

const typesIn = (answer: Awaited<ReturnType<typeof ask>>) => (answer.json() as { items: { type: string }[] }).items.map(({ type }) => type);

describe('who is interested in footage', () => {
  it('is not told by its history to whoever may only see it', async () => {
    const recording = await station.film('041234');
    await ask('auditor', 'GET', `/recordings/${recording}/playback`);
    expect(typesIn(await ask('auditor', 'GET', `/recordings/${recording}/custody`))).toContain('recording.viewed');
    for (const who of ['asker', 'head', 'keeper']) {
      const told = await ask(who, 'GET', `/recordings/${recording}/custody`);
      expect(told.status).toBe(200);
      expect(told.text, who).not.toMatch(/recording\.(viewed|seen)|127\.0\.0\.1|usr-auditor/);
    }
  });

  it('is not told by the history of a case, nor is what it holds of others', async () => {
    const number = 'A-2026-0009';
    await ask('keeper', 'POST', '/cases', { number, title: 'x', officers: ['041234'] });
    const foreign = await station.film('041235', { inCase: false });
    expect((await ask('otherkeeper', 'PATCH', `/recordings/${foreign}`, { category: 'fee' })).status).toBe(200);
    await station.ledger.transaction((writer) =>
      writer.recordings
        .addCase(foreign, number)
        .then(() => writer.custody.append(aGrantDraft()))
        .then(() => undefined),
    );
    const until = new Date(station.clock.nowMs() + 3_600_000).toISOString();
    const asked = await ask('auditor', 'POST', '/requests', { case: number, actions: ['look'], purpose: 'discipline', until });
    expect(asked.status, asked.text).toBe(201);
    expect(typesIn(await ask('auditor', 'GET', `/cases/${number}/custody`))).toContain('request.asked');
    for (const who of ['asker', 'keeper']) {
      const told = await ask(who, 'GET', `/cases/${number}/custody`);
      expect(typesIn(told), who).toEqual(['case.changed']);
      expect(told.text).not.toContain(foreign);
    }
  });
});

describe('a custodian of another unit', () => {
  it('does not change a foreign case, nor learns its title', async () => {
    const number = 'A-2026-0010';
    await ask('keeper', 'POST', '/cases', { number, title: 'the title of it', officers: ['041234'] });
    const before = await station.ledger.cases.get(number);
    const text = JSON.stringify([{ number, title: 'other', officers: '041235' }]);
    for (const [path, body] of [
      ['/cases', { number, title: 'other', officers: ['041235'] }],
      ['/cases', { number, title: 'other', update: true, officers: ['041235'] }],
      ['/cases/import', { format: 'json', text, dryRun: true }],
      ['/cases/import', { format: 'json', text }],
    ] as const) {
      const answer = await ask('otherkeeper', 'POST', path, body);
      expect(answer.status, answer.text).toBe(409);
      expect(answer.text).not.toContain('title of it');
    }
    expect(await station.ledger.cases.get(number)).toEqual(before);
    expect((await ask('keeper', 'POST', '/cases', { number, update: true, title: 'mine' })).status).toBe(200);
  });

  it('does not take an officer, a recorder or a recording away from its unit', async () => {
    const { ledger } = station;
    await ledger.transaction(async (writer) => {
      await writer.registry.upsertOfficer({ id: '9', name: 'no account', unit: 'unt-squad' });
      await writer.registry.upsertOfficer({ id: '8', name: 'of the other', unit: 'unt-other' });
      await writer.custody.append(aGrantDraft());
    });
    expect((await ask('keeper', 'POST', '/recorders', { serial: 'R9', model: 'X', officer: '9' })).status).toBe(201);
    const [recording = ''] = [
      (await station.addRecording(Buffer.from('x'), { recorderSerial: 'R9', officerId: '9', officerSource: 'assignment' })).id,
    ];
    const from = new Date(station.clock.nowMs() - 86_400_000).toISOString();
    const attacks = [
      ['PATCH', '/officers/9', { unit: 'unt-other' }],
      ['POST', '/officers', { id: '9', name: 'no account', unit: 'unt-other' }],
      ['POST', '/officers/import', { format: 'json', text: JSON.stringify([{ id: '9', name: 'x', unit: 'unt-other' }]) }],
      ['PATCH', '/recorders/R9', { officer: '8' }],
      ['POST', '/recorders/R9/holdings', { officer: '8', from }],
    ] as const;
    for (const [method, path, body] of attacks) {
      const answer = await ask('otherkeeper', method, path, body);
      expect(`${method} ${path} ${answer.status} ${answer.text}`).toMatch(/ 403 .*officer-of-other-unit/);
    }
    expect((await ledger.recordings.get(recording))?.officerId).toBe('9');
    expect((await ledger.registry.officer('9'))?.unit).toBe('unt-squad');
    const held = await ask('keeper', 'POST', '/recorders/R9/holdings', { officer: '9', from });
    expect(held.status, held.text).toBe(201);
    const { holding } = held.json() as { holding: { id: string } };
    for (const [method, path, body] of [
      ['POST', '/recorders/R9/return', {}],
      ['PATCH', `/recorders/R9/holdings/${holding.id}`, { officer: '8' }],
      ['DELETE', `/recorders/R9/holdings/${holding.id}`, undefined],
      ['POST', '/recorders/R9/holdings', { officer: '8', handOver: true }],
    ] as const)
      expect((await ask('otherkeeper', method, path, body)).status, `${method} ${path}`).toBe(403);
    expect((await ask('keeper', 'POST', '/recorders/R9/return', {})).status).toBe(200);
  });
});

describe('a grant', () => {
  const until = () => new Date(station.clock.nowMs() + 3_600_000).toISOString();

  /** A case of the asker's squad, with one recording of the other squad that nobody has marked. */
  async function caseWith(number: string, officer: string) {
    await ask('keeper', 'POST', '/cases', { number, title: 'x', officers: ['041234'] });
    const recording = await station.film(officer, { inCase: false });
    await put(recording, number);
    return recording;
  }
  async function put(recording: string, number: string) {
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.addCase(recording, number);
      await writer.custody.append(aGrantDraft());
    });
  }
  const play = (recording: string) => ask('asker', 'GET', `/recordings/${recording}/playback`).then(({ status }) => status);
  const listed = async (recording: string) => (await ask('asker', 'GET', '/recordings?limit=100')).text.includes(recording);

  it.each([true, false])('does not cover what was marked above the level at its beginning (later: %s)', async (later) => {
    const number = `A-2026-01${Number(later)}`;
    const recording = await caseWith(number, '041235');
    const asked = await ask('asker', 'POST', '/requests', {
      case: number,
      actions: ['look', 'hear'],
      purpose: 'case-handling',
      until: until(),
      later,
    });
    expect(asked.status, asked.text).toBe(201);
    const { request } = asked.json() as { request: { id: string } };
    const decided = await ask('otherHead', 'POST', `/requests/${request.id}/decision`, { decision: 'approve' });
    expect(decided.status, decided.text).toBe(200);
    expect([await play(recording), await listed(recording)]).toEqual([200, true]);
    expect((await ask('otherkeeper', 'PATCH', `/recordings/${recording}/protection`, { confidentiality: 'secret' })).status).toBe(200);
    expect([await play(recording), await listed(recording)]).toEqual([404, false]);
    expect(
      (await ask('otherkeeper', 'PATCH', `/recordings/${recording}/protection`, { confidentiality: 'internal', reason: 'wrong' })).status,
    ).toBe(200);
    expect([await play(recording), await listed(recording)]).toEqual([200, true]);
    // The mark of a case counts for its recordings.
    expect((await ask('keeper', 'PATCH', `/cases/${number}/protection`, { confidentiality: 'secret' })).status).toBe(200);
    expect([await play(recording), await listed(recording)]).toEqual([404, false]);
  });

  it('for what comes later does not cover what belongs to a unit whose head has not approved it', async () => {
    const number = 'A-2026-0012';
    const recording = await caseWith(number, '041234');
    const asked = await ask('colleague', 'POST', '/requests', {
      case: number,
      actions: ['look', 'hear'],
      purpose: 'case-handling',
      until: until(),
      later: true,
    });
    const { request } = asked.json() as { request: { id: string } };
    expect((await ask('head', 'POST', `/requests/${request.id}/decision`, { decision: 'approve' })).status).toBe(200);
    const ours = await station.film('041236', { inCase: false });
    await put(ours, number);
    const foreign = await station.addRecording(Buffer.from('of a third unit'), { officerId: '041299', officerSource: 'file-name' });
    await station.ledger.transaction(async (writer) => {
      await writer.registry.upsertOfficer({ id: '041299', name: 'x', unit: 'unt-bureau' });
      await writer.custody.append(aGrantDraft());
    });
    await put(foreign.id, number);
    const status = async (id: string) => (await ask('colleague', 'GET', `/recordings/${id}/playback`)).status;
    expect([await status(recording), await status(ours), await status(foreign.id)]).toEqual([200, 200, 404]);
    const { items } = (await ask('colleague', 'GET', '/recordings?limit=100')).json() as { items: { id: string }[] };
    expect(
      items
        .map(({ id }) => id)
        .filter((id) => [recording, ours, foreign.id].includes(id))
        .sort(),
    ).toEqual([recording, ours].sort());
  });
});

describe('what held when it was tried', () => {
  it('HEAD, ranges and ETags of foreign footage are those of what never was', async () => {
    const foreign = await station.film('041235', { inCase: false });
    const [playable] = (await station.ledger.recordings.detail(foreign))?.derivatives ?? [];
    for (const id of [foreign, 'rec-01k0d5w7q3-hz01-9999999999'])
      for (const more of [
        {},
        { range: 'bytes=0-0' },
        { 'if-none-match': `"${playable?.sha256}"` },
        { 'if-range': `"${playable?.sha256}"` },
      ])
        for (const part of ['', '/playback', '/originals/1', '/derivatives/playable', '/looks', '/custody'])
          expect((await ask('keeper', 'HEAD', `/recordings/${id}${part}`, undefined, more)).status, `${id}${part}`).toBe(404);
  });

  it('an idempotency key of somebody else answers nothing of theirs', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const body = { number: 'A-2026-0020', title: 'x', officers: ['041234'] };
    expect((await ask('keeper', 'POST', '/cases', body, key)).status).toBe(201);
    expect((await ask('keeper', 'POST', '/cases', body, key)).status).toBe(201);
    expect((await ask('otherkeeper', 'POST', '/cases', body, key)).status).toBe(409);
  });

  it('requests, grants and notices of others are not there', async () => {
    const recording = await station.film('041235', { inCase: false });
    const until = new Date(station.clock.nowMs() + 3_600_000).toISOString();
    const body = { recordings: [recording], actions: ['look'], purpose: 'case-handling', until };
    const { request } = (await ask('asker', 'POST', '/requests', body)).json() as { request: { id: string } };
    for (const who of ['head', 'keeper', 'otherkeeper', 'administrator'])
      for (const part of ['', '/custody']) {
        const foreign = await ask(who, 'GET', `/requests/${request.id}${part}`);
        expect([foreign.status, (await ask(who, 'GET', `/requests/req-unknown${part}`)).status], who).toEqual([404, 404]);
      }
    const { items } = (await ask('otherHead', 'GET', '/notices')).json() as { items: { id: string }[] };
    expect(items.length).toBeGreaterThan(0);
    expect((await ask('asker', 'POST', `/notices/${items[0]?.id}/read`)).status).toBe(404);
    // Whoever asked decides in no role; nor does the head of another unit.
    for (const who of ['asker', 'head', 'administrator'])
      expect((await ask(who, 'POST', `/requests/${request.id}/decision`, { decision: 'approve' })).status, who).toBeGreaterThanOrEqual(403);
  });

  it('pictures are on record before they are sent, for whoever was told so and for what they may see alone', async () => {
    const [mine, foreign] = [await station.film('041234', { inCase: false }), await station.film('041235', { inCase: false })];
    const body = { recordings: [mine, foreign], kind: 'poster' };
    const shown = (await ask('keeper', 'POST', '/looks/thumbnails', body)).json() as { recordings: string[] };
    expect(shown.recordings).toEqual([mine]);
    expect((await ask('keeper', 'POST', '/looks/thumbnails', { ...body, kind: 'thumbnails' })).status).toBe(400);
    expect((await ask('keeper', 'GET', `/recordings/${foreign}/derivatives/poster`)).text).not.toContain('sha256');
  });
});
