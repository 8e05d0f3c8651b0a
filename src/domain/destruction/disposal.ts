import type { Reason } from '#domain/reason';

/**
 * The life of a list of recordings that are to be disposed of. `proposed`: it waits for a second person; `approved`: it waits until its time; `running`: copies
 * are being destroyed, or a crash interrupted that; `halted`: it stopped by itself, and somebody has to look; `done`; `cancelled`: nobody goes on with it.
 */
export const DISPOSAL_STATES = ['proposed', 'approved', 'running', 'halted', 'done', 'cancelled'] as const;
export type DisposalState = (typeof DISPOSAL_STATES)[number];

/** Lists that still want something. A recording stands in one of them at most. */
export const OPEN_DISPOSALS: readonly DisposalState[] = ['proposed', 'approved', 'running', 'halted'];

/** `listed`: it is to go; `excluded`: a person took it from the list; `kept`: it could not go when its turn came; `destroyed`: nothing is left of it. */
export const ITEM_STATES = ['listed', 'excluded', 'kept', 'destroyed'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/** Whoever proposed or approved, with the roles of that moment. */
export interface Decider {
  /** Id of the account. */
  readonly person: string;
  readonly roles: readonly string[];
  readonly atMs: number;
}

export interface Disposal {
  readonly id: string;
  readonly state: DisposalState;
  /** In words of the schedule: why these are due. */
  readonly rule: string;
  /** Terms that had ended at this moment. */
  readonly dueBeforeMs: number;
  /** SHA-256 of the list as it stands (`listDigest`). */
  readonly digest: string;
  readonly proposed: Decider;
  readonly approved: (Decider & { readonly digest: string }) | null;
  /** When the waiting period ends; null until it is approved. */
  readonly waitsUntilMs: number | null;
  readonly beganAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Why it was halted or cancelled; null otherwise. */
  readonly why: Reason | null;
}

export interface DisposalItem {
  readonly disposalId: string;
  readonly recordingId: string;
  readonly state: ItemState;
  /** The rule of the schedule under which its term ended. */
  readonly rule: string;
  readonly dueMs: number;
  readonly files: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** SHA-256 of the digests of its originals, in their order: what exactly is on the list. */
  readonly contents: string;
  /** Why it was excluded or kept; null otherwise. */
  readonly why: Reason | null;
}

/** What stays of a recording that was disposed of. */
export interface Tombstone {
  readonly id: string;
  readonly recordingId: string;
  readonly disposalId: string;
  readonly rule: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
  readonly atMs: number;
  readonly originals: readonly BuriedOriginal[];
}

export interface BuriedOriginal {
  readonly id: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly sm3: string | null;
  /** SHA-256 of the manifest beside it. */
  readonly manifestSha256: string | null;
  /** Ids of originals of other recordings that hold the same bytes and stay. */
  readonly sharedWith: readonly string[];
}
