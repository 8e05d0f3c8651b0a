/*
 * Goal: footage goes out byte by byte right, and never before the look is on record.
 * Method: the server over real sockets, with the real ledger and vault.
 */
import { randomBytes } from 'node:crypto';
import { chmod, rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '#domain/canonical-json';
import { actorText } from '#domain/custody/actor';
import { about } from '#test/support/custody';
import { type HttpWays, httpWays, jsonOf } from '#test/support/http/http-ways';
import { openTo } from '#test/support/principals';
import { onRecord, type ServedStation } from '#test/support/served-station';
import { buildServer } from './server.ts';

let ways: HttpWays;
let station: ServedStation;
const overTcp: HttpWays['overTcp'] = (path, options) => ways.overTcp(path, options);
const overSocket: HttpWays['overSocket'] = (path, options) => ways.overSocket(path, options);
const content = randomBytes(3 * 1024 * 1024 + 17);
let recording: { id: string; playable: Uint8Array };
const looks = async (id: string) => (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'recording.viewed');

describe('playback', () => {
  beforeAll(async () => {
    ways = await httpWays();
    ({ station } = ways);
    recording = await station.addRecording(content);
  });

  afterAll(() => ways.close());

  const path = () => `/api/v1/recordings/${recording.id}/playback`;

  it('gives the whole, and every kind of range, byte by byte', async () => {
    const whole = await overTcp(path());
    expect(whole.statusCode).toBe(200);
    expect(whole.headers).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'content-length': String(recording.playable.length),
    });
    expect(Buffer.compare(await buffer(whole), Buffer.from(recording.playable))).toBe(0);
    const total = recording.playable.length;
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=1048570-1048590', 1_048_570, 1_048_591],
      [`bytes=${total - 1}-`, total - 1, total],
      ['bytes=-300', total - 300, total],
    ] as const) {
      const part = await overTcp(path(), { headers: { range } });
      expect(part.statusCode, range).toBe(206);
      expect(part.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${total}`);
      expect(Buffer.compare(await buffer(part), Buffer.from(recording.playable).subarray(start, end)), range).toBe(0);
    }
  });

  it('refuses a range beyond the end, and gives the whole where the version is another', async () => {
    const beyond = await overTcp(path(), { headers: { range: 'bytes=99999999-' } });
    expect(beyond.statusCode).toBe(416);
    expect(beyond.headers['content-range']).toBe(`bytes */${recording.playable.length}`);
    beyond.destroy();
    const other = await overTcp(path(), { headers: { range: 'bytes=0-9', 'if-range': '"other"' } });
    expect(other.statusCode).toBe(200);
    other.destroy();
  });

  it('answers HEAD with the same headers, no byte and no look', async () => {
    const { id } = await station.addRecording(randomBytes(50));
    const head = await overTcp(`/api/v1/recordings/${id}/playback`, { method: 'HEAD' });
    expect(head.statusCode).toBe(200);
    expect(head.headers['content-length']).toBe('59');
    expect((await buffer(head)).length).toBe(0);
    expect(await looks(id)).toEqual([]);
  });

  it('gives originals as they are sealed, under the actor of the socket', async () => {
    const response = await overSocket(`/api/v1/recordings/${recording.id}/originals/1`, { headers: { 'x-evidock-actor': 'cli:wang' } });
    expect(response.headers['x-evidock-sha256']).toBe(sha256Hex(content));
    expect(Buffer.compare(await buffer(response), content)).toBe(0);
    const [entry] = (await looks(recording.id)).filter(({ actor }) => actorText(actor) === 'cli:wang');
    expect(entry?.data).toMatchObject({
      what: 'original 1',
      from: 'vault',
      range: null,
      look: { rule: 'break-glass', policy: null, user: null, knownBy: 'control-socket', requestId: response.headers['x-request-id'] },
    });
  });

  it('does not let a visitor of the TCP port choose a name', async () => {
    const { id } = await station.addRecording(randomBytes(10));
    await buffer(await overTcp(`/api/v1/recordings/${id}/playback`, { headers: { 'x-evidock-actor': 'cli:root' } }));
    expect((await looks(id)).map(({ actor }) => actorText(actor))).toEqual(['user:usr-wang']);
  });

  it('counts the ranges of one film as one look', async () => {
    const { id } = await station.addRecording(randomBytes(1000));
    const ranges = ['bytes=0-99', 'bytes=100-199', 'bytes=200-'];
    await Promise.all(ranges.map(async (range) => buffer(await overTcp(`/api/v1/recordings/${id}/playback`, { headers: { range } }))));
    await buffer(await overTcp(`/api/v1/recordings/${id}/originals/1`));
    expect((await looks(id)).map(({ data }) => data['what']).sort()).toEqual(['original 1', 'playable']);
  });

  it('has the look on record although the client hangs up at once', async () => {
    const { id } = await station.addRecording(randomBytes(2 * 1024 * 1024));
    const socket = connect(ways.port, '127.0.0.1');
    socket.write(`GET /api/v1/recordings/${id}/playback HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    // A byte has come: an entry that is written after this would be too late.
    expect(await looks(id)).toHaveLength(1);
    socket.destroy();
  });

  it('shows nothing when the look cannot be put on record', async () => {
    const broken = {
      ...station.deps,
      ledger: Object.assign(Object.create(station.ledger), { transaction: () => Promise.reject(new Error('disk')) }),
    };
    const app = buildServer({ deps: { ...broken, ...onRecord(broken.ledger, station.clock) }, way: 'network', ...openTo() });
    const response = await app.inject({ url: path(), headers: { host: 'localhost' } });
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'station.internal' });
    expect(response.rawPayload.includes(Buffer.from('playable '))).toBe(false);
    await app.close();
  });

  it('names what is missing', async () => {
    const { id, key } = await station.addRecording(randomBytes(10));
    const file = join(station.directory, 'vault', key);
    await rename(file, `${file}.away`);
    expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/originals/1`))).toMatchObject({ code: 'vault.missing', detail: key });
    await rename(`${file}.away`, file);
    expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/originals/2`))).toMatchObject({ code: 'request.not-found' });
    expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/derivatives/poster`))).toMatchObject({ code: 'request.not-found' });
    expect(await jsonOf(await overTcp(`/api/v1/recordings/${id}/playback?from=archive`))).toMatchObject({ code: 'request.invalid' });
    expect(await looks(id)).toEqual([]);
    await chmod(file, 0o440);
  });
});
