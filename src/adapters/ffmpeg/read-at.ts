import { type FileHandle, open } from 'node:fs/promises';
import type { ReadAt } from '#domain/media/iso-bmff';

/** A file handle in the form that the box walkers take. */
export function readerOf(handle: FileHandle): ReadAt {
  return async (position, length) => {
    const target = new Uint8Array(length);
    const { bytesRead } = await handle.read(target, 0, length, position);
    return target.subarray(0, bytesRead);
  };
}

/** Opens a file for small reads while `body` runs. */
export async function withReader<T>(path: string, body: (readAt: ReadAt, bytes: number) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await body(readerOf(handle), (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}
