/*
 * Goal: what happens to the clock of a station is on record, survives a restart, and holds until a person confirms it, who saw the last of it.
 * Method: a real ledger file. The wall clock of the test is set as root would set it; the other clock only goes on.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { SteadyTime } from '#desk/call-up/steady-time';
import { StationStarted } from '#domain/custody/station-entries';
import { subject } from '#domain/custody/subject';
import { isFailure } from '#domain/errors';
import { fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { clockWatchOf, ROOT_ACTOR } from '#test/support/clock-watch';
import type { StationClock } from './station-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let directory: string;
let ledger: SqliteLedger;
let clock: ReturnType<typeof fixedClock>;
let bootMs: number;
let watch: StationClock;

/** Both clocks go on. */
const pass = (ms: number) => {
  bootMs += ms;
  clock.advance(ms);
};
const open = async () => {
  watch = clockWatchOf(ledger, clock, () => bootMs);
  await watch.open();
};
/** Stops the station, and starts it again after what happens meanwhile. */
const restart = async (meanwhile: () => void = () => undefined) => {
  await watch.stop();
  await ledger.close();
  meanwhile();
  ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: STATION_ID, clock });
  await open();
};
const history = async () =>
  (await ledger.custody.of(subject('clock', STATION_ID), { limit: 100 })).map(({ type, data }) => [type, data['kind']]);
const confirm = (seenAtMs: number) =>
  watch.confirm(ledger, { actor: ROOT_ACTOR, words: 'the battery was flat', seenAtMs }, (task) => task());
const seen = () => {
  const state = watch.state();
  return state.kind === 'steady' ? Number.NaN : state.seenAtMs;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-clock-'));
  clock = fixedClock();
  bootMs = 1000;
  ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: STATION_ID, clock });
  await ledger.transaction((writer) => {
    const about = { atMs: clock.nowMs(), actor: ROOT_ACTOR, subject: subject('station', STATION_ID) };
    return writer.custody.append(StationStarted.make({ ...about, data: { version: '1' } }));
  });
  await open();
});

afterEach(async () => {
  await watch.stop();
  await ledger.close();
  await rm(directory, { recursive: true });
});

describe('while the station runs', () => {
  it('a clock that is set is in doubt at once, on record, over restarts, until somebody confirms it', async () => {
    expect(watch.state()).toEqual({ kind: 'steady' });
    pass(10 * HOUR);
    clock.advance(-2 * HOUR);
    expect(watch.state()).toEqual({ kind: 'went-back', byMs: 2 * HOUR, seenAtMs: START_MS + 8 * HOUR });
    await watch.record();
    expect(await history()).toEqual([['clock.doubted', 'went-back']]);
    pass(DAY);
    await restart();
    expect(watch.state()).toEqual({ kind: 'went-back', byMs: 2 * HOUR, seenAtMs: START_MS + 8 * HOUR });
    expect(await confirm(seen())).toBe(true);
    expect(watch.state()).toEqual({ kind: 'steady' });
    await restart();
    expect(watch.state()).toEqual({ kind: 'steady' });
    expect(await history()).toEqual([
      ['clock.doubted', 'went-back'],
      ['clock.confirmed', 'went-back'],
    ]);
  });

  it('what was found is kept while the ledger cannot be written', async () => {
    const transaction = ledger.transaction.bind(ledger);
    ledger.transaction = () => Promise.reject(new Error('no space'));
    clock.advance(DAY);
    await expect(watch.record()).resolves.toBeUndefined();
    expect(watch.state()).toMatchObject({ kind: 'jumped' });
    await expect(watch.record()).rejects.toThrow('no space');
    await expect(confirm(seen())).rejects.toThrow('no space');
    ledger.transaction = transaction;
    await watch.record();
    expect(await history()).toEqual([['clock.doubted', 'jumped']]);
  });

  it('a confirmation counts for what its author saw', async () => {
    clock.advance(DAY);
    const first = seen();
    clock.advance(-2 * DAY);
    const refused = await confirm(first).catch((error: unknown) => error);
    expect(isFailure(refused, 'request.conflict')).toBe(true);
    expect(watch.state()).toMatchObject({ kind: 'went-back', byMs: 2 * DAY });
    const both = await Promise.allSettled([confirm(seen()), confirm(seen())]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await history()).map(([type]) => type)).toEqual(['clock.doubted', 'clock.doubted', 'clock.confirmed']);
    expect(await confirm(first)).toBe(false);
  });
});

describe('at the start', () => {
  it('a clock earlier than the newest entry, or later by more than a station is away, is in doubt', async () => {
    await restart(() => clock.advance(-1));
    expect(watch.state()).toEqual({ kind: 'went-back', byMs: 1, seenAtMs: START_MS - 1 });
    await confirm(seen());
    await restart(() => clock.advance(7 * DAY));
    expect(watch.state()).toEqual({ kind: 'steady' });
    await restart(() => clock.advance(14 * DAY + 1));
    expect(watch.state()).toMatchObject({ kind: 'jumped' });
    expect((await history()).map(([, kind]) => kind)).toEqual(['went-back', 'went-back', 'jumped']);
  });

  it('a clock that was ten years ahead and is set right again is in doubt once, not at each start', async () => {
    clock.advance(3650 * DAY);
    await ledger.transaction((writer) => writer.callUps.noteTime(clock.nowMs()));
    expect(watch.state()).toMatchObject({ kind: 'jumped' });
    await watch.record();
    clock.advance(-3650 * DAY);
    const steady = new SteadyTime({ clock, monotonicMs: () => bootMs, floorMs: await ledger.callUps.latestKnown() });
    watch.onConfirmed(() => steady.restart());
    expect(steady.nowMs()).toBe(START_MS + 3650 * DAY);
    await confirm(seen());
    // From here on grants end by the clock that was confirmed, in this process and in the next one.
    expect(steady.nowMs()).toBe(START_MS);
    expect(await ledger.callUps.mark()).toBe(START_MS);
    await restart();
    expect(watch.state()).toEqual({ kind: 'steady' });
    expect(await ledger.callUps.latestKnown(watch.confirmedSeq)).toBe(START_MS);
  });
});

it('tells by the log how the clock stood at each entry', async () => {
  clock.advance(DAY);
  expect(watch.state()).toMatchObject({ kind: 'jumped' });
  await watch.record();
  const doubted = (await ledger.custody.head())?.seq ?? 0;
  await confirm(seen());
  await restart();
  expect([doubted - 1, doubted, doubted + 1].map((seq) => watch.kindAt(seq))).toEqual(['steady', 'jumped', 'steady']);
});
