import { buffer } from 'node:stream/consumers';
import { isFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Volume } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';

const BLOCK_BYTES = 16 * 1024;
/** So many blocks of a file are compared, spread from its first to its last. */
const BLOCKS = 8;

/**
 * Whether a file on the card has name, size, time and eight blocks of this sealed original. That is enough to tell whose card it is, but not to leave the file
 * out of intake. False for a file that cannot be read now.
 */
export async function hasSameBytes(known: Original, volume: Volume, vault: VaultReader): Promise<boolean> {
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

function startsOf(bytes: number): ReadonlySet<number> {
  const last = Math.max(0, bytes - BLOCK_BYTES);
  return new Set(Array.from({ length: BLOCKS }, (_, place) => Math.floor((last * place) / (BLOCKS - 1))));
}
