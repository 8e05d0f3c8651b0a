import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

const MEMORY = '/dev/shm';

/**
 * A directory in memory, where a flush takes no time; the ordinary place for temporary files if there is none. For tests that do not examine what a flush
 * keeps.
 */
export function memoryRoot(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return MEMORY;
  } catch {
    return tmpdir();
  }
}
