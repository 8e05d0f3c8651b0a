import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { evidock, evidockJson, type RecordingJson } from '#test/support/evidock';

/** Every regular file of a card as `path sha256`, sorted. */
export function filesOf(card: string): string[] {
  return readdirSync(card, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path.slice(card.length + 1)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)
    .sort();
}

/**
 * Expects that `verify` finds nothing, and that the ledger holds every file of the card once, with the digest of the card's file. `card`: the directory, or the
 * answer of filesOf for it. Returns the recordings.
 */
export async function expectWhole(
  state: string,
  card: string | readonly string[],
  env: Record<string, string> = {},
): Promise<RecordingJson[]> {
  const verified = await evidock(['--state', state, 'verify'], { env });
  expect(verified.status, verified.stdout + verified.stderr).toBe(0);
  const recordings = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env });
  const sealed = recordings.flatMap((recording) => recording.originals).map((original) => `${original.cardPath} ${original.sha256}`);
  expect(sealed.sort()).toEqual(typeof card === 'string' ? filesOf(card) : card);
  return recordings;
}
