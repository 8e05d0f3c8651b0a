/*
 * Goal: both archives keep the one contract, and the S3 one survives what networks and servers do.
 * Method: a real Ceph RGW, directly and through a proxy that refuses, cuts and flips; the disk archive on a real directory.
 */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateMultipartUploadCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeArchiveContract, putOf } from '../../test/contract/archive.ts';
import { temporaryDirectory } from '../../test/support/evidock.ts';
import { FaultyProxy } from '../../test/support/faulty-proxy.ts';
import { type Rgw, startRgw } from '../../test/support/rgw.ts';
import { DiskArchive } from './disk-archive.ts';
import { S3Archive } from './s3-archive/s3-archive.ts';
import { openLedger, type SqliteLedger } from './sqlite-ledger/ledger.ts';
import { TokenBucket } from './token-bucket.ts';

const PART = 5 * 1024 * 1024;
const FREE = new TokenBucket({ bytesPerSecond: 0 });
const faults = { reached: () => undefined };
const clock = { nowMs: () => Date.now() };

let rgw: Rgw;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;

function s3(endpoint: string, prefix: string, more: { secretAccessKey?: string; bucket?: string } = {}): S3Archive {
  const settings = {
    endpoint,
    region: 'us-east-1',
    bucket: rgw.bucket,
    prefix,
    pathStyle: true,
    checksums: 'WHEN_SUPPORTED' as const,
    partBytes: PART,
    partsAtOnce: 2,
    timeoutMs: 5000,
    ...more,
  };
  const { accessKeyId } = rgw;
  const credentials = async () => ({ accessKeyId, secretAccessKey: more.secretAccessKey ?? rgw.secretAccessKey });
  return new S3Archive({ settings, credentials, journal: ledger.uploads, clock, limiter: FREE, faults, stationId: 'test1' });
}

function raw(): S3Client {
  return new S3Client({
    endpoint: rgw.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: rgw.accessKeyId, secretAccessKey: rgw.secretAccessKey },
    forcePathStyle: true,
  });
}

beforeAll(async () => {
  home = await temporaryDirectory();
  rgw = await startRgw();
  ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: 'test1' });
}, 120_000);

afterAll(async () => {
  await ledger?.close();
  await rgw?.stop();
  await home?.remove();
});

describeArchiveContract('s3', PART, async () => {
  const archive = s3(rgw.endpoint, 'contract');
  const client = raw();
  return {
    archive,
    spoil: async (key) => {
      // A server that lies: other bytes of the same length, with the metadata of the true ones.
      const bytes = randomBytes((await archive.head(key))?.bytes ?? 0);
      await client.send(new PutObjectCommand({ Bucket: rgw.bucket, Key: `contract/${key}`, Body: bytes }));
    },
    close: () => archive.close(),
  };
});

describeArchiveContract('disk', PART, async () => {
  const directory = join(home.path, 'archive');
  const archive = new DiskArchive({ directory, limiter: FREE, faults, stationId: 'test1' });
  await archive.open(false);
  return {
    archive,
    spoil: async (key) => {
      const bytes = await readFile(join(directory, key));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await chmod(join(directory, key), 0o600);
      await writeFile(join(directory, key), bytes);
    },
    close: () => archive.close(),
  };
});

describe('disk archive', () => {
  it('does not fill the disk below when its own is not mounted', async () => {
    const directory = join(home.path, 'mount');
    const archive = new DiskArchive({ directory, limiter: FREE, faults, stationId: 'test1' });
    await archive.open(false);
    await archive.put(putOf('2026/06/20/rec-a/o', randomBytes(10)));
    await rm(join(directory, '.evidock-archive'));
    await expect(archive.put(putOf('2026/06/20/rec-a/p', randomBytes(10)))).rejects.toMatchObject({ code: 'archive.unreachable' });
    await archive.close();
  });
});

describe('bandwidth', () => {
  it('is what the limit says on average, and a waiting upload stops when it is told to', async () => {
    const limiter = new TokenBucket({ bytesPerSecond: 100_000 });
    const begun = performance.now();
    for (let part = 0; part < 4; part += 1) await limiter.take(10_000);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
    expect(performance.now() - begun).toBeLessThan(2000);
    const stop = new AbortController();
    const waiting = limiter.take(10_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('s3 archive in trouble', () => {
  it('goes on with the parts that are missing after a cut', async () => {
    const proxy = new FaultyProxy({ target: new URL(rgw.endpoint) });
    await proxy.start();
    const request = putOf('2026/06/20/rec-cut/o', randomBytes(4 * PART));
    const first = s3(proxy.endpoint, 'cut');
    proxy.cutUpAfter(2.6 * PART);
    await expect(first.put(request)).rejects.toMatchObject({ code: 'archive.unreachable' });
    await first.close();
    const journal = await ledger.uploads.load(request.key);
    const kept = journal?.parts.length ?? 0;
    expect(kept).toBeGreaterThanOrEqual(1);
    proxy.reset();
    const second = s3(proxy.endpoint, 'cut');
    await second.put(request);
    expect(proxy.upBytes).toBeLessThan((4 - kept + 0.5) * PART);
    expect(await second.verify(request, { policy: 'readback' })).toBe('readback');
    expect(await ledger.uploads.load(request.key)).toBeNull();
    await second.close();
    await proxy.stop();
  });

  it('has a byte that changes on the way up refused by Content-MD5, and sends it again by itself', async () => {
    const proxy = new FaultyProxy({ target: new URL(rgw.endpoint) });
    await proxy.start();
    const archive = s3(proxy.endpoint, 'flip');
    const request = putOf('2026/06/20/rec-flip/o', randomBytes(200_000));
    proxy.flipUpAt(100_000);
    await archive.put(request);
    expect(proxy.upBytes).toBeGreaterThan(400_000);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
    await archive.close();
    await proxy.stop();
  });

  it('reads once more before it calls the archive wrong for a byte that changed on the way down', async () => {
    const proxy = new FaultyProxy({ target: new URL(rgw.endpoint) });
    await proxy.start();
    const archive = s3(proxy.endpoint, 'flip');
    const request = putOf('2026/06/20/rec-flip-down/o', randomBytes(200_000));
    await archive.put(request);
    proxy.flipDownAt(150_000);
    expect(await archive.verify(request, { policy: 'readback' })).toBe('readback');
    expect(proxy.downBytes).toBeGreaterThan(400_000);
    // It has not lost its trust in the object: the same put again sends nothing.
    proxy.reset();
    await archive.put(request);
    expect(proxy.upBytes).toBeLessThan(10_000);
    await archive.close();
    await proxy.stop();
  });

  it('names what is wrong: nobody there, a wrong key, no such bucket', async () => {
    const request = putOf('2026/06/20/rec-x/o', randomBytes(10));
    const nobody = s3('http://127.0.0.1:9', 'x');
    await expect(nobody.put(request)).rejects.toMatchObject({ code: 'archive.unreachable' });
    const stranger = s3(rgw.endpoint, 'x', { secretAccessKey: 'wrong' });
    await expect(stranger.put(request)).rejects.toMatchObject({ code: 'archive.refused' });
    const nowhere = s3(rgw.endpoint, 'x', { bucket: 'no-such-bucket' });
    await expect(nowhere.put(request)).rejects.toMatchObject({ code: expect.stringMatching(/^archive\.(refused|missing)$/) });
    for (const each of [nobody, stranger, nowhere]) await each.close();
  });

  it('aborts uploads that nobody knows, and leaves those that the journal knows or another station has begun', async () => {
    const client = raw();
    const Bucket = rgw.bucket;
    const keyOf = (station: string) => `2026/06/20/rec-01jyb2k3m4-${station}-0123456789/original-0001.mp4`;
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `lost/${keyOf('test1')}` }));
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `lost/${keyOf('test2')}` }));
    const known = `${keyOf('test1')}.b`;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `lost/${known}` }));
    await ledger.uploads.begin({ key: known, uploadId: UploadId ?? '', partBytes: PART, startedAtMs: Date.now() });
    // RGW's times have whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const archive = s3(rgw.endpoint, 'lost');
    expect(await archive.abortAbandoned(Date.now(), 3600_000)).toBe(1);
    expect(await archive.abortAbandoned(Date.now(), 3600_000)).toBe(0);
    await ledger.uploads.forget(known);
    await archive.close();
  });
});
