import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawName, refusedName } from '#domain/card/path';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

const SLASH = Buffer.from('/');
/** O_NOFOLLOW: a link that took the place of a directory is an error (ENOTDIR), not a way out of the volume. */
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A path to an open directory. Linux finds it by its descriptor, whatever has become of its own path. */
export function pathOf(handle: FileHandle): Buffer {
  return Buffer.from(`/proc/self/fd/${handle.fd}`);
}

/** A path to a name in an open directory. Only the name can come to mean another file: use the path with a call that follows no link. */
export function pathBelow(handle: FileHandle, name: Buffer): Buffer {
  return Buffer.concat([pathOf(handle), SLASH, name]);
}

/** Opens a directory in an open directory. Fails with ENOTDIR for a link, as for everything else that is no directory. */
export function openBelow(handle: FileHandle, name: Buffer): Promise<FileHandle> {
  return open(pathBelow(handle, name), DIRECTORY);
}

/** Opens a directory by its path, whose last part must be no link. */
export function openPlace(path: string | Buffer): Promise<FileHandle> {
  return open(path, DIRECTORY);
}

/** Tells one directory from another that is put in its place. */
export function identityOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** The bytes of each name of a printable path. Throws recorder.name-refused for one that may not be used. */
export function rawParts(path: string): readonly Buffer[] {
  return path.split('/').map((part) => {
    const raw = Buffer.from(rawName(part));
    const refused = refusedName(raw);
    if (refused) throw new EvidockError('recorder.name-refused', because('of', { thing: path, why: refused }));
    return raw;
  });
}

/**
 * A pulled USB disk answers EIO at once, but the kernel takes it off the bus only some 150 ms later. For this long after an error the disk
 * may still turn out to be pulled.
 */
const YANK_MS_MAX = 500;
const YANK_LOOK_MS = 25;
/**
 * A gap gives hundreds of errors in a row. So after a device was watched and stayed, one look at each further error is enough for this
 * long. Who reads past a gap looks once more at the end (`src/intake/file-with-gaps.ts`).
 */
const STAYED_MS = 10_000;
/** What reading from a device gives that has just left, or from one that is bad. ENOTCONN: a FUSE program has ended. */
const DEVICE_ERRORS = new Set(['EIO', 'ENODEV', 'ENXIO', 'ENOTCONN', 'ESHUTDOWN', 'ENODATA', 'ETIMEDOUT']);

export interface CardPlace {
  readonly root: string;
  readonly label: string | null;
  /** The directory that was docked (`identityOf`): nothing else may be opened under its path. Left out for a mount of the station's own. */
  readonly identity?: string;
  /** Whether the device behind it is still plugged in, with the card that was mounted; left out where nobody can tell. */
  readonly present?: () => Promise<boolean>;
}

/** Where a recorder's files are mounted, and what a failed call on them means: shared by those who read it and those who may write to it. */
export class CardDirectory {
  readonly root: Buffer;
  readonly #label: string | null;
  readonly #identity: string | undefined;
  readonly #present: (() => Promise<boolean>) | undefined;
  #stayedUntilMs = 0;

  constructor({ root, label, identity, present }: CardPlace) {
    this.root = Buffer.from(root);
    this.#label = label;
    this.#identity = identity;
    this.#present = present;
  }

  /** Whether a device is behind it, and not a folder of the machine's own. */
  get onDevice(): boolean {
    return this.#present !== undefined;
  }

  /**
   * Opens the directory that `parts` lead to, each below the open one before it, from the root of the volume down: no path is looked up twice, so
   * nothing that is swapped meanwhile leads out of the volume. The caller closes it. Throws system errors, and recorder.* for what is another directory.
   */
  async open(parts: readonly Buffer[], path: string): Promise<FileHandle> {
    // Without an identity this is a mount of the station's own, which may be reached through a link that the station trusts. With one it
    // was docked by its name, and must be that very directory.
    let handle = await (this.#identity === undefined ? open(this.root, constants.O_RDONLY | constants.O_DIRECTORY) : openPlace(this.root));
    try {
      const root = await handle.stat();
      if (this.#identity !== undefined && identityOf(root) !== this.#identity)
        throw new EvidockError('recorder.removed', because('directory-replaced', { label: this.#label ?? '' }));
      for (const part of parts) {
        const next = await openBelow(handle, part);
        await handle.close();
        handle = next;
      }
      if (parts.length > 0 && (await handle.stat()).dev !== root.dev)
        throw new EvidockError('recorder.not-regular', because('at-other-file-system', { path }));
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  #who(): Reason {
    return this.#label === null ? because('the-recorder', {}) : because('volume', { name: this.#label });
  }

  /** Throws recorder.removed if the recorder is gone: then that is why the call failed, whatever the call was. */
  async stillThere(cause: unknown): Promise<void> {
    try {
      await lstat(this.root);
    } catch {
      throw new EvidockError('recorder.removed', this.#who(), cause);
    }
    const errno = errnoOf(cause);
    if (errno === 'ENODEV' || (errno !== undefined && DEVICE_ERRORS.has(errno) && (await this.#isLeaving())))
      throw new EvidockError('recorder.removed', this.#who(), cause);
  }

  /** Throws recorder.removed if the device has left, or its card. */
  async here(): Promise<void> {
    if (this.#present && !(await this.#present())) throw new EvidockError('recorder.removed', this.#who());
  }

  /** Waits as long as it takes to see that a device was pulled. Throws recorder.removed if it leaves in that time. */
  async stays(): Promise<void> {
    if (this.#present && !(await this.#watch(this.#present))) throw new EvidockError('recorder.removed', this.#who());
  }

  /** Tells a yank from a bad sector: both are EIO, but only one of them is followed by the device's disappearance. */
  async #isLeaving(): Promise<boolean> {
    if (!this.#present) return false;
    if (performance.now() < this.#stayedUntilMs) return !(await this.#present());
    return !(await this.#watch(this.#present));
  }

  /** True if the device is still there after the time that the kernel needs to notice a yank. */
  async #watch(present: () => Promise<boolean>): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < YANK_MS_MAX; waitedMs += YANK_LOOK_MS) {
      if (!(await present())) return false;
      await sleep(YANK_LOOK_MS);
    }
    this.#stayedUntilMs = performance.now() + STAYED_MS;
    return true;
  }

  /** What a failed call on `path` means; `otherwise` is its code where nothing else is known of it. */
  async errorOf(path: string, error: unknown, otherwise: 'recorder.read-failed' | 'recorder.write-failed'): Promise<EvidockError> {
    if (error instanceof EvidockError) return error;
    try {
      await this.stillThere(error);
    } catch (gone) {
      if (gone instanceof EvidockError) return gone;
    }
    if (errnoOf(error) === 'ENOTDIR') return new EvidockError('recorder.not-regular', because('directory-changed', { path }), error);
    if (errnoOf(error) === 'ELOOP') return new EvidockError('recorder.not-regular', because('symbolic-link', { path }), error);
    return new EvidockError(otherwise, because('thing-errno', { thing: path, errno: errnoText(error) }), error);
  }
}
