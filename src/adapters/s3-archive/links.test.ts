/*
 * Goal: the archive's contract holds on a second server, and on links that stall, crawl, cut, corrupt and refuse. A transfer ends when no byte moves, goes on
 * where it was, and never ends for being slow.
 * Method: s3rver in a process of its own, reached directly and through a proxy that does these things to real connections.
 */

import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { describeArchiveContract, putOf } from '../../../test/contract/archive.ts';
import { archiveOn, clientOf, type S3Server } from '../../../test/support/archive/s3-server.ts';
import { startS3rver } from '../../../test/support/archive/s3rver.ts';
import { temporaryDirectory } from '../../../test/support/evidock.ts';
import { FaultyProxy, type LinkFaults } from '../../../test/support/http/faulty-proxy.ts';
import { openLedger, type SqliteLedger } from '../sqlite-ledger/ledger.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { S3Archive } from './s3-archive.ts';

const MIB = 1024 * 1024;
const PART = 5 * MIB;

let server: S3Server;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;

beforeAll(async () => {
  home = await temporaryDirectory();
  server = await startS3rver();
  ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test1' });
});

afterAll(async () => {
  await ledger?.close();
  await server?.stop();
  await home?.remove();
});

async function spoil(prefix: string, archive: S3Archive, key: string): Promise<void> {
  const client = clientOf(server);
  const bytes = randomBytes((await archive.head({ key }))?.bytes ?? 0);
  await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: `${prefix}/${key}`, Body: bytes }));
  client.destroy();
}

/** s3rver walks directories: `b/d` comes before `b-c` there. */
const partsOf = (archive: S3Archive) => ({ archive, locks: archive.locks, inventory: archive.inventory, listsInOrder: false });

describeArchiveContract('s3rver', PART, async () => {
  const archive = archiveOn(server, ledger.uploads, { prefix: 'plain' });
  return { ...partsOf(archive), spoil: (key) => spoil('plain', archive, key), close: () => archive.close() };
});

const LINKS: readonly [string, LinkFaults][] = [
  ['stalls', { stallDownAfter: 3 * MIB, stallUpAfter: 4 * MIB, stallsMax: 2 }],
  ['is slow', { bytesPerSecond: 8 * MIB, delayMs: 2 }],
  ['is cut', { cutUpAfter: 6 * MIB, cutDownAfter: 4 * MIB }],
  ['corrupts', { flipUpEvery: 130 }],
  ['refuses', { refuseEvery: 3, cutUpAfter: 6 * MIB }],
];

for (const [name, faults] of LINKS) {
  describeArchiveContract(`a link that ${name}`, PART, async () => {
    const proxy = new FaultyProxy({ target: new URL(server.endpoint) });
    await proxy.start();
    proxy.suffer(faults);
    const prefix = name.replaceAll(' ', '-');
    const archive = archiveOn(server, ledger.uploads, { prefix, endpoint: proxy.endpoint, timeoutMs: 1000 });
    return {
      ...partsOf(archive),
      spoil: (key) => spoil(prefix, archive, key),
      close: async () => {
        await archive.close();
        await proxy.stop();
      },
    };
  });
}

describe('one transfer', () => {
  let proxy: FaultyProxy;
  let archive: S3Archive;
  const through = (more: Parameters<typeof archiveOn>[2] = {}) => {
    archive = archiveOn(server, ledger.uploads, { endpoint: proxy.endpoint, timeoutMs: 800, ...more });
    return archive;
  };

  beforeEach(async () => {
    proxy = new FaultyProxy({ target: new URL(server.endpoint) });
    await proxy.start();
  });

  afterEach(async () => {
    await archive.close();
    await proxy.stop();
  });

  it('goes on with a read-back at the byte where its body stalled', async () => {
    const request = putOf('2026/06/20/rec-stall/o', randomBytes(6 * MIB));
    await through().put(request);
    proxy.suffer({ stallDownAfter: 4 * MIB, stallsMax: 1 });
    let moved = 0;
    const begun = performance.now();
    await archive.verify(request, { policy: 'readback', onMoved: () => (moved += 1) });
    expect(performance.now() - begun).toBeGreaterThan(800);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(moved).toBeGreaterThan(1);
    // Only what had not come through the stalled connection was asked for again, not the whole object.
    expect(proxy.downBytes).toBeGreaterThan(6 * MIB);
    expect(proxy.downBytes).toBeLessThan(9 * MIB);
  });

  it('ends a read-back that stalls again and again, and says that no byte moved', async () => {
    const request = putOf('2026/06/20/rec-stalls/o', randomBytes(2 * MIB));
    await through({ timeoutMs: 300 }).put(request);
    proxy.suffer({ stallDownAfter: 100 });
    await expect(archive.verify(request, { policy: 'readback' })).rejects.toMatchObject({
      code: 'archive.unreachable',
      detail: expect.stringMatching(/^no byte moved for 0\.3 s/),
    });
  });

  it('ends an upload that stalls, and goes on with the part that is missing', async () => {
    const request = putOf('2026/06/20/rec-up/o', randomBytes(4 * PART));
    through();
    proxy.suffer({ stallUpAfter: 1.5 * PART, stallsMax: 2 });
    await archive.put(request);
    expect(proxy.upBytes).toBeLessThan(6.5 * PART);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
  });

  it('is not ended by a player that takes nothing for longer than the time-out', async () => {
    const request = putOf('2026/06/20/rec-slow-player/o', randomBytes(4 * MIB));
    await through({ timeoutMs: 300 }).put(request);
    proxy.reset();
    const body = await archive.read(request);
    let read = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (read === 0) await new Promise((resolve) => setTimeout(resolve, 1500));
      read += chunk.length;
    }
    expect(read).toBe(4 * MIB);
    // No byte was asked for twice, so one request was enough.
    expect(proxy.downBytes).toBeLessThan(4.1 * MIB);
  });

  it('counts time without progress, not time: a slow link finishes what takes many times the time-out', async () => {
    const request = putOf('2026/06/20/rec-crawl/o', randomBytes(3_000_000));
    through({ timeoutMs: 1500 });
    // 4 Mb/s with some delay: 6 s. (A relay takes some hundred KB in advance, which no client can see: its last second or two.)
    proxy.suffer({ bytesPerSecond: 512_000, delayMs: 10 });
    let moved = 0;
    const begun = performance.now();
    await archive.put({ ...request, onMoved: () => (moved += 1) });
    expect(performance.now() - begun).toBeGreaterThan(5000);
    expect(moved).toBeGreaterThan(5);
    // Each byte was sent once, so nothing was sent in vain.
    expect(proxy.upBytes).toBeLessThan(3_100_000);
    await archive.close();
    through({ timeoutMs: 500 });
    proxy.suffer({ bytesPerSecond: 1_500_000, delayMs: 10 });
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
    expect(proxy.downBytes).toBeLessThan(3_100_000);
  });

  it('waits longer than the time-out for the answer to a body that was slow, but not for ever', async () => {
    let puts = 0;
    let answerMs = 1500;
    // Answers when it has passed on what it had taken in advance. That the body is slow is the client's own doing: a slow reader would leave it to the kernel
    // how much of the body is acknowledged at once, which is up to all of it where the machine is busy.
    const relay = createServer((asked, answer) => {
      if (asked.method !== 'PUT') {
        answer.writeHead(404).end();
        return;
      }
      puts += 1;
      const md5 = createHash('md5');
      asked.on('data', (chunk: Buffer) => md5.update(chunk));
      asked.on('end', () => setTimeout(() => answer.writeHead(200, { etag: `"${md5.digest('hex')}"` }).end(), answerMs));
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const address = relay.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    through({
      endpoint: `http://127.0.0.1:${port}`,
      partBytes: 10 * MIB,
      timeoutMs: 1000,
      limiter: new TokenBucket({ bytesPerSecond: 2 * MIB }),
    });
    await archive.put(putOf('2026/06/20/rec-relay/o', randomBytes(6 * MIB)));
    expect(puts).toBe(1);
    answerMs = 60_000;
    const stop = new AbortController();
    const begun = performance.now();
    const silent = archive.put({ ...putOf('2026/06/20/rec-relay/p', randomBytes(100_000)), signal: stop.signal });
    await expect.poll(() => puts, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(performance.now() - begun).toBeLessThan(8000);
    stop.abort(new Error('enough'));
    await expect(silent).rejects.toThrow('enough');
    relay.closeAllConnections();
    await new Promise((resolve) => relay.close(resolve));
  });

  it('tells a link that is too slow for its parts, then sends fewer and smaller ones, and gets there', async () => {
    const request = putOf('2026/06/20/rec-narrow/o', randomBytes(14 * MIB));
    through({ partBytes: 10 * MIB, timeoutMs: 400 });
    // Something on the way cuts a connection that has carried 7 MiB, so parts of 10 MiB never get through.
    proxy.suffer({ bytesPerSecond: 12 * MIB, cutUpAfter: 7 * MIB });
    const failures: string[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      const failure: unknown = await archive.put(request).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) break;
      expect(failure).toMatchObject({ code: 'archive.slow' });
      failures.push(failure instanceof Error ? failure.message : '');
    }
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(6);
    expect(failures.at(-1)).toMatch(
      /link too slow for parts of (10\.0|4\.0) MiB: [\d.]+ MiB\/s measured, \d+ min left for this file, going on with 1 part of 5\.0 MiB at a time/,
    );
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
    proxy.suffer({});
    expect(await archive.check()).toEqual(saying(/slow link: [\d.]+ [KM]iB\/s, 1 part of 5\.0 MiB at a time/));
  });

  it('ends the upload with the first part that is too slow, where smaller ones are dared then: the same part is not sent again and again', async () => {
    const request = putOf('2026/06/20/rec-too-slow/o', randomBytes(22 * MIB));
    through({ partBytes: 10 * MIB, timeoutMs: 400 });
    proxy.suffer({ bytesPerSecond: 12 * MIB, cutUpAfter: 7 * MIB });
    await expect(archive.put(request)).rejects.toMatchObject({ code: 'archive.slow' });
    expect(proxy.upBytes).toBeGreaterThan(6 * MIB);
    expect(proxy.upBytes).toBeLessThan(9 * MIB);
    proxy.suffer({ bytesPerSecond: 12 * MIB });
    await archive.put(request);
    // The upload was begun anew in parts of 5 MiB, and each byte was sent once.
    expect(proxy.upBytes).toBeGreaterThan(22 * MIB);
    expect(proxy.upBytes).toBeLessThan(23 * MIB);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
  });

  it('counts the progress of those before it in the line as its own: waiting for its turn is no standstill', async () => {
    through({ partsAtOnce: 1, timeoutMs: 1000 });
    proxy.suffer({ bytesPerSecond: 2 * MIB });
    const first = archive.put(putOf('2026/06/20/rec-line/first', randomBytes(4 * MIB)));
    const told: number[] = [];
    const begun = performance.now();
    const second = archive.put({
      ...putOf('2026/06/20/rec-line/second', randomBytes(1000)),
      onMoved: () => told.push(performance.now() - begun),
    });
    await first;
    const waitedMs = performance.now() - begun;
    await second;
    expect(waitedMs).toBeGreaterThan(700);
    // The request that asks whether the object is there already reports progress at most twice.
    expect(told.filter((atMs) => atMs < waitedMs - 100).length).toBeGreaterThan(2);
  });

  it('keeps to the bandwidth while it moves evenly, and does not call its own waiting a stall', async () => {
    const request = putOf('2026/06/20/rec-limited/o', randomBytes(16_000));
    // A piece every half a second, and no more than 0.3 s without a byte.
    through({ timeoutMs: 300, limiter: new TokenBucket({ bytesPerSecond: 8000 }) });
    const begun = performance.now();
    await archive.put(request);
    expect(performance.now() - begun).toBeGreaterThan(1500);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
  });
});
