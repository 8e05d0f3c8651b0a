import { type ErrorCode, EvidockError, errnoOf } from '#domain/errors';

/** What the names of S3 errors mean: as which failure they count, and in words for a person. */
const NAMES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  AccessDenied: ['archive.refused', 'access denied'],
  InvalidAccessKeyId: ['archive.refused', 'the access key is not known there'],
  SignatureDoesNotMatch: ['archive.refused', 'the secret key does not fit'],
  ExpiredToken: ['archive.refused', 'the session token has expired'],
  InvalidToken: ['archive.refused', 'the session token is not valid'],
  NoSuchBucket: ['archive.refused', 'there is no such bucket'],
  InvalidBucketName: ['archive.refused', 'that is no name of a bucket'],
  PermanentRedirect: ['archive.refused', 'the bucket is at another endpoint or in another region'],
  AuthorizationHeaderMalformed: ['archive.refused', 'the region is another one'],
  InvalidObjectState: ['archive.refused', 'the object is in a storage class that cannot be read at once'],
  RequestTimeTooSkewed: ['archive.refused', 'its clock and the clock of the station differ too much'],
  MethodNotAllowed: ['archive.refused', 'the server does not allow this'],
  NotImplemented: ['archive.refused', 'the server cannot do this'],
  QuotaExceeded: ['archive.full', 'the quota is used up'],
  EntityTooLarge: ['archive.full', 'the object is larger than the server takes'],
  InsufficientStorage: ['archive.full', 'no space left'],
  TooManyBuckets: ['archive.full', 'no more buckets'],
  BadDigest: ['archive.not-accepted', 'bytes were changed on their way there'],
  InvalidDigest: ['archive.not-accepted', 'bytes were changed on their way there'],
  XAmzContentSHA256Mismatch: ['archive.not-accepted', 'bytes were changed on their way there'],
  InvalidPart: ['archive.not-accepted', 'the server does not know a part of the upload any more, or by another ETag'],
  InvalidPartOrder: ['archive.not-accepted', 'the server wants the parts of the upload in another order'],
  EntityTooSmall: ['archive.not-accepted', 'the server wants larger parts'],
  NoSuchUpload: ['archive.not-accepted', 'the server does not know the upload any more'],
  PreconditionFailed: ['archive.unreachable', 'the object was replaced while it was read'],
  NoSuchKey: ['archive.missing', 'there is no such object'],
  NotFound: ['archive.missing', 'there is no such object'],
  RequestTimeout: ['archive.unreachable', 'the server did not wait for the rest of the request'],
  SlowDown: ['archive.unreachable', 'the server asks for fewer requests'],
  InternalError: ['archive.unreachable', 'the server met a fault of its own'],
  ServiceUnavailable: ['archive.unreachable', 'the server is not available'],
};

/** The same for answers that carry a status and no name that we know: those to HEAD, and those of proxies. */
const STATUSES: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['archive.refused', 'the server calls the request wrong'],
  401: ['archive.refused', 'the keys are not accepted'],
  403: ['archive.refused', 'access denied'],
  404: ['archive.missing', 'there is no such object'],
  405: ['archive.refused', 'the server does not allow this'],
  408: ['archive.unreachable', 'the server did not wait for the rest of the request'],
  409: ['archive.unreachable', 'the server is busy with the same object'],
  412: ['archive.unreachable', 'the object was replaced while it was read'],
  413: ['archive.full', 'the object is larger than the server takes'],
  416: ['archive.unreachable', 'the object is shorter than it was'],
  429: ['archive.unreachable', 'the server asks for fewer requests'],
  500: ['archive.unreachable', 'the server met a fault of its own'],
  501: ['archive.refused', 'the server cannot do this'],
  502: ['archive.unreachable', 'a proxy cannot reach the server'],
  503: ['archive.unreachable', 'the server is not available'],
  504: ['archive.unreachable', 'a proxy had no answer from the server'],
  507: ['archive.full', 'no space left'],
};

const ERRNOS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer from there',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

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

/** What an S3 client throws, in the archive's words: the cause first, the key last. An abort stays what it is. */
export function archiveError(key: string, thrown: unknown, signal?: AbortSignal): unknown {
  if (thrown instanceof EvidockError) return thrown;
  if (signal?.aborted) return signal.reason;
  const name = s3ErrorName(thrown) ?? '';
  const status = statusOf(thrown);
  if (status >= 300) {
    const [code, words] = NAMES[name] ?? STATUSES[status] ?? unlisted(status);
    const named = /^(Unknown|UnknownError|Error|NotFound|)$/.test(name) ? '' : ` ${name}`;
    return new EvidockError(code, `${words} (HTTP ${status}${named}): ${key}`, thrown);
  }
  const errno = errnoOf(thrown);
  const words = ERRNOS[errno ?? ''] ?? wordsOf(thrown);
  return new EvidockError('archive.unreachable', `${words}${errno === undefined ? '' : ` (${errno})`}: ${key}`, thrown);
}

function unlisted(status: number): readonly [ErrorCode, string] {
  if (status >= 500) return ['archive.unreachable', 'the server failed'];
  return ['archive.refused', status < 400 ? 'the server sends the station elsewhere' : 'the server refused'];
}

function wordsOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split('\n')[0]?.slice(0, 200) || 'the request failed';
}
