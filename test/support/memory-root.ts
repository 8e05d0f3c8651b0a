import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';

/** Where files are flushed at once, because they lie in memory; the ordinary place for temporary files where there is none. For tests that do not ask what a flush keeps. */
export function memoryRoot(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return tmpdir();
  }
}
