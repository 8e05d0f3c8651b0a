import { closeSync, constants, fstatSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECT_BYTES_MIN, DraftWriter } from './draft-writer.ts';
import { pageMemory } from './page-memory.ts';

/** Tries with a small draft whether drafts in this directory are written past the page cache. Throws the system's own errors. */
export function directWrites(directory: string): boolean {
  const path = join(directory, `direct-writes-${process.pid}.partial`);
  const descriptor = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);
  try {
    const writer = new DraftWriter(descriptor);
    writer.write(pageMemory(DIRECT_BYTES_MIN), 0);
    const { direct } = writer;
    writer.close();
    return direct && fstatSync(descriptor).size === DIRECT_BYTES_MIN;
  } finally {
    closeSync(descriptor);
    rmSync(path);
  }
}
