import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

describe('group commit', () => {
  it('writes what comes meanwhile in one batch, in order and bounded', async () => {
    const batches: (readonly number[])[] = [];
    const commit = new GroupCommit<number>({
      itemsMax: 4,
      record: async (batch) => {
        batches.push(batch);
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const first = commit.add(0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all([first, ...[1, 2, 3, 4, 5].map((item) => commit.add(item))]);
    expect(batches).toEqual([[0], [1, 2, 3, 4], [5]]);
  });

  it('fails only the one that cannot be recorded', async () => {
    const recorded: number[] = [];
    const commit = new GroupCommit<number>({
      itemsMax: 10,
      record: async (batch) => {
        if (batch.includes(2)) throw new Error('two');
        recorded.push(...batch);
      },
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => commit.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(recorded).toEqual([1, 3]);
    await commit.add(4);
    expect(recorded).toEqual([1, 3, 4]);
  });
});
