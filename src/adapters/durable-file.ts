import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { type ErrorCode, EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** What a failed system call means in the words of the side that owns the file. */
export interface WriteErrors {
  readonly full: ErrorCode;
  readonly readOnly: ErrorCode;
  readonly failed: ErrorCode;
}

const WRITABLE = 0o640;
const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
const RESUMED_FILE = constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW;
/** Ends the name of a draft that a later attempt goes on with. */
const RESUMED = '.resumed.partial';
const PROBE_BYTES = Buffer.alloc(4096, 0x5a);

const resumedName = (final: string) => `${final}${RESUMED}`;

/** Whether the file is a draft that a later attempt may go on with. */
export const isResumed = (name: string) => name.endsWith(RESUMED);

export const VAULT_WRITE_ERRORS: WriteErrors = { full: 'vault.full', readOnly: 'vault.read-only', failed: 'vault.write-failed' };

/** ENOSPC, EDQUOT: full; EROFS, EACCES, EPERM: not writable; anything else: the medium failed. */
export function writeError(errors: WriteErrors, what: string, thrown: unknown): EvidockError {
  if (thrown instanceof EvidockError) return thrown;
  const errno = errnoOf(thrown);
  const reason = because('thing-errno', { thing: what, errno: errnoText(thrown) });
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return new EvidockError(errors.full, reason, thrown);
  if (errno === 'EROFS' || errno === 'EACCES' || errno === 'EPERM') return new EvidockError(errors.readOnly, reason, thrown);
  return new EvidockError(errors.failed, reason, thrown);
}

/**
 * fsyncs of one directory: those who ask while one runs share the next. For directories into which many files come at the same time.
 */
export class SharedSyncs {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Makes every name durable that was in the directory when it was called. */
  sync(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (!running) return this.#start(path);
    // The fsync that runs may have begun before the caller's name was there: the caller waits for the next one.
    const known = this.#next.get(path);
    if (known) return known;
    const start = () => {
      this.#next.delete(path);
      return this.#start(path);
    };
    const next = running.then(start, start);
    this.#next.set(path, next);
    return next;
  }

  #start(path: string): Promise<void> {
    const sync = syncDirectory(path).finally(() => {
      if (this.#running.get(path) === sync) this.#running.delete(path);
    });
    this.#running.set(path, sync);
    return sync;
  }
}

/** fsync of a directory: makes the names in it durable. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes `directory` and its parents, and makes each new name durable. One level at a time: the recursive mkdir of Node hides why it failed
 * (on a read-only file system it says ENOENT).
 */
export async function makeDirectory(directory: string, sync: (parent: string) => Promise<void> = syncDirectory): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o750 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    if (errnoOf(error) !== 'ENOENT') throw error;
    await makeDirectory(dirname(directory), sync);
    return makeDirectory(directory, sync);
  }
  await sync(dirname(directory));
}

/** The last steps of the procedure: link (which never replaces a file), unlink the temporary name, fsync the directory. */
export async function linkDurably(temporary: string, final: string): Promise<'created' | 'exists'> {
  try {
    await link(temporary, final);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'exists';
    throw error;
  }
  await unlink(temporary);
  await syncDirectory(dirname(final));
  return 'created';
}

/**
 * The one way in which bytes become durable: a temporary name beside the final one, write, compare the length, fsync, close, link, unlink,
 * fsync the directory. After any error the draft can only be discarded: a failed fsync is never repeated, because the kernel
 * has dropped the pages that it could not write and would report success the second time.
 */
export class DurableFile {
  readonly #final: string;
  readonly #temporary: string;
  readonly #errors: WriteErrors;
  readonly #label: string;
  readonly #mode: number | null;
  readonly #made: number;
  readonly #resumes: boolean;
  #handle: FileHandle | undefined;
  #failed = false;
  #finished = false;
  #committed = false;

  /**
   * `label` names the file in errors: a key, never a path of the machine. `mode`: the permissions that the file has from its final name on;
   * left out, it stays writable. `made`: the permissions that it is created with; for a file that nobody opens a second time while it is
   * written. `resumes`: the temporary name is always the same, and what an earlier attempt wrote under it is gone on with; the caller reads
   * it again before it is believed.
   */
  constructor(options: { final: string; label: string; errors: WriteErrors; mode?: number; made?: number; resumes?: boolean }) {
    this.#resumes = options.resumes ?? false;
    this.#mode = options.mode ?? null;
    this.#made = options.made ?? WRITABLE;
    this.#final = options.final;
    this.#label = options.label;
    this.#errors = options.errors;
    this.#temporary = this.#resumes ? resumedName(options.final) : `${options.final}.${randomBytes(6).toString('hex')}.partial`;
  }

  async open(): Promise<void> {
    await this.#guard('create', async () => {
      this.#handle = await (this.#resumes ? this.#reopen() : open(this.#temporary, NEW_FILE, this.#made));
    });
  }

  /** An attempt that was finished and not linked has left a file that is read-only. */
  async #reopen(): Promise<FileHandle> {
    try {
      return await open(this.#temporary, RESUMED_FILE, this.#made);
    } catch (error) {
      if (errnoOf(error) !== 'EACCES') throw error;
      await chmod(this.#temporary, this.#made);
      return open(this.#temporary, RESUMED_FILE, this.#made);
    }
  }

  /** Bytes that are in the open file, from an earlier attempt. */
  async length(): Promise<number> {
    return (await this.#open().stat()).size;
  }

  /** Fills `target` from `position` on with what was written. Returns how many bytes came. */
  async read(target: Uint8Array, position: number): Promise<number> {
    const { bytesRead } = await this.#open().read(target, 0, target.length, position);
    return bytesRead;
  }

  /** Removes what an earlier attempt has written from `bytes` on. */
  async truncate(bytes: number): Promise<void> {
    await this.#guard('truncate', () => this.#open().truncate(bytes));
  }

  /** Closes the file and leaves it under its temporary name, for a later attempt. */
  async leave(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#failed = true;
    await handle?.close();
  }

  /** Descriptor of the open file, for a thread that writes to it (draft-writer.ts). */
  get descriptor(): number {
    return this.#open().fd;
  }

  async write(chunk: Uint8Array, bytes: number, position: number): Promise<void> {
    const handle = this.#open();
    await this.#guard('write', async () => {
      let done = 0;
      while (done < bytes) {
        const { bytesWritten } = await handle.write(chunk, done, bytes - done, position + done);
        if (bytesWritten === 0) throw new Error('the system wrote nothing');
        done += bytesWritten;
      }
    });
  }

  async finish(bytes: number): Promise<void> {
    const handle = this.#open();
    await this.#guard('fsync', async () => {
      const { size, mode } = await handle.stat();
      if (size !== bytes) throw new Error(`length is ${size}, not ${bytes}`);
      // A file that was created with this mode has it already, unless the process's umask took some of it away.
      if (this.#mode !== null && (mode & 0o777) !== this.#mode) await handle.chmod(this.#mode);
      await handle.sync();
      this.#handle = undefined;
      await handle.close();
    });
    this.#finished = true;
  }

  /** `exists`: another file has the name; this draft still stands under its temporary name. */
  async commit(): Promise<'created' | 'exists'> {
    if (!this.#finished || this.#failed) throw new EvidockError(this.#errors.failed, because('commit-unfinished', { thing: this.#label }));
    let outcome: 'created' | 'exists' = 'exists';
    await this.#guard('link', async () => {
      outcome = await linkDurably(this.#temporary, this.#final);
      this.#committed = outcome === 'created';
    });
    return outcome;
  }

  /** Takes the place of what has the name, in one step: for files of which the newest version is wanted, never for footage. */
  async replace(): Promise<void> {
    if (!this.#finished || this.#failed) throw new EvidockError(this.#errors.failed, because('replace-unfinished', { thing: this.#label }));
    await this.#guard('rename', async () => {
      await rename(this.#temporary, this.#final);
      await syncDirectory(dirname(this.#final));
    });
  }

  async discard(): Promise<void> {
    if (this.#committed) return;
    const handle = this.#handle;
    this.#handle = undefined;
    this.#failed = true;
    // The bytes are being thrown away: what closing them reports is of no account, but the name must go.
    await handle?.close().catch(() => undefined);
    try {
      await unlink(this.#temporary);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw writeError(this.#errors, `${this.#label}: discard`, error);
    }
  }

  #open(): FileHandle {
    if (!this.#handle || this.#failed) throw new EvidockError(this.#errors.failed, because('draft-closed', { thing: this.#label }));
    return this.#handle;
  }

  async #guard(step: string, body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      this.#failed = true;
      throw writeError(this.#errors, `${this.#label}: ${step}`, error);
    }
  }
}

/** Makes `bytes` the newest version of a small file; after a crash the old one or the new one is there, whole. */
export async function putDurably(final: string, bytes: Uint8Array, options: { label: string; errors: WriteErrors }): Promise<void> {
  const file = new DurableFile({ final, ...options });
  await file.open();
  try {
    await file.write(bytes, bytes.length, 0);
    await file.finish(bytes.length);
    await file.replace();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** The name is gone for good when it returns; what is not there is no error. */
export async function removeDurably(path: string, options: { label: string; errors: WriteErrors }): Promise<void> {
  try {
    await unlink(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw writeError(options.errors, `${options.label}: remove`, error);
  }
}

/**
 * Whether a directory can be written to, found out by doing it: writes a small file as every other is written, fsyncs it, and removes it.
 * Any other answer may be wrong: disks may be full, inodes used up, mounts read-only, permissions missing. What a crash leaves ends in
 * `.partial`. Throws in the words of `errors`.
 */
export async function probeDirectory(directory: string, errors: WriteErrors): Promise<void> {
  const file = new DurableFile({ final: join(directory, 'probe'), label: 'probe file', errors });
  await file.open();
  try {
    await file.write(PROBE_BYTES, PROBE_BYTES.length, 0);
    await file.finish(PROBE_BYTES.length);
  } finally {
    await file.discard();
  }
}
