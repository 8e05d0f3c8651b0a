import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, open, rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '#domain/errors';
import { VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';

const CHUNK_BYTES = 1024 * 1024;

interface Adoption {
  /** Names it in errors. */
  readonly label: string;
  readonly mode: number;
  readonly sync: (directory: string) => Promise<void>;
}

/**
 * Moves a finished file to `to` and makes it durable there; it replaces what stands there. A file on another file system is copied beside
 * `to` first. Returns size and SHA-256 of the file as it then stands at `to`.
 */
export async function adoptFile(from: string, to: string, { label, mode, sync }: Adoption): Promise<{ bytes: number; sha256: string }> {
  // If the process ends here, the next sweep removes this file like any draft.
  const near = `${to}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await moveNear(from, near);
    const handle = await open(near, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    const digest = await digestOf(near);
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

async function moveNear(from: string, near: string): Promise<void> {
  try {
    await rename(from, near);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await copyFile(from, near, constants.COPYFILE_EXCL);
    await rm(from, { force: true });
  }
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
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
