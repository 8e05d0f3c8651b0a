import type { Reason } from '#domain/reason';
import type { HoldFinding } from './completeness.ts';

/** A half-open span of time, ms since 1970. */
export interface Span {
  readonly fromMs: number;
  /** The first moment after it. */
  readonly toMs: number;
}

/**
 * What a legal hold is for. Each field that is given narrows it: an officer and a span mean what this officer recorded then. At least one is given. What one wants held
 * of two officers is two holds.
 */
export interface HoldScope {
  /** Number of a case. */
  readonly case: string | null;
  /** Ids of single recordings; empty: it is not about single ones. */
  readonly recordings: readonly string[];
  /** Number of an officer. */
  readonly officer: string | null;
  /** Serial of a recorder. */
  readonly recorder: string | null;
  /** Id of a unit, with all units below it. */
  readonly unit: string | null;
  readonly span: Span | null;
}

export const EMPTY_SCOPE: HoldScope = { case: null, recordings: [], officer: null, recorder: null, unit: null, span: null };

/** How far a hold is set in the storage too. */
export interface HoldMirror {
  /** Recordings whose archived copies were read back as they are to be. */
  readonly done: number;
  /** Recordings that the hold has reached. */
  readonly of: number;
  /** Of those that are not done: no copy is archived yet, or the storage cannot hold. */
  readonly without: number;
}

/** A legal hold 法律保全. */
export interface Hold {
  readonly id: string;
  readonly scope: HoldScope;
  readonly reason: string;
  /** Id of the user who set it. */
  readonly author: string;
  readonly setAtMs: number;
  /** When somebody is to look whether it is still needed. */
  readonly reviewAtMs: number;
  /** null: it is in force. */
  readonly releasedAtMs: number | null;
  readonly releasedBy: string | null;
  readonly releaseReason: string | null;
  /**
   * False while recordings that were there when it was set (or released) are still being put on record as reached. It is in force all the same, because `isHeld` judges by
   * its scope too.
   */
  readonly isSpread: boolean;
  readonly mirrored: HoldMirror;
  /** What was found when completeness was checked last; null: it was not checked yet. */
  readonly report: HoldReport | null;
}

/** What is missing of the footage under a hold. */
export interface HoldReport {
  readonly atMs: number;
  /** How many recordings were looked at. */
  readonly recordings: number;
  readonly findings: readonly HoldFinding[];
}

/** Longest list of single recordings that one hold names. */
export const HELD_RECORDINGS_MAX = 1000;
/** Longest time until a review, ms. */
export const REVIEW_MS_MAX = 366 * 86_400_000;

/** What is wrong with a scope as such; null: nothing. Whether what it names is there is asked of the ledger. */
export function scopeFault({ recordings, span, ...rest }: HoldScope): 'nothing' | 'span' | 'many' | null {
  const named = Object.values(rest).some((value) => value !== null);
  if (!named && recordings.length === 0 && span === null) return 'nothing';
  if (span !== null && span.toMs <= span.fromMs) return 'span';
  return recordings.length > HELD_RECORDINGS_MAX ? 'many' : null;
}

/** How the storage stands to one recording that a hold reached. `waiting`: it is to be changed; `none`: there is nothing to hold, or no way to. */
export type MirrorState = 'waiting' | 'held' | 'lifted' | 'none';

/** One recording that a hold reached. */
export interface HeldRecording {
  readonly recordingId: string;
  readonly reachedAtMs: number;
  readonly mirror: MirrorState;
  /** Why the storage is not as it is to be; null: nothing is known to be in the way. */
  readonly why: Reason | null;
}
