/*
 * Goal: refusals, searches and use of the socket are on record at once, and a storm of them makes few entries that tell its number. Method: the real ledger; the
 * minute passes when the test says so.
 */

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessRefused, AuditRead, ListExported, ReportIssued, SearchMade, SocketUsed } from '#domain/custody/audit-entries';
import { subject } from '#domain/custody/subject';
import type { Viewer } from '#domain/look/look';
import type { Ledger } from '#ports/ledger';
import { STATION_ID } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { Deeds, type Refused } from './deeds.ts';

let station: ServedStation;
let deeds: Deeds;
let nowMs: number;
let broken: unknown;

const viewer = (id: string, address = '10.0.0.7'): Viewer => ({
  ...{ actor: { kind: 'user', id, via: 'network', session: 'ssn-1' }, user: id, name: 'Li Ming', roles: ['officer'] },
  // Each request has an id of its own.
  ...{ officer: null, unit: 'unt-1', address, agent: 'Firefox', knownBy: 'password+totp', requestId: randomUUID() },
});
const refusal = (more: Partial<Refused> = {}): Refused => ({
  ...{ viewer: viewer('usr-1'), action: 'look', route: 'GET /x', about: subject('recording', 'rec-1'), tried: null, rule: 'r', policy: 3 },
  ...more,
});
const all = async () => (await station.ledger.looks.answer({}, { limit: 1000, order: 'oldest' })).entries;
const refusals = async () => (await all()).flatMap((entry) => AccessRefused.parse(entry) ?? []);

beforeEach(async () => {
  station = await servedStation();
  nowMs = 1;
  broken = null;
  const transaction: Ledger['transaction'] = (body) => (broken === null ? station.ledger.transaction(body) : Promise.reject(broken));
  const named = { ledger: { transaction } as Ledger, clock: station.clock, stationId: STATION_ID, failed: () => undefined };
  const { clockWatch } = station.deps;
  deeds = new Deeds({ ...named, clockWatch, monotonicMs: () => nowMs });
});

afterEach(async () => {
  broken = null;
  await deeds.close();
  await station.close();
});

describe('refusals', () => {
  it('are told at once with who, what and by which rule, and found as refused', async () => {
    const guess = 'rec-guessed'.padEnd(100, 'x');
    await deeds.refused(refusal({ about: null, tried: `${guess} and far more than anybody needs to know` }));
    const [entry] = await refusals();
    expect(entry?.data).toMatchObject({ action: 'look', route: 'GET /x', rule: 'r', policy: 3, times: 1, others: 0, user: 'usr-1' });
    expect(entry?.data).toMatchObject({ knownBy: 'password+totp', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(entry?.personal).toEqual({ name: 'Li Ming', address: '10.0.0.7', agent: 'Firefox', tried: guess });
    expect(entry?.subject).toEqual(subject('station', STATION_ID));
    const found = await station.ledger.looks.answer({ outcome: 'refused', person: 'usr-1' }, { limit: 5, order: 'newest' });
    expect(found.entries).toHaveLength(1);
  });

  it('of one kind are one entry at once and one a minute with their number; other kinds are told apart', async () => {
    for (let n = 0; n < 1000; n += 1) await deeds.refused(refusal({ tried: `${n}` }));
    await deeds.refused(refusal({ viewer: viewer('usr-2') }));
    await deeds.refused(refusal({ viewer: viewer('usr-1', '10.0.0.8') }));
    await deeds.refused(refusal({ about: subject('recording', 'rec-2') }));
    await deeds.refused(refusal({ rule: 'other' }));
    await deeds.refused(refusal({ route: 'GET /y' }));
    await deeds.refused(refusal({ action: 'hear' }));
    const firsts = Array(7).fill(1);
    expect((await refusals()).map(({ data }) => data.times)).toEqual(firsts);
    await deeds.turn();
    // What tells of many requests names none of them.
    expect((await refusals()).map(({ data }) => data.requestId !== undefined)).toEqual([...firsts.map(() => true), false]);
    expect((await refusals()).map(({ data }) => data.times)).toEqual([...firsts, 999]);
    await deeds.turn();
    await deeds.refused(refusal());
    expect((await refusals()).map(({ data }) => data.times)).toEqual([...firsts, 999, 1]);
  });

  it('of very many kinds at once stay bounded, and none is lost from the number', async () => {
    for (let n = 0; n < 3000; n += 1) await deeds.refused(refusal({ viewer: viewer(`usr-${n}`, `10.0.${n % 250}.1`) }));
    const first = await refusals();
    expect(first).toHaveLength(500);
    await deeds.turn();
    const last = (await refusals()).slice(500);
    expect(last.map(({ data }) => [data.times, data.others])).toEqual([[2500, 2500]]);
  });

  it('that were only counted tell since when, and are written when the station stops', async () => {
    await deeds.refused(refusal());
    const since = new Date(station.clock.nowMs() + 1000).toISOString();
    for (let n = 0; n < 3; n += 1) {
      station.clock.advance(1000);
      await deeds.refused(refusal());
    }
    await deeds.close();
    expect((await refusals()).map(({ data }) => [data.times, data.since])).toEqual([
      [1, expect.any(String)],
      [3, since],
    ]);
  });

  it('that could not be written are counted in the next entry', async () => {
    broken = new Error('disk');
    await expect(deeds.refused(refusal())).rejects.toThrow('disk');
    await deeds.refused(refusal());
    await expect(deeds.turn()).rejects.toThrow('disk');
    broken = null;
    await deeds.turn();
    expect((await refusals()).map(({ data }) => data.times)).toEqual([2]);
  });
});

describe('questions', () => {
  it('are on record before their answer, the same one once in 15 minutes', async () => {
    const search = { list: 'recordings', by: { officer: '041234', case: 'A & B' } };
    for (let n = 0; n < 3; n += 1) await deeds.searched(viewer('usr-1'), search);
    await deeds.searched(viewer('usr-1'), { ...search, by: { officer: '041235' } });
    await deeds.searched(viewer('usr-2'), search);
    await deeds.readAudit(viewer('usr-1'), { format: 'json', asked: { person: 'usr-2' } });
    await deeds.readAudit(viewer('usr-1'), { format: 'json', asked: { person: 'usr-2' } });
    const searches = (await all()).flatMap((entry) => SearchMade.parse(entry) ?? []);
    expect(searches.map(({ personal }) => personal.asked)).toEqual([
      'officer=041234&case=A+%26+B',
      'officer=041235',
      'officer=041234&case=A+%26+B',
    ]);
    expect(searches[0]?.data).toMatchObject({ list: 'recordings', by: ['officer', 'case'], user: 'usr-1' });
    expect((await all()).flatMap((entry) => AuditRead.parse(entry) ?? [])).toHaveLength(1);
    nowMs += 15 * 60_000 + 1;
    await deeds.searched(viewer('usr-1'), search);
    expect((await all()).flatMap((entry) => SearchMade.parse(entry) ?? [])).toHaveLength(4);
  });

  it('that cannot be put on record are not answered, and asked again are tried again', async () => {
    broken = new Error('disk');
    await expect(deeds.readAudit(viewer('usr-1'), { format: 'json', asked: {} })).rejects.toThrow('disk');
    broken = null;
    await deeds.readAudit(viewer('usr-1'), { format: 'json', asked: {} });
    expect(await all()).toHaveLength(1);
  });
});

it('exports and reports are told each time', async () => {
  for (let n = 0; n < 2; n += 1) {
    await deeds.exported(viewer('usr-1'), { list: 'audit', format: 'csv', asked: {} });
    const file = { report: 'trail', format: 'pdf', sha256: null, to: 'Court' };
    await deeds.reported(viewer('usr-1'), { ...file, about: subject('recording', 'rec-1'), how: n === 0 ? 'downloaded' : 'printed' });
  }
  expect((await all()).flatMap((entry) => ListExported.parse(entry) ?? [])).toHaveLength(2);
  const reports = (await all()).flatMap((entry) => ReportIssued.parse(entry) ?? []);
  expect(reports.map(({ data, personal }) => [data.how, personal.to])).toEqual([
    ['downloaded', 'Court'],
    ['printed', 'Court'],
  ]);
});

it('use of the control socket is told at once for each account, and then each minute in which it goes on', async () => {
  for (let n = 0; n < 40; n += 1) await deeds.usedSocket(cli('root'), `GET /${n % 30}`);
  await deeds.usedSocket(cli('wang'), 'POST /x');
  const uses = async () => (await all()).flatMap((entry) => SocketUsed.parse(entry) ?? []);
  expect((await uses()).map(({ actor, data }) => [actor.id, data.requests, data.routes])).toEqual([
    ['root', 1, ['GET /0']],
    ['wang', 1, ['POST /x']],
  ]);
  await deeds.turn();
  expect((await uses()).slice(2).map(({ actor, data }) => [actor.id, data.requests, data.routes.length])).toEqual([['root', 39, 20]]);
  await deeds.turn();
  await deeds.usedSocket(cli('root'), 'GET /again');
  expect((await uses()).at(-1)?.data).toMatchObject({ requests: 1, routes: ['GET /again'] });
});

describe('use of the control socket that goes on', () => {
  const uses = async () => (await all()).flatMap((entry) => SocketUsed.parse(entry) ?? []);
  const told = async () => (await uses()).map(({ data: { requests, routes } }) => [requests, routes]);

  it('is told each minute with the routes of that minute alone', async () => {
    for (const route of ['GET /a', 'GET /b']) await deeds.usedSocket(cli('root'), route);
    await deeds.turn();
    await deeds.usedSocket(cli('root'), 'GET /c');
    const turn = deeds.turn();
    // Comes while the entry of the minute is written.
    await deeds.usedSocket(cli('root'), 'GET /d');
    await turn;
    await deeds.turn();
    expect(await told()).toEqual([
      [1, ['GET /a']],
      [1, ['GET /b']],
      [1, ['GET /c']],
      [1, ['GET /d']],
    ]);
  });

  it('and could not be written is told with what came after it, number and routes', async () => {
    for (const route of ['GET /a', 'GET /b']) await deeds.usedSocket(cli('root'), route);
    broken = new Error('disk');
    await expect(deeds.turn()).rejects.toThrow('disk');
    broken = null;
    await deeds.usedSocket(cli('root'), 'GET /c');
    await deeds.turn();
    expect(await told()).toEqual([
      [1, ['GET /a']],
      [2, ['GET /b', 'GET /c']],
    ]);
  });
});
