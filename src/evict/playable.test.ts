/*
 * Shows when a playable copy leaves the vault: after every original that may go, only where the archive holds it as eviction asks, never while anything of its
 * recording is worked on, read or fetched; and that it plays from the archive then. Method: the real ledger, vault, archive and eraser; every station ends with
 * the replay of its log.
 */

import { existsSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { PlayableEvicted } from '#domain/custody/destruction-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { evictablePlayable } from '#domain/eviction/evictable';
import { because } from '#domain/reason';
import type { Derivative, Original } from '#domain/recording';
import { workId } from '#domain/work';
import type { Archive } from '#ports/archive';
import { aLook } from '#test/contract/ledger-looks';
import { START_MS, someWork } from '#test/support/builders';
import { DAY_MS, type EvictingStation, evictingStation } from '#test/support/eviction/evicting-station';
import { evictFile } from './evict-file.ts';
import { StoredFiles } from './stored-files.ts';

let station: EvictingStation;
afterEach(() => station.close());

const NEEDS = { copies: 1, freshMs: 30 * DAY_MS, readBack: true };
const bytesOf = (fill: number, bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, n) => (n + fill) % 251));
const original = (fill: number) => station.both(bytesOf(fill, 10_000));
const there = (...items: readonly { vaultKey: string }[]) => items.map(({ vaultKey }) => existsSync(station.pathOf(vaultKey)));

async function both(fill: number, { atMs = START_MS + fill, archived = true } = {}): Promise<{ original: Original; playable: Derivative }> {
  const made = await original(fill);
  const content = bytesOf(fill + 100, 20_000);
  const playable = await station.playable(made, content, { atMs });
  if (archived) await station.archived(playable, content);
  return { original: made, playable };
}

const look = ({ recordingId }: Original, atMs: number) =>
  station.ledger.transaction((writer) => writer.custody.append(aLook({ user: 'usr-1', recording: recordingId, atMs })));
const evictions = async ({ recordingId }: Derivative) =>
  (await station.ledger.custody.of(subject('recording', recordingId))).map(PlayableEvicted.parse).filter((entry) => entry !== null);

describe('a playable copy', () => {
  it('goes when no original is left that could, the least recently needed first, and that is told', async () => {
    station = await evictingStation();
    const [looked, old] = [await both(1), await both(2)];
    await look(looked.original, START_MS + 1000);
    expect(await station.evictor.makeRoom(15_000)).toBe(20_000);
    expect(there(looked.original, old.original, looked.playable, old.playable)).toEqual([false, false, true, true]);
    expect(await station.evictor.makeRoom(1)).toBe(20_000);
    expect(there(looked.playable, old.playable)).toEqual([true, false]);
    expect((await station.playableNow(old.playable)).evictedAtMs).toBe(station.clock.nowMs());
    expect((await station.ledger.recordings.copies(old.playable.recordingId)).map(({ where }) => where)).toEqual(['disk', 'disk']);
    expect(await evictions(old.playable)).toMatchObject([
      {
        data: {
          derivative: old.playable.id,
          key: old.playable.vaultKey,
          bytes: 20_000,
          why: 'intake',
          neededAt: new Date(START_MS + 2).toISOString(),
        },
        lists: { copies: [{ archive: 'disk', verifiedBy: 'readback' }] },
      },
    ]);
    const types = (await station.ledger.custody.of(subject('recording', old.playable.recordingId))).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['copy.destroying', 'copy.destroyed', 'playable.evicted']);
    expect(await station.ledger.eviction.evicted()).toEqual({ files: 2, bytes: 20_000, playable: { files: 1, bytes: 20_000 } });
    expect(await station.ledger.eviction.playables({ limit: 5 })).toEqual([
      { recordingId: looked.original.recordingId, atMs: START_MS + 1000 },
    ]);
    expect(await station.evictor.makeRoom(1)).toBe(20_000);
    expect(await station.evictor.makeRoom(1)).toBe(0);
  });

  it('stays where the archive does not hold it, or is not to hold derivatives', async () => {
    station = await evictingStation();
    const { original: first, playable } = await both(1, { archived: false });
    expect(await station.evictor.makeRoom(50_000)).toBe(10_000);
    expect(there(first, playable)).toEqual([false, true]);
    expect(station.evictor.lastStays()).toEqual({ 'too-few-copies': 1 });
    await station.close();
    station = await evictingStation({ playable: false });
    const second = await both(1);
    expect(await station.evictor.makeRoom(50_000)).toBe(10_000);
    expect(there(second.original, second.playable)).toEqual([false, true]);
  });

  it('stays while work of its recording waits, something of it is read, or an original of it is fetched back', async () => {
    station = await evictingStation();
    const [worked, played, exported, fetched] = [await both(1), await both(2), await both(3), await both(4)];
    const { ledger, vault } = station;
    await ledger.transaction((writer) => writer.work.insert(someWork('derive', worked.original.recordingId)));
    const [playing, exporting] = [await vault.read(played.playable.vaultKey), await vault.read(exported.original.vaultKey)];
    await ledger.transaction((writer) => writer.eviction.noteFetch(fetched.original.id, START_MS));
    await station.evictor.makeRoom(1_000_000);
    expect(there(worked.playable, played.playable, exported.playable, fetched.playable)).toEqual([true, true, true, true]);
    expect(station.evictor.lastStays()).toEqual({ busy: 2, 'in-use': 4 });
    for (const stream of [playing, exporting]) {
      stream.destroy();
      await new Promise((resolve) => stream.once('close', resolve));
    }
    await ledger.transaction((writer) => writer.eviction.forgetFetch(fetched.original.id));
    await station.evictor.makeRoom(1_000_000);
    expect(there(worked.playable, played.playable, exported.playable, fetched.playable)).toEqual([true, false, false, false]);
    expect(await ledger.work.get(workId('derive', worked.original.recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('has its copy read back where the last check is too old; a wrong one is withdrawn, and made again from the vault', async () => {
    station = await evictingStation();
    const [good, wrong] = [await both(1), await both(2)];
    const archived = station.pathOf(wrong.playable.vaultKey).replace('/vault/', '/archive/');
    await chmod(archived, 0o600);
    writeFileSync(archived, bytesOf(9, 20_000));
    station.clock.advance(31 * DAY_MS);
    expect(await station.evictor.makeRoom(1_000_000)).toBe(40_000);
    expect(there(good.playable, wrong.playable)).toEqual([false, true]);
    const where = async ({ id, recordingId }: Derivative) =>
      (await station.ledger.recordings.copies(recordingId)).filter(({ itemId }) => itemId === id).map(({ where }) => where);
    expect([await where(good.playable), await where(wrong.playable)]).toEqual([['disk'], []]);
    expect(await station.ledger.work.get(workId('archive', wrong.original.recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('stays as long as an original could go after a check, and the archive does not answer', async () => {
    let away = true;
    const wrap = (archive: Archive) =>
      new Proxy(archive, {
        get: (target, name: keyof Archive) => {
          const own: unknown = Reflect.get(target, name, target);
          if (name === 'verify' && away)
            return async () => {
              throw new EvidockError('archive.unreachable', because('none-configured', {}));
            };
          return typeof own === 'function' ? own.bind(target) : own;
        },
      });
    station = await evictingStation({ wrap });
    const { original: first, playable } = await both(1);
    // Only the check of the original is too old.
    station.clock.advance(31 * DAY_MS);
    const [copy] = (await station.ledger.recordings.copies(first.recordingId)).filter(({ itemId }) => itemId === playable.id);
    if (!copy) throw new Error('no copy');
    await station.ledger.transaction((writer) => writer.recordings.upsertCopy({ ...copy, verifiedAtMs: station.clock.nowMs() }));
    expect(await station.evictor.makeRoom(1)).toBe(0);
    expect(there(first, playable)).toEqual([true, true]);
    away = false;
    expect(await station.evictor.makeRoom(1)).toBe(10_000);
    expect(there(first, playable)).toEqual([false, true]);
  });

  it('is read from the archive by ranges and as a file once it is gone, and from the vault when it was made again', async () => {
    station = await evictingStation();
    const { original: first, playable } = await both(1);
    const content = bytesOf(101, 20_000);
    await station.evictor.makeRoom(30_000);
    expect(there(playable)).toEqual([false]);
    const range = { start: 5_000, end: 15_000 };
    expect((await buffer(await station.vault.read(playable.vaultKey, range))).equals(content.subarray(5_000, 15_000))).toBe(true);
    expect((await buffer(await station.vault.read(playable.vaultKey))).equals(content)).toBe(true);
    const file = await station.vault.openFile(playable.vaultKey);
    const target = new Uint8Array(100);
    expect([file.bytes, await file.read(target, 19_950)]).toEqual([20_000, 50]);
    expect(Buffer.from(target.subarray(0, 50)).equals(content.subarray(19_950))).toBe(true);
    await file.close();
    const again = await station.playable(first, bytesOf(7, 500), { atMs: START_MS + 500, run: 2 });
    expect(await station.playableNow(playable)).toMatchObject({ id: again.id, evictedAtMs: null });
    expect((await station.ledger.eviction.evicted()).playable.files).toBe(0);
    expect(await station.evictor.makeRoom(1)).toBe(0);
    expect(there(again)).toEqual([true]);
  });

  it('that a crash left half gone is put on record or spared; one that was made again meanwhile stays in the vault', async () => {
    station = await evictingStation();
    const [gone, kept, again] = [await both(1), await both(2), await both(3)];
    const { ledger, eraser, clock, inUse } = station;
    for (const [{ playable }, point] of [
      [gone, 'w35-copy-erased'],
      [kept, 'w34-destruction-intended'],
      [again, 'w35-copy-erased'],
    ] as const) {
      const [file] = await new StoredFiles(ledger, inUse).playableOf(playable);
      if (!file) throw new Error('no file');
      const reached = (at: string) => {
        if (at === point) throw new Error('killed');
      };
      await expect(evictFile({ ledger, eraser, clock, faults: { reached }, inUse, needs: NEEDS }, file, 'space')).rejects.toThrow('killed');
    }
    const fresh = await station.playable(again.original, bytesOf(7, 500), { atMs: START_MS + 500, run: 2 });
    expect(there(gone.playable, kept.playable, again.playable, fresh)).toEqual([false, true, false, true]);
    await station.evictor.recover();
    expect(await ledger.disposals.destructions({ limit: 10 })).toEqual([]);
    const evictedAt = async ({ playable }: typeof gone) => (await station.playableNow(playable)).evictedAtMs;
    expect([await evictedAt(gone), await evictedAt(kept), await evictedAt(again)]).toEqual([clock.nowMs(), null, null]);
    expect([(await evictions(gone.playable)).length, (await evictions(again.playable)).length]).toEqual([1, 0]);
  });
});

const aPlayable = fc.record({
  archived: fc.boolean(),
  ageDays: fc.constantFrom(1, 40),
  needed: fc.integer({ min: 1, max: 50 }),
  busy: fc.boolean(),
});
const aRecording = fc.record({ archived: fc.boolean(), ageDays: fc.constantFrom(1, 40), playable: aPlayable });

it('whatever the vault holds, no playable copy goes while an original could, none without a fresh copy, and the least recently needed first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aRecording, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 120_000 }),
      fc.boolean(),
      async (made, wanted, readable) => {
        // An archive that cannot be read back makes no old check new.
        const wrap = (archive: Archive) =>
          new Proxy(archive, {
            get: (target, name: keyof Archive) => {
              const own: unknown = Reflect.get(target, name, target);
              if (name === 'verify' && !readable) return async () => expect.fail('not readable');
              return typeof own === 'function' ? own.bind(target) : own;
            },
          });
        station = await evictingStation({ wrap });
        station.clock.advance(50 * DAY_MS);
        const { ledger, clock } = station;
        const rows = [];
        for (const [n, { archived, ageDays, playable }] of made.entries()) {
          const [content, film] = [bytesOf(n, 10_000), bytesOf(n + 100, 20_000)];
          const first = await station.sealed(content);
          const second = await station.playable(first, film, { atMs: START_MS + playable.needed });
          if (archived) await station.archived(first, content);
          if (playable.archived) await station.archived(second, film);
          await ledger.transaction(async (writer) => {
            for (const copy of await writer.recordings.copies(first.recordingId)) {
              const { ageDays: days } = copy.itemId === first.id ? { ageDays } : playable;
              if (copy.where !== 'vault') await writer.recordings.upsertCopy({ ...copy, verifiedAtMs: clock.nowMs() - days * DAY_MS });
            }
            if (playable.busy) await writer.work.insert(someWork('derive', first.recordingId));
          });
          rows.push({ first, second, made: made[n]!, film });
        }
        const freed = await station.evictor.makeRoom(wanted);
        const fresh = ({ archived, ageDays }: { archived: boolean; ageDays: number }) => archived && (ageDays < 30 || readable);
        const isGone = ({ vaultKey }: { vaultKey: string }) => !existsSync(station.pathOf(vaultKey));
        const gone = rows.filter(({ second }) => isGone(second));
        for (const { made: one } of gone) expect([fresh(one.playable), one.playable.busy]).toEqual([true, false]);
        const couldGo = rows.filter(({ made: one }) => one.archived && !one.playable.busy);
        if (gone.length > 0) for (const { first, made: one } of couldGo) expect([fresh(one), isGone(first)]).toEqual([true, true]);
        for (const left of rows.filter(
          ({ second, made: one }) => !isGone(second) && one.playable.archived && one.playable.ageDays < 30 && !one.playable.busy,
        ))
          for (const other of gone.filter(({ made: one }) => one.playable.ageDays < 30))
            expect(other.made.playable.needed).toBeLessThanOrEqual(left.made.playable.needed);
        for (const { second, film } of gone) {
          expect(evictablePlayable(await ledger.recordings.derivatives(second.recordingId))?.evictedAtMs).toBe(clock.nowMs());
          expect((await buffer(await station.vault.read(second.vaultKey))).equals(film)).toBe(true);
        }
        // A turn that an archive ended tells of nothing that was freed before.
        if (readable) expect(freed).toBe(10_000 * rows.filter(({ first }) => isGone(first)).length + 20_000 * gone.length);
        await station.close();
      },
    ),
    { numRuns: 30 },
  );
  station = await evictingStation();
}, 120_000);
