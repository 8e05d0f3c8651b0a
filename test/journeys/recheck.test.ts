/*
 * Goal: what the sample before "safe" misses is found while the recorder stays, sealed, told, and nobody is told that it is safe in between; whatever
 * cuts the re-check short, the next docking goes on with it.
 * Method: as in known.test.ts; the test chooses the places of the sample so that it misses, and holds the whole comparison where it needs to look.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Volume } from '#ports/recorder-driver';
import { about, toldBy } from '#test/support/custody';
import { saying } from '#test/support/saying';
import {
  changed,
  dockOnce,
  expectSealed,
  FIRST_BLOCKS,
  heldCard,
  isWholeRead,
  LARGE,
  MISSED,
  originalsOf,
  sha256,
  slotOf,
  typesOf,
  WAIT,
} from '../support/card/known-card.ts';
import { homeForEach } from '../support/station/home-for-each.ts';
import { disturbedVolume, intakeStation, type StationOptions, writeCard } from '../support/station/intake-station.ts';

const MEBIBYTE = 1024 * 1024;

let home: string;
let card: string;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});

const open = (options: StationOptions = {}) => intakeStation(join(home, 's'), undefined, { sm3: false, ...options });

describe('the re-check', () => {
  it('finds what the sample missed, takes "safe" back, seals it, tells it, and is safe again', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    const kept = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes, 'b.mp4': kept });
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station, card);
    const [known] = (await originalsOf(station)).filter(({ cardPath }) => cardPath === 'a.mp4');
    await writeCard(card, { 'a.mp4': other });
    const held = heldCard(card);
    const docking = await station.dock(held.volume, 'R1', 1);
    await docking.safe();
    await held.reached;
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', recheck: { files: 2, done: 0, unread: 0 }, warning: null });
    held.letGo();
    await docking.rechecked();
    await vi.waitFor(async () => expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'safe' }), WAIT);
    await expectSealed(home, station, { 'a.mp4': [bytes, other], 'b.mp4': [kept] });
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      ...{ filesListed: 2, filesKnown: 1, filesToRecheck: 1, filesRechecked: 1, safeAtMs: expect.any(Number) },
    });
    expect((await typesOf(station, docking.id)).filter((type) => type.startsWith('docking.'))).toEqual([
      ...['docking.arrived', 'docking.compared', 'docking.safe', 'docking.unsafe', 'docking.safe'],
    ]);
    const fresh = (await originalsOf(station)).find(({ digests }) => digests?.sha256 === sha256(other));
    const told = (await station.ledger.custody.of(about(known?.id ?? ''))).find(({ type }) => type === 'original.differs');
    expect(toldBy(told ?? expect.fail())).toMatchObject({
      docking: docking.id,
      cardPath: 'a.mp4',
      sha256: sha256(other),
      as: fresh?.recordingId,
    });
    // An alarm that stays.
    expect(slotOf(station, 1)).toMatchObject({
      phase: 'safe',
      warning: { code: 'recorder.known-differs', reason: saying('a.mp4') },
      recheck: { files: 1, done: 1, unread: 0 },
    });
    await docking.pull();
    await dockOnce(station, card);
    expect(await originalsOf(station)).toHaveLength(3);
    await station.close();
  });

  it('puts a verdict on every original, by name, in the history of its recording', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.txt': 'small' });
    const station = await open();
    await dockOnce(station, card);
    const docking = await dockOnce(station, card);
    const originals = await originalsOf(station);
    for (const { id, recordingId } of originals) {
      const entries = (await station.ledger.custody.of(about(recordingId))).filter(({ type }) => type === 'original.rechecked');
      expect(entries.filter(({ lists }) => lists['originals']?.includes(id))).toMatchObject([
        { subject: { kind: 'docking', id: docking.id }, data: { verdict: 'same', files: 1 } },
      ]);
      expect((await station.ledger.originals.compared([id])).get(id)).toMatchObject({ recheckedIn: docking.id });
    }
    const compared = (await station.ledger.custody.of(about(docking.id))).find(({ type }) => type === 'docking.compared');
    expect(compared?.data).toMatchObject({ files: 2, whole: 1, sampled: 1, fewer: 0, unread: 0 });
    expect((await station.ledger.custody.of(about(docking.id))).find(({ type }) => type === 'docking.removed')?.data).toMatchObject({
      ...{ safe: true, filesToRecheck: 2, filesRechecked: 2 },
    });
    await station.close();
  });

  it('that is cut short by a pull is no problem, and goes on at the next docking with what was not read the longest, also after a restart', async () => {
    const names = ['1.mp4', '2.mp4', '3.mp4'];
    await writeCard(card, Object.fromEntries(names.map((name) => [name, randomBytes(LARGE)])));
    let station = await open();
    await dockOnce(station, card);
    /** Lets so many files be compared, then pulls. */
    const compareSome = async (files: number) => {
      const begun: string[] = [];
      const enough = Promise.withResolvers<void>();
      const gone = Promise.withResolvers<void>();
      const volume = disturbedVolume(card, async (path, position, target) => {
        if (!isWholeRead(target) || position > 0) return;
        begun.push(path);
        if (begun.length <= files) return;
        enough.resolve();
        await gone.promise;
        throw new EvidockError('recorder.removed', because('said', { text: path }));
      });
      const docking = await station.dock(volume, 'R1', 1);
      await docking.safe();
      await enough.promise;
      const pulled = docking.pull();
      gone.resolve();
      await pulled;
      expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
        ...{ state: 'removed', problem: null, safeAtMs: expect.any(Number), filesToRecheck: 3, filesRechecked: files },
      });
      expect(slotOf(station, 1)).toMatchObject({ phase: 'removed', problem: null, warning: null, recheck: null });
      return begun.slice(0, files);
    };
    const first = await compareSome(1);
    await station.close();
    station = await open();
    const second = await compareSome(1);
    const third = await compareSome(1);
    const fourth = await compareSome(2);
    expect([...first, ...second, ...third].sort()).toEqual(names);
    expect(fourth).toEqual([...first, ...second]);
    await station.close();
  });

  it('takes nothing on record of a recorder that left when the difference was certain; the next docking finds it', async () => {
    const bytes = randomBytes(LARGE);
    await writeCard(card, { 'a.mp4': bytes });
    const station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station, card);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': other });
    const plain = station.plain(card);
    const asked = Promise.withResolvers<void>();
    // Whether the file is still as it was listed is the last thing that a comparison asks.
    const ask = async () => {
      asked.resolve();
      await pulling.promise;
    };
    const volume = Object.assign(Object.create(plain) as Volume, {
      list: (signal?: AbortSignal) => plain.list(signal),
      open: async (path: string) => {
        const file = await plain.open(path);
        return { ...file, stat: () => ask().then(() => file.stat()) };
      },
      readText: (path: string) => plain.readText(path),
    });
    const pulling = Promise.withResolvers<void>();
    const docking = await station.dock(volume, 'R1', 1);
    await docking.safe();
    await asked.promise;
    const pulled = docking.pull();
    pulling.resolve();
    await pulled;
    expect(await originalsOf(station)).toHaveLength(1);
    const again = await dockOnce(station, card);
    await expectSealed(home, station, { 'a.mp4': [bytes, other] });
    expect(await typesOf(station, again.id)).toContain('docking.unsafe');
    await station.close();
  });

  it('is not safe when it is pulled before what was missed is sealed, and goes on with that at the next docking', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes });
    const points: string[] = [];
    const station = await open({ random: FIRST_BLOCKS, reached: (point) => void points.push(point) });
    await dockOnce(station, card);
    await writeCard(card, { 'a.mp4': other });
    const unsafe = () => points.includes('w21-difference-recorded');
    const docking = await station.dock(
      disturbedVolume(card, (path) => {
        if (unsafe()) throw new EvidockError('recorder.removed', because('said', { text: path }));
      }),
      'R1',
      1,
    );
    await vi.waitFor(() => expect(unsafe()).toBe(true), WAIT);
    await docking.pull();
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      ...{ state: 'removed', safeAtMs: null, problem: { code: 'recorder.removed', reason: saying('1 file') } },
    });
    await dockOnce(station, card);
    await expectSealed(home, station, { 'a.mp4': [bytes, other] });
    await station.close();
  });

  it('goes on where the process ended right after a difference was on record', async () => {
    const bytes = randomBytes(LARGE);
    const other = changed(bytes, MISSED);
    await writeCard(card, { 'a.mp4': bytes });
    let station = await open({ random: FIRST_BLOCKS });
    await dockOnce(station, card);
    await station.close();
    await writeCard(card, { 'a.mp4': other });
    const died = Promise.withResolvers<void>();
    station = await open({
      random: FIRST_BLOCKS,
      reached: (point) => {
        if (point !== 'w21-difference-recorded') return;
        died.resolve();
        throw new Error('the process ends here');
      },
    });
    const docking = await station.dock(station.plain(card), 'R1', 1);
    await died.promise;
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'reading', safeAtMs: null });
    await station.close();
    station = await open();
    await dockOnce(station, card);
    await expectSealed(home, station, { 'a.mp4': [bytes, other] });
    await station.close();
  });

  it('stands aside for the new files of every recorder, also in the midst of a file', async () => {
    const files = { 'a.mp4': randomBytes(3 * LARGE) };
    await writeCard(card, files);
    const other = join(home, 'other');
    await writeCard(other, { 'new.mp4': randomBytes(2 * MEBIBYTE), 'newer.mp4': randomBytes(MEBIBYTE) });
    const station = await open();
    await dockOnce(station, card);
    let secondReads = 0;
    const copying = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const second = disturbedVolume(other, async (_path, _position, target) => {
      if (!isWholeRead(target)) return;
      secondReads += 1;
      copying.resolve();
      await goOn.promise;
    });
    const held = heldCard(card);
    const first = await station.dock(held.volume, 'R1', 1);
    await first.safe();
    await held.reached;
    const newcomer = await station.dock(second, 'R2', 2);
    await copying.promise;
    held.letGo();
    // What was in hand ends; nothing more is asked for while a new file is being copied.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(held.reads.length).toBeLessThanOrEqual(2);
    expect(slotOf(station, 1)).toMatchObject({ phase: 'safe', recheck: { files: 1, done: 0 } });
    goOn.resolve();
    await newcomer.safe();
    await first.rechecked();
    expect(held.reads.length).toBe(15);
    expect(secondReads).toBeGreaterThan(0);
    expect(slotOf(station, 1)).toMatchObject({ recheck: { files: 1, done: 1 } });
    await station.close();
  });

  it('keeps no recorder that leaves waiting, however many stand aside', async () => {
    const station = await open();
    const roots = Array.from({ length: 9 }, (_, n) => join(home, `card-${n}`));
    const held = roots.map((root) => heldCard(root));
    for (const [n, root] of roots.entries()) {
      await writeCard(root, { 'a.mp4': randomBytes(LARGE) });
      const docking = await station.dock(station.plain(root), `R${n}`, n + 1);
      await docking.safe();
      await docking.pull();
    }
    const dockings = await Promise.all(held.map(({ volume }, n) => station.dock(volume, `R${n}`, n + 1)));
    for (const docking of dockings) await docking.safe();
    await vi.waitFor(() => expect(held.filter(({ reads }) => reads.length > 0)).toHaveLength(8), WAIT);
    const waiting = held.findIndex(({ reads }) => reads.length === 0);
    const begun = performance.now();
    await dockings[waiting]?.pull();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await station.ledger.dockings.get(dockings[waiting]?.id ?? '')).toMatchObject({ state: 'removed', problem: null });
    for (const { letGo } of held) letGo();
    await Promise.all(dockings.map((docking) => docking.rechecked()));
    expect(held[waiting]?.reads).toEqual([]);
    expect(held.filter(({ reads }) => reads.length === 5)).toHaveLength(8);
    await station.close();
  });

  it('says what cannot be read again, counts it as nothing, and tries it at the next docking', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE), 'b.mp4': randomBytes(LARGE), 'c.txt': 'text' });
    const station = await open();
    await dockOnce(station, card);
    const bad = (path: string, position: number) => path === 'a.mp4' && position >= 2 * MEBIBYTE && position < 3 * MEBIBYTE;
    const docking = await station.dock(
      disturbedVolume(card, (path, position) => {
        if (bad(path, position) || path === 'c.txt')
          throw new EvidockError('recorder.read-failed', because('said', { text: `${path} (EIO)` }));
      }),
      'R1',
      1,
    );
    await docking.safe();
    await docking.rechecked();
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({
      state: 'safe',
      filesKnown: 3,
      filesToRecheck: 3,
      filesRechecked: 1,
    });
    expect(slotOf(station, 1)).toMatchObject({
      phase: 'safe',
      recheck: { files: 3, done: 1, unread: 2 },
      warning: { code: 'recorder.known-unread', reason: saying('1 more file') },
    });
    const compared = (await station.ledger.custody.of(about(docking.id))).find(({ type }) => type === 'docking.compared');
    expect(compared?.data).toMatchObject({ files: 3, whole: 0, sampled: 1, unread: 2 });
    const id = (await originalsOf(station)).find(({ cardPath }) => cardPath === 'a.mp4')?.id ?? '';
    expect((await station.ledger.originals.compared([id])).get(id)).toMatchObject({ sampledAtMs: null, recheckedAtMs: null });
    await docking.pull();
    const again = await dockOnce(station, card);
    expect(await station.ledger.dockings.get(again.id)).toMatchObject({ filesToRecheck: 3, filesRechecked: 3 });
    expect(await originalsOf(station)).toHaveLength(3);
    await station.close();
  });

  it('goes on when the ledger can be written again', async () => {
    await writeCard(card, { 'a.mp4': randomBytes(LARGE) });
    const station = await open();
    await dockOnce(station, card);
    const { transaction } = station.ledger;
    let failures = 0;
    vi.spyOn(station.ledger, 'transaction').mockImplementation((body) =>
      transaction.call(station.ledger, (writer) =>
        body({
          ...writer,
          originals: new Proxy(writer.originals, {
            get: (target, name) => {
              if (name !== 'markCompared' || failures >= 2) return Reflect.get(target, name);
              return async (_ids: unknown, { how }: { how: string }) => {
                if (how !== 'whole') return;
                failures += 1;
                throw new EvidockError('ledger.failed', because('said', { text: 'disk I/O error' }));
              };
            },
          }),
        }),
      ),
    );
    const docking = await dockOnce(station, card);
    expect(failures).toBe(2);
    expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ filesRechecked: 1 });
    expect((await typesOf(station, docking.id)).filter((type) => type === 'original.rechecked')).toHaveLength(1);
    await station.close();
  });
});
