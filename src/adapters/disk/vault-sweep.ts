import type { Dirent } from 'node:fs';
import { opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isResumed } from '../durable-file.ts';

/** So long a draft that may be resumed waits for its next attempt, ms. */
const RESUMED_MS_MAX = 7 * 86_400_000;

export interface SweepPlaces {
  readonly root: string;
  readonly quarantine: string;
  /** Makes the vault's error of a failed call on a directory below the root. */
  readonly failed: (directory: string, error: unknown) => Error;
  /** Makes a change that an attribute of the file may forbid: a draft may be a second name of a file that was sealed since. */
  readonly changing: (key: string, change: () => Promise<void>) => Promise<void>;
}

/** Removes drafts of earlier processes; returns how many. */
export async function sweepVault({ root, quarantine, failed, changing }: SweepPlaces): Promise<number> {
  let removed = 0;
  const sweep = async (directory: string): Promise<void> => {
    let entries: AsyncIterable<Dirent>;
    try {
      entries = await opendir(directory);
    } catch (error) {
      throw failed(directory.slice(root.length + 1), error);
    }
    for await (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && path !== quarantine) await sweep(path);
      else if (entry.isFile() && entry.name.endsWith('.partial') && !(await mayGoOn(path))) {
        await changing(path.slice(root.length + 1), () => unlink(path));
        removed += 1;
      }
    }
  };
  await sweep(root);
  return removed;
}

async function mayGoOn(path: string): Promise<boolean> {
  return isResumed(path) && Date.now() - (await stat(path)).mtimeMs < RESUMED_MS_MAX;
}
