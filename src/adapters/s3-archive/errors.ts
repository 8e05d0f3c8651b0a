import { EvidockError, errnoOf } from '#domain/errors';

const REFUSED = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'NoSuchBucket',
  'InvalidBucketName',
  'PermanentRedirect',
  'InvalidObjectState',
  'RequestTimeTooSkewed',
  'MethodNotAllowed',
]);
const FULL = new Set(['QuotaExceeded', 'EntityTooLarge', 'InsufficientStorage', 'TooManyBuckets']);
const DAMAGED = new Set(['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'InvalidPart', 'InvalidPartOrder']);
const MISSING = new Set(['NoSuchKey', 'NotFound']);

/** The S3 error's name (`NoSuchUpload`), or undefined. */
export function s3ErrorName(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.name : undefined;
}

/** HTTP status that an SDK error carries, or 0 if no answer came. */
function statusOf(thrown: unknown): number {
  if (typeof thrown !== 'object' || thrown === null || !('$metadata' in thrown)) return 0;
  const metadata = thrown.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return Number(metadata.httpStatusCode ?? 0);
}

/** What an S3 client throws, in the archive's words. An abort stays what it is. */
export function archiveError(key: string, thrown: unknown, signal?: AbortSignal): unknown {
  if (thrown instanceof EvidockError) return thrown;
  if (signal?.aborted) return signal.reason;
  const name = s3ErrorName(thrown) ?? 'unknown error';
  const status = statusOf(thrown);
  const words = thrown instanceof Error ? thrown.message.slice(0, 200) : String(thrown);
  const detail = `${key}: ${name}${status > 0 ? ` (HTTP ${status})` : ''}${words && words !== name ? `: ${words}` : ''}`;
  if (MISSING.has(name)) return new EvidockError('archive.missing', detail, thrown);
  if (FULL.has(name) || status === 507 || status === 413) return new EvidockError('archive.full', detail, thrown);
  if (DAMAGED.has(name)) return new EvidockError('archive.mismatch', detail, thrown);
  if (REFUSED.has(name) || status === 401 || status === 403) return new EvidockError('archive.refused', detail, thrown);
  if (status === 404) return new EvidockError('archive.missing', detail, thrown);
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return new EvidockError('archive.refused', detail, thrown);
  return new EvidockError(
    'archive.unreachable',
    `${key}: ${errnoOf(thrown) ?? name}${status > 0 ? ` (HTTP ${status})` : ''}: ${words}`,
    thrown,
  );
}
