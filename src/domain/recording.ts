import type { StartClaim } from '#domain/start/claim';
import type { TakeFacts } from '#domain/take/segment-names';
import type { ByteRange } from './byte-range.ts';
import type { Digests } from './digest.ts';
import type { Kind } from './kind.ts';
import type { CopyLock } from './lock/lock.ts';
import type { RecordingNote } from './notes.ts';
import type { Protection } from './protection.ts';
import type { Reason } from './reason.ts';

/**
 * The life of a recording, in order. `copying`: some original is not sealed yet; `sealed`: every original is sealed;
 * `derived`: and it can be played (or needs no derivative, or none can be made); `archived`: and every original is
 * verified in the archive. `replaced`, after `copying` alone: none of its files was ever copied, and a new version of each is sealed in another recording.
 * `disposed`: its term was over, and nothing but a tombstone is left of it.
 */
export const RECORDING_STATES = ['copying', 'sealed', 'derived', 'archived', 'replaced', 'disposed'] as const;
export type RecordingState = (typeof RECORDING_STATES)[number];

/** Whether the vault holds its files, all of them. */
export const isTakenIn = (state: RecordingState): boolean => state !== 'copying' && state !== 'replaced' && state !== 'disposed';

/** The life of one original. */
export const ORIGINAL_STATES = ['listed', 'copied', 'sealed'] as const;
type OriginalState = (typeof ORIGINAL_STATES)[number];

/**
 * Where a recording's officer comes from. A person outranks the file name, the name outranks the officer who had the recorder when it was recorded, and that one outranks
 * the officer that it was assigned to then. A name that has zeros for the officer tells none.
 */
export type OfficerSource = 'file-name' | 'holder' | 'assignment' | 'person' | 'rule';

/** `nocache`: the kernel was asked to forget the file first; `cached`: it could not be, so the second read may have come from memory. */
export type SourceReread = 'nocache' | 'cached';

/** One continuous capture of one recorder, 1..n segments, with the sidecars that travel with it. */
export interface Recording extends Protection {
  readonly id: string;
  readonly dockingId: string;
  readonly recorderSerial: string;
  readonly kind: Kind;
  readonly officerId: string | null;
  readonly officerSource: OfficerSource | null;
  readonly category: string | null;
  readonly important: boolean;
  readonly state: RecordingState;
  readonly damaged: boolean;
  readonly damageReason: Reason | null;
  /** What a person should know of it that is no damage, at most NOTES_MAX. */
  readonly notes: readonly RecordingNote[];
  /** Wall-clock time that the recorder claims, without zone: `2019-06-27T15:30:12`; null if the card says nothing. */
  readonly claimedStart: string | null;
  /** Where the claim comes from. */
  readonly claimedFrom: 'file-name' | 'container' | 'mtime' | 'gps' | null;
  /** Everything that tells when it started, and what became of each claim; none on recordings that are older than this field. */
  readonly startClaims: readonly StartClaim[];
  /**
   * The start, ms since 1970 UTC: the claim that is used, read in the station's zone and corrected by the clock offset unless it comes from
   * satellites. null: no claim can be true.
   */
  readonly startMs: number | null;
  /** Station clock minus recorder clock, measured at docking; null if it could not be measured. */
  readonly clockOffsetMs: number | null;
  readonly durationMs: number | null;
  /** How many segments and sidecars belong to it. */
  readonly originalCount: number;
  /** How many of them never came from the recorder and wait in a recording of their own. */
  readonly missingCount: number;
  /** Id of an earlier recording whose first segment has the same bytes. */
  readonly duplicateOf: string | null;
  readonly createdAtMs: number;
}

/** One file as it was on the recorder. Once it is sealed, nothing changes it, and only steps/destroy-copy.ts removes a copy of it. */
export interface Original {
  readonly id: string;
  readonly recordingId: string;
  /** The docking that listed it last. */
  readonly dockingId: string;
  readonly recorderSerial: string;
  readonly role: 'segment' | 'sidecar';
  /** 1-based, segments first in their order, then sidecars. */
  readonly index: number;
  readonly kind: Kind;
  /** Path on the card, `/` between parts, printable form (see card/path.ts): never used as a path on the station. */
  readonly cardPath: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly important: boolean;
  /** The place in a take that its name tells, and its times; null if it is no segment of any take. */
  readonly take: TakeFacts | null;
  readonly state: OriginalState;
  readonly vaultKey: string;
  /** Of the bytes as they are kept: where the recorder could not be read they are zeros. */
  readonly digests: Digests | null;
  /** What the recorder could not deliver, in order; none for nearly every file. */
  readonly gaps: readonly ByteRange[];
  /** How the file was read from the recorder a second time and found the same (`intake.verify`); null: it was read once. */
  readonly sourceReread: SourceReread | null;
  /** Id of an earlier sealed original with the same bytes, both read without a gap. */
  readonly duplicateOf: string | null;
  readonly copiedAtMs: number | null;
  readonly sealedAtMs: number | null;
  /** How long it really is, as derive found it; null until then, or if it cannot be told. */
  readonly durationMs: number | null;
  /** The recording in which the new version of this file is sealed, where it was closed as replaced; such a file stays `listed`: it never came. */
  readonly replacedBy: string | null;
  /** When its bytes were removed from the vault because they are safe in the archive; null: the vault holds them. Never set before it is `sealed`. */
  readonly evictedAtMs: number | null;
  /** SHA-256 of the list of its blocks' digests (domain/eviction/block-digests.ts) beside its manifest; null: there is no such list. */
  readonly blocksSha256: string | null;
}

/** A place where the bytes of an original or a derivative are known to be. */
export interface Copy extends CopyLock {
  /** Id of the original or the derivative. */
  readonly itemId: string;
  readonly recordingId: string;
  /** `vault`, or the archive's name. */
  readonly where: string;
  readonly key: string;
  readonly bytes: number;
  readonly verifiedAtMs: number;
  /** `direct`: read from the disk past the page cache; `nocache`, `cached`: weaker; `readback`, `head`: from the archive. */
  readonly verifiedBy: 'direct' | 'nocache' | 'cached' | 'readback' | 'head';
  /** Of what changes under its key (the facts of the recording); originals and derivatives have theirs in rows of their own. */
  readonly sha256?: string;
}

/** A copy to be written. What is not told of its version and its lock is none. */
export type NewCopy = Omit<Copy, keyof CopyLock> & Partial<CopyLock>;

export const DERIVATIVE_KINDS = [
  'playable',
  'poster',
  'contact-sheet',
  'thumbnails',
  'waveform',
  'thumbnail',
  'preview',
  'salvage',
] as const;
export type DerivativeKind = (typeof DERIVATIVE_KINDS)[number];

/** Something made from originals, which can be made again. */
export interface Derivative {
  readonly id: string;
  readonly recordingId: string;
  readonly kind: DerivativeKind;
  /** Name and version of the recipe, for example `remux/1`. */
  readonly recipe: string;
  /** SHA-256 of each input original, in order. */
  readonly inputs: readonly string[];
  readonly vaultKey: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly createdAtMs: number;
  /** When a playable copy was removed from the vault because it is safe in the archive; null: the vault holds it. */
  readonly evictedAtMs: number | null;
}

/** The state that the facts add up to; the one place that decides it. */
export function recordingStateOf(facts: { allSealed: boolean; deriveSettled: boolean; archiveSettled: boolean }): RecordingState {
  if (!facts.allSealed) return 'copying';
  if (!facts.deriveSettled) return 'sealed';
  return facts.archiveSettled ? 'archived' : 'derived';
}
