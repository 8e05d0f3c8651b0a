import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errno';
import type { Scratch } from '#ports/scratch';
import { VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';

/** Scratch directories below one directory of this host. */
export class LocalScratch implements Scratch {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(): Promise<{ path: string; remove(): Promise<void> }> {
    const path = join(this.#directory, randomBytes(8).toString('hex'));
    try {
      await mkdir(path, { recursive: true, mode: 0o750 });
    } catch (error) {
      throw writeError(VAULT_WRITE_ERRORS, 'scratch', error);
    }
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }

  async sweep(): Promise<number> {
    let names: readonly string[];
    try {
      names = await readdir(this.#directory);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return 0;
      throw writeError(VAULT_WRITE_ERRORS, 'scratch', error);
    }
    for (const name of names) await rm(join(this.#directory, name), { recursive: true, force: true });
    return names.length;
  }
}
