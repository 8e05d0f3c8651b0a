import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { about } from '#test/support/custody';
import { disturbedVolume, type intakeStation, type OnRead } from '#test/support/station/intake-station';

const MEBIBYTE = 1024 * 1024;
export const BLOCK = 4096;
/** Bytes of a file that is sampled: 1,280 blocks, of which the sample takes one of each five. */
export const LARGE = 5 * MEBIBYTE;
/** Chooses the first block of each five. */
export const FIRST_BLOCKS = () => 0;
/** A place in the third of five blocks, far from beginning and end, which such a sample misses. */
export const MISSED = 502 * BLOCK + 17;
export const WAIT = { timeout: 15_000, interval: 10 };

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A copy with `length` other bytes from `at` on. */
export function changed(bytes: Buffer, at: number, length = 1): Buffer {
  const copy = Buffer.from(bytes);
  for (let n = at; n < at + length; n += 1) copy[n] = (copy[n] ?? 0) ^ 0x5a;
  return copy;
}

type Station = Awaited<ReturnType<typeof intakeStation>>;

export const originalsOf = async (station: Station) =>
  (await station.ledger.recordings.list({ limit: 1000 })).flatMap(({ originals }) => originals);
export const digestsOf = async (station: Station, path: string) =>
  (await originalsOf(station)).filter(({ cardPath }) => cardPath === path).map(({ digests }) => digests?.sha256);
export const typesOf = async (station: Station, subject: string) =>
  (await station.ledger.custody.of(about(subject))).map(({ type }) => type);
export const slotOf = (station: Station, slot: number) => station.board.snapshot().find((view) => view.slot === slot);

/** Expects that every original is sealed, and that its bytes are in the vault at `home`/s. */
export async function expectSealed(home: string, station: Station, files: Readonly<Record<string, readonly Uint8Array[]>>): Promise<void> {
  const originals = await originalsOf(station);
  expect(originals.map(({ cardPath, digests, state }) => `${cardPath} ${state} ${digests?.sha256}`).sort()).toEqual(
    Object.entries(files)
      .flatMap(([path, contents]) => contents.map((content) => `${path} sealed ${sha256(content)}`))
      .sort(),
  );
  for (const { vaultKey, digests } of originals) expect(sha256(await readFile(join(home, 's/vault', vaultKey)))).toBe(digests?.sha256);
  const faults = [];
  for await (const fault of station.ledger.custody.verify()) faults.push(fault);
  expect(faults).toEqual([]);
}

/** Docks the card as it is, from the arrival to the removal. */
export async function dockOnce(station: Station, card: string, slot = 1) {
  const docking = await station.dock(station.plain(card), 'R1', slot);
  await docking.safe();
  await docking.rechecked();
  // Files that the re-check has found are sealed first.
  await vi.waitFor(async () => expect((await station.ledger.dockings.get(docking.id))?.state).toBe('safe'), WAIT);
  await docking.pull();
  return docking;
}

/** Whether a read is of a whole comparison: no other read has this length. */
export const isWholeRead = (target: Uint8Array) => target.length === MEBIBYTE;

/** A card whose whole comparisons wait until the test releases them. */
export function heldCard(root: string, more: OnRead = () => undefined) {
  const letGo = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const reads: string[] = [];
  const volume = disturbedVolume(root, async (path, position, target, bytes) => {
    await more(path, position, target, bytes);
    if (!isWholeRead(target)) return;
    reads.push(path);
    reached.resolve();
    await letGo.promise;
  });
  return { volume, reads, reached: reached.promise, letGo: letGo.resolve };
}
