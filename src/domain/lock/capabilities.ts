import type { Reason } from '#domain/reason';
import type { LockMode } from './lock.ts';

/** What was found by asking; null: the storage does not tell, or our key may not ask. */
export interface BucketCapabilities {
  /** When it was asked, ms since 1970. */
  readonly probedAtMs: number;
  readonly versioning: 'enabled' | 'suspended' | 'off';
  /** Whether versions can be locked, as shown by a probe object that could not be deleted. */
  readonly locks: boolean;
  /** The mode in which this station locks; null: nothing can be locked here. */
  readonly mode: LockMode | null;
  /** What the bucket locks new objects with by itself. */
  readonly defaultMode: LockMode | null;
  readonly defaultDays: number | null;
  /** How far ahead a date came back exactly, days; 0: no date did. */
  readonly lockDaysMax: number;
  readonly hold: boolean;
  /** Whether an object that was uploaded in parts can be locked once it is complete. */
  readonly multipart: boolean;
  readonly lifecycle: 'none' | 'harmless' | 'expires' | null;
  readonly ownsBucket: boolean | null;
  readonly mayBypass: boolean | null;
  readonly mayChangePolicy: boolean | null;
  /** The storage's clock minus the station's, ms, to the second. */
  readonly clockOffsetMs: number | null;
  /** Why the station may not archive here; null if it may. */
  readonly refusal: Reason | null;
  /** What this bucket promises, and what it does not, in words. */
  readonly promises: readonly Reason[];
  readonly cannot: readonly Reason[];
  /** Digests of what somebody could change behind the station's back. */
  readonly fingerprint: Readonly<Record<BucketPart, string>>;
}

/** What of a bucket somebody may change, and a comparison notices. */
export const BUCKET_PARTS = ['versioning', 'lock', 'lifecycle', 'policy', 'owner'] as const;
export type BucketPart = (typeof BUCKET_PARTS)[number];
