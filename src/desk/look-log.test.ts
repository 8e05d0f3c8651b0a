/* Goal: one look is one entry, and no reader waits for less than the entry being durable. Method: the real ledger, a clock that the test moves. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { about, cli } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { type Look, LookLog } from './look-log.ts';

let station: ServedStation;
let nowMs: number;
let looks: LookLog;
const look: Look = {
  actor: { kind: 'cli', id: null, via: 'loopback', session: null },
  recordingId: 'rec-1',
  what: 'playable',
  from: 'vault',
  range: '0-99',
};
const count = async (id = 'rec-1') => (await station.ledger.custody.of(about(id))).length;

beforeEach(async () => {
  station = await servedStation();
  nowMs = 1;
  looks = new LookLog({ ledger: station.ledger, clock: station.clock, monotonicMs: () => nowMs });
});

afterEach(() => station.close());

describe('LookLog', () => {
  it('tells actors, items and places apart', async () => {
    for (const other of [{}, { actor: cli('wang') }, { what: 'original 1' }, { from: 's3' }]) await looks.look({ ...look, ...other });
    expect(await count()).toBe(4);
  });

  it('counts again after 15 minutes, though it was looked at all the time', async () => {
    for (; nowMs <= 15 * 60_000; nowMs += 60_000) await looks.look(look);
    expect(await count()).toBe(1);
    nowMs = 15 * 60_000 + 2;
    await looks.look(look);
    expect(await count()).toBe(2);
  });

  it('lets two requests at once wait for the one entry', async () => {
    let inTransaction = false;
    const before = station.ledger.transaction.bind(station.ledger);
    const slow = {
      ...station.deps,
      ledger: {
        ...station.ledger,
        transaction: <T>(body: Parameters<typeof before<T>>[0]) => {
          inTransaction = true;
          return before(body).finally(() => {
            inTransaction = false;
          });
        },
      },
    };
    const log = new LookLog({ ledger: slow.ledger as never, clock: station.clock, monotonicMs: () => nowMs });
    const ended: boolean[] = [];
    await Promise.all([1, 2].map(() => log.look(look).then(() => ended.push(inTransaction))));
    expect(ended).toEqual([false, false]);
    expect(await count()).toBe(1);
  });

  it('does not take a look that could not be written for one that was', async () => {
    let broken = true;
    const transaction: typeof station.ledger.transaction = (body) =>
      broken ? Promise.reject(new Error('disk')) : station.ledger.transaction(body);
    const log = new LookLog({ ledger: { transaction } as never, clock: station.clock, monotonicMs: () => nowMs });
    await expect(log.look(look)).rejects.toThrow('disk');
    broken = false;
    await log.look(look);
    expect(await count()).toBe(1);
  });

  it('forgets the oldest rather than grow without end', async () => {
    let entries = 0;
    const log = new LookLog({
      ledger: {
        transaction: async () => {
          entries += 1;
        },
      } as never,
      clock: station.clock,
      monotonicMs: () => nowMs,
    });
    for (let n = 0; n <= 10_000; n += 1) await log.look({ ...look, recordingId: `rec-${n}` });
    await log.look({ ...look, recordingId: 'rec-10000' });
    expect(entries).toBe(10_001);
    await log.look({ ...look, recordingId: 'rec-0' });
    expect(entries).toBe(10_002);
  });
});
