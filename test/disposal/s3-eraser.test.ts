/*
 * Goal: the archive side of destruction takes every version, delete marker and unfinished part, under a key that the station does not have; what the bucket has locked
 * stays, whoever asks. Method: a real RGW with versioned buckets, one with Object Lock; a user for the station who may read and write and not delete.
 */

import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Eraser } from '#adapters/s3-archive/s3-eraser';
import { type Rgw, startRgw } from '#test/support/archive/rgw';
import { clientOf } from '#test/support/archive/s3-server';

const KEY = '2026/06/20/rec-one/original-0001.mp4';
const OTHER = '2026/06/20/rec-one2/original-0001.mp4';
const DAEMON = { accessKeyId: 'daemon', secretAccessKey: 'daemonsecret' };
let rgw: Rgw;
let owner: S3Client;

const eraser = (bucket: string, key: { accessKeyId: string; secretAccessKey: string } | 'disposal' = 'disposal') =>
  s3Eraser(
    { endpoint: rgw.endpoint, region: 'us-east-1', bucket, prefix: 'test', pathStyle: true, checksums: 'WHEN_REQUIRED', timeoutMs: 10_000 },
    async () => (key === 'disposal' ? { accessKeyId: rgw.accessKeyId, secretAccessKey: rgw.secretAccessKey } : key),
  );

async function bucketOf(name: string, lock: boolean): Promise<void> {
  await owner.send(new CreateBucketCommand({ Bucket: name, ...(lock ? { ObjectLockEnabledForBucket: true } : {}) }));
  if (!lock) await owner.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
  const Resource = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
  const Action = [
    's3:GetObject',
    's3:PutObject',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:ListBucketMultipartUploads',
    's3:GetObjectVersion',
  ];
  const Statement = [{ Effect: 'Allow', Principal: { AWS: ['arn:aws:iam:::user/daemon'] }, Action, Resource }];
  await owner.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
}

const put = async (Bucket: string, key: string) =>
  (await owner.send(new PutObjectCommand({ Bucket, Key: `test/${key}`, Body: 'bytes' }))).VersionId ?? '';

beforeAll(async () => {
  rgw = await startRgw();
  owner = clientOf(rgw);
  await rgw.admin('user', 'create', '--uid=daemon', '--display-name=daemon', '--access-key=daemon', '--secret=daemonsecret');
  await bucketOf('versions', false);
  await bucketOf('locked', true);
}, 180_000);

afterAll(async () => {
  owner.destroy();
  await rgw.stop();
});

describe('the eraser of a bucket', () => {
  it('takes every version, delete marker and part of a key under the key of disposal, and nothing under that of the station', async () => {
    const Bucket = 'versions';
    for (const key of [KEY, KEY, OTHER]) await put(Bucket, key);
    await owner.send(new DeleteObjectCommand({ Bucket, Key: `test/${KEY}` }));
    const { UploadId } = await owner.send(new CreateMultipartUploadCommand({ Bucket, Key: `test/${KEY}` }));
    await owner.send(new UploadPartCommand({ Bucket, Key: `test/${KEY}`, UploadId, PartNumber: 1, Body: 'part' }));

    const station = eraser(Bucket, DAEMON);
    expect(await station.left({ key: KEY, version: null })).toHaveLength(4);
    await expect(station.erase({ key: KEY, version: null })).rejects.toMatchObject({ code: 'archive.refused' });
    expect(await station.left({ key: KEY, version: null })).toHaveLength(4);
    await station.close();

    const disposal = eraser(Bucket);
    expect(await disposal.keysUnder('2026/06/20/rec-one')).toEqual([KEY]);
    expect(await disposal.erase({ key: KEY, version: null })).toEqual({ removed: 4 });
    expect(await disposal.erase({ key: KEY, version: null })).toEqual({ removed: 0 });
    expect(await disposal.left({ key: KEY, version: null })).toEqual([]);
    expect(await disposal.keysUnder('2026/06/20/rec-one')).toEqual([]);
    expect(await disposal.keysUnder('2026/06/20/rec-one2')).toEqual([OTHER]);
    await disposal.close();
  });

  it('takes the one version that is named', async () => {
    const Bucket = 'versions';
    const [older, newer] = [await put(Bucket, OTHER), await put(Bucket, OTHER)];
    const disposal = eraser(Bucket);
    expect(await disposal.erase({ key: OTHER, version: older })).toEqual({ removed: 1 });
    expect(await disposal.left({ key: OTHER, version: older })).toEqual([]);
    expect(await disposal.left({ key: OTHER, version: newer })).toEqual([`version ${newer}`]);
    await disposal.close();
  });

  it('cannot take what the bucket has locked, and says that the bucket refuses', async () => {
    const Bucket = 'locked';
    const VersionId = await put(Bucket, KEY);
    const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: new Date(Date.now() + 3_600_000) };
    await owner.send(new PutObjectRetentionCommand({ Bucket, Key: `test/${KEY}`, VersionId, Retention }));
    for (const key of ['disposal', DAEMON] as const) {
      const each = eraser(Bucket, key);
      await expect(each.erase({ key: KEY, version: null })).rejects.toMatchObject({ code: 'archive.refused' });
      expect(await each.left({ key: KEY, version: null })).toEqual([`version ${VersionId}`]);
      await each.close();
    }
  });

  it('has no key any more when the run has ended', async () => {
    const disposal = eraser('versions');
    await disposal.close();
    await expect(disposal.left({ key: OTHER, version: null })).rejects.toThrow();
  });
});
