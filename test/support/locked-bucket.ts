import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Rgw } from '#test/support/archive/rgw';
import { clientOf, type S3Server } from '#test/support/archive/s3-server';

/** What docs/operations.md gives the key of a station: nothing that ends a lock or changes the bucket. */
const STATION_MAY = [
  ...['GetObject', 'GetObjectVersion', 'PutObject', 'DeleteObject', 'DeleteObjectVersion', 'ListBucket', 'ListBucketVersions'],
  ...['ListBucketMultipartUploads', 'ListMultipartUploadParts', 'AbortMultipartUpload', 'PutObjectRetention', 'GetObjectRetention'],
  ...['PutObjectLegalHold', 'GetObjectLegalHold', 'GetBucketVersioning', 'GetBucketObjectLockConfiguration', 'GetLifecycleConfiguration'],
  ...['GetBucketPolicy', 'GetBucketAcl'],
];

interface Made {
  /** The station's own key, which does not own the bucket. */
  readonly server: S3Server;
  /** With the key of the bucket's owner. */
  readonly owner: S3Client;
}

/** Makes a bucket with object lock that user `test` owns, and lets user `station` do there what a station needs. */
export async function lockedBucket(
  rgw: Rgw,
  bucket: string,
  { denies = true, defaultMode }: { readonly denies?: boolean; readonly defaultMode?: 'GOVERNANCE' | 'COMPLIANCE' } = {},
): Promise<Made> {
  const owner = clientOf(rgw);
  await owner.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  if (defaultMode) {
    const Rule = { DefaultRetention: { Mode: defaultMode, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
    await owner.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  }
  await allow(owner, bucket, STATION_MAY, denies);
  return { server: { ...rgw, bucket, accessKeyId: 'station', secretAccessKey: 'stationsecret' }, owner };
}

async function allow(owner: S3Client, bucket: string, may: readonly string[], denies: boolean): Promise<void> {
  const who = { Principal: { AWS: ['arn:aws:iam:::user/station'] }, Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] };
  const allowed = { ...who, Effect: 'Allow', Action: may.map((each) => `s3:${each}`) };
  // Ceph lets whoever may delete also bypass locks of GOVERNANCE, unless a policy denies it.
  const denied = { ...who, Effect: 'Deny', Action: ['s3:BypassGovernanceRetention'] };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allowed, ...(denies ? [denied] : [])] });
  await owner.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

/** Makes the user of the station's key. */
export async function makeStationUser(rgw: Rgw): Promise<void> {
  await rgw.admin('user', 'create', '--uid=station', '--display-name=station', '--access-key=station', '--secret=stationsecret');
}
