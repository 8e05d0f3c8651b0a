import { describe, expect, it } from 'vitest';
import { type Hold, WaitingSampler } from './waiting-sampler.ts';

const files = (...holds: readonly Hold[]) => new Set(holds.map((hold) => ({ hold })));
const WRITING = { readMs: 0, hashMs: 100, writeMs: 800 };
const HASHING = { readMs: 0, hashMs: 800, writeMs: 100 };
const READING = { readMs: 900, hashMs: 100, writeMs: 800 };
const NOTHING = { readMs: 0, hashMs: 0, writeMs: 0 };

describe('what a slot waits for', () => {
  it('is its turn while none of its files has one', () => {
    const sampler = new WaitingSampler();
    expect(sampler.sample(files('turn', 'turn'), WRITING, false)).toBe('turn');
    expect(sampler.sample(files('turn', 'recorder'), WRITING, false)).toBeNull();
    expect(sampler.sample(files(), WRITING, false)).toBeNull();
  });

  it('is the disk once that has held it up for a while, and at once when the vault fails', () => {
    const sampler = new WaitingSampler();
    const held = () => sampler.sample(files('lane', 'flush'), WRITING, false);
    expect([held(), held(), held(), held()]).toEqual([null, null, 'disk', 'disk']);
    expect(sampler.sample(files('recorder', 'flush'), WRITING, false)).toBeNull();
    expect([held(), held()]).toEqual([null, null]);
    expect(sampler.sample(files(), HASHING, true)).toBe('disk');
  });

  it.each([
    ['the digests are', HASHING],
    ['a fast recorder is', READING],
  ])('is not the disk where %s the limit', (_, spent) => {
    const sampler = new WaitingSampler();
    for (let n = 0; n < 9; n += 1) expect(sampler.sample(files('lane', 'lane'), spent, false)).toBeNull();
  });

  it('is the disk that answers nothing at all', () => {
    const sampler = new WaitingSampler();
    const held = () => sampler.sample(files('lane', 'lane'), NOTHING, false);
    expect([held(), held(), held()]).toEqual([null, null, 'disk']);
  });
});
