/*
 * Goal: whoever downloads a film over the network gets a copy that shows who they are, and the log tells of it before the first byte and how it ended; few are made at
 * once, and none for somebody who may not have it any more. Method: the server over real sockets with the real ledger, vault and ffmpeg; people are the test's own.
 */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { FfmpegMarkedCopies } from '#adapters/ffmpeg/marked-copies';
import { MarkPlaces } from '#desk/marked/places';
import { sha256Hex } from '#domain/canonical-json';
import { RecordingSeen } from '#domain/custody/look-entries';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { auditLine } from '#domain/look/audit-line';
import type { Principal } from '#serve/principal';
import { buildServer, listenOnSocket } from '#serve/server';
import { aUser } from '#test/support/builders';
import { about, aCaseDraft } from '#test/support/custody';
import { temporaryDirectory } from '#test/support/evidock';
import { jsonOf, send } from '#test/support/http/http-ways';
import { differing, framesOf, makersOf, noisyFilm, plainFilm, RATE } from '#test/support/media/marked-films';
import { ALLOWS_ALL, aPerson } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
const HOSTILE = `王'; drawtext=text=%{pts}\\:x=0,hflip[x]\n😀`;
/** Account and session of who asks are of their name, so that their ffmpeg is known by its arguments. */
const PEOPLE: Readonly<Record<string, string>> = { liming: '李明', wangwu: '王五', zhaoliu: '赵六', mallory: HOSTILE };

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: ServedStation;
let network: FastifyInstance;
let control: FastifyInstance;
let film: Awaited<ReturnType<ServedStation['addRecording']>>;
let noise: Awaited<ReturnType<ServedStation['addRecording']>>;
let allows = true;
const open = new Set<IncomingMessage>();

function personOf(name: string): Principal {
  const id = `usr-${name}`;
  return aPerson({ id, name: PEOPLE[name] ?? name, asker: { id, roles: [], officer: null, unit: null }, session: `ssn-of-${name}` });
}

beforeAll(async () => {
  home = await temporaryDirectory();
  const scratch = new LocalScratch(join(home.path, 'scratch'));
  station = await servedStation({ marked: { copies: new FfmpegMarkedCopies({ settings: SETTINGS, scratch }), places: new MarkPlaces() } });
  await station.ledger.transaction(async (writer) => {
    for (const [account, name] of Object.entries(PEOPLE)) await writer.people.upsertUser(aUser({ id: `usr-${account}`, account, name }));
    await writer.custody.append(aCaseDraft('A-1'));
  });
  await plainFilm(join(home.path, 'film.mp4'), 'gray', 12);
  await noisyFilm(join(home.path, 'noise.mp4'), 40);
  film = await station.addRecording(Buffer.from('the original'), {}, await readFile(join(home.path, 'film.mp4')));
  noise = await station.addRecording(Buffer.from('another one'), {}, await readFile(join(home.path, 'noise.mp4')));
  const gatekeeper = {
    ...ALLOWS_ALL,
    decideFor: async (...given: Parameters<typeof ALLOWS_ALL.decideFor>) => ({
      ...(await ALLOWS_ALL.decideFor(...given)),
      ...{ effect: allows ? ('allow' as const) : ('refuse' as const), grants: ['grt-1'] },
    }),
  };
  const principalOf = async ({ headers, id }: { headers: Record<string, unknown>; id: string }) => ({
    ...personOf(String(headers['x-person'])),
    requestId: id,
  });
  network = buildServer({ deps: station.deps, way: 'network', gatekeeper, principalOf });
  await network.listen({ host: '127.0.0.1', port: 0 });
  control = buildServer({ deps: station.deps, way: 'socket' });
  await listenOnSocket(control, join(home.path, 'control.sock'));
}, 120_000);
afterAll(async () => {
  await network.close();
  await control.close();
  await station.close();
  await home.remove();
});
afterEach(async () => {
  for (const answer of open) answer.destroy();
  open.clear();
  allows = true;
  // The marks hold the end of a session's id, which is the end of the account.
  await expect.poll(async () => (await Promise.all(Object.keys(PEOPLE).map(makersFor))).flat()).toEqual([]);
});

const makersFor = (name: string) => makersOf(` · ${name} · `);
const copyOf = ({ id }: { id: string }) => `/api/v1/recordings/${id}/derivatives/playable`;
async function ask(name: string, path: string, method = 'GET'): Promise<IncomingMessage> {
  const { port } = network.server.address() as AddressInfo;
  const answer = await send({ host: '127.0.0.1', port, path, method, headers: { 'x-person': name } });
  answer.on('error', () => undefined);
  open.add(answer);
  return answer;
}
/** Begins a download that is not read on. */
async function begun(name: string): Promise<IncomingMessage> {
  const answer = await ask(name, copyOf(noise));
  expect(answer.statusCode).toBe(200);
  await new Promise((resolve) => answer.once('readable', resolve));
  return answer;
}
async function looksAt({ id }: { id: string }, look: unknown) {
  await (station.deps.looks as unknown as { turn(): Promise<void> }).turn();
  const entries = await station.ledger.custody.of(about(id));
  return {
    viewed: entries.flatMap((entry) => RecordingViewed.parse(entry) ?? []).filter(({ data }) => data.look?.id === look),
    seen: entries.flatMap((entry) => RecordingSeen.parse(entry) ?? []).filter(({ data }) => data.look === look),
  };
}

describe('a download over the network', () => {
  it.each(['liming', 'mallory'])('by %s shows who took it, and the log knows the copy by its digest', async (name) => {
    const answer = await ask(name, copyOf(film));
    const look = answer.headers['x-evidock-look'];
    const chunks: Buffer[] = [];
    const ended = new Promise((resolve) => answer.once('end', resolve));
    answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
    await new Promise((resolve) => answer.once('data', resolve));
    // Its first byte has come: an entry that is written after this would be too late.
    const { viewed, seen } = await looksAt(film, look);
    expect(viewed).toHaveLength(1);
    expect(seen.filter(({ data }) => data.ended !== null)).toEqual([]);
    const [plain] = await station.ledger.recordings.derivatives(film.id);
    expect(viewed[0]?.data).toMatchObject({
      what: 'playable',
      marked: 'mark/1',
      range: null,
      look: { sha256: plain?.sha256, user: `usr-${name}` },
    });
    const mark = viewed[0]?.personal.mark ?? '';
    const shown = (PEOPLE[name] ?? '').replace('\n', ' ');
    expect(mark).toBe(`${shown} · ${name} · 2026-06-20 16:00:00 · ${`ssn-of-${name}`.slice(-6)}`);
    await ended;
    const copy = Buffer.concat(chunks);
    expect(answer.headers).toMatchObject({
      ...{ 'content-type': 'video/mp4', 'accept-ranges': 'none' },
      'content-disposition': `attachment; filename="${film.id}-playable-marked.mp4"`,
    });
    expect([answer.headers['content-length'], answer.headers['etag'], answer.headers['x-evidock-sha256']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await expect
      .poll(async () => (await looksAt(film, look)).seen.at(-1)?.data)
      .toMatchObject({
        ...{ bytes: copy.length, itemBytes: film.playable.length, played: null, ended: 'sent', requests: 1 },
        copy: { recipe: 'mark/1', whole: true, sha256: sha256Hex(copy) },
      });
    // What an auditor searches the export of the log for.
    expect((await looksAt(film, look)).seen.map((entry) => auditLine(entry as never).what.sha256)).toContain(sha256Hex(copy));
    const path = join(home.path, `${name}.mp4`);
    await writeFile(path, copy);
    const numbers = [2 * RATE, 10 * RATE];
    const [before, after] = [await framesOf(join(home.path, 'film.mp4'), numbers), await framesOf(path, numbers)];
    const [one, two] = after.map((frame, at) => differing(frame, before[at] ?? Buffer.alloc(0)));
    expect(one?.count).toBeGreaterThan(300);
    expect((two?.top ?? 0) - (one?.bottom ?? 0)).toBeGreaterThan(0);
  });

  it('is a look of its own each time, and has no ranges', async () => {
    const looks: unknown[] = [];
    for (const _ of [1, 2]) {
      const answer = await ask('liming', copyOf(film));
      expect(answer.statusCode).toBe(200);
      await buffer(answer);
      // Who has the whole of one may ask for the next at once.
      looks.push(answer.headers['x-evidock-look']);
    }
    expect(new Set(looks).size).toBe(2);
  });

  it('leaves no entry where it is asked for its head, and goes plain over the control socket, as the original does both ways', async () => {
    const { length } = await station.ledger.custody.of(about(film.id));
    const head = await ask('liming', copyOf(film), 'HEAD');
    expect([head.statusCode, (await buffer(head)).length]).toEqual([200, 0]);
    expect(await station.ledger.custody.of(about(film.id))).toHaveLength(length);
    const plain = await send({ socketPath: join(home.path, 'control.sock'), path: copyOf(film) });
    expect((await buffer(plain)).equals(film.playable)).toBe(true);
    const original = await ask('liming', `/api/v1/recordings/${film.id}/originals/1`);
    expect(original.headers['x-evidock-sha256']).toBe(sha256Hex(Buffer.from('the original')));
    expect((await buffer(original)).toString()).toBe('the original');
  });

  it('is cut, and made no more, within a second when the right to it ends', async () => {
    const answer = await begun('liming');
    const ended = new Promise((resolve) => answer.once('close', resolve));
    expect(await makersFor('liming')).toHaveLength(1);
    allows = false;
    const beginning = performance.now();
    station.deps.callUps.bell.ring([{ grant: 'grt-1', user: 'usr-liming', why: 'revoked' }]);
    await expect.poll(() => makersFor('liming'), { interval: 20 }).toEqual([]);
    expect(performance.now() - beginning).toBeLessThan(1500);
    const hash = createHash('sha256');
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    await ended;
    expect(answer.complete).toBe(false);
    const { seen } = await looksAt(noise, answer.headers['x-evidock-look']);
    expect(seen.at(-1)?.data).toMatchObject({ ended: 'revoked', copy: { whole: false, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(seen.at(-1)?.data.bytes).toBeGreaterThanOrEqual(bytes);
  });

  it('is made no more within a second when whoever asked has gone', async () => {
    const answer = await begun('liming');
    const beginning = performance.now();
    answer.destroy();
    await expect.poll(() => makersFor('liming'), { interval: 20 }).toEqual([]);
    expect(performance.now() - beginning).toBeLessThan(1500);
    await expect
      .poll(async () => (await looksAt(noise, answer.headers['x-evidock-look'])).seen.at(-1)?.data)
      .toMatchObject({
        ended: 'broken',
        copy: { whole: false },
      });
  });

  it('is refused while two others are made, and a second one of one person always', async () => {
    const one = await begun('liming');
    const own = await ask('liming', copyOf(film));
    expect([own.statusCode, own.headers['retry-after']]).toEqual([503, '30']);
    expect(await jsonOf(own)).toMatchObject({ code: 'request.too-many', reason: { code: 'marking-yours' } });
    await begun('wangwu');
    const third = await ask('zhaoliu', copyOf(film));
    expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '30']);
    expect(await jsonOf(third)).toMatchObject({ code: 'request.too-many', reason: { code: 'marking-many', params: { limit: 2 } } });
    const head = await ask('zhaoliu', copyOf(film), 'HEAD');
    expect([head.statusCode, head.headers['retry-after']]).toEqual([503, '30']);
    one.destroy();
    await expect
      .poll(async () => {
        const answer = await ask('zhaoliu', copyOf(film));
        await buffer(answer);
        return answer.statusCode;
      })
      .toBe(200);
  });

  it('that cannot be made is a problem, and gives its place back', async () => {
    const broken = await station.addRecording(Buffer.from('x'), {}, Buffer.alloc(200_000, 7));
    for (const _ of [1, 2, 3]) {
      const answer = await ask('liming', copyOf(broken));
      expect([answer.statusCode, (await jsonOf(answer))['code']]).toEqual([500, 'transcoder.failed']);
    }
  });
});
