import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveInventory, InventoryEntry } from '#ports/archive-inventory';
import { type WriteErrors, writeError } from '../durable-file.ts';

const ERRORS: WriteErrors = { full: 'archive.full', readOnly: 'archive.refused', failed: 'archive.unreachable' };

/** Lists a directory as an S3 server lists a bucket: all files, in the order of the bytes of their paths. */
export function diskInventory(root: string): ArchiveInventory {
  async function* walk(directory: string, after: string): AsyncGenerator<InventoryEntry> {
    const found = await readdir(join(root, directory), { withFileTypes: true }).catch((error: unknown) => {
      throw writeError(ERRORS, directory, error);
    });
    // A directory sorts as its files do: with the slash behind its name.
    const named = found.map((each) => ({ entry: each, name: each.isDirectory() ? `${each.name}/` : each.name }));
    for (const { entry } of named.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))) {
      const key = directory === '' ? entry.name : `${directory}/${entry.name}`;
      // What the archive itself keeps beside objects: its marker, drafts, and what it has set aside.
      if (directory === '' && entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) {
        // `after` ends with a character that sorts behind every slash, so a whole directory is passed over.
        if (`${key}/` > after || after.startsWith(`${key}/`)) yield* walk(key, after);
      } else if (entry.isFile() && key > after && !/\.(partial|aside)$/.test(key)) {
        const { size } = await stat(join(root, key));
        yield { key, versionId: '', bytes: size, isNewest: true, isMarker: false };
      }
    }
  }
  return {
    entries: (after) => walk('', after),
    uploads: async function* () {},
  };
}
