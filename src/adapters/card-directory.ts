import { lstat } from 'node:fs/promises';
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

/** Where a recorder's files are mounted, and what a failed call on them means: shared by those who read it and those who may write to it. */
export class CardDirectory {
  readonly root: Buffer;
  readonly #label: string | null;

  constructor(options: { root: string; label: string | null }) {
    this.root = Buffer.from(options.root);
    this.#label = options.label;
  }

  /** If the recorder itself is gone, that is what failed, whatever the call was. */
  async stillThere(cause: unknown): Promise<void> {
    try {
      await lstat(this.root);
    } catch {
      throw new EvidockError('recorder.removed', this.#label ?? 'the recorder', cause);
    }
    if (errnoOf(cause) === 'ENODEV') throw new EvidockError('recorder.removed', this.#label ?? 'the recorder', cause);
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
