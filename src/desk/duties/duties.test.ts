/*
 * Goal: the station finds duties by itself, ends them by itself and brings back what was only put off; each change is on record, and the log makes the same rows.
 * Method: a real ledger with recordings and recorders, and a clock that is moved.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mirrorTurn } from '#desk/holds/mirror';
import { setHold } from '#desk/holds/set-hold';
import type { Duty } from '#domain/duties/duty';
import { isFailure } from '#domain/errors';
import { EMPTY_SCOPE } from '#domain/hold/hold';
import type { MachineState } from '#domain/machine/machine';
import { because } from '#domain/reason';
import { START_MS, STATION_ID } from '#test/support/builders';
import { ROOT_ACTOR } from '#test/support/clock-watch';
import { anyDraft } from '#test/support/custody';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { filmed, SeamStorage, sealed } from '#test/support/retention/held-footage';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { acknowledgeDuty } from './acknowledge.ts';
import { DutyKeeper } from './keeper.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LIMITS = { lateMs: DAY, untaggedMs: 3 * DAY, archiveMs: DAY, absentMs: 7 * DAY, clockMs: 60_000, answerMs: 3 * DAY };
const LI = { actor: ROOT_ACTOR, person: 'usr-li' };

let station: ServedStation;
let keeper: DutyKeeper;
let machine: MachineState | null = null;
let heartbeat: { silentSinceMs: number | null } | null = null;

function keeperOf(): DutyKeeper {
  const { ledger, clock, deps } = station;
  const looking = {
    ledger,
    clock,
    clockWatch: deps.clockWatch,
    archive: null,
    stationId: STATION_ID,
    limits: LIMITS,
    schedule: async () => null,
    machine: { state: () => machine, limits: { wearPercent: 90, fullWithinMs: 30 * DAY, answerMs: 3 * DAY } },
    heartbeat: heartbeat && { silentSinceMs: () => heartbeat?.silentSinceMs ?? null, limits: { silentMs: 6 * HOUR, answerMs: 3 * DAY } },
    scrub: { vaultMs: 90 * DAY, archiveMs: 180 * DAY },
  };
  const failed = (error: unknown) => {
    throw error;
  };
  return new DutyKeeper({ deps: looking, tell: async () => undefined, failed });
}

beforeEach(async () => {
  machine = null;
  heartbeat = null;
  station = await servedStation();
  keeper = keeperOf();
});
afterEach(() => station.close());

const duties = (filter: object = {}): Promise<readonly Duty[]> => station.ledger.duties.list({ limit: 1000, ...filter });
const kinds = async () => (await duties()).map(({ kind }) => kind).toSorted();

async function historyOf(id: string): Promise<readonly string[]> {
  return (await station.ledger.custody.of({ kind: 'duty', id }, { limit: 50 })).map(({ type }) => type);
}

it('of a recording begin, are put off, come back and end by themselves', async () => {
  const { id } = await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
  await keeper.look();
  expect(await duties()).toMatchObject([{ kind: 'late-docked', subject: { kind: 'recording', id }, state: 'open' }]);
  station.clock.advance(3 * DAY + HOUR);
  await keeper.look();
  expect(await kinds()).toEqual(['late-docked', 'untagged']);
  const [untagged] = await duties({ kind: 'untagged' });
  const duty = untagged?.id ?? '';

  await acknowledgeDuty(station.deps, { id: duty, reason: ' on leave ', untilMs: station.clock.nowMs() + DAY }, LI);
  await keeper.look();
  expect(await station.ledger.duties.get(duty)).toMatchObject({
    state: 'acknowledged',
    acknowledgement: { by: 'usr-li', reason: 'on leave' },
  });
  station.clock.advance(DAY);
  await keeper.look();
  expect(await station.ledger.duties.get(duty)).toMatchObject({ state: 'open', acknowledgement: null });

  await station.ledger.transaction((writer) => writer.recordings.update(id, { category: 'penalty' }));
  await keeper.look();
  expect(await station.ledger.duties.get(duty)).toMatchObject({ state: 'done', doneAtMs: station.clock.nowMs() });
  expect(await kinds()).toEqual(['late-docked']);
  expect(await historyOf(duty)).toEqual(['duty.opened', 'duty.acknowledged', 'duty.returned', 'duty.done']);
});

it('that are well known write nothing at another look, after a restart too', async () => {
  await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
  await keeper.look();
  const before = await station.ledger.custody.head();
  await keeper.look();
  keeper = keeperOf();
  await keeper.look();
  expect(await station.ledger.custody.head()).toEqual(before);
});

it('of what has happened are answered for good; others need an end, and what is done no answer', async () => {
  await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
  station.clock.advance(4 * DAY);
  await keeper.look();
  const [late] = await duties({ kind: 'late-docked' });
  const [untagged] = await duties({ kind: 'untagged' });
  const answer = (duty: Duty | undefined, untilMs: number | null, reason = 'why') =>
    acknowledgeDuty(station.deps, { id: duty?.id ?? '', reason, untilMs }, LI).catch((error: unknown) =>
      isFailure(error, 'request.invalid') || isFailure(error, 'request.conflict') || isFailure(error, 'request.not-found')
        ? error.reason.code
        : error,
    );
  expect(await answer(late, null, '  ')).toBe('duty-reason-needed');
  expect(await answer(late, null)).toMatchObject({ state: 'acknowledged' });
  expect(await answer(untagged, null)).toBe('duty-needs-end');
  expect(await answer(untagged, station.clock.nowMs())).toBe('duty-end-outside');
  expect(await answer(undefined, null)).toBe('no-duty');
  station.clock.advance(400 * DAY);
  await keeper.look();
  expect(await duties({ kind: 'late-docked' })).toMatchObject([{ state: 'acknowledged' }]);
  await station.ledger.transaction((writer) => writer.recordings.update(untagged?.subject.id ?? '', { category: 'penalty' }));
  await keeper.look();
  expect(await answer(untagged, station.clock.nowMs() + 1)).toBe('duty-is-done');
});

it('of many recorders are written some at a time, and all of them', async () => {
  await station.ledger.transaction(async (writer) => {
    for (let n = 0; n < 230; n += 1) {
      const times = { firstSeenAtMs: START_MS - 30 * DAY, lastSeenAtMs: START_MS - 8 * DAY };
      await writer.registry.upsertRecorder({ serial: `DSJ${n}`, model: null, driverId: null, assignedOfficerId: null, ...times });
    }
  });
  await keeper.look();
  expect(await station.ledger.duties.counts(START_MS)).toEqual([{ kind: 'recorder-absent', open: 230, overdue: 0 }]);
  expect(await station.ledger.duties.counts(START_MS + 2 * DAY)).toEqual([{ kind: 'recorder-absent', open: 230, overdue: 230 }]);
});

it('are seen at once where an entry of the log tells of a change, and not only when the walk comes by', async () => {
  await keeper.follow();
  const { id } = await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
  await station.ledger.transaction(async (writer) => {
    await writer.recordings.update(id, { damaged: true, damageReason: because('hold-no-copy', {}) });
    await writer.custody.append(anyDraft(id));
  });
  await keeper.follow();
  expect(await kinds()).toEqual(['damaged', 'late-docked']);
  await station.setClock(-2 * HOUR);
  await keeper.follow();
  expect(await kinds()).toEqual(['damaged', 'late-docked', 'station-clock']);
  const head = await station.ledger.custody.head();
  await keeper.follow();
  await keeper.follow();
  expect(await station.ledger.custody.head()).toEqual(head);
});

it('while the station runs are seen within seconds', async () => {
  keeper.start();
  try {
    await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
    await vi.waitFor(async () => expect(await kinds()).toEqual(['late-docked']), { timeout: 8000 });
    const { id } = await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
    const about = async () => (await duties({ kind: 'late-docked' })).map(({ subject }) => subject.id);
    await vi.waitFor(async () => expect(await about()).toContain(id), { timeout: 8000 });
  } finally {
    await keeper.stop();
  }
});

it('of numbers that no file of the card has stand until the file comes, and are told of the recording before them', async () => {
  const film = async (numbers: readonly number[]) => {
    const made = await filmed(station, numbers);
    await Promise.all(made.map((id) => sealed(station, id, false)));
    return made;
  };
  const [, fourth = ''] = await film([3, 4]);
  await keeper.look();
  expect(await duties({ kind: 'numbers-missing' })).toEqual([]);
  // Two days later by the card: the officer was on leave.
  await film([3000, 3000, 3001]);
  await keeper.look();
  expect(await duties({ kind: 'numbers-missing' })).toMatchObject([
    { subject: { kind: 'recording', id: fourth }, owner: { role: 'custodian', unit: null }, sinceMs: START_MS + 3000 },
  ]);
  await keeper.follow();
  await film(Array.from({ length: 30 }, (_, n) => 5 + n));
  await keeper.look();
  const last = Array.from(await duties({ kind: 'numbers-missing' }), ({ subject: { id } }) => id);
  expect(last).toHaveLength(1);
  expect(last).not.toContain(fourth);
});

it('of a place that was not read again in time end with the reading', async () => {
  const { id } = await station.addRecording(randomBytes(9));
  station.clock.advance(91 * DAY);
  await keeper.look();
  expect(await duties({ kind: 'scrub-overdue' })).toMatchObject([
    { subject: { kind: 'place', id: 'vault' }, owner: { role: 'system-administrator', unit: null }, sinceMs: START_MS + 90 * DAY },
  ]);
  await station.ledger.transaction(async (writer) => {
    for (const copy of await writer.recordings.copies(id))
      await writer.recordings.upsertCopy({ ...copy, verifiedAtMs: station.clock.nowMs() });
  });
  await keeper.look();
  expect(await duties({ kind: 'scrub-overdue' })).toEqual([]);
});

it('of a hold that the storage refuses or does not answer begin with that, are due in a day, and end when it is held there', async () => {
  const { ledger, clock } = station;
  const [one = '', two = ''] = await filmed(station, [3, 4]);
  await sealed(station, one, true);
  await sealed(station, two, true);
  const deps = { ledger, clock, archive: null, facts: { stationId: STATION_ID } };
  const storage = new SeamStorage();
  const mirror = () =>
    mirrorTurn({ ledger, clock, storage, faults: { reached: () => undefined }, stationId: STATION_ID }, AbortSignal.timeout(5000));
  const setAtMs = clock.nowMs();
  const { id } = await setHold(
    deps,
    { scope: { ...EMPTY_SCOPE, recordings: [one, two] }, reason: 'inquiry', reviewAtMs: setAtMs + 30 * DAY },
    LI,
  );
  const about = () => duties({ kind: 'hold-unmirrored' });
  // Nobody has asked the storage yet.
  await keeper.look();
  expect(await about()).toEqual([]);
  storage.broken = two;
  await mirror();
  await keeper.look();
  const owed = { subject: { kind: 'hold', id }, owner: { role: 'custodian', unit: null }, sinceMs: setAtMs, dueMs: setAtMs + DAY };
  expect(await about()).toMatchObject([owed]);
  clock.advance(DAY);
  storage.away = true;
  await mirror();
  await keeper.look();
  expect(await duties({ kind: 'hold-unmirrored', overdueAtMs: clock.nowMs() })).toMatchObject([owed]);
  storage.away = false;
  storage.broken = null;
  clock.advance(HOUR);
  await mirror();
  await keeper.look();
  expect(await about()).toEqual([]);
  expect(await duties({ kind: 'hold-unmirrored', state: 'done' })).toHaveLength(1);
  expect(contradictionsIn(join(station.directory, 'ledger.sqlite'))).toEqual([]);
});

it('about the clock of the station end when somebody confirms it, and the log makes all rows of duties', async () => {
  await station.addRecording(randomBytes(9), { startMs: START_MS - 30 * HOUR });
  await station.setClock(-2 * HOUR);
  await keeper.look();
  expect(await kinds()).toEqual(['late-docked', 'station-clock']);
  const state = station.deps.clockWatch.state();
  const seenAtMs = state.kind === 'steady' ? 0 : state.seenAtMs;
  await station.deps.clockWatch.confirm(station.ledger, { actor: ROOT_ACTOR, words: 'battery', seenAtMs }, (task) => task());
  await keeper.look();
  expect(await kinds()).toEqual(['late-docked']);
  expect(await duties({ state: 'done' })).toMatchObject([{ kind: 'station-clock' }]);
  const contradictions = contradictionsIn(join(station.directory, 'ledger.sqlite'));
  expect(contradictions.filter(({ table }) => table === 'duties')).toEqual([]);
});

it('of the machine begin and end as it is read, and stay where it is not read yet', async () => {
  const space = { freeBytes: 1e9, bytesPerDay: null, fullAtMs: null };
  const disk = { name: 'sda', id: 'VK0AB', model: 'WD', health: 'failing', signs: [], wearPercent: null } as const;
  machine = { disks: [disk], arrays: [], space };
  await keeper.look();
  const OWNER = { role: 'system-administrator', unit: null };
  expect(await duties()).toMatchObject([{ kind: 'disk-failing', subject: { kind: 'disk', id: 'VK0AB' }, owner: OWNER, state: 'open' }]);
  machine = null;
  await keeper.look();
  expect(await kinds()).toEqual(['disk-failing']);
  machine = { disks: [{ ...disk, health: 'unread' }], arrays: [], space };
  await keeper.look();
  expect(await kinds()).toEqual(['machine-unread']);
  machine = { disks: [{ ...disk, health: 'good' }], arrays: [], space };
  await keeper.look();
  expect(await kinds()).toEqual([]);
});

it('of the heartbeat begins when nobody outside has taken one for hours, and ends with the next one', async () => {
  heartbeat = { silentSinceMs: START_MS };
  keeper = keeperOf();
  station.clock.advance(6 * HOUR - 1);
  await keeper.look();
  expect(await kinds()).toEqual([]);
  station.clock.advance(1);
  await keeper.look();
  const sinceMs = START_MS + 6 * HOUR;
  expect(await duties()).toMatchObject([
    { kind: 'heartbeat-failing', subject: { kind: 'heartbeat', id: 'station' }, sinceMs, dueMs: sinceMs + 3 * DAY },
  ]);
  heartbeat.silentSinceMs = null;
  await keeper.look();
  expect(await kinds()).toEqual(['heartbeat-failing']);
  heartbeat.silentSinceMs = station.clock.nowMs();
  await keeper.look();
  expect(await kinds()).toEqual([]);
});
