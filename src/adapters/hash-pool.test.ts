import { createHash, randomBytes, randomInt } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { HashPool } from './hash-pool.ts';

const pool = new HashPool({ threads: 2 });
const shared = (bytes: Uint8Array) => {
  const chunk = new Uint8Array(new SharedArrayBuffer(Math.max(1, bytes.length)));
  chunk.set(bytes);
  return chunk;
};

afterAll(() => pool.close());

describe('hash pool', () => {
  it('gives the digests of the standards: SHA-256 and SM3 of "abc" (FIPS 180-4; GB/T 32905 annex A.1)', async () => {
    const stream = pool.open({ sm3: true });
    await stream.update(shared(Buffer.from('abc')), 3);
    expect(await stream.digest()).toEqual({
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      sm3: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
    });
  });

  it('keeps many streams apart, however their bytes are split', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, place) => {
        const bytes = randomBytes(300_000 + place);
        const stream = pool.open({ sm3: place % 2 === 0 });
        const updates: Promise<void>[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = Math.min(bytes.length - at, randomInt(1, 70_000));
          updates.push(stream.update(shared(bytes.subarray(at, at + size)), size));
          at += size;
        }
        await Promise.all(updates);
        const sm3 = place % 2 === 0 ? createHash('sm3').update(bytes).digest('hex') : null;
        return [await stream.digest(), { sha256: createHash('sha256').update(bytes).digest('hex'), sm3 }] as const;
      }),
    );
    for (const [found, expected] of outcomes) expect(found).toEqual(expected);
  });

  it('hashes nothing, and lets go of an aborted stream', async () => {
    const empty = pool.open({ sm3: false });
    expect(await empty.digest()).toEqual({ sha256: createHash('sha256').digest('hex'), sm3: null });
    const stream = pool.open({ sm3: true });
    stream.abort();
    stream.abort();
  });
});
