import type { Dirent } from 'node:fs';
import { opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface SweepPlaces {
  readonly root: string;
  readonly quarantine: string;
  /** Makes the vault's error of a failed call on a directory below the root. */
  readonly failed: (directory: string, error: unknown) => Error;
}

/** Removes drafts of earlier processes; returns how many. */
export async function sweepVault({ root, quarantine, failed }: SweepPlaces): Promise<number> {
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
      else if (entry.isFile() && entry.name.endsWith('.partial')) {
        await unlink(path);
        removed += 1;
      }
    }
  };
  await sweep(root);
  return removed;
}
