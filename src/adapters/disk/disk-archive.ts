import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { lstat, open, opendir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type { Archive, ArchivedObject, ExpectedObject, ObjectName, PutRequest, StoredObject, TransferOptions } from '#ports/archive';
import type { FaultPoints } from '#ports/fault-points';
import type { RateLimiter } from '#ports/rate-limiter';
import { lookTwice, mustBeLogKey, sourceChunks } from '../archive-transfers.ts';
import { DurableFile, makeDirectory, removeDurably, syncDirectory, type WriteErrors, writeError } from '../durable-file.ts';
import { Rereader } from './vault-reread.ts';

/**
 * This file shows that the archive's disk is mounted. Where it is missing, the directory may be the empty mount point on the station's own
 * disk.
 */
const MARKER = '.evidock-archive';
const STREAM_CHUNK = 1024 * 1024;
const READ_ONLY = 0o440;
/** A directory keeps one version of a file. */
const UNVERSIONED: StoredObject = { versionId: null };
const ERRORS: WriteErrors = { full: 'archive.full', readOnly: 'archive.refused', failed: 'archive.unreachable' };

interface Options {
  readonly directory: string;
  readonly limiter: RateLimiter;
  readonly faults: FaultPoints;
  /** The first station that uses the directory writes its id into the marker. */
  readonly stationId: string;
}

/** The second copy, in a directory that should lie on another disk. */
export class DiskArchive implements Archive {
  readonly name = 'disk';
  readonly #root: string;
  readonly #limiter: RateLimiter;
  readonly #faults: FaultPoints;
  readonly #stationId: string;
  readonly #rereader = new Rereader(1);

  constructor(options: Options) {
    this.#root = options.directory;
    this.#limiter = options.limiter;
    this.#faults = options.faults;
    this.#stationId = options.stationId;
  }

  /**
   * Makes the marker at the first use of the directory. From then on a directory without the marker is a disk that is not mounted. `known`:
   * the ledger has copies in this archive already, so this is not its first use.
   */
  async open(known: boolean): Promise<void> {
    try {
      await makeDirectory(this.#root);
    } catch (error) {
      throw writeError(ERRORS, 'archive directory', error);
    }
    if (known || (await this.#marked())) return;
    const bytes = new TextEncoder().encode(`${this.#stationId}\n`);
    const file = new DurableFile({ final: join(this.#root, MARKER), label: MARKER, errors: ERRORS });
    await file.open();
    await file.write(bytes, bytes.length, 0);
    await file.finish(bytes.length);
    if ((await file.commit()) === 'exists') await file.discard();
  }

  async #marked(): Promise<boolean> {
    try {
      await readFile(join(this.#root, MARKER));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw writeError(ERRORS, 'archive marker', error);
    }
  }

  async #requireMarker(): Promise<void> {
    if (!(await this.#marked())) throw new EvidockError('archive.unreachable', because('no-marker', { name: MARKER }));
  }

  #path(key: string): string {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
    return join(this.#root, key);
  }

  async put(request: PutRequest): Promise<StoredObject> {
    await this.#requireMarker();
    const path = this.#path(request.key);
    if (await this.#holds(request)) {
      request.onBytes?.(request.bytes);
      return UNVERSIONED;
    }
    await this.#makeParent(path, request.key);
    const file = new DurableFile({ final: path, label: request.key, errors: ERRORS });
    try {
      await file.open();
      await this.#fill(file, request);
      await file.finish(request.bytes);
      if (request.replaces) await file.replace();
      else if ((await file.commit()) === 'exists') {
        // Other bytes under our key were left by an attempt that did not verify: they are set aside, not lost.
        await rename(path, `${path}.${randomBytes(6).toString('hex')}.aside`);
        if ((await file.commit()) === 'exists')
          throw new EvidockError('archive.unreachable', because('upload-taken', { key: request.key }));
      }
    } catch (error) {
      await file.discard();
      throw writeError(ERRORS, request.key, error);
    }
    this.#faults.reached('w13-object-complete');
    return UNVERSIONED;
  }

  async #holds(request: PutRequest): Promise<boolean> {
    const present = await this.head(request);
    if (present?.bytes !== request.bytes) return false;
    const reading = { sm3: false, onBytes: () => request.onMoved?.(), ...signalOf(request.signal) };
    const { sha256 } = await this.#rereader.reread(request.key, this.#path(request.key), reading);
    return sha256 === request.sha256;
  }

  async #makeParent(path: string, key: string): Promise<void> {
    try {
      await makeDirectory(dirname(path));
    } catch (error) {
      throw writeError(ERRORS, key, error);
    }
  }

  async #fill(file: DurableFile, request: PutRequest): Promise<void> {
    let position = 0;
    if (request.bytes > 0) {
      for await (const chunk of sourceChunks(request, { start: 0, end: request.bytes })) {
        await this.#limiter.take(chunk.length, request.signal);
        request.signal?.throwIfAborted();
        await file.write(chunk, chunk.length, position);
        position += chunk.length;
        request.onBytes?.(chunk.length);
      }
    }
    if (position !== request.bytes)
      throw new EvidockError('vault.read-failed', because('bytes-came', { thing: request.key, found: position, bytes: request.bytes }));
  }

  async verify(expected: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }): Promise<'readback' | 'head'> {
    return lookTwice(() => this.#look(expected, options));
  }

  async #look({ key, bytes, sha256 }: ExpectedObject, options: TransferOptions & { policy: 'readback' | 'head' }) {
    const found = await this.head({ key });
    if (!found) throw new EvidockError('archive.missing', because('key', { key }));
    if (found.bytes !== bytes) throw new EvidockError('archive.mismatch', because('size-instead', { found: found.bytes, bytes, key }));
    if (options.policy === 'head') return 'head' as const;
    const read = await this.#digest(key, options);
    if (read !== sha256) throw new EvidockError('archive.mismatch', because('digest-instead', { found: read, sha256, key }));
    await this.#makeReadOnly(key);
    return 'readback' as const;
  }

  async #digest(key: string, options: TransferOptions): Promise<string> {
    let told = 0;
    const onBytes = (position: number) => {
      options.onBytes?.(position - told);
      options.onMoved?.();
      told = position;
    };
    try {
      const { sha256 } = await this.#rereader.reread(key, this.#path(key), { sm3: false, onBytes, ...signalOf(options.signal) });
      return sha256;
    } catch (error) {
      if (error instanceof EvidockError) throw new EvidockError('archive.unreachable', error.reason, error);
      throw error;
    }
  }

  async #makeReadOnly(key: string): Promise<void> {
    const handle = await open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      await handle.chmod(READ_ONLY);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(dirname(this.#path(key)));
  }

  async head({ key }: ObjectName): Promise<ArchivedObject | null> {
    await this.#requireMarker();
    try {
      const found = await lstat(this.#path(key));
      return found.isFile() ? { key, bytes: found.size, sha256: null, versionId: null } : null;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw writeError(ERRORS, key, error);
    }
  }

  async read({ key }: ObjectName, range?: ByteRange): Promise<Readable> {
    await this.#requireMarker();
    try {
      const handle = await open(this.#path(key), constants.O_RDONLY | constants.O_NOFOLLOW);
      const bounds = range ? { start: range.start, end: range.end - 1 } : {};
      return createReadStream('', { fd: handle, highWaterMark: STREAM_CHUNK, ...bounds });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw new EvidockError('archive.missing', because('key', { key }), error);
      throw writeError(ERRORS, key, error);
    }
  }

  async *list(prefix: string): AsyncIterable<{ key: string; bytes: number }> {
    if (prefix !== '' && !isVaultKey(prefix)) throw new EvidockError('vault.key-invalid', because('key', { key: prefix }));
    if (prefix === '') await this.#requireMarker();
    const directories: string[] = [];
    try {
      for await (const entry of await opendir(join(this.#root, prefix))) {
        const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
        if (entry.isDirectory()) directories.push(key);
        else if (entry.isFile() && isVaultKey(key) && !/\.(partial|aside)$/.test(key))
          yield { key, bytes: (await stat(join(this.#root, key))).size };
      }
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw writeError(ERRORS, prefix, error);
    }
    for (const directory of directories) if (isVaultKey(directory)) yield* this.list(directory);
  }

  async removeLog(key: string): Promise<void> {
    await this.#requireMarker();
    mustBeLogKey(key);
    await removeDurably(this.#path(key), { label: key, errors: ERRORS });
  }

  /** There are no multipart uploads on a disk; what an interrupted put leaves is its own draft. */
  async abortAbandoned(nowMs: number, olderThanMs: number): Promise<number> {
    return this.#sweep(this.#root, nowMs - olderThanMs);
  }

  async #sweep(directory: string, beforeMs: number): Promise<number> {
    let removed = 0;
    for await (const entry of await opendir(directory)) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) removed += await this.#sweep(path, beforeMs);
      else if (entry.name.endsWith('.partial') && (await stat(path)).mtimeMs < beforeMs) {
        await unlink(path);
        removed += 1;
      }
    }
    return removed;
  }

  async check(): Promise<Reason> {
    await this.#requireMarker();
    const bytes = randomBytes(64);
    const probe = join(this.#root, `${randomBytes(6).toString('hex')}.partial`);
    try {
      const handle = await open(probe, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, 0o600);
      try {
        await handle.write(bytes);
        await handle.sync();
        const back = Buffer.alloc(bytes.length);
        await handle.read(back, 0, back.length, 0);
        const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
        if (digest(back) !== digest(bytes)) throw new EvidockError('archive.mismatch', because('probe-file-differs', {}));
      } finally {
        await handle.close();
        await unlink(probe);
      }
      const { bavail, bsize } = await statfs(this.#root);
      return because('directory-free', { free: bavail * bsize });
    } catch (error) {
      throw writeError(ERRORS, 'probe', error);
    }
  }

  close(): Promise<void> {
    return this.#rereader.close();
  }
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
