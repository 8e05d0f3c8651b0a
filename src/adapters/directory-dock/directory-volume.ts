import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { printableName, refusedName } from '#domain/card/path';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Volume, VolumeEntry, VolumeFile, VolumeRefusal } from '#ports/recorder-driver';
import { CardDirectory, type CardPlace, openBelow, pathBelow, pathOf, rawParts } from './card-directory.ts';
import { type DeviceErrors, deviceErrorsBelow } from './device-errors.ts';
import { SharedDirectories } from './shared-directories.ts';

const TEXT_BYTES_MAX = 64 * 1024;
const DROP_MS_MAX = 10_000;
const EMPTY = Buffer.alloc(0);
const DATE_MS_MAX = 8.64e15;
/**
 * A directory is read again as long as the device fails meanwhile, at most this often. Errors of other files that are being copied count as
 * well.
 */
const DIRECTORY_READS_MAX = 4;
/**
 * After an error the kernel may refuse reads without counting them ("device offline or changed"). That lasts until it looks at the medium
 * again, which udev makes it do every 2 s. For this long after an error no list of names is believed.
 */
const QUIET_MS = 2500;
/** Most times QUIET_MS that one listing waits: some devices are never quiet. */
const QUIETS_MAX = 8;

export interface VolumeLimits {
  readonly filesMax: number;
  readonly depthMax: number;
  readonly fileBytesMax: number;
}

interface Options extends CardPlace {
  readonly limits: VolumeLimits;
  /** Counts failed commands of the device. Left out: the volume finds the counter by its root. */
  readonly deviceErrors?: DeviceErrors;
  /**
   * For a device whose listing may leave out files without an error (MTP): after so many ms it is listed again, and must show the same
   * files.
   */
  readonly listAgainMs?: number;
  /** How long after an error no list of names is believed, ms; 2.5 s unless told. */
  readonly quietMs?: number;
}

interface Directory {
  readonly handle: FileHandle;
  readonly printable: string;
  readonly depth: number;
  readonly device: number;
}

/** What one listing carries along. */
interface Walk {
  files: number;
  readonly errors: DeviceErrors | null;
  readonly signal: AbortSignal | undefined;
  waitedMs: number;
  /** Directories that the device could not read. */
  readonly unreadable: Reason[];
}

/**
 * A mounted recorder (or a drop folder) as a read-only volume. Its content is untrusted: names are handled as bytes, links are never followed,
 * only regular files of the one file system are listed, and every limit that is met is said by name.
 */
export class DirectoryVolume implements Volume {
  readonly label: string | null;
  readonly #card: CardDirectory;
  readonly #directories = new SharedDirectories((parts, path) => this.#openDirectory(parts, path));
  readonly #limits: VolumeLimits;
  readonly #deviceErrors: DeviceErrors | undefined;
  readonly #listAgainMs: number | undefined;
  readonly #quietMs: number;
  /** What the device's count was when it was looked at last, and since when. */
  #mark: string | undefined;
  #markSinceMs = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#deviceErrors = options.deviceErrors;
    this.#listAgainMs = options.listAgainMs;
    this.#quietMs = options.quietMs ?? QUIET_MS;
    this.label = options.label;
    this.#card = new CardDirectory(options);
    this.#limits = options.limits;
  }

  async *list(signal?: AbortSignal): AsyncIterable<VolumeEntry | VolumeRefusal> {
    const errors = this.#deviceErrors ?? (await deviceErrorsBelow(this.#card.root));
    const walk: Walk = { files: 0, errors, signal, unreadable: [], waitedMs: 0 };
    const seen = this.#listAgainMs === undefined ? null : createHash('sha256');
    for await (const item of this.#walkAll(walk)) {
      seen?.update(`${JSON.stringify(item)}\n`);
      yield item;
    }
    // Where nobody counts errors (MTP), a recorder that is leaving may have looked like an emptier one.
    if (errors === null) await this.#card.stays();
    if (seen !== null) await this.#mustBeTheSame(seen.digest('hex'), signal);
    const [first, ...others] = walk.unreadable;
    if (first === undefined) return;
    throw new EvidockError(
      'recorder.unreadable',
      others.length === 0 ? first : because('directories-unread', { why: first, count: others.length + 1 }),
    );
  }

  async #mustBeTheSame(before: string, signal: AbortSignal | undefined): Promise<void> {
    await sleep(this.#listAgainMs, undefined, signal ? { signal } : {});
    const seen = createHash('sha256');
    const walk: Walk = { files: 0, errors: null, signal, unreadable: [], waitedMs: 0 };
    for await (const item of this.#walkAll(walk)) seen.update(`${JSON.stringify(item)}\n`);
    if (seen.digest('hex') !== before) throw new EvidockError('recorder.unreadable', because('showed-others', {}));
  }

  async *#walkAll(walk: Walk): AsyncIterable<VolumeEntry | VolumeRefusal> {
    const handle = await this.#openDirectory([], '.');
    try {
      yield* this.#walk({ handle, printable: '', depth: 0, device: (await handle.stat()).dev }, walk);
    } finally {
      await handle.close();
    }
  }

  async *#walk(directory: Directory, walk: Walk): AsyncIterable<VolumeEntry | VolumeRefusal> {
    const { names, whole } = await this.#names(directory, walk);
    for (const raw of names) {
      walk.signal?.throwIfAborted();
      const path = join(directory.printable, printableName(raw));
      const refused = refusedName(raw);
      if (refused) {
        yield { path, code: 'recorder.name-refused', reason: refused };
        continue;
      }
      let found: Awaited<ReturnType<typeof lstat>>;
      try {
        found = await lstat(pathBelow(directory.handle, raw));
      } catch (error) {
        await this.#card.stillThere(error);
        const errno = errnoOf(error) ?? String(error);
        // In a drop folder a file may go at any time. On a mounted card nobody removes files, so a name without its file is an error of the
        // card.
        if (errno !== 'ENOENT' || this.#card.onDevice || walk.errors !== null)
          walk.unreadable.push(because('thing-errno', { thing: path, errno }));
        yield { path, code: 'recorder.unreadable', reason: because('said', { text: errno }) };
        continue;
      }
      if (found.isDirectory()) {
        if (found.dev !== directory.device) yield { path, code: 'recorder.not-regular', reason: because('other-file-system', {}) };
        else if (directory.depth + 1 > this.#limits.depthMax)
          yield { path, code: 'recorder.over-limit', reason: because('too-deep', { limit: this.#limits.depthMax }) };
        else yield* this.#subdirectory(directory, raw, walk);
        continue;
      }
      yield this.#file(path, found, walk);
    }
    if (!whole) throw new EvidockError('recorder.unreadable', because('directory-not-whole', { path: directory.printable || '.' }));
  }

  async *#subdirectory(parent: Directory, raw: Buffer, walk: Walk): AsyncIterable<VolumeEntry | VolumeRefusal> {
    const { device } = parent;
    const printable = join(parent.printable, printableName(raw));
    let handle: FileHandle | undefined;
    try {
      try {
        handle = await openBelow(parent.handle, raw);
      } catch (error) {
        throw errnoOf(error) === 'ENOTDIR' ? await this.#readError(printable, error) : await this.#unreadable(printable, error);
      }
      // The directory may have been replaced since it was looked at.
      if ((await handle.stat()).dev !== device) throw new EvidockError('recorder.not-regular', because('other-file-system', {}));
      yield* this.#walk({ handle, printable, depth: parent.depth + 1, device }, walk);
    } catch (error) {
      if (isFailure(error, 'recorder.not-regular')) {
        yield { path: printable, code: 'recorder.not-regular', reason: error.reason };
        return;
      }
      if (!isFailure(error, 'recorder.unreadable')) throw error;
      // Two kinds of directories are refused and nothing more: those of a drop folder that the station may not read, and the lost+found of
      // an ext4 card. Every other unreadable directory may hold footage.
      const forbidden = error.cause !== undefined && errnoOf(error.cause) === 'EACCES';
      if (!forbidden || (this.#card.onDevice && printable !== 'lost+found')) walk.unreadable.push(error.reason);
      yield { path: printable, code: 'recorder.unreadable', reason: error.reason };
    } finally {
      await handle?.close();
    }
  }

  #file(path: string, found: Awaited<ReturnType<typeof lstat>>, walk: Walk): VolumeEntry | VolumeRefusal {
    if (!found.isFile()) return { path, code: 'recorder.not-regular', reason: because(kindOf(found), {}) };
    walk.files += 1;
    const bytes = Number(found.size);
    if (walk.files > this.#limits.filesMax)
      return { path, code: 'recorder.over-limit', reason: because('too-many-files', { limit: this.#limits.filesMax }) };
    if (bytes > this.#limits.fileBytesMax) return { path, code: 'recorder.over-limit', reason: because('file-too-large', { size: bytes }) };
    return { path, bytes, mtimeMs: calendarMs(Number(found.mtimeMs)) };
  }

  /** The names of one directory; `whole` is false if the device failed during each of the reads. */
  async #names({ handle, printable }: Directory, walk: Walk): Promise<{ names: readonly Buffer[]; whole: boolean }> {
    for (let reads = 1; ; reads += 1) {
      const quiet = await this.#becomesQuiet(walk);
      const names = await this.#readNames(handle, printable);
      const whole = quiet && !(await this.#hasFailed(walk));
      if (whole || reads === DIRECTORY_READS_MAX) return { names, whole };
    }
  }

  /** False if the device goes on failing for longer than a listing waits. */
  async #becomesQuiet(walk: Walk): Promise<boolean> {
    for (;;) {
      await this.#hasFailed(walk);
      const restMs = this.#markSinceMs + this.#quietMs - performance.now();
      if (restMs <= 0) return true;
      if (walk.waitedMs + restMs > QUIETS_MAX * this.#quietMs) return false;
      walk.waitedMs += restMs;
      await sleep(restMs, undefined, walk.signal ? { signal: walk.signal } : {});
    }
  }

  /** Whether a command of the device has failed since the last look. Throws recorder.removed if it has left. */
  async #hasFailed({ errors }: Walk): Promise<boolean> {
    if (errors === null) return false;
    const mark = await errors.mark();
    if (mark === null)
      throw new EvidockError(
        'recorder.removed',
        this.label === null ? because('the-recorder', {}) : because('volume', { name: this.label }),
      );
    const failed = this.#mark !== undefined && mark !== this.#mark;
    if (failed) this.#markSinceMs = performance.now();
    this.#mark = mark;
    return failed;
  }

  /** The names of one directory as bytes, in byte order. Bounded by a multiple of the file limit: names are short. */
  async #readNames(handle: FileHandle, printable: string): Promise<Buffer[]> {
    const names: Buffer[] = [];
    const bound = this.#limits.filesMax * 2 + 1000;
    try {
      // The types know only string names, but with encoding 'buffer' the entries carry bytes.
      const directory = await opendir(pathOf(handle) as unknown as string, { encoding: 'buffer' as BufferEncoding, bufferSize: 512 });
      for await (const entry of directory) {
        names.push(entry.name as unknown as Buffer);
        if (names.length > bound) throw new EvidockError('recorder.over-limit', because('many-entries', { limit: bound }));
      }
    } catch (error) {
      throw error instanceof EvidockError ? error : await this.#unreadable(printable, error);
    }
    return names.sort(Buffer.compare);
  }

  async #unreadable(printable: string, error: unknown): Promise<EvidockError> {
    await this.#card.stillThere(error);
    return new EvidockError('recorder.unreadable', because('thing-errno', { thing: printable || '.', errno: errnoText(error) }), error);
  }

  async open(path: string): Promise<VolumeFile> {
    const parts = rawParts(path);
    const handle = await this.#directories.with(parts.slice(0, -1), path, (directory) => this.#openIn(directory, parts, path));
    const found = await handle.stat();
    if (!found.isFile()) {
      await handle.close();
      throw new EvidockError('recorder.not-regular', because('path', { path }));
    }
    return {
      stat: async () => {
        try {
          const now = await handle.stat();
          // Callers ask before and after they read a file. The open file would go on reading from another card that was put into the same
          // reader.
          await this.#card.here();
          return { bytes: now.size, mtimeMs: calendarMs(now.mtimeMs) };
        } catch (error) {
          throw await this.#readError(path, error);
        }
      },
      read: async (target, position, signal) => {
        signal?.throwIfAborted();
        try {
          return (await handle.read(target, 0, target.length, position)).bytesRead;
        } catch (error) {
          throw await this.#readError(path, error);
        }
      },
      forget: () => dropCache(handle.fd),
      descriptor: handle.fd,
      close: () => handle.close(),
    };
  }

  async #openIn(directory: FileHandle, parts: readonly Buffer[], path: string): Promise<FileHandle> {
    try {
      // O_NONBLOCK: a FIFO that took a file's place must not hold us; O_NOFOLLOW: nor a link lead us away.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      return await open(pathBelow(directory, parts.at(-1) ?? EMPTY), flags);
    } catch (error) {
      throw await this.#readError(path, error);
    }
  }

  async #openDirectory(parts: readonly Buffer[], path: string): Promise<FileHandle> {
    try {
      return await this.#card.open(parts, path);
    } catch (error) {
      throw await this.#readError(path, error);
    }
  }

  async readText(path: string): Promise<string | null> {
    let file: VolumeFile;
    try {
      file = await this.open(path);
    } catch (error) {
      if (error instanceof EvidockError && error.cause && errnoOf(error.cause) === 'ENOENT') return null;
      throw error;
    }
    try {
      const target = new Uint8Array(TEXT_BYTES_MAX);
      const bytes = await file.read(target, 0);
      return new TextDecoder('utf-8').decode(target.subarray(0, bytes));
    } finally {
      await file.close();
    }
  }

  async close(): Promise<void> {}

  #readError(path: string, error: unknown): Promise<EvidockError> {
    return this.#card.errorOf(path, error, 'recorder.read-failed');
  }
}

/** dd asks the kernel to drop the file's pages; it gets the open file, so no name can lead it elsewhere. */
function dropCache(fd: number): Promise<boolean> {
  return new Promise((resolve) => {
    const dd = spawn('dd', ['iflag=nocache', 'count=0', 'status=none'], { stdio: [fd, 'ignore', 'ignore'], timeout: DROP_MS_MAX });
    dd.once('error', () => resolve(false));
    dd.once('exit', (code) => resolve(code === 0));
  });
}

/** Whole ms within what a Date can hold (ECMA-262 §21.4.1.1): some file systems keep times a million years away. */
function calendarMs(mtimeMs: number): number {
  return Math.floor(Math.min(DATE_MS_MAX, Math.max(-DATE_MS_MAX, mtimeMs)));
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

function kindOf(found: Awaited<ReturnType<typeof lstat>>): 'is-link' | 'is-pipe' | 'is-socket' | 'is-device' | 'is-not-regular' {
  if (found.isSymbolicLink()) return 'is-link';
  if (found.isFIFO()) return 'is-pipe';
  if (found.isSocket()) return 'is-socket';
  return found.isBlockDevice() || found.isCharacterDevice() ? 'is-device' : 'is-not-regular';
}
