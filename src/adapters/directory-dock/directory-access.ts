import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';
import { CardDirectory, type CardPlace, pathBelow, rawParts } from './card-directory.ts';

const TEXT_BYTES_MAX = 64 * 1024;
const SYNC_MS_MAX = 120_000;

interface Options extends CardPlace {
  /** Makes the mount writable. */
  readonly before?: () => Promise<void>;
  /** Makes it read-only again; also called when `before` or the work failed. */
  readonly after?: () => Promise<void>;
}

/** A mounted recorder (or a drop folder) for the two that may write to it: wipe and clock. */
export class DirectoryAccess implements RecorderAccess {
  readonly #options: Options;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Runs one work after the other, so that none makes the mount read-only while another writes. */
  writable<T>(work: (writer: RecorderWriter) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#work(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #work<T>(work: (writer: RecorderWriter) => Promise<T>): Promise<T> {
    const writer = new DirectoryWriter(this.#options);
    let result: T;
    try {
      await this.#options.before?.();
      result = await work(writer);
    } catch (error) {
      writer.end();
      throw await this.#readOnlyAfter(error);
    }
    writer.end();
    await this.#options.after?.();
    return result;
  }

  /**
   * Makes the mount read-only again and returns what to throw: the first failure. If the recorder has stayed writable, the error says that
   * too, unless the recorder is gone.
   */
  async #readOnlyAfter(first: unknown): Promise<unknown> {
    try {
      await this.#options.after?.();
      return first;
    } catch (error) {
      const [{ code, reason }, second] = [asEvidockError(first), asEvidockError(error)];
      if (code === 'recorder.removed' || second.code === 'recorder.removed') return first;
      return new EvidockError(code, because('not-read-only-again', { why: reason, second: second.reason }), first);
    }
  }
}

/**
 * Every directory on the way is opened without following links, and the last name is used below that open directory: what a path means cannot
 * change between the look and the deed.
 */
class DirectoryWriter implements RecorderWriter {
  readonly #card: CardDirectory;
  readonly #root: string;
  /** Directories with names that have changed since the last `sync`, as printable paths. */
  readonly #touched = new Set<string>();
  #ended = false;

  constructor(options: CardPlace) {
    this.#card = new CardDirectory(options);
    this.#root = options.root;
  }

  end(): void {
    this.#ended = true;
  }

  async stat(path: string): Promise<{ bytes: number; mtimeMs: number } | null> {
    return this.#below(path, async (name) => {
      const found = await statOrNull(name);
      return found?.isFile() ? { bytes: found.size, mtimeMs: Math.floor(found.mtimeMs) } : null;
    }).catch((error: unknown) => {
      // Where the directory is gone, its file is gone too.
      if (error instanceof EvidockError && errnoOf(error.cause) === 'ENOENT' && error.code !== 'recorder.removed') return null;
      throw error;
    });
  }

  async remove(path: string): Promise<void> {
    await this.#below(path, async (name) => {
      mustBeRegular(path, await lstat(name));
      await unlink(name);
      this.#touched.add(directoryOf(path));
    });
  }

  async writeText(path: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (bytes.length > TEXT_BYTES_MAX) throw new RangeError(`${bytes.length} bytes are no small text file`);
    await this.#below(path, async (name, directory) => {
      const there = await statOrNull(name);
      if (there) mustBeRegular(path, there);
      const temporary = pathBelow(directory, Buffer.from(`evd${randomBytes(4).toString('hex')}.tmp`));
      const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o644);
      try {
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, name);
      } catch (error) {
        await unlink(temporary).catch(() => undefined);
        throw error;
      }
      this.#touched.add(directoryOf(path));
    });
  }

  async sync(): Promise<void> {
    this.#mustBeOpen();
    for (const directory of this.#touched) {
      await this.#in(directory === '' ? [] : rawParts(directory), directory, (handle) => handle.sync());
      this.#touched.delete(directory);
    }
    await syncFileSystem(this.#root);
  }

  /** Calls `body` with the path of the last name below its open directory, and that directory. */
  #below<T>(path: string, body: (name: Buffer, directory: FileHandle) => Promise<T>): Promise<T> {
    const parts = rawParts(path);
    const name = parts.at(-1) ?? Buffer.alloc(0);
    return this.#in(parts.slice(0, -1), path, (directory) => body(pathBelow(directory, name), directory));
  }

  async #in<T>(parts: readonly Buffer[], path: string, body: (handle: FileHandle) => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    let handle: FileHandle | undefined;
    try {
      // Another card may be in the same reader now: nothing may be done to it.
      await this.#card.here();
      handle = await this.#card.open(parts, path);
      return await body(handle);
    } catch (error) {
      throw await this.#errorOf(path, error);
    } finally {
      await handle?.close();
    }
  }

  async #errorOf(path: string, error: unknown): Promise<EvidockError> {
    if (errnoOf(error) === 'EROFS') return new EvidockError('recorder.mount-failed', because('mounted-read-only', { path }), error);
    return this.#card.errorOf(path, error, 'recorder.write-failed');
  }

  #mustBeOpen(): void {
    if (this.#ended) throw new Error('the recorder is read-only again: this writer has ended');
  }
}

async function statOrNull(name: Buffer): Promise<Stats | null> {
  try {
    return await lstat(name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function mustBeRegular(path: string, found: Stats): void {
  if (!found.isFile()) throw new EvidockError('recorder.not-regular', because('path', { path }));
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Runs `sync -f` of coreutils, because Node has no call for syncfs. It flushes the whole file system, so that no file can be forgotten. */
function syncFileSystem(root: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sync', ['-f', root], { stdio: 'ignore', timeout: SYNC_MS_MAX, killSignal: 'SIGKILL' });
    child.once('error', (error) =>
      reject(new EvidockError('recorder.write-failed', because('sync-failed', { text: error.message }), error)),
    );
    child.once('close', (status, signal) => {
      if (status === 0) resolve();
      else reject(new EvidockError('recorder.write-failed', because('sync-ended', { status: signal ?? String(status) })));
    });
  });
}
