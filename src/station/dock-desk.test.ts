/*
 * Goal: a recorder that cannot be opened is tried again and opens when the cause is mended. An exception is a directory that a person named: the person is
 * told, and asks again.
 * Method: the desk with a dock stage that fails as often as a test says.
 */
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { DockStage } from '#dock/dock-stage';
import type { RecorderClock } from '#dock/recorder-clock';
import type { WipeStage } from '#dock/wipe-stage';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { IntakeStage } from '#intake/intake-stage';
import type { Arrival, Dock, DockHandler } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import type { DockingStatuses } from '#steps/docking-statuses';
import { DockDesk } from './dock-desk.ts';

async function deskOf(failures: EvidockError[]) {
  const arrive = vi.fn(async () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return { docking: { id: 'dck-1' } };
  });
  const vacate = vi.fn(async () => undefined);
  const leave = vi.fn(async () => undefined);
  const intake = vi.fn(async (_docked: unknown, _signal: AbortSignal) => undefined);
  let handler: DockHandler | undefined;
  const dock: Dock = {
    start: async (given) => {
      handler = given;
    },
    release: async () => undefined,
    stop: async () => undefined,
  };
  const desk = new DockDesk({
    docks: [dock],
    byRequest: dock,
    dockStage: { arrive, leave, vacate } as unknown as DockStage,
    recorderClock: { set: async () => undefined } as unknown as RecorderClock,
    wipeStage: { announce: () => undefined, awaited: async () => new Set(), wipe: async () => undefined } as unknown as WipeStage,
    statuses: {} as DockingStatuses,
    ledger: { slotOf: async () => null } as unknown as LedgerReader,
    release: false,
    intake: { intake, forget: () => undefined } as unknown as IntakeStage,
    log: pino({ level: 'silent' }),
    retryMs: 10,
    sweepSeconds: 3600,
  });
  await desk.start();
  const key = 'k1';
  handler?.arrived({ key, port: '1-4.1' } as Arrival);
  return { desk, key, arrive, leave, intake, pull: () => handler?.removed(key) };
}

const passing = () => new EvidockError('ledger.failed', because('said', { text: 'database or disk is full' }));

describe('the dock desk', () => {
  it('opens a recorder when the ledger can be written again', async () => {
    const { desk, intake, arrive } = await deskOf([passing(), passing()]);
    await vi.waitFor(() => expect(intake).toHaveBeenCalledOnce(), 10_000);
    expect(arrive).toHaveBeenCalledTimes(3);
    await desk.stop();
  });

  it('tells the person who named the directory at once, and does not take it in behind their back', async () => {
    const { desk, key, intake, arrive } = await deskOf([passing()]);
    await expect(desk.docked(key)).rejects.toMatchObject({ code: 'ledger.failed' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(arrive).toHaveBeenCalledOnce();
    expect(intake).not.toHaveBeenCalled();
    await desk.stop();
  });

  it('gives whoever works on a recorder the reason why it must end: pulled, or the station stops', async () => {
    const { desk, intake, pull, leave } = await deskOf([]);
    await vi.waitFor(() => expect(intake).toHaveBeenCalledOnce());
    pull();
    await vi.waitFor(() => expect(leave).toHaveBeenCalledOnce());
    expect(intake.mock.calls[0]?.[1].reason).toMatchObject({ code: 'recorder.removed' });
    await desk.stop();
    const other = await deskOf([]);
    await vi.waitFor(() => expect(other.intake).toHaveBeenCalledOnce());
    await other.desk.stop();
    expect(other.intake.mock.calls[0]?.[1].reason).toMatchObject({ code: 'station.stopping' });
  });

  it('forgets a recorder that is pulled while it cannot be opened', async () => {
    const { desk, arrive, leave, pull } = await deskOf(Array.from({ length: 50 }, passing));
    await vi.waitFor(() => expect(arrive.mock.calls.length).toBeGreaterThan(1), 10_000);
    pull();
    const tries = arrive.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(arrive.mock.calls.length).toBeLessThanOrEqual(tries + 1);
    expect(leave).not.toHaveBeenCalled();
    await desk.stop();
  });
});
