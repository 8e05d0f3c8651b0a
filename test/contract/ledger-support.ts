import { expect } from 'vitest';
import type { EvidockError } from '#domain/errors';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { NewDocking } from '#ports/ledger/dockings';
import type { NewOriginal } from '#ports/ledger/originals';
import type { NewRecording } from '#ports/ledger/recordings';
import { aDocking, anOriginal, aRecording, type FixedClock, fixedClock } from '#test/support/builders';

/** The two clocks of a ledger under test; both stand still until they are moved. */
export interface LedgerTime {
  /** The wall clock: may be set, forward and back. */
  readonly wall: FixedClock;
  /** What leases end by. */
  readonly passMs: (ms: number) => void;
  readonly monotonicMs: () => number;
}

export function ledgerTime(): LedgerTime {
  let passedMs = 0;
  return {
    wall: fixedClock(),
    passMs: (ms) => {
      passedMs += ms;
    },
    monotonicMs: () => passedMs,
  };
}

/** One test over an empty ledger. */
export type It = (title: string, body: (ledger: Ledger, time: LedgerTime) => Promise<void>) => void;

export interface Card {
  readonly docking: NewDocking;
  readonly recording: NewRecording;
  readonly original: NewOriginal;
}

/** A docking with one recording of one original, as the intake lists it. */
export async function listOne(
  writer: LedgerWriter,
  overrides: { docking?: Partial<NewDocking>; recording?: Partial<NewRecording>; original?: Partial<NewOriginal> } = {},
): Promise<Card> {
  const docking = aDocking(overrides.docking);
  const recording = aRecording({ dockingId: docking.id, ...overrides.recording });
  const original = anOriginal(recording, overrides.original);
  await writer.dockings.insert(docking);
  await writer.recordings.insert(recording);
  await writer.originals.insert(original);
  return { docking, recording, original };
}

/** The EvidockError that `promise` is rejected with; fails if it resolves. */
export async function refused(promise: Promise<unknown>): Promise<EvidockError> {
  return promise.then(
    () => expect.fail('was not refused'),
    (error: EvidockError) => error,
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
