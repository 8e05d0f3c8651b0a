import type { Kind } from '#domain/kind';
import type { Confidentiality } from '#domain/protection';
import type { EndAction, LockWish } from './schedule.ts';
import type { Earned, Until, WaitedFor } from './until.ts';

/** What a person or the card said of a recording at some time, and under which version it counted. Its term counts on when that changes. */
export interface EarnedBasis {
  readonly version: number;
  readonly kind: Kind;
  readonly category: string | null;
  readonly important: boolean;
  /** Ids of its unit and of each unit above that one. */
  readonly units: readonly string[];
  readonly level: Confidentiality | null;
  readonly foundInBin: boolean;
  readonly damaged: boolean;
  /** The cases that it belonged to, in the order of their numbers. */
  readonly cases: readonly BasisCase[];
}

/** A case as it was then. Its dates are those of today. */
interface BasisCase {
  readonly number: string;
  readonly category: string | null;
  readonly stage: string | null;
}

/** The term of a recording as it was last counted. */
export interface KeptTerm {
  readonly recordingId: string;
  /** The version whose rules won: the one in force, or else the adopted one. */
  readonly version: number;
  /**
   * Until when it is kept at least: the latest of what counts now and of everything it has earned. `waiting`: for something that has not happened, so that it
   * has no end yet.
   */
  readonly earnedKind: Until['kind'];
  /** ms since 1970; null unless `earnedKind` is `instant`. */
  readonly earnedUntilMs: number | null;
  /** What an end waits for; null unless `earnedKind` is `waiting`. */
  readonly waitsFor: WaitedFor | null;
  /** The part of it that never falls but by a correction; null: nothing yet. */
  readonly floor: Earned | null;
  /** null: it may be kept for ever. */
  readonly maximum: Until | null;
  readonly action: EndAction;
  readonly lock: LockWish;
  /** Id of the rule that won. */
  readonly winner: string;
  /** A minimum that is later than the maximum: it is kept, and a person decides. */
  readonly conflict: boolean;
  readonly bases: readonly EarnedBasis[];
  /** How often two persons have corrected it. */
  readonly corrections: number;
  /** True: a fact, a case or the schedule has changed since it was counted. Nothing may be disposed of by a stale term. */
  readonly stale: boolean;
}

/** Until when a term keeps its recording at least. */
export function untilOf({ earnedKind, earnedUntilMs, waitsFor }: Pick<KeptTerm, 'earnedKind' | 'earnedUntilMs' | 'waitsFor'>): Until {
  if (earnedKind === 'instant') return { kind: earnedKind, ms: earnedUntilMs ?? 0 };
  return earnedKind === 'waiting' ? { kind: earnedKind, for: waitsFor ?? 'start' } : { kind: 'permanent' };
}
