import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';

/** A file that is being written; invisible under its key until `commit`. */
export interface VaultDraft {
  readonly key: string;
  /** Writes the first `bytes` bytes of `chunk` at `position`. Errors: vault.full, vault.read-only, vault.write-failed. */
  write(chunk: Uint8Array, bytes: number, position: number): Promise<void>;
  /** Its open file in this process, for a lane that writes to it; `wrote` tells how many bytes it has written. */
  readonly descriptor: number;
  wrote(bytes: number): void;
  /** Checks the length, fsyncs, closes. The bytes are durable under the draft's name after it. */
  finish(bytes: number): Promise<void>;
  /** Links the finished draft under its key without ever replacing a file, unlinks the draft's name, fsyncs the directory. */
  commit(): Promise<'created' | 'exists'>;
  /** Throws the draft away; safe at any time, also twice. */
  discard(): Promise<void>;
}

/** An original that is open for reading at any place. */
export interface VaultFile {
  readonly bytes: number;
  /** Fills `target` from `position` on; returns how many bytes came, fewer only at the end of the file. Throws vault.read-failed. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface VaultReader {
  /** null if there is no such file. */
  stat(key: string): Promise<{ bytes: number } | null>;
  /** Throws vault.missing. The stream is bounded in memory and may be destroyed at any time. */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** For many small reads: one open file, no stream for each. Throws vault.missing. */
  openFile(key: string): Promise<VaultFile>;
  /** Small files only (at most 1 MiB): manifests. */
  readSmall(key: string): Promise<Uint8Array>;
  /** Re-reads the file from the disk, past the page cache where the file system allows; says which way it went. */
  reread(
    key: string,
    options: { sm3: boolean; signal?: AbortSignal; onBytes?: (bytes: number) => void },
  ): Promise<{ bytes: number; digests: Digests; method: 'direct' | 'nocache' | 'cached' }>;
  /** Every committed file below `prefix` ('' for all), in key order. */
  list(prefix: string): AsyncIterable<{ key: string; bytes: number }>;
  /**
   * Writes, fsyncs and removes a small file. Throws vault.full (also where nothing is free above the reserve), vault.read-only or vault.write-failed
   * where footage could not be taken in.
   */
  probe(): Promise<{ freeBytes: number }>;
  /** What `keepLedgerHead` kept last; null if nothing. Not among the files of `list`. */
  ledgerHead(): Promise<Uint8Array | null>;
  /** Bytes free for new originals: free space less the reserve; never negative. */
  freeBytes(): Promise<number>;
  /**
   * Paths of these files that a child process on this host may read: the vault's own where it stands on this host, else copies in `scratch`. Call `release`
   * in the end; it takes the copies away. `onProgress` is called as bytes of a copy come. Throws vault.missing.
   */
  localFiles(
    keys: readonly string[],
    options: { scratch: string; onProgress?: () => void },
  ): Promise<{ paths: readonly string[]; release(): Promise<void> }>;
}

/** Where derivatives go. What stands under a key of theirs can be made again, so here alone files are replaced and removed. */
export interface DerivativeVault {
  /**
   * Makes a finished file on any disk of this host durable under `key`, replacing a derivative of that name; never an original's key. The file is gone
   * from its place then, or goes with its scratch directory. `onProgress` is called as bytes are read or sent.
   */
  adoptDerivative(path: string, key: string, onProgress?: () => void): Promise<{ bytes: number; sha256: string }>;
  /** Durably. What is not there is no error. Never an original's key. */
  removeDerivative(key: string): Promise<void>;
}

/** Where pieces of the custody log go, below `custody/`. Not among the files of `list('')`, which are footage. */
export interface LogVault {
  /** Durable; takes the place of what has the key. May use the reserve: the log must not stop where footage has to. */
  putLog(key: string, bytes: Uint8Array): Promise<void>;
  /** What is not there is no error. */
  removeLog(key: string): Promise<void>;
}

export interface Vault extends VaultReader, DerivativeVault, LogVault {
  /** Opens a draft under a temporary name beside the key; throws vault.full if `bytes` would eat into the reserve. */
  draft(key: string, bytes: number): Promise<VaultDraft>;
  /** Durable write of a small file. `exists` if the key holds the same bytes; vault.mismatch if it holds others. */
  putSmall(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Makes `newKey` a second name of the bytes of `existingKey`; a copy where links are not to be had. */
  link(existingKey: string, newKey: string): Promise<'created' | 'exists'>;
  /** Takes the write permission from the file and fsyncs it. */
  makeReadOnly(key: string): Promise<void>;
  /** Moves a file that is not what the ledger says out of the way, keeping its bytes; returns where it went. */
  quarantine(key: string): Promise<string>;
  /** Keeps the newest head of the ledger (`domain/ledger-head.ts`), durably, in place of the one before. */
  keepLedgerHead(bytes: Uint8Array): Promise<void>;
  /** Removes drafts of earlier processes; returns how many. Called once at start. */
  sweep(): Promise<number>;
}
