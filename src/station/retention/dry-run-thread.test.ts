/*
 * Goal: a dry run in a thread gives the very same result as one in the thread of the caller, ends its thread when it is broken off, and says in words what went wrong.
 * Method: one ledger file with recordings, cases, terms and suggestions of several kinds; both ways, at the same moment.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Calendars, versionReader } from '#desk/retention/read-version';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import { type TallyLine, type TallyPlan, tallyHere } from '#desk/retention/tally';
import { proposeSchedule } from '#desk/retention/versions';
import { RetentionCalendar } from '#domain/calendar/retention-calendar';
import { dryRunDigest } from '#domain/retention/dry-run';
import { LI, RetentionLife } from '#test/support/retention/living';
import { scheduleText } from '#test/support/retention/parts';
import { dryRunThread } from './dry-run-thread.ts';

const DAY_MS = 86_400_000;
const calendars: Calendars = {
  china: new RetentionCalendar({ zone: 'Asia/Shanghai', years: [], holidays: 'china' }),
  own: new RetentionCalendar({ zone: 'Asia/Shanghai', years: [], holidays: 'own' }),
};
const SHORT = scheduleText({ ordinary: { minimum: 'P3M' }, case: { minimum: 'P2Y', match: '{ case: any }', start: 'case-closed' } });
const LONG = scheduleText({
  ordinary: { minimum: 'P6M' },
  penalty: { minimum: 'P1Y', maximum: 'P2Y', match: '{ categories: [penalty] }' },
});
const shelf = new ScheduleShelf(versionReader(calendars));
let life: RetentionLife;
let plan: TallyPlan;

beforeAll(async () => {
  life = await RetentionLife.begin();
  const against = await life.bringIntoForce(SHORT);
  for (let n = 0; n < 12; n += 1) {
    const id = await life.addRecording(n, n % 3 === 0 ? { category: 'penalty' } : {});
    if (n % 4 === 1) await life.tag(id, { important: { old: false, new: true } });
    life.clock.advance(20 * DAY_MS);
  }
  await life.keeper.look();
  const { version } = await proposeSchedule({ ledger: life.ledger, clock: life.clock, read: life.parts.read }, { text: LONG, by: LI });
  plan = { version, against, atMs: life.clock.nowMs(), inForceAtMs: life.clock.nowMs() + 7 * DAY_MS };
}, 120_000);
afterAll(() => life.end());

const inThread = (of: TallyPlan, { threads = 2, signal = new AbortController().signal } = {}) =>
  dryRunThread({ file: life.file, calendars, threads })({ ledger: life.ledger, shelf }, of, signal);

async function linesOf(lines: AsyncIterable<TallyLine>): Promise<readonly TallyLine[]> {
  const all: TallyLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

it('gives the same result and the same digest, whatever the number of threads', async () => {
  const here = await linesOf(tallyHere({ ledger: life.ledger, shelf }, plan, new AbortController().signal));
  expect(await linesOf(inThread(plan, { threads: 1 }))).toEqual(here);
  const result = here.at(-1);
  // Two threads tell how far they are as they come to it, and the same in the end.
  const lines = await linesOf(inThread(plan, { threads: 2 }));
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.at(-1)).toEqual(result);
  if (!result || !('result' in result)) throw new Error('no result');
  expect(result.result).toMatchObject({ against: plan.against, whole: { recordings: 12 } });
  expect(result.result.longer.recordings).toBeGreaterThan(0);
  expect(dryRunDigest(result.result)).toMatch(/^[0-9a-f]{64}$/);
}, 120_000);

it('says in words what went wrong in the thread', async () => {
  await expect(linesOf(inThread({ ...plan, version: 99 }))).rejects.toMatchObject({
    code: 'station.internal',
    reason: { code: 'no-schedule-version', params: { version: 99 } },
  });
  const gone = dryRunThread({ file: `${life.file}-gone`, calendars })({ ledger: life.ledger, shelf }, plan, new AbortController().signal);
  await expect(linesOf(gone)).rejects.toMatchObject({ code: 'ledger.failed' });
}, 120_000);

it('two threads see one moment of the ledger, also while it is written', async () => {
  let writes = true;
  const writing = (async () => {
    for (let n = 100; writes; n += 1) {
      await life.addRecording(n, {});
      // Else nothing of the threads would be heard.
      await nextTurn();
    }
  })();
  try {
    for (let round = 0; round < 5; round += 1) {
      const last = (await linesOf(inThread(plan, { threads: 2 }))).at(-1);
      if (!last || !('result' in last)) throw new Error('no result');
      const { whole, rules } = last.result;
      expect(rules.reduce((all, { recordings }) => all + recordings, 0)).toBe(whole.recordings);
      expect(whole.recordings).toBeGreaterThanOrEqual(12);
    }
  } finally {
    writes = false;
    await writing;
  }
}, 120_000);

it('ends with its signal, and with who reads no further', async () => {
  const aborter = new AbortController();
  const lines = inThread(plan, { signal: aborter.signal });
  const first = lines.next();
  aborter.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  for await (const line of inThread(plan, { threads: 1 })) {
    expect(line).toEqual({ recordings: expect.any(Number) });
    break;
  }
}, 120_000);
