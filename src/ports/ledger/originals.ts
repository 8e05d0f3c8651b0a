import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';
import type { Original, SourceReread } from '#domain/recording';
import type { Compared } from '#domain/vault/file-sample';

export type NewOriginal = Omit<
  Original,
  | 'state'
  | 'digests'
  | 'gaps'
  | 'sourceReread'
  | 'duplicateOf'
  | 'copiedAtMs'
  | 'sealedAtMs'
  | 'durationMs'
  | 'replacedBy'
  | 'evictedAtMs'
  | 'blocksSha256'
>;

/** What is known of an original once its copy stands in the vault. */
export interface CopiedFacts {
  readonly digests: Digests;
  /** Gaps of the copy; none if it is left out. */
  readonly gaps?: readonly ByteRange[];
  readonly sourceReread?: SourceReread | null;
  readonly duplicateOf: string | null;
  readonly copiedAtMs: number;
}

/** Originals: single files as they were on a recorder. */
export interface OriginalsReader {
  get(id: string): Promise<Original | null>;
  ofRecording(recordingId: string): Promise<readonly Original[]>;
  /**
   * The original with this identity on the card, in any state. A copy that is resumed is found by this, and a file that is not taken twice. Of several (a file
   * that was read with gaps, and read again later) it is one without gaps, else the newest.
   */
  find(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null>;
  /** Sealed originals with this path, size and time, of any recorder that was ever docked. They tell whose card it is. */
  named(identity: { cardPath: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** Originals of a recorder with this size and time under any path, newest first. Empty if there are more than `limit`, because so many tell nothing. */
  like(identity: { recorderSerial: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** The first sealed original with these bytes that was read without a gap; null for an empty file. */
  findSealedByDigest(sha256: string, bytes: number): Promise<Original | null>;
  /** Originals in state `copied`, important first, oldest first: the seal stage's work. */
  copied(limit: number): Promise<readonly Original[]>;
  /** By id of an original: when it was last compared with the file under its name on a card. At most 1000 ids. */
  compared(originalIds: readonly string[]): Promise<ReadonlyMap<string, Compared>>;
  /**
   * By id of an original that never came: the recording with the newer version of its file. That is the newest sealed file of the same recorder, docked
   * recorder and path which was listed later, in the same docking or a later one. A file that changed while it was copied counts as another file, so nothing
   * more comes of the first.
   */
  newerVersions(originalIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface OriginalsWriter {
  insert(original: NewOriginal): Promise<void>;
  /** Moves an original that was not copied yet to a recording that waits for it. Throws request.conflict unless the original is `listed`. */
  moveToRecording(originalId: string, to: { recordingId: string; index: number; vaultKey: string }): Promise<void>;
  /** A later docking has listed the same file, perhaps under another path. From now on the original counts to that docking. */
  moveToDocking(originalId: string, dockingId: string, cardPath?: string): Promise<void>;
  /**
   * Marks an original that never came as replaced: its new version is sealed in the recording `by`, and nobody waits for it. null takes the mark away. A marked
   * original is neither copied nor moved to another recording. Throws request.conflict unless the original is `listed`.
   */
  markReplaced(originalId: string, by: string | null): Promise<void>;
  /** Writes the new size and time of a file that has grown before it was copied. Throws request.conflict unless the original is `listed`. */
  relist(originalId: string, now: { bytes: number; mtimeMs: number }): Promise<void>;
  markCopied(originalId: string, facts: CopiedFacts): Promise<void>;
  /** Sets an original back to `listed` after its copy failed verification, so that the copy is made again. */
  unmarkCopied(originalId: string): Promise<void>;
  /** `sm3`: computed when the copy was read back. If it is left out, the SM3 on record stays. */
  markSealed(originalId: string, sealedAtMs: number, sm3?: string | null, blocksSha256?: string | null): Promise<void>;
  /**
   * The vault does not hold the original from `atMs` on; null: it does again, and `blocksSha256` is the list of its blocks where one was made now. Throws
   * request.conflict unless it is sealed, and was the other way before.
   */
  markEvicted(originalId: string, atMs: number | null, blocksSha256?: string): Promise<void>;
  /** Writes the real length of an original, ms. */
  measure(originalId: string, durationMs: number): Promise<void>;
  /** Notes that the files under the originals' names on a card were compared with them and are the same, by a full sample or whole. At most 1000 ids. */
  markCompared(originalIds: readonly string[], compared: { how: 'sampled' | 'whole'; dockingId: string; atMs: number }): Promise<void>;
}
