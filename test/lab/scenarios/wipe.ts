import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bench } from '../bench.ts';
import { type Card, cardOf, clipPath, noise, sha256 } from '../cards.ts';
import { digestOnVfat, filesOnVfat } from '../disk-image.ts';
import { expectClean, type Facts, factsOf } from '../examine.ts';
import type { LabContext, Scenario } from '../scenario.ts';

/** Files are removed from a recorder: exactly those that are sealed, and never one that is not, whenever it is pulled. */
export const WIPE: Scenario = {
  name: 'wipe',
  title: 'after sealing exactly the sealed files are removed from the card; pulled in the midst of it nothing unsealed is ever gone',
  minutesMax: { short: 15, long: 15 },
  async run(context) {
    // A directory too deep for this configuration is refused by name: its file is on the card, on record, and not sealed.
    const config = { dock: { wipe: 'after-sealed' }, intake: { depthMax: 3 } };
    await Bench.with(context, { name: 'wipe', config }, async (bench) => {
      const small = await wipedCard(context, 'WIP0001', 12);
      const wipeMs = await wholeWipe(bench, small.card, small.refused);
      context.note(`twelve files are gone, in ${Math.round(wipeMs)} ms; the refused one is there`);
      const large = await wipedCard(context, 'WIP0002', 160);
      const left = await pulledWipe(bench, large.card, large.refused, wipeMs);
      const { custody } = await expectClean(bench.station, [small.card, large.card]);
      const removed = small.card.digests.size + large.card.digests.size - left;
      // What was removed right before a pull has only the entry that began the wipe.
      const told = custody.filter(({ type }) => type === 'original.wiped').length;
      context.figure(
        `${removed} files removed, ${told} with an entry of their own, ${PULLS} pulls during the wipe; ${left} lost their place in the last pull and stay, as the slot says`,
      );
    });
  },
};

const PULLS = 3;
const TOO_DEEP = 'DCIM/A/B/C/D/KEPT.MP4';

interface Refused {
  readonly path: string;
  readonly sha256: string;
}

/** `digests` of the card are those of what can be sealed. */
async function wipedCard(context: LabContext, serial: string, files: number): Promise<{ readonly card: Card; readonly refused: Refused }> {
  const clips = Array.from(
    { length: files },
    (_, index) => [clipPath(serial, index + 1), noise(context, 900 + (index % 7) * 400)] as const,
  );
  const kept = noise(context, 5000);
  const card = await cardOf(context, serial, { ...Object.fromEntries(clips), [TOO_DEEP]: kept });
  const sealed = new Map([...card.digests].filter(([path]) => path !== TOO_DEEP));
  return { card: { ...card, digests: sealed }, refused: { path: TOO_DEEP, sha256: sha256(kept) } };
}

/** Returns how long the wipe took, ms. */
async function wholeWipe(bench: Bench, card: Card, refused: Refused): Promise<number> {
  await bench.plug({ name: card.serial, port: '1', image: card.image });
  await wiping(bench, card.serial);
  const begun = performance.now();
  await wiped(bench, card.serial);
  const elapsedMs = performance.now() - begun;
  await bench.yank(card.serial);
  assert.deepEqual(await filesOnVfat(card.image), [refused.path]);
  assert.equal(await digestOnVfat(card.image, refused.path), refused.sha256);
  expectRecorded(await factsOf(bench.station), card);
  return elapsedMs;
}

/** Pulled at random while its many files are being removed, the last time when some are gone; then docked once more. Returns how many files stay. */
async function pulledWipe(bench: Bench, card: Card, refused: Refused, wipeMs: number): Promise<number> {
  const { context, station } = bench;
  for (let pull = 1; pull <= PULLS; pull += 1) {
    const before = (await filesOnVfat(card.image)).length;
    await bench.plug({ name: card.serial, port: `${pull}`, image: card.image });
    await wiping(bench, card.serial);
    if (pull < PULLS) await sleep(context.random() * 0.7 * pull * wipeMs);
    else await removing(bench, card.image, before);
    await bench.yank(card.serial);
    const left = await filesOnVfat(card.image);
    context.note(`pulled in the wipe: ${left.length} files are left`);
    await expectNothingLost(await factsOf(station), card, left);
    assert.equal(await digestOnVfat(card.image, refused.path), refused.sha256);
    await station.until('it is gone', 60, () => station.slotOf(card.serial)?.phase === 'removed');
  }
  // The pulls have left FAT's mark of an unclean file system, which nobody takes back: it is the station's own, and no obstacle.
  await bench.plug({ name: card.serial, port: '3', image: card.image });
  await wiped(bench, card.serial);
  const { warning = null } = station.slotOf(card.serial) ?? {};
  await bench.yank(card.serial);
  const left = (await filesOnVfat(card.image)).filter((path) => path !== refused.path);
  // What stays had lost its place on the card when it was pulled, and is told: without its bytes nobody can prove what it is.
  for (const path of left) assert.notEqual(await digestOnVfat(card.image, path), card.digests.get(path), `${path} could have been removed`);
  const told = warning?.code === 'recorder.wipe-failed' ? Number(warning.reason.params['files'] ?? 0) : 0;
  assert.equal(told, left.length, `${left.length} files are left, and the slot says: ${JSON.stringify(warning)}`);
  await expectNothingLost(await factsOf(station), card, left);
  assert.equal(await digestOnVfat(card.image, refused.path), refused.sha256);
  return left.length;
}

/** Waits until the first files are gone from the image; a directory that is just being written may be read as it will be, or not at all. */
async function removing({ station }: Bench, image: string, before: number): Promise<void> {
  let now = before;
  await station.until('the first files are gone', 120, () => {
    void filesOnVfat(image).then(
      (files) => {
        now = files.length;
      },
      () => undefined,
    );
    return now < before;
  });
}

async function wiping({ station }: Bench, serial: string): Promise<void> {
  await station.until('the wipe has begun', 240, () => ['wiping', 'safe'].includes(station.slotOf(serial)?.phase ?? ''));
}

/** Safe for good: the wipe, which comes before it, is over. */
async function wiped(bench: Bench, serial: string): Promise<void> {
  await bench.station.safe(serial, 240);
}

/** What is missing on the card is sealed in the vault with the bytes it had. */
async function expectNothingLost(facts: Facts, card: Card, left: readonly string[]): Promise<void> {
  for (const [path, digest] of card.digests) {
    if (left.includes(path)) continue;
    const original = facts.originals.find((each) => each.recorder === card.serial && each.path === path);
    assert.deepEqual([original?.state, original?.vaultSha256], ['sealed', digest], `${path} is gone from the card`);
  }
}

/** Each removal has an entry of its own in the custody log, and nothing else has. */
function expectRecorded({ custody, originals }: Facts, card: Card): void {
  const told = custody.filter(({ type }) => type === 'original.wiped').map(({ data }) => String(data['cardPath']));
  assert.deepEqual(told.toSorted(), [...card.digests.keys()].toSorted());
  const subjects = new Set(custody.filter(({ type }) => type === 'original.wiped').map(({ subject }) => subject));
  assert.equal(originals.filter(({ id }) => subjects.has(id)).length, card.digests.size);
}
