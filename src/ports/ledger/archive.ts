import type { BucketCapabilities } from '#domain/lock/capabilities';
import type { ComparisonRun } from '#domain/lock/comparison';
import type { ArchiveFinding, FindingKind } from '#domain/lock/finding';
import type { CopyLock, LockMode } from '#domain/lock/lock';
import type { Copy } from '#domain/recording';

/** Names the row of a copy. */
export type CopyName = Pick<Copy, 'recordingId' | 'itemId' | 'where'>;

/** What the station knows of its archive: locks of copies, the bucket, and what the daily comparison found. `place` is the name of the archive in copies. */
export interface ArchiveReader {
  /** Copies in this place by their keys, in the order of bytes, from the first key above `after`. At most 1000. */
  copiesByKey(place: string, after: string, limit: number): Promise<readonly Copy[]>;
  /** Copies of originals whose lock is to be looked at by now, the longest overdue first. At most 1000. */
  locksDue(place: string, nowMs: number, limit: number): Promise<readonly Copy[]>;
  /** How many copies of originals this place has, how many of them no lock protects now, and when the lock that ends first does. */
  lockCounts(
    place: string,
    nowMs: number,
  ): Promise<{ readonly originals: number; readonly unlocked: number; readonly firstEndMs: number | null }>;
  /** The modes in which copies of this place are locked. */
  lockModes(place: string): Promise<readonly LockMode[]>;
  /** Sorted by kind, key and version, from the first one after `after`; `open`: only those that are not settled. At most 1000. */
  findings(
    place: string,
    page: {
      readonly open?: boolean;
      readonly kind?: FindingKind;
      readonly after?: Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'>;
      readonly limit: number;
    },
  ): Promise<readonly ArchiveFinding[]>;
  finding(place: string, name: Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'>): Promise<ArchiveFinding | null>;
  /** How many findings are open, by kind. */
  openFindings(place: string): Promise<Readonly<Partial<Record<FindingKind, number>>>>;
  /** What the last probe of the bucket found; null before the first. */
  capabilities(place: string): Promise<BucketCapabilities | null>;
  /** The comparison that runs, or the last one; null before the first. */
  comparison(place: string): Promise<ComparisonRun | null>;
}

export interface ArchiveWriter {
  /** Writes versions and lock of a copy. Throws station.internal where the date would fall: a lock is never shortened. */
  setLock(copy: CopyName, lock: CopyLock, nextLookMs: number): Promise<void>;
  /** Has the locks of a recording's originals looked at from this time on, or earlier where that was to be. */
  dueLocks(recordingId: string, atMs: number): Promise<void>;
  /** The lock was looked at and is as it was, or could not be set: when it was told last, and when it is looked at again. */
  noteLook(copy: CopyName, look: { readonly checkedAtMs: number | null; readonly nextLookMs: number }): Promise<void>;
  /** Adds a finding, or opens a settled one again. An open one stays as it is. */
  putFinding(finding: ArchiveFinding): Promise<void>;
  settleFinding(place: string, name: Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'>, atMs: number): Promise<void>;
  putCapabilities(place: string, found: BucketCapabilities): Promise<void>;
  putComparison(place: string, run: ComparisonRun): Promise<void>;
}
