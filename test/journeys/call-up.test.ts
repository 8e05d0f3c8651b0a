/*
 * Goal: an auditor and an officer ask for footage by case number over HTTP, a reviewer grants, the footage plays by range from vault and from S3, and a revocation cuts
 * what plays. Method: the real server on a TCP port, the policy that comes with the software, a real film, a real S3 server; the bearer names the person, because
 * signing in is another journey.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CalledUpAnswer, NoticeAnswer, RequestAnswer } from '#api/call-ups';
import type { PageAnswer } from '#api/common';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import { CallUpKeeper } from '#desk/call-up/keeper';
import { subject } from '#domain/custody/subject';
import { buildServer } from '#serve/server';
import { archiveOn, clientOf, type S3Server } from '#test/support/archive/s3-server';
import { startS3rver } from '#test/support/archive/s3rver';
import { aCaseDraft } from '#test/support/custody';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { temporaryDirectory } from '#test/support/evidock';
import { CASE, type CallUpStation, callUpStation, type PersonName } from '#test/support/people/call-up-station';
import { signedInAs } from '#test/support/principals';

/** So much that no buffer on the way holds it all. */
const PADDING = 48 * 1024 * 1024;
/** The rule is 5 s. The bell of the grant is heard at once; without it the right would be asked for again after 3 s. */
const CUT_MS_MAX = 5000;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let s3: S3Server;
let station: CallUpStation;
let app: FastifyInstance;
let keeper: CallUpKeeper;
let film: Buffer;
let recording: string;

/** A film of two seconds, and behind it a box that players skip. */
async function makeFilm(): Promise<Buffer> {
  const file = join(home.path, 'film.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine', '-t', '2'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-movflags', '+faststart'];
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...source, ...codec, file], { timeout: 60_000 });
  const free = Buffer.alloc(PADDING);
  free.writeUInt32BE(PADDING);
  free.write('free', 4);
  return Buffer.concat([await readFile(file), free]);
}

beforeAll(async () => {
  [home, s3] = [await temporaryDirectory(), await startS3rver()];
  film = await makeFilm();
  let archive: ReturnType<typeof archiveOn> | null = null;
  station = await callUpStation();
  archive = archiveOn(s3, station.ledger.uploads);
  const deps = { ...station.deps, archive, archived: checkedCopies(station.deps, archive) };
  // A person is known by the name in the bearer, as they are on record now.
  const whoIs: ReturnType<typeof stationGatekeeper>['whoIs'] = async ({ bearer }) => {
    const user = await station.ledger.people.user(`usr-${bearer?.replace('evd_', '')}`);
    if (user?.state !== 'active') return null;
    return signedInAs(user, 'ssn-1');
  };
  app = buildServer({ deps, way: 'network', gatekeeper: { ...stationGatekeeper(deps), whoIs } });
  await app.listen({ host: '127.0.0.1', port: 0 });
  keeper = new CallUpKeeper({ deps, failed: (error) => expect.fail(String(error)) });
  await keeper.start();
  recording = (await station.addRecording(film, { officerId: '041235', officerSource: 'file-name' }, film)).id;
  const [playable] = (await station.ledger.recordings.detail(recording))?.derivatives ?? [];
  const Key = `test/${playable?.vaultKey}`;
  await clientOf(s3).send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: film }));
  await station.ledger.transaction(async (writer) => {
    await writer.recordings.addCase(recording, CASE);
    await writer.custody.append(aCaseDraft(CASE));
  });
}, 120_000);

afterAll(async () => {
  await keeper?.stop();
  await app?.close();
  await station?.close();
  await s3?.stop();
  await home?.remove();
});

function send(
  who: PersonName,
  method: string,
  path: string,
  { body, range }: { body?: object; range?: string } = {},
): Promise<IncomingMessage> {
  const { port } = app.server.address() as AddressInfo;
  const headers = {
    authorization: `Bearer evd_${who}`,
    ...(range === undefined ? {} : { range }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, method, path: `/api/v1${path}`, headers }, resolve);
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function ask<T>(who: PersonName, method: string, path: string, body?: object): Promise<T> {
  const answer = await send(who, method, path, body === undefined ? {} : { body });
  const text = (await buffer(answer)).toString();
  expect(answer.statusCode, text).toBeLessThan(300);
  return JSON.parse(text) as T;
}

const until = () => new Date(station.clock.nowMs() + 24 * 3_600_000).toISOString();
const asks = (fields: object = {}) => ({ case: CASE, actions: ['look', 'hear'], purpose: 'case-handling', until: until(), ...fields });
const playback = (query = '') => `/recordings/${recording}/playback${query}`;

/** The first picture, decoded from the first bytes. */
async function firstFrame(bytes: Buffer): Promise<number> {
  const [file, picture] = [join(home.path, 'part.mp4'), join(home.path, 'frame.png')];
  await writeFile(file, bytes);
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', file, '-frames:v', '1', picture], { timeout: 30_000 });
  return (await readFile(picture)).length;
}

it('an auditor asks by case number and sees the first frame at once', { timeout: 60_000 }, async () => {
  expect((await send('auditor', 'GET', playback())).statusCode).toBe(403);
  const begun = performance.now();
  const { request, grant } = await ask<CalledUpAnswer>('auditor', 'POST', '/requests', asks({ purpose: 'supervision' }));
  expect(request.state).toBe('by-rule');
  const answer = await send('auditor', 'GET', playback(), { range: 'bytes=0-1048575' });
  const bytes = await buffer(answer);
  const elapsedMs = Math.round(performance.now() - begun);
  expect(answer.statusCode).toBe(206);
  expect(Buffer.compare(bytes, film.subarray(0, 1_048_576))).toBe(0);
  expect(await firstFrame(bytes)).toBeGreaterThan(1000);
  // The mark is 2 s; a busy machine may be slower, so it is only printed.
  console.log(`request to first frame: ${elapsedMs} ms`);
  const [look] = (await station.ledger.custody.of(subject('recording', recording))).filter(({ type }) => type === 'recording.viewed');
  expect(JSON.stringify(look?.data)).toContain(grant?.id);
});

it('an officer waits for the head of the owning unit, then plays from vault and from S3 until the grant is revoked', {
  timeout: 60_000,
}, async () => {
  const { request } = await ask<CalledUpAnswer>('asker', 'POST', '/requests', asks());
  expect(request.state).toBe('asked');
  expect((await send('asker', 'GET', playback(), { range: 'bytes=0-99' })).statusCode).toBe(404);
  const { items: notices } = await ask<PageAnswer<NoticeAnswer>>('otherHead', 'GET', '/notices?unread=true');
  expect(notices.map(({ kind, request: about }) => [kind, about])).toEqual([['request-waits', request.id]]);
  // Neither a reviewer of another unit nor a colleague sees that there is such a request.
  for (const who of ['head', 'colleague'] as const) {
    expect((await send(who, 'GET', `/requests/${request.id}`)).statusCode).toBe(404);
    expect((await ask<PageAnswer<RequestAnswer>>(who, 'GET', '/requests')).items).toEqual([]);
  }
  const { grant } = await ask<CalledUpAnswer>('otherHead', 'POST', `/requests/${request.id}/decision`, { decision: 'approve' });
  for (const query of ['', '?from=archive']) {
    const answer = await send('asker', 'GET', playback(query), { range: 'bytes=1000-70999' });
    expect(answer.statusCode, query).toBe(206);
    expect(Buffer.compare(await buffer(answer), film.subarray(1000, 71_000)), query).toBe(0);
  }
  for (const query of ['', '?from=archive']) {
    const { grant: again } =
      query === ''
        ? { grant }
        : await ask<CalledUpAnswer>('asker', 'POST', '/requests', asks()).then(({ request: { id } }) =>
            ask<CalledUpAnswer>('otherHead', 'POST', `/requests/${id}/decision`, { decision: 'approve' }),
          );
    const playing = await send('asker', 'GET', playback(query));
    expect(playing.statusCode, query).toBe(200);
    let received = 0;
    playing.on('data', (chunk: Buffer) => {
      received += chunk.length;
      // A player that takes what it shows, and no more.
      playing.pause();
      setTimeout(() => playing.resume(), 20).unref();
    });
    const closed = new Promise<number>((resolve) => playing.once('close', () => resolve(performance.now())));
    playing.on('error', () => undefined);
    await expect.poll(() => received, { timeout: 10_000 }).toBeGreaterThan(0);
    const revokedAt = performance.now();
    await ask<CalledUpAnswer>('otherHead', 'POST', `/grants/${again?.id}/revocation`);
    expect((await closed) - revokedAt, query).toBeLessThan(CUT_MS_MAX);
    expect(received, query).toBeLessThan(film.length);
    expect(playing.complete, query).toBe(false);
    expect((await send('asker', 'GET', playback(query), { range: 'bytes=0-99' })).statusCode, query).toBe(404);
  }
});
