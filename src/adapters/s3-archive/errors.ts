import { errnoOf } from '#domain/errno';
import { type ErrorCode, EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** By name of an S3 error: the error code that it becomes, and its reason. */
const NAMES: Readonly<Record<string, readonly [ErrorCode, Reason]>> = {
  AccessDenied: ['archive.refused', because('access-denied', {})],
  InvalidAccessKeyId: ['archive.refused', because('key-unknown', {})],
  SignatureDoesNotMatch: ['archive.refused', because('secret-differs', {})],
  ExpiredToken: ['archive.refused', because('token-expired', {})],
  InvalidToken: ['archive.refused', because('token-invalid', {})],
  NoSuchBucket: ['archive.refused', because('no-bucket', {})],
  InvalidBucketName: ['archive.refused', because('bucket-name', {})],
  PermanentRedirect: ['archive.refused', because('bucket-elsewhere', {})],
  AuthorizationHeaderMalformed: ['archive.refused', because('region-differs', {})],
  InvalidObjectState: ['archive.refused', because('cold-storage', {})],
  RequestTimeTooSkewed: ['archive.refused', because('clocks-differ', {})],
  MethodNotAllowed: ['archive.refused', because('server-forbids', {})],
  NotImplemented: ['archive.refused', because('server-cannot', {})],
  QuotaExceeded: ['archive.full', because('quota-used', {})],
  EntityTooLarge: ['archive.full', because('object-too-large', {})],
  InsufficientStorage: ['archive.full', because('no-space', {})],
  TooManyBuckets: ['archive.full', because('buckets-full', {})],
  BadDigest: ['archive.not-accepted', because('changed-on-way', {})],
  InvalidDigest: ['archive.not-accepted', because('changed-on-way', {})],
  XAmzContentSHA256Mismatch: ['archive.not-accepted', because('changed-on-way', {})],
  InvalidPart: ['archive.not-accepted', because('part-unknown', {})],
  InvalidPartOrder: ['archive.not-accepted', because('part-order', {})],
  EntityTooSmall: ['archive.not-accepted', because('parts-small', {})],
  NoSuchUpload: ['archive.not-accepted', because('upload-unknown', {})],
  PreconditionFailed: ['archive.unreachable', because('replaced-while-read', {})],
  NoSuchKey: ['archive.missing', because('no-object', {})],
  NoSuchVersion: ['archive.missing', because('no-version', {})],
  NotFound: ['archive.missing', because('no-object', {})],
  RequestTimeout: ['archive.unreachable', because('request-late', {})],
  SlowDown: ['archive.unreachable', because('fewer-requests', {})],
  InternalError: ['archive.unreachable', because('server-fault', {})],
  ServiceUnavailable: ['archive.unreachable', because('server-unavailable', {})],
};

/** By HTTP status, for answers without a known name: those to HEAD, and those of proxies. */
const STATUSES: Readonly<Record<number, readonly [ErrorCode, Reason]>> = {
  400: ['archive.refused', because('request-wrong', {})],
  401: ['archive.refused', because('keys-refused', {})],
  403: ['archive.refused', because('access-denied', {})],
  404: ['archive.missing', because('no-object', {})],
  405: ['archive.refused', because('server-forbids', {})],
  408: ['archive.unreachable', because('request-late', {})],
  409: ['archive.unreachable', because('object-busy', {})],
  412: ['archive.unreachable', because('replaced-while-read', {})],
  413: ['archive.full', because('object-too-large', {})],
  416: ['archive.unreachable', because('object-shorter', {})],
  429: ['archive.unreachable', because('fewer-requests', {})],
  500: ['archive.unreachable', because('server-fault', {})],
  501: ['archive.refused', because('server-cannot', {})],
  502: ['archive.unreachable', because('proxy-no-way', {})],
  503: ['archive.unreachable', because('server-unavailable', {})],
  504: ['archive.unreachable', because('proxy-late', {})],
  507: ['archive.full', because('no-space', {})],
};

const ERRNOS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: because('nobody-listens', {}),
  ECONNRESET: because('connection-cut', {}),
  EPIPE: because('connection-cut', {}),
  ETIMEDOUT: because('no-answer', {}),
  EHOSTUNREACH: because('no-way-host', {}),
  ENETUNREACH: because('no-way-network', {}),
  ENOTFOUND: because('no-host', {}),
  EAI_AGAIN: because('name-lookup', {}),
  DEPTH_ZERO_SELF_SIGNED_CERT: because('self-signed', {}),
  SELF_SIGNED_CERT_IN_CHAIN: because('untrusted', {}),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: because('untrusted', {}),
  CERT_HAS_EXPIRED: because('certificate-expired', {}),
  ERR_TLS_CERT_ALTNAME_INVALID: because('certificate-host', {}),
};

/** The name of an S3 error (`NoSuchUpload`); undefined if it has none. */
export function s3ErrorName(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.name : undefined;
}

/** HTTP status in an error of the SDK; 0 if no answer came. */
function statusOf(thrown: unknown): number {
  if (typeof thrown !== 'object' || thrown === null || !('$metadata' in thrown)) return 0;
  const metadata = thrown.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return Number(metadata.httpStatusCode ?? 0);
}

/** Turns an error of the S3 client into the archive's, the cause first and the key last. An abort stays as it is. */
export function archiveError(key: string, thrown: unknown, signal?: AbortSignal): unknown {
  if (thrown instanceof EvidockError) return thrown;
  if (signal?.aborted) return signal.reason;
  const name = s3ErrorName(thrown) ?? '';
  const status = statusOf(thrown);
  if (status >= 300) {
    const [code, why] = NAMES[name] ?? STATUSES[status] ?? unlisted(status);
    const named = /^(Unknown|UnknownError|Error|NotFound|)$/.test(name) ? '' : name;
    return new EvidockError(
      code,
      named === '' ? because('s3-status', { why, status, key }) : because('s3-named', { why, status, name: named, key }),
      thrown,
    );
  }
  const errno = errnoOf(thrown);
  const why = ERRNOS[errno ?? ''] ?? wordsOf(thrown);
  return new EvidockError(
    'archive.unreachable',
    errno === undefined ? because('s3-plain', { why, key }) : because('s3-errno', { why, errno, key }),
    thrown,
  );
}

function unlisted(status: number): readonly [ErrorCode, Reason] {
  if (status >= 500) return ['archive.unreachable', because('server-failed', {})];
  return ['archive.refused', because(status < 400 ? 'sent-elsewhere' : 'server-refused', {})];
}

function wordsOf(thrown: unknown): Reason {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const line = text.split('\n')[0]?.slice(0, 200);
  return line ? because('said', { text: line }) : because('request-failed', {});
}
