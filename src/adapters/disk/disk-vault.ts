import { randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, open, readFile, rename, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { ByteRange } from '#domain/byte-range';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import type { VaultSpace } from '#domain/eviction/space';
import { because } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type { AttributeState } from '#ports/immutable-files';
import type { RereadOptions, ResumedDraft, Vault, VaultDraft, VaultFile } from '#ports/vault';
import {
  DurableFile,
  makeDirectory,
  probeDirectory,
  putDurably,
  removeDurably,
  SharedSyncs,
  syncDirectory,
  VAULT_WRITE_ERRORS,
  writeError,
} from '../durable-file.ts';
import { adoptFile, removeFile } from './adopt-file.ts';
import type { SealedAttributes } from './sealed-attributes.ts';
import { VaultDrafts } from './vault-drafts.ts';
import { readError } from './vault-errors.ts';
import { copyInto, linkOrCopy } from './vault-links.ts';
import { filesBelow } from './vault-list.ts';
import { Rereader } from './vault-reread.ts';
import { sweepVault } from './vault-sweep.ts';

const SMALL_BYTES_MAX = 1024 * 1024;
const STREAM_CHUNK = 1024 * 1024;
const DIRECTORIES_MAX = 10_000;
const SCRATCH = 'scratch';
const QUARANTINE = 'quarantine';
const LEDGER_HEAD = 'ledger-head.json';
const CUSTODY = 'custody';
/** A list of all files leaves these out: they hold no footage. */
const NO_FOOTAGE: readonly string[] = [SCRATCH, QUARANTINE, LEDGER_HEAD, CUSTODY];
const READ_ONLY = 0o440;

interface Options {
  readonly directory: string;
  /** Bytes on the vault's disk that drafts never use. */
  readonly reserveBytes: number;
  readonly rereadThreads: number;
  /** Sets the immutable attribute of sealed files; left out: files are read-only and no more. */
  readonly attributes?: SealedAttributes | undefined;
}

/**
 * The vault on a local disk: `<directory>/<key>`, and `<directory>/quarantine/…` for what was set aside. `<directory>/scratch/` belongs to
 * those who make derivatives.
 */
export class DiskVault implements Vault {
  readonly #root: string;
  readonly #reserveBytes: number;
  readonly #attributes: SealedAttributes | undefined;
  readonly #rereader: Rereader;
  /** Reads what has a pace. */
  readonly #slowReader = new Rereader(1);
  readonly #drafts = new VaultDrafts();
  readonly #directories = new LRUCache<string, true>({ max: DIRECTORIES_MAX });
  readonly #syncs = new SharedSyncs();
  /** The probe that is being written. All who ask at the same time share it and its answer, so a disk that hangs holds up only one. */
  #probe: Promise<{ freeBytes: number }> | undefined;

  constructor(options: Options) {
    this.#root = options.directory;
    this.#reserveBytes = options.reserveBytes;
    this.#attributes = options.attributes;
    this.#rereader = new Rereader(options.rereadThreads);
  }

  /** Makes the vault's directory. Throws vault.read-only or vault.write-failed. */
  async open(): Promise<void> {
    try {
      await makeDirectory(this.#root);
    } catch (error) {
      throw writeError(VAULT_WRITE_ERRORS, 'vault directory', error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#rereader.close(), this.#slowReader.close()]);
  }

  #path(key: string): string {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
    return join(this.#root, key);
  }

  async draft(key: string, bytes: number): Promise<VaultDraft> {
    const path = this.#path(key);
    await this.#mustFit(key, bytes);
    return this.#drafts.open(key, await this.#durable(path, key), bytes);
  }

  async resumeDraft(key: string, bytes: number): Promise<ResumedDraft> {
    const path = this.#path(key);
    await this.#makeParent(path, key);
    const file = new DurableFile({ final: path, label: key, errors: VAULT_WRITE_ERRORS, mode: READ_ONLY, resumes: true });
    await file.open();
    let keptBytes = 0;
    try {
      if ((await file.length()) > bytes) await file.truncate(0);
      keptBytes = await file.length();
      await this.#mustFit(key, bytes - keptBytes);
      return this.#drafts.resume(key, file, { bytes, keptBytes });
    } catch (error) {
      await (keptBytes === 0 ? file.discard() : file.leave());
      throw error;
    }
  }

  async #mustFit(key: string, bytes: number): Promise<void> {
    const free = (await this.freeBytes()) - this.#drafts.promisedBytes;
    if (bytes > free) throw new EvidockError('vault.full', because('full-reserve', { key, size: bytes, free: Math.max(0, free) }));
  }

  /** A draft that is made read-only before it gets its final name. */
  async #durable(path: string, key: string, made?: number): Promise<DurableFile> {
    await this.#makeParent(path, key);
    const options = { final: path, label: key, errors: VAULT_WRITE_ERRORS, mode: READ_ONLY };
    const file = new DurableFile(made === undefined ? options : { ...options, made });
    await file.open();
    return file;
  }

  async #makeParent(path: string, key: string): Promise<void> {
    const parent = dirname(path);
    if (this.#directories.get(parent)) return;
    try {
      await makeDirectory(parent, (directory) => this.#syncs.sync(directory));
    } catch (error) {
      throw writeError(VAULT_WRITE_ERRORS, key, error);
    }
    this.#directories.set(parent, true);
  }

  async putSmall(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (bytes.length > SMALL_BYTES_MAX)
      throw new EvidockError('vault.key-invalid', because('not-small', { thing: key, bytes: bytes.length }));
    // Manifests may use the reserve, so that what was copied can still be sealed when the disk is full.
    const draft = await this.#durable(this.#path(key), key, READ_ONLY);
    try {
      await draft.write(bytes, bytes.length, 0);
      await draft.finish(bytes.length);
      if ((await draft.commit()) === 'created') return 'created';
    } catch (error) {
      await draft.discard();
      throw error;
    }
    await draft.discard();
    if (Buffer.compare(await this.readSmall(key), bytes) !== 0)
      throw new EvidockError('vault.mismatch', because('other-bytes', { thing: key }));
    return 'exists';
  }

  async stat(key: string): Promise<{ bytes: number } | null> {
    try {
      const found = await lstat(this.#path(key));
      return found.isFile() ? { bytes: found.size } : null;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null;
      throw readError(key, error);
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const handle = await this.#openForRead(key);
    if (range && range.end <= range.start) {
      await handle.close();
      throw new EvidockError('request.invalid', because('empty-range', { key }));
    }
    const bounds = range ? { start: range.start, end: range.end - 1 } : {};
    return createReadStream('', { fd: handle, highWaterMark: STREAM_CHUNK, autoClose: true, ...bounds });
  }

  async openFile(key: string): Promise<VaultFile> {
    const handle = await this.#openForRead(key);
    try {
      const { size } = await handle.stat();
      return {
        bytes: size,
        read: async (target, position) => {
          let filled = 0;
          try {
            while (filled < target.length) {
              const { bytesRead } = await handle.read(target, filled, target.length - filled, position + filled);
              if (bytesRead === 0) break;
              filled += bytesRead;
            }
          } catch (error) {
            throw readError(key, error);
          }
          return filled;
        },
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw readError(key, error);
    }
  }

  async #openForRead(key: string) {
    try {
      return await open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      throw readError(key, error);
    }
  }

  async readSmall(key: string): Promise<Uint8Array> {
    const handle = await this.#openForRead(key);
    try {
      const { size } = await handle.stat();
      if (size > SMALL_BYTES_MAX) throw new EvidockError('vault.read-failed', because('not-small', { thing: key, bytes: size }));
      return await handle.readFile();
    } catch (error) {
      throw readError(key, error);
    } finally {
      await handle.close();
    }
  }

  async reread(key: string, options: RereadOptions): ReturnType<Vault['reread']> {
    const reader = options.pace ? this.#slowReader : this.#rereader;
    const { bytes, sha256, sm3, method, blocks } = await reader.reread(key, this.#path(key), options);
    return { bytes, digests: { sha256, sm3 }, method, blocks };
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    if (prefix !== '' && !isVaultKey(prefix)) throw new EvidockError('vault.key-invalid', because('key', { key: prefix }));
    yield* filesBelow(this.#root, prefix, NO_FOOTAGE);
  }

  async freeBytes(): Promise<number> {
    return (await this.space()).freeBytes;
  }

  async space(): Promise<VaultSpace> {
    try {
      const { bavail, bfree, blocks, bsize } = await statfs(this.#root);
      // Blocks that only root may take, and the reserve, are no room for footage.
      const totalBytes = Math.max(0, (blocks - (bfree - bavail)) * bsize - this.#reserveBytes);
      return { totalBytes, freeBytes: Math.max(0, bavail * bsize - this.#reserveBytes) };
    } catch (error) {
      throw writeError(VAULT_WRITE_ERRORS, 'free space of the vault', error);
    }
  }

  probe(): Promise<{ freeBytes: number }> {
    this.#probe ??= this.#writeProbe().finally(() => {
      this.#probe = undefined;
    });
    return this.#probe;
  }

  async #writeProbe(): Promise<{ freeBytes: number }> {
    await probeDirectory(this.#root, VAULT_WRITE_ERRORS);
    const freeBytes = await this.freeBytes();
    if (freeBytes === 0) throw new EvidockError('vault.full', because('nothing-free', {}));
    return { freeBytes };
  }

  async localFiles(keys: readonly string[]): Promise<{ paths: readonly string[]; release(): Promise<void> }> {
    const paths = keys.map((key) => this.#path(key));
    for (const key of keys) if (!(await this.stat(key))) throw new EvidockError('vault.missing', because('key', { key }));
    return { paths, release: async () => undefined };
  }

  async link(existingKey: string, newKey: string): Promise<'created' | 'exists'> {
    const from = this.#path(existingKey);
    const to = this.#path(newKey);
    await this.#makeParent(to, newKey);
    const copies = () => copyInto(from, (bytes) => this.draft(newKey, bytes));
    return linkOrCopy({ from, to, existingKey, newKey }, (change) => this.#changing(existingKey, change), copies);
  }

  /** Makes a change that the immutable attribute of the file may forbid. */
  #changing<T>(key: string, change: () => Promise<T>): Promise<T> {
    return this.#attributes ? this.#attributes.changing(key, change) : change();
  }

  async makeImmutable(keys: readonly string[]): Promise<AttributeState> {
    return this.#attributes ? this.#attributes.set(keys) : { power: 'forbidden' };
  }

  async makeReadOnly(key: string): Promise<void> {
    try {
      const path = this.#path(key);
      if (((await lstat(path)).mode & 0o777) === READ_ONLY) return;
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        await handle.chmod(READ_ONLY);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw new EvidockError('vault.missing', because('key', { key }), error);
      throw writeError(VAULT_WRITE_ERRORS, `${key}: make read-only`, error);
    }
  }

  async isSameFile(key: string, otherKey: string): Promise<boolean> {
    try {
      const [one, other] = [await lstat(this.#path(key)), await lstat(this.#path(otherKey))];
      return one.ino === other.ino && one.dev === other.dev;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
      throw readError(key, error);
    }
  }

  async quarantine(key: string): Promise<string> {
    const from = this.#path(key);
    const to = join(this.#root, QUARANTINE, `${key.replaceAll('/', '_')}.${randomBytes(6).toString('hex')}`);
    try {
      await makeDirectory(dirname(to));
      await this.#changing(key, () => rename(from, to));
      await syncDirectory(dirname(to));
      await syncDirectory(dirname(from));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw new EvidockError('vault.missing', because('key', { key }), error);
      throw writeError(VAULT_WRITE_ERRORS, `${key}: quarantine`, error);
    }
    return to.slice(this.#root.length + 1);
  }

  async adoptDerivative(path: string, key: string, onProgress?: () => void): Promise<{ bytes: number; sha256: string }> {
    const to = this.#derivativePath(key);
    await this.#makeParent(to, key);
    const sync = (directory: string) => this.#syncs.sync(directory);
    return adoptFile(path, to, { label: key, mode: READ_ONLY, sync, ...(onProgress ? { onProgress } : {}) });
  }

  async removeDerivative(key: string): Promise<void> {
    const path = this.#derivativePath(key);
    this.#directories.delete(dirname(path));
    await removeFile(path, { label: key, sync: (directory) => this.#syncs.sync(directory) });
  }

  #derivativePath(key: string): string {
    if (!key.includes('/derived/')) throw new EvidockError('vault.key-invalid', because('not-derivative-key', { key }));
    return this.#path(key);
  }

  async putLog(key: string, bytes: Uint8Array): Promise<void> {
    await this.#makeParent(this.#logPath(key), key);
    await putDurably(this.#logPath(key), bytes, { label: key, errors: VAULT_WRITE_ERRORS });
  }

  async removeLog(key: string): Promise<void> {
    await removeDurably(this.#logPath(key), { label: key, errors: VAULT_WRITE_ERRORS });
  }

  #logPath(key: string): string {
    if (!key.startsWith(`${CUSTODY}/`)) throw new EvidockError('vault.key-invalid', because('not-log-key', { key }));
    return this.#path(key);
  }

  sweep(): Promise<number> {
    const changing = (key: string, change: () => Promise<void>) => this.#changing(key, change);
    return sweepVault({ root: this.#root, quarantine: join(this.#root, QUARANTINE), failed: readError, changing });
  }

  async ledgerHead(): Promise<Uint8Array | null> {
    try {
      return await readFile(join(this.#root, LEDGER_HEAD));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw readError(LEDGER_HEAD, error);
    }
  }

  async keepLedgerHead(bytes: Uint8Array): Promise<void> {
    await putDurably(join(this.#root, LEDGER_HEAD), bytes, { label: LEDGER_HEAD, errors: VAULT_WRITE_ERRORS });
  }
}
