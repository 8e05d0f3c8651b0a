import { REQUEST_ERRORS } from './request-errors.ts';
import { WORK_ERRORS } from './work-errors.ts';

/** Which part of the station failed: what a person has to look at first. */
export type Side = 'recorder' | 'vault' | 'ledger' | 'transcoder' | 'archive' | 'queue' | 'work' | 'config' | 'request' | 'station';

/** `never`: no repetition mends it; `later`: goes on by itself once the cause is mended; `now`: try once more at once. */
export type Retry = 'never' | 'later' | 'now';

interface ErrorRow {
  readonly retry: Retry;
  /** HTTP status (RFC 9110). */
  readonly status: number;
  /** What failed, for a person. */
  readonly what: string;
  /** What the person should do. */
  readonly remedy: string;
}

/** The one table of everything that Evidock reports as failed; the part of a code before the dot is the side. */
export const ERRORS = {
  'recorder.read-failed': {
    retry: 'later',
    status: 502,
    what: 'The recorder could not deliver a file',
    remedy: 'Undock the recorder and dock it again; if it fails at the same file, keep the recorder and have its card examined.',
  },
  'recorder.removed': {
    retry: 'later',
    status: 409,
    what: 'The recorder was removed before everything was safe',
    remedy: 'Dock it again, in any slot: it goes on with the file it was at.',
  },
  'recorder.file-changed': {
    retry: 'later',
    status: 409,
    what: 'A file on the recorder changed while it was read',
    remedy: 'Make sure that the recorder is not recording, then dock it again.',
  },
  'recorder.name-refused': {
    retry: 'never',
    status: 422,
    what: 'A name on the recorder is not one that may be read',
    remedy: 'The entry was left on the recorder and noted; have the card examined if footage is missing.',
  },
  'recorder.not-regular': {
    retry: 'never',
    status: 422,
    what: 'An entry on the recorder is not a regular file',
    remedy: 'The entry was left on the recorder and noted; a healthy recorder has none, so have the card examined.',
  },
  'recorder.over-limit': {
    retry: 'never',
    status: 422,
    what: 'The recorder holds more than a limit allows',
    remedy: 'Raise the named limit in the intake section of the configuration, then dock the recorder again.',
  },
  'recorder.unreadable': {
    retry: 'later',
    status: 502,
    what: 'The recorder could not be listed',
    remedy: 'Undock the recorder and dock it again; check cable and slot.',
  },
  'recorder.unknown': {
    retry: 'never',
    status: 409,
    what: 'A storage device that no driver knows is docked and was left alone',
    remedy: 'If it is a recorder, describe it in a driver or set dock.unknown to take; else undock it.',
  },
  'recorder.foreign-device': {
    retry: 'never',
    status: 409,
    what: 'A device that is no recorder is plugged into a recorder slot',
    remedy: 'Undock it at once and find out whose it is: keyboards and network adapters have no business there.',
  },
  'recorder.locked': {
    retry: 'later',
    status: 409,
    what: 'The recorder keeps its disk locked',
    remedy: 'Check the password of its family in the secrets directory, then dock it again.',
  },
  'recorder.mount-failed': {
    retry: 'later',
    status: 502,
    what: 'The disk of the recorder cannot be mounted',
    remedy: 'Undock the recorder and dock it again; if it fails again, have its card examined. It is never repaired here.',
  },
  'recorder.gaps': {
    retry: 'never',
    status: 409,
    what: 'Places of files on the recorder cannot be read',
    remedy: 'What can be read is sealed and marked as damaged. Do not use or empty the recorder; have its card examined.',
  },
  'recorder.still-writing': {
    retry: 'later',
    status: 409,
    what: 'The recorder goes on writing to its card while it is docked',
    remedy: 'What it wrote last was not taken. Switch the recorder off, then dock it again.',
  },
  'recorder.other-files': {
    retry: 'never',
    status: 409,
    what: 'Files of other recorders lie on the card',
    remedy: 'They are sealed under the number that their own names tell. Find out how they came there.',
  },
  'recorder.known-differs': {
    retry: 'never',
    status: 409,
    what: 'A file looked like one that is sealed, but holds other bytes',
    remedy: 'It is taken in as a new file: wait until the slot is safe again. Check the clock of the recorder, which may begin anew.',
  },
  'recorder.known-unread': {
    retry: 'later',
    status: 502,
    what: 'A sealed file cannot be read again on the recorder to be compared',
    remedy: 'What was sealed is safe; dock the recorder again, and have its card examined if it recurs.',
  },
  'recorder.unstable': {
    retry: 'later',
    status: 502,
    what: 'The recorder delivered other bytes when a file was read again',
    remedy: 'Keep the recorder and have it examined: cable, slot, card reader or card cannot be trusted.',
  },
  'recorder.clock-off': {
    retry: 'never',
    status: 409,
    what: 'The clock of the recorder is wrong by more than the limit',
    remedy: 'Set the clock of the recorder, or let the station do it (dock.setClock); times are corrected by the measured offset.',
  },
  'recorder.write-failed': {
    retry: 'later',
    status: 502,
    what: 'The recorder could not be written',
    remedy: 'Undock the recorder and dock it again; if it fails again, have its card examined: it may be worn out or write-protected.',
  },
  'recorder.wipe-failed': {
    retry: 'later',
    status: 502,
    what: 'Sealed files could not be removed from the recorder',
    remedy: 'The footage is safe; dock the recorder again, and have its card examined if it recurs.',
  },
  'vault.full': {
    retry: 'later',
    status: 507,
    what: 'The station disk is at its reserve',
    remedy: 'Free space on the vault disk or add a disk; intake goes on by itself.',
  },
  'vault.read-only': {
    retry: 'later',
    status: 503,
    what: 'The vault cannot be written',
    remedy: 'Check the mount and the permissions of the vault directory; intake goes on by itself.',
  },
  'vault.write-failed': {
    retry: 'later',
    status: 503,
    what: 'The vault disk reported an error while writing',
    remedy: 'Check the health of the vault disk (kernel log, SMART); the file is copied anew.',
  },
  'vault.read-failed': {
    retry: 'later',
    status: 503,
    what: 'The vault disk reported an error while reading',
    remedy: 'Check the health of the vault disk (kernel log, SMART).',
  },
  'vault.mismatch': {
    retry: 'now',
    status: 500,
    what: 'What was read back from the vault differs from what was written',
    remedy: 'The copy was set aside and is made again; if it recurs, replace the vault disk and test the memory.',
  },
  'vault.missing': {
    retry: 'never',
    status: 404,
    what: 'A file that should be in the vault is not there',
    remedy: 'Run `evidock verify`; fetch the file back from the archive.',
  },
  'vault.key-invalid': {
    retry: 'never',
    status: 400,
    what: 'A vault key has a form that is not allowed',
    remedy: 'This is a fault of the station: report it with the log line.',
  },
  'ledger.failed': {
    retry: 'later',
    status: 503,
    what: 'The ledger could not be read or written',
    remedy: 'Check the disk that holds the state directory; restore the newest ledger backup if it is damaged.',
  },
  'ledger.in-use': {
    retry: 'never',
    status: 409,
    what: 'Another Evidock process holds the state directory',
    remedy: 'Stop the other process, or use the running station.',
  },
  'ledger.missing': {
    retry: 'never',
    status: 500,
    what: 'The vault holds footage, but the ledger is gone',
    remedy:
      'Put the newest backup in its place: stop the station, copy the newest file of backups/ in the state directory to ledger/ledger.sqlite, then run `evidock ledger accept`.',
  },
  'ledger.rolled-back': {
    retry: 'never',
    status: 500,
    what: 'The ledger is not the one that the station wrote last: entries of the custody log are missing or others',
    remedy:
      'Find out who changed it. If an older backup was put in its place on purpose, or nothing newer can be found, run `evidock ledger accept`: the custody log will tell so.',
  },
  'ledger.altered': {
    retry: 'never',
    status: 500,
    what: 'Tables or triggers of the ledger were changed from outside',
    remedy:
      'Find out who changed it, and run `evidock verify`. `evidock ledger accept` makes missing triggers again; else restore a backup.',
  },
  'ledger.newer': {
    retry: 'never',
    status: 500,
    what: 'The ledger was written by a newer version of Evidock',
    remedy: 'Install that version or a later one.',
  },
  'transcoder.failed': {
    retry: 'later',
    status: 500,
    what: 'The transcoder failed',
    remedy: 'The original is safe; look at the detail, then run `evidock jobs retry`.',
  },
  'transcoder.timeout': {
    retry: 'later',
    status: 504,
    what: 'The transcoder took longer than its limit',
    remedy: 'The original is safe; raise derive.timeLimit if the recording is honest, then run `evidock jobs retry`.',
  },
  'transcoder.stood-still': {
    retry: 'later',
    status: 504,
    what: 'The transcoder stood still and was stopped',
    remedy: 'The original is safe, and it is tried again. If it comes again and again, see whether the disk of the vault answers.',
  },
  'transcoder.too-slow': {
    retry: 'never',
    status: 422,
    what: 'The transcoder ran into its time limit twice',
    remedy:
      'The original is safe. Raise derive.timeLimit if the recording is honest or the machine was busy, then run `evidock derive --again --failed`.',
  },
  'transcoder.unplayable': {
    retry: 'never',
    status: 422,
    what: 'No playable copy can be made of this recording',
    remedy: 'The original is kept as it is; it can be exported for a specialist.',
  },
  'transcoder.unsupported': {
    retry: 'never',
    status: 422,
    what: 'Nothing here can show this kind of file',
    remedy:
      'The original is whole as far as can be told, and kept as it is; it can be exported for a specialist. After an update: `evidock derive --again --failed`.',
  },
  'transcoder.too-large': {
    retry: 'never',
    status: 422,
    what: 'A derivative grew beyond what its original allows',
    remedy: 'The original is kept as it is; raise derive.outputMax if the recording is honest, then run `evidock derive --again --failed`.',
  },
  'transcoder.missing': {
    retry: 'later',
    status: 503,
    what: 'ffmpeg or ffprobe cannot be run',
    remedy: 'Install the package ffmpeg, or set derive.ffmpeg and derive.ffprobe.',
  },
  'archive.unreachable': {
    retry: 'later',
    status: 502,
    what: 'The archive cannot be reached',
    remedy: 'Check the network and archive.s3.endpoint; uploads go on by themselves.',
  },
  'archive.refused': {
    retry: 'later',
    status: 502,
    what: 'The archive refused the request',
    remedy: 'Check the access key, the bucket and its policy; uploads go on by themselves.',
  },
  'archive.full': {
    retry: 'later',
    status: 507,
    what: 'The archive has no space left',
    remedy: 'Extend the archive; uploads go on by themselves.',
  },
  'archive.mismatch': {
    retry: 'later',
    status: 502,
    what: 'The archive returned other bytes than were sealed',
    remedy: 'The local copy is kept and the upload is made again; have the archive examined, it cannot be trusted now.',
  },
  'archive.slow': {
    retry: 'later',
    status: 504,
    what: 'The link to the archive is too slow',
    remedy: 'Fewer and smaller parts are tried by themselves; give the station a faster link, or let it upload at night (archive.hours).',
  },
  'archive.not-accepted': {
    retry: 'later',
    status: 502,
    what: 'The archive did not accept an upload',
    remedy: 'It is made again by itself; if it recurs, look for what changes bytes between the station and the archive.',
  },
  'archive.missing': {
    retry: 'later',
    status: 404,
    what: 'The archive does not hold the object',
    remedy: 'Run `evidock verify --archive`, then `evidock jobs retry`.',
  },
  'queue.unreachable': {
    retry: 'later',
    status: 503,
    what: 'The work queue (Redis) cannot be reached',
    remedy: 'Start Redis or correct queue.url; no work is lost, it is queued again from the ledger.',
  },
  'queue.refused': {
    retry: 'later',
    status: 503,
    what: 'The work queue (Redis) takes no work',
    remedy: 'Point queue.url to a Redis that may be written and has memory left; no work is lost, it is queued again from the ledger.',
  },
  ...WORK_ERRORS,
  ...REQUEST_ERRORS,
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The one class of error. `detail` names the thing (an id, a field, a key), never a secret. */
export class EvidockError extends Error {
  override readonly name = 'EvidockError';
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, cause?: unknown) {
    super(`${ERRORS[code].what}: ${detail}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
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
    return ERRORS[this.code].remedy;
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
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new EvidockError('station.internal', detail, thrown);
}

/** The `code` of a Node system error (`ENOSPC`, `EIO`, …), or undefined. */
export function errnoOf(thrown: unknown): string | undefined {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  return undefined;
}
