/*
 * Goal: whatever ends a grant is noticed within a second, by a process that runs for months and whose clock somebody sets; a restart ends what came to its end
 * meanwhile. Method: the real keeper with real timers over the real ledger, and a monotonic clock that the test moves.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GrantEnded } from '#ports/grant-bell';
import { fixedClock, START_MS } from '#test/support/builders';
import { CASE, type CallUpStation, callerNamed, callUpStation, userId } from '#test/support/people/call-up-station';
import { aGrantDraft } from '#test/support/people/call-ups';
import { askForCallUp } from './ask.ts';
import { CallUpKeeper } from './keeper.ts';
import { SteadyTime } from './steady-time.ts';

const HOUR = 3_600_000;
/** A grant ends within a second; the rest is for a busy machine. */
const SOON = { timeout: 1500, interval: 20 };

let station: CallUpStation;
let rung: GrantEnded[];
let passedMs: number;
let keepers: CallUpKeeper[];

beforeEach(async () => {
  station = await callUpStation();
  [rung, passedMs, keepers] = [[], 0, []];
  station.deps.access.onRevoked((ended) => rung.push(ended));
  await station.film('041234');
});
afterEach(async () => {
  for (const keeper of keepers) await keeper.stop();
  await station.close();
});

/** The station's process from here on: its steady time, and its keeper. */
async function start() {
  const { clock, ledger } = station;
  const time = new SteadyTime({ clock, monotonicMs: () => passedMs, floorMs: await ledger.callUps.latestKnown() });
  const deps = { ...station.deps, callUps: { ...station.deps.callUps, time } };
  const keeper = new CallUpKeeper({ deps, failed: (error) => expect.fail(String(error)) });
  await keeper.start();
  keepers.push(keeper);
  return deps;
}

async function look(deps: Awaited<ReturnType<typeof start>>, hours = 24) {
  const untilMs = deps.callUps.time.nowMs() + hours * HOUR;
  const asked = { target: { by: 'case', number: CASE }, later: true, actions: ['look'], purpose: 'supervision' } as const;
  const { grant } = await askForCallUp(deps, callerNamed('auditor'), { ...asked, words: null, urgent: false, untilMs });
  return grant?.id ?? expect.fail('no grant');
}
const pass = (ms: number) => {
  passedMs += ms;
  station.clock.advance(ms);
};

describe('the keeper', () => {
  it('notices the end of the time, also months ahead', async () => {
    const deps = await start();
    const id = await look(deps, 89 * 24);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(rung).toEqual([]);
    pass(89 * 24 * HOUR);
    await vi.waitFor(() => expect(rung).toEqual([{ grant: id, user: userId('auditor'), why: 'time' }]), SOON);
  });

  it('notices what others change: a person, a case, whoever wrote it', async () => {
    const deps = await start();
    const [first, second] = [await look(deps), await look(deps)];
    const steps = ['decided', 'closed'].map((step) => ({ step: step as 'decided' | 'closed', on: '2026-06-20' }));
    await station.ledger.transaction(async (writer) => {
      await writer.cases.update(CASE, { steps });
      await writer.custody.append(aGrantDraft());
    });
    await vi.waitFor(
      () =>
        expect(rung.map(({ grant, why }) => [grant, why]).sort()).toEqual(
          [
            [first, 'case-closed'],
            [second, 'case-closed'],
          ].sort(),
        ),
      SOON,
    );
    const third = await look(deps);
    await station.change('auditor', { state: 'suspended' });
    await vi.waitFor(() => expect(rung.at(-1)).toEqual({ grant: third, user: userId('auditor'), why: 'person-changed' }), SOON);
  });

  it('goes by time that passed where the clock is set back, in one process', async () => {
    const deps = await start();
    const id = await look(deps, 1);
    station.clock.advance(-10 * 24 * HOUR);
    passedMs += HOUR;
    await vi.waitFor(() => expect(rung).toEqual([{ grant: id, user: userId('auditor'), why: 'time' }]), SOON);
  });

  it('ends at the start what came to its end while the station was down', async () => {
    const id = await look(await start(), 1);
    await keepers[0]?.stop();
    pass(2 * HOUR);
    await start();
    expect(rung).toEqual([{ grant: id, user: userId('auditor'), why: 'time' }]);
  });

  it('takes the latest time on record for a floor where the clock was set back over a restart', async () => {
    const deps = await start();
    await look(deps, 1);
    // Somebody uses the station 59 minutes later, sets its clock back a year, and starts it again.
    pass(59 * 60_000);
    await look(deps, 1);
    await keepers[0]?.stop();
    station.clock.advance(-365 * 24 * HOUR);
    const restarted = await start();
    expect(restarted.callUps.time.nowMs()).toBe(START_MS + 59 * 60_000);
    passedMs += 60_000;
    await vi.waitFor(() => expect(rung).toHaveLength(1), SOON);
  });
});

it('steady time never goes back, and follows a clock that is right', () => {
  const clock = fixedClock();
  let atMs = 0;
  const time = new SteadyTime({ clock, monotonicMs: () => atMs, floorMs: START_MS + 500 });
  expect(time.nowMs()).toBe(START_MS + 500);
  atMs += 400;
  expect(time.nowMs()).toBe(START_MS + 900);
  clock.advance(2000);
  expect(time.nowMs()).toBe(START_MS + 2000);
  clock.advance(-1_000_000);
  expect(time.nowMs()).toBe(START_MS + 2000);
  for (let n = 0; n < 100; n++) {
    atMs += 0.3;
    time.nowMs();
  }
  // Readings between two milliseconds lose none of them.
  expect(time.nowMs()).toBe(START_MS + 2030);
});
