import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Bench } from '../bench.ts';
import { type Card, cardOf, clipPath, makeCard, noise, sha256 } from '../cards.ts';
import { expectClean, factsOf } from '../examine.ts';
import { sectorOf } from '../recorders.ts';
import type { Scenario } from '../scenario.ts';

/** A worn card: what can be read is kept, what cannot is told to the page, and the files beside it are whole. */
export const BAD_SECTORS: Scenario = {
  name: 'bad-sectors',
  title:
    'a file with unreadable sectors is sealed as damaged with exactly those ranges, all others whole; a card whose directory fails is not safe',
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    const clips = [noise(context, 300_000), noise(context, 1_048_576 + 700), noise(context, 200_000)];
    const files = Object.fromEntries(clips.map((clip, index) => [clipPath('WRN0001', index + 1), clip]));
    const card = await cardOf(context, 'WRN0001', files);
    const [, worn] = clips;
    assert.ok(worn);
    const sectors: number[] = [];
    for (const at of BAD_BYTES) sectors.push(await sectorOf(card.image, worn.subarray(at, at + SECTOR_BYTES)));
    await Bench.with(context, { name: 'bad-sectors' }, async (bench) => {
      const sealed = [await wornFile(bench, card, worn, sectors)];
      const gaps = RANGES.reduce((sum, { start, end }) => sum + end - start, 0);
      context.figure(`${sectors.length} dead sectors: sealed with ${RANGES.length} gaps of ${gaps} bytes`);
      sealed.push(await wornDirectory(bench, await makeCard(context, 'WRN0002', { files: 12, bytesMin: 1024, bytesMax: 4096 })));
      await expectClean(bench.station, sealed);
    });
  },
};

const SECTOR_BYTES = 512;
/** Places in the file whose sectors are dead: alone in a page, two in neighbouring pages, and the last whole sector of the file. */
const BAD_BYTES = [40 * 4096 + 1024, 100 * 4096, 101 * 4096 + 3584, 256 * 4096];
/** The kernel reads pages of 4 KiB; the last one ends with the file. */
const RANGES = [
  { start: 40 * 4096, end: 41 * 4096 },
  { start: 100 * 4096, end: 102 * 4096 },
  { start: 256 * 4096, end: 1_048_576 + 700 },
];

/** Returns the card as it must be sealed. */
async function wornFile(bench: Bench, card: Card, worn: Buffer, badSectors: readonly number[]): Promise<Card> {
  await bench.plug({ name: card.serial, port: '1', image: card.image, readOnly: true, badSectors });
  const slot = await bench.station.safe(card.serial);
  assert.equal(slot.warning?.code, 'recorder.gaps');
  await bench.yank(card.serial);
  const kept = Buffer.from(worn);
  for (const { start, end } of RANGES) kept.fill(0, start, end);
  const asSealed: Card = { ...card, digests: new Map([...card.digests, [clipPath(card.serial, 2), sha256(kept)]]) };
  const { originals } = await expectClean(bench.station, [asSealed]);
  for (const original of originals) {
    const expected = original.path === clipPath(card.serial, 2) ? RANGES : [];
    assert.deepEqual(original.gaps, expected, original.path);
    assert.deepEqual(original.manifest?.unreadable, expected, `the manifest of ${original.path}`);
  }
  type Listed = { id: string; originals: { cardPath: string }[] };
  const { items: damaged } = await bench.station.get<{ items: Listed[] }>('/recordings?damaged=true');
  assert.ok(
    damaged.some((recording) => recording.originals.some(({ cardPath }) => cardPath === clipPath(card.serial, 2))),
    'it is not marked as damaged',
  );
  return asSealed;
}

/**
 * FAT's driver passes over a directory block that cannot be read, so the card looks as if it held fewer files. Read again from a better reader, it
 * gives the rest.
 */
async function wornDirectory(bench: Bench, card: Card): Promise<Card> {
  const { station, context } = bench;
  const blocks = await directorySectors(card.image);
  const bad = blocks[1];
  assert.ok(bad !== undefined && blocks.length > 2, `${blocks.length} sectors of names`);
  await bench.plug({ name: card.serial, port: '2', image: card.image, readOnly: true, badSectors: [bad] });
  // The directory is refused by name only when the second listing, in peace, could not read it either.
  const slot = await station.until('a part of the card cannot be listed, twice', 90, () => {
    const view = station.slotOf(card.serial);
    const copied = view !== undefined && view.bytesCopied > 0 && view.bytesCopied === view.bytesListed;
    return copied && view.problem?.code === 'recorder.unreadable' && view.filesRefused > 0 && view;
  });
  assert.ok(slot.filesListed > 0 && slot.filesListed < card.digests.size, `${slot.filesListed} files listed`);
  await bench.yank(card.serial);
  assert.ok(!station.shownSafe.has(slot.dockingId ?? ''), 'shown as safe while files are missing');
  const hidden = card.digests.size - slot.filesListed;
  context.figure(`a dead directory sector hid ${hidden} of ${card.digests.size} files, and the card was not called safe`);
  await bench.plug({ name: card.serial, port: '2', image: card.image, readOnly: true });
  await station.safe(card.serial);
  await bench.yank(card.serial);
  // A long name that begins in the dead sector is gone, and its file was shown, and taken, by its short name: the same bytes, linked.
  const { originals } = await factsOf(station);
  const byShortName = originals.filter(({ recorder, path }) => recorder === card.serial && !card.digests.has(path));
  assert.ok(byShortName.length <= 1, `strange names: ${byShortName.map(({ path }) => path).join(' ')}`);
  for (const { path, sha256: digest } of byShortName) {
    assert.match(path, /\/[A-Z0-9]{1,6}~[0-9]\.(?:MP4|DAT)$/);
    assert.ok([...card.digests.values()].includes(digest ?? ''), `${path} has bytes of its own`);
  }
  return { ...card, digests: new Map([...card.digests, ...byShortName.map(({ path, sha256: digest }) => [path, digest ?? ''] as const)]) };
}

/** Sectors that hold short names of files, in the order of the image. */
async function directorySectors(image: string): Promise<readonly number[]> {
  const bytes = await readFile(image);
  const sectors = new Set<number>();
  for (const ending of ['MP4', 'DAT']) {
    for (let at = bytes.indexOf(ending); at >= 0; at = bytes.indexOf(ending, at + 1)) {
      // Offset 8 of a 32-byte entry, whose attributes at 11 say "archive" (FAT specification, section 6).
      if (at % 32 === 8 && bytes[at + 3] === 0x20) sectors.add(Math.floor(at / SECTOR_BYTES));
    }
  }
  return [...sectors].sort((a, b) => a - b);
}
