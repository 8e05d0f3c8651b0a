import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Archive, PutRequest } from '#ports/archive';
import type { ArchiveInventory } from '#ports/archive-inventory';
import type { ArchiveLocks } from '#ports/archive-locks';
import { saying } from '#test/support/saying';

export interface ArchiveUnderTest {
  readonly archive: Archive;
  readonly locks: ArchiveLocks;
  readonly inventory: ArchiveInventory;
  /** Changes one byte of a stored object behind the archive's back. */
  spoil(key: string): Promise<void>;
  /** False: the server lists in an order of its own, which no comparison takes. */
  readonly listsInOrder?: boolean;
  close(): Promise<void>;
}

/** What a put needs for bytes in memory. */
export function putOf(key: string, bytes: Buffer): PutRequest {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const open: PutRequest['open'] = async ({ start, end }) => {
    const chunks: Buffer[] = [];
    for (let at = start; at < end; at += 65_536) chunks.push(bytes.subarray(at, Math.min(end, at + 65_536)));
    return Readable.from(chunks);
  };
  return { key, bytes: bytes.length, sha256, mediaType: 'application/octet-stream', open };
}

/** What every archive must do; `partBytes` is where an object needs more than one request. */
export function describeArchiveContract(name: string, partBytes: number, make: () => Promise<ArchiveUnderTest>): void {
  describe(`archive contract: ${name}`, () => {
    let under: ArchiveUnderTest;
    beforeAll(async () => {
      under = await make();
    }, 120_000);
    afterAll(async () => under?.close());

    it.each([
      ['empty', 0],
      ['small', 1000],
      ['one part', partBytes],
      ['two parts and a bit', 2 * partBytes + 7],
    ])('keeps an object: %s', async (label, size) => {
      const key = `2026/06/20/rec-a/${label.replaceAll(' ', '-')}`;
      const bytes = randomBytes(size);
      const request = putOf(key, bytes);
      let seen = 0;
      await under.archive.put({
        ...request,
        onBytes: (n) => {
          seen += n;
        },
      });
      expect(seen).toBe(size);
      expect(await under.archive.head({ key })).toMatchObject({ key, bytes: size });
      expect(await under.archive.verify(request, { policy: 'readback' })).toBe('readback');
      expect(await under.archive.verify(request, { policy: 'head' })).toBe('head');
      if (size > 0) expect((await buffer(await under.archive.read({ key }))).equals(bytes)).toBe(true);
    });

    it('reads a range', async () => {
      const bytes = randomBytes(5000);
      await under.archive.put(putOf('2026/06/20/rec-b/o', bytes));
      const part = await buffer(await under.archive.read({ key: '2026/06/20/rec-b/o' }, { start: 1000, end: 3000 }));
      expect(part.equals(bytes.subarray(1000, 3000))).toBe(true);
    });

    it('takes the same object again', async () => {
      const request = putOf('2026/06/20/rec-c/o', randomBytes(3000));
      await under.archive.put(request);
      await under.archive.put(request);
      expect(await under.archive.verify(request, { policy: 'readback' })).toBe('readback');
    });

    it('says that a spoilt object differs, and mends it at the next put', async () => {
      const request = putOf('2026/06/20/rec-d/o', randomBytes(3000));
      await under.archive.put(request);
      await under.spoil(request.key);
      await expect(under.archive.verify(request, { policy: 'readback' })).rejects.toMatchObject({ code: 'archive.mismatch' });
      await under.archive.put(request);
      expect(await under.archive.verify(request, { policy: 'readback' })).toBe('readback');
    });

    it('says what is missing', async () => {
      const request = putOf('2026/06/20/rec-e/none', randomBytes(10));
      expect(await under.archive.head({ key: request.key })).toBeNull();
      await expect(under.archive.verify(request, { policy: 'head' })).rejects.toMatchObject({ code: 'archive.missing' });
      await expect(under.archive.read({ key: request.key })).rejects.toMatchObject({ code: 'archive.missing' });
    });

    it('lists what it holds', async () => {
      await under.archive.put(putOf('2026/06/21/rec-f/o', randomBytes(12)));
      const found = [];
      for await (const object of under.archive.list('2026/06/21')) found.push(object);
      expect(found).toEqual([{ key: '2026/06/21/rec-f/o', bytes: 12 }]);
    });

    it('removes pieces of the custody log, and never footage', async () => {
      const log = putOf('custody/test1/000000000000-000000000001-00000000000000aa.personal', randomBytes(20));
      await under.archive.put(log);
      await under.archive.put({ ...putOf(log.key, randomBytes(30)), replaces: true });
      expect(await under.archive.head({ key: log.key })).toMatchObject({ bytes: 30 });
      await under.archive.removeLog(log.key);
      await under.archive.removeLog(log.key);
      expect(await under.archive.head({ key: log.key })).toBeNull();
      const footage = putOf('2026/06/20/rec-k/o', randomBytes(20));
      await under.archive.put(footage);
      await expect(under.archive.removeLog(footage.key)).rejects.toMatchObject({ code: 'vault.key-invalid' });
      expect(await under.archive.head({ key: footage.key })).toMatchObject({ bytes: 20 });
    });

    it('refuses keys that are no vault keys', async () => {
      for (const key of ['../x', '/etc/passwd', 'a//b', 'A/B', ''])
        await expect(under.archive.put(putOf(key, randomBytes(1)))).rejects.toMatchObject({ code: 'vault.key-invalid' });
    });

    it('fails, and leaves nothing under the key, when the source is cut short', async () => {
      const request = putOf('2026/06/20/rec-g/o', randomBytes(3000));
      const open: PutRequest['open'] = async () => Readable.from([Buffer.alloc(100)]);
      await expect(under.archive.put({ ...request, open })).rejects.toMatchObject({ code: 'vault.read-failed' });
      expect(await under.archive.head({ key: request.key })).toBeNull();
    });

    it('says that it was the vault when the source fails to be read', async () => {
      const request = putOf('2026/06/20/rec-i/o', randomBytes(3000));
      const open: PutRequest['open'] = async () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100);
            throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
          })(),
        );
      await expect(under.archive.put({ ...request, open })).rejects.toMatchObject({
        code: 'vault.read-failed',
        detail: `${request.key} (EIO)`,
      });
      expect(await under.archive.head({ key: request.key })).toBeNull();
    });

    it('stops when it is told to', async () => {
      const stop = new AbortController();
      stop.abort(new Error('enough'));
      await expect(under.archive.put({ ...putOf('2026/06/20/rec-h/o', randomBytes(3000)), signal: stop.signal })).rejects.toThrow('enough');
    });

    it('names what it stores by version where it keeps versions, and reads and verifies that one', async () => {
      const [first, second] = [putOf('2026/06/22/rec-l/o', randomBytes(3000)), putOf('2026/06/22/rec-l/o', randomBytes(3001))];
      const { versionId } = await under.archive.put(first);
      const newer = await under.archive.put({ ...second, replaces: true });
      expect(await under.archive.verify({ ...second, ...newer }, { policy: 'readback' })).toBe('readback');
      if (versionId === null) return;
      expect(newer.versionId).not.toBe(versionId);
      expect(await under.archive.head({ key: first.key, versionId })).toMatchObject({ bytes: 3000, versionId });
      expect(await under.archive.verify({ ...first, versionId }, { policy: 'readback' })).toBe('readback');
      expect((await buffer(await under.archive.read({ key: first.key, versionId }))).length).toBe(3000);
      await expect(under.archive.verify({ ...second, versionId }, { policy: 'head' })).rejects.toMatchObject({ code: 'archive.mismatch' });
    });

    it('locks a version until a date, exactly and never shorter, and holds it; or says that nothing can be locked', async () => {
      const found = await under.locks.probe();
      expect(under.locks.capabilities()).toEqual(expect.objectContaining({ mode: found.mode, locks: found.locks }));
      const request = putOf('2026/06/22/rec-m/o', randomBytes(2 * partBytes + 7));
      const object = { key: request.key, ...(await under.archive.put(request)) };
      const untilMs = Math.floor(Date.now() / 1000) * 1000 + 30_000;
      expect(await under.locks.state(object)).toEqual({ mode: null, untilMs: null, hold: false });
      if (found.mode === null) {
        await expect(under.locks.lock(object, untilMs)).rejects.toMatchObject({ code: 'archive.unfit' });
        await expect(under.locks.hold(object, true)).rejects.toMatchObject({ code: 'archive.unfit' });
        expect(found.cannot.length).toBeGreaterThan(0);
        return;
      }
      expect(await under.locks.lock(object, untilMs)).toEqual({ mode: found.mode, untilMs, hold: false });
      expect(await under.locks.lock(object, untilMs - 10_000)).toMatchObject({ untilMs });
      expect(await under.locks.hold(object, true)).toMatchObject({ untilMs, hold: true });
      expect(await under.locks.hold(object, false)).toEqual(await under.locks.state(object));
      expect(await under.locks.findVersion(request, {})).toBe(object.versionId);
      expect(await under.locks.findVersion({ ...request, sha256: '0'.repeat(64) }, {})).toBeNull();
    });

    it('lists everything in the order of keys, and goes on after any of them', async () => {
      for (const name of ['a', 'b-c', 'b/d', 'b.e', 'c'])
        await under.archive.put(putOf(`2026/07/01/rec-n/${name}`, randomBytes(name.length)));
      const listed = async (after: string) => {
        const keys: string[] = [];
        for await (const { key, isNewest, bytes } of under.inventory.entries(after)) if (isNewest && bytes > 0) keys.push(key);
        return keys;
      };
      if (under.listsInOrder === false) return void (await expect(listed('')).rejects.toMatchObject({ code: 'archive.unfit' }));
      const all = await listed('');
      expect(all).toEqual(all.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      const own = all.filter((key) => key.includes('/rec-n/')).map((key) => key.slice('2026/07/01/rec-n/'.length));
      expect(own).toEqual(['a', 'b-c', 'b.e', 'b/d', 'c']);
      for (const [at, key] of all.entries()) if (key.includes('rec-n')) expect(await listed(key)).toEqual(all.slice(at + 1));
      expect(await listed('2026/07/01/rec-n0')).toEqual(all.filter((key) => key > '2026/07/01/rec-n0'));
      for await (const upload of under.inventory.uploads()) expect(upload).toBeNull();
    });

    it('checks itself', async () => {
      expect(await under.archive.check()).toEqual(saying(/./));
      expect(await under.archive.abortAbandoned(Date.now(), 3600_000)).toBe(0);
    });
  });
}
