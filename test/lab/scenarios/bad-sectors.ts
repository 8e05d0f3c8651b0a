import assert from 'node:assert/strict';
import { Bench } from '../bench.ts';
import { type Card, cardOf, clipPath, noise, sha256 } from '../cards.ts';
import { expectClean } from '../examine.ts';
import { sectorOf } from '../recorders.ts';
import type { Scenario } from '../scenario.ts';

/** A worn card: what can be read is kept, what cannot is told to the page, and the files beside it are whole. */
export const BAD_SECTORS: Scenario = {
  name: 'bad-sectors',
  title: 'a file with unreadable sectors is sealed as damaged with exactly those ranges, all others whole',
  minutesMax: { short: 6, long: 6 },
  async run(context) {
    const clips = [noise(context, 300_000), noise(context, 1_048_576 + 700), noise(context, 200_000)];
    const files = Object.fromEntries(clips.map((clip, index) => [clipPath('WRN0001', index + 1), clip]));
    const card = await cardOf(context, 'WRN0001', files);
    const [, worn] = clips;
    assert.ok(worn);
    const sectors: number[] = [];
    for (const at of BAD_BYTES) sectors.push(await sectorOf(card.image, worn.subarray(at, at + SECTOR_BYTES)));
    await Bench.with(context, { name: 'bad-sectors' }, async (bench) => {
      await bench.plug({ name: card.serial, port: '1', image: card.image, readOnly: true, badSectors: sectors });
      const slot = await bench.station.safe(card.serial);
      assert.equal(slot.warning?.code, 'recorder.gaps');
      await bench.yank(card.serial);
      const kept = Buffer.from(worn);
      for (const { start, end } of RANGES) kept.fill(0, start, end);
      const asSealed: Card = { ...card, digests: new Map([...card.digests, [clipPath(card.serial, 2), sha256(kept)]]) };
      const { originals } = await expectClean(bench.station, [asSealed]);
      for (const original of originals) {
        const expected = original.path === clipPath(card.serial, 2) ? RANGES : [];
        assert.deepEqual(original.unreadable, expected, original.path);
        assert.deepEqual(original.manifest?.unreadable, expected, `the manifest of ${original.path}`);
      }
      const damaged = await bench.station.get<{ id: string; originals: { cardPath: string }[] }[]>('/recordings?damaged=true');
      assert.ok(
        damaged.some((recording) => recording.originals.some(({ cardPath }) => cardPath === clipPath(card.serial, 2))),
        'it is not marked as damaged',
      );
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
