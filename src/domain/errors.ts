import { ERRORS_EN } from '#messages/errors-en';
import { type Reason, reasonText } from '#messages/reason';
import { errnoOf } from './errno.ts';
import { because } from './reason.ts';

/** Which part of the station failed: what a person has to look at first. */
export type Side =
  | 'notices'
  | 'recorder'
  | 'vault'
  | 'ledger'
  | 'transcoder'
  | 'archive'
  | 'queue'
  | 'work'
  | 'config'
  | 'request'
  | 'sign-in'
  | 'station';

/** `never`: no repetition mends it; `later`: goes on by itself once the cause is mended; `now`: try once more at once. */
export type Retry = 'never' | 'later' | 'now';

interface ErrorRow {
  readonly retry: Retry;
  /** HTTP status (RFC 9110). */
  readonly status: number;
}

/** The one table of everything that Evidock reports as failed; the part of a code before the dot is the side. */
export const ERRORS = {
  'recorder.read-failed': { retry: 'later', status: 502 },
  'recorder.removed': { retry: 'later', status: 409 },
  'recorder.file-changed': { retry: 'later', status: 409 },
  'recorder.name-refused': { retry: 'never', status: 422 },
  'recorder.not-regular': { retry: 'never', status: 422 },
  'recorder.over-limit': { retry: 'never', status: 422 },
  'recorder.unreadable': { retry: 'later', status: 502 },
  'recorder.unknown': { retry: 'never', status: 409 },
  'recorder.foreign-device': { retry: 'never', status: 409 },
  'recorder.locked': { retry: 'later', status: 409 },
  'recorder.mount-failed': { retry: 'later', status: 502 },
  'recorder.gaps': { retry: 'never', status: 409 },
  'recorder.still-writing': { retry: 'later', status: 409 },
  'recorder.other-files': { retry: 'never', status: 409 },
  'recorder.disposed-files': { retry: 'never', status: 409 },
  'recorder.known-differs': { retry: 'never', status: 409 },
  'recorder.known-unread': { retry: 'later', status: 502 },
  'recorder.unstable': { retry: 'later', status: 502 },
  'recorder.clock-off': { retry: 'never', status: 409 },
  'recorder.write-failed': { retry: 'later', status: 502 },
  'recorder.wipe-failed': { retry: 'later', status: 502 },
  'vault.full': { retry: 'later', status: 507 },
  'vault.read-only': { retry: 'later', status: 503 },
  'vault.write-failed': { retry: 'later', status: 503 },
  'vault.read-failed': { retry: 'later', status: 503 },
  'vault.mismatch': { retry: 'now', status: 500 },
  'vault.missing': { retry: 'never', status: 404 },
  'vault.key-invalid': { retry: 'never', status: 400 },
  'ledger.failed': { retry: 'later', status: 503 },
  'ledger.in-use': { retry: 'never', status: 409 },
  'ledger.missing': { retry: 'never', status: 500 },
  'ledger.rolled-back': { retry: 'never', status: 500 },
  'ledger.altered': { retry: 'never', status: 500 },
  'ledger.newer': { retry: 'never', status: 500 },
  'transcoder.failed': { retry: 'later', status: 500 },
  'transcoder.timeout': { retry: 'later', status: 504 },
  'transcoder.stood-still': { retry: 'later', status: 504 },
  'transcoder.too-slow': { retry: 'never', status: 422 },
  'transcoder.unplayable': { retry: 'never', status: 422 },
  'transcoder.unsupported': { retry: 'never', status: 422 },
  'transcoder.too-large': { retry: 'never', status: 422 },
  'transcoder.missing': { retry: 'later', status: 503 },
  'archive.unreachable': { retry: 'later', status: 502 },
  'archive.refused': { retry: 'later', status: 502 },
  'archive.full': { retry: 'later', status: 507 },
  'archive.mismatch': { retry: 'later', status: 502 },
  'archive.slow': { retry: 'later', status: 504 },
  'archive.not-accepted': { retry: 'later', status: 502 },
  'archive.missing': { retry: 'later', status: 404 },
  'archive.unfit': { retry: 'later', status: 409 },
  'archive.lock-refused': { retry: 'never', status: 422 },
  'archive.lock-differs': { retry: 'later', status: 502 },
  'queue.unreachable': { retry: 'later', status: 503 },
  'queue.refused': { retry: 'later', status: 503 },
  'work.lease-lost': { retry: 'never', status: 409 },
  'work.key-refused': { retry: 'never', status: 401 },
  'work.station-differs': { retry: 'never', status: 502 },
  'work.station-unreachable': { retry: 'later', status: 503 },
  'work.version-differs': { retry: 'never', status: 409 },
  'work.replaced': { retry: 'never', status: 409 },
  'work.certificate-failed': { retry: 'never', status: 500 },
  'sign-in.provider-unreachable': { retry: 'later', status: 503 },
  'sign-in.provider-refused': { retry: 'never', status: 401 },
  'config.default-id': { retry: 'never', status: 422 },
  'config.invalid': { retry: 'never', status: 500 },
  'notices.failed': { retry: 'later', status: 502 },
  'request.invalid': { retry: 'never', status: 400 },
  'request.method': { retry: 'never', status: 405 },
  'request.changed': { retry: 'never', status: 412 },
  'request.key-reused': { retry: 'never', status: 422 },
  'request.running': { retry: 'later', status: 409 },
  'request.too-large': { retry: 'never', status: 413 },
  'request.media-type': { retry: 'never', status: 415 },
  'request.not-found': { retry: 'never', status: 404 },
  'request.gone': { retry: 'never', status: 410 },
  'request.not-made': { retry: 'later', status: 409 },
  'request.nothing-playable': { retry: 'never', status: 404 },
  'request.no-card': { retry: 'never', status: 422 },
  'request.conflict': { retry: 'never', status: 409 },
  'request.forbidden': { retry: 'never', status: 403 },
  'request.signed-out': { retry: 'never', status: 401 },
  'request.reason-needed': { retry: 'never', status: 403 },
  'request.approval-needed': { retry: 'never', status: 403 },
  'request.too-many': { retry: 'later', status: 503 },
  'sign-in.wrong': { retry: 'never', status: 401 },
  'sign-in.locked': { retry: 'later', status: 429 },
  'sign-in.ended': { retry: 'never', status: 401 },
  'sign-in.password-refused': { retry: 'never', status: 422 },
  'request.too-often': { retry: 'later', status: 429 },
  'station.font-missing': { retry: 'later', status: 503 },
  'station.stopping': { retry: 'later', status: 503 },
  'station.not-running': { retry: 'later', status: 409 },
  'station.stood-still': { retry: 'later', status: 504 },
  'station.internal': { retry: 'later', status: 500 },
} as const satisfies Record<keyof typeof ERRORS_EN, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The one class of error. Its reason names the thing (an id, a field, a key) and what other programs said of it, never a secret. */
export class EvidockError extends Error {
  override readonly name = 'EvidockError';
  readonly code: ErrorCode;
  readonly reason: Reason;

  constructor(code: ErrorCode, reason: Reason, cause?: unknown) {
    super(`${ERRORS_EN[code].what}: ${reasonText('en', reason)}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
  }

  /** The reason in English, for logs of crashes and for those who read no codes. */
  get detail(): string {
    return reasonText('en', this.reason);
  }

  get side(): Side {
    return this.code.slice(0, this.code.indexOf('.')) as Side;
  }

  get retry(): Retry {
    return ERRORS[this.code].retry;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get remedy(): string {
    return ERRORS_EN[this.code].remedy;
  }
}

/** Whether a thrown value is a failure with one of these codes. */
export function isFailure(thrown: unknown, ...codes: readonly ErrorCode[]): thrown is EvidockError {
  return thrown instanceof EvidockError && codes.includes(thrown.code);
}

/** Whether a thrown value is a failure of a recorder that is still there: of what is on it, not of its being pulled. */
export function isCardFailure(thrown: unknown): thrown is EvidockError {
  return thrown instanceof EvidockError && thrown.side === 'recorder' && thrown.code !== 'recorder.removed';
}

/** Any thrown value as an EvidockError; foreign errors that no adapter translated become `station.internal`. */
export function asEvidockError(thrown: unknown): EvidockError {
  if (thrown instanceof EvidockError) return thrown;
  return new EvidockError('station.internal', said(thrown), thrown);
}

/** What failed and why, where a reason has to tell both. */
export function failureReason({ code, reason }: EvidockError): Reason {
  return because('as-failed', { failure: code, why: reason });
}

/** What a thrown value says: the reason of a failure of the station's own, call and place of a system call's, else the words of whoever threw it. */
export function said(thrown: unknown): Reason {
  if (thrown instanceof EvidockError) return thrown.reason;
  const errno = errnoOf(thrown);
  if (errno !== undefined && thrown instanceof Error && 'syscall' in thrown) {
    const [call] = String(thrown.syscall).split(' ');
    const where = 'path' in thrown ? thrown.path : 'address' in thrown ? thrown.address : undefined;
    return because('thing-errno', { thing: where === undefined ? String(call) : `${call} ${where}`, errno });
  }
  return because('said', { text: thrown instanceof Error ? thrown.message : String(thrown) });
}

/** Short words for what failed outside the station: a system call's `code`, or what was thrown, as text. */
export function errnoText(thrown: unknown): string {
  return errnoOf(thrown) ?? String(thrown);
}
