import type { ErrorCode } from './errors.ts';
import type { Reason } from './reason.ts';

/** Work that may run on any host: it gets an id, reads through ports and writes through ports. */
export type WorkStage = 'derive' | 'archive';

/**
 * Smaller runs first. `later` is for work that is slow, or is done again: it has places of its own, and never takes the last place of other
 * work.
 */
export const PRIORITY = { important: 1, normal: 5, later: 9 } as const;

/** Where work waits in the queue: each with its own number of places. */
export type WorkLane = WorkStage | 'derive-later';

export function laneOf({ stage, priority }: { readonly stage: WorkStage; readonly priority: number }): WorkLane {
  return stage === 'derive' && priority >= PRIORITY.later ? 'derive-later' : stage;
}

export function lanesOf(stage: WorkStage): readonly WorkLane[] {
  return stage === 'derive' ? ['derive', 'derive-later'] : [stage];
}

/** `waiting`: due, or due later; `running`: claimed under a lease; `done`; `failed`: no retry mends it, or tries are used up. */
export type WorkState = 'waiting' | 'running' | 'done' | 'failed';

export interface Work {
  /** Fixed id, `<stage>.<recordingId>`. */
  readonly id: string;
  readonly stage: WorkStage;
  readonly recordingId: string;
  readonly state: WorkState;
  /** Smaller runs first: 1 important, 5 normal, 9 later. */
  readonly priority: number;
  readonly attempts: number;
  readonly dueAtMs: number;
  readonly percent: number;
  readonly errorCode: ErrorCode | null;
  readonly errorReason: Reason | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Who holds work. The host keeps its name over a restart; the instance is one process of it. */
export interface Worker {
  readonly host: string;
  readonly instance: string;
}

/** Host of the process that holds the ledger. Every other host has a name of its own. */
export const STATION_HOST = 'station';

/**
 * A hold on work. Each claim of the same work has a larger token than all before it. Whoever presents a token that is not the newest, or whose work
 * does not run any more, is refused with `work.lease-lost`.
 */
export interface Claim {
  readonly workId: string;
  readonly stage: WorkStage;
  readonly recordingId: string;
  readonly token: number;
  /** Who holds it. */
  readonly host: string;
}

/** How a run ended that could not do its work. */
export interface WorkFailure {
  readonly code: ErrorCode;
  readonly reason: Reason;
  /** When it is tried again, from now on; null: never. */
  readonly retryInMs: number | null;
}

/** Nothing is put off for longer: tries wait minutes, and a window of hours opens within a day (of 25 hours where summer time ends). */
export const PUT_OFF_MS_MAX = 26 * 3_600_000;

/** Whether waiting work may run. What is due in the far future was put off by a clock that has been set right since. */
export function isDue(dueAtMs: number, nowMs: number): boolean {
  return dueAtMs <= nowMs || dueAtMs > nowMs + PUT_OFF_MS_MAX;
}

export function workId(stage: WorkStage, recordingId: string): string {
  return `${stage}.${recordingId}`;
}

/** Delay before the try after `attempts` failed ones: doubling from 2 s to 15 min, with full jitter on the upper half. `random` in [0,1). */
export function backoffMs(attempts: number, random: number): number {
  const ceiling = Math.min(15 * 60_000, 2_000 * 2 ** Math.min(attempts - 1, 12));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
