/*
 * Goal: no byte of an evicted original goes out that is not what was sealed, whatever the archive gives. Method: the real ledger, vault and archive; bytes are
 * changed in the archive's directory, or on their way.
 */

import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { subject } from '#domain/custody/subject';
import type { Original } from '#domain/recording';
import { blocksKey } from '#domain/vault/vault-key';
import type { Archive } from '#ports/archive';
import { checkedCopies } from '#test/support/eviction/checked-copies';
import { type EvictingStation, evictingStation } from '#test/support/eviction/evicting-station';

let station: EvictingStation;
afterEach(() => station.close());

const MEBIBYTE = 1024 * 1024;
const BLOCK = 256 * 1024;

/** Notes each range that the archive is asked for; `through` may change what it gives. */
function watched(through: (stream: Readable, n: number) => Readable = (stream) => stream) {
  const ranges: { key: string; start: number; end: number }[] = [];
  const wrap = (archive: Archive): Archive =>
    new Proxy(archive, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'read') return typeof value === 'function' ? value.bind(target) : value;
        return async (object: { key: string }, range: { start: number; end: number }, signal?: AbortSignal) => {
          ranges.push({ key: object.key, ...range });
          return through(await target.read(object, range, signal), ranges.length);
        };
      },
    });
  return { ranges, wrap };
}

/** An evicted original with a list of its blocks: it was fetched back once. */
async function evicted(content: Buffer): Promise<Original> {
  const original = await station.both(content);
  await station.evictor.makeRoom(content.length);
  await station.fetchBack.fetch(original.id);
  await station.evictor.makeRoom(content.length);
  const now = await station.now(original);
  expect([now.evictedAtMs, now.blocksSha256]).toEqual([expect.any(Number), content.length > 4 * MEBIBYTE ? expect.any(String) : null]);
  return now;
}

const archivedPath = ({ vaultKey }: Original) => station.pathOf(vaultKey).replace('/vault/', '/archive/');
/** Changes one byte of the archived copy. */
function rot(original: Original, at: number): void {
  const path = archivedPath(original);
  chmodSync(path, 0o600);
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
const read = async ({ vaultKey }: Original, start: number, end: number) => buffer(await station.vault.read(vaultKey, { start, end }));
/** What came before the stream ended, and how it ended. */
async function readTo(stream: Readable): Promise<{ came: Buffer; error: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { came: Buffer.concat(chunks), error: null };
  } catch (error) {
    return { came: Buffer.concat(chunks), error };
  }
}
const faults = () => station.ledger.scrubs.openFaults('disk', 5);
const typesOf = async ({ recordingId }: Original) =>
  (await station.ledger.custody.of(subject('recording', recordingId))).map(({ type }) => type);

describe('an archived original that is read in ranges', () => {
  it('gives what was sealed, and asks for no more than the blocks around it', async () => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const content = randomBytes(5 * MEBIBYTE + 77);
    const original = await evicted(content);
    for (const [start, end] of [
      [0, 1],
      [BLOCK - 1, BLOCK + 1],
      [BLOCK, 2 * BLOCK],
      [3 * BLOCK + 5, 9 * BLOCK + 6],
      [content.length - 5, content.length],
      [0, content.length],
    ] as const) {
      ranges.length = 0;
      expect((await read(original, start, end)).equals(content.subarray(start, end)), `${start}`).toBe(true);
      const aligned = { start: start - (start % BLOCK), end: Math.min(content.length, Math.ceil(end / BLOCK) * BLOCK) };
      expect(ranges).toEqual([{ key: original.vaultKey, ...aligned }]);
    }
    expect(await faults()).toEqual([]);
  });

  it('never gives a block that rots, ends with an error that says so, and has the scrub read the copy at once', async () => {
    station = await evictingStation();
    const content = randomBytes(6 * MEBIBYTE);
    const original = await evicted(content);
    rot(original, 5 * BLOCK + 100);
    const { came, error } = await readTo(await station.vault.read(original.vaultKey, { start: BLOCK + 7, end: content.length }));
    // Up to the bad block, and not a byte of it.
    expect(came.equals(content.subarray(BLOCK + 7, 5 * BLOCK))).toBe(true);
    expect(error).toMatchObject({
      code: 'archive.mismatch',
      reason: { code: 'block-differs', params: { start: 5 * BLOCK, end: 6 * BLOCK } },
    });
    const nowMs = station.clock.nowMs();
    const fault = {
      itemId: original.id,
      where: 'disk',
      key: original.vaultKey,
      kind: 'bad',
      foundAtMs: nowMs,
      dueAtMs: nowMs,
      endedAtMs: null,
    };
    expect(await faults()).toMatchObject([fault]);
    expect((await station.ledger.scrubs.dueFault('disk', nowMs))?.itemId).toBe(original.id);
    expect(station.foundBad).toHaveLength(1);
    expect((await typesOf(original)).filter((type) => type === 'copy.corrupt')).toHaveLength(1);
    // It is told once. What is good of it is shown.
    await expect(read(original, 5 * BLOCK, 5 * BLOCK + 1)).rejects.toMatchObject({ code: 'archive.mismatch' });
    expect((await read(original, 6 * BLOCK, 7 * BLOCK)).equals(content.subarray(6 * BLOCK, 7 * BLOCK))).toBe(true);
    expect((await typesOf(original)).filter((type) => type === 'copy.corrupt')).toHaveLength(1);
    expect(station.foundBad).toHaveLength(1);
  });

  it('fails before anything is answered where its first block is bad', async () => {
    station = await evictingStation();
    const original = await evicted(randomBytes(5 * MEBIBYTE));
    rot(original, 0);
    await expect(station.vault.read(original.vaultKey, { start: 10, end: 20 })).rejects.toMatchObject({ code: 'archive.mismatch' });
  });

  it('that is small is compared as a whole', async () => {
    station = await evictingStation();
    const content = randomBytes(3 * MEBIBYTE);
    const original = await evicted(content);
    expect((await read(original, 5, 50)).equals(content.subarray(5, 50))).toBe(true);
    rot(original, content.length - 1);
    await expect(read(original, 5, 50)).rejects.toMatchObject({ code: 'archive.mismatch' });
  });

  it('is never given to whoever parses it, either', async () => {
    station = await evictingStation();
    const content = randomBytes(5 * MEBIBYTE);
    const original = await evicted(content);
    rot(original, 2 * MEBIBYTE);
    const file = await station.vault.openFile(original.vaultKey);
    const target = Buffer.alloc(100);
    expect([await file.read(target, 10), target.equals(content.subarray(10, 110))]).toEqual([100, true]);
    await expect(file.read(target, 2 * MEBIBYTE + 50)).rejects.toMatchObject({ code: 'archive.mismatch' });
    await file.close();
  });

  it.each([
    ['is cut short', (path: string) => truncateSync(path, 3 * MEBIBYTE)],
    ['is gone', (path: string) => rmSync(path)],
  ])('that %s ends with an error, and is on record as bad', async (_, how) => {
    station = await evictingStation();
    const original = await evicted(randomBytes(5 * MEBIBYTE));
    chmodSync(archivedPath(original), 0o600);
    how(archivedPath(original));
    await expect(read(original, 4 * MEBIBYTE, 5 * MEBIBYTE)).rejects.toMatchObject({ code: /archive\.(mismatch|missing)/ });
    expect(await faults()).toMatchObject([{ kind: 'bad', itemId: original.id }]);
  });

  it('is read once more where a byte changed on the way, and goes on', async () => {
    let spoils = false;
    const { ranges, wrap } = watched((stream) => {
      if (!spoils) return stream;
      spoils = false;
      let passed = 0;
      return stream.pipe(
        new Transform({
          transform(chunk: Buffer, _encoding, done) {
            const at = 2 * BLOCK + 9 - passed;
            passed += chunk.length;
            if (at < 0 || at >= chunk.length) return done(null, chunk);
            const changed = Buffer.from(chunk);
            changed[at] = (changed[at] ?? 0) ^ 1;
            done(null, changed);
          },
        }),
      );
    });
    station = await evictingStation({ wrap });
    const content = randomBytes(5 * MEBIBYTE);
    const original = await evicted(content);
    ranges.length = 0;
    spoils = true;
    expect((await read(original, 0, content.length)).equals(content)).toBe(true);
    expect(ranges).toMatchObject([
      { start: 0, end: content.length },
      { start: 2 * BLOCK, end: 3 * BLOCK },
    ]);
    expect(await faults()).toEqual([]);
  });

  it.each(['rots', 'is gone'])('goes on from the copy of another name of its bytes where its own %s', async (how) => {
    const { ranges, wrap } = watched();
    station = await evictingStation({ wrap });
    const content = randomBytes(5 * MEBIBYTE);
    const twin = await station.both(content);
    const original = await evicted(content);
    expect((await station.now(twin)).evictedAtMs).not.toBeNull();
    if (how === 'rots') rot(original, 3 * BLOCK);
    else rmSync(archivedPath(original));
    ranges.length = 0;
    expect((await read(original, BLOCK, content.length)).equals(content.subarray(BLOCK))).toBe(true);
    expect(ranges.at(-1)).toEqual({ key: twin.vaultKey, start: how === 'rots' ? 3 * BLOCK : BLOCK, end: content.length });
    expect(await faults()).toMatchObject([{ kind: 'bad', itemId: original.id }]);
    // The copy of the twin is good, and of its own.
    expect((await read(twin, 0, content.length)).equals(content)).toBe(true);
  });

  it.each(['has none', 'has lost it'])('without a list of its blocks comes as it is, and the log says so: the station %s', async (how) => {
    station = await evictingStation();
    const content = randomBytes(5 * MEBIBYTE);
    const original = how === 'has none' ? await station.both(content) : await evicted(content);
    if (how === 'has none') await station.evictor.makeRoom(content.length);
    else rmSync(station.pathOf(blocksKey(original.recordingId, original.index)));
    const told: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void told.push(line) });
    const copies = checkedCopies({ ...station, vault: station.disk, log }, station.archive);
    const [copy] = (await station.ledger.recordings.copies(original.recordingId)).filter(({ where }) => where === 'disk');
    if (!copy) throw new Error('no copy');
    const range = { start: 100, end: 300 };
    expect((await buffer(await copies.read(copy, range))).equals(content.subarray(100, 300))).toBe(true);
    await buffer(await copies.read(copy, range));
    const why = how === 'has none' ? 'no-block-list' : 'block-list-lost';
    expect(told.map((line) => JSON.parse(line))).toMatchObject([{ event: 'archive.unchecked', originalId: original.id, why }]);
  });

  it('ends what the archive still sends when nobody reads on', async () => {
    const streams: Readable[] = [];
    const { wrap } = watched((stream) => {
      streams.push(stream);
      return stream;
    });
    station = await evictingStation({ wrap });
    const original = await evicted(randomBytes(8 * MEBIBYTE));
    streams.length = 0;
    const stream = await station.vault.read(original.vaultKey, { start: 0, end: original.bytes });
    await stream[Symbol.asyncIterator]().next();
    stream.destroy();
    await expect.poll(() => streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    await expect.poll(() => station.inUse.isInUse(original.vaultKey)).toBe(false);
  });
});
