import { LockPlan } from '#archive/locks/lock-plan';
import type { LockNeed } from '#domain/lock/dates';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Ledger } from '#ports/ledger';
import type { LockWish } from '#ports/work-gate';
import type { StationContext } from './context.ts';

const DAY_MS = 86_400_000;

/** Without terms nothing says when footage may go, so its lock has no end. */
const WITHOUT_TERMS: LockNeed = { until: 'open', notAfterMs: null, hold: false };

interface Given {
  readonly ledger: Ledger;
  readonly locks: ArchiveLocks;
  /** Name of the archive in copies. */
  readonly place: string;
}

/** What of the station has to do with locks in the archive. */
export interface LockLine {
  readonly locks: ArchiveLocks;
  readonly plan: LockPlan;
  wish(recordingId: string): Promise<LockWish | null>;
  /** Its term holds its objects without a date. What a released legal hold leaves of that stays. */
  readonly heldByTerm: (recordingId: string) => Promise<boolean>;
}

export function openLockLine({ config, clock }: StationContext, { ledger, locks, place }: Given): LockLine {
  const horizonMs = config.archive.s3.lockHorizon * DAY_MS;
  const needOf = async () => WITHOUT_TERMS;
  const plan = new LockPlan({ ledger, locks, clock, place, horizonMs, needOf });
  return { locks, plan, heldByTerm: async () => (await needOf()).hold, wish: (recordingId) => plan.wish(recordingId) };
}
