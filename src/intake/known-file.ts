import { buffer } from 'node:stream/consumers';
import { isFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';

const SAMPLE_BYTES = 64 * 1024;

/**
 * Whether a file on a card that looks like a sealed original (same recorder, path, size, time) can be passed over: the vault still has that, and
 * beginning, middle and end are the same bytes. Names, sizes and times come again: after a dead clock battery, where segments are preallocated, on a
 * card that was formatted. What cannot be read of it now proves nothing against it.
 */
export async function isKept(known: Original, vault: VaultReader, volume: Volume): Promise<boolean> {
  if ((await vault.stat(known.vaultKey))?.bytes !== known.bytes) return false;
  // The places that could not be read are zeros in the vault; they are looked at apart.
  if (known.bytes === 0 || known.unreadable.length > 0) return true;
  try {
    const file = await volume.open(known.cardPath);
    try {
      for (const start of new Set(startsOf(known.bytes))) {
        const end = Math.min(known.bytes, start + SAMPLE_BYTES);
        if (!(await readRange(file, start, end)).equals(await buffer(await vault.read(known.vaultKey, { start, end })))) return false;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isFailure(error, 'recorder.read-failed')) throw error;
  }
  return true;
}

function startsOf(bytes: number): readonly number[] {
  return [0, Math.floor(bytes / 2), Math.max(0, bytes - SAMPLE_BYTES)];
}

async function readRange(file: VolumeFile, start: number, end: number): Promise<Buffer> {
  const target = Buffer.alloc(end - start);
  let at = 0;
  while (at < target.length) {
    const bytes = await file.read(target.subarray(at), start + at);
    if (bytes === 0) break;
    at += bytes;
  }
  return target.subarray(0, at);
}
