import type { DutySubject, FoundDuty } from './duty.ts';
import { duty } from './rules.ts';

export interface HeartbeatLimits {
  /** How long nothing may be taken outside. */
  readonly silentMs: number;
  readonly answerMs: number;
}

export const HEARTBEAT_SUBJECTS: readonly DutySubject[] = ['heartbeat'];

/** `silentSinceMs`: since when no heartbeat was taken. */
export function dutiesOfHeartbeat(silentSinceMs: number, limits: HeartbeatLimits, nowMs: number): readonly FoundDuty[] {
  const sinceMs = silentSinceMs + limits.silentMs;
  return nowMs < sinceMs ? [] : [duty('heartbeat-failing', ['heartbeat', 'station'], { sinceMs }, limits)];
}
