/*
 * Goal: the report of a month counts right what the log says, in both languages, and nothing that people wrote becomes markup; a sample is drawn once, can be drawn
 * again from the log, and is reviewed by others than who looked.
 * Method: the real ledger with looks that are told past the server; then the real routes.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monthReport } from '#desk/reports/month';
import { subject } from '#domain/custody/subject';
import type { Viewer } from '#domain/look/look';
import { hoursOf, isOutside, monthSpan } from '#domain/reports/calendar';
import { Drawing } from '#domain/reports/sample';
import { aCase, anId } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { tellLooks } from '#test/support/ledger/looked';
import { ASKER, aGrant, aGrantDraft, aRequest } from '#test/support/people/call-ups';
import { addUser } from '#test/support/people/sign-in';
import { ALLOWS_ALL, aPerson, asking } from '#test/support/principals';
import { onRecord, type ServedStation, servedStation } from '#test/support/served-station';
import { buildServer } from '../server.ts';
import { html } from './html.ts';

const ZONE = 'Asia/Shanghai';
/** Noon of a day of June 2026 at the station. */
const noon = (day: number, month = 6) =>
  Date.parse(`2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T12:00:00+08:00`);
const headers = { host: 'localhost' };

let station: ServedStation;
let app: FastifyInstance;
let who = 'usr-auditor';
let id: string;

beforeEach(async () => {
  station = await servedStation();
  who = 'usr-auditor';
  const asker = () => ({ id: who, roles: [], officer: null, unit: null });
  app = buildServer({
    deps: station.deps,
    way: 'network',
    principalOf: asking(() => aPerson({ id: who, asker: asker() })),
    gatekeeper: ALLOWS_ALL,
  });
  ({ id } = await station.addRecording(Buffer.from('bytes')));
  station.clock.advance(60 * 86_400_000);
});
afterEach(async () => {
  await app.close();
  await station.close();
});

const month = async (query = '', of = '2026-06') => app.inject({ url: `/api/v1/reports/month/${of}${query}`, headers });
/** Rows of the section whose heading begins so: the text of their cells. */
function rowsOf(page: string, heading: string): string[][] {
  const section = page.split('<section>').find((each) => each.startsWith(`<h2>${heading}`)) ?? '';
  return [...section.matchAll(/<tr>(.*?)<\/tr>/g)]
    .slice(1)
    .map(([, row = '']) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell = '']) => cell));
}

describe('the report of a month', () => {
  it('counts by reason, unit, hours and case what lies in the month at the station, and nothing of its neighbours', async () => {
    const at = (text: string) => Date.parse(`${text}+08:00`);
    await tellLooks(station.ledger, [
      { recording: id, look: 'lok-1', user: 'usr-a', atMs: at('2026-06-01T00:00:00'), case: 'A-1' },
      { recording: id, look: 'lok-2', user: 'usr-a', atMs: at('2026-06-15T12:00:00'), reason: 'court', unit: null },
      { recording: id, look: 'lok-3', user: 'usr-b', atMs: at('2026-06-30T23:59:59'), reason: null },
      { recording: id, look: 'lok-4', user: 'usr-b', atMs: at('2026-05-31T23:59:59') },
      { recording: id, look: 'lok-5', user: 'usr-b', atMs: at('2026-07-01T00:00:00') },
    ]);
    const answer = await month('?lang=en');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const page = answer.body;
    expect(page).toContain('<th>Looks in all</th><td class="n">3</td>');
    expect(page).toContain('<th>People who looked</th><td class="n">2</td>');
    expect(rowsOf(page, 'By reason').sort()).toEqual([
      ['(not stated)', '1'],
      ['complaint', '1'],
      ['court', '1'],
    ]);
    expect(rowsOf(page, 'By unit')).toEqual([
      ['unt-a', '2'],
      ['(not stated)', '1'],
    ]);
    expect(rowsOf(page, 'Outside hours').map(([, person]) => person)).toEqual(['usr-a', 'usr-b']);
    expect(rowsOf(page, 'Without a case').length).toBe(2);
    expect(rowsOf(page, 'Footage with many viewers')).toEqual([[id, '2', '2', '3']]);
  });

  it('names who looked far more than others of the same role, by the stated method, and nobody for little', async () => {
    const looks = (user: string, count: number, ofMonth: number, role = 'auditor') =>
      Array.from({ length: count }, (_, n) => ({
        recording: id,
        look: `lok-${user}-${ofMonth}-${n}`,
        user,
        role,
        atMs: noon(10, ofMonth) + n,
      }));
    for (const before of [1, 2, 3, 4, 5])
      for (const user of ['usr-a', 'usr-b', 'usr-c']) await tellLooks(station.ledger, looks(user, 10, before));
    await tellLooks(station.ledger, [...looks('usr-a', 12, 6), ...looks('usr-b', 90, 6), ...looks('usr-d', 19, 6, 'reviewer')]);
    const rows = rowsOf((await month('?lang=en')).body, 'Unusual volume');
    expect(rows.map(([person, , , count]) => [person, count])).toEqual([['usr-b', '90']]);
  });

  it('counts every account of the role for what is usual, also those that never look', async () => {
    const looks = (user: string, count: number, ofMonth: number) =>
      Array.from({ length: count }, (_, n) => ({ recording: id, look: `lok-${user}-${ofMonth}-${n}`, user, atMs: noon(10, ofMonth) + n }));
    for (const before of [1, 2, 3, 4, 5]) await tellLooks(station.ledger, looks('usr-a', 30, before));
    await tellLooks(station.ledger, looks('usr-a', 30, 6));
    const unusual = async () => rowsOf((await month('?lang=en')).body, 'Unusual volume').map(([person]) => person);
    expect(await unusual()).toEqual([]);
    for (let n = 0; n < 9; n += 1) await addUser(station.deps, { account: `quiet${n}`, id: anId('usr'), roles: ['auditor'] });
    expect(await unusual()).toEqual(['usr-a']);
  });

  it('names units as they are called, and footage that people watched who named none of its cases, the most watched first', async () => {
    const other = await station.addRecording(Buffer.from('more'));
    await station.ledger.transaction(async (writer) => {
      await writer.people.upsertUnit({ id: 'unt-a', name: 'Squad 3', parent: null, createdAtMs: 0, closedAtMs: null });
      for (const number of ['A-1', 'A-2']) await writer.cases.upsert(aCase({ number }));
      for (const recording of [id, other.id]) await writer.recordings.addCase(recording, 'A-1');
      await writer.custody.append(aGrantDraft());
    });
    const watch = (recording: string, user: string, of: string | null) => ({ recording, look: anId('lok'), user, atMs: noon(3), case: of });
    await tellLooks(station.ledger, [watch(id, 'usr-a', 'A-1'), watch(id, 'usr-b', 'A-1'), watch(other.id, 'usr-a', 'A-1')]);
    expect(rowsOf((await month('?lang=en')).body, 'Footage with many viewers')).toEqual([]);
    await tellLooks(station.ledger, [watch(id, 'usr-c', 'A-2')]);
    const many = ['usr-b', 'usr-c', 'usr-d', 'usr-e'].map((user) => watch(other.id, user, 'A-1'));
    await tellLooks(station.ledger, many);
    const page = (await month('?lang=en')).body;
    expect(rowsOf(page, 'Footage with many viewers')).toEqual([
      [other.id, '5', '0', '5'],
      [id, '3', '1', '3'],
    ]);
    expect(rowsOf(page, 'By unit')).toEqual([['Squad 3', '8']]);
  });

  it('lists urgent access of the month that nobody confirmed in time, and grants that began before it and never ended', async () => {
    const [from, until] = [Date.parse('2026-06-01T00:00:00+08:00'), Date.parse('2026-07-01T00:00:00+08:00')];
    const urgent = (askedAtMs: number, more: { dueAtMs?: number; confirmed?: boolean } = {}) =>
      aRequest({
        ...{ id: anId('req', askedAtMs), askedAtMs, urgent: true, state: 'urgent', purpose: 'emergency' },
        confirmation: { dueAtMs: askedAtMs + 1000, by: null, confirmed: null, words: null, atMs: null, ...more },
      });
    const unconfirmed = [urgent(from), urgent(until - 2000)];
    const others = [
      ...[urgent(from - 1), urgent(until), urgent(from + 1, { confirmed: true }), urgent(from + 2, { confirmed: false })],
      ...[urgent(until - 1, { dueAtMs: until + 1 }), aRequest({ id: anId('req', from + 3), askedAtMs: from + 3 })],
    ];
    const grant = (fromMs: number, endedAtMs: number | null) =>
      aGrant({ id: 'req-x' }, { id: anId('grt', fromMs), fromMs, endedAtMs, whyEnded: endedAtMs === null ? null : 'time' });
    const endless = [grant(from - 1, null), grant(from - 2, until)];
    const ended = [grant(from, null), grant(from - 3, until - 1), grant(until, null)];
    await station.ledger.transaction(async (writer) => {
      for (const request of [aRequest({ id: 'req-x' }), ...unconfirmed, ...others]) await writer.callUps.insertRequest(request);
      for (const each of [...endless, ...ended]) await writer.callUps.insertGrant(each, []);
      await writer.custody.append(aGrantDraft());
    });
    const page = (await month('?lang=en')).body;
    const urgentRows = rowsOf(page, 'Urgent access');
    expect(urgentRows.map(([, person, request, purpose]) => [person, request, purpose])).toEqual(
      unconfirmed.toReversed().map(({ id: request }) => [ASKER.id, request, 'emergency']),
    );
    expect(rowsOf(page, 'Grants').map(([one, person]) => [one, person])).toEqual(endless.map(({ id: one }) => [one, ASKER.id]));
  });

  it('lists refusals and use of the control socket with how often they came', async () => {
    station.clock.advance(noon(15) - station.clock.nowMs());
    const viewer: Viewer = {
      ...{ actor: { kind: 'user', id: 'usr-a', via: 'network', session: 'ssn-1' }, user: 'usr-a', name: 'A', roles: ['officer'] },
      ...{ officer: null, unit: null, address: '10.0.0.7', agent: null, knownBy: 'password', requestId: null },
    };
    const refused = { viewer, action: 'look', route: 'GET /x', about: subject('recording', id), tried: null, rule: 'own-only', policy: 1 };
    const { looks, deeds } = onRecord(station.ledger, station.clock);
    for (let n = 0; n < 4; n += 1) await deeds.refused(refused);
    for (let n = 0; n < 3; n += 1) await deeds.usedSocket(cli('root'), 'GET /x');
    await Promise.all([looks.close(), deeds.close()]);
    const page = (await month('?lang=en')).body;
    expect(page).toMatch(/<h2>Refusals: 4</);
    expect(rowsOf(page, 'Refusals').map((row) => row.slice(1, 5))).toEqual([
      ['usr-a', id, 'GET /x · own-only', '1'],
      ['usr-a', id, 'GET /x · own-only', '3'],
    ]);
    expect(rowsOf(page, 'Through the control socket').map((row) => [row[1], row[4]])).toEqual([
      ['cli:root', '1'],
      ['cli:root', '2'],
    ]);
  });

  it('ends at once when nobody waits for it any more, also while it reads of single recordings', async () => {
    const more = Array.from({ length: 1200 }, (_, n) => ({ recording: `rec-${n}`, look: `lok-${n}`, user: 'usr-a', atMs: noon(3) + n }));
    await tellLooks(station.ledger, more);
    const gone = new AbortController();
    let details = 0;
    const recordings = new Proxy(station.ledger.recordings, {
      get: (target, name) =>
        name !== 'detail'
          ? Reflect.get(target, name)
          : async (recording: string) => {
              details += 1;
              if (details === 3) gone.abort(new Error('nobody waits'));
              return target.detail(recording);
            },
    });
    const ledger = new Proxy(station.ledger, { get: (target, name) => (name === 'recordings' ? recordings : Reflect.get(target, name)) });
    const found = monthSpan('2026-06', ZONE) ?? expect.fail('no month');
    await expect(monthReport({ ledger }, { ...found, isOutside: () => false, signal: gone.signal })).rejects.toThrow('nobody waits');
    expect(details).toBe(500);
  });

  it('is on record with its SHA-256, in Chinese unless English is asked for, and lets a browser do nothing', async () => {
    const answer = await month('?to=督察支队');
    expect(answer.body).toContain('<html lang="zh-CN">');
    expect(answer.body).toContain('2026-06 录像调阅月报');
    const entries = await station.ledger.custody.of(subject('station', 'test'), { limit: 1000 });
    const issued = entries.filter(({ type }) => type === 'report.issued');
    const sha256 = createHash('sha256').update(answer.rawPayload).digest('hex');
    expect(issued.map(({ data, personal }) => [data['report'], data['sha256'], personal['to']])).toEqual([['month', sha256, '督察支队']]);
    const rules = String(answer.headers['content-security-policy']);
    const style = /<style>(.*?)<\/style>/s.exec(answer.body)?.[1] ?? '';
    expect(rules).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(rules).toMatch(/^default-src 'none'/);
    expect(answer.body).not.toMatch(/<script|src=|href=|url\(/);
  });

  it('lets nothing that people wrote become markup', async () => {
    const attack = '<img src=x onerror=alert(1)>"\'&\u202e';
    await tellLooks(station.ledger, [
      { recording: id, look: 'lok-x', user: 'usr-x', atMs: noon(3), reason: attack, unit: attack, name: attack },
      ...Array.from({ length: 30 }, (_, n) => ({
        recording: id,
        look: `lok-${n}`,
        user: attack,
        name: attack,
        role: attack,
        atMs: noon(4) + n,
      })),
    ]);
    const page = (await month('?lang=en')).body;
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202e');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;·');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        expect(made.match(/[<>"]/g)).toEqual(['<', '"', '"', '>', '<', '>']);
      }),
    );
  });

  it.each(['2026-13', '2026-6', '1', '2099-01'])('refuses %s', async (of) => {
    expect((await month('', of)).statusCode).toBe(400);
  });
});

describe('hours and months', () => {
  it.each([
    ['07:00-20:00', '2026-06-20T06:59:59+08:00', true],
    ['07:00-20:00', '2026-06-20T07:00:00+08:00', false],
    ['07:00-20:00', '2026-06-20T20:00:00+08:00', true],
    ['20:00-06:00', '2026-06-20T23:00:00+08:00', false],
    ['20:00-06:00', '2026-06-20T05:59:00+08:00', false],
    ['20:00-06:00', '2026-06-20T12:00:00+08:00', true],
  ])('of %s, %s is outside: %s', (hours, at, outside) => {
    const parsed = hoursOf(hours);
    expect(parsed && isOutside(parsed, Date.parse(at), ZONE)).toBe(outside);
  });

  it('begin where the station has its midnight, over a year’s end too', () => {
    const found = monthSpan('2026-01', ZONE);
    expect(found?.span).toEqual({
      month: '2026-01',
      fromMs: Date.parse('2026-01-01T00:00:00+08:00'),
      untilMs: Date.parse('2026-02-01T00:00:00+08:00'),
    });
    expect(found?.beginnings[0]).toBe(Date.parse('2025-07-01T00:00:00+08:00'));
    expect(monthSpan('2026-12', ZONE)?.span.untilMs).toBe(Date.parse('2027-01-01T00:00:00+08:00'));
    for (const wrong of ['2026-00', '2026-13', '2026-1', 'x']) expect(monthSpan(wrong, ZONE)).toBeNull();
  });
});

describe('a sample', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      recording: id,
      look: `lok-${n}`,
      user: n % 10 === 0 ? 'usr-auditor' : 'usr-a',
      atMs: noon(2) + n,
    }));
  const post = (body: object) => app.inject({ method: 'POST', url: '/api/v1/samples', headers, payload: body });
  const review = (sample: string, look: string, body: object) =>
    app.inject({ method: 'POST', url: `/api/v1/samples/${sample}/looks/${look}/review`, headers, payload: body });
  const show = async (sample: string) => (await app.inject({ url: `/api/v1/samples/${sample}?check=true`, headers })).json();

  it('is drawn once for a month that is over, whoever draws, and the log gives it again', async () => {
    await tellLooks(station.ledger, many(300));
    const [one, two] = await Promise.all([post({ month: '2026-06', size: 25 }), post({ month: '2026-06', size: 25 })]);
    expect([one.statusCode, two.statusCode].sort()).toEqual([201, 409]);
    const drawn = (one.statusCode === 201 ? one : two).json();
    expect(drawn).toMatchObject({ month: '2026-06', size: 25, population: 300, reviewed: 0 });
    expect(new Set(drawn.looks.map(({ look }: { look: string }) => look)).size).toBe(25);
    // A look of June that is told later, as after a clock was set back, changes nothing.
    await tellLooks(station.ledger, [{ recording: id, look: 'lok-late', user: 'usr-a', atMs: noon(3) }]);
    expect((await show(drawn.id)).agrees).toBe(true);
    const listed = (await app.inject({ url: '/api/v1/samples', headers })).json();
    expect(listed.items.map(({ id: each }: { id: string }) => each)).toEqual([drawn.id]);
    expect((await post({ month: '2026-08' })).statusCode).toBe(400);
  });

  it('is reviewed look by look, once each, by nobody who looked; all of it is on record', async () => {
    await tellLooks(station.ledger, many(20));
    const drawn = (await post({ month: '2026-06', size: 20 })).json();
    const own = drawn.looks.find((each: { who: string }) => each.who === 'usr-auditor').look;
    const other = drawn.looks.find((each: { who: string }) => each.who === 'usr-a').look;
    expect((await review(drawn.id, own, { verdict: 'fine' })).json()).toMatchObject({
      code: 'request.forbidden',
      reason: { code: 'own-look' },
    });
    expect((await review(drawn.id, other, { verdict: 'breach', words: '没有案件' })).statusCode).toBe(204);
    expect((await review(drawn.id, other, { verdict: 'fine' })).statusCode).toBe(409);
    expect((await review(drawn.id, 'lok-none', { verdict: 'fine' })).statusCode).toBe(404);
    expect((await review('smp-none', other, { verdict: 'fine' })).statusCode).toBe(404);
    expect((await review(drawn.id, other, { verdict: 'good' })).statusCode).toBe(400);
    who = 'usr-second';
    expect((await review(drawn.id, own, { verdict: 'question' })).statusCode).toBe(204);
    const shown = await show(drawn.id);
    expect(shown).toMatchObject({ reviewed: 2, agrees: true });
    expect(shown.looks.find(({ look }: { look: string }) => look === other).review).toMatchObject({
      verdict: 'breach',
      words: '没有案件',
      by: 'user:usr-auditor',
    });
    const types = (await station.ledger.custody.of(subject('sample', drawn.id), { limit: 100 })).map(({ type }) => type);
    expect(types).toEqual(['sample.drawn', 'sample.reviewed', 'sample.reviewed']);
  });

  it('depends on seed and looks alone, not on their order, and each look is as likely as another', () => {
    const looks = Array.from({ length: 40 }, (_, n) => `lok-${n}`);
    const drawnOf = (seed: string, from: readonly string[]) => {
      const drawing = new Drawing(seed, 10);
      for (const look of from) drawing.add(look);
      return drawing.looks;
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(looks, { minLength: 40 }), (shuffled) => {
        expect(drawnOf('seed', shuffled)).toEqual(drawnOf('seed', looks));
      }),
    );
    const times = new Map<string, number>();
    for (let n = 0; n < 2000; n += 1) for (const look of drawnOf(`seed ${n}`, looks)) times.set(look, (times.get(look) ?? 0) + 1);
    // 500 each are expected; the standard deviation is 19.
    for (const look of looks) expect(Math.abs((times.get(look) ?? 0) - 500)).toBeLessThan(100);
  });
});
