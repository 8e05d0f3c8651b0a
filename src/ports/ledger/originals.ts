import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';
import type { Original, SourceReread } from '#domain/recording';
import type { Compared } from '#domain/vault/file-sample';

export type NewOriginal = Omit<
  Original,
  'state' | 'digests' | 'gaps' | 'sourceReread' | 'duplicateOf' | 'copiedAtMs' | 'sealedAtMs' | 'durationMs' | 'replacedBy'
>;

/** What is known of an original once its copy stands in the vault. */
export interface CopiedFacts {
  readonly digests: Digests;
  /** None if it is left out. */
  readonly gaps?: readonly ByteRange[];
  readonly sourceReread?: SourceReread | null;
  readonly duplicateOf: string | null;
  readonly copiedAtMs: number;
}

/** Single files as they were on a recorder. */
export interface OriginalsReader {
  get(id: string): Promise<Original | null>;
  ofRecording(recordingId: string): Promise<readonly Original[]>;
  /**
   * The original with this identity on the card, in any state: what resume and "not twice" ask. Of several (a file that was read with gaps,
   * and taken again later) one without gaps, else the newest.
   */
  find(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null>;
  /** Sealed originals with this path, size and time, of any recorder that was ever docked: what tells whose card it is. */
  named(identity: { cardPath: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** Originals of a recorder with this size and time, under any path; newest first. None if there are more than `limit`: they tell nothing then. */
  like(identity: { recorderSerial: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** The first sealed original with these bytes that was read without a gap; null for empty files. */
  findSealedByDigest(sha256: string, bytes: number): Promise<Original | null>;
  /** Originals in state `copied`, important first, oldest first: the seal stage's work. */
  copied(limit: number): Promise<readonly Original[]>;
  /** When originals were last compared with what a card holds under their names; by id, at most 1000 at once. */
  compared(originalIds: readonly string[]): Promise<ReadonlyMap<string, Compared>>;
  /**
   * By id of an original that never came: the recording of the newest sealed file of the same recorder, docked recorder and path that was listed later, in the same
   * docking or a later one. A file that changed while it was copied is another file; nothing more will come of the first.
   */
  newerVersions(originalIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface OriginalsWriter {
  insert(original: NewOriginal): Promise<void>;
  /** An original that has not come moves to a recording that waits for it. Throws request.conflict unless it is `listed`. */
  moveToRecording(originalId: string, to: { recordingId: string; index: number; vaultKey: string }): Promise<void>;
  /** A later docking has the same file again, maybe under another path: its progress now counts there. */
  moveToDocking(originalId: string, dockingId: string, cardPath?: string): Promise<void>;
  /**
   * The original never came and is not waited for any more: its new version is sealed in `by`. null: it is waited for again. While it is marked, it is neither
   * copied nor moved to another recording. Throws request.conflict unless it is `listed`.
   */
  markReplaced(originalId: string, by: string | null): Promise<void>;
  /** The file has grown before it was copied. Throws request.conflict unless it is `listed`. */
  relist(originalId: string, now: { bytes: number; mtimeMs: number }): Promise<void>;
  markCopied(originalId: string, facts: CopiedFacts): Promise<void>;
  /** Back to `listed`, after a failed verification: the copy is to be made again. */
  unmarkCopied(originalId: string): Promise<void>;
  /** `sm3`: computed when its copy was read back; left out, what is on record stays. */
  markSealed(originalId: string, sealedAtMs: number, sm3?: string | null): Promise<void>;
  /** How long it really is. */
  measure(originalId: string, durationMs: number): Promise<void>;
  /** What a card holds under their names was compared with them and found the same: by a full sample, or whole; at most 1000 at once. */
  markCompared(originalIds: readonly string[], compared: { how: 'sampled' | 'whole'; dockingId: string; atMs: number }): Promise<void>;
}
