import type { Kind } from '#domain/kind';
import type { LockState } from '#domain/lock/lock';
import type { RecordingNote } from '#domain/notes';
import type { Reason } from '#domain/reason';
import type { Derivative, Original, Recording } from '#domain/recording';
import type { Claim, Work, WorkFailure } from '#domain/work';
import type { RecordingDetail } from './ledger/recordings.ts';

/*
 * The gate through which a host takes work and hands in its results (docs/decisions/0027). The station serves the gate; the host may be the station itself or
 * another. Everything that goes through is plain JSON: no stream, no function, no time of the host's clock. Whoever presents a claim that is not the newest of
 * its work is refused with work.lease-lost, in the transaction that would have written the result. Bytes go other ways: originals through a `VaultReader`,
 * derivatives through `DerivativeVault`, copies through `Archive`, whose `UploadJournal` notes uploaded parts.
 */

/** Work that this host holds now. */
export interface ClaimedWork {
  readonly claim: Claim;
  /** The work as the claim has left it: this attempt is counted. */
  readonly work: Work;
}

/** Takes work and gives it back. The gate knows who calls, so a host cannot name a claim of another host. */
export interface WorkClaims {
  /** The work as it stands; null if there is none. */
  look(workId: string): Promise<Work | null>;
  /** Claims work. null if the work is not due, is done, or is held by another host. */
  claim(workId: string, leaseMs: number): Promise<ClaimedWork | null>;
  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void>;
  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void>;
  fail(claim: Claim, failure: WorkFailure): Promise<void>;
}

/** What a host has to know to make the derivatives of a recording. */
export interface DeriveItem {
  readonly recording: Recording;
  readonly originals: readonly Original[];
  /** First segments of whole recordings of the same recorder. A repair learns from them how the recorder writes its files. */
  readonly siblings: readonly Original[];
  /** Other recordings of the same recorder are still being copied. */
  readonly moreSiblingsToCome: boolean;
}

/** What the transcoder found in the first segment. */
export interface FoundInside {
  /** creation_time as the container writes it; null if it has none. */
  readonly creationTime: string | null;
  readonly durationMs: number | null;
}

/** A derivative that stands in the vault under its key. */
export type MadeDerivative = Omit<Derivative, 'id' | 'recordingId' | 'inputs' | 'createdAtMs' | 'evictedAtMs'>;

export interface DerivedResult {
  /** What the content of the first segment is. */
  readonly kind: Kind;
  readonly derivatives: readonly MadeDerivative[];
  readonly durationMs: number | null;
  /** Why the recording counts as damaged; null if it is whole. */
  readonly damage: Reason | null;
  readonly notes: readonly RecordingNote[];
  readonly inside: FoundInside;
  /** Real length of each segment, ms; null where it cannot be told. */
  readonly segmentsMs: readonly (number | null)[];
}

/** What a station tells a worker that comes to it. The worker has no settings of its own for these. */
export interface WorkTerms {
  readonly stationId: string;
  readonly version: string;
  /** IANA zone of the hours. */
  readonly timezone: string;
  /** null if there is no archive that other hosts can reach. */
  readonly archive: {
    readonly name: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly derivatives: boolean;
    readonly verify: 'readback' | 'head';
    readonly hours: string;
  } | null;
}

export interface DeriveGate {
  item(claim: Claim): Promise<DeriveItem>;
  /**
   * Records the result and ends the work, at fault point `w10-derived-recorded`. Files of earlier runs that no row names any more are noted and then removed.
   */
  record(claim: Claim, result: DerivedResult): Promise<void>;
  /** The result was refused: removes the files of this run. Files that a row names stay, because only the answer of `record` may have been lost. */
  discard(claim: Claim): Promise<void>;
  /**
   * No retry helps, or all attempts are used up: records how the recording stands now, and sets the work to `failed`. Files of this run and of earlier ones are
   * removed.
   */
  giveUp(claim: Claim, failure: WorkFailure): Promise<void>;
}

export interface ArchiveItem {
  readonly detail: RecordingDetail;
  /** `facts.json` as it should be now; null if the archive holds it so. */
  readonly facts: { readonly key: string; readonly text: string; readonly sha256: string } | null;
  /** How originals and their manifests are to be locked once they are there; null: nothing is locked in this archive. */
  readonly lock: LockWish | null;
  /** True: a copy of it in this archive was found bad. What is stored now is read back whole, whatever `archive.verify` says. */
  readonly readBack: boolean;
}

export interface LockWish {
  /** Date of the lock, ms since 1970; null: no lock with a date. */
  readonly untilMs: number | null;
  readonly hold: boolean;
}

/** One object that the archive holds and that was verified there. */
export interface ArchivedItem {
  readonly itemId: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** False for a manifest: it goes with its original and has no copy row of its own. */
  readonly counts: boolean;
  /** The version that was verified; null where the archive keeps none. */
  readonly versionId: string | null;
  /** The lock as it was read back; null where none was asked for. */
  readonly lock: LockState | null;
}

export interface ArchivedResult {
  readonly archive: string;
  readonly verifiedBy: 'readback' | 'head';
  readonly items: readonly ArchivedItem[];
}

/** A copy that was read back and is not what it should be. */
export interface MismatchedCopy {
  /** Name of the archive. */
  readonly where: string;
  readonly item: string;
  readonly key: string;
  /** SHA-256, hexadecimal. */
  readonly expected: string;
  readonly found: Reason;
}

export interface ArchiveGate {
  item(claim: Claim, archive: string): Promise<ArchiveItem>;
  /**
   * Records verified copies, at fault point `w14-archived-recorded`. Not `done` if something has to be archived since that the archive does not hold yet: then
   * the work waits again.
   */
  record(claim: Claim, result: ArchivedResult): Promise<{ done: boolean }>;
  /** Records that the archive gave other bytes than it was sent, twice. The host still holds the work. */
  mismatched(claim: Claim, copy: MismatchedCopy): Promise<void>;
  giveUp(claim: Claim, failure: WorkFailure): Promise<void>;
}
