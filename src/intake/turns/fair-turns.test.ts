import { describe, expect, it } from 'vitest';
import { type Asker, FairTurns } from './fair-turns.ts';

/** Runs files that take one tick each. Returns in which order they got their turns. */
async function orderOf(turnsMax: number, askers: readonly Asker[]): Promise<string[]> {
  const turns = new FairTurns(turnsMax);
  const order: string[] = [];
  await Promise.all(
    askers.map((asker) =>
      turns.run(asker, async () => {
        order.push(asker.recorder);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }),
    ),
  );
  return order;
}

const on = (hub: string, ...recorders: string[]) => recorders.map((recorder) => ({ hub, recorder }));

describe('fair turns', () => {
  it('go to the only recorder of a hub before the tenth of another', async () => {
    const order = await orderOf(2, [...on('A', 'a1', 'a2', 'a3', 'a4', 'a5'), ...on('B', 'b1')]);
    expect(order.indexOf('b1')).toBe(2);
    expect(order.filter((recorder) => recorder !== 'b1')).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('go to a recorder that has none before another gets its second', async () => {
    expect(await orderOf(2, on('A', 'a1', 'a1', 'a1', 'a1', 'a2'))).toEqual(['a1', 'a1', 'a2', 'a1', 'a1']);
  });

  it('go to the recorder that was put first as long as it waits, and to the others by their order after that', async () => {
    const turns = new FairTurns(1);
    const order: string[] = [];
    const run = ({ hub, recorder }: Asker) =>
      turns.run({ hub, recorder }, async () => {
        order.push(recorder);
        await new Promise((resolve) => setTimeout(resolve, 1));
      });
    const runs = on('A', 'a1', 'a2', 'a3', 'late', 'late').map(run);
    turns.putFirst('late');
    expect(turns.first).toBe('late');
    await Promise.all(runs);
    expect(order).toEqual(['a1', 'late', 'late', 'a2', 'a3']);
  });

  it('are never more than allowed, and all are given in the end, also after failures', async () => {
    const turns = new FairTurns(3);
    let running = 0;
    let most = 0;
    let done = 0;
    const runs = Array.from({ length: 200 }, (_, n) =>
      turns.run({ hub: `h${n % 4}`, recorder: `r${n % 12}` }, async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        done += 1;
        if (n % 5 === 0) throw new Error('this file failed');
      }),
    );
    await Promise.allSettled(runs);
    expect({ most, done }).toEqual({ most: 3, done: 200 });
    await turns.run({ hub: 'h', recorder: 'r' }, async () => undefined);
  });
});
