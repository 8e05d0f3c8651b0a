/*
 * Goal: a recorder that is pulled at any moment, or comes back at once: nothing half-copied is sealed, nothing sealed is copied twice, nothing
 * is doubled, and the slot says what is still on it.
 * Method: real intake, seal, ledger and vault over plain directories whose reads fail as those of a pulled recorder do. Yanks fall at random
 * reads; the seed is printed.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { saying } from '#test/support/saying';
import { expectWhole, gone } from '../support/card/docking-checks.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const YANKS = 50;

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

const open = () => intakeStation(join(home, 's'), (vault) => vault, { gapBytesMax: MEBIBYTE, sm3: false });

/** A small generator whose run can be repeated from its seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a recorder that is pulled', () => {
  it(`at ${YANKS} random moments goes on each time and ends whole`, async () => {
    const seed = Number(process.env['EVIDOCK_TEST_SEED'] ?? randomBytes(4).readUInt32LE());
    console.log(`yanks from seed ${seed}: EVIDOCK_TEST_SEED=${seed} repeats them`);
    const random = randomFrom(seed);
    const files = Object.fromEntries(
      Array.from({ length: 24 }, (_, n) => [`d${n % 3}/${n}.mp4`, randomBytes(Math.floor(random() * 2 * MEBIBYTE))]),
    );
    await writeCard(card, files);
    const station = await open();
    const sealedReads = new Set<string>();
    for (let yank = 0; yank < YANKS; yank += 1) {
      const sealed = new Set(
        (await station.ledger.recordings.list({ limit: 1000 })).flatMap(({ originals }) =>
          originals.filter(({ state }) => state === 'sealed').map(({ cardPath }) => cardPath),
        ),
      );
      // About one file further each time; the errors of a pull come as EIO or as what they are.
      const reads = new Map<string, number>();
      let left = Math.floor(random() * 5);
      const asEio = random() < 0.3;
      const docking = await station.dock(
        disturbedVolume(card, (path, _position, _target, bytes) => {
          // What is sealed is compared once, and not copied.
          if (sealed.has(path)) {
            reads.set(path, (reads.get(path) ?? 0) + bytes);
            if ((reads.get(path) ?? 0) > (files[path]?.length ?? 0)) sealedReads.add(path);
            return;
          }
          left -= 1;
          if (left < 0) throw asEio ? new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` })) : gone(path);
        }),
        'R1',
        1 + (yank % 7),
      );
      await new Promise((resolve) => setTimeout(resolve, random() * 40));
      const begun = performance.now();
      await docking.pull();
      expect(performance.now() - begun).toBeLessThan(1000);
    }
    expect([...sealedReads]).toEqual([]);
    await (await station.dock(station.plain(card), 'R1', 9)).safe();
    await expectWhole(home, station, files);
    await station.close();
  });

  it('ends its copy within a second, and the slot says at once what is still on it', async () => {
    const files = { '1.mp4': randomBytes(1000), '2.mp4': randomBytes(3 * MEBIBYTE), '3.mp4': randomBytes(2 * MEBIBYTE) };
    await writeCard(card, files);
    const station = await open();
    let pulledAtMs = 0;
    const docking = await station.dock(
      disturbedVolume(card, async (path, position) => {
        if (path === '1.mp4') return;
        if (path === '2.mp4' && position < MEBIBYTE) return;
        await vi.waitFor(async () => expect((await station.ledger.dockings.progress(docking.id)).sealed).toBe(1), 20_000);
        pulledAtMs ||= performance.now();
        throw gone(path);
      }),
      'R1',
      1,
    );
    await docking.done;
    expect(performance.now() - pulledAtMs).toBeLessThan(1000);
    const problem = { code: 'recorder.removed', reason: saying('2 files (5.0 MiB) still on the recorder') };
    expect(station.board.snapshot()[0]).toMatchObject({ phase: 'problem', problem });
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'problem', problem, safeAtMs: null });
    await docking.pull();
    await (await station.dock(station.plain(card), 'R1', 4)).safe();
    await expectWhole(home, station, files);
    await station.close();
  });

  it('is no gap: what fails until the end of the file is not believed when the recorder does not answer', async () => {
    const files = { '1.mp4': randomBytes(MEBIBYTE) };
    await writeCard(card, files);
    const station = await open();
    let pulled = false;
    const docking = await station.dock(
      disturbedVolume(card, (path, position, target) => {
        if (position + target.length > MEBIBYTE / 2) pulled = true;
        if (pulled && position < MEBIBYTE) throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.done;
    expect((await station.ledger.recordings.list({ limit: 10 })).map(({ originals }) => originals[0]?.state)).toEqual(['listed']);
    await docking.pull();
    await (await station.dock(station.plain(card), 'R1', 2)).safe();
    await expectWhole(home, station, files);
    await station.close();
  });
});

describe('a recorder that vanishes and returns', () => {
  it.each([
    ['its read fails in the end', 1, false],
    ['its read succeeds in the end: the other leaves it the file', 2, true],
  ])('while its old docking still hangs in a read is copied once; %s', async (_how, slot, succeeds) => {
    const files = { '1.mp4': randomBytes(2 * MEBIBYTE), '2.mp4': randomBytes(MEBIBYTE), '3.mp4': randomBytes(1000) };
    await writeCard(card, files);
    const station = await open();
    const hanging = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const first = await station.dock(
      disturbedVolume(card, async (path, position) => {
        if (path !== '1.mp4' || position === 0) return;
        reached.resolve();
        await hanging.promise;
        if (!succeeds) throw gone(path);
      }),
      'R1',
      1,
    );
    await reached.promise;
    let readTwice = false;
    const second = await station.dock(
      disturbedVolume(card, (path) => {
        readTwice ||= path === '1.mp4';
      }),
      'R1',
      slot,
    );
    const others = async () =>
      ((await station.ledger.dockings.get(second.id))?.filesKnown ?? 0) + (await station.ledger.dockings.progress(second.id)).sealed;
    await vi.waitFor(async () => expect(await others()).toBe(2), 20_000);
    expect((await station.ledger.dockings.get(second.id))?.safeAtMs).toBeNull();
    hanging.resolve();
    await second.safe();
    expect(readTwice).toBe(!succeeds);
    await first.pull();
    expect(await station.ledger.dockings.get(first.id)).toMatchObject({ state: 'removed', safeAtMs: null });
    await expectWhole(home, station, files);
    await station.close();
  });

  it('ten times in two seconds ends whole', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}.mp4`, randomBytes(300_000)]));
    await writeCard(card, files);
    const station = await open();
    const pulls: Promise<void>[] = [];
    for (let n = 0; n < 10; n += 1) {
      const docking = await station.dock(
        disturbedVolume(card, () => new Promise((resolve) => setTimeout(resolve, 15))),
        'R1',
        1,
      );
      await new Promise((resolve) => setTimeout(resolve, 60));
      // Its closing overlaps the next arrival.
      pulls.push(docking.pull());
    }
    await Promise.all(pulls);
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    await expectWhole(home, station, files);
    await station.close();
  });
});
