/*
 * Shows what eviction takes from a vault on disk, and what it never takes. Method: the real ledger, vault, archive and eraser; every station ends with the
 * replay of its log.
 */

import { existsSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { OriginalEvicted } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { workId } from '#domain/work';
import { aLook } from '#test/contract/ledger-looks';
import { START_MS, someWork } from '#test/support/builders';
import { DAY_MS, type EvictingStation, evictingStation } from '#test/support/eviction/evicting-station';

let station: EvictingStation;
afterEach(() => station.close());

const clip = (fill: number, bytes = 10_000) => Buffer.alloc(bytes, fill);
const there = (...originals: readonly { vaultKey: string }[]) => originals.map(({ vaultKey }) => existsSync(station.pathOf(vaultKey)));

describe('eviction', () => {
  it('takes what was needed least recently, and tells of it', async () => {
    station = await evictingStation();
    const [old, looked, fresh] = [await station.both(clip(1)), await station.both(clip(2)), await station.both(clip(3))];
    await station.ledger.transaction((writer) =>
      writer.custody.append(aLook({ user: 'usr-1', recording: looked!.recordingId, atMs: START_MS + 1000 })),
    );
    expect(await station.evictor.makeRoom(15_000)).toBe(20_000);
    expect(there(old!, looked!, fresh!)).toEqual([false, true, false]);
    const now = await station.now(old!);
    expect(now.evictedAtMs).toBe(station.clock.nowMs());
    expect((await station.ledger.recordings.copies(old!.recordingId)).map(({ where }) => where)).toEqual(['disk']);
    const [told] = (await station.ledger.custody.of(subject('original', old!.id)))
      .map(OriginalEvicted.parse)
      .filter((entry) => entry !== null);
    expect(told).toMatchObject({
      data: { key: old!.vaultKey, bytes: 10_000, why: 'intake', neededAt: new Date(START_MS + 1).toISOString() },
      lists: { copies: [{ archive: 'disk', verifiedBy: 'readback' }] },
    });
    expect((await station.ledger.eviction.needed({ limit: 10 })).map(({ recordingId }) => recordingId)).toEqual([looked!.recordingId]);
    expect(await station.ledger.eviction.evicted()).toMatchObject({ files: 2, bytes: 20_000 });
  });

  it('never takes what the archive does not hold, what is worked on, and what is in use', async () => {
    station = await evictingStation();
    const alone = await station.sealed(clip(1));
    const worked = await station.both(clip(2));
    const played = await station.both(clip(3));
    await station.ledger.transaction((writer) => writer.work.insert(someWork('derive', worked.recordingId)));
    const stream = await station.vault.read(played.vaultKey);
    expect(await station.evictor.makeRoom(1)).toBe(0);
    expect(there(alone, worked, played)).toEqual([true, true, true]);
    expect(station.evictor.lastStays()).toEqual({ 'too-few-copies': 1, busy: 1, 'in-use': 1 });
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(await station.evictor.makeRoom(1)).toBe(10_000);
    expect(there(alone, worked, played)).toEqual([true, true, false]);
    expect(station.evictor.lastStays()).toEqual({});
    expect(await station.ledger.work.get(workId('derive', worked.recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('spares what somebody looked at after it was chosen', async () => {
    const chosen: { second?: string; looked?: Promise<unknown> } = {};
    const look = (recording: string) =>
      station.ledger.transaction((writer) => writer.custody.append(aLook({ user: 'usr-1', recording, atMs: station.clock.nowMs() })));
    station = await evictingStation({
      reached: (point) => {
        if (point === 'w35-copy-erased') chosen.looked ??= look(chosen.second ?? '');
      },
    });
    const [first, second, third] = [await station.both(clip(1)), await station.both(clip(2)), await station.both(clip(3))];
    chosen.second = second!.recordingId;
    expect(await station.evictor.makeRoom(30_000)).toBe(20_000);
    await chosen.looked;
    expect(there(first!, second!, third!)).toEqual([false, true, false]);
  });

  it('takes all names of the same bytes or none, and counts what that frees', async () => {
    station = await evictingStation();
    const first = await station.both(clip(1));
    const second = await station.sealed(clip(1), { like: first });
    expect(statSync(station.pathOf(first.vaultKey)).nlink).toBe(2);
    expect(await station.evictor.makeRoom(1)).toBe(0);
    expect(there(first, second)).toEqual([true, true]);
    await station.archived(second, clip(1));
    expect(await station.evictor.makeRoom(1)).toBe(10_000);
    expect(there(first, second)).toEqual([false, false]);
  });

  it('reads a copy back first whose check is too old, and withdraws one that is wrong', async () => {
    station = await evictingStation();
    const [good, wrong, gone] = [await station.both(clip(1)), await station.both(clip(2)), await station.both(clip(3))];
    const archivePath = (key: string) => station.pathOf(key).replace('/vault/', '/archive/');
    await chmod(archivePath(wrong!.vaultKey), 0o600);
    writeFileSync(archivePath(wrong!.vaultKey), clip(9));
    station.clock.advance(31 * DAY_MS);
    expect(await station.evictor.makeRoom(100_000)).toBe(20_000);
    expect(there(good!, wrong!, gone!)).toEqual([false, true, false]);
    const [copy] = (await station.ledger.recordings.copies(good!.recordingId)).filter(({ where }) => where === 'disk');
    expect(copy).toMatchObject({ verifiedAtMs: station.clock.nowMs(), verifiedBy: 'readback' });
    expect((await station.ledger.recordings.copies(wrong!.recordingId)).map(({ where }) => where)).toEqual(['vault']);
    expect(await station.ledger.work.get(workId('archive', wrong!.recordingId))).toMatchObject({ state: 'waiting' });
    expect(station.poked.length).toBe(1);
  });

  it('wants as many copies as are configured', async () => {
    station = await evictingStation({ needs: { copies: 2 } });
    const original = await station.both(clip(1));
    expect(await station.evictor.makeRoom(1)).toBe(0);
    expect(there(original)).toEqual([true]);
  });

  it('goes past many recordings that stay', async () => {
    station = await evictingStation();
    for (let n = 0; n < 40; n += 1) await station.sealed(clip(n, 100));
    const last = await station.both(clip(200));
    expect(await station.evictor.makeRoom(1)).toBe(10_000);
    expect(there(last)).toEqual([false]);
  });

  it('ends what a crash interrupted, whether the file was gone or not', async () => {
    station = await evictingStation();
    const [gone, kept] = [await station.both(clip(1)), await station.both(clip(2))];
    const dies = new Error('killed');
    for (const [original, point] of [
      [gone, 'w35-copy-erased'],
      [kept, 'w34-destruction-intended'],
    ] as const) {
      const { evictFile } = await import('./evict-file.ts');
      const { StoredFiles } = await import('./stored-files.ts');
      const [file] = await new StoredFiles(station.ledger, station.inUse).ofRecording({ recordingId: original!.recordingId });
      const faults = {
        reached: (at: string) => {
          if (at === point) throw dies;
        },
      };
      const needs = { copies: 1, freshMs: 30 * DAY_MS, readBack: true };
      const { ledger, eraser, clock, inUse } = station;
      await expect(evictFile({ ledger, eraser, clock, faults, inUse, needs }, file!, 'space')).rejects.toBe(dies);
    }
    expect(there(gone!, kept!)).toEqual([false, true]);
    await station.evictor.recover();
    expect([(await station.now(gone!)).evictedAtMs, (await station.now(kept!)).evictedAtMs]).toEqual([station.clock.nowMs(), null]);
    expect(await station.ledger.disposals.destructions({ limit: 10 })).toEqual([]);
    expect(await station.evictor.makeRoom(1)).toBe(10_000);
  });
});
