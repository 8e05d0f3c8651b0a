import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';
import type { VaultSpace } from '#domain/eviction/space';
import type { AttributeState } from './immutable-files.ts';

/** A file that is being written. It is invisible under its key until `commit`. */
export interface VaultDraft {
  readonly key: string;
  /** Writes the first `bytes` bytes of `chunk` at `position`. Errors: vault.full, vault.read-only, vault.write-failed. */
  write(chunk: Uint8Array, bytes: number, position: number): Promise<void>;
  /** Descriptor of the draft's open file in this process, for a lane that writes to it. `wrote` tells the draft how many bytes the lane has written. */
  readonly descriptor: number;
  wrote(bytes: number): void;
  /** Checks the length, fsyncs and closes the file. After that its bytes are durable under the draft's own name. */
  finish(bytes: number): Promise<void>;
  /** Links the finished draft under its key, removes the draft's own name, and fsyncs the directory. Never replaces a file. */
  commit(): Promise<'created' | 'exists'>;
  /** Removes the draft. Safe at any time, also twice. */
  discard(): Promise<void>;
}

/** A draft that goes on with what an earlier attempt, perhaps of an earlier process, has written of it. */
export interface ResumedDraft extends VaultDraft {
  /** How many bytes are there from earlier attempts. The caller reads them again, since nothing proves them. */
  readonly keptBytes: number;
  /** Fills `target` from `position` on with what is there. Returns how many bytes came. Throws vault.read-failed. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Throws away what is there, so that the draft begins anew. */
  restart(): Promise<void>;
  /** Closes the draft and leaves its bytes for a later attempt. */
  leave(): Promise<void>;
}

/** An original that is open for reading at any place. */
export interface VaultFile {
  readonly bytes: number;
  /** Fills `target` from `position` on. Returns how many bytes came; fewer only at the end of the file. Throws vault.read-failed. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * How fast a file is read, bytes a second: one Int32 in shared memory, which its owner may change while it is read; 0 is no limit. What has a pace is read by a
 * thread of its own, so that nobody who is in a hurry waits behind it.
 */
export type ReadPace = Int32Array<SharedArrayBuffer>;

export interface RereadOptions {
  readonly sm3: boolean;
  /** Size of the blocks of which digests are wanted beside that of the whole: `blocks` has their SHA-256, one behind the other. */
  readonly blockBytes?: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  readonly pace?: ReadPace;
}

export interface VaultReader {
  /** null if there is no such file. */
  stat(key: string): Promise<{ bytes: number } | null>;
  /** Streams the file, or a range of it. The stream needs bounded memory and may be destroyed at any time. Throws vault.missing. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Opens the file once for many small reads. Throws vault.missing. */
  openFile(key: string): Promise<VaultFile>;
  /** Reads a file of at most 1 MiB whole, such as a manifest. */
  readSmall(key: string): Promise<Uint8Array>;
  /** Reads the file again from the disk, past the page cache where the file system allows that. Returns which way it read. */
  reread(
    key: string,
    options: RereadOptions,
  ): Promise<{ bytes: number; digests: Digests; method: 'direct' | 'nocache' | 'cached'; blocks: Uint8Array | null }>;
  /** Every committed file whose key begins with `prefix` ('' for all), in the order of keys. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /**
   * Writes, fsyncs and removes a small file. Throws vault.full, vault.read-only or vault.write-failed where footage could not be taken in. vault.full also
   * means that nothing is free above the reserve.
   */
  probe(): Promise<{ freeBytes: number }>;
  /** The head that `keepLedgerHead` kept last; null if there is none. It is not among the files of `list`. */
  ledgerHead(): Promise<Uint8Array | null>;
  /** Bytes free for new originals: free space less the reserve; never negative. */
  freeBytes(): Promise<number>;
  /** The same, beside all the space that originals and derivatives may take. */
  space(): Promise<VaultSpace>;
  /**
   * Paths of these files that a child process on this host may read: the vault's own where the vault is on this host, else copies in `scratch`. The caller
   * calls `release` in the end, which removes the copies. `onProgress` is called as bytes of a copy come. Throws vault.missing.
   */
  localFiles(
    keys: readonly string[],
    options: { scratch: string; onProgress?: () => void },
  ): Promise<{ paths: readonly string[]; release(): Promise<void> }>;
}

/** Stores derivatives. They can be made again, so only files under their keys are ever replaced or removed. */
export interface DerivativeVault {
  /**
   * Moves a finished file from any disk of this host durably under `key`, in place of a derivative with that key; never under an original's key. The source
   * file is gone then, or goes with its scratch directory. `onProgress` is called as bytes are read or sent.
   */
  adoptDerivative(path: string, key: string, onProgress?: () => void): Promise<{ bytes: number; sha256: string }>;
  /** Removes a derivative durably; never a file under an original's key. A key that is not there is no error. */
  removeDerivative(key: string): Promise<void>;
}

/** Stores pieces of the custody log, below `custody/`. They are not among the files of `list('')`, which are footage. */
export interface LogVault {
  /** Stores a piece durably, in place of one with the same key. It may use the reserve, so that the log goes on where footage must stop. */
  putLog(key: string, bytes: Uint8Array): Promise<void>;
  /** Removes a piece. A key that is not there is no error. */
  removeLog(key: string): Promise<void>;
}

export interface Vault extends VaultReader, DerivativeVault, LogVault {
  /** Opens a draft under a temporary name beside the key. Throws vault.full if `bytes` bytes would not fit above the reserve. */
  draft(key: string, bytes: number): Promise<VaultDraft>;
  /** Opens the draft of this key that goes on where an earlier attempt stopped; one at a time. Throws vault.full if what is left would not fit. */
  resumeDraft(key: string, bytes: number): Promise<ResumedDraft>;
  /** Writes a small file durably. Returns `exists` if the key holds the same bytes; throws vault.mismatch if it holds others. */
  putSmall(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Makes `newKey` a second name of the bytes of `existingKey`, or a copy of them where the disk has no links. */
  link(existingKey: string, newKey: string): Promise<'created' | 'exists'>;
  /** Takes the write permission from the file and fsyncs it. */
  makeReadOnly(key: string): Promise<void>;
  /**
   * Sets the immutable attribute on files that are sealed, where the disk has it and the mount helper may set it. Never throws: that it cannot be set stops
   * nothing. `link` and `quarantine` lift it, and set it again under every name that is left.
   */
  makeImmutable(keys: readonly string[]): Promise<AttributeState>;
  /** Whether both keys are names of one file, so that a reading of one is a reading of both. False where one is not there. */
  isSameFile(key: string, otherKey: string): Promise<boolean>;
  /** Moves a file that is not what the ledger says out of the way, with its bytes. Returns its new place. */
  quarantine(key: string): Promise<string>;
  /** Keeps the newest head of the ledger (domain/vault/ledger-head.ts) durably, in place of the one before. */
  keepLedgerHead(bytes: Uint8Array): Promise<void>;
  /** Removes drafts of earlier processes; returns how many. Those that may be resumed stay for a week. Called once at start. */
  sweep(): Promise<number>;
}
