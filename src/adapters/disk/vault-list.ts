import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errno';
import { readError } from './vault-errors.ts';

/** Committed files below `root/prefix`, in the order of keys. `leaves`: names directly below the root that are left out. */
export async function* filesBelow(root: string, prefix: string, leaves: readonly string[]): AsyncIterable<{ key: string; bytes: number }> {
  const names: { name: string; directory: boolean }[] = [];
  try {
    for await (const entry of await opendir(join(root, prefix))) {
      if (prefix === '' && leaves.includes(entry.name)) continue;
      if (entry.isDirectory()) names.push({ name: entry.name, directory: true });
      else if (entry.isFile() && !entry.name.endsWith('.partial')) names.push({ name: entry.name, directory: false });
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw readError(prefix, error);
  }
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, directory } of names) {
    const key = prefix === '' ? name : `${prefix}/${name}`;
    if (directory) yield* filesBelow(root, key, leaves);
    else {
      const bytes = await sizeOf(join(root, key), key);
      // Evicted since the directory was read.
      if (bytes !== null) yield { key, bytes };
    }
  }
}

async function sizeOf(path: string, key: string): Promise<number | null> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw readError(key, error);
  }
}
