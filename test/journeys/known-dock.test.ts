/*
 * Goal: what is done on a recorder when it is safe (wipe, power off) goes together with the re-check of its known files, and nobody has to wait for that.
 * Method: the desk with its real stages over directories; the re-check is held, and files that the sample misses are made as in known.test.ts.
 */

import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { about } from '#test/support/custody';
import { tellArchived } from '#test/support/ledger/told-ledger';
import { temporaryDirectory } from '../support/evidock.ts';
import { dockStation } from '../support/station/dock-station.ts';
import { disturbedVolume, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const WAIT = { timeout: 15_000, interval: 10 };
const FIRST_BLOCKS = () => 0;
const MISSED = 502 * 4096 + 17;
const NAME = 'DCIM/20260620/DSJ0012345_041234_20260620100000_0001.MP4';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let bytes: Buffer;
let station: Awaited<ReturnType<typeof dockStation>>;

beforeEach(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  bytes = randomBytes(5 * MEBIBYTE);
  await writeCard(card, { [NAME]: bytes });
});
afterEach(async () => {
  await station.close();
  await home.remove();
});

const open = async (options: Parameters<typeof dockStation>[1] = {}) => {
  station = await dockStation(join(home.path, 's'), { sm3: false, random: FIRST_BLOCKS, ...options });
};
/** The card is docked, taken in and removed. */
async function takeIn() {
  const key = station.plug(card);
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  station.dock.remove(key);
  await station.until(1, ({ phase }) => phase === 'removed');
}
/** A volume whose whole comparisons wait. */
function held() {
  const letGo = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let reads = 0;
  const volume = disturbedVolume(card, async (_path, _position, target) => {
    if (target.length < MEBIBYTE) return;
    reads += 1;
    reached.resolve();
    await letGo.promise;
  });
  return { volume, reached: reached.promise, letGo: letGo.resolve, reads: () => reads };
}

it('a recorder is let go when its re-check has ended, and the slot says that it may be taken before', async () => {
  await open();
  await takeIn();
  const { volume, reached, letGo } = held();
  const key = station.plug(card, { volume });
  await reached;
  const view = await station.until(1, ({ phase }) => phase === 'safe');
  expect(view).toMatchObject({ recheck: { files: 1, done: 0, unread: 0 }, problem: null });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(station.dock.released).not.toContain(key);
  letGo();
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  expect(station.slot(1)).toMatchObject({ phase: 'safe', recheck: { files: 1, done: 1, unread: 0 } });
});

it('a recorder that is taken during its re-check is no problem, whether it is pulled or undocked by a command', async () => {
  await open();
  await takeIn();
  for (const byCommand of [false, true]) {
    const { volume, reached, letGo } = held();
    const key = station.plug(card, { volume });
    await reached;
    await station.until(1, ({ phase }) => phase === 'safe');
    const docking = (await station.ledger.dockings.list({ limit: 1 }))[0];
    // A read that is in hand ends by itself.
    setTimeout(letGo, 50);
    const begun = performance.now();
    if (byCommand) await station.desk.undock(docking?.id ?? '', (each) => station.dock.remove(each));
    else station.dock.remove(key);
    await station.until(1, ({ phase }) => phase === 'removed');
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(station.slot(1)).toMatchObject({ problem: null, warning: null });
    expect(await station.ledger.dockings.get(docking?.id ?? '')).toMatchObject({
      state: 'removed',
      safeAtMs: expect.any(Number),
      problem: null,
    });
    expect(station.dock.released).not.toContain(key);
  }
});

it('a recorder on which the re-check has found another file is let go once, when that is sealed', async () => {
  await open();
  await takeIn();
  const other = Buffer.from(bytes);
  other[MISSED] = (other[MISSED] ?? 0) ^ 1;
  await writeCard(card, { [NAME]: other });
  const key = station.plug(card);
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  const [docking] = await station.ledger.dockings.list({ limit: 1 });
  expect(docking).toMatchObject({ state: 'safe' });
  const told = (await station.ledger.custody.of(about(docking?.id ?? ''))).map(({ type }) => type);
  expect(told.filter((type) => type.includes('safe'))).toEqual(['docking.safe', 'docking.unsafe', 'docking.safe']);
  const originals = (await station.ledger.recordings.list({ limit: 10 })).flatMap((detail) => detail.originals);
  expect(originals.map(({ state, digests }) => `${state} ${digests?.sha256}`).sort()).toEqual(
    [bytes, other].map((each) => `sealed ${createHash('sha256').update(each).digest('hex')}`).sort(),
  );
  expect(station.slot(1)).toMatchObject({ phase: 'safe', warning: { code: 'recorder.known-differs' } });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(station.dock.released.filter((each) => each === key)).toHaveLength(1);
});

it('a wipe that waited for the archive goes by what the re-check of this docking has proved: no file is read again for it', async () => {
  await open();
  await takeIn();
  await station.close();
  await open({ wipe: 'after-archived' });
  const { volume, reads, letGo } = held();
  letGo();
  const key = station.plug(card, { volume });
  await station.until(1, ({ recheck }) => recheck?.done === 1);
  const [docking] = await station.ledger.dockings.list({ limit: 1 });
  await expect.poll(async () => (await station.ledger.dockings.get(docking?.id ?? ''))?.filesRechecked, WAIT).toBe(1);
  const before = reads();
  expect(before).toBe(5);
  for (const { recording, originals } of await station.ledger.recordings.list({ limit: 10 })) {
    await station.ledger.transaction(async (writer) => {
      await tellArchived(writer, originals);
      await writer.recordings.update(recording.id, { state: 'archived' });
    });
    station.desk.archived(recording.id);
  }
  await expect.poll(() => station.dock.released, WAIT).toContain(key);
  expect(reads()).toBe(before);
  expect((await readdir(card, { recursive: true })).filter((path) => path.endsWith('.MP4'))).toEqual([]);
});
