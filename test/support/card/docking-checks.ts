import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { intakeStation } from '#test/support/station/intake-station';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** The error of a volume whose recorder was pulled. */
export function gone(path: string): EvidockError {
  return new EvidockError('recorder.removed', because('said', { text: path }));
}

/**
 * Expects that every file of the cards is sealed once and whole, with its bytes and its manifest in the vault at `home`/s, and that the custody log is sound.
 */
export async function expectWhole(
  home: string,
  station: Pick<Awaited<ReturnType<typeof intakeStation>>, 'ledger' | 'disk'>,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const originals = (await station.ledger.recordings.list({ limit: 1000 })).flatMap((detail) => detail.originals);
  expect(originals.map(({ cardPath }) => cardPath).sort()).toEqual(Object.keys(files).sort());
  for (const { cardPath, state, digests, vaultKey, gaps } of originals) {
    expect({ cardPath, state, sha256: digests?.sha256, gaps }).toEqual({
      cardPath,
      state: 'sealed',
      sha256: sha256(files[cardPath] ?? ''),
      gaps: [],
    });
    expect(sha256(await readFile(join(home, 's/vault', vaultKey)))).toBe(digests?.sha256);
  }
  const faults = [];
  for await (const fault of station.ledger.custody.verify()) faults.push(fault);
  expect(faults).toEqual([]);
  const keys = [];
  for await (const { key } of station.disk.list('')) keys.push(key);
  // Beside each its manifest, and of larger ones the digests of their blocks.
  expect(keys).toHaveLength(2 * originals.length + originals.filter(({ blocksSha256 }) => blocksSha256 !== null).length);
}
