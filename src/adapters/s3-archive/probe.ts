import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { archiveError } from './errors.ts';
import type { TransferOptions } from './moving-http.ts';

const PROBE_BYTES = 64;

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/**
 * Does with a small object what the station does with footage: puts it whole and in parts, and reads both back. Then it removes them by their versions, so that
 * a bucket with versions keeps none. Throws which step failed, as an error of the archive. Returns what else a person should know, or null.
 */
export async function probeBucket(client: S3Client, target: Target, signal?: AbortSignal): Promise<Reason | null> {
  const options: TransferOptions = signal ? { abortSignal: signal } : {};
  const step = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      const failure = archiveError(what, error, signal);
      // The probe object was just written. If something is missing, it is the bucket and not an object.
      if (isFailure(failure, 'archive.missing')) throw new EvidockError('archive.refused', failure.reason, error);
      throw failure;
    }
  };
  const bytes = randomBytes(PROBE_BYTES);
  const put = () => client.send(new PutObjectCommand({ ...target, Body: bytes, ContentMD5: md5(bytes) }), options);
  const whole = await step('writing a probe', put);
  await step('reading a probe', () => readBack(client, target, whole.VersionId, bytes, options));
  const inParts = await step('writing a probe in parts', () => putInParts(client, target, bytes, options));
  await step('reading a probe that was written in parts', () => readBack(client, target, inParts, bytes, options));
  return step('removing a probe', () => remove(client, target, [whole.VersionId, inParts], options));
}

async function readBack(client: S3Client, target: Target, VersionId: string | undefined, bytes: Buffer, options: TransferOptions) {
  const answer = await client.send(new GetObjectCommand({ ...target, ...(VersionId ? { VersionId } : {}) }), options);
  const back = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  if (!back.equals(bytes)) throw new EvidockError('archive.mismatch', because('probe-object-differs', {}));
}

/** Uploads in parts. Returns the version, if the bucket has versions. The one part may be small, because it is the last. */
export async function putInParts(client: S3Client, target: Target, bytes: Buffer, options: TransferOptions): Promise<string | undefined> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), options);
  try {
    const part = { ...target, UploadId, PartNumber: 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: bytes, ContentMD5: md5(bytes) }), options);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return (await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }), options)).VersionId;
  } catch (error) {
    // The first error is the one to report. A probe upload that stays open is aborted later with other abandoned ones.
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }), options).catch(() => undefined);
    throw error;
  }
}

async function remove(client: S3Client, target: Target, versions: readonly (string | undefined)[], options: TransferOptions) {
  const known = versions.filter((version) => version !== undefined);
  try {
    if (known.length === 0) await client.send(new DeleteObjectCommand(target), options);
    for (const VersionId of new Set(known)) await client.send(new DeleteObjectCommand({ ...target, VersionId }), options);
    return null;
  } catch (error) {
    // A bucket with a lock lets nothing be removed, and the station has nothing else to remove there for now.
    if (isFailure(archiveError('', error), 'archive.refused') && (await isLocked(client, target, options)))
      return because('lock-keeps-probes', {});
    throw error;
  }
}

async function isLocked(client: S3Client, { Bucket }: Target, options: TransferOptions): Promise<boolean> {
  const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket }), options).catch(() => null);
  return answer?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64');
}
