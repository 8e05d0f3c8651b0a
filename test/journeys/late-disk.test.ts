/*
 * Goal: a recorder whose second disk comes late (internal memory and a card, two slots of a reader) is taken in whole: what was taken from the first
 * disk is not taken again under another name, what was being copied goes on, and nothing is passed over for a name that two volumes have.
 * Method: the dock of USB ports over a fake /sys, and everything behind it up to the seal as it is.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { access, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UsbDock } from '#adapters/usb-dock/usb-dock';
import { expectWhole } from '../support/card/docking-checks.ts';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';
import { CardMounter, stick, usbDockOptions } from '../support/usb/ports.ts';
import { UsbTree } from '../support/usb/tree.ts';

const name = (rest: string) => `DCIM/20260620/DSJ0012345_041234_20260620${rest}.MP4`;
/** Sealed with the first disk; two segments of one recording of which only the first is; on the second disk. */
const DONE = name('150000_0006');
const HALF_A = name('153000_0007A');
// The first half ends when the second begins, by its file's time (writeCard).
const HALF_B = name('160000_0007B');
const LATE = name('160000_0008');
// The second half takes several reads: a file that is read at once is whole, whatever becomes of its recorder then.
const bytes = { done: randomBytes(300_000), halfA: randomBytes(70_000), halfB: randomBytes(1_500_000), late: randomBytes(40_000) };

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let tree: UsbTree;
let mounter: CardMounter;
let station: Awaited<ReturnType<typeof dockStation>>;

const disk = (device: string) => join(home.path, 'cards', device);

beforeEach(async () => {
  home = await temporaryDirectory();
  tree = await UsbTree.make();
  mounter = new CardMounter(join(home.path, 'cards'));
  mounter.labels.set('sdb', 'CARD');
  await writeCard(disk('sda'), { [DONE]: bytes.done, [HALF_A]: bytes.halfA, [HALF_B]: bytes.halfB });
  await writeCard(disk('sdb'), { [LATE]: bytes.late });
});

afterEach(async () => {
  await station.close();
  expect(mounter.mounts).toEqual([]);
  await tree.remove();
  await home.remove();
});

async function open(held: Promise<void> | null = null, options: Parameters<typeof dockStation>[1] = {}): Promise<void> {
  const openVolume = ({ root }: { root: string }) =>
    disturbedVolume(root, async (path) => {
      if (path.endsWith(HALF_B)) await held;
    });
  const dock = { ...usbDockOptions(tree, mounter), ...(held ? { openVolume } : {}) };
  station = await dockStation(join(home.path, 's'), { ...options, beside: new UsbDock(dock) });
}

/** The next docking that is safe and not one of these. */
async function safeAfter(...ids: string[]) {
  const { dockingId } = await station.until(1, (view) => view.phase === 'safe' && !ids.includes(view.dockingId ?? ''), 30);
  await station.incomplete.settled();
  return (await station.ledger.dockings.get(dockingId ?? '')) ?? expect.fail('no docking');
}

/** The first disk with its second segment in hand; then the second disk. Returns the docking of the first alone. */
async function plugOneAfterTheOther(options: Parameters<typeof dockStation>[1] = {}): Promise<string> {
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  await open(held, options);
  await tree.plug({ ...stick('1-1', 3), disks: { sda: 1e9, sdb: 0 } });
  const { dockingId } = await station.until(1, ({ filesSealed }) => filesSealed === 2);
  await tree.changeCard('sdb', 1e9);
  // A read that a disk has in hand ends by itself.
  await expect.poll(async () => mounter.mounts).toEqual([]);
  letGo();
  return dockingId ?? '';
}

it('goes on where it was, and takes nothing twice; nor when the second disk goes again', async () => {
  const alone = await plugOneAfterTheOther();
  const both = await safeAfter(alone);
  expect(await station.ledger.dockings.get(alone)).toMatchObject({ state: 'removed', problem: { code: 'recorder.removed' } });
  expect((await station.custody('docking.removed', alone))[0]?.data).toMatchObject({ safe: false, filesLeft: 1, bytesLeft: 1_500_000 });
  expect((await station.custody('docking.safe', both.id))[0]?.data).toMatchObject({ files: 4, known: 2 });
  expect(station.slot(1)).toMatchObject({ filesListed: 4, filesSealed: 4, problem: null, warning: null });
  const files = {
    [DONE]: bytes.done,
    [HALF_A]: bytes.halfA,
    [`BODYCAM/${HALF_B}`]: bytes.halfB,
    [`CARD/${LATE}`]: bytes.late,
  };
  await expectWhole(home.path, station, files);
  const recordings = (await station.ledger.recordings.list({ limit: 10 })).map(({ recording }) => recording);
  expect(
    recordings.map(({ originalCount, missingCount, damaged, duplicateOf }) => ({ originalCount, missingCount, damaged, duplicateOf })),
  ).toEqual([1, 2, 1].map((originalCount) => ({ originalCount, missingCount: 0, damaged: false, duplicateOf: null })));
  await tree.pullCard('sdb');
  const again = await safeAfter(alone, both.id);
  expect(again).toMatchObject({ filesListed: 3, filesKnown: 3 });
  await expectWhole(home.path, station, files);
});

it('takes a file for itself that has name, size and time of another on the first disk, whether its bytes are the same or not', async () => {
  const other = Buffer.from(bytes.done);
  other.write('otherwise', 150_000);
  await writeCard(disk('sdb'), { [DONE]: other, [HALF_A]: bytes.halfA });
  const alone = await plugOneAfterTheOther();
  await safeAfter(alone);
  const originals = (await station.ledger.recordings.list({ limit: 10 })).flatMap((detail) => detail.originals);
  expect(
    originals.map(({ cardPath, state, duplicateOf }) => `${cardPath} ${state} ${duplicateOf ? 'duplicate' : ''}`.trim()).sort(),
  ).toEqual(
    [
      `${DONE} sealed`,
      `${HALF_A} sealed`,
      `BODYCAM/${HALF_B} sealed`,
      `CARD/${DONE} sealed`,
      `CARD/${HALF_A} sealed duplicate`,
      `CARD/${LATE} sealed`,
    ].sort(),
  );
});

it('takes a file for itself that a card has beside a directory which is called as the card is', async () => {
  await writeCard(disk('sda'), { [`BODYCAM/${DONE}`]: bytes.done });
  await open();
  await tree.plug(stick('1-1', 3));
  const first = await safeAfter();
  expect(first).toMatchObject({ filesListed: 4, filesKnown: 0 });
  await cp(join(disk('sda'), `BODYCAM/${DONE}`), join(disk('sda'), `BODYCAM/${LATE}`), { preserveTimestamps: true });
  await tree.changeCard('sda', 1e9);
  const second = await safeAfter(first.id);
  await cp(join(disk('sda'), `BODYCAM/${LATE}`), join(disk('sda'), LATE), { preserveTimestamps: true });
  await tree.changeCard('sda', 1e9);
  expect(await safeAfter(first.id, second.id)).toMatchObject({ filesListed: 6, filesKnown: 5 });
});

it('takes anew what has other bytes than were sealed under the other name', async () => {
  await open();
  await tree.plug({ ...stick('1-1', 3), disks: { sda: 1e9, sdb: 0 } });
  const alone = await safeAfter();
  const other = Buffer.from(bytes.done);
  other.write('otherwise', 150_000);
  await writeCard(disk('sda'), { [DONE]: other });
  await tree.changeCard('sdb', 1e9);
  expect(await safeAfter(alone.id)).toMatchObject({ filesListed: 4, filesKnown: 2 });
  await expectWhole(home.path, station, {
    ...{ [DONE]: bytes.done, [HALF_A]: bytes.halfA, [HALF_B]: bytes.halfB },
    ...{ [`BODYCAM/${DONE}`]: other, [`CARD/${LATE}`]: bytes.late },
  });
});

it('is wiped of what was sealed under the other name as well, once its bytes are proved', async () => {
  const alone = await plugOneAfterTheOther({ wipe: 'after-sealed' });
  await safeAfter(alone);
  await expect.poll(() => mounter.off).toEqual(['1-1']);
  const left = [...(await readdir(disk('sda'), { recursive: true })), ...(await readdir(disk('sdb'), { recursive: true }))];
  expect(left.filter((path) => path.endsWith('.MP4'))).toEqual([]);
  await access(join(disk('sda'), 'DCIM/20260620'));
  const originals = (await station.ledger.recordings.list({ limit: 10 })).flatMap((detail) => detail.originals);
  const wiped = await Promise.all(originals.map(({ id }) => station.custody('original.wiped', id)));
  expect(wiped.flat().map(({ data }) => data['cardPath'])).toHaveLength(4);
});

it('keeps at a wipe what came meanwhile and would have the name of what was read', async () => {
  await writeCard(disk('sda'), { [`BODYCAM/${LATE}`]: bytes.late });
  await open(null, { wipe: 'after-sealed' });
  const update = station.board.updateDocking.bind(station.board);
  station.board.updateDocking = (id, patch) => {
    if (patch.status?.phase === 'wiping')
      copyOver(join(disk('sda'), `BODYCAM/${LATE}`), join(disk('sda'), LATE), randomBytes(bytes.late.length));
    update(id, patch);
  };
  await tree.plug(stick('1-1', 3));
  await expect.poll(() => mounter.off, { timeout: 20_000 }).toEqual(['1-1']);
  const left = (await readdir(disk('sda'), { recursive: true })).filter((path) => path.endsWith('.MP4'));
  expect(left).toEqual([LATE]);
});

/** Other bytes with the time of `from`, between two steps of the station. */
function copyOver(from: string, to: string, content: Buffer): void {
  if (existsSync(to)) return;
  writeFileSync(to, content);
  utimesSync(to, statSync(from).atime, statSync(from).mtime);
}
