/*
 * Goal: a lane gives the digest of exactly the bytes that it wrote, keeps files apart, and when anything fails under it nothing is taken for written.
 * Method: real lanes on a real vault; the disk that is full is a small tmpfs, the recorder that fails a descriptor that cannot be read.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskVault } from './disk-vault.ts';
import { WorkerLanes } from './lanes.ts';
import { SharedBufferPool } from './shared-buffer-pool.ts';

const MEBIBYTE = 1024 * 1024;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const lanes = new WorkerLanes({ threads: 2 });
const pool = new SharedBufferPool({ bytes: 16 * MEBIBYTE, chunkBytes: MEBIBYTE });

let home: string;
let vault: DiskVault;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'evidock-lanes-'));
  vault = new DiskVault({ directory: join(home, 'vault'), reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
});

afterAll(async () => {
  await lanes.close();
  await vault.close();
  rmSync(home, { recursive: true });
});

/** Files below a directory that this process has open. */
function openBelow(directory: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      // The descriptor of this listing itself is closed by now.
      return [];
    }
  });
}

async function fed(passage: ReturnType<WorkerLanes['open']>, bytes: Buffer, sizeMax: number): Promise<void> {
  const taken: Promise<unknown>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, randomInt(1, sizeMax));
    const chunk = await pool.acquire();
    chunk.set(bytes.subarray(at, at + size));
    taken.push(passage.take(chunk, size, at).finally(() => pool.release(chunk)));
    at += size;
  }
  await Promise.all(taken);
}

describe('lanes', () => {
  it('give the digest of the standard for "abc" (FIPS 180-4), and of nothing', async () => {
    const passage = lanes.open(null, { reads: false });
    await fed(passage, Buffer.from('abc'), 4);
    expect(await passage.digest()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await lanes.open(null, { reads: false }).digest()).toBe(sha256(Buffer.alloc(0)));
  });

  it('keep many files apart, fed and read by themselves, however their bytes are split', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, place) => {
        const bytes = randomBytes(MEBIBYTE + randomInt(3 * MEBIBYTE));
        const key = `2026/lanes/${place}`;
        const draft = await vault.draft(key, bytes.length);
        const reads = place % 2 === 0;
        const passage = lanes.open(draft, { reads });
        const head = reads ? randomInt(MEBIBYTE) : bytes.length;
        await fed(passage, bytes.subarray(0, head), MEBIBYTE);
        if (reads) {
          const source = join(home, `source-${place}`);
          writeFileSync(source, bytes);
          const descriptor = openSync(source, 'r');
          for (let at = head; at < bytes.length; ) at += (await passage.pull(descriptor, { start: at, end: bytes.length })).bytes;
          closeSync(descriptor);
        }
        const digest = await passage.digest();
        await draft.finish(bytes.length);
        await draft.commit();
        return [digest, sha256(await buffer(await vault.read(key))), sha256(bytes)] as const;
      }),
    );
    for (const [digest, stored, expected] of outcomes) expect([digest, stored]).toEqual([expected, expected]);
  });

  it('read one file each by themselves, and pass on any number that others read', async () => {
    const open = (reads: boolean) => lanes.open(null, { reads });
    const passages = [open(true), open(true), open(true), open(false), open(false), open(false)];
    expect(passages.map(({ reads }) => reads)).toEqual([true, true, false, false, false, false]);
    for (const passage of passages) passage.abort();
    const again = open(true);
    expect(again.reads).toBe(true);
    again.abort();
  });

  it('say where reading by themselves ended: at the end of a shorter file, and before what cannot be read', async () => {
    const source = join(home, 'short');
    writeFileSync(source, randomBytes(5000));
    const descriptor = openSync(source, 'r');
    const passage = lanes.open(null, { reads: true });
    expect(await passage.pull(descriptor, { start: 0, end: 9000 })).toMatchObject({ bytes: 5000, failed: false });
    closeSync(descriptor);
    const directory = openSync(home, 'r');
    expect(await passage.pull(directory, { start: 5000, end: 9000 })).toMatchObject({ bytes: 0, failed: true });
    closeSync(directory);
    passage.abort();
  });

  it('fail every later call after a disk that is full in the middle, and leave no descriptor open', async () => {
    const small = mkdtempSync(join(home, 'small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'evidock-test', small]);
    const full = new DiskVault({ directory: join(small, 'vault'), reserveBytes: -(2 ** 30), rereadThreads: 1 });
    await full.open();
    try {
      const draft = await full.draft('2026/full', 8 * MEBIBYTE);
      const passage = lanes.open(draft, { reads: false });
      const chunk = await pool.acquire();
      const outcomes = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((place) => passage.take(chunk, MEBIBYTE, place * MEBIBYTE)));
      pool.release(chunk);
      const refused = outcomes.findIndex(({ status }) => status === 'rejected');
      expect(outcomes[refused]).toMatchObject({ reason: { code: 'vault.full' } });
      expect(outcomes.slice(refused).every(({ status }) => status === 'rejected')).toBe(true);
      await expect(passage.digest()).rejects.toMatchObject({ code: 'vault.write-failed' });
      passage.abort();
      await draft.discard();
      expect(openBelow(small)).toEqual([]);
      expect(readdirSync(join(small, 'vault/2026'))).toEqual([]);
    } finally {
      await full.close();
      execFileSync('umount', ['-l', small]);
    }
  });

  it('that die in the middle fail what was under way, and others take their place', async () => {
    const dying = new WorkerLanes({ threads: 1 });
    const passage = dying.open(null, { reads: true });
    const chunk = await pool.acquire();
    await passage.take(chunk, 100, 0);
    // More than a thread gets done before it is ended.
    const busy = Array.from({ length: 200 }, (_, place) => passage.take(chunk, MEBIBYTE, 100 + place * MEBIBYTE));
    const outcomes = Promise.allSettled(busy);
    await dying.close();
    expect((await outcomes).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'station.internal' } });
    pool.release(chunk);
    expect(() => dying.open(null, { reads: true })).toThrow(expect.objectContaining({ code: 'station.stopping' }));
  });
});
