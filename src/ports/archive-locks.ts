import type { BucketCapabilities } from '#domain/lock/capabilities';
import type { LockState } from '#domain/lock/lock';
import type { ExpectedObject, ObjectName, TransferOptions } from './archive.ts';

/**
 * Locks of single objects in the archive. Every object is named by key and version, so that what somebody put over it or hid it with is never locked in its
 * place. Errors: those of the archive; archive.unfit where nothing can be locked.
 */
export interface ArchiveLocks {
  /** What this storage can and cannot do, as the last probe has found it; null until one has been made (the archive was away). */
  capabilities(): BucketCapabilities | null;
  /** Asks the storage anew, with real objects of its own. Throws archive.unreachable and the like if it cannot be asked. */
  probe(signal?: AbortSignal): Promise<BucketCapabilities>;
  /**
   * Sets the date until which the storage refuses to delete this version, and reads it back exactly. A date that is not later than the one there is left alone: a
   * lock is never shortened. Throws archive.lock-differs where the storage tells another date than it was given.
   */
  lock(object: ObjectName, untilMs: number, signal?: AbortSignal): Promise<LockState>;
  /** Sets or takes away the hold without a date, and reads it back. */
  hold(object: ObjectName, on: boolean, signal?: AbortSignal): Promise<LockState>;
  state(object: ObjectName, signal?: AbortSignal): Promise<LockState>;
  /**
   * The version under this key whose bytes are these, for a copy whose version nobody noted. Looks at a bounded number of versions, newest first, and reads back
   * those of the right size. null: none of them, or the place keeps no versions.
   */
  findVersion(expected: ExpectedObject, options: TransferOptions): Promise<string | null>;
}
