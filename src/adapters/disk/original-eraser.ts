import { readdir, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type { OriginalEraser } from '#ports/original-eraser';
import { syncDirectory, type WriteErrors, writeError } from '../durable-file.ts';

interface Options {
  /** `vault`, or `disk` for an archive on a mount. */
  readonly where: string;
  readonly directory: string;
  readonly errors: WriteErrors;
  /** Throws where the directory is not what it should be: a disk that is not mounted would look like one on which all is gone. */
  readonly ready: () => Promise<void>;
  /** Takes the immutable attribute from a file before it is removed, where files have it. */
  readonly release?: (path: string) => Promise<void>;
}

/**
 * Destroys files below one directory of a disk. A file with several names (a duplicate) loses this one; its bytes go with its last name. Files that were set
 * aside beside it under its key (`<key>.<random>.aside`, `.partial`) go with it, because they hold its bytes or other versions of them.
 */
export function diskEraser({ where, directory, errors, ready, release }: Options): OriginalEraser {
  const pathOf = (key: string) => {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
    return join(directory, key);
  };
  const namesOf = async (key: string): Promise<readonly string[]> => {
    await ready();
    const path = pathOf(key);
    const own = basename(path);
    try {
      const names = await readdir(dirname(path));
      return names.filter((name) => name === own || (name.startsWith(`${own}.`) && /\.(aside|partial)$/.test(name)));
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw writeError(errors, `${key}: list`, error);
    }
  };
  return {
    where,
    erase: async ({ key }, signal) => {
      const names = await namesOf(key);
      const parent = dirname(pathOf(key));
      try {
        for (const name of names) {
          signal?.throwIfAborted();
          await release?.(join(parent, name));
          await unlink(join(parent, name));
        }
        if (names.length > 0) await syncDirectory(parent);
      } catch (error) {
        if (signal?.aborted) throw error;
        throw writeError(errors, `${key}: destroy`, error);
      }
      await removeEmpty(parent, directory);
      return { removed: names.length };
    },
    left: ({ key }) => namesOf(key),
  };
}

/** Removes directories that hold nothing any more, up to the root, so that a recording that is gone leaves no trace of its name. */
async function removeEmpty(directory: string, root: string): Promise<void> {
  for (let path = directory; path.length > root.length && path.startsWith(root); path = dirname(path)) {
    try {
      await rmdir(path);
      await syncDirectory(dirname(path));
    } catch (error) {
      // Something else is in it, or it went before: both are as they should be.
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) return;
      throw error;
    }
  }
}
