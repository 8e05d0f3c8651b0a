import type { Kind } from '#domain/kind';
import type { LinkRelation, RecordingLink, RecordingNote } from '#domain/notes';
import type { Protection } from '#domain/protection';
import type { Reason } from '#domain/reason';
import type { Copy, Derivative, NewCopy, OfficerSource, Original, Recording, RecordingState } from '#domain/recording';

export interface RecordingFilter {
  readonly caseNumber?: string;
  readonly officerId?: string;
  readonly recorderSerial?: string;
  /** Only recordings of which this docking was the last to list some original. */
  readonly dockingId?: string;
  readonly state?: RecordingState;
  /** Only recordings that started (where the start is unknown: were created) at this time or later, ms since 1970 UTC. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly category?: string;
  /** Only recordings of officers of this unit, as the registry has it. */
  readonly unit?: string;
  /** Only recordings of cases with an event at a place that has this in its name. */
  readonly place?: string;
  readonly damaged?: boolean;
  /** Only recordings without an officer or without a case. */
  readonly unassigned?: boolean;
  /** Only recordings with a lower id; the list is newest first. */
  readonly after?: string;
  /** 1 to 1000. */
  readonly limit: number;
}

/** A recording with the other rows that lists and API answers need. */
export interface RecordingDetail {
  readonly recording: Recording;
  readonly caseNumbers: readonly string[];
  readonly originals: readonly Original[];
  readonly copies: readonly Copy[];
  readonly derivatives: readonly Derivative[];
  readonly links: readonly RecordingLink[];
}

export type NewRecording = Omit<
  Recording,
  'state' | 'damaged' | 'damageReason' | 'durationMs' | 'duplicateOf' | 'missingCount' | keyof Protection
> &
  Partial<Protection>;

/** Recordings, and what belongs to a recording as a whole: cases, links, copies, derivatives. */
export interface RecordingsReader {
  get(id: string): Promise<Recording | null>;
  detail(id: string): Promise<RecordingDetail | null>;
  list(filter: RecordingFilter): Promise<readonly RecordingDetail[]>;
  ids(): AsyncIterable<string>;
  copies(recordingId: string): Promise<readonly Copy[]>;
  derivatives(recordingId: string): Promise<readonly Derivative[]>;
  /** Files of the vault that `noteLeftovers` has noted, of one recording or of all. */
  leftovers(limit: number, recordingId?: string): Promise<readonly { readonly key: string; readonly recordingId: string }[]>;
  /** Ids of the recordings with a derivative that was made by this recipe (`remux/1`), in order, from the first id above `after`. */
  byRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]>;
  /** Recordings in state `copying` with a file that never came and whose newer version (`OriginalsReader.newerVersions`) is one of these sealed originals. */
  replacedBy(sealedIds: readonly string[]): Promise<readonly string[]>;
}

export interface RecordingsWriter {
  insert(recording: NewRecording): Promise<void>;
  update(
    id: string,
    patch: {
      state?: RecordingState;
      /** What the content is, where the file name said otherwise. */
      kind?: Kind;
      damaged?: boolean;
      damageReason?: Reason | null;
      /** Replaces the notes on record. Notes beyond NOTES_MAX are cut off. */
      notes?: readonly RecordingNote[];
      durationMs?: number | null;
      missingCount?: number;
      duplicateOf?: string | null;
      important?: boolean;
      category?: string | null;
      officerId?: string | null;
      officerSource?: OfficerSource | null;
      startMs?: number | null;
      claimedStart?: string | null;
      claimedFrom?: Recording['claimedFrom'];
      startClaims?: Recording['startClaims'];
      archivedAtMs?: number;
      confidentiality?: Recording['confidentiality'];
      privacy?: Recording['privacy'];
    },
  ): Promise<void>;
  /** Links two recordings, each from its side. A link that is there already is left as it is. */
  link(recordingId: string, relation: LinkRelation, otherId: string): Promise<void>;
  addCase(recordingId: string, caseNumber: string): Promise<void>;
  removeCase(recordingId: string, caseNumber: string): Promise<void>;
  upsertCopy(copy: NewCopy): Promise<void>;
  /** Removes the row of a copy that is not there or not as it should be. Returns false if no such row was there. Never called for the vault's own copy. */
  withdrawCopy(copy: Pick<Copy, 'recordingId' | 'itemId' | 'where'>): Promise<boolean>;
  /** Writes a derivative, in place of the one of the same recording and kind. */
  upsertDerivative(derivative: Derivative): Promise<void>;
  /** The vault does not hold this playable copy from `atMs` on. Returns false if there is no such row any more, because it was made again. */
  markPlayableEvicted(derivativeId: string, atMs: number): Promise<boolean>;
  /** Notes files among the recording's derivatives that are to be removed, because no row names them any more. A key that is noted already stays noted. */
  noteLeftovers(recordingId: string, keys: readonly string[]): Promise<void>;
  forgetLeftover(key: string): Promise<void>;
}
