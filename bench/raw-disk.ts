import { randomFillSync } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pageMemory } from '#adapters/disk/page-memory';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Writes files past the page cache and makes them durable, with nothing else to do; returns what that took, ms. */
export function rawWrite(directory: string, files: number, mebibytes: number): number {
  const chunk = pageMemory(CHUNK_BYTES);
  for (let at = 0; at < chunk.length; at += 65_536) randomFillSync(chunk, at, 65_536);
  mkdirSync(directory);
  const begun = performance.now();
  for (let file = 0; file < files; file += 1) {
    const descriptor = openSync(join(directory, String(file)), constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT);
    for (let at = 0; at < mebibytes * 1024 * 1024; at += CHUNK_BYTES) writeSync(descriptor, chunk, 0, CHUNK_BYTES, at);
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  return performance.now() - begun;
}
