import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { isVaultKey } from '#domain/vault/vault-key';
import type { OriginalEraser } from '#ports/original-eraser';
import { syncDirectory, type WriteErrors, writeError } from '../durable-file.ts';
import type { SealedAttributes } from './sealed-attributes.ts';

interface Options {
  /** `vault`, or `disk` for an archive on a mount. */
  readonly where: string;
  readonly directory: string;
  readonly errors: WriteErrors;
  /** Where files were set aside under `<key with _ for />.<random>`; left out: nowhere. */
  readonly quarantine?: string;
  /** Throws where the directory is not what it should be: a disk that is not mounted would look like one on which all is gone. */
  readonly ready: () => Promise<void>;
  /** Lifts the immutable attribute while a name is removed, where files have it. */
  readonly attributes?: SealedAttributes | undefined;
}

/**
 * Destroys files below one directory of a disk. A file with several names (a duplicate) loses this one; its bytes go with its last name. Files that were set
 * aside beside it under its key (`<key>.<random>.aside`, `.partial`) go with it, because they hold its bytes or other versions of them.
 */
export function diskEraser(options: Options): OriginalEraser {
  const { where, directory, errors, attributes } = options;
  const files = new DoomedFiles(options);
  return {
    where,
    erase: async ({ key }, signal) => {
      const found = await files.of(key);
      try {
        for (const path of found) {
          signal?.throwIfAborted();
          const remove = () => unlink(path);
          await (attributes ? attributes.changing(path.slice(directory.length + 1), remove) : remove());
        }
        for (const parent of new Set(found.map(dirname))) await syncDirectory(parent);
      } catch (error) {
        if (signal?.aborted) throw error;
        throw writeError(errors, `${key}: destroy`, error);
      }
      await removeEmpty(dirname(join(directory, key)), directory);
      return { removed: found.length };
    },
    left: async ({ key }) => (await files.of(key)).map((path) => path.slice(directory.length + 1)),
    keysUnder: (prefix) => files.keysUnder(prefix),
  };
}

/** Finds what a disk holds of a key. */
class DoomedFiles {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Paths of the file under this key and of everything that was set aside from it. */
  async of(key: string): Promise<readonly string[]> {
    if (!isVaultKey(key)) throw new EvidockError('vault.key-invalid', because('key', { key }));
    const { directory, quarantine, ready } = this.#options;
    await ready();
    const parent = dirname(join(directory, key));
    const own = basename(key);
    const beside = (await this.#names(parent)).filter((name) => name === own || keyOfBeside(name) === own);
    const aside = quarantine === undefined ? [] : (await this.#names(quarantine)).filter((name) => keyOfAside(name) === key);
    return [...beside.map((name) => join(parent, name)), ...aside.map((name) => join(quarantine ?? '', name))];
  }

  async keysUnder(prefix: string): Promise<readonly string[]> {
    const { quarantine, ready } = this.#options;
    await ready();
    const keys = new Set<string>();
    for await (const key of this.#walk(prefix)) keys.add(keyOfBeside(key) ?? key);
    if (quarantine !== undefined)
      for (const name of await this.#names(quarantine)) {
        const key = keyOfAside(name);
        if (key?.startsWith(`${prefix}/`)) keys.add(key);
      }
    return [...keys].sort();
  }

  async *#walk(prefix: string): AsyncGenerator<string> {
    for (const name of await this.#names(join(this.#options.directory, prefix))) {
      const key = `${prefix}/${name}`;
      const found = await lstat(join(this.#options.directory, key));
      if (found.isDirectory()) yield* this.#walk(key);
      else yield key;
    }
  }

  async #names(directory: string): Promise<readonly string[]> {
    try {
      return await readdir(directory);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
      throw writeError(this.#options.errors, 'list', error);
    }
  }
}

/** `original-0001.mp4` of `original-0001.mp4.1f2e.aside`; null for a name that nothing was added to. */
function keyOfBeside(name: string): string | null {
  return /^(.+)\.[0-9a-f]+\.(?:aside|partial)$/.exec(name)?.[1] ?? null;
}

/** The key of a file in quarantine; no key has an underscore of its own. */
function keyOfAside(name: string): string | null {
  return /^(.+)\.[0-9a-f]{12}$/.exec(name)?.[1]?.replaceAll('_', '/') ?? null;
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
