import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, errnoOf } from '#domain/errors';

/** What an interrupted upload needs to go on after a restart; kept in the ledger. */
export interface UploadState {
  readonly key: string;
  readonly uploadId: string;
  readonly partBytes: number;
  readonly parts: readonly { readonly number: number; readonly etag: string; readonly bytes: number }[];
  readonly startedAtMs: number;
}

export interface UploadJournal {
  load(key: string): Promise<UploadState | null>;
  begin(state: Omit<UploadState, 'parts'>): Promise<void>;
  part(key: string, part: { number: number; etag: string; bytes: number }): Promise<void>;
  forget(key: string): Promise<void>;
  all(): Promise<readonly UploadState[]>;
}

export interface PutRequest {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mediaType: string;
  /** Opens the source from any byte: called once a part, and again for a retry. */
  readonly open: (range: ByteRange) => Promise<Readable>;
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** The bytes that are to be archived. What fails here is the vault's disk, and must not be told of as the archive. */
export async function* sourceChunks(request: PutRequest, range: ByteRange): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of (await request.open(range)) as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (error instanceof EvidockError || request.signal?.aborted) throw error;
    throw new EvidockError('vault.read-failed', `${request.key} (${errnoOf(error) ?? String(error)})`, error);
  }
}

export interface ArchivedObject {
  readonly key: string;
  readonly bytes: number;
  /** Hex; only where the server really gives one. */
  readonly sha256: string | null;
}

/**
 * The second copy. Keys are vault keys. Errors: archive.unreachable, .refused, .full, .mismatch, .missing.
 * An accepted upload is never taken for a verified one: `verify` decides.
 */
export interface Archive {
  /** Name in the ledger's copies: `s3` or `disk`. */
  readonly name: string;
  /** Idempotent: the same key with the same bytes may be put again. Resumes what the journal knows. */
  put(request: PutRequest): Promise<void>;
  /** HEAD: size and server checksum; with `readback` also a streamed read whose SHA-256 must equal. Throws archive.mismatch or archive.missing. */
  verify(
    expected: { key: string; bytes: number; sha256: string },
    options: { policy: 'readback' | 'head'; signal?: AbortSignal; onBytes?: (bytes: number) => void },
  ): Promise<'readback' | 'head'>;
  head(key: string): Promise<ArchivedObject | null>;
  read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /** Aborts multipart uploads of our station's recordings that the journal does not know or that are older than `olderThanMs`; returns how many. */
  abortAbandoned(nowMs: number, olderThanMs: number): Promise<number>;
  /** Writes, reads and removes a small probe object; for doctor. Returns a line that tells what was reached. */
  check(): Promise<string>;
  close(): Promise<void>;
}
