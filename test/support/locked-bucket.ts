import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Rgw } from '#test/support/archive/rgw';
import { clientOf, type S3Server } from '#test/support/archive/s3-server';

/** What docs/operations.md gives the key of a station: nothing that ends a lock or changes the bucket. */
const STATION_MAY = [
  ...['GetObject', 'GetObjectVersion', 'PutObject', 'ListBucket', 'ListBucketVersions'],
  ...['ListBucketMultipartUploads', 'ListMultipartUploadParts', 'AbortMultipartUpload', 'PutObjectRetention', 'GetObjectRetention'],
  ...['PutObjectLegalHold', 'GetObjectLegalHold', 'GetBucketVersioning', 'GetBucketObjectLockConfiguration', 'GetLifecycleConfiguration'],
  ...['GetBucketPolicy', 'GetBucketAcl'],
];

/** It deletes pieces of its custody log, and probes. */
const STATION_DELETES = ['DeleteObject', 'DeleteObjectVersion'];
const OWN_OBJECTS = ['custody', 'evidock-probe'];

/** What docs/operations.md gives the key of disposal. */
const DISPOSAL_MAY = [
  ...['ListBucket', 'ListBucketVersions', 'ListBucketMultipartUploads', 'ListMultipartUploadParts', 'AbortMultipartUpload'],
  ...['DeleteObject', 'DeleteObjectVersion'],
];

interface Options {
  readonly denies?: boolean;
  readonly defaultMode?: 'GOVERNANCE' | 'COMPLIANCE';
  /** What the station's key may delete where no lock forbids it. `everything`: a careless policy. */
  readonly deletes?: 'own' | 'everything';
  /** Prefix of the station in the bucket. */
  readonly prefix?: string;
  /** Lets user `disposal` delete there. */
  readonly disposal?: boolean;
}

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
  { denies = true, defaultMode, deletes = 'own', prefix = 'test', disposal = false }: Options = {},
): Promise<Made> {
  const owner = clientOf(rgw);
  await owner.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  if (defaultMode) {
    const Rule = { DefaultRetention: { Mode: defaultMode, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
    await owner.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  }
  const objects = deletes === 'everything' ? [''] : OWN_OBJECTS.map((name) => `${prefix}/${name}/`);
  const key = keyIn(bucket);
  await owner.send(
    policyOf(bucket, [
      key('station', 'Allow', STATION_MAY),
      key('station', 'Allow', STATION_DELETES, objects),
      // Ceph lets whoever may delete also bypass locks of GOVERNANCE, unless a policy denies it.
      ...(denies ? [key('station', 'Deny', ['BypassGovernanceRetention'])] : []),
      ...(disposal ? [key('disposal', 'Allow', DISPOSAL_MAY), key('disposal', 'Deny', ['BypassGovernanceRetention'])] : []),
    ]),
  );
  return { server: { ...rgw, bucket, accessKeyId: 'station', secretAccessKey: 'stationsecret' }, owner };
}

function keyIn(bucket: string) {
  const arn = `arn:aws:s3:::${bucket}`;
  return (user: string, effect: 'Allow' | 'Deny', actions: readonly string[], below: readonly string[] = ['']) => ({
    ...{ Effect: effect, Principal: { AWS: [`arn:aws:iam:::user/${user}`] }, Action: actions.map((each) => `s3:${each}`) },
    Resource: [...(below.includes('') ? [arn] : []), ...below.map((each) => `${arn}/${each}*`)],
  });
}

function policyOf(bucket: string, statements: readonly object[]): PutBucketPolicyCommand {
  return new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
}

/** Makes the user of the station's key. */
export async function makeStationUser(rgw: Rgw, name: 'station' | 'disposal' = 'station'): Promise<void> {
  await rgw.admin('user', 'create', `--uid=${name}`, `--display-name=${name}`, `--access-key=${name}`, `--secret=${name}secret`);
}
