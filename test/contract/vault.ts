import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Vault } from '#ports/vault';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Stores bytes as intake does. */
export async function store(vault: Vault, key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
  const draft = await vault.draft(key, bytes.length);
  try {
    await draft.write(bytes, bytes.length, 0);
    await draft.finish(bytes.length);
    return await draft.commit();
  } finally {
    await draft.discard();
  }
}

/** What every vault must do. */
export function describeVaultContract(name: string, make: () => Promise<{ vault: Vault; close(): Promise<void> }>): void {
  describe(`vault contract: ${name}`, () => {
    let vault: Vault;
    let close: () => Promise<void>;
    const keys = async () => {
      const found = [];
      for await (const { key } of vault.list('')) found.push(key);
      return found;
    };
    beforeAll(async () => {
      ({ vault, close } = await make());
    });
    afterAll(() => close());

    it('keeps, replaces and removes pieces of the custody log, which are no footage', async () => {
      const key = 'custody/test1/000000000000-000000000001-00000000000000aa.personal';
      const before = await keys();
      await vault.putLog(key, Buffer.from('first'));
      await vault.putLog(key, Buffer.from('newer'));
      expect(Buffer.from(await vault.readSmall(key)).toString()).toBe('newer');
      expect(await keys()).toEqual(before);
      await vault.removeLog(key);
      await vault.removeLog(key);
      expect(await vault.stat(key)).toBeNull();
      for (const call of [() => vault.putLog('2026/06/20/rec-x/o', Buffer.from('x')), () => vault.removeLog('2026/06/20/rec-x/o')])
        await expect(call()).rejects.toMatchObject({ code: 'vault.key-invalid' });
    });

    it('is written to by a probe, which leaves nothing behind', async () => {
      const before = await keys();
      const [first, second] = await Promise.all([vault.probe(), vault.probe()]);
      expect(first.freeBytes).toBeGreaterThan(0);
      // Who asks meanwhile gets the same answer, whatever others write to that disk between the two.
      expect(second).toEqual(first);
      expect(await keys()).toEqual(before);
    });

    it.each([0, 1, 511, 512, 4096, 4 * 1024 * 1024 + 513])('keeps %i bytes, and reads them back past the cache', async (size) => {
      const key = `2026/06/20/rec-a/original-${size}.mp4`;
      const bytes = randomBytes(size);
      expect(await store(vault, key, bytes)).toBe('created');
      expect(await vault.stat(key)).toEqual({ bytes: size });
      const reread = await vault.reread(key, { sm3: true });
      expect(reread).toMatchObject({ bytes: size, digests: { sha256: sha256(bytes), sm3: createHash('sm3').update(bytes).digest('hex') } });
      expect((await buffer(await vault.read(key))).equals(bytes)).toBe(true);
      if (size > 100) expect((await buffer(await vault.read(key, { start: 10, end: 90 }))).equals(bytes.subarray(10, 90))).toBe(true);
    });

    it('reads any place of an open file, short only at its end, also where the file has lost its name', async () => {
      const key = '2026/06/20/rec-a/original-open.mp4';
      const bytes = randomBytes(100_000);
      await store(vault, key, bytes);
      const file = await vault.openFile(key);
      expect(file.bytes).toBe(100_000);
      const read = async (position: number, length: number) => {
        const target = new Uint8Array(length);
        return Buffer.from(target.subarray(0, await file.read(target, position)));
      };
      const places = [0, 4096, 99_000, 99_999, 100_000, 200_000];
      const parts = await Promise.all(places.map((place) => read(place, 4096)));
      expect(parts.map((part, n) => part.equals(bytes.subarray(places[n], (places[n] ?? 0) + 4096)))).toEqual(places.map(() => true));
      await vault.quarantine(key);
      expect((await read(50_000, 10)).equals(bytes.subarray(50_000, 50_010))).toBe(true);
      await file.close();
    });

    it('never replaces what is there', async () => {
      const key = '2026/06/20/rec-b/original-0001.mp4';
      expect(await store(vault, key, Buffer.from('first'))).toBe('created');
      expect(await store(vault, key, Buffer.from('second'))).toBe('exists');
      expect((await buffer(await vault.read(key))).toString()).toBe('first');
    });

    it('shows nothing before commit and keeps nothing of a discarded draft', async () => {
      const before = await keys();
      const draft = await vault.draft('2026/06/20/rec-c/original-0001.mp4', 4);
      await draft.write(Buffer.from('half'), 4, 0);
      expect(await keys()).toEqual(before);
      await draft.discard();
      await draft.discard();
      expect(await keys()).toEqual(before);
    });

    it('goes on with a draft that was left, shows nothing of it, and begins it anew where it is told so', async () => {
      const before = await keys();
      const key = '2026/06/20/rec-resumed/original-0001.mp4';
      const first = await vault.resumeDraft(key, 8);
      expect(first.keptBytes).toBe(0);
      await first.write(Buffer.from('half'), 4, 0);
      await first.leave();
      expect(await vault.sweep()).toBe(0);
      expect(await keys()).toEqual(before);
      const second = await vault.resumeDraft(key, 8);
      const kept = new Uint8Array(8);
      expect([second.keptBytes, await second.read(kept, 0), Buffer.from(kept.subarray(0, 4)).toString()]).toEqual([4, 4, 'half']);
      await second.write(Buffer.from(' it!'), 4, 4);
      await second.finish(8);
      // What was finished and not linked is read-only, and is gone on with all the same.
      const third = await vault.resumeDraft(key, 8);
      expect(third.keptBytes).toBe(8);
      await third.restart();
      await third.write(Buffer.from('all anew'), 8, 0);
      await third.finish(8);
      expect(await third.commit()).toBe('created');
      expect((await buffer(await vault.read(key))).toString()).toBe('all anew');
      const none = await vault.resumeDraft('2026/06/20/rec-resumed/original-0002.mp4', 8);
      await none.discard();
      expect(
        (await vault.resumeDraft('2026/06/20/rec-resumed/original-0002.mp4', 3).then((draft) => draft.discard().then(() => draft)))
          .keptBytes,
      ).toBe(0);
    });

    it('refuses to finish with another length, and to commit an unfinished draft', async () => {
      const draft = await vault.draft('2026/06/20/rec-d/original-0001.mp4', 10);
      await draft.write(Buffer.from('short'), 5, 0);
      await expect(draft.finish(10)).rejects.toMatchObject({ code: 'vault.write-failed' });
      await expect(draft.commit()).rejects.toMatchObject({ code: 'vault.write-failed' });
      await draft.discard();
    });

    it('writes small files once, and says so when they differ', async () => {
      const key = '2026/06/20/rec-e/original-0001.manifest.json';
      expect(await vault.putSmall(key, Buffer.from('{}'))).toBe('created');
      expect(await vault.putSmall(key, Buffer.from('{}'))).toBe('exists');
      await expect(vault.putSmall(key, Buffer.from('{"other":1}'))).rejects.toMatchObject({ code: 'vault.mismatch' });
      expect(Buffer.from(await vault.readSmall(key)).toString()).toBe('{}');
    });

    it('links the same bytes under a second key', async () => {
      await store(vault, '2026/06/20/rec-f/original-0001.mp4', Buffer.from('the same'));
      expect(await vault.link('2026/06/20/rec-f/original-0001.mp4', '2026/06/20/rec-g/original-0001.mp4')).toBe('created');
      expect(await vault.link('2026/06/20/rec-f/original-0001.mp4', '2026/06/20/rec-g/original-0001.mp4')).toBe('exists');
      expect((await buffer(await vault.read('2026/06/20/rec-g/original-0001.mp4'))).toString()).toBe('the same');
      await expect(vault.link('2026/06/20/rec-none/o', '2026/06/20/rec-h/o')).rejects.toMatchObject({ code: 'vault.missing' });
    });

    it('sets aside without losing bytes, and the key is free again', async () => {
      const key = '2026/06/20/rec-i/original-0001.mp4';
      await store(vault, key, Buffer.from('wrong'));
      const first = await vault.quarantine(key);
      await store(vault, key, Buffer.from('right'));
      expect(first).toContain('quarantine');
      expect((await buffer(await vault.read(key))).toString()).toBe('right');
      expect((await keys()).some((each) => each.includes('quarantine'))).toBe(false);
    });

    // The second is a file system of its own wherever tests run: what is made there is copied into the vault, not renamed.
    it.each([
      ['the disk of temporary files', tmpdir()],
      ['another disk', '/dev/shm'],
    ])('takes derivatives over from %s and lets them be made again, but never onto the key of an original', async (_, disk) => {
      const scratch = await mkdtemp(join(disk, 'evidock-scratch-'));
      const key = '2026/06/20/rec-j/derived/3/playable.mp4';
      const made = join(scratch, 'playable.mp4');
      for (const text of ['one', 'two']) {
        await writeFile(made, text);
        let moved = 0;
        const adopted = await vault.adoptDerivative(made, key, () => {
          moved += 1;
        });
        expect(adopted).toEqual({ bytes: 3, sha256: sha256(Buffer.from(text)) });
        expect(moved).toBeGreaterThan(0);
        expect(await readdir(scratch)).toEqual([]);
      }
      const original = '2026/06/20/rec-j/original-0001.mp4';
      await writeFile(made, 'x');
      await expect(vault.adoptDerivative(made, original)).rejects.toMatchObject({ code: 'vault.key-invalid' });
      await rm(scratch, { recursive: true });
      await expect(vault.adoptDerivative(made, key)).rejects.toMatchObject({ code: 'vault.write-failed' });
      expect((await buffer(await vault.read(key))).toString()).toBe('two');
    });

    it('removes derivatives, also when they are gone already, and nothing else', async () => {
      const [key, original] = ['2026/06/20/rec-m/derived/1/a.jpg', '2026/06/20/rec-m/original-0001.mp4'];
      await store(vault, original, Buffer.from('kept'));
      const scratch = await mkdtemp(join(tmpdir(), 'evidock-scratch-'));
      const adopt = async (under: string) => {
        await writeFile(join(scratch, 'a'), 'a');
        await vault.adoptDerivative(join(scratch, 'a'), under);
      };
      const beside = '2026/06/20/rec-m/derived/1/b.jpg';
      for (const each of [key, beside]) await adopt(each);
      for (const _ of [1, 2]) await vault.removeDerivative(key);
      expect(await vault.stat(key)).toBeNull();
      expect(await vault.stat(beside)).toEqual({ bytes: 1 });
      // Its directory goes with the last one, and comes again with the next.
      await vault.removeDerivative(beside);
      await adopt(key);
      await rm(scratch, { recursive: true });
      expect(await vault.stat(key)).toEqual({ bytes: 1 });
      for (const other of [original, '2026/06/20/rec-m/derived/../original-0001.mp4'])
        await expect(vault.removeDerivative(other)).rejects.toMatchObject({ code: 'vault.key-invalid' });
      expect((await buffer(await vault.read(original))).toString()).toBe('kept');
      const none = [];
      for await (const file of vault.list('2026/06/20/rec-none/derived')) none.push(file);
      expect(none).toEqual([]);
    });

    it.each(['../x', '/etc/passwd', 'a/../../b', 'a//b', '.hidden', 'A', 'a/', 'a\0b', '', 'a/./b', 'x'.repeat(201)])(
      'refuses the key %j everywhere',
      async (key) => {
        const refused = expect.objectContaining({ code: 'vault.key-invalid' });
        await expect(vault.draft(key, 1)).rejects.toEqual(refused);
        await expect(vault.read(key)).rejects.toEqual(refused);
        await expect(vault.openFile(key)).rejects.toEqual(refused);
        await expect(vault.stat(key)).rejects.toEqual(refused);
        await expect(vault.quarantine(key)).rejects.toEqual(refused);
        await expect(vault.makeReadOnly(key)).rejects.toEqual(refused);
        await expect(vault.link(key, 'a')).rejects.toEqual(refused);
      },
    );

    it('says what is missing', async () => {
      expect(await vault.stat('2026/none')).toBeNull();
      const calls = [
        () => vault.read('2026/none'),
        () => vault.readSmall('2026/none'),
        () => vault.openFile('2026/none'),
        () => vault.reread('2026/none', { sm3: false }),
        () => vault.localFiles(['2026/none'], { scratch: tmpdir() }),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'vault.missing' });
    });

    it('promises the same space once', async () => {
      const free = await vault.freeBytes();
      const first = await vault.draft('2026/06/20/rec-k/a', Math.floor(free * 0.7));
      await expect(vault.draft('2026/06/20/rec-k/b', Math.floor(free * 0.7))).rejects.toMatchObject({ code: 'vault.full' });
      await first.discard();
      await (await vault.draft('2026/06/20/rec-k/b', Math.floor(free * 0.7))).discard();
    });

    it('stops a re-read when it is told to', async () => {
      await store(vault, '2026/06/20/rec-l/o', randomBytes(1000));
      const stop = new AbortController();
      stop.abort(new Error('enough'));
      await expect(vault.reread('2026/06/20/rec-l/o', { sm3: false, signal: stop.signal })).rejects.toThrow('enough');
    });
  });
}
