import type { Dirent } from 'node:fs';
import { opendir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errors';

export interface SweepPlaces {
  readonly root: string;
  readonly scratch: string;
  readonly quarantine: string;
  /** In the words of the vault, for a directory below the root. */
  readonly failed: (directory: string, error: unknown) => Error;
}

/** Removes drafts and scratch directories of earlier processes; returns how many. */
export async function sweepVault({ root, scratch, quarantine, failed }: SweepPlaces): Promise<number> {
  let removed = 0;
  for (const entry of await namesIn(scratch)) {
    await rm(join(scratch, entry), { recursive: true, force: true });
    removed += 1;
  }
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

async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(directory)) names.push(entry.name);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  return names;
}
