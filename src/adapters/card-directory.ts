import { lstat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { rawName, refusedName } from '#domain/card-path';
import { EvidockError, errnoOf } from '#domain/errors';

export const SLASH = Buffer.from('/');

/** The bytes of each name of a printable path. Throws recorder.name-refused for one that may not be used. */
export function rawParts(path: string): readonly Buffer[] {
  return path.split('/').map((part) => {
    const raw = Buffer.from(rawName(part));
    const refused = refusedName(raw);
    if (refused) throw new EvidockError('recorder.name-refused', `${path}: ${refused}`);
    return raw;
  });
}

/** A pulled USB disk answers EIO at once, and the kernel takes it off the bus some 150 ms later: so long an error may still mean a yank. */
const YANK_MS_MAX = 500;
const YANK_LOOK_MS = 25;
/**
 * After a device was watched so long and stayed, one look at each error is enough for a while: a bad spot gives hundreds of errors in a row.
 * Who reads past them looks once more at the end (`src/intake/bad-spots.ts`).
 */
const STAYED_MS = 10_000;
/** What reading from a device gives that has just left, or from one that is bad. ENOTCONN: a FUSE program has ended. */
const DEVICE_ERRORS = new Set(['EIO', 'ENODEV', 'ENXIO', 'ENOTCONN', 'ESHUTDOWN', 'ENODATA', 'ETIMEDOUT']);

export interface CardPlace {
  readonly root: string;
  readonly label: string | null;
  /** Whether the device behind it is still plugged in, with the card that was mounted; left out where nobody can tell. */
  readonly present?: () => Promise<boolean>;
}

/** Where a recorder's files are mounted, and what a failed call on them means: shared by those who read it and those who may write to it. */
export class CardDirectory {
  readonly root: Buffer;
  readonly #label: string | null;
  readonly #present: (() => Promise<boolean>) | undefined;
  #stayedUntilMs = 0;

  constructor({ root, label, present }: CardPlace) {
    this.root = Buffer.from(root);
    this.#label = label;
    this.#present = present;
  }

  /** Whether a device is behind it, and not a folder of the machine's own. */
  get onDevice(): boolean {
    return this.#present !== undefined;
  }

  /** If the recorder itself is gone, that is what failed, whatever the call was. */
  async stillThere(cause: unknown): Promise<void> {
    try {
      await lstat(this.root);
    } catch {
      throw new EvidockError('recorder.removed', this.#label ?? 'the recorder', cause);
    }
    const errno = errnoOf(cause);
    if (errno === 'ENODEV' || (errno !== undefined && DEVICE_ERRORS.has(errno) && (await this.#isLeaving())))
      throw new EvidockError('recorder.removed', this.#label ?? 'the recorder', cause);
  }

  /** Throws recorder.removed if the device has left, or its card. */
  async here(): Promise<void> {
    if (this.#present && !(await this.#present())) throw new EvidockError('recorder.removed', this.#label ?? 'the recorder');
  }

  /** Throws recorder.removed if the device leaves within the time that a yank takes to be seen. */
  async stays(): Promise<void> {
    if (this.#present && !(await this.#watch(this.#present))) throw new EvidockError('recorder.removed', this.#label ?? 'the recorder');
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
    if (errnoOf(error) === 'ELOOP') return new EvidockError('recorder.not-regular', `${path}: symbolic link`, error);
    return new EvidockError(otherwise, `${path} (${errnoOf(error) ?? String(error)})`, error);
  }
}
