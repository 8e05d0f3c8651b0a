import type { Kind } from '#domain/kind';
import type { LinkRelation, RecordingLink, RecordingNote } from '#domain/notes';
import type { Protection } from '#domain/protection';
import type { Reason } from '#domain/reason';
import type { Copy, Derivative, OfficerSource, Original, Recording, RecordingState } from '#domain/recording';

export interface RecordingFilter {
  readonly caseNumber?: string;
  readonly officerId?: string;
  readonly recorderSerial?: string;
  /** Some original of it was listed last by this docking. */
  readonly dockingId?: string;
  readonly state?: RecordingState;
  /** Start (or, where unknown, creation) at or after, ms since 1970. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly damaged?: boolean;
  /** No officer or no case. */
  readonly unassigned?: boolean;
  /** Page after this recording id; newest first. */
  readonly after?: string;
  /** 1 to 1000. */
  readonly limit: number;
}

/** A recording with what lists and API answers need beside it. */
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

/** Recordings, and what belongs to one as a whole: cases, links, copies, derivatives. */
export interface RecordingsReader {
  get(id: string): Promise<Recording | null>;
  detail(id: string): Promise<RecordingDetail | null>;
  list(filter: RecordingFilter): Promise<readonly RecordingDetail[]>;
  ids(): AsyncIterable<string>;
  copies(recordingId: string): Promise<readonly Copy[]>;
  derivatives(recordingId: string): Promise<readonly Derivative[]>;
  /** Files of the vault that `noteLeftovers` noted, of one recording or of all. */
  leftovers(limit: number, recordingId?: string): Promise<readonly { readonly key: string; readonly recordingId: string }[]>;
  /** Recordings of which some derivative was made by this recipe (`remux/1`), by id, after that id. */
  byRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]>;
  /** Recordings in state `copying` with a file that never came, of which one of these sealed originals is a newer version (`OriginalsReader.newerVersions`). */
  replacedBy(sealedIds: readonly string[]): Promise<readonly string[]>;
}

export interface RecordingsWriter {
  insert(recording: NewRecording): Promise<void>;
  update(
    id: string,
    patch: {
      state?: RecordingState;
      /** What its content is, where its name said otherwise. */
      kind?: Kind;
      damaged?: boolean;
      damageReason?: Reason | null;
      /** Takes the place of those that stand there; more than NOTES_MAX are cut off. */
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
      confidentiality?: Recording['confidentiality'];
      privacy?: Recording['privacy'];
    },
  ): Promise<void>;
  /** Both recordings have the link from then on, each from its side; a link that is there already is left as it is. */
  link(recordingId: string, relation: LinkRelation, otherId: string): Promise<void>;
  addCase(recordingId: string, caseNumber: string): Promise<void>;
  removeCase(recordingId: string, caseNumber: string): Promise<void>;
  upsertCopy(copy: Copy): Promise<void>;
  /** The copy is not there, or not what it should be: false if none was on record. Never used for the vault's own. */
  withdrawCopy(copy: Pick<Copy, 'recordingId' | 'itemId' | 'where'>): Promise<boolean>;
  /** Replaces the derivative of the same recording and kind. */
  upsertDerivative(derivative: Derivative): Promise<void>;
  /** Files among the recording's derivatives that are to be removed, because no row names them any more. One that is noted already stays so. */
  noteLeftovers(recordingId: string, keys: readonly string[]): Promise<void>;
  forgetLeftover(key: string): Promise<void>;
}
