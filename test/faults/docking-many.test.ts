/*
 * Goal: many recorders at once share the station fairly, and what befalls all of them (a hub that loses its ports, a disk that fills up) is said at
 * each slot and survived by each.
 * Method: real intake, seal, ledger and vault over plain directories; reads of recorders and writes of the vault are disturbed.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Lanes, Passage } from '#ports/lanes';
import { saying } from '#test/support/saying';
import { expectWhole, gone } from '../support/card/docking-checks.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;

let home: string;

homeForEach((path) => {
  home = path;
});

const open = () => intakeStation(join(home, 's'), (vault) => vault, { sm3: false });

describe('many at once', () => {
  async function cards(count: number, each: (n: number) => Readonly<Record<string, Uint8Array>>) {
    const made = Array.from({ length: count }, (_, n) => ({ root: join(home, `card-${n}`), files: each(n), serial: `R${n}`, slot: n + 1 }));
    for (const { root, files } of made) await writeCard(root, files);
    return made;
  }
  const named = (made: Awaited<ReturnType<typeof cards>>) => Object.assign({}, ...made.map(({ files }) => files));

  it('a hub that loses all its ports leaves every slot saying what is on it, and all go on in other slots', async () => {
    const made = await cards(8, (n) => ({ [`${n}-a.mp4`]: randomBytes(3 * MEBIBYTE), [`${n}-b.mp4`]: randomBytes(6 * MEBIBYTE) }));
    const station = await open();
    let lost = false;
    let reads = 0;
    const all = Promise.withResolvers<void>();
    const begin = Promise.withResolvers<void>();
    const dockings = [];
    const waiting = new Set<string>();
    for (const { root, serial, slot } of made) {
      const volume = disturbedVolume(root, async (path) => {
        waiting.add(serial);
        await begin.promise;
        reads += 1;
        if (reads > 20) {
          lost = true;
          all.resolve();
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (lost) throw gone(path);
      });
      dockings.push(await station.dock(volume, serial, slot));
    }
    // None may be done before the last one has begun.
    await expect.poll(() => waiting.size).toBe(made.length);
    begin.resolve();
    await all.promise;
    const begun = performance.now();
    await Promise.all(dockings.map(({ done }) => done));
    expect(performance.now() - begun).toBeLessThan(1500);
    for (const view of station.board.snapshot()) {
      expect(view).toMatchObject({ phase: 'problem', waiting: null, problem: { code: 'recorder.removed' } });
      expect(view.problem?.reason).toEqual(saying(/^[12] files? \(\d+(\.\d)? [KM]iB\) still on the recorder$/));
    }
    await Promise.all(dockings.map((docking) => docking.pull()));
    const again = [];
    for (const { root, serial, slot } of made) again.push(await station.dock(station.plain(root), serial, slot + 8));
    await Promise.all(again.map((docking) => docking.safe(30)));
    await expectWhole(home, station, named(made));
    await station.close();
  });

  it('a disk that fills up under 8 recorders says so at each slot, and all go on by themselves', async () => {
    const made = await cards(8, (n) => ({ [`${n}-a.mp4`]: randomBytes(MEBIBYTE), [`${n}-b.mp4`]: randomBytes(MEBIBYTE) }));
    let free = 6 * MEBIBYTE;
    const station = await intakeStation(join(home, 's'), (vault) => vault, {
      sm3: false,
      lanes: (lanes) =>
        onWrites(lanes, (bytes, key) => {
          free -= bytes;
          if (free < 0) throw new EvidockError('vault.full', because('said', { text: key }));
        }),
    });
    const dockings = [];
    for (const { root, serial, slot } of made) dockings.push(await station.dock(station.plain(root), serial, slot));
    await vi.waitFor(
      () => {
        const held = station.board.snapshot().filter(({ waiting, problem }) => waiting === 'disk' && problem?.code === 'vault.full');
        expect(held.length).toBeGreaterThanOrEqual(5);
      },
      { timeout: 20_000, interval: 50 },
    );
    free = Number.POSITIVE_INFINITY;
    await Promise.all(dockings.map((docking) => docking.safe(30)));
    await vi.waitFor(() => expect(station.board.snapshot().map(({ waiting }) => waiting)).toEqual(made.map(() => null)), 5000);
    for (const { id } of dockings) expect(await station.ledger.dockings.get(id)).toMatchObject({ state: 'safe', problem: null });
    await expectWhole(home, station, named(made));
    await station.close();
  });

  it('says that a slot waits for its turn, while others have it', async () => {
    const made = await cards(2, (n) => ({ [`${n}.mp4`]: randomBytes(1000) }));
    const station = await intakeStation(join(home, 's'), (vault) => vault, { filesAtOnce: 1, sm3: false });
    const held = Promise.withResolvers<void>();
    const [first, second] = made;
    const one = await station.dock(
      disturbedVolume(first?.root ?? '', () => held.promise),
      'R0',
      1,
    );
    await vi.waitFor(() => expect(station.board.snapshot()[0]?.phase).toBe('copying'), 5000);
    const two = await station.dock(station.plain(second?.root ?? ''), 'R1', 2);
    await vi.waitFor(() => expect(station.board.snapshot().map(({ waiting }) => waiting)).toEqual([null, 'turn']), 5000);
    held.resolve();
    await Promise.all([one.safe(), two.safe()]);
    await vi.waitFor(() => expect(station.board.snapshot().map(({ waiting }) => waiting)).toEqual([null, null]), 5000);
    await station.close();
  });

  it('a slow disk is shared evenly by ten recorders on one hub and a fast one alone on another, and each slot says that the disk is the limit', async () => {
    const bytes = 10 * MEBIBYTE;
    const made = await cards(11, (n) => ({ [`${n}-a.mp4`]: randomBytes(bytes), [`${n}-b.mp4`]: randomBytes(bytes) }));
    let freeAtMs = 0;
    const begin = Promise.withResolvers<void>();
    const station = await intakeStation(join(home, 's'), (vault) => vault, {
      sm3: false,
      lanes: (lanes) =>
        onWrites(lanes, async (length) => {
          // 120 MiB/s, one after the other.
          freeAtMs = Math.max(freeAtMs, performance.now()) + (1000 * length) / (120 * MEBIBYTE);
          await new Promise((resolve) => setTimeout(resolve, freeAtMs - performance.now()));
        }),
    });
    const dockings = [];
    for (const { root, serial, slot } of made) {
      const alone = slot === made.length;
      const volume = disturbedVolume(root, async () => {
        await begin.promise;
        if (!alone) await new Promise((resolve) => setTimeout(resolve, 25));
      });
      dockings.push(await station.dock(volume, serial, slot, alone ? '1-2' : '1-1'));
    }
    begin.resolve();
    const toldDisk = new Set<number>();
    const look = setInterval(() => {
      for (const { slot, waiting } of station.board.snapshot()) if (waiting === 'disk') toldDisk.add(slot);
    }, 50);
    const slotsDone = dockings.map(({ done }, n) => done.then(() => n));
    const first = await Promise.race(slotsDone);
    clearInterval(look);
    const shares = station.board.snapshot().map(({ bytesCopied }) => bytesCopied / (2 * bytes));
    console.log(`first to end: ${first + 1}; shares then: ${shares.map((share) => share.toFixed(2)).join(' ')}`);
    expect(Math.min(...shares)).toBeGreaterThan(0.6);
    expect(toldDisk.size).toBeGreaterThan(0);
    await Promise.all(dockings.map((docking) => docking.safe(60)));
    await station.close();
  });
});

/** Lanes in which every chunk of an original is preceded by `before`, which may wait or throw, as a disk does. */
function onWrites(lanes: Lanes, before: (bytes: number, key: string) => void | Promise<void>): Lanes {
  const open: Lanes['open'] = (draft, options) => {
    const passage = lanes.open(draft, options);
    const take: Passage['take'] = async (chunk, bytes, position) => {
      const begun = performance.now();
      await before(bytes, draft?.key ?? '');
      const waitedMs = performance.now() - begun;
      const spent = await passage.take(chunk, bytes, position);
      return { ...spent, writeMs: spent.writeMs + waitedMs };
    };
    return {
      reads: passage.reads,
      take,
      pull: (descriptor, range) => passage.pull(descriptor, range),
      digest: () => passage.digest(),
      abort: () => passage.abort(),
    };
  };
  return { open, close: () => lanes.close() };
}
