/*
 * Goal: a hold is set by one person and released by another, says at once and later what of its footage is missing, is mirrored object by object, and everything of it is what
 * the log tells. Method: the real ledger, with rows as the stages write them; a storage at the seam that can fail, and that notes each object. The real storage is asked in
 * test/journeys.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { subject } from '#domain/custody/subject';
import type { EvidockError } from '#domain/errors';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { NewRecording } from '#ports/ledger/recordings';
import { anOfficer, aRecording, type FixedClock, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { about, aCaseDraft, anyDraft, cli } from '#test/support/custody';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { filmed, HELD_DOCKING, SeamStorage, sealed } from '#test/support/retention/held-footage';
import type { HoldDeps } from './deps.ts';
import { HoldKeeper } from './keeper.ts';
import { type HoldStorage, mirrorTurn } from './mirror.ts';
import { mustHaveHold, releaseHold, setHold, spreadHold } from './set-hold.ts';

const DAY_MS = 86_400_000;
const AUTHOR = { actor: cli('author'), person: 'usr-author' };
const OTHER = { actor: cli('other'), person: 'usr-other' };

let directory: string;
let file: string;
let ledger: SqliteLedger;
let clock: FixedClock;
let deps: HoldDeps;
const open = () => openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-holds-'));
  file = join(directory, 'ledger.sqlite');
  clock = fixedClock();
  ledger = await open();
  deps = { ledger, clock, archive: {} as HoldDeps['archive'], facts: { stationId: STATION_ID } };
});
afterEach(async () => {
  // Whatever a test has done to holds, the log tells it.
  expect(contradictionsIn(file).filter(({ table, column }) => table.startsWith('hold') || column === 'legal_hold')).toEqual([]);
  await ledger.close();
  await rm(directory, { recursive: true });
});

const film = (numbers: readonly number[], overrides: Partial<NewRecording> = {}) => filmed({ ledger, clock }, numbers, overrides);
const seal = (recordingId: string, archived: boolean) => sealed({ ledger, clock }, recordingId, archived);
const request = (scope: Partial<HoldScope>) => ({
  scope: { ...EMPTY_SCOPE, ...scope },
  reason: 'order 77',
  reviewAtMs: clock.nowMs() + 90 * DAY_MS,
});
const anA = () =>
  ledger.transaction(async (writer) => {
    await writer.registry.upsertOfficer(anOfficer({ id: 'A' }));
    await writer.custody.append(aCaseDraft('x'));
  });
const told = (findings: readonly { code: string; recording: string | null; parameters: object }[] = []) =>
  findings.map(({ code, recording, parameters }) => [code, recording, parameters]);
const refusal = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('was not refused'),
    (error: EvidockError) => [error.code, error.reason.code],
  );

describe('to set and to release', () => {
  it('takes two persons and reasons; releasing leaves every row of the footage as it is', async () => {
    await anA();
    const [one = ''] = await film([1]);
    await seal(one, true);
    const hold = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    expect(hold).toMatchObject({ author: 'usr-author', isSpread: true, mirrored: { of: 1, done: 0 }, releasedAtMs: null });
    const before = await ledger.recordings.detail(one);
    expect(await refusal(releaseHold(deps, hold.id, 'over', AUTHOR))).toEqual(['request.forbidden', 'hold-own']);
    expect(await refusal(releaseHold(deps, hold.id, ' ', OTHER))).toEqual(['request.invalid', 'hold-reason-needed']);
    expect(await refusal(releaseHold(deps, 'lgh-none', 'over', OTHER))).toEqual(['request.not-found', 'no-hold']);
    expect(await ledger.holds.isHeld(one)).toBe(true);
    clock.advance(1000);
    expect(await releaseHold(deps, hold.id, 'over', OTHER)).toMatchObject({
      releasedBy: 'usr-other',
      releaseReason: 'over',
      releasedAtMs: START_MS + 1000,
    });
    expect(await refusal(releaseHold(deps, hold.id, 'over', OTHER))).toEqual(['request.conflict', 'no-hold-in-force']);
    expect([await ledger.holds.isHeld(one), await ledger.recordings.detail(one)]).toEqual([false, before]);
    // A hold of before reaches nothing that comes later.
    const [later = ''] = await film([2]);
    expect(await ledger.holds.covering(later)).toEqual([]);
    const types = (await ledger.custody.of(subject('hold', hold.id), { limit: 10 })).map(({ type }) => type);
    expect(types).toEqual(['hold.set', 'hold.reached', 'hold.checked', 'hold.released']);
  });

  it('refuses what names nothing, too much, nobody, no time to come', async () => {
    await anA();
    const span = { fromMs: START_MS, toMs: START_MS };
    const cases: readonly [ReturnType<typeof request>, string][] = [
      [request({}), 'hold-names-nothing'],
      [request({ span }), 'hold-span'],
      [request({ recordings: Array.from({ length: 1001 }, (_, n) => `rec-${n}`) }), 'hold-many-recordings'],
      [request({ recordings: ['rec-none'] }), 'no-recording'],
      [request({ officer: 'nobody' }), 'officer-unknown'],
      [request({ unit: 'unt-none' }), 'unit-unknown'],
      [request({ recorder: 'none' }), 'recorder-unknown'],
      [{ ...request({ officer: 'A' }), reason: ' ' }, 'hold-reason-needed'],
      [{ ...request({ officer: 'A' }), reviewAtMs: START_MS }, 'hold-review-outside'],
      [{ ...request({ officer: 'A' }), reviewAtMs: START_MS + 400 * DAY_MS }, 'hold-review-outside'],
    ];
    for (const [each, code] of cases) expect((await refusal(setHold(deps, each, AUTHOR)))[1]).toBe(code);
    expect(await ledger.holds.list({ limit: 10 })).toEqual([]);
    const within = { ...deps, ledger: ledger.within({ officers: [], units: ['unt-other'], cases: [], recordings: [] }) };
    expect(await refusal(setHold(within, request({ officer: 'A' }), AUTHOR))).toEqual(['request.forbidden', 'hold-beyond-sight']);
  });
});

describe('completeness', () => {
  it('tells the two hours that are missing: numbers on no record, damage, files that never came, what is not archived', async () => {
    await anA();
    const ids = await film([3, 4, 7, 8, 11]);
    const [third = '', fourth = '', seventh = '', eighth = '', eleventh = ''] = ids;
    for (const id of [third, fourth, seventh]) await seal(id, true);
    await seal(eighth, false);
    const why = because('hold-no-copy', {});
    await ledger.transaction(async (writer) => {
      await writer.recordings.update(fourth, {
        damaged: true,
        damageReason: why,
        missingCount: 2,
        notes: [{ code: 'segment-missing', parameters: { number: 'B' } }],
      });
      const other = aRecording({ dockingId: HELD_DOCKING.id, recorderSerial: 'R7', officerId: 'B', startMs: null });
      await writer.recordings.insert(other);
      await writer.recordings.link(third, 'continues-in', other.id);
      await writer.recordings.update(seventh, { duplicateOf: other.id });
      await writer.dockings.insertRefusal({
        dockingId: HELD_DOCKING.id,
        cardPath: 'x',
        code: 'recorder.not-regular',
        reason: because('is-pipe', {}),
        atMs: 1,
      });
      await writer.custody.append(anyDraft(HELD_DOCKING.id));
    });
    const { report } = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    const codes = told(report?.findings);
    expect(codes).toEqual([
      ['goes-on-elsewhere', third, { other: expect.stringContaining('rec-') }],
      ['damaged', fourth, { why }],
      ['files-missing', fourth, { count: 2 }],
      ['segment-missing', fourth, { number: 'B' }],
      ['duplicate-elsewhere', seventh, { other: expect.stringContaining('rec-') }],
      ['not-archived', eighth, {}],
      ['not-whole', eleventh, {}],
      ['card-refused', null, { docking: HELD_DOCKING.id, count: 1 }],
      ['numbers-missing', fourth, { recorder: 'R7', first: '0005', last: '0006', count: 2 }],
      ['numbers-missing', eighth, { recorder: 'R7', first: '0009', last: '0010', count: 2 }],
    ]);
    expect(report).toMatchObject({ atMs: START_MS, recordings: 5 });
  });

  it('counts a number as there that another officer recorded, and tells a gap at the edge of what is held', async () => {
    await anA();
    const mine = await film([5, 8]);
    await film([2, 6, 10, 13], { officerId: 'B' });
    const { report } = await setHold(deps, request({ recordings: mine }), AUTHOR);
    const gaps = told(report?.findings).filter(([code]) => code === 'numbers-missing');
    expect(gaps.map(([, , parameters]) => parameters)).toEqual([
      { recorder: 'R7', first: '0003', last: '0004', count: 2 },
      { recorder: 'R7', first: '0007', last: '0007', count: 1 },
      { recorder: 'R7', first: '0009', last: '0009', count: 1 },
    ]);
  });

  it('says so where nothing is under a hold, and looks again when something has come', async () => {
    await anA();
    const hold = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    expect(told(hold.report?.findings)).toEqual([['nothing-held', null, {}]]);
    expect(await ledger.holds.toCheck(clock.nowMs(), 10)).toEqual([]);
    const [one = ''] = await film([1]);
    await seal(one, true);
    clock.advance(11 * 60_000);
    expect(await ledger.holds.toCheck(clock.nowMs(), 10)).toEqual([hold.id]);
    await keepOnce(null);
    expect((await mustHaveHold(ledger, hold.id)).report).toEqual({ atMs: clock.nowMs(), recordings: 1, findings: [] });
    expect(await ledger.holds.toCheck(clock.nowMs() + 400 * DAY_MS, 10)).toEqual([]);
  });
});

function mirrorOf(storage: HoldStorage | null) {
  return { ledger, clock, storage, faults: { reached: () => undefined }, stationId: STATION_ID };
}

/** Runs the keeper until it has nothing left to do now. */
async function keepOnce(storage: HoldStorage | null): Promise<void> {
  const keeper = new HoldKeeper({ deps, mirror: mirrorOf(storage), failed: (error) => expect.fail(String(error)) });
  keeper.start();
  const idle = async () =>
    [
      ...(await ledger.holds.toSpread(1)),
      ...(await ledger.holds.toCheck(clock.nowMs(), 1)),
      ...(await ledger.holds.toMirror(clock.nowMs(), 1)),
    ].length;
  await vi.waitFor(async () => expect(await idle()).toBe(0), { timeout: 5000, interval: 20 });
  await keeper.stop();
}

async function copyOf(recordingId: string): Promise<Copy> {
  const copy = (await ledger.recordings.copies(recordingId)).find(({ where }) => where === 'disk');
  return copy ?? expect.fail('no copy');
}

/** The row of the copy, as its entry told it. */
const seenAgain = (recordingId: string, copy: Copy) =>
  ledger.transaction(async (writer) => {
    await writer.recordings.upsertCopy({ ...copy, legalHold: (await copyOf(recordingId)).legalHold });
    await writer.custody.append(anyDraft(recordingId));
  });

describe('the mirror', () => {
  it('holds each object once, keeps it while any hold is left, and lets it go with the last', async () => {
    await anA();
    const [one = '', two = ''] = await film([1, 2]);
    for (const id of [one, two]) await seal(id, true);
    const storage = new SeamStorage();
    const first = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    const second = await setHold(deps, request({ recordings: [one] }), AUTHOR);
    await keepOnce(storage);
    expect([...storage.held.values()]).toEqual([true, true]);
    expect(await mustHaveHold(ledger, first.id)).toMatchObject({ mirrored: { done: 2, of: 2, without: 0 } });
    await releaseHold(deps, first.id, 'over', OTHER);
    expect([await ledger.holds.unmirrored(one), await ledger.holds.unmirrored(two)]).toEqual([false, true]);
    await keepOnce(storage);
    expect((await ledger.recordings.copies(one)).map(({ where, legalHold }) => [where, legalHold])).toEqual([
      ['disk', true],
      ['vault', false],
    ]);
    const keyOf = async (id: string) => (await ledger.recordings.copies(id)).find(({ where }) => where === 'disk')?.key.concat(' v1') ?? '';
    expect([storage.held.get(await keyOf(one)), storage.held.get(await keyOf(two))]).toEqual([true, false]);
    await releaseHold(deps, second.id, 'over', OTHER);
    await keepOnce(storage);
    expect([...storage.held.values()]).toEqual([false, false]);
    expect((await ledger.recordings.copies(one)).map(({ legalHold }) => legalHold)).toEqual([false, false]);
    const entries = await ledger.custody.of(about(one), { limit: 100 });
    expect(entries.filter(({ type }) => type === 'hold.mirrored').map(({ data }) => data['held'])).toEqual([true, true, false]);
  });

  it('tells what is not mirrored and why, and tries again', async () => {
    await anA();
    const [one = '', two = ''] = await film([1, 2]);
    await seal(one, true);
    const storage = new SeamStorage();
    const { id } = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    const state = async () => (await ledger.holds.recordingsOf(id, { limit: 10 })).map(({ mirror, why }) => [mirror, why?.code ?? null]);
    storage.broken = one;
    await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000));
    expect(await state()).toEqual([
      ['waiting', 'connection-closed'],
      ['none', 'hold-no-copy'],
    ]);
    expect([await ledger.holds.unmirrored(one), await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000))]).toEqual([true, 0]);
    clock.advance(31_000);
    storage.broken = null;
    await seal(two, true);
    await keepOnce(storage);
    expect(await state()).toEqual([
      ['held', null],
      ['held', null],
    ]);
    await releaseHold(deps, id, 'over', OTHER);
    expect(await ledger.holds.unmirrored(two)).toBe(true);
    // A storage that was exchanged for one that cannot hold keeps nobody waiting.
    storage.can = false;
    await keepOnce(storage);
    expect([await state(), await ledger.holds.unmirrored(two)]).toEqual([
      [
        ['none', 'hold-storage-cannot'],
        ['none', 'hold-storage-cannot'],
      ],
      false,
    ]);
  });

  it('asks nothing of a storage that nobody could ask yet, and needs none', async () => {
    await anA();
    const [one = ''] = await film([1]);
    await seal(one, true);
    const storage = new SeamStorage();
    storage.away = true;
    await setHold(deps, request({ officer: 'A' }), AUTHOR);
    await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000));
    expect([storage.held.size, await ledger.holds.unmirrored(one)]).toEqual([0, true]);
    clock.advance(31_000);
    await mirrorTurn(mirrorOf(null), AbortSignal.timeout(5000));
    expect(await ledger.holds.unmirrored(one)).toBe(false);
  });

  it('is not done where a copy came, or the hold went, while the storage was asked', async () => {
    await anA();
    const [one = ''] = await film([1]);
    await seal(one, true);
    const storage = new SeamStorage();
    const { id } = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    const copy = await copyOf(one);
    storage.before = async () => {
      storage.before = async () => undefined;
      await ledger.transaction(async (writer) => {
        await writer.recordings.withdrawCopy(copy);
        await writer.recordings.upsertCopy({ ...copy, versionId: 'v2' });
        await writer.custody.append(anyDraft(one));
      });
    };
    await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000));
    expect(await ledger.holds.unmirrored(one)).toBe(true);
    await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000));
    expect([await ledger.holds.unmirrored(one), storage.held.get(`${copy.key} v2`)]).toEqual([false, true]);
    await releaseHold(deps, id, 'over', OTHER);
    await spreadHold(deps, id, { untilMs: performance.now() + 5000 });
    storage.before = async () => {
      storage.before = async () => undefined;
      await setHold(deps, request({ recordings: [one] }), AUTHOR);
    };
    await mirrorTurn(mirrorOf(storage), AbortSignal.timeout(5000));
    expect(await ledger.holds.unmirrored(one)).toBe(true);
    await keepOnce(storage);
    expect([await ledger.holds.unmirrored(one), storage.held.get(`${copy.key} v2`)]).toEqual([false, true]);
    await seenAgain(one, copy);
  });

  it('lets go of a version that was withdrawn while it was held, and minds none that is gone', async () => {
    await anA();
    const [one = ''] = await film([1]);
    await seal(one, true);
    const storage = new SeamStorage();
    const { id } = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    await keepOnce(storage);
    const copy = await copyOf(one);
    const again = async (versionId: string) =>
      ledger.transaction(async (writer) => {
        await writer.recordings.withdrawCopy(copy);
        await writer.recordings.upsertCopy({ ...copy, versionId });
        await writer.custody.append(anyDraft(one));
      });
    for (const version of ['v2', 'v3']) {
      await again(version);
      await keepOnce(storage);
    }
    expect([...storage.held]).toEqual(['v1', 'v2', 'v3'].map((version) => [`${copy.key} ${version}`, true]));
    storage.gone.add('v2');
    await releaseHold(deps, id, 'over', OTHER);
    await keepOnce(storage);
    expect([...storage.held.values()]).toEqual([false, true, false]);
    // What its term holds as well stays held by that.
    const second = await setHold(deps, request({ recordings: [one] }), AUTHOR);
    await keepOnce(storage);
    storage.term = one;
    await releaseHold(deps, second.id, 'over', OTHER);
    await keepOnce(storage);
    expect(storage.held.get(`${copy.key} v3`)).toBe(true);
    expect([await ledger.holds.unmirrored(one), (await copyOf(one)).legalHold]).toEqual([false, true]);
    await seenAgain(one, copy);
  });

  it('goes on after a restart with what is not spread, not checked and not mirrored', async () => {
    await anA();
    const ids = await film([1, 2, 3]);
    for (const id of ids) await seal(id, true);
    const hold = await setHold(deps, request({ officer: 'A' }), AUTHOR);
    await releaseHold(deps, hold.id, 'over', OTHER);
    await ledger.close();
    ledger = await open();
    deps = { ...deps, ledger };
    expect(await ledger.holds.toSpread(10)).toEqual([hold.id]);
    const storage = new SeamStorage();
    await keepOnce(storage);
    expect([...storage.held.values()]).toEqual([false, false, false]);
    expect(await Promise.all(ids.map((id) => ledger.holds.unmirrored(id)))).toEqual([false, false, false]);
  });
});
