import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Archive } from '#ports/archive';
import type { LogShelf, LogShelfReader } from '#ports/log-shipping';
import type { LogVault, VaultReader } from '#ports/vault';

/** Every piece of the log that is written is shorter; a longer file is none of ours. */
const PIECE_BYTES_MAX = 256 * 1024 * 1024;

function bounded(code: 'vault.mismatch' | 'archive.mismatch', key: string, bytes: number): void {
  if (bytes > PIECE_BYTES_MAX) throw new EvidockError(code, because('no-piece', { key, bytes }));
}

export function vaultShelfReader(vault: VaultReader): LogShelfReader {
  return {
    place: 'vault',
    read: async (key) => {
      bounded('vault.mismatch', key, (await vault.stat(key))?.bytes ?? 0);
      return buffer(await vault.read(key));
    },
    list: (prefix) => vault.list(prefix),
  };
}

export function vaultShelf(vault: VaultReader & LogVault): LogShelf {
  return {
    ...vaultShelfReader(vault),
    put: async ({ key, bytes, sha256 }, signal) => {
      await vault.putLog(key, bytes);
      const { digests } = await vault.reread(key, { sm3: false, signal });
      if (digests.sha256 !== sha256) throw new EvidockError('vault.mismatch', because('read-back-other', { thing: key }));
    },
    remove: (key) => vault.removeLog(key),
  };
}

export function archiveShelf(archive: Archive): LogShelf {
  return {
    place: 'archive',
    put: async ({ key, bytes, sha256 }, signal) => {
      await archive.put({
        key,
        bytes: bytes.length,
        sha256,
        mediaType: 'application/octet-stream',
        // An older version may hold personal values that were erased since: it must not stay beside the new one.
        replaces: true,
        open: async ({ start, end }) => Readable.from([Buffer.from(bytes.subarray(start, end))]),
        signal,
      });
      await archive.verify({ key, bytes: bytes.length, sha256 }, { policy: 'readback', signal });
    },
    read: async (key, signal) => {
      bounded('archive.mismatch', key, (await archive.head({ key }))?.bytes ?? 0);
      return buffer(await archive.read({ key }, undefined, signal));
    },
    list: (prefix) => archive.list(prefix),
    remove: (key) => archive.removeLog(key),
  };
}

/** Whether the place holds exactly these bytes. Throws where it cannot be read. */
export async function holdsExactly(shelf: LogShelf, key: string, sha256: string, signal: AbortSignal): Promise<boolean> {
  return sha256Hex(await shelf.read(key, signal)) === sha256;
}
