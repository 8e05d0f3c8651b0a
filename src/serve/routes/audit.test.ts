/*
 * Goal: the audit answers who saw what, when, why and how much over HTTP, and its own reading is in it; footage whose right ends is cut within 5 s.
 * Method: real sockets, the real ledger and vault; people and their rights are the test's own.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLineAnswer, LookAnswer } from '#api/audit';
import { sha256Hex } from '#domain/canonical-json';
import { RecordingSeen } from '#domain/custody/look-entries';
import { derivativeKey } from '#domain/vault/vault-key';
import { aDerivative, START_MS } from '#test/support/builders';
import { about, aCaseDraft } from '#test/support/custody';
import { jsonOf, send } from '#test/support/http/http-ways';
import { ALLOWS_ALL, aPerson } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import type { Principal } from '../principal.ts';
import { buildServer } from '../server.ts';

let station: ServedStation;
let app: FastifyInstance;
let port: number;
let recording: { id: string; playable: Uint8Array };
/** Whoever asks next. */
let asks: Principal;
/** What the gate says now. */
let allows = true;
let hangs = false;

const asker = (id: string, more: Partial<Principal['asker']> = {}) => ({ id, roles: [], officer: null, unit: null, ...more });
const AUDITOR = aPerson({ id: 'usr-audit', name: 'Li, "the" auditor', asker: asker('usr-audit', { roles: ['auditor'], unit: 'unt-9' }) });
const OFFICER = aPerson({
  ...{ id: 'usr-wang', name: '=cmd|Wang', knownBy: 'oidc+totp', asker: asker('usr-wang', { officer: '041234' }) },
  tasks: new Set(['find-footage', 'show-footage', 'see-own-looks'] as const),
});

const get = (path: string, headers: Record<string, string> = {}) => send({ host: '127.0.0.1', port, path: `/api/v1${path}`, headers });
const post = (path: string, body: unknown) => send({ host: '127.0.0.1', port, path: `/api/v1${path}`, method: 'POST', body });
const as = async <T>(who: Principal, body: () => Promise<T>): Promise<T> => {
  asks = who;
  return body();
};
const audit = async (query = ''): Promise<AuditLineAnswer[]> => (await jsonOf(await get(`/audit?${query}`)))['items'] as AuditLineAnswer[];

beforeAll(async () => {
  station = await servedStation();
  const gatekeeper = {
    ...ALLOWS_ALL,
    decideFor: async (...given: Parameters<typeof ALLOWS_ALL.decideFor>) => {
      if (hangs) await new Promise(() => undefined);
      const effect = allows ? ('allow' as const) : ('refuse' as const);
      return { ...(await ALLOWS_ALL.decideFor(...given)), effect, grants: ['grt-1'] };
    },
  };
  asks = AUDITOR;
  app = buildServer({ deps: station.deps, way: 'network', gatekeeper, principalOf: async ({ id }) => ({ ...asks, requestId: id }) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as AddressInfo);
  recording = await station.addRecording(randomBytes(3 * 1024 * 1024), { officerId: '041234' });
  await station.ledger.transaction(async (writer) => {
    await writer.cases.upsert({
      ...{ number: 'A-1', title: 'Title now', stage: 'filing', category: null, officerIds: [], openedOn: null, createdAtMs: START_MS },
    });
    await writer.custody.append(aCaseDraft('A-1'));
  });
});

afterAll(async () => {
  await app.close();
  await station.close();
});

describe('a look', () => {
  it('is in the audit with who, what, why and how much, and its reading is there too', async () => {
    const answer = await as(OFFICER, () => get(`/recordings/${recording.id}/playback?reason=complaint:%20June`, { range: 'bytes=0-' }));
    expect(answer.statusCode).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes 0-1048575/${recording.playable.length}`);
    await buffer(answer);
    const id = String(answer.headers['x-evidock-look']);
    expect((await as(OFFICER, () => post(`/looks/${id}/claims`, { played: [{ fromMs: 0, toMs: 900 }] }))).statusCode).toBe(204);
    expect((await as(AUDITOR, () => post(`/looks/${id}/claims`, { played: [{ fromMs: 0, toMs: 900 }] }))).statusCode).toBe(404);
    const again = await as(OFFICER, () => get(`/recordings/${recording.id}/playback?reason=complaint:%20June`, { range: 'bytes=9-' }));
    await buffer(again);
    expect(again.headers['x-request-id']).not.toBe(answer.headers['x-request-id']);
    expect(again.headers['x-evidock-look']).toBe(id);
    asks = AUDITOR;
    const [line] = await audit(`look=${id}`);
    expect(line).toMatchObject({
      ...{ type: 'recording.viewed', outcome: 'done' },
      who: { actor: 'user:usr-wang', person: 'usr-wang', name: '=cmd|Wang', address: '127.0.0.1', knownBy: 'oidc+totp' },
      what: { recording: recording.id, part: 'playable', officer: '041234' },
      why: { policy: 1, rule: 'test', reason: 'complaint', words: 'June' },
    });
    expect(line?.who.requestId).toBe(answer.headers['x-request-id']);
    expect(line?.utc).toMatch(/Z$/);
    expect(line?.at).toMatch(/\+08:00$/);
    const own = await audit('type=audit.read&person=usr-audit');
    expect(own.at(-1)).toMatchObject({ who: { person: 'usr-audit', unit: 'unt-9' }, what: { asked: expect.stringContaining('look=') } });
  });

  it('is seen by the officer whom it shows, without address and words; by nobody else who is no auditor', async () => {
    const mine = await as(OFFICER, () => get(`/recordings/${recording.id}/looks`));
    const { items } = (await jsonOf(mine)) as { items: LookAnswer[] };
    expect(items[0]).toMatchObject({ part: 'playable', who: { name: '=cmd|Wang' }, why: { reason: 'complaint', rule: 'test' } });
    expect(JSON.stringify(items)).not.toMatch(/127\.0\.0\.1|June/);
    const other = aPerson({ id: 'usr-other', asker: asker('usr-other', { officer: '7' }), tasks: OFFICER.tasks });
    expect((await as(other, () => get(`/recordings/${recording.id}/looks`))).statusCode).toBe(403);
    const narrowed = aPerson({ ...OFFICER, tasks: new Set(['find-footage', 'show-footage'] as const) });
    expect((await as(narrowed, () => get(`/recordings/${recording.id}/looks`))).statusCode).toBe(403);
    expect((await as(AUDITOR, () => get(`/recordings/${recording.id}/looks`))).statusCode).toBe(200);
    expect(await audit(`outcome=refused&recording=${recording.id}`)).toHaveLength(2);
  });
});

describe('pictures of a page', () => {
  it('are one entry for all of them, found by each; what may not be seen is left out', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => station.addRecording(randomBytes(20))));
    const ids = [recording.id, ...others.map(({ id }) => id)];
    asks = OFFICER;
    const shown = await jsonOf(await post('/looks/thumbnails', { recordings: [...ids, 'rec-unknown'], kind: 'poster', case: 'A-1' }));
    expect(shown).toMatchObject({ recordings: ids, seconds: 600 });
    asks = AUDITOR;
    for (const id of ids)
      expect((await audit(`recording=${id}&type=thumbnails.shown`)).map(({ much }) => much.look)).toEqual([shown['look']]);
    expect((await audit('case=A-1&type=thumbnails.shown'))[0]?.what.caseTitle).toBeNull();
    expect((await audit('case=A-1&type=thumbnails.shown'))[0]?.now.caseTitle).toBe('Title now');
  });

  it('are covered for whoever asked for them, and for nobody else', async () => {
    const { looks } = station.deps;
    const viewer = (id: string) => ({
      ...{ actor: { kind: 'user' as const, id, via: null, session: null }, user: id, name: null, roles: [], officer: null, unit: null },
      ...{ address: '10.0.0.1', agent: null, knownBy: null, requestId: null },
    });
    looks.cover(viewer('usr-1'), { look: 'lok-9', kind: 'poster', recordings: ['rec-1'] });
    expect(looks.coveredBy(viewer('usr-1'), 'poster', 'rec-1')).toBe('lok-9');
    expect(looks.coveredBy(viewer('usr-2'), 'poster', 'rec-1')).toBeNull();
    expect(looks.coveredBy({ ...viewer('usr-1'), address: '10.0.0.2' }, 'poster', 'rec-1')).toBeNull();
    expect(looks.coveredBy(viewer('usr-1'), 'playable', 'rec-1')).toBeNull();
    expect(looks.coveredBy(viewer('usr-1'), 'poster', 'rec-2')).toBeNull();
  });
});

describe('an export', () => {
  it('is CSV that a spreadsheet shows and does not carry out, in the order asked for, with its own entry', async () => {
    asks = AUDITOR;
    const answer = await get(`/audit/export?recording=${recording.id}&order=oldest&lang=zh-CN`);
    expect(answer.headers['content-type']).toContain('text/csv');
    const csv = (await buffer(answer)).toString();
    expect(csv.codePointAt(0)).toBe(0xfeff);
    const [titles = [], ...rows] = parse(csv, { bom: true }) as string[][];
    expect(titles[0]).toBe('序号');
    const name = titles.indexOf('当时姓名');
    expect(rows.map((row) => row[name])).toContain("'=cmd|Wang");
    const [known, request] = [titles.indexOf('登录方式'), titles.indexOf('HTTP 请求编号')];
    expect(rows.find((row) => row[name] === "'=cmd|Wang" && row[request] !== '')?.[known]).toBe('oidc+totp');
    const seqs = rows.map(([seq]) => Number(seq));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(rows.every((row) => row.length === titles.length)).toBe(true);
    const [own] = await audit('type=list.exported');
    expect(own).toMatchObject({ who: { person: 'usr-audit' }, what: { asked: expect.stringContaining(`recording=${recording.id}`) } });
  });

  it('is JSON, one object a line, of at most so many lines', async () => {
    asks = AUDITOR;
    const lines = (await text(await get('/audit/export?format=jsonl&rows=3'))).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const whole = (await jsonOf(await get('/audit?limit=1000')))['items'] as AuditLineAnswer[];
    expect(whole.map(({ seq }) => seq)).toContain((JSON.parse(lines[0] ?? '') as AuditLineAnswer).seq);
  });
});

it('goes on behind an entry, so that the log can be followed', async () => {
  asks = AUDITOR;
  const [newest] = await audit('limit=1&case=A-1');
  await as(OFFICER, () => get(`/recordings?case=A-1`));
  asks = AUDITOR;
  const more = await audit(`order=oldest&after=${newest?.seq}&type=search.made`);
  expect(more.map(({ who, what }) => [who.person, what.asked])).toEqual([['usr-wang', 'case=A-1']]);
});

describe('a right that ends while bytes go out', () => {
  const refuse = (): void => {
    allows = false;
  };
  const signOut = (): void => {
    asks = aPerson({ kind: 'nobody', id: null });
  };
  const hang = (): void => {
    hangs = true;
  };
  /** Asks for the whole and reads nothing of it: most of it waits in the station. `cut`: resolves when the station has closed the connection. */
  const begun = async (id: string, part = 'playback'): Promise<{ answer: IncomingMessage; cut: Promise<number> }> => {
    const from = performance.now();
    const cut = new Promise<number>((resolve) => {
      app.server.once('connection', (socket: Socket) => socket.once('close', () => resolve(performance.now() - from)));
    });
    const answer = await get(`/recordings/${id}/${part}`);
    expect(answer.statusCode).toBe(200);
    answer.once('error', () => undefined);
    return { answer: answer.pause(), cut };
  };

  it.each([
    ['the gate refuses', 5000, refuse],
    ['the session ended', 5000, signOut],
    ['nobody can say', 5000, hang],
    [
      'its grant ends, and the bell rings',
      1000,
      () => {
        allows = false;
        station.deps.callUps.bell.ring([{ grant: 'grt-1', user: 'usr-wang', why: 'revoked' }]);
      },
    ],
  ] as const)(
    'cuts the stream in time: %s',
    async (_, withinMs, ends) => {
      allows = true;
      hangs = false;
      asks = OFFICER;
      const { id } = await station.addRecording(randomBytes(24 * 1024 * 1024), { officerId: '041234' });
      const { answer, cut } = await begun(id);
      ends();
      expect(await cut).toBeLessThan(withinMs);
      expect(answer.complete).toBe(false);
      answer.destroy();
      allows = true;
      hangs = false;
      await (station.deps.looks as unknown as { turn(): Promise<void> }).turn();
      const entries = await station.ledger.custody.of(about(id));
      const seen = entries.flatMap((entry) => RecordingSeen.parse(entry)?.data ?? []);
      expect(seen.map(({ ended }) => ended)).toEqual(['revoked']);
      expect(seen[0]?.bytes).toBeLessThan(24 * 1024 * 1024);
    },
    20_000,
  );

  /** A recording with a picture so large that most of it waits in the station. */
  const pictured = async (): Promise<{ readonly id: string; readonly picture: Buffer }> => {
    const { id } = await station.addRecording(randomBytes(50), { officerId: '041234' });
    const picture = randomBytes(24 * 1024 * 1024);
    const vaultKey = derivativeKey(id, 2, 'poster.jpg');
    const file = join(station.directory, 'vault', vaultKey);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
    const poster = { kind: 'poster', recipe: 'poster/1', mediaType: 'image/jpeg', vaultKey, bytes: picture.length } as const;
    await station.ledger.transaction(async (writer) => {
      await writer.recordings.upsertDerivative(aDerivative(id, { ...poster, sha256: sha256Hex(picture) }));
      await writer.custody.append(aCaseDraft('A-1'));
    });
    return { id, picture };
  };
  const pictures = async (look: unknown) => {
    await (station.deps.looks as unknown as { close(): Promise<void> }).close();
    const { entries } = await station.ledger.looks.answer({ look: String(look) }, { limit: 9, order: 'oldest' });
    return entries.filter(({ type }) => type === 'thumbnails.seen');
  };

  it('counts the pictures of a page that were sent, and cuts them too', async () => {
    allows = true;
    asks = OFFICER;
    const { id, picture } = await pictured();
    const shown = await jsonOf(await post('/looks/thumbnails', { recordings: [id], kind: 'poster' }));
    const whole = await get(`/recordings/${id}/derivatives/poster`);
    expect(whole.headers['x-evidock-look']).toBe(shown['look']);
    expect(Buffer.compare(await buffer(whole), picture)).toBe(0);
    const [first] = await pictures(shown['look']);
    expect(first).toMatchObject({
      data: { pictures: 1, bytes: picture.length, requests: 1, cut: 0, user: 'usr-wang' },
      lists: { recordings: [id] },
    });
    const { answer, cut } = await begun(id, 'derivatives/poster');
    allows = false;
    station.deps.callUps.bell.ring([{ grant: 'grt-1', user: 'usr-wang', why: 'revoked' }]);
    expect(await cut).toBeLessThan(1000);
    expect(answer.complete).toBe(false);
    answer.destroy();
    const [, second] = await pictures(shown['look']);
    expect(second?.data).toMatchObject({ pictures: 1, requests: 2, cut: 1 });
    expect(Number(second?.data['bytes'])).toBeLessThan(2 * picture.length);
    // Nothing more of it is sent, and with a new right only after a new entry.
    expect((await get(`/recordings/${id}/derivatives/poster`)).statusCode).toBe(404);
    allows = true;
    const anew = await get(`/recordings/${id}/derivatives/poster`, { range: 'bytes=0-9' });
    expect([anew.statusCode, anew.headers['x-evidock-look'] === shown['look']]).toEqual([206, false]);
    await buffer(anew);
  }, 20_000);
});
