/*
 * Goal: reading again stands back while recorders are read or footage is played, and takes its bandwidth up again after it. Method: what a reading asks for is
 * looked at, not how long it takes: a real board of slots, real looks on a clock that the test moves, and the pace that the thread of the disk is told.
 */

import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveSlotBoard } from '#adapters/live-slot-board';
import { Looks } from '#desk/look-log';
import type { SlotPhase } from '#domain/docking';
import { AllSafe, DockingStatus } from '#domain/docking-status';
import { NO_RIGHT } from '#domain/look/look';
import type { ReadPace } from '#ports/vault';
import { STATION_ID } from '#test/support/builders';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { isBusy } from './busy.ts';
import { CopyReader } from './copy-reader.ts';

const PER_SECOND = 20_000_000;
const signal = new AbortController().signal;
let station: ServedStation;
let nowMs: number;
let board: LiveSlotBoard;
let looks: Looks;
const busy = () => isBusy({ board, looks });

beforeEach(async () => {
  station = await servedStation();
  nowMs = 1_000_000;
  board = new LiveSlotBoard({ nowMs: () => nowMs });
  const { ledger } = station;
  looks = new Looks({
    ...{
      ledger,
      clock: { nowMs: () => nowMs },
      clockWatch: { steadyMs: () => nowMs, state: () => ({ kind: 'steady' as const }) } as never,
    },
    ...{ stationId: STATION_ID, failed: () => undefined, faultPoints: { reached: () => undefined }, monotonicMs: () => nowMs },
  });
});
afterEach(async () => {
  await looks.close();
  await station.close();
});

const aLook = () =>
  looks.begin({
    viewer: {
      ...{ actor: { kind: 'user', id: 'usr-1', via: 'network', session: 'ssn-1' }, user: 'usr-1', name: 'Li Ming', roles: ['auditor'] },
      ...{ officer: null, unit: 'unt-1', address: '10.0.0.7', agent: null, knownBy: 'password', requestId: randomUUID() },
    },
    right: { ...NO_RIGHT, policy: 1, rule: 'own' },
    looked: {
      ...{
        recording: 'rec-1',
        item: 'drv-1',
        sha256: 'ab'.repeat(32),
        what: 'playable',
        officer: null,
        unit: null,
        from: 'vault',
        range: null,
      },
    },
    itemBytes: 1_000_000,
    playedOf: async () => null,
  });

/** Reads a file of which the disk is slow, and lets the test look at what it is told meanwhile. */
function reading() {
  const ended = Promise.withResolvers<void>();
  let told: ReadPace | undefined;
  const vault = {
    reread: async (_: string, { pace }: { pace?: ReadPace }) => {
      told = pace;
      await ended.promise;
      return { bytes: 1, digests: { sha256: 'ab'.repeat(32), sm3: null }, method: 'direct', blocks: null };
    },
  };
  const limits = { vaultMs: 1, archiveMs: 1, bytesPerSecond: PER_SECOND, faultsMax: 3 };
  const reader = new CopyReader({ vault: vault as never, archive: null, isBusy: busy, limits });
  const done = reader.read({ where: 'vault', key: 'k', versionId: null }, { bytes: 1, sha256: 'ab'.repeat(32) }, signal);
  return { perSecond: () => told?.[0], end: () => ended.resolve(), done };
}

it('a recorder is read from the listing of its card until it is safe', () => {
  const seen: [SlotPhase | undefined, boolean][] = [];
  let status = DockingStatus.arrived;
  const look = () => seen.push([board.docking('dck-1')?.phase, busy()]);
  board.openDocking({ id: 'dck-1', slot: 1, port: '1-4.1', recorderSerial: 'S', driverId: 'd' }, { status });
  look();
  for (const event of ['list', 'copy', 'list', 'compare'] as const) {
    status = status.after(event);
    board.updateDocking('dck-1', { status });
    look();
  }
  const docking = { listedAtMs: 1, unchangedAtMs: 1, filesListed: 1, filesKnown: 1, filesToRecheck: 0, filesRechecked: 0 };
  const proof = AllSafe.prove(docking, { listed: 0, copied: 0, sealed: 0 }, false);
  board.updateDocking('dck-1', { status: status.safe(proof ?? expect.fail()) });
  look();
  const reading = [
    ['listing', true],
    ['copying', true],
    ['listing', true],
    ['rechecking', true],
  ];
  expect(seen).toEqual([['arrived', false], ...reading, ['safe', false]]);
});

it('footage counts as played from its first byte on, until ten seconds after its last', async () => {
  const look = await aLook();
  expect(busy()).toBe(false);
  const delivery = look.deliver(0);
  expect(busy()).toBe(false);
  delivery.sent(1000);
  expect(busy()).toBe(true);
  nowMs += 9999;
  expect(busy()).toBe(true);
  // The answer is still open: a player that is paused holds nothing up.
  nowMs += 1;
  expect(busy()).toBe(false);
  delivery.sent(1000);
  expect(busy()).toBe(true);
  look.end('stopped');
  expect(busy()).toBe(false);
});

it('a file that is being read again is read at a tenth from then on, and at the whole bandwidth once it is over', async () => {
  const { perSecond, end, done } = reading();
  expect(perSecond()).toBe(PER_SECOND);
  const look = await aLook();
  look.deliver(0).sent(1000);
  await vi.waitFor(() => expect(perSecond()).toBe(PER_SECOND / 10), { timeout: 5000, interval: 20 });
  nowMs += 20_000;
  await vi.waitFor(() => expect(perSecond()).toBe(PER_SECOND), { timeout: 5000, interval: 20 });
  end();
  expect(await done).toMatchObject({ same: true });
});
