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
 * Does with a small object what the station does with footage: puts it whole and in parts, reads both back, removes them by their versions, so that a
 * bucket that keeps versions keeps none of these. Throws in the archive's words which step failed; returns what else is worth telling, or null.
 */
export async function probeBucket(client: S3Client, target: Target, signal?: AbortSignal): Promise<Reason | null> {
  const options: TransferOptions = signal ? { abortSignal: signal } : {};
  const step = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      const failure = archiveError(what, error, signal);
      // No object of this name was ever promised: what is not there is what it lies in.
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

/** Returns the version, if the bucket has versions. One part is an upload in parts too: only the last may be small. */
async function putInParts(client: S3Client, target: Target, bytes: Buffer, options: TransferOptions): Promise<string | undefined> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), options);
  try {
    const part = { ...target, UploadId, PartNumber: 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: bytes, ContentMD5: md5(bytes) }), options);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return (await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }), options)).VersionId;
  } catch (error) {
    // What failed is what is to be told; a probe upload that stays open is swept up with other abandoned ones.
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
    // Under the lock of the bucket nothing can be removed, and nothing the station does for now needs to be.
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
