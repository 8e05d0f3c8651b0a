/*
 * Goal: a file of a recorder is only taken for a sealed original if its bytes are those of that original, before "safe" is said.
 * Method: dock, intake and seal with their real parts over directories. Files get other bytes under the same name, size and time, as a recorder makes
 * them that preallocates its files and whose clock begins anew.
 */

import { randomBytes } from 'node:crypto';
import { chmod, link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Vault } from '#ports/vault';
import { about } from '#test/support/custody';
import {
  BLOCK,
  changed,
  digestsOf,
  dockOnce,
  expectSealed,
  FIRST_BLOCKS,
  LARGE,
  MISSED,
  originalsOf,
  sha256,
  typesOf,
  WAIT,
} from '../support/card/known-card.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, type OnRead, type StationOptions, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

const open = (options: StationOptions = {}) => intakeStation(join(home, 's'), undefined, { sm3: false, ...options });

interface Difference {
  readonly what: string;
  readonly other: Buffer;
  readonly verify?: 'vault' | 'source+vault';
}

describe('other bytes under the name, size and time of a sealed file', () => {
  const bytes = randomBytes(LARGE);
  it.each<Difference>([
    { what: 'everything', other: randomBytes(LARGE) },
    { what: 'everything, where new files are read twice', other: randomBytes(LARGE), verify: 'source+vault' },
    { what: 'a run in the middle', other: changed(bytes, 2_000_000, 60_000) },
    { what: 'the second half', other: Buffer.concat([bytes.subarray(0, LARGE / 2), randomBytes(LARGE / 2)]) },
    { what: 'the header', other: changed(bytes, 12, 30) },
    { what: 'the tail', other: changed(bytes, LARGE - 40, 8) },
  ])('are sealed as a file of their own before "safe": $what', async ({ other, verify = 'vault' }) => {
    await writeCard(card, { 'a.mp4': bytes });
    const station = await open({ verify });
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    await writeCard(card, { 'a.mp4': other });
    const docking = await station.dock(station.plain(card), 'R1', 2);
    await docking.safe();
    expect((await digestsOf(station, 'a.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort());
    expect(await typesOf(station, docking.id)).not.toContain('docking.unsafe');
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ filesListed: 1, filesKnown: 0, filesToRecheck: 0 });
    await station.close();
  });

  it('are found in files up to 4 MiB wherever they are, and the same bytes are known and compared whole at once', async () => {
    const small = randomBytes(4 * MEBIBYTE);
    const files = { 'big.mp4': small, 'log.txt': Buffer.from('one line'), 'none.txt': Buffer.alloc(0) };
    await writeCard(card, files);
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station, card);
    await writeCard(card, { 'big.mp4': changed(small, 3_333_333), 'log.txt': 'one_line' });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      ...{ filesListed: 3, filesKnown: 1, filesToRecheck: 1, filesRechecked: 1 },
    });
    await expectSealed(home, station, {
      ...{ 'big.mp4': [small, changed(small, 3_333_333)], 'none.txt': [Buffer.alloc(0)] },
      'log.txt': [Buffer.from('one line'), Buffer.from('one_line')],
    });
    await station.close();
  });

  it('are found also where the first content was copied, but not sealed yet when the recorder left', async () => {
    const [first, second] = [randomBytes(300_000), randomBytes(300_000)];
    await writeCard(card, { 'a.mp4': first });
    const sealing = Promise.withResolvers<void>();
    const station = await intakeStation(
      join(home, 's'),
      (vault) =>
        new Proxy(vault, {
          get: (target, name: keyof typeof vault) => {
            if (name !== 'reread') return (target[name] as (...args: unknown[]) => unknown).bind(target);
            return async (...args: Parameters<typeof vault.reread>) => {
              await sealing.promise;
              return target.reread(...args);
            };
          },
        }),
      { sm3: false },
    );
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(async () => expect((await originalsOf(station))[0]?.state).toBe('copied'), WAIT);
    await docking.pull();
    await writeCard(card, { 'a.mp4': second });
    const again = await station.dock(station.plain(card), 'R1', 1);
    await again.done;
    sealing.resolve();
    await again.safe();
    await vi.waitFor(() => expectSealed(home, station, { 'a.mp4': [first, second] }), WAIT);
    await station.close();
  });

  it('are found also by the re-check, where the first content was copied but not sealed when the recorder left', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': randomBytes(LARGE) });
    const points: string[] = [];
    const options = { random: FIRST_BLOCKS, sm3: false, reached: (point: string) => void points.push(point) };
    const sealing = Promise.withResolvers<void>();
    const hold = (vault: Vault) =>
      new Proxy(vault, {
        get: (target, name: keyof Vault) =>
          name === 'reread'
            ? (...args: Parameters<Vault['reread']>) => sealing.promise.then(() => target.reread(...args))
            : (target[name] as (...args: unknown[]) => unknown).bind(target),
      });
    const station = await intakeStation(join(home, 's'), hold, options);
    const first = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(() => expect(points.filter((point) => point === 'w05-copied-recorded')).toHaveLength(2), WAIT);
    await first.pull();
    await writeCard(card, { 'a.mp4': other });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.done;
    sealing.resolve();
    await docking.safe();
    await docking.rechecked();
    await vi.waitFor(async () => expect((await digestsOf(station, 'a.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort()), WAIT);
    await vi.waitFor(async () => expect((await station.ledger.dockings.get(docking.id))?.state).toBe('safe'), WAIT);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      filesListed: 2,
      filesKnown: 0,
      filesToRecheck: 1,
      filesRechecked: 1,
    });
    await station.close();
  });

  it('are taken once more each time they change, and what comes back is linked as a duplicate', async () => {
    const station = await open();
    const contents = [randomBytes(LARGE), randomBytes(LARGE)];
    for (const n of [0, 1, 0, 0, 1]) {
      await writeCard(card, { 'a.mp4': contents[n] ?? '' });
      await dockOnce(station, card);
    }
    const originals = await originalsOf(station);
    expect(originals.map(({ digests }) => digests?.sha256).sort()).toEqual([0, 0, 1, 1].map((n) => sha256(contents[n] ?? bytes)).sort());
    expect(originals.filter(({ duplicateOf }) => duplicateOf !== null)).toHaveLength(2);
    await station.close();
  });
});

describe('known by its bytes is', () => {
  it('a file that was read with gaps: what changed beside them is another, and the rest is compared whole', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes });
    const gap = { start: 300 * BLOCK, end: 302 * BLOCK };
    const failing: OnRead = (path, position, _target, read) => {
      if (position < gap.end && position + read > gap.start)
        throw new EvidockError('recorder.read-failed', because('said', { text: path }), Object.assign(new Error('EIO'), { code: 'EIO' }));
    };
    const station = await open({ gapBytesMax: MEBIBYTE });
    const dock = async () => {
      const docking = await station.dock(disturbedVolume(card, failing), 'R1', 1);
      await docking.safe();
      await docking.rechecked();
      await docking.pull();
      return station.ledger.dockings.get(docking.id);
    };
    await dock();
    expect(await dock()).toMatchObject({ filesKnown: 1, filesToRecheck: 1, filesRechecked: 1 });
    expect((await originalsOf(station)).map(({ gaps }) => gaps)).toEqual([[gap]]);
    await writeCard(card, { 'a.mp4': changed(bytes, 400 * BLOCK, 200_000) });
    expect(await dock()).toMatchObject({ filesKnown: 0 });
    expect(await originalsOf(station)).toHaveLength(2);
    await station.close();
  });

  it('no file whose copy the vault has lost, cannot hold to its length, or has otherwise: it is taken again', async () => {
    const names = ['gone.mp4', 'short.mp4', 'rotten.mp4', 'sound.mp4'];
    const files = Object.fromEntries(names.map((name) => [name, randomBytes(200_000)]));
    await writeCard(card, files);
    const station = await open();
    await dockOnce(station, card);
    const before = await originalsOf(station);
    const copyOf = async (path: string) => {
      const key = before.find(({ cardPath }) => cardPath === path)?.vaultKey ?? '';
      await chmod(join(home, 's/vault', key), 0o600);
      return join(home, 's/vault', key);
    };
    await unlink(await copyOf('gone.mp4'));
    await writeFile(await copyOf('short.mp4'), 'short');
    await writeFile(await copyOf('rotten.mp4'), changed(files['rotten.mp4'] ?? Buffer.alloc(0), 100_000));
    const docking = await dockOnce(station, card);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ filesListed: 4, filesKnown: 1 });
    const fresh = (await originalsOf(station)).filter(({ id }) => !before.some((each) => each.id === id));
    expect(fresh.map(({ cardPath }) => cardPath).sort()).toEqual(['gone.mp4', 'rotten.mp4', 'short.mp4']);
    for (const { cardPath, vaultKey, state } of fresh) {
      expect(state).toBe('sealed');
      expect((await readFile(join(home, 's/vault', vaultKey))).equals(files[cardPath] ?? Buffer.alloc(0))).toBe(true);
    }
    await station.close();
  });

  it('each of two files with the same bytes, and each name of one file with two', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': bytes });
    await link(join(card, 'a.mp4'), join(card, 'c.mp4'));
    const station = await open();
    await dockOnce(station, card);
    const docking = await dockOnce(station, card);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ filesKnown: 3, filesToRecheck: 3, filesRechecked: 3 });
    // One of them becomes another: through either name of it.
    await unlink(join(card, 'c.mp4'));
    const other = changed(bytes, 1_000_000, 100_000);
    await writeCard(card, { 'c.mp4': other });
    const third = await dockOnce(station, card);
    expect(await station.ledger.dockings.get(third.id)).toMatchObject({ filesListed: 3, filesKnown: 2 });
    expect((await digestsOf(station, 'c.mp4')).sort()).toEqual([sha256(bytes), sha256(other)].sort());
    expect(await digestsOf(station, 'a.mp4')).toEqual([sha256(bytes)]);
    await station.close();
  });

  it('every file of a slow card: who was not compared the longest by a full sample, the others by fewer blocks, and that counts for less', async () => {
    const names = ['0.mp4', '1.mp4', '2.mp4'];
    await writeCard(card, Object.fromEntries(names.map((name) => [name, randomBytes(LARGE)])));
    const station = await open();
    const first = await dockOnce(station, card);
    const idOf = Object.fromEntries((await originalsOf(station)).map(({ cardPath, id }) => [cardPath, id]));
    const others = [idOf['0.mp4'] ?? '', idOf['2.mp4'] ?? ''];
    await station.ledger.transaction((writer) => writer.originals.markCompared(others, { how: 'sampled', dockingId: first.id, atMs: 5 }));
    // Each group of blocks takes so long that the time of the card suffices for one full sample.
    const blocks = new Map<string, number>();
    const volume = disturbedVolume(card, async (path, _position, target) => {
      if (target.length > BLOCK) return;
      blocks.set(path, (blocks.get(path) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 170));
    });
    const docking = await station.dock(volume, 'R1', 1);
    await docking.safe();
    expect(names.map((name) => (blocks.get(name) ?? 0) > 200)).toEqual([false, true, false]);
    for (const name of names) expect(blocks.get(name)).toBeGreaterThanOrEqual(15);
    const told = (await station.ledger.custody.of(about(docking.id))).find(({ type }) => type === 'docking.compared');
    expect(told?.data).toMatchObject({ files: 3, whole: 0, sampled: 1, blocks: 256, fewer: 2, fewerBlocks: 16, unread: 0 });
    const compared = await station.ledger.originals.compared(Object.values(idOf));
    expect(names.map((name) => compared.get(idOf[name] ?? '')?.sampledAtMs)).toEqual([5, expect.any(Number), 5]);
    expect(compared.get(idOf['1.mp4'] ?? '')?.sampledAtMs).toBeGreaterThan(5);
    await station.close();
  });
});
