/*
 * Shows how an evicted original comes back. Method: the real ledger, vault and archive; the archive's streams are cut, held or changed where a test says so.
 */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { reasonText } from '#messages/reason';
import type { Archive } from '#ports/archive';
import { keptBlocks } from '#steps/kept-blocks';
import { type EvictingStation, evictingStation } from '#test/support/eviction/evicting-station';
import { ArchiveFetchBack } from './fetch-back.ts';

let station: EvictingStation;
afterEach(() => station.close());

const MEBIBYTE = 1024 * 1024;
const clip = (fill: number, bytes = 3 * MEBIBYTE) => Buffer.alloc(bytes, fill);

/** Notes each range that is read; `through` may put something between the archive and whoever reads. */
function watched(through: (stream: Readable) => Readable = (stream) => stream) {
  const ranges: string[] = [];
  const wrap = (archive: Archive): Archive =>
    new Proxy(archive, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'read') return typeof value === 'function' ? value.bind(target) : value;
        return async (key: { key: string }, range: { start: number; end: number }, signal?: AbortSignal) => {
          ranges.push(`${range.start}-${range.end}`);
          return through(await target.read(key, range, signal));
        };
      },
    });
  return { ranges, wrap };
}

/** Ends the first stream with an error after so many bytes. */
function cutOnce(afterBytes: number) {
  let cut = false;
  return (stream: Readable): Readable => {
    if (cut) return stream;
    cut = true;
    const out = new PassThrough();
    let passed = 0;
    stream.on('data', (chunk: Buffer) => {
      const rest = afterBytes - passed;
      passed += chunk.length;
      if (rest > 0) out.write(chunk.subarray(0, rest));
      if (passed < afterBytes) return;
      stream.destroy();
      setImmediate(() => out.destroy(new EvidockError('archive.unreachable', because('words', { text: 'cut' }))));
    });
    return out;
  };
}

async function evicted(content: Buffer): Promise<Original> {
  const original = await station.both(content);
  await station.evictor.makeRoom(content.length);
  expect((await station.now(original)).evictedAtMs).not.toBeNull();
  return original;
}

const partials = ({ vaultKey }: Original) => readdirSync(dirname(station.pathOf(vaultKey))).filter((name) => name.endsWith('.partial'));
const typesOf = async ({ id }: Original) => (await station.ledger.custody.of(subject('original', id))).map(({ type }) => type);

describe('fetch-back', () => {
  it('keeps digests of the blocks of what was sealed before there were such lists', async () => {
    station = await evictingStation();
    const content = randomBytes(5 * MEBIBYTE);
    const original = await evicted(content);
    expect(original.blocksSha256).toBeNull();
    await station.fetchBack.fetch(original.id);
    const now = await station.now(original);
    const list = await keptBlocks(station.vault, now);
    const blocks = list?.of(0, content.length) ?? [];
    expect(blocks.map(({ end }) => end).at(-1)).toBe(content.length);
    for (const { start, end, sha256 } of blocks)
      expect(createHash('sha256').update(content.subarray(start, end)).digest('hex')).toBe(sha256);
    // The next time they stay.
    await station.evictor.makeRoom(content.length);
    await station.fetchBack.fetch(original.id);
    expect((await station.now(original)).blocksSha256).toBe(now.blocksSha256);
  });

  it('says in words that there is no room, leaves nothing, and comes when there is', async () => {
    station = await evictingStation();
    const original = await evicted(clip(1));
    const full = new DiskVault({ directory: join(station.directory, 'vault'), reserveBytes: 2 ** 60, rereadThreads: 1 });
    const { ledger, archive, evictor, clock, log, faults } = station;
    const fetching = new ArchiveFetchBack({ ledger, vault: full, archive, room: evictor, clock, log, faults });
    const error = await fetching.fetch(original.id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'vault.full',
      reason: { code: 'fetch-no-room', params: { path: original.cardPath, size: original.bytes } },
    });
    expect(reasonText('en', (error as EvidockError).reason)).toMatch(
      /does not come back from the archive.*\(3\.0 MiB\)|\(3(\.0)? MiB\) does not come back/,
    );
    expect(partials(original)).toEqual([]);
    expect(await ledger.eviction.fetches(10)).toEqual([]);
    await fetching.stop();
    await full.close();
    await station.fetchBack.fetch(original.id);
    expect((await station.now(original)).evictedAtMs).toBeNull();
  });

  it('brings the sealed bytes, read-only and on record, with progress', async () => {
    station = await evictingStation();
    const original = await evicted(clip(1));
    const told: number[] = [];
    await station.fetchBack.fetch(original.id, { onBytes: (bytes, of) => told.push(bytes / of) });
    const path = station.pathOf(original.vaultKey);
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(original.digests?.sha256);
    expect(statSync(path).mode & 0o777).toBe(0o440);
    expect(told.at(-1)).toBe(1);
    expect(told.length).toBeGreaterThan(1);
    expect(await station.now(original)).toMatchObject({ evictedAtMs: null });
    const copies = await station.ledger.recordings.copies(original.recordingId);
    expect(copies.map(({ where }) => where).sort()).toEqual(['disk', 'vault']);
    expect((await typesOf(original)).slice(-2)).toEqual(['original.evicted', 'original.fetched']);
    expect(await station.ledger.eviction.needed({ limit: 5 })).toEqual([
      { recordingId: original.recordingId, atMs: station.clock.nowMs() },
    ]);
    await station.fetchBack.fetch(original.id);
  });

  it('is one for all who ask at the same time', async () => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    await Promise.all([1, 2, 3].map(() => station.fetchBack.fetch(original.id)));
    expect(ranges).toEqual([`0-${original.bytes}`]);
    expect((await typesOf(original)).filter((type) => type === 'original.fetched')).toHaveLength(1);
  });

  it('goes on where it was cut, also in the next process', async () => {
    const { ranges, wrap } = watched(cutOnce(2 * MEBIBYTE));
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    await expect(station.fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.unreachable' });
    expect(partials(original)).toHaveLength(1);
    expect(await station.disk.sweep()).toBe(0);
    expect(await station.ledger.eviction.fetches(5)).toEqual([original.id]);
    await station.fetchBack.resume();
    await expect.poll(async () => (await station.now(original)).evictedAtMs).toBeNull();
    const [, second = ''] = ranges;
    // What was there was hashed again: nothing had to come a second time.
    expect(ranges).toHaveLength(2);
    expect(Number(second.split('-')[0])).toBeGreaterThanOrEqual(MEBIBYTE);
    expect([partials(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
  });

  it('that failed because the archive did not answer is tried again, with growing waits, and says why it waits', async () => {
    let away = true;
    const { ranges, wrap } = watched((stream) => {
      if (away) throw new EvidockError('archive.unreachable', because('connection-closed', {}));
      return stream;
    });
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const { clock, ledger, fetchBack } = station;
    const waiting = async () => (await ledger.eviction.waitingFetches([original.recordingId]))[0] ?? null;
    await expect(fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.unreachable' });
    const waits: number[] = [];
    for (let failed = 1; failed <= 9; failed += 1) {
      await expect.poll(async () => (await waiting())?.attempts).toBe(failed);
      const { dueAtMs = 0, why } = (await waiting()) ?? {};
      expect(reasonText('en', why ?? because('none-configured', {}))).toMatch(/connection/);
      waits.push((dueAtMs - clock.nowMs()) / 60_000);
      // Not before it is due.
      clock.advance(dueAtMs - clock.nowMs() - 1);
      await fetchBack.retry();
      expect(ranges).toHaveLength(failed);
      clock.advance(1);
      await fetchBack.retry();
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    await expect.poll(async () => (await waiting())?.attempts).toBe(10);
    away = false;
    clock.advance(3_600_000);
    await fetchBack.retry();
    await expect.poll(async () => (await station.now(original)).evictedAtMs).toBeNull();
    expect([await waiting(), await ledger.eviction.fetches(5)]).toEqual([null, []]);
  });

  it('is given up after a week of attempts, and begins anew when it is asked for', async () => {
    let away = true;
    const { wrap } = watched((stream) => {
      if (away) throw new EvidockError('archive.unreachable', because('connection-closed', {}));
      return stream;
    });
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const { clock, ledger, fetchBack } = station;
    await expect(fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.unreachable' });
    const [{ why } = { why: because('none-configured', {}) }] = await ledger.eviction.waitingFetches([original.recordingId]);
    for (let attempts = 1; attempts < 172; attempts += 1)
      await ledger.transaction((writer) => writer.eviction.postponeFetch(original.id, { dueAtMs: clock.nowMs(), why }));
    await fetchBack.retry();
    expect(await ledger.eviction.fetches(5)).toEqual([]);
    away = false;
    await fetchBack.fetch(original.id);
    expect((await station.now(original)).evictedAtMs).toBeNull();
  });

  it('begins anew where what was left is not what it was', async () => {
    const { ranges, wrap } = watched(cutOnce(2 * MEBIBYTE));
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    await expect(station.fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.unreachable' });
    const [partial = ''] = partials(original);
    writeFileSync(`${dirname(station.pathOf(original.vaultKey))}/${partial}`, clip(7, MEBIBYTE));
    await station.fetchBack.fetch(original.id);
    expect(ranges.slice(1)).toEqual([`${MEBIBYTE}-${original.bytes}`, `0-${original.bytes}`]);
    expect(readFileSync(station.pathOf(original.vaultKey)).equals(clip(1))).toBe(true);
  });

  it('leaves nothing when the last who waits is gone, and goes on as long as one waits', async () => {
    const held = Promise.withResolvers<void>();
    const { wrap } = watched((stream) => {
      const out = new PassThrough();
      out.write(Buffer.alloc(0));
      void held.promise.then(() => stream.pipe(out));
      return out;
    });
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const first = new AbortController();
    const waits = station.fetchBack.fetch(original.id);
    const leaves = station.fetchBack.fetch(original.id, { signal: first.signal });
    first.abort(new Error('left'));
    await expect(leaves).rejects.toThrow('left');
    held.resolve();
    await waits;
    expect(existsSync(station.pathOf(original.vaultKey))).toBe(true);
  });

  it('is thrown away when the only one who waits is gone', async () => {
    const { wrap } = watched((stream) => {
      stream.once('data', () => stream.pause());
      return stream;
    });
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const stop = new AbortController();
    const asked = station.fetchBack.fetch(original.id, { signal: stop.signal, onBytes: () => stop.abort(new Error('left')) });
    await expect(asked).rejects.toThrow('left');
    await expect.poll(() => station.ledger.eviction.fetches(5)).toEqual([]);
    expect(partials(original)).toEqual([]);
    expect((await station.now(original)).evictedAtMs).not.toBeNull();
  });

  it('refuses other bytes than were sealed when they came twice, says so on record, and leaves the copy on record', async () => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const archived = station.pathOf(original.vaultKey).replace('/vault/', '/archive/');
    await chmod(archived, 0o600);
    writeFileSync(archived, clip(2));
    await expect(station.fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.mismatch' });
    expect(existsSync(station.pathOf(original.vaultKey))).toBe(false);
    expect(ranges).toEqual([`0-${original.bytes}`, `0-${original.bytes}`]);
    expect([partials(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
    expect((await typesOf(original)).at(-1)).toBe('copy.failed-verification');
    expect((await station.ledger.recordings.copies(original.recordingId)).map(({ where }) => where)).toEqual(['disk']);
  });

  it('ends where the archive has lost the object, and leaves nothing to wait for', async () => {
    station = await evictingStation();
    const original = await evicted(clip(1));
    rmSync(station.pathOf(original.vaultKey).replace('/vault/', '/archive/'));
    await expect(station.fetchBack.fetch(original.id)).rejects.toMatchObject({ code: 'archive.missing' });
    expect([partials(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
  });

  it('links the bytes where another name of them is in the vault', async () => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const twin = await station.sealed(clip(1));
    await station.fetchBack.fetch(original.id);
    expect(ranges).toEqual([]);
    expect(statSync(station.pathOf(original.vaultKey)).ino).toBe(statSync(station.pathOf(twin.vaultKey)).ino);
  });

  it.each(['lost', 'rotten'] as const)('brings the bytes from the copy of its twin where its own copy is %s', async (how) => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await station.both(clip(1));
    const twin = await station.both(clip(1), { like: original });
    await station.evictor.makeRoom(original.bytes);
    expect([(await station.now(original)).evictedAtMs, (await station.now(twin)).evictedAtMs]).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    const archived = station.pathOf(original.vaultKey).replace('/vault/', '/archive/');
    await chmod(archived, 0o600);
    if (how === 'rotten') writeFileSync(archived, clip(2));
    else rmSync(archived);
    const { recordingId, id: itemId, vaultKey: key } = original;
    ranges.length = 0;
    await station.fetchBack.fetch(original.id);
    expect(readFileSync(station.pathOf(original.vaultKey)).equals(clip(1))).toBe(true);
    expect([(await station.now(original)).evictedAtMs, (await station.now(twin)).evictedAtMs]).toEqual([null, expect.any(Number)]);
    expect(await station.ledger.eviction.fetches(5)).toEqual([]);
    const wrong = (await station.ledger.custody.of(subject('recording', recordingId))).filter(
      ({ type }) => type === 'copy.failed-verification',
    );
    expect(wrong.map(({ data }) => [data['item'], data['key']])).toEqual(how === 'rotten' ? [[itemId, key]] : []);
  });

  it('tells of each copy that is wrong where that of its twin is wrong too', async () => {
    station = await evictingStation();
    const original = await station.both(clip(1));
    const twin = await station.both(clip(1), { like: original });
    await station.evictor.makeRoom(original.bytes);
    for (const { vaultKey } of [original, twin]) {
      const path = station.pathOf(vaultKey).replace('/vault/', '/archive/');
      await chmod(path, 0o600);
      writeFileSync(path, clip(2));
    }
    await expect(station.fetchBack.fetch(original.id)).rejects.toMatchObject({
      code: 'archive.mismatch',
      reason: { params: { key: original.vaultKey } },
    });
    for (const { recordingId, id } of [original, twin])
      expect((await station.ledger.custody.of(subject('recording', recordingId))).at(-1)).toMatchObject({
        ...{ type: 'copy.failed-verification', data: { item: id } },
      });
    expect([partials(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
  });

  it.each(['lost', 'rotten'] as const)('brings the bytes from the archive where the file of the other name is %s', async (how) => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1));
    const twin = station.pathOf((await station.sealed(clip(1))).vaultKey);
    await chmod(twin, 0o600);
    if (how === 'lost') rmSync(twin);
    else writeFileSync(twin, clip(2));
    await station.fetchBack.fetch(original.id);
    expect(ranges.length).toBeGreaterThan(0);
    expect(readFileSync(station.pathOf(original.vaultKey)).equals(clip(1))).toBe(true);
    expect((await station.now(original)).evictedAtMs).toBeNull();
  });

  it.each(['w30-fetch-begun', 'w31-fetch-flushed', 'w32-fetched-linked', 'w33-fetched-recorded'] as const)(
    'is whole after an interruption at %s',
    async (point) => {
      let dies = true;
      station = await evictingStation({
        reached: (at) => {
          if (at === point && dies) throw new EvidockError('archive.unreachable', because('words', { text: 'killed' }));
        },
      });
      const original = await evicted(clip(1));
      await expect(station.fetchBack.fetch(original.id)).rejects.toThrow(/killed/);
      dies = false;
      await station.fetchBack.fetch(original.id);
      expect(readFileSync(station.pathOf(original.vaultKey)).equals(clip(1))).toBe(true);
      expect([partials(original), await station.ledger.eviction.fetches(5)]).toEqual([[], []]);
      expect((await typesOf(original)).filter((type) => type === 'original.fetched')).toHaveLength(1);
    },
  );
});

describe('the vault in front of eviction', () => {
  it('reads an evicted original from the archive, and from the vault when it is there again', async () => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const original = await evicted(clip(1, 5 * MEBIBYTE));
    const { buffer } = await import('node:stream/consumers');
    const read = async (range?: { start: number; end: number }) =>
      (await buffer(await station.vault.read(original.vaultKey, range))).length;
    expect([await read({ start: 10, end: 30 }), await read()]).toEqual([20, original.bytes]);
    const file = await station.vault.openFile(original.vaultKey);
    const target = new Uint8Array(100);
    expect([await file.read(target, MEBIBYTE - 50), await file.read(target, original.bytes - 10)]).toEqual([100, 10]);
    expect(target.every((byte) => byte === 1)).toBe(true);
    await file.close();
    expect(ranges.length).toBeGreaterThan(3);
    await station.fetchBack.fetch(original.id);
    ranges.length = 0;
    expect(await read()).toBe(original.bytes);
    expect(ranges).toEqual([]);
  });

  it('fetches back what a program needs as a file, and keeps it while it is used', async () => {
    station = await evictingStation();
    const original = await evicted(clip(1));
    const local = await station.vault.localFiles([original.vaultKey], { scratch: station.directory });
    expect(readFileSync(local.paths[0] ?? '').equals(clip(1))).toBe(true);
    expect(await station.evictor.makeRoom(1)).toBe(0);
    await local.release();
    expect(await station.evictor.makeRoom(1)).toBe(original.bytes);
  });

  it('still says what is not there', async () => {
    station = await evictingStation();
    const original = await station.sealed(clip(1));
    await station.disk.quarantine(original.vaultKey);
    await expect(station.vault.read(original.vaultKey)).rejects.toMatchObject({ code: 'vault.missing' });
    await expect(station.vault.openFile('2026/01/01/rec-x/original-0001.mp4')).rejects.toMatchObject({ code: 'vault.missing' });
  });
});
