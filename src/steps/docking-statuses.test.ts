/*
 * Shows that how a docking stands has one owner: what is told of a docking reaches that one alone, wherever its recorder is and whatever its slot shows
 * now; the ledger follows; and there is no way past it to a docking that is safe.
 * Method: the owner over a real ledger and a real board.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import type { Docking } from '#domain/docking';
import { DockingStatus } from '#domain/docking-status';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DockingPatch, SlotView } from '#ports/slot-board';
import { aDocking, fixedClock, STATION_ID } from '#test/support/builders';
import { allSafe, statusIn } from '#test/support/card/shown-docking';
import { DockingStatuses } from './docking-statuses.ts';

const FULL = { code: 'vault.full', reason: because('nothing-free', {}) } as const;
const BAD = { code: 'recorder.read-failed', reason: because('path', { path: 'a.mp4' }) } as const;
const LEFT = { code: 'recorder.removed', reason: because('still-on-recorder', { files: 1, size: 1 }) } as const;

let home: string;
let real: Awaited<ReturnType<typeof openLedger>>;
let board: LiveSlotBoard;
let statuses: DockingStatuses;
let errors: string[];
/** The next transactions of the ledger fail. */
let failures: number;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'evidock-statuses-'));
  const clock = fixedClock();
  real = await openLedger({ file: join(home, 'ledger.sqlite'), stationId: STATION_ID, clock });
  board = new LiveSlotBoard({ nowMs: clock.nowMs });
  errors = [];
  failures = 0;
  const ledger = {
    transaction: async <T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> => {
      failures -= 1;
      if (failures >= 0) throw new EvidockError('ledger.failed', because('said', { text: 'disk is full' }));
      return real.transaction(body);
    },
  } as Ledger;
  statuses = new DockingStatuses({ ledger, board, clock, onError: (_id, { code }) => errors.push(code) });
});
afterEach(async () => {
  await real.close();
  await rm(home, { recursive: true });
});

async function docked(slot: number): Promise<Docking> {
  const given = aDocking({ slot, port: `1-4.${slot}`, recorderSerial: 'R1' });
  await real.transaction((writer) => writer.dockings.insert(given));
  const docking = (await real.dockings.get(given.id)) as Docking;
  statuses.begin(docking, { explain: [because('taken-for', { driver: 'R1' })] });
  return docking;
}

async function undock(id: string): Promise<void> {
  await real.transaction((writer) => statuses.recordRemoved(writer, id, LEFT, 5));
  statuses.ended(id, LEFT);
}

async function makeSafe(id: string): Promise<boolean> {
  const recorded = await real.transaction(async (writer) =>
    statuses.recordSafe(writer, (await writer.dockings.get(id)) as Docking, allSafe(), 6),
  );
  if (recorded) await statuses.becameSafe(id, allSafe());
  return recorded;
}

const inSlot = (slot: number) => board.snapshot().find((view) => view.slot === slot);
const onRecord = async (id: string) => {
  const docking = await real.dockings.get(id);
  return { state: docking?.state, problem: docking?.problem, safeAtMs: docking?.safeAtMs };
};

describe('what is told of a docking', () => {
  it('reaches the slot in which its recorder is now, not the one in which it was', async () => {
    const first = await docked(1);
    await undock(first.id);
    const second = await docked(2);
    await statuses.happened(second.id, 'list');
    // A seal that was begun in the first docking fails for the second, which has taken over its file.
    await statuses.stoppedBy(first.id, 'sealing', FULL);
    await statuses.stoppedBy(second.id, 'sealing', FULL);
    expect(inSlot(1)).toMatchObject({ phase: 'removed', problem: LEFT });
    expect(inSlot(2)).toMatchObject({ phase: 'problem', problem: FULL });
    expect(await onRecord(first.id)).toMatchObject({ state: 'removed', problem: LEFT });
    expect(await onRecord(second.id)).toMatchObject({ state: 'problem', problem: FULL });
  });

  it('changes nothing of the docking that came after it in its slot', async () => {
    const first = await docked(1);
    await undock(first.id);
    const second = await docked(1);
    await statuses.happened(second.id, 'list');
    board.updateDocking(first.id, { filesSealed: 7, waiting: 'disk' });
    board.copied(first.id, 1000);
    board.passed(first.id, 1000);
    await statuses.happened(first.id, 'copy');
    expect(await makeSafe(first.id)).toBe(false);
    expect(inSlot(1)).toMatchObject({ dockingId: second.id, phase: 'listing', filesSealed: 0, waiting: null, bytesCopied: 0 });
    expect(await onRecord(first.id)).toMatchObject({ state: 'removed', safeAtMs: null });
  });

  it('goes on where its slot shows another docking already: two places with one number', async () => {
    const first = await docked(1);
    const second = await docked(1);
    await statuses.happened(first.id, 'list');
    expect(await makeSafe(first.id)).toBe(true);
    expect(inSlot(1)).toMatchObject({ dockingId: second.id, phase: 'arrived' });
    await undock(first.id);
    expect(inSlot(1)).toMatchObject({ dockingId: second.id, phase: 'arrived', problem: null });
  });
});

describe('problems', () => {
  it('of several stages stand side by side: the heaviest is shown, and one that goes uncovers the next', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    await statuses.happened(id, 'copy');
    await statuses.stoppedBy(id, 'sealing', FULL);
    await statuses.stoppedBy(id, 'copying', BAD);
    expect(inSlot(1)).toMatchObject({ phase: 'problem', problem: BAD });
    expect(await onRecord(id)).toMatchObject({ state: 'problem', problem: BAD });
    await statuses.stoppedBy(id, 'copying', null);
    expect(inSlot(1)).toMatchObject({ phase: 'problem', problem: FULL });
    expect(await onRecord(id)).toMatchObject({ state: 'problem', problem: FULL });
    await statuses.stoppedBy(id, 'sealing', null);
    expect(inSlot(1)).toMatchObject({ phase: 'copying', problem: null });
    expect(await onRecord(id)).toMatchObject({ state: 'reading', problem: null });
  });

  it('are shown at once where the ledger cannot be written, and are on record with the next one', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    failures = 1;
    await statuses.stoppedBy(id, 'copying', FULL);
    expect(inSlot(1)).toMatchObject({ phase: 'problem', problem: FULL });
    expect(errors).toEqual(['ledger.failed']);
    expect(await onRecord(id)).toMatchObject({ state: 'reading', problem: null });
    await statuses.stoppedBy(id, 'copying', FULL);
    expect(await onRecord(id)).toMatchObject({ state: 'problem', problem: FULL });
  });

  it('that are told between the commit and the news of it do not write over what was committed', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    await real.transaction(async (writer) => statuses.recordSafe(writer, (await writer.dockings.get(id)) as Docking, allSafe(), 6));
    await statuses.stoppedBy(id, 'copying', BAD);
    expect(await onRecord(id)).toEqual({ state: 'safe', problem: null, safeAtMs: 6 });
    await statuses.becameSafe(id, allSafe());
    expect(inSlot(1)).toMatchObject({ phase: 'safe', problem: null });
  });

  it('that come too late are not told of a docking that is safe', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    expect(await makeSafe(id)).toBe(true);
    expect(await makeSafe(id)).toBe(false);
    await statuses.stoppedBy(id, 'copying', BAD);
    await statuses.stoppedBy(id, 'lost', LEFT);
    expect(inSlot(1)).toMatchObject({ phase: 'safe', problem: null });
    expect(await onRecord(id)).toEqual({ state: 'safe', problem: null, safeAtMs: 6 });
  });
});

describe('safe', () => {
  it('is taken back by a file that differs, in the transaction that lists it', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    await makeSafe(id);
    const takeBack = () => real.transaction(async (writer) => statuses.recordUnsafe(writer, (await writer.dockings.get(id)) as Docking, 7));
    expect(await takeBack()).toBe(true);
    await statuses.happened(id, 'differs');
    expect(inSlot(1)).toMatchObject({ phase: 'copying' });
    expect(await onRecord(id)).toEqual({ state: 'reading', problem: null, safeAtMs: null });
    expect(await takeBack()).toBe(false);
    expect(errors).toEqual([]);
  });

  it('is recorded once, also where two ask before either has heard that it is', async () => {
    const { id } = await docked(1);
    await statuses.happened(id, 'list');
    const record = () =>
      real.transaction(async (writer) => statuses.recordSafe(writer, (await writer.dockings.get(id)) as Docking, allSafe(), 6));
    expect(await Promise.all([record(), record()])).toEqual([true, false]);
  });

  it('cannot be written or shown past the machine', async () => {
    const { id } = await docked(1);
    const stolen: SlotView = { ...(inSlot(1) as SlotView), phase: 'safe' };
    const forged = { phase: 'safe', shown: { phase: 'safe', problem: null }, recorded: { state: 'safe', problem: null } };
    const inherited = Object.create(DockingStatus.prototype) as DockingStatus;
    const dressed = Object.defineProperty(statusIn('copying'), 'shown', { value: forged.shown });
    // @ts-expect-error the phase of a docking is no part of what may be changed
    board.updateDocking(id, { phase: 'safe' });
    board.updateDocking(id, { phase: 'safe', problem: null } as DockingPatch);
    // @ts-expect-error nothing but what the machine made is a status
    expect(() => board.updateDocking(id, { status: forged })).toThrow(TypeError);
    expect(() => board.updateDocking(id, { status: inherited })).toThrow(TypeError);
    expect(() => board.updateDocking(id, { status: dressed })).toThrow(TypeError);
    expect(() => board.restore(1, stolen)).toThrow(RangeError);
    // @ts-expect-error no port is safe
    expect(() => board.showPort(1, { port: '1-4.1', phase: 'safe' })).toThrow(RangeError);
    const writes: ((writer: LedgerWriter) => Promise<void>)[] = [
      (writer) => writer.dockings.setStatus(id, forged as unknown as DockingStatus, 1),
      (writer) => writer.dockings.setStatus(id, inherited, 1),
      (writer) => writer.dockings.setStatus(id, dressed, 1),
    ];
    for (const write of writes) await expect(real.transaction(write)).rejects.toThrow(TypeError);
    // @ts-expect-error nor is it a field of the docking
    await real.transaction((writer) => writer.dockings.update(id, { state: 'safe', safeAtMs: 1 }));
    for (const event of ['set-clock', 'wipe', 'finish', 'release', 'await-archive'] as const) await statuses.happened(id, event);
    expect(await makeSafe(id)).toBe(false);
    expect(errors).toEqual(Array.from({ length: 5 }, () => 'station.internal'));
    expect(inSlot(1)).toMatchObject({ phase: 'arrived' });
    expect(await onRecord(id)).toEqual({ state: 'reading', problem: null, safeAtMs: null });
  });
});
