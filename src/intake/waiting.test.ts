import { describe, expect, it } from 'vitest';
import { type Hold, WaitingSampler } from './waiting.ts';

const lanes = (...holds: readonly Hold[]) => new Set(holds.map((hold) => ({ hold })));
const WRITING = { hashing: 1, writing: 8 };
const HASHING = { hashing: 8, writing: 1 };

describe('what a slot waits for', () => {
  it('is its turn while none of its files has one', () => {
    const sampler = new WaitingSampler();
    expect(sampler.sample(lanes('turn', 'turn'), WRITING, false)).toBe('turn');
    expect(sampler.sample(lanes('turn', 'recorder'), WRITING, false)).toBeNull();
    expect(sampler.sample(lanes(), WRITING, false)).toBeNull();
  });

  it('is the disk once that has held it up for a while, and at once when the vault fails', () => {
    const sampler = new WaitingSampler();
    const held = () => sampler.sample(lanes('chunk', 'flush'), WRITING, false);
    expect([held(), held(), held(), held()]).toEqual([null, null, 'disk', 'disk']);
    expect(sampler.sample(lanes('recorder', 'flush'), WRITING, false)).toBeNull();
    expect([held(), held()]).toEqual([null, null]);
    expect(sampler.sample(lanes(), HASHING, true)).toBe('disk');
  });

  it('is not the disk where the digests are the limit', () => {
    const sampler = new WaitingSampler();
    for (let n = 0; n < 9; n += 1) expect(sampler.sample(lanes('chunk', 'chunk'), HASHING, false)).toBeNull();
  });
});
