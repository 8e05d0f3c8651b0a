/*
 * Goal: what goes wrong between a recorder and "safe to undock" is seen, bounded, and never ends in a promise that is not kept.
 * Method: dock, intake and seal with their real parts; one call of the vault, the ledger or the recorder fails as a test says.
 */

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because, english } from '#domain/reason';
import type { Vault } from '#ports/vault';
import { about } from '../support/custody.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

type Running = Awaited<ReturnType<typeof intakeStation>>;

const originalsOf = async (station: Running) =>
  (await station.ledger.recordings.list({ limit: 100 })).flatMap(({ originals }) => originals);
const stored = (key: string) => join(home, 's/vault', key);
const problemOf = async (station: Running, id: string) => (await station.ledger.dockings.get(id))?.problem?.code;

/** A vault of which some calls are replaced. */
function replaced(calls: (vault: Vault) => Partial<Vault>): (vault: Vault) => Vault {
  return (vault) => {
    const own = calls(vault);
    return new Proxy(vault, {
      get: (target, name: keyof Vault) => own[name] ?? (target[name] as (...args: unknown[]) => unknown).bind(target),
    });
  };
}

describe('a recorder in trouble', () => {
  it('gives everything but the file whose first sector is bad, also where that file may be a segment', async () => {
    const day = 'DCIM/20260620/DSJ0012345_041234_20260620';
    const bad = `${day}153012_0007.MP4`;
    await writeCard(card, { [bad]: randomBytes(1000), [`${day}153016_0008.MP4`]: randomBytes(1001), 'LOG/20260620.log': 'x' });
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(
      disturbedVolume(card, (path) => {
        if (path === bad) throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.done;
    const states = async () => Object.fromEntries((await originalsOf(station)).map(({ cardPath, state }) => [cardPath, state]));
    await vi.waitFor(async () => {
      expect(await states()).toEqual({ [bad]: 'listed', [`${day}153016_0008.MP4`]: 'sealed', 'LOG/20260620.log': 'sealed' });
    }, 10_000);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ problem: { code: 'recorder.read-failed' }, safeAtMs: null });
    await station.close();
  });

  it('may date its files in 1970, in 2107, or where no calendar reaches', async () => {
    // ext4 knows no such times, a tmpfs does.
    await mkdir(card);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'evidock-test', card]);
    const station = await intakeStation(join(home, 's'));
    try {
      for (const seconds of ['0', '4354819200', '-9000000000000', '9223372036854775807']) {
        await writeFile(join(card, `${seconds}.txt`), seconds);
        execFileSync('touch', ['-d', `@${seconds}`, join(card, `${seconds}.txt`)]);
      }
      const docking = await station.dock(station.plain(card), 'R1', 1);
      await docking.safe();
      await docking.pull();
      const again = await station.dock(station.plain(card), 'R1', 1);
      await again.safe();
      expect((await station.ledger.dockings.get(again.id))?.filesKnown).toBe(4);
    } finally {
      execFileSync('umount', [card]);
      await station.close();
    }
  });

  it('is docked though the file with its clock cannot be read, and says so', async () => {
    const day = 'DCIM/20260620/DSJ0012345_041234_20260620';
    await writeCard(card, { [`${day}153012_0007.MP4`]: 'a', 'STATUS.TXT': 'TIME=2026-06-20 16:00:00\n' });
    const station = await intakeStation(join(home, 's'));
    const volume = disturbedVolume(card, () => undefined);
    const docking = await station.dock(
      {
        ...volume,
        readText: async (path) => {
          throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
        },
      },
      'R1',
      1,
    );
    await docking.safe();
    const on = await station.ledger.dockings.get(docking.id);
    expect(on?.clockOffsetMs).toBeNull();
    expect(on?.driverWhy.map(english).join()).toContain('the clock could not be read from the card (STATUS.TXT (EIO))');
    await station.close();
  });

  it('that is docked twice at once is not called safe where the other docking has not finished', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000), 'b.mp4': randomBytes(1001) });
    const station = await intakeStation(join(home, 's'));
    const taken = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    const volume = disturbedVolume(card, () => never.promise);
    let lists = 0;
    const first = await station.dock(
      {
        ...volume,
        async *list(signal) {
          lists += 1;
          yield* volume.list(signal);
          // The first list is the one by which the recorder is recognised.
          if (lists > 1) await taken.promise;
        },
      },
      'R1',
      1,
    );
    const second = await station.dock(
      disturbedVolume(card, () => never.promise),
      'R1',
      2,
    );
    await vi.waitFor(async () => expect((await station.ledger.dockings.get(second.id))?.listedAtMs).not.toBeNull(), 20_000);
    taken.resolve();
    await vi.waitFor(async () => expect((await station.ledger.dockings.get(first.id))?.listedAtMs).not.toBeNull(), 20_000);
    // The first has put both on record again; the second takes them over once more.
    const third = await station.dock(
      disturbedVolume(card, () => never.promise),
      'R1',
      3,
    );
    await vi.waitFor(async () => expect((await station.ledger.dockings.get(third.id))?.listedAtMs).not.toBeNull(), 20_000);
    for (const { id } of [first, second]) {
      await station.seal.checkSafe(id);
      expect((await station.ledger.dockings.get(id))?.safeAtMs).toBeNull();
    }
    never.resolve();
    await third.safe();
    await station.close();
  });
});

describe('a vault in trouble', () => {
  it.each(['changed', 'gone'])('stores bytes once more whose first copy in the vault is %s', async (what) => {
    const bytes = randomBytes(100_000);
    await writeCard(card, { 'a.mp4': bytes });
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    const first = stored((await originalsOf(station))[0]?.vaultKey ?? '');
    await chmod(first, 0o600);
    if (what === 'gone') await rm(first);
    else await writeFile(first, Buffer.concat([bytes.subarray(1), Buffer.of(0)]));
    const other = join(home, 'other');
    await writeCard(other, { 'b.mp4': bytes });
    await (await station.dock(station.plain(other), 'R2', 2)).safe();
    const copy = (await originalsOf(station)).find(({ cardPath }) => cardPath === 'b.mp4');
    expect(sha256(await readFile(stored(copy?.vaultKey ?? '')))).toBe(sha256(bytes));
    await station.close();
  });

  it('that never gives back what it was given is tried three times, not for ever', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000) });
    const lying = replaced((vault) => ({
      reread: async (key, options) => ({ ...(await vault.reread(key, options)), digests: { sha256: 'f'.repeat(64), sm3: null } }),
    }));
    const station = await intakeStation(join(home, 's'), lying);
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(async () => expect(await problemOf(station, docking.id)).toBe('vault.mismatch'), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await readdir(stored('quarantine'))).toHaveLength(3);
    const [original] = await originalsOf(station);
    const told = await station.ledger.custody.of(about(original?.recordingId ?? ''));
    const aside = told.filter(({ type }) => type === 'file.quarantined');
    expect(aside.map(({ data }) => data)).toEqual(Array(3).fill({ original: original?.id, key: original?.vaultKey, why: 'differs' }));
    expect((await station.ledger.dockings.get(docking.id))?.safeAtMs).toBeNull();
    await station.close();
  });

  it('that cannot take a manifest shows it at the slot, and the docking is safe when that is mended', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000), 'b.mp4': randomBytes(1001) });
    let full = true;
    const small = replaced((vault) => ({
      putSmall: async (key, bytes) => {
        if (full) throw new EvidockError('vault.full', because('said', { text: key }));
        return vault.putSmall(key, bytes);
      },
    }));
    const station = await intakeStation(join(home, 's'), small);
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await vi.waitFor(async () => expect(await problemOf(station, docking.id)).toBe('vault.full'), 10_000);
    expect(station.board.snapshot()[0]).toMatchObject({ phase: 'problem', problem: { code: 'vault.full' } });
    full = false;
    await docking.safe();
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'safe', problem: null });
    expect(station.board.snapshot()[0]).toMatchObject({ phase: 'safe', problem: null });
    await station.close();
  });

  it('takes its problem back when it is mended, long before the docking is safe, and leaves the one of a file that cannot be copied', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000), 'b.mp4': randomBytes(5000), 'z.mp4': randomBytes(3 * 1024 * 1024) });
    let full = true;
    const small = replaced((vault) => ({
      putSmall: async (key, bytes) => {
        if (full) throw new EvidockError('vault.full', because('said', { text: key }));
        return vault.putSmall(key, bytes);
      },
    }));
    const held = Promise.withResolvers<void>();
    let isBad = true;
    const volume = disturbedVolume(card, async (path) => {
      if (path === 'z.mp4') await held.promise;
      if (path === 'b.mp4' && isBad) throw new EvidockError('recorder.read-failed', because('said', { text: path }));
    });
    const station = await intakeStation(join(home, 's'), small);
    const docking = await station.dock(volume, 'R1', 1);
    const sealed = async () => (await station.ledger.dockings.progress(docking.id)).sealed;
    // Both fail: the recorder's failure is the heavier one.
    await vi.waitFor(async () => expect(await problemOf(station, docking.id)).toBe('recorder.read-failed'), 10_000);
    isBad = false;
    await vi.waitFor(async () => expect(await problemOf(station, docking.id)).toBe('vault.full'), 10_000);
    expect(await sealed()).toBe(0);
    full = false;
    await vi.waitFor(async () => expect(await sealed()).toBe(2), 10_000);
    await vi.waitFor(async () => expect(await problemOf(station, docking.id)).toBeUndefined(), 10_000);
    expect(station.board.docking(docking.id)).toMatchObject({ phase: 'copying', problem: null });
    expect((await station.ledger.dockings.get(docking.id))?.state).toBe('reading');
    held.resolve();
    await docking.safe();
    await station.close();
  });

  it('is asked again after every failure, however the timers fall', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000) });
    // About one timer in a hundred rings early by the clock that a file is timed with.
    let fails = 300;
    const failing = replaced((vault) => ({
      putSmall: async (key, bytes) => {
        if (fails === 0) return vault.putSmall(key, bytes);
        fails -= 1;
        throw new EvidockError('vault.write-failed', because('said', { text: key }));
      },
    }));
    const station = await intakeStation(join(home, 's'), failing, { retryMs: 5 });
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    expect(fails).toBe(0);
    await station.close();
  });
});

describe('a ledger in trouble', () => {
  const failure = () => new EvidockError('ledger.failed', because('said', { text: 'disk I/O error' }));

  it('is asked again whether the docking is safe', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000) });
    const station = await intakeStation(join(home, 's'));
    const asked = vi.spyOn(station.ledger.dockings, 'progress').mockRejectedValueOnce(failure()).mockRejectedValueOnce(failure());
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    expect(asked.mock.calls.length).toBeGreaterThan(2);
    // A card with nothing new is asked about once, when it is listed.
    asked.mockRejectedValueOnce(failure());
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    await station.close();
  });

  it('leaves no whole draft behind when it cannot say whether the bytes are known', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000) });
    const station = await intakeStation(join(home, 's'));
    vi.spyOn(station.ledger.originals, 'findSealedByDigest').mockRejectedValueOnce(failure());
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    const [original] = await originalsOf(station);
    const folder = stored(original?.vaultKey ?? '').replace(/[^/]+$/, '');
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    await station.close();
  });

  it('that cannot be listed to its end gives what it shows and is not called safe, until it can', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000), 'b.mp4': randomBytes(1001) });
    const station = await intakeStation(join(home, 's'));
    const volume = disturbedVolume(card, () => Promise.resolve());
    const broken = {
      ...volume,
      async *list(signal?: AbortSignal) {
        for await (const item of volume.list(signal)) if (item.path !== 'b.mp4') yield item;
        throw new EvidockError('recorder.unreadable', because('said', { text: 'DCIM: the device could not read all of it' }));
      },
    };
    const first = await station.dock(broken, 'R1', 1);
    await expect
      .poll(async () => (await station.ledger.dockings.get(first.id))?.problem, { timeout: 20_000 })
      .toMatchObject({ code: 'recorder.unreadable' });
    const sealed = async () => (await station.ledger.dockings.progress(first.id)).sealed;
    await expect.poll(sealed, { timeout: 20_000 }).toBe(1);
    await station.seal.checkSafe(first.id);
    expect(await station.ledger.dockings.get(first.id)).toMatchObject({
      ...{ safeAtMs: null, listedAtMs: null, state: 'problem', filesListed: 1 },
      problem: { code: 'recorder.unreadable' },
    });
    await first.pull();
    const second = await station.dock(volume, 'R1', 1);
    await second.safe();
    expect(await station.ledger.dockings.get(second.id)).toMatchObject({ filesListed: 2, filesKnown: 1, problem: null });
    await station.close();
  });
});
