import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { isFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Volume } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import { keptBlocks } from '#steps/kept-blocks';

const BLOCK_BYTES = 16 * 1024;
/** So many blocks of a file are compared, spread from its first to its last. */
const BLOCKS = 8;

/**
 * Whether a file on the card has name, size, time and eight blocks of this sealed original. That is enough to tell whose card it is, but not to leave the file
 * out of intake. False for a file that cannot be read now.
 */
export async function hasSameBytes(known: Original, volume: Volume, vault: VaultReader): Promise<boolean> {
  if (known.evictedAtMs !== null) return hasSameBlocks(known, volume, vault);
  if ((await vault.stat(known.vaultKey))?.bytes !== known.bytes || known.bytes === 0) return false;
  try {
    const file = await volume.open(known.cardPath);
    try {
      for (const start of startsOf(known.bytes)) {
        const target = new Uint8Array(Math.min(BLOCK_BYTES, known.bytes - start));
        const kept = await buffer(await vault.read(known.vaultKey, { start, end: start + target.length }));
        if (!kept.equals(target.subarray(0, await file.read(target, start)))) return false;
      }
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isFailure(error, 'recorder.read-failed', 'recorder.not-regular')) return false;
    throw error;
  }
}

/** The same of an original that the vault does not hold, by digests that were kept of it. Without them nothing is told. */
async function hasSameBlocks(known: Original, volume: Volume, vault: VaultReader): Promise<boolean> {
  const list = await keptBlocks(vault, known);
  if (!list) return false;
  try {
    const file = await volume.open(known.cardPath);
    try {
      for (const at of startsOf(known.bytes)) {
        const [block] = list.of(at, at + 1);
        if (!block) return false;
        const target = new Uint8Array(block.end - block.start);
        const read = target.subarray(0, await file.read(target, block.start));
        if (createHash('sha256').update(read).digest('hex') !== block.sha256) return false;
      }
      return true;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isFailure(error, 'recorder.read-failed', 'recorder.not-regular')) return false;
    throw error;
  }
}

function startsOf(bytes: number): ReadonlySet<number> {
  const last = Math.max(0, bytes - BLOCK_BYTES);
  return new Set(Array.from({ length: BLOCKS }, (_, place) => Math.floor((last * place) / (BLOCKS - 1))));
}
