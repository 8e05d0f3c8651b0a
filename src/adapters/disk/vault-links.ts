import { createReadStream } from 'node:fs';
import { link, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '#domain/errno';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { VaultDraft } from '#ports/vault';
import { syncDirectory, VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';

const CHUNK_BYTES = 1024 * 1024;

interface Names {
  readonly from: string;
  readonly to: string;
  readonly existingKey: string;
  readonly newKey: string;
}

type Outcome = 'created' | 'exists';

/** Gives a file a second name. `changing` makes a change that an attribute of the file may forbid; `copy` is for a disk that has no links here. */
export async function linkOrCopy(
  { from, to, existingKey, newKey }: Names,
  changing: (change: () => Promise<void>) => Promise<void>,
  copy: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    await changing(() => link(from, to));
    await syncDirectory(dirname(to));
    return 'created';
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'exists';
    if (errnoOf(error) === 'ENOENT') throw new EvidockError('vault.missing', because('key', { key: existingKey }), error);
    // No links here (another file system, too many on one file, or a file that stays immutable): a copy serves as well, it only costs space.
    if (['EXDEV', 'EMLINK', 'EPERM'].includes(errnoOf(error) ?? '') || isFailure(error, 'vault.read-only')) return copy();
    throw writeError(VAULT_WRITE_ERRORS, newKey, error);
  }
}

/** Copies a file into a draft. */
export async function copyInto(from: string, open: (bytes: number) => Promise<VaultDraft>): Promise<Outcome> {
  const { size } = await lstat(from);
  const draft = await open(size);
  try {
    let position = 0;
    for await (const chunk of createReadStream(from, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      await draft.write(chunk, chunk.length, position);
      position += chunk.length;
    }
    await draft.finish(size);
    const outcome = await draft.commit();
    if (outcome === 'exists') await draft.discard();
    return outcome;
  } catch (error) {
    await draft.discard();
    throw error;
  }
}
