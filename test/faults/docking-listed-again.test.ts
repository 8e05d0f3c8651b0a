/*
 * Goal: a card that could not be believed while its bad files were copied is listed once more in peace, and is safe then; one that still cannot be
 * believed is not, and nothing is counted or refused twice.
 * Method: real dock, intake and seal over a real directory; a device whose errors rise as a test says, and listings that a test holds.
 */

import { randomBytes } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Volume, VolumeEntry, VolumeRefusal } from '#ports/recorder-driver';
import type { Vault } from '#ports/vault';
import { about } from '#test/support/custody';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, type StationOptions, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;
const BLOCK = 4096;
/** The first list of each docking is the one by which the recorder is recognised. */
const FIRST = 2;
const SECOND = 3;
/** Once everything is copied, the card is compared with what was listed. */
const COMPARED = 4;

let home: string;
let card: string;
homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

type Item = VolumeEntry | VolumeRefusal;
type Station = Awaited<ReturnType<typeof intakeStation>>;

const stationWith = (options: StationOptions = {}, wrap?: (vault: Vault) => Vault) =>
  intakeStation(join(home, 's'), wrap, { gapBytesMax: MEBIBYTE, sm3: false, ...options });

/** `body` makes each of the lists of the volume, the first being number 1. */
function listedBy(volume: Volume, body: (number: number, items: AsyncIterable<Item>, signal: AbortSignal) => AsyncIterable<Item>) {
  let lists = 0;
  return {
    get lists() {
      return lists;
    },
    volume: {
      ...volume,
      list: (signal?: AbortSignal) => {
        lists += 1;
        return body(lists, volume.list(signal), signal ?? new AbortController().signal);
      },
    } satisfies Volume,
  };
}

const unreadable = () => new EvidockError('recorder.unreadable', because('said', { text: 'DCIM: the device could not read all of it' }));

/** The first listing ends as one that cannot be believed, without `hidden`. */
async function* doubted(items: AsyncIterable<Item>, hidden?: string): AsyncIterable<Item> {
  for await (const item of items) if (item.path !== hidden) yield item;
  yield { path: 'DCIM', code: 'recorder.unreadable', reason: because('directory-not-whole', { path: 'DCIM' }) };
  throw unreadable();
}

async function refusedOf(station: Station, id: string) {
  const told = (await station.ledger.custody.of(about(id)))
    .filter(({ type }) => type === 'file.refused')
    .map(({ personal }) => personal['cardPath']);
  const paths = (await station.ledger.dockings.refusals(id)).map(({ cardPath }) => cardPath);
  expect(told).toEqual(paths);
  expect((await station.ledger.dockings.get(id))?.filesRefused).toBe(paths.length);
  return paths;
}

it('is safe though the device failed something while its directories were listed, and its bad file is read around', async () => {
  const bad = 'DCIM/A/a.mp4';
  await writeCard(card, { [bad]: randomBytes(3 * BLOCK), 'DCIM/B/b.mp4': 'b', 'DCIM/C/c.mp4': 'c', 'DCIM/D/d.mp4': 'd' });
  await symlink('/etc/hostname', join(card, 'DCIM/C/link'));
  let errors = 0;
  let failing = false;
  const readsWhileListedAgain: string[] = [];
  const disturbed = disturbedVolume(
    card,
    async (path, position, target) => {
      if (recorder.lists === SECOND) readsWhileListedAgain.push(path);
      if (path !== bad) return;
      if (recorder.lists < FIRST) return;
      if (position < BLOCK && target.length > 0) throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
    },
    // The kernel's count tells that something failed, not what.
    { deviceErrors: { mark: async () => `${failing ? ++errors : errors}` }, quietMs: 20 },
  );
  const recorder = listedBy(disturbed, async function* (number, items) {
    try {
      for await (const item of items) {
        yield item;
        if (number === FIRST && item.path === 'DCIM/B/b.mp4') failing = true;
      }
    } finally {
      failing = false;
    }
  });
  const onListed = vi.fn();
  const station = await stationWith({ onListed });
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await docking.safe();
  await docking.done;
  expect(errors).toBeGreaterThan(0);
  expect(recorder.lists).toBe(COMPARED);
  expect(onListed.mock.calls).toEqual([[docking.id]]);
  expect(readsWhileListedAgain).toEqual([]);
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'safe', problem: null, filesListed: 4, filesKnown: 0 });
  expect(await refusedOf(station, docking.id)).toEqual(['DCIM/C/link']);
  expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ sealed: 4 });
  const view = station.board.snapshot().find(({ slot }) => slot === 1);
  expect(view).toMatchObject({ phase: 'safe', problem: null, warning: { code: 'recorder.gaps' }, filesListed: 4, filesRefused: 1 });
  await station.close();
});

it('is not safe where the second listing fails as well, and there is no third', async () => {
  await writeCard(card, { 'DCIM/A/a.mp4': 'a', 'DCIM/B/b.mp4': 'b' });
  await symlink('/etc/hostname', join(card, 'link'));
  let errors = 0;
  const device = { deviceErrors: { mark: async () => `${++errors}` }, quietMs: 10 };
  const recorder = listedBy(
    disturbedVolume(card, () => undefined, device),
    (_number, items) => items,
  );
  const onListed = vi.fn();
  const station = await stationWith({ onListed });
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await docking.done;
  expect(recorder.lists).toBe(SECOND);
  await vi.waitFor(async () => expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ sealed: 2 }), 10_000);
  await station.seal.checkSafe(docking.id);
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
    ...{ state: 'problem', safeAtMs: null, listedAtMs: null, filesListed: 2 },
    problem: { code: 'recorder.unreadable' },
  });
  expect((await refusedOf(station, docking.id)).sort()).toEqual(['DCIM', 'DCIM/A', 'DCIM/B', 'link']);
  expect(onListed).not.toHaveBeenCalled();
  expect(station.board.snapshot()[0]).toMatchObject({ phase: 'problem', problem: { code: 'recorder.unreadable' }, filesListed: 2 });
  await station.close();
});

it('gives what only the second listing shows, and counts what an earlier docking sealed once', async () => {
  await writeCard(card, { 'known.mp4': randomBytes(1000) });
  const station = await stationWith();
  const before = await station.dock(station.plain(card), 'R1', 1);
  await before.safe();
  await before.pull();
  await writeCard(card, { 'a.mp4': randomBytes(1001), 'hidden.mp4': randomBytes(1002) });
  const phases: string[] = [];
  const recorder = listedBy(
    disturbedVolume(card, () => undefined),
    async function* (number, items) {
      if (number === SECOND) phases.push(station.board.snapshot()[0]?.phase ?? '');
      yield* number === FIRST ? doubted(items, 'hidden.mp4') : items;
    },
  );
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await docking.safe();
  expect(phases).toEqual(['listing']);
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
    filesListed: 3,
    filesKnown: 1,
    filesRefused: 0,
    bytesListed: 3003,
  });
  expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ sealed: 2 });
  expect(await refusedOf(station, docking.id)).toEqual([]);
  await station.close();
});

it('takes other bytes under a known name once, also where they have a gap that the known ones had not', async () => {
  await writeCard(card, { 'a.mp4': randomBytes(3 * BLOCK) });
  const station = await stationWith();
  const before = await station.dock(station.plain(card), 'R1', 1);
  await before.safe();
  await before.pull();
  await writeCard(card, { 'a.mp4': randomBytes(3 * BLOCK) });
  let reads = 0;
  const recorder = listedBy(
    disturbedVolume(card, (path, position) => {
      if (recorder.lists === FIRST) reads += 1;
      // The first read of them is the one that finds the other bytes.
      if (recorder.lists === FIRST && reads > 1 && position < BLOCK)
        throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
    }),
    (number, items) => (number === FIRST ? doubted(items) : items),
  );
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await docking.safe();
  await docking.done;
  expect(recorder.lists).toBe(COMPARED);
  const gapped = (await station.ledger.recordings.list({ limit: 10 }))
    .flatMap(({ originals }) => originals)
    .filter(({ gaps }) => gaps.length > 0);
  expect(gapped).toMatchObject([{ dockingId: docking.id, gaps: [{ start: 0, end: BLOCK }] }]);
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ filesListed: 1, filesKnown: 0 });
  expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ listed: 0, copied: 0, sealed: 1 });
  await station.close();
});

it('is listed, and shows what is left to say, where a file could not be copied; that file is not begun again', async () => {
  await writeCard(card, { 'a.mp4': 'a', 'bad.mp4': 'b' });
  let tries = 0;
  const recorder = listedBy(
    disturbedVolume(card, (path, _position, _target, bytes) => {
      if (path !== 'bad.mp4') return;
      if (bytes > 0) tries += 1;
      throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
    }),
    (number, items) => (number === FIRST ? doubted(items) : items),
  );
  const station = await stationWith({ gapBytesMax: 0 });
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await docking.done;
  expect(tries).toBe(3);
  const now = await station.ledger.dockings.get(docking.id);
  expect(now).toMatchObject({ state: 'problem', problem: { code: 'recorder.read-failed' }, safeAtMs: null, filesListed: 2 });
  expect(now?.listedAtMs).not.toBeNull();
  await station.close();
});

it('counts nothing twice when the ledger fails in the second listing either', async () => {
  await writeCard(card, { 'a.mp4': randomBytes(1000), 'b.mp4': randomBytes(1001) });
  await symlink('/etc/hostname', join(card, 'link'));
  const onListed = vi.fn();
  const station = await stationWith({ onListed });
  let id = '';
  const recorder = listedBy(
    disturbedVolume(card, () => undefined),
    async function* (number, items) {
      if (number === SECOND) {
        // Nobody else writes any more: the next transaction is the listing's own.
        await vi.waitFor(async () => expect(await station.ledger.dockings.progress(id)).toMatchObject({ sealed: 2 }), 10_000);
        vi.spyOn(station.ledger, 'transaction').mockRejectedValueOnce(
          new EvidockError('ledger.failed', because('said', { text: 'disk I/O error' })),
        );
      }
      yield* number === FIRST ? doubted(items) : items;
    },
  );
  const docking = await station.dock(recorder.volume, 'R1', 1);
  id = docking.id;
  await docking.safe();
  expect(recorder.lists).toBe(COMPARED + 1);
  expect(onListed).toHaveBeenCalledTimes(1);
  expect(await station.ledger.dockings.get(id)).toMatchObject({ filesListed: 2, filesKnown: 0, bytesListed: 2001, problem: null });
  expect(await refusedOf(station, id)).toEqual(['link']);
  await station.close();
});

it('that is pulled while it is listed once more ends at once, and what could not be read is on record', async () => {
  await writeCard(card, { 'a.mp4': 'a' });
  const again = Promise.withResolvers<void>();
  const recorder = listedBy(
    disturbedVolume(card, () => undefined),
    async function* (number, items, signal) {
      if (number !== SECOND) return yield* number === FIRST ? doubted(items) : items;
      again.resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  );
  const station = await stationWith();
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await again.promise;
  let done = false;
  void docking.done.then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(done).toBe(false);
  await docking.pull();
  expect(recorder.lists).toBe(SECOND);
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'removed', listedAtMs: null, safeAtMs: null });
  expect(await refusedOf(station, docking.id)).toEqual(['DCIM']);
  const removed = (await station.ledger.custody.of(about(docking.id))).find(({ type }) => type === 'docking.removed');
  expect(removed?.data).toMatchObject({ safe: false, listingFinished: false });
  await station.close();
});

it('copies nothing while it is listed once more, also what has to be copied anew', async () => {
  await writeCard(card, { 'a.mp4': randomBytes(1000) });
  const again = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let opened = 0;
  const disturbed = disturbedVolume(card, () => undefined);
  const counted: Volume = {
    ...disturbed,
    open: (path) => {
      opened += 1;
      return disturbed.open(path);
    },
  };
  const recorder = listedBy(counted, async function* (number, items) {
    if (number === SECOND) {
      again.resolve();
      await release.promise;
    }
    yield* number === FIRST ? doubted(items) : items;
  });
  // The copy is found wrong just then.
  let rereads = 0;
  const station = await stationWith({}, (vault) => {
    const reread: Vault['reread'] = async (key, options) => {
      rereads += 1;
      const right = await vault.reread(key, options);
      if (rereads > 1) return right;
      await again.promise;
      return { ...right, bytes: right.bytes + 1 };
    };
    return new Proxy(vault, {
      get: (target, name: keyof Vault) => (name === 'reread' ? reread : (target[name] as (...args: unknown[]) => unknown).bind(target)),
    });
  });
  const docking = await station.dock(recorder.volume, 'R1', 1);
  await again.promise;
  await vi.waitFor(async () => expect(await station.ledger.dockings.progress(docking.id)).toMatchObject({ listed: 1 }), 10_000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  // For its header, which is not read again by the second listing, and for its copy.
  expect(opened).toBe(2);
  release.resolve();
  await docking.safe();
  expect([opened, rereads]).toEqual([3, 2]);
  await station.close();
});
