/*
 * Goal: no lock waits for a clock that was ahead once, and none for the end of its month where its term has become longer. Method: a real ledger with one archived original.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { putTerms } from '#desk/retention/count-terms';
import { fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { filmed, sealed } from '#test/support/retention/held-footage';
import { openLedger, type SqliteLedger } from '../ledger.ts';

const DAY_MS = 86_400_000;
const clock = fixedClock();
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let ledger: SqliteLedger;
let id: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  ledger = await openLedger({ file: join(home.path, 'ledger.sqlite'), stationId: STATION_ID, clock });
  [id = ''] = await filmed({ ledger, clock }, [1]);
  await sealed({ ledger, clock }, id, true);
});
afterEach(async () => {
  await ledger.close();
  await home.remove();
});

/** How many looks are due now, where the next one was put off until then. */
async function dueAfter(nextLookMs: number): Promise<number> {
  const [copy] = (await ledger.recordings.copies(id)).filter(({ where }) => where === 'disk');
  if (!copy) throw new Error('it is not archived');
  await ledger.transaction((writer) => writer.archive.noteLook(copy, { checkedAtMs: START_MS, nextLookMs }));
  return (await ledger.archive.locksDue('disk', START_MS, 10)).length;
}

it('a look is due at its time, and at once where only a clock that was ahead can have put it off so far', async () => {
  expect(await dueAfter(START_MS)).toBe(1);
  expect(await dueAfter(START_MS + 1)).toBe(0);
  expect(await dueAfter(START_MS + 30 * DAY_MS)).toBe(0);
  expect(await dueAfter(START_MS + 400 * DAY_MS)).toBe(1);
});

it('a term that asks for another lock has it looked at in its own transaction, and one that asks for the same leaves it', async () => {
  const term = {
    ...{
      recordingId: id,
      version: 1,
      earnedKind: 'instant' as const,
      waitsFor: null,
      floor: null,
      maximum: null,
      action: 'propose' as const,
    },
    ...{ winner: 'ordinary', conflict: false, bases: [], corrections: 0, earnedUntilMs: START_MS + 100 * DAY_MS },
    lock: { mode: 'compliance' as const, hold: false, horizonDays: 30 },
  };
  const before = { ...term, stale: true };
  const put = (kept: typeof term) =>
    ledger.transaction((writer) => putTerms(writer, { ids: [id], counted: [{ before, kept }] }, { clock, stationId: STATION_ID }));
  expect(await dueAfter(START_MS + 20 * DAY_MS)).toBe(0);
  await put({ ...term, winner: 'another' });
  expect(await ledger.archive.locksDue('disk', START_MS, 10)).toEqual([]);
  await put({ ...term, earnedUntilMs: START_MS + 300 * DAY_MS });
  expect(await ledger.archive.locksDue('disk', START_MS + 1000, 10)).toHaveLength(1);
});
