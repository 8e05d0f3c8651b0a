/*
 * Goal: what the desk refuses because of people, cases and requests of others is on record as refused, with what was named; what was a mistake is not. Every entry
 * that comes from a request names it, and how whoever sent it is known. Method: real requests over the real ledger, by people whom the test lets ask.
 */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import type { CustodyEntry } from '#domain/custody/entry';
import { auditLine } from '#domain/look/audit-line';
import { buildServer } from '#serve/server';
import { aCase, anOfficer, aUnit, aUser } from '#test/support/builders';
import { aPerson, type asking } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
let app: FastifyInstance;
let asks: ReturnType<typeof aPerson>;
const own = aUnit({ name: 'Own' });
const other = aUnit({ name: 'Other' });

beforeAll(async () => {
  station = await servedStation();
  await station.ledger.transaction(async (writer) => {
    for (const unit of [own, other]) await writer.people.upsertUnit(unit);
    await writer.registry.upsertOfficer(anOfficer({ id: '7', unit: own.id }));
    await writer.registry.upsertOfficer(anOfficer({ id: '8', unit: other.id }));
    await writer.cases.upsert(aCase({ number: 'B-1', officerIds: ['8'] }));
    await writer.people.upsertUser(aUser({ id: 'usr-keeper', account: 'keeper', unit: own.id, roles: ['custodian'] }));
  });
  asks = person();
  // The server gives each request its id; the test's person has it from there.
  const principalOf: ReturnType<typeof asking> = async (request) => ({ ...asks, requestId: request.id });
  app = buildServer({ deps: station.deps, way: 'network', principalOf, gatekeeper: stationGatekeeper(station.deps) });
});
afterAll(async () => {
  await app.close();
  await station.close();
});

function person(overrides: Parameters<typeof aPerson>[0] = {}) {
  const asker = { id: 'usr-keeper', roles: ['custodian' as const], officer: null, unit: own.id };
  return aPerson({
    ...{ id: 'usr-keeper', asker, knownBy: 'password+totp' as const },
    scope: { officers: [], units: [own.id], cases: [], recordings: [] },
    ...overrides,
  });
}

const since = async (seq: number) => {
  const { entries } = await station.ledger.looks.answer({}, { limit: 50, order: 'newest' });
  return entries.filter((entry) => entry.seq > seq);
};

async function ask(method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) {
  const before = (await station.ledger.custody.head())?.seq ?? -1;
  const headers = { host: 'localhost', origin: 'http://localhost' };
  const answer = await app.inject({ method, url: `/api/v1${url}`, headers, ...(payload ? { payload } : {}) });
  const entries: readonly CustodyEntry[] = await since(before);
  return { status: answer.statusCode, request: answer.headers['x-request-id'], entries, reason: answer.json().reason?.code as string };
}

describe('a refusal of the desk', () => {
  it.each([
    ['an officer of another unit', 'PATCH', '/officers/8', { name: 'X' }, 403, 'officer-of-other-unit', 'officer 8'],
    ['an officer who is taken over', 'POST', '/officers', { id: '8', name: 'X' }, 403, 'officer-of-other-unit', 'officer 8'],
    ['a case of others that is added', 'POST', '/cases', { number: 'B-1', title: 'X' }, 409, 'case-of-others', 'number B-1'],
    ['a case of others that is read', 'GET', '/cases/B-1/events', undefined, 404, 'case-unknown', 'number B-1'],
    ['a case that never was', 'GET', '/cases/Z-1/custody', undefined, 404, 'case-unknown', 'number Z-1'],
    ['a request of others, or none', 'GET', '/requests/req-1', undefined, 404, 'no-call-up', 'id req-1'],
    ['a grant of others, or none', 'GET', '/grants/grt-1', undefined, 404, 'no-grant', 'id grt-1'],
  ] as const)('because of %s is on record', async (_, method, url, body, status, reason, tried) => {
    const answer = await ask(method, url, body);
    expect([answer.status, answer.reason]).toEqual([status, reason]);
    expect(answer.entries.map(({ type }) => type)).toEqual(['access.refused']);
    const [entry] = answer.entries;
    expect(entry).toMatchObject({ data: { rule: reason, user: 'usr-keeper', requestId: answer.request }, personal: { tried } });
    expect(entry && auditLine(entry)).toMatchObject({ outcome: 'refused', who: { knownBy: 'password+totp' }, what: { asked: tried } });
  });

  it('that is a mistake is not, and what was done is none', async () => {
    expect(await ask('POST', '/officers', { id: '', name: 'X' })).toMatchObject({ status: 400, entries: [] });
    expect((await ask('PATCH', '/officers/7', { name: 'New' })).entries.map(({ type }) => type)).toEqual(['officer.changed']);
  });
});

describe('an entry that comes from a request', () => {
  it('names it, and how whoever sent it is known; of a token the owner, under whom it is found', async () => {
    const changed = await ask('PATCH', '/officers/7', { name: 'Newer' });
    expect(changed.entries[0]?.actor).toMatchObject({
      kind: 'user',
      id: 'usr-keeper',
      knownBy: 'password+totp',
      requestId: changed.request,
    });
    asks = person({ kind: 'token', id: 'tok-1', knownBy: 'token' });
    const byToken = await ask('PATCH', '/officers/7', { name: 'Newest' });
    expect(byToken.entries[0]?.actor).toMatchObject({
      kind: 'token',
      id: 'tok-1',
      user: 'usr-keeper',
      knownBy: 'token',
      requestId: byToken.request,
    });
    const [line] = byToken.entries.map(auditLine);
    expect(line?.who).toMatchObject({ person: 'usr-keeper', knownBy: 'token', requestId: byToken.request });
    const found = await station.ledger.looks.answer({ person: 'usr-keeper', type: 'officer.changed' }, { limit: 9, order: 'newest' });
    expect(found.entries.map(({ seq }) => seq)).toContain(byToken.entries[0]?.seq);
    asks = person();
  });
});
