import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EvidockError, errnoOf } from '#domain/errors';
import { syncDirectory, VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';

const STREAM_CHUNK = 1024 * 1024;
const READ_ONLY = 0o440;

/** Throws vault.key-invalid for any other key: what may be replaced and removed is what can be made again. */
export function mustBeDerivative(key: string): void {
  if (!key.includes('/derived/')) throw new EvidockError('vault.key-invalid', `${key} is not the key of a derivative`);
}

/** Puts a finished file durably at `to`, whose directory is there. `onBytes`: how many more were read. */
export async function adoptDerivative(
  path: string,
  to: string,
  key: string,
  onBytes: (bytes: number) => void,
): Promise<{ bytes: number; sha256: string }> {
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: STREAM_CHUNK }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      onBytes(chunk.length);
    }
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(path, READ_ONLY);
    // A derivative can be made again, so here replacing is right: rename is atomic.
    await rename(path, to);
    await syncDirectory(dirname(to));
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw writeError(VAULT_WRITE_ERRORS, key, error);
    const near = `${to}.${randomBytes(6).toString('hex')}.partial`;
    await copyFile(path, near, constants.COPYFILE_EXCL);
    return adoptDerivative(near, to, key, onBytes);
  }
}

/** Durably; false if it is not there. */
export async function removeDerivative(path: string, key: string): Promise<boolean> {
  try {
    await unlink(path);
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw writeError(VAULT_WRITE_ERRORS, `${key}: remove`, error);
  }
}
