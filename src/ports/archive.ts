import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import type { Reason } from '#domain/reason';

/** What an interrupted multipart upload needs to go on after a restart. The ledger keeps it. */
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
  /**
   * Notes a part that the server has taken. Throws work.lease-lost where another upload of this object was begun since, so that parts of two uploads never mix.
   */
  part(upload: UploadName, part: { number: number; etag: string; bytes: number }): Promise<void>;
  /** Forgets this upload. Another upload of the object that was begun since stays. */
  forget(upload: UploadName): Promise<void>;
  all(): Promise<readonly UploadState[]>;
}

/** What the caller of a transfer hears while the transfer goes on. */
export interface TransferOptions {
  /** Called with how many more bytes of the object are done. */
  readonly onBytes?: (bytes: number) => void;
  /** Called when bytes have moved, in either direction. The lease of the work is renewed by this. */
  readonly onMoved?: () => void;
  readonly signal?: AbortSignal;
}

export interface PutRequest extends TransferOptions {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /**
   * True: an older version of this object may be there, and this one replaces it. Else an object with other bytes under the key is set aside, where the archive
   * can do that.
   */
  readonly replaces?: boolean;
  /** Opens the source at any byte. Called once for each part, and again for a retry. */
  readonly open: (range: ByteRange) => Promise<Readable>;
}

/** Names an object. `versionId` absent or null: the newest version, or the only one where the archive keeps no versions. */
export interface ObjectName {
  readonly key: string;
  readonly versionId?: string | null;
}

export interface StoredObject {
  /** The version that now holds these bytes; null where the archive keeps no versions. */
  readonly versionId: string | null;
}

export interface ArchivedObject extends StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Hexadecimal; null unless the server really gives one. */
  readonly sha256: string | null;
}

export interface ExpectedObject extends ObjectName {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The second copy. Keys are vault keys. Errors: archive.unreachable, .slow, .refused, .full, .not-accepted, .mismatch, .missing.
 * An accepted upload is never taken for a verified one: `verify` decides. A transfer in either direction ends when no byte has moved for the archive's
 * time-out. The next attempt goes on where it stopped: a read at its byte, an upload at its part.
 */
export interface Archive {
  /** Name of the archive in the ledger's copies: `s3` or `disk`. */
  readonly name: string;
  /** Stores an object. Idempotent: the same key with the same bytes may be put again. Goes on with an upload that the journal knows. */
  put(request: PutRequest): Promise<StoredObject>;
  /**
   * Compares size and server checksum by HEAD; with `readback` also the SHA-256 of a streamed read. Throws archive.mismatch or archive.missing only when a
   * second look has found the same, because the network may have spoilt a single answer.
   */
  verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }): Promise<'readback' | 'head'>;
  head(object: ObjectName): Promise<ArchivedObject | null>;
  /** By version, where one is named: what somebody has put over an object, or hidden it with, is not read in its place. */
  read(object: ObjectName, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /**
   * Removes a piece of the custody log, whose key is below `custody/`, with all its versions, as far as no lock holds them. Footage is never removed by this. A key
   * that is not there is no error.
   */
  removeLog(key: string, signal?: AbortSignal): Promise<void>;
  /** Aborts multipart uploads of this station's recordings that the journal does not know, or that are older than `olderThanMs`. Returns how many. */
  abortAbandoned(nowMs: number, olderThanMs: number): Promise<number>;
  /** Writes, reads and removes a small probe object, in every way in which objects are written. Returns a line that says what was reached. */
  check(signal?: AbortSignal): Promise<Reason>;
  close(): Promise<void>;
}
