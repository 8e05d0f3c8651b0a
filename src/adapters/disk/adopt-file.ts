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
 * Makes a finished file durable under `to`, replacing what stands there: renamed where it lies on the same file system, else copied beside it first. Returns
 * size and SHA-256 of the bytes that stand there then.
 */
export async function adoptFile(from: string, to: string, { label, mode, sync }: Adoption): Promise<{ bytes: number; sha256: string }> {
  // Swept like a draft, should this process end here.
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
