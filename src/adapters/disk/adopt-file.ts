import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errnoOf } from '#domain/errno';
import { VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';

const CHUNK_BYTES = 1024 * 1024;

interface Adoption {
  /** Names it in errors. */
  readonly label: string;
  readonly mode: number;
  readonly sync: (directory: string) => Promise<void>;
  /** Called for each chunk that is read. */
  readonly onProgress?: () => void;
}

/**
 * Moves a finished file to `to` and makes it durable there; it replaces what stands there. A file on another file system is copied beside
 * `to` first. Returns size and SHA-256 of the file as it then stands at `to`.
 */
export async function adoptFile(
  from: string,
  to: string,
  { label, mode, sync, onProgress = () => undefined }: Adoption,
): Promise<{ bytes: number; sha256: string }> {
  // If the process ends here, the next sweep removes this file like any draft.
  const near = `${to}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await moveNear(from, near, onProgress);
    const handle = await open(near, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const digest = await digestOf(near, onProgress);
    await chmod(near, mode);
    // A derivative can be made again, so here replacing is right: rename is atomic.
    await rename(near, to);
    await sync(dirname(to));
    return digest;
  } catch (error) {
    await rm(near, { force: true });
    throw writeError(VAULT_WRITE_ERRORS, label, error);
  }
}

async function moveNear(from: string, near: string, onProgress: () => void): Promise<void> {
  try {
    await rename(from, near);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await pipeline(chunksOf(from, onProgress), createWriteStream(near, { flags: 'wx' }));
    await rm(from, { force: true });
  }
}

async function digestOf(path: string, onProgress: () => void): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(path, onProgress)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Removes a file durably, and its directory if nothing is left in it. What is not there is no error. */
export async function removeFile(path: string, { label, sync }: Pick<Adoption, 'label' | 'sync'>): Promise<void> {
  const directory = dirname(path);
  try {
    await rm(path, { force: true });
    await sync(directory);
    await rmdir(directory);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw writeError(VAULT_WRITE_ERRORS, `${label}: remove`, error);
  }
}

async function* chunksOf(path: string, onProgress: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    onProgress();
    yield chunk;
  }
}
