import type { Kind } from '#domain/kind';
import type { RecordingNote } from '#domain/notes';
import type { Reason } from '#domain/reason';
import type { Derivative, Original, Recording } from '#domain/recording';
import type { Claim, Work, WorkFailure } from '#domain/work';
import type { RecordingDetail } from './ledger/recordings.ts';

/*
 * The gate through which a host takes work and hands in what came of it (docs/decisions/0027). The station serves it; the host may be the station itself or
 * another. Everything that goes through is plain JSON: no stream, no function, no instant of the host's clock. Whoever presents a claim that is not the
 * newest of its work is refused with work.lease-lost, in the transaction that would have written the result. Bytes go other ways: originals through a
 * `VaultReader`, derivatives through `DerivativeVault`, copies through `Archive`, whose `UploadJournal` is the journal of parts.
 */

/** Work that this host holds now. */
export interface ClaimedWork {
  readonly claim: Claim;
  /** As the claim has left it: the attempt is counted. */
  readonly work: Work;
}

/** Taking work and giving it back. The gate knows whose claims it takes: a host cannot name another. */
export interface WorkClaims {
  /** As it stands; null if there is none. */
  look(workId: string): Promise<Work | null>;
  /** null if it is not to be had: not due, done, or held by another. */
  claim(workId: string, leaseMs: number): Promise<ClaimedWork | null>;
  renew(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void>;
  postpone(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void>;
  fail(claim: Claim, failure: WorkFailure): Promise<void>;
}

/** What has to be known to derive a recording. */
export interface DeriveItem {
  readonly recording: Recording;
  readonly originals: readonly Original[];
  /** First segments of whole recordings of the same recorder: what a repair can learn the recorder's habits from. */
  readonly siblings: readonly Original[];
  /** Others of the same recorder are still being copied. */
  readonly moreSiblingsToCome: boolean;
}

/** What the transcoder found in the first segment. */
export interface FoundInside {
  /** As the container writes it; null if it does not. */
  readonly creationTime: string | null;
  readonly durationMs: number | null;
}

/** A derivative that stands in the vault under its key. */
export type MadeDerivative = Omit<Derivative, 'id' | 'recordingId' | 'inputs' | 'createdAtMs'>;

export interface DerivedResult {
  /** What the content of the first segment is. */
  readonly kind: Kind;
  readonly derivatives: readonly MadeDerivative[];
  readonly durationMs: number | null;
  /** Why the recording counts as damaged; null if it is whole. */
  readonly damage: Reason | null;
  readonly notes: readonly RecordingNote[];
  readonly inside: FoundInside;
  /** How long each segment really is, ms; null where that cannot be told. */
  readonly segmentsMs: readonly (number | null)[];
}

/** What a station tells a worker that comes to it: the worker has no settings of its own for these. */
export interface WorkTerms {
  readonly stationId: string;
  readonly version: string;
  /** IANA zone of the hours. */
  readonly timezone: string;
  /** null if there is none that other hosts reach. */
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
  /** `w10-derived-recorded`, and the end of the work. It notes files of earlier runs that no row names any more; then they are removed. */
  record(claim: Claim, result: DerivedResult): Promise<void>;
  /** The result was refused: files of this run are removed, but for those that a row names (an answer may have been lost on its way). */
  discard(claim: Claim): Promise<void>;
  /** No retry mends it, or tries are used up: how the recording stands now, and the work `failed`. Files of this run and earlier ones go too. */
  giveUp(claim: Claim, failure: WorkFailure): Promise<void>;
}

export interface ArchiveItem {
  readonly detail: RecordingDetail;
  /** `facts.json` as it is to be now; null if the archive holds it so. */
  readonly facts: { readonly key: string; readonly text: string; readonly sha256: string } | null;
}

/** One object that the archive holds and that was verified there. */
interface ArchivedItem {
  readonly itemId: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  /** A manifest goes with its original and has no copy row of its own. */
  readonly counts: boolean;
}

export interface ArchivedResult {
  readonly archive: string;
  readonly verifiedBy: 'readback' | 'head';
  readonly items: readonly ArchivedItem[];
}

/** A copy that was read back, and is not what it should be. */
export interface MismatchedCopy {
  /** Name of the archive. */
  readonly where: string;
  readonly item: string;
  readonly key: string;
  /** SHA-256. */
  readonly expected: string;
  readonly found: Reason;
}

export interface ArchiveGate {
  item(claim: Claim, archive: string): Promise<ArchiveItem>;
  /** `w14-archived-recorded`. Not `done` if something is to be there meanwhile that is not there yet: the work waits again then. */
  record(claim: Claim, result: ArchivedResult): Promise<{ done: boolean }>;
  /** Twice the archive gave other bytes than it was sent; the work goes on being held. */
  mismatched(claim: Claim, copy: MismatchedCopy): Promise<void>;
  giveUp(claim: Claim, failure: WorkFailure): Promise<void>;
}
