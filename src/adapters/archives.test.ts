/*
 * Goal: both archives keep the one contract, and the S3 one survives what networks and servers do.
 * Method: a real Ceph RGW, directly and through a proxy that refuses, cuts and flips; the disk archive on a real directory.
 */

import { randomBytes } from 'node:crypto';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { type ArchiveUnderTest, describeArchiveContract, putOf } from '../../test/contract/archive.ts';
import { type Rgw, startRgw } from '../../test/support/archive/rgw.ts';
import { archiveOn, clientOf } from '../../test/support/archive/s3-server.ts';
import { temporaryDirectory } from '../../test/support/evidock.ts';
import { FaultyProxy } from '../../test/support/http/faulty-proxy.ts';
import { DiskArchive } from './disk/disk-archive.ts';
import { diskInventory } from './disk/disk-inventory.ts';
import { noLocks } from './disk/no-locks.ts';
import { S3Inventory } from './s3-archive/inventory.ts';
import type { S3Archive } from './s3-archive/s3-archive.ts';
import { openLedger, type SqliteLedger } from './sqlite-ledger/ledger.ts';
import { TokenBucket } from './token-bucket.ts';

const PART = 5 * 1024 * 1024;
const FREE = new TokenBucket({ bytesPerSecond: 0 });
const faults = { reached: () => undefined };

let rgw: Rgw;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;

type More = NonNullable<Parameters<typeof archiveOn>[2]>;

function s3(endpoint: string, prefix: string, { secretAccessKey, ...more }: More & { secretAccessKey?: string } = {}): S3Archive {
  const server = secretAccessKey === undefined ? rgw : { ...rgw, secretAccessKey };
  return archiveOn(server, ledger.uploads, { endpoint, prefix, ...more });
}

const raw = () => clientOf(rgw);

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

function overS3(bucket: string, more: More): ArchiveUnderTest {
  const archive = s3(rgw.endpoint, 'contract', { bucket, ...more });
  const client = raw();
  return {
    ...{ archive, locks: archive.locks, inventory: archive.inventory },
    spoil: async (key) => {
      // A server that lies: other bytes of the same length, with the metadata of the true ones.
      const bytes = randomBytes((await archive.head({ key }))?.bytes ?? 0);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `contract/${key}`, Body: bytes }));
    },
    close: () => archive.close(),
  };
}

describeArchiveContract('s3', PART, async () => overS3(rgw.bucket, {}));

describeArchiveContract('s3 with object lock', PART, async () => {
  await raw().send(new CreateBucketCommand({ Bucket: 'contract', ObjectLockEnabledForBucket: true }));
  const under = overS3('contract', { unlocked: 'refused', lockMode: 'GOVERNANCE' });
  expect((await under.locks.probe()).refusal).toBeNull();
  return under;
});

describeArchiveContract('disk', PART, async () => {
  const directory = join(home.path, 'archive');
  const archive = new DiskArchive({ directory, limiter: FREE, faults, stationId: 'test1' });
  await archive.open(false);
  return {
    ...{ archive, locks: noLocks({ nowMs: () => Date.now() }), inventory: diskInventory(directory) },
    spoil: async (key) => {
      const bytes = await readFile(join(directory, key));
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      await chmod(join(directory, key), 0o600);
      await writeFile(join(directory, key), bytes);
    },
    close: () => archive.close(),
  };
});

describe('the list of a bucket that keeps versions', () => {
  it('has every version and marker once, whatever fits into a page', async () => {
    const client = raw();
    const Bucket = 'pages';
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const made: string[] = [];
    for (const Key of ['x/a', 'x/b', 'x/c/d', 'x/e']) {
      for (let n = 0; n < 3; n += 1) made.push(`${Key} ${(await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).VersionId}`);
      if (Key !== 'x/b') made.push(`${Key} ${(await client.send(new DeleteObjectCommand({ Bucket, Key }))).VersionId}`);
    }
    for (const pageMax of [1, 2, 3, 5, 1000]) {
      const inventory = new S3Inventory({ client, bucket: Bucket, prefix: 'x/', versioned: () => true, pageMax });
      const listed: string[] = [];
      for await (const { key, versionId } of inventory.entries('')) listed.push(`x/${key} ${versionId}`);
      expect(listed.toSorted(), `pages of ${pageMax}`).toEqual(made.toSorted());
    }
    client.destroy();
  });
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
    // The archive still trusts the object: the same put again sends nothing.
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
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'lost/evidock-probe/test1' }));
    const known = `${keyOf('test1')}.b`;
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: `lost/${known}` }));
    await ledger.uploads.begin({ key: known, uploadId: UploadId ?? '', partBytes: PART, startedAtMs: Date.now() });
    // RGW's times have whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const archive = s3(rgw.endpoint, 'lost');
    expect(await archive.abortAbandoned(Date.now(), 3600_000)).toBe(2);
    expect(await archive.abortAbandoned(Date.now(), 3600_000)).toBe(0);
    await ledger.uploads.forget({ key: known, uploadId: (await ledger.uploads.load(known))?.uploadId ?? '' });
    await archive.close();
  });
});

describe('the probe', () => {
  it('leaves nothing behind in a bucket that keeps versions, and tells of a lock that keeps it', async () => {
    const client = raw();
    await client.send(new CreateBucketCommand({ Bucket: 'versions' }));
    await client.send(new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration: { Status: 'Enabled' } }));
    const versioned = s3(rgw.endpoint, 'x', { bucket: 'versions' });
    expect(await versioned.check()).toEqual(saying(/^bucket versions at 127\.0\.0\.1:\d+$/));
    const { Versions, DeleteMarkers } = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }));
    expect([Versions ?? [], DeleteMarkers ?? []]).toEqual([[], []]);
    await client.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
    const rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule: rule };
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: 'locked', ObjectLockConfiguration }));
    const locked = s3(rgw.endpoint, 'x', { bucket: 'locked' });
    for (let asked = 0; asked < 3; asked += 1) expect(await locked.check()).toEqual(saying('its object lock keeps the probes too'));
    // Probes do not pile up: one is there that was put whole, and one that was put in parts.
    expect((await client.send(new ListObjectVersionsCommand({ Bucket: 'locked' }))).Versions).toHaveLength(2);
    for (const each of [versioned, locked]) await each.close();
    client.destroy();
  });

  it('tells a bucket that is missing, also where footage is looked for: that is no lost object', async () => {
    const nowhere = s3(rgw.endpoint, 'x', { bucket: 'no-such-bucket' });
    const words = { code: 'archive.refused', detail: expect.stringMatching(/^there is no such bucket \(HTTP 404 NoSuchBucket\)/) };
    await expect(nowhere.check()).rejects.toMatchObject(words);
    await expect(nowhere.head({ key: '2026/06/20/rec-x/o' })).rejects.toMatchObject(words);
    await expect(nowhere.verify(putOf('2026/06/20/rec-x/o', randomBytes(10)), { policy: 'readback' })).rejects.toMatchObject(words);
    await nowhere.close();
  });

  it('takes keys that were changed since without being opened again, and says that old ones are not known', async () => {
    let keys = { accessKeyId: rgw.accessKeyId, secretAccessKey: rgw.secretAccessKey };
    const archive = s3(rgw.endpoint, 'keys', { credentials: async () => keys });
    await archive.check();
    await rgw.admin('key', 'create', '--uid=test', '--key-type=s3', '--access-key=second', '--secret=secondsecret');
    await rgw.admin('key', 'rm', '--uid=test', '--key-type=s3', '--access-key=second');
    await rgw.admin('key', 'create', '--uid=test', '--key-type=s3', '--access-key=third', '--secret=thirdsecret');
    keys = { accessKeyId: 'second', secretAccessKey: 'secondsecret' };
    await expect(archive.check()).rejects.toMatchObject({ code: 'archive.refused', detail: expect.stringContaining('not known there') });
    keys = { accessKeyId: 'third', secretAccessKey: 'thirdsecret' };
    await archive.check();
    await archive.close();
  });

  it('tells a quota that is used up', async () => {
    await rgw.admin('user', 'create', '--uid=poor', '--display-name=poor', '--access-key=poor', '--secret=poorsecret');
    await rgw.admin('quota', 'set', '--quota-scope=user', '--uid=poor', '--max-size=0');
    await rgw.admin('quota', 'enable', '--quota-scope=user', '--uid=poor');
    const keys = { accessKeyId: 'poor', secretAccessKey: 'poorsecret' };
    const client = new S3Client({ endpoint: rgw.endpoint, region: 'us-east-1', credentials: keys, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'poor' }));
    client.destroy();
    const archive = s3(rgw.endpoint, 'x', { bucket: 'poor', credentials: async () => keys });
    await expect(archive.check()).rejects.toMatchObject({ code: 'archive.full', detail: expect.stringContaining('the quota is used up') });
    await archive.close();
  });
});
