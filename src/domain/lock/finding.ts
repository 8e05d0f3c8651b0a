import type { Reason } from '#domain/reason';

/**
 * What can be wrong in an archive. `missing`: the object of a copy is gone; `size`: it is of another size; `hidden`: a delete marker lies over it; `overwritten`: a
 * newer version, which is not ours, lies over it; `foreign`: an object that no row names; `foreign-upload`: an upload in parts that this station did not begin;
 * `unlocked`: an original without the lock that it needs; `bucket`: the bucket itself was changed, or cannot do what it could.
 */
export const FINDING_KINDS = ['bucket', 'foreign', 'foreign-upload', 'hidden', 'missing', 'overwritten', 'size', 'unlocked'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface ArchiveFinding {
  /** Name of the archive in copies. */
  readonly place: string;
  readonly kind: FindingKind;
  /** Key of the object; for `bucket` a word for what was changed. */
  readonly key: string;
  /** Of the foreign or missing version, or the id of the upload; empty where there is none. */
  readonly versionId: string;
  readonly recordingId: string | null;
  readonly what: Reason;
  readonly foundAtMs: number;
  /** When a later comparison no longer found it; null while it is open. */
  readonly settledAtMs: number | null;
}
