/*
 * Goal: whatever a recorder or the station's disk does during intake, nothing half-copied is sealed, nothing is copied twice, nothing goes unmentioned.
 * Method: dock, intake and seal with real files, SQLite, vault and hash threads; the recorder's reads and the vault's writes are disturbed.
 */

import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { manifestKey } from '#domain/vault/vault-key';
import type { Vault } from '#ports/vault';
import { makeCard } from '#sample-card/make-card';
import { about } from '#test/support/custody';
import { saying } from '#test/support/saying';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

type Running = Awaited<ReturnType<typeof intakeStation>>;

async function originalsOf(station: Running) {
  const details = await station.ledger.recordings.list({ limit: 1000 });
  return details.flatMap((detail) => detail.originals);
}

/** A vault whose next calls fail as a test says. */
function failing(
  vault: Vault,
  fault: {
    draft?: (key: string) => EvidockError | undefined;
    reread?: (key: string) => string | undefined | Promise<string | undefined>;
  },
): Vault {
  return {
    ...Object.fromEntries(
      [
        'stat',
        'read',
        'openFile',
        'readSmall',
        'list',
        'freeBytes',
        'localFiles',
        'putSmall',
        'link',
        'makeReadOnly',
        'quarantine',
        'adoptDerivative',
        'removeDerivative',
        'sweep',
      ].map((name) => [name, (vault[name as keyof Vault] as (...args: unknown[]) => unknown).bind(vault)]),
    ),
    draft: async (key: string, bytes: number) => {
      const error = fault.draft?.(key);
      if (error) throw error;
      return vault.draft(key, bytes);
    },
    reread: async (key: string, options: Parameters<Vault['reread']>[1]) => {
      const found = await vault.reread(key, options);
      const lie = await fault.reread?.(key);
      return lie ? { ...found, digests: { ...found.digests, sha256: lie } } : found;
    },
  } as unknown as Vault;
}

describe('intake', () => {
  it('seals a card: digests, manifests beside the originals, custody, safe', async () => {
    const files = { 'a.mp4': randomBytes(3 * MEBIBYTE + 5), 'b/c.txt': 'text', 'zero.bin': '' };
    await writeCard(card, files);
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    const originals = await originalsOf(station);
    expect(Object.fromEntries(originals.map((o) => [o.cardPath, o.digests?.sha256]))).toEqual(
      Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, sha256(bytes)])),
    );
    for (const original of originals) {
      const bytes = await station.vault.readSmall(manifestKey(original.recordingId, original.index));
      const manifest = JSON.parse(Buffer.from(bytes).toString());
      expect(manifest).toMatchObject({
        type: 'evidock.manifest',
        v: 3,
        recorder: { serial: 'R1' },
        original: { cardPath: original.cardPath, digests: { sha256: original.digests?.sha256 } },
      });
      const custody = await station.ledger.custody.of(about(original.recordingId));
      expect(custody.map((entry) => entry.type)).toEqual(
        expect.arrayContaining(['docking.arrived', 'original.copied', 'original.sealed', 'docking.safe']),
      );
      expect(custody.find((entry) => entry.type === 'original.sealed' && entry.subject.id === original.id)?.data['manifestSha256']).toBe(
        sha256(bytes),
      );
    }
    await station.close();
  });

  it('goes on after a pull in mid-file, in another slot, under the old ids, and copies nothing sealed twice', async () => {
    await writeCard(card, { '1.mp4': randomBytes(2 * MEBIBYTE), '2.mp4': randomBytes(6 * MEBIBYTE), '3.mp4': randomBytes(2 * MEBIBYTE) });
    const station = await intakeStation(join(home, 's'));
    const reached = Promise.withResolvers<void>();
    const pulled = Promise.withResolvers<void>();
    const first = await station.dock(
      disturbedVolume(card, async (path, position) => {
        if (path === '1.mp4') return;
        if (path === '2.mp4' && position < 2 * MEBIBYTE) return;
        reached.resolve();
        await pulled.promise;
        throw new EvidockError('recorder.removed', because('said', { text: path }));
      }),
      'R1',
      1,
    );
    await reached.promise;
    await vi.waitFor(async () => expect((await originalsOf(station)).find((o) => o.cardPath === '1.mp4')?.state).toBe('sealed'), 20_000);
    const removal = first.pull();
    pulled.resolve();
    await removal;
    expect(await station.ledger.dockings.get(first.id)).toMatchObject({
      state: 'removed',
      safeAtMs: null,
      problem: { code: 'recorder.removed' },
    });
    const before = (await originalsOf(station)).map(({ id }) => id).sort();
    const read = new Map<string, number>();
    const second = await station.dock(
      disturbedVolume(card, (path, _position, _target, bytes) => {
        read.set(path, (read.get(path) ?? 0) + bytes);
      }),
      'R1',
      7,
    );
    await second.safe();
    const after = await originalsOf(station);
    expect(after.map(({ id }) => id).sort()).toEqual(before);
    expect(after.every(({ state }) => state === 'sealed')).toBe(true);
    await second.rechecked();
    // It is small: one read proves that it is the file that was sealed, and counts for the re-check.
    expect(read.get('1.mp4')).toBe(2 * MEBIBYTE);
    expect(read.get('2.mp4')).toBeGreaterThanOrEqual(6 * MEBIBYTE);
    await station.close();
  });

  it('links the same bytes under another name and from another recorder, and stores them once', async () => {
    const bytes = randomBytes(MEBIBYTE);
    await writeCard(card, { 'a.mp4': bytes });
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    const other = join(home, 'other');
    await writeCard(other, { 'renamed.mp4': bytes, 'empty1.txt': '', 'empty2.txt': '' });
    await (await station.dock(station.plain(other), 'R2', 2)).safe();
    const originals = await originalsOf(station);
    const [first] = originals.filter((o) => o.cardPath === 'a.mp4');
    const [duplicate] = originals.filter((o) => o.cardPath === 'renamed.mp4');
    expect(duplicate?.duplicateOf).toBe(first?.id);
    expect((await station.ledger.recordings.get(duplicate?.recordingId ?? ''))?.duplicateOf).toBe(first?.recordingId);
    expect(originals.filter((o) => o.bytes === 0).map((o) => o.duplicateOf)).toEqual([null, null]);
    const inode = async (key: string) => (await import('node:fs/promises')).stat(join(home, 's/vault', key)).then((s) => s.ino);
    expect(await inode(duplicate?.vaultKey ?? '')).toBe(await inode(first?.vaultKey ?? ''));
    await station.close();
  });

  it('is safe in the new docking when the recorder was docked again while its last copies were being sealed', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(MEBIBYTE) });
    const sealing = Promise.withResolvers<void>();
    const docked = Promise.withResolvers<undefined>();
    const station = await intakeStation(join(home, 's'), (vault) =>
      failing(vault, {
        reread: () => {
          sealing.resolve();
          return docked.promise;
        },
      }),
    );
    const first = await station.dock(station.plain(card), 'R1', 1);
    await sealing.promise;
    await first.pull();
    const second = await station.dock(station.plain(card), 'R1', 2);
    await second.done;
    expect((await station.ledger.dockings.get(second.id))?.listedAtMs).not.toBeNull();
    docked.resolve(undefined);
    await second.safe();
    expect(await originalsOf(station)).toMatchObject([{ state: 'sealed', dockingId: second.id }]);
    await station.close();
  });

  it('takes a file of the same name with other content as a new one', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(1000) });
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    await writeFile(join(card, 'a.mp4'), randomBytes(1001));
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    expect((await originalsOf(station)).map(({ cardPath, bytes }) => `${cardPath} ${bytes}`).sort()).toEqual(['a.mp4 1000', 'a.mp4 1001']);
    await station.close();
  });

  it('does not seal a file that grows while it is read, and says so', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(3 * MEBIBYTE), 'b.mp4': randomBytes(1000) });
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(
      disturbedVolume(card, async (path) => {
        if (path === 'a.mp4') await appendFile(join(card, 'a.mp4'), 'more');
      }),
      'R1',
      1,
    );
    await docking.done;
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      state: 'problem',
      problem: { code: 'recorder.file-changed' },
      safeAtMs: null,
    });
    const states = Object.fromEntries((await originalsOf(station)).map(({ cardPath, state }) => [cardPath, state]));
    expect(states['a.mp4']).toBe('listed');
    await station.close();
  });

  it('goes on with the other files after EIO in one, tries that again, and shows what is left', async () => {
    await writeCard(card, { '1.mp4': randomBytes(MEBIBYTE), '2.mp4': randomBytes(MEBIBYTE), '3.mp4': randomBytes(MEBIBYTE) });
    let failures = 0;
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(
      disturbedVolume(card, (path) => {
        if (path !== '2.mp4') return;
        failures += 1;
        throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.done;
    expect(failures).toBe(3);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      state: 'problem',
      problem: { code: 'recorder.read-failed', reason: saying('2.mp4') },
    });
    await docking.pull();
    await (await station.dock(station.plain(card), 'R1', 1)).safe();
    expect((await originalsOf(station)).every(({ state }) => state === 'sealed')).toBe(true);
    await station.close();
  });

  it('waits while the disk is full or read-only, says so, and goes on by itself', async () => {
    await writeCard(card, { '1.mp4': randomBytes(MEBIBYTE), '2.mp4': randomBytes(MEBIBYTE) });
    let code: 'vault.full' | 'vault.read-only' | null = 'vault.full';
    const station = await intakeStation(join(home, 's'), (vault) =>
      failing(vault, {
        draft: (key) => (code && key.includes('original') ? new EvidockError(code, because('said', { text: key })) : undefined),
      }),
    );
    const docking = await station.dock(station.plain(card), 'R1', 1);
    for (const expected of ['vault.full', 'vault.read-only'] as const) {
      code = expected;
      const end = performance.now() + 10_000;
      while ((await station.ledger.dockings.get(docking.id))?.problem?.code !== expected) {
        if (performance.now() > end) throw new Error(`no ${expected}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    code = null;
    await docking.safe();
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'safe', problem: null });
    await station.close();
  });

  it('sets a copy aside that reads back otherwise, copies it again, and tells custody', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(MEBIBYTE) });
    let lies = 1;
    const station = await intakeStation(join(home, 's'), (vault) =>
      failing(vault, { reread: () => (lies-- > 0 ? 'f'.repeat(64) : undefined) }),
    );
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    const [original] = await originalsOf(station);
    const custody = await station.ledger.custody.of(about(original?.recordingId ?? ''));
    expect(custody.filter((entry) => entry.type === 'copy.failed-verification')).toHaveLength(1);
    expect(sha256(await readFile(join(home, 's/vault', original?.vaultKey ?? '')))).toBe(original?.digests?.sha256);
    await station.close();
  });

  it('adopts or sets aside what a killed process left under the key', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(5000) });
    const station = await intakeStation(join(home, 's'));
    let planted = '';
    const docking = await station.dock(
      disturbedVolume(card, async () => {
        const [original] = await originalsOf(station);
        planted = original?.vaultKey ?? '';
        if (await station.disk.stat(planted)) return;
        const draft = await station.disk.draft(planted, 5);
        await draft.write(Buffer.from('stale'), 5, 0);
        await draft.finish(5);
        await draft.commit();
      }),
      'R1',
      1,
    );
    await docking.safe();
    expect(sha256(await readFile(join(home, 's/vault', planted)))).toBe((await originalsOf(station))[0]?.digests?.sha256);
    await station.close();
  });

  it('copies important files first', async () => {
    const name = (sequence: number, mark = '') => `DCIM/20260620/DSJ0012345_041234_202606201${sequence}0000_000${sequence}${mark}.MP4`;
    await writeCard(card, {
      [name(1)]: randomBytes(1000),
      [name(3)]: randomBytes(1001),
      [name(5, '_IMP')]: randomBytes(1002),
      [name(7, '_IMP')]: randomBytes(1003),
      [name(9)]: randomBytes(1004),
    });
    const listed = Promise.withResolvers<void>();
    const station = await intakeStation(join(home, 's'), (vault) => vault, { filesAtOnce: 1, onListed: () => listed.resolve() });
    const begun: string[] = [];
    // The first is taken while the card is being put on record; the others wait together.
    const volume = disturbedVolume(card, async (path, _position, target) => {
      if (target.length <= 1000 || begun.includes(path)) return;
      begun.push(path);
      await listed.promise;
    });
    const docking = await station.dock(volume, 'R1', 1);
    await docking.safe();
    expect(begun).toHaveLength(5);
    expect(begun.slice(-2).map((path) => path.includes('_IMP'))).toEqual([false, false]);
    await station.close();
  });

  it('takes 24 recorders at once, all of them to the end', async () => {
    const station = await intakeStation(join(home, 's'));
    const dockings = [];
    for (let slot = 1; slot <= 24; slot += 1) {
      const root = join(home, `card-${slot}`);
      await writeCard(root, { 'a.mp4': randomBytes(300_000), 'b.mp4': randomBytes(200_000) });
      dockings.push(await station.dock(station.plain(root), `R${slot}`, slot));
    }
    await Promise.all(dockings.map((docking) => docking.safe(60)));
    expect(await station.ledger.counts()).toMatchObject({ recordings: 48, originals: 48, unsealed: 0 });
    await station.close();
  });

  it('takes 1,000 tiny files, each with its papers', async () => {
    await makeCard({ directory: card, layout: 'tiny', secondsPerClip: 1, files: 1000, timezone: 'UTC' });
    const station = await intakeStation(join(home, 's'));
    await (await station.dock(station.plain(card), 'R1', 1)).safe(90);
    expect(await station.ledger.counts()).toMatchObject({ originals: 1000, unsealed: 0 });
    const faults = [];
    for await (const fault of station.ledger.custody.verify()) faults.push(fault);
    expect(faults).toEqual([]);
    await station.close();
  }, 120_000);

  it('puts every refused entry of a hostile card on record', async () => {
    await makeCard({ directory: card, layout: 'hostile', secondsPerClip: 1, files: 0, timezone: 'UTC' });
    const station = await intakeStation(join(home, 's'));
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await docking.safe();
    const refused = await station.ledger.dockings.refusals(docking.id);
    expect(refused.map(({ cardPath }) => cardPath.split('/')[0]).sort()).toEqual(['d0', 'link-out', 'loop', 'pipe']);
    expect((await station.ledger.custody.of(about(docking.id))).filter((entry) => entry.type === 'file.refused')).toHaveLength(4);
    expect((await originalsOf(station)).every(({ state }) => state === 'sealed')).toBe(true);
    await chmod(card, 0o755);
    await rm(card, { recursive: true });
    await station.close();
  });
});
