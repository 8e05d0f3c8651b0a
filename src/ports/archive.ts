import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import type { Reason } from '#domain/reason';

/** What an interrupted upload needs to go on after a restart; kept in the ledger. */
export interface UploadState {
  readonly key: string;
  readonly uploadId: string;
  readonly partBytes: number;
  readonly parts: readonly { readonly number: number; readonly etag: string; readonly bytes: number }[];
  readonly startedAtMs: number;
}

export type UploadName = Pick<UploadState, 'key' | 'uploadId'>;

export interface UploadJournal {
  load(key: string): Promise<UploadState | null>;
  begin(state: Omit<UploadState, 'parts'>): Promise<void>;
  /** Throws work.lease-lost where another upload of this object was begun since: parts of two never mix. */
  part(upload: UploadName, part: { number: number; etag: string; bytes: number }): Promise<void>;
  /** Another upload of this object that was begun since stays. */
  forget(upload: UploadName): Promise<void>;
  all(): Promise<readonly UploadState[]>;
}

/** What a transfer tells while it goes on. */
export interface TransferOptions {
  /** So many bytes of the object are done. */
  readonly onBytes?: (bytes: number) => void;
  /** Bytes moved just now, in whatever direction: what a lease is renewed by. */
  readonly onMoved?: () => void;
  readonly signal?: AbortSignal;
}

export interface PutRequest extends TransferOptions {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** An older version of this object may be there and gives way to this one; else what is there is set aside where it can be. */
  readonly replaces?: boolean;
  /** Opens the source from any byte: called once a part, and again for a retry. */
  readonly open: (range: ByteRange) => Promise<Readable>;
}

export interface ArchivedObject {
  readonly key: string;
  readonly bytes: number;
  /** Hex; only where the server really gives one. */
  readonly sha256: string | null;
}

export interface ExpectedObject {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The second copy. Keys are vault keys. Errors: archive.unreachable, .slow, .refused, .full, .not-accepted, .mismatch, .missing.
 * An accepted upload is never taken for a verified one: `verify` decides. Every transfer, both ways, ends when no byte has moved for the archive's
 * time-out, and goes on where it stopped: a read at its byte, an upload at its part.
 */
export interface Archive {
  /** Name in the ledger's copies: `s3` or `disk`. */
  readonly name: string;
  /** Idempotent: the same key with the same bytes may be put again. Resumes what the journal knows. */
  put(request: PutRequest): Promise<void>;
  /**
   * HEAD: size and server checksum; with `readback` also a streamed read whose SHA-256 must equal. Throws archive.mismatch or archive.missing, and
   * only when a second look has found the same: what one answer says may be the network's doing.
   */
  verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }): Promise<'readback' | 'head'>;
  head(key: string): Promise<ArchivedObject | null>;
  read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /** Only a piece of the custody log, below `custody/`: footage is never removed by this. What is not there is no error. */
  removeLog(key: string, signal?: AbortSignal): Promise<void>;
  /** Aborts multipart uploads of our station's recordings that the journal does not know or that are older than `olderThanMs`; returns how many. */
  abortAbandoned(nowMs: number, olderThanMs: number): Promise<number>;
  /** Writes, reads and removes a small probe object in every way in which objects are written. Returns a line that tells what was reached. */
  check(signal?: AbortSignal): Promise<Reason>;
  close(): Promise<void>;
}
