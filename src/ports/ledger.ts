import type { ByteRange } from '#domain/byte-range';
import type { CustodyDraft, CustodyEntry } from '#domain/custody/entry';
import type { CustodyFault } from '#domain/custody/read-entry';
import type { Subject } from '#domain/custody/subject';
import type { Digests } from '#domain/digest';
import type { Docking, DockingState, Problem, Refusal } from '#domain/docking';
import type { InvitedWorker } from '#domain/invitation';
import type { KeptAnswer } from '#domain/kept-answer';
import type { Kind } from '#domain/kind';
import type { LinkRelation, RecordingLink, RecordingNote } from '#domain/notes';
import type { Copy, Derivative, OfficerSource, Original, Recording, RecordingState, SourceReread } from '#domain/recording';
import type { Case, CaseEvent, Officer, Recorder, Suggestion } from '#domain/registry';
import type { Compared } from '#domain/vault/file-sample';
import type { Claim, Work, Worker, WorkFailure, WorkStage, WorkState } from '#domain/work';
import type { UploadJournal } from './archive.ts';
import type { ShippingLedger } from './log-shipping.ts';

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

export interface LedgerCounts {
  readonly recordings: number;
  readonly originals: number;
  readonly originalBytes: number;
  readonly unsealed: number;
  readonly notArchived: number;
  readonly workWaiting: number;
  readonly workFailed: number;
  readonly custodyEntries: number;
}

/** Originals that a docking listed last, by state, and their bytes. */
export interface DockingProgress {
  readonly listed: number;
  readonly copied: number;
  readonly sealed: number;
  readonly bytes: number;
  /** Still on the recorder only. */
  readonly listedBytes: number;
  readonly sealedBytes: number;
}

/** Work of a docking: `states` are those of recordings of which something is still to be done. */
export interface LeftOf {
  readonly dockingId: string;
  readonly states: readonly RecordingState[];
}

/** Where a list goes on, and how far. */
export interface Page {
  /** Key of the last row before; from the first if it is left out. */
  readonly after?: string;
  readonly limit: number;
}

/** May look. All lists are bounded or async iterables that page inside. */
export interface LedgerReader {
  docking(id: string): Promise<Docking | null>;
  /** Newest first. */
  dockings(options: {
    openOnly?: boolean;
    recorder?: string /** Serial that the bus told. */;
    told?: string;
    /** Those before this id. */
    after?: string;
    limit: number;
  }): Promise<readonly Docking[]>;
  /** In the order in which they were met; `skip`: without the first ones, to which none is ever added. */
  refusals(dockingId: string, page?: { readonly skip: number; readonly limit: number }): Promise<readonly Refusal[]>;
  /** Of this docking: how many originals stand in each state, and their bytes. */
  dockingProgress(dockingId: string): Promise<DockingProgress>;

  recording(id: string): Promise<Recording | null>;
  recordingDetail(id: string): Promise<RecordingDetail | null>;
  recordings(filter: RecordingFilter): Promise<readonly RecordingDetail[]>;
  recordingIds(): AsyncIterable<string>;
  original(id: string): Promise<Original | null>;
  originalsOf(recordingId: string): Promise<readonly Original[]>;
  /**
   * The original with this identity on the card, in any state: what resume and "not twice" ask. Of several (a file that was read with gaps,
   * and taken again later) one without gaps, else the newest.
   */
  findOriginal(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null>;
  /** Sealed originals with this path, size and time, of any recorder that was ever docked: what tells whose card it is. */
  originalsNamed(identity: { cardPath: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** Originals of a recorder with this size and time, under any path; newest first. None if there are more than `limit`: they tell nothing then. */
  originalsLike(identity: { recorderSerial: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]>;
  /** The first sealed original with these bytes that was read without a gap; null for empty files. */
  findSealedByDigest(sha256: string, bytes: number): Promise<Original | null>;
  /** Originals in state `copied`, important first, oldest first: the seal stage's work. */
  copiedOriginals(limit: number): Promise<readonly Original[]>;
  /** When originals were last compared with what a card holds under their names; by id, at most 1000 at once. */
  compared(originalIds: readonly string[]): Promise<ReadonlyMap<string, Compared>>;
  copies(recordingId: string): Promise<readonly Copy[]>;
  derivatives(recordingId: string): Promise<readonly Derivative[]>;
  /** Files of the vault that `noteLeftovers` noted, of one recording or of all. */
  leftovers(limit: number, recordingId?: string): Promise<readonly { readonly key: string; readonly recordingId: string }[]>;
  /** Recordings of which some derivative was made by this recipe (`remux/1`), by id, after that id. */
  recordingsByRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]>;

  work(id: string): Promise<Work | null>;
  /** What should be running: `waiting` and due (`isDue` of domain/work). Work whose lease has ended is among it after `endLapsedLeases`. */
  dueWork(nowMs: number, stage: WorkStage, limit: number): Promise<readonly Work[]>;
  /**
   * By id of an original that never came: the recording of the newest sealed file of the same recorder, docked recorder and path that was listed later, in the same
   * docking or a later one. A file that changed while it was copied is another file; nothing more will come of the first.
   */
  newerVersions(originalIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The other direction: recordings in state `copying` with a file that never came, of which one of these sealed originals is a newer version. */
  replacedRecordings(sealedIds: readonly string[]): Promise<readonly string[]>;
  /** Work of these recordings that has failed, or failed the last time and is tried again. At most 1000 recordings. */
  troubledWork(recordingIds: readonly string[]): Promise<readonly Work[]>;
  /**
   * By id, the highest first; `after`: those below this id. `leftOf`: only what is not done of the recordings that are not in their last state yet (`states`) of
   * the recorder of this docking, and of what else came with it.
   */
  listWork(filter: {
    stage?: WorkStage;
    state?: WorkState;
    recordingId?: string;
    leftOf?: LeftOf;
    after?: string;
    limit: number;
  }): Promise<readonly Work[]>;

  /** The newest claims of what runs on this host. */
  claimsOf(host: string): Promise<readonly Claim[]>;

  /** By name; also those whose key is good no more. */
  workers(): Promise<readonly InvitedWorker[]>;
  worker(name: string): Promise<InvitedWorker | null>;
  /** By the SHA-256 of its key. */
  workerByKey(keySha256: string): Promise<InvitedWorker | null>;

  officer(id: string): Promise<Officer | null>;
  /** By id. */
  officers(page?: Page): Promise<readonly Officer[]>;
  recorder(serial: string): Promise<Recorder | null>;
  /** By serial. */
  recorders(page?: Page): Promise<readonly Recorder[]>;
  case(number: string): Promise<Case | null>;
  /** Newest first, then by number. None if there is no case `after`. */
  cases(page: Page): Promise<readonly Case[]>;
  /** By start, then by id; `after`: those after this one. */
  caseEvents(caseNumber: string, page?: { readonly after?: CaseEvent; readonly limit: number }): Promise<readonly CaseEvent[]>;
  caseEvent(id: string): Promise<CaseEvent | null>;
  /** Events whose window, widened by `marginMs`, touches [startMs, endMs]. */
  eventsTouching(startMs: number, endMs: number, marginMs: number): Promise<readonly CaseEvent[]>;
  /** Newest first; `after`: those below this id. */
  suggestions(filter: { state?: Suggestion['state']; recordingId?: string; after?: string; limit: number }): Promise<readonly Suggestion[]>;
  suggestion(id: string): Promise<Suggestion | null>;

  /** What a request with this key was answered; null if there was none, or it was long ago. */
  keptAnswer(by: string, key: string): Promise<KeptAnswer | null>;

  /** Slot number of a port; null if the port has none yet. */
  slotOf(port: string): Promise<number | null>;
  slots(): Promise<readonly { slot: number; port: string }[]>;

  /** The history of a subject, oldest first: that of a recording has those of its originals and dockings in it. */
  custodyOf(about: Subject, page?: { readonly after?: number; readonly limit: number }): Promise<readonly CustodyEntry[]>;
  custodyHead(): Promise<{ seq: number; hash: string } | null>;
  /** Hash of the entry with this number; null if there is none. */
  custodyHash(seq: number): Promise<string | null>;
  /** Walks the whole chain; yields the faults, at most 100. */
  verifyCustody(onEntry?: (seq: number) => void): AsyncIterable<CustodyFault>;

  counts(): Promise<LedgerCounts>;
}

export type NewDocking = Omit<
  Docking,
  | 'state'
  | 'problem'
  | 'listedAtMs'
  | 'unchangedAtMs'
  | 'safeAtMs'
  | 'removedAtMs'
  | 'filesListed'
  | 'filesKnown'
  | 'filesRefused'
  | 'bytesListed'
  | 'filesToRecheck'
  | 'filesRechecked'
>;
export type NewRecording = Omit<Recording, 'state' | 'damaged' | 'damageReason' | 'durationMs' | 'duplicateOf' | 'missingCount'>;
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

/**
 * May write, inside one transaction. Everything a stage changes goes through one `LedgerTransactor.transaction`. Whatever changes of what the archived facts
 * of a recording tell (officer, category, marks, times, damage, cases, derivatives) makes its archive work wait again if that was `done`.
 */
export interface LedgerWriter extends LedgerReader {
  /** Appends to the custody log; inside the same transaction as the change it tells of. */
  appendCustody(draft: CustodyDraft): Promise<CustodyEntry>;

  insertDocking(docking: NewDocking): Promise<void>;
  updateDocking(
    id: string,
    patch: Partial<
      Pick<
        Docking,
        | 'problem'
        | 'listedAtMs'
        | 'unchangedAtMs'
        | 'safeAtMs'
        | 'removedAtMs'
        | 'filesListed'
        | 'filesKnown'
        | 'filesRefused'
        | 'bytesListed'
        | 'filesToRecheck'
        | 'filesRechecked'
        | 'clockOffsetMs'
      >
    > & { state?: DockingState; problem?: Problem | null },
  ): Promise<void>;
  insertRefusal(refusal: Refusal): Promise<void>;
  /** Gives a port that has no number this one. Throws request.conflict if either is taken. */
  assignSlot(port: string, slot: number): Promise<void>;
  /** The port has no number any more. */
  releaseSlot(port: string): Promise<void>;

  insertRecording(recording: NewRecording): Promise<void>;
  insertOriginal(original: NewOriginal): Promise<void>;
  /** An original that has not come moves to a recording that waits for it. Throws request.conflict unless it is `listed`. */
  moveToRecording(originalId: string, to: { recordingId: string; index: number; vaultKey: string }): Promise<void>;
  /** A later docking has the same file again, maybe under another path: its progress now counts there. */
  moveOriginal(originalId: string, dockingId: string, cardPath?: string): Promise<void>;
  /**
   * The original never came and is not waited for any more: its new version is sealed in `by`. null: it is waited for again. While it is marked, it is neither
   * copied nor moved to another recording. Throws request.conflict unless it is `listed`.
   */
  markReplaced(originalId: string, by: string | null): Promise<void>;
  /** The file has grown before it was copied. Throws request.conflict unless it is `listed`. */
  relistOriginal(originalId: string, now: { bytes: number; mtimeMs: number }): Promise<void>;
  markCopied(originalId: string, facts: CopiedFacts): Promise<void>;
  /** Back to `listed`, after a failed verification: the copy is to be made again. */
  unmarkCopied(originalId: string): Promise<void>;
  /** `sm3`: computed when its copy was read back; left out, what is on record stays. */
  markSealed(originalId: string, sealedAtMs: number, sm3?: string | null): Promise<void>;
  /** How long it really is. */
  measureOriginal(originalId: string, durationMs: number): Promise<void>;
  /** What a card holds under their names was compared with them and found the same: by a full sample, or whole; at most 1000 at once. */
  markCompared(originalIds: readonly string[], compared: { how: 'sampled' | 'whole'; dockingId: string; atMs: number }): Promise<void>;
  upsertCopy(copy: Copy): Promise<void>;
  /** The copy is not there, or not what it should be: false if none was on record. Never used for the vault's own. */
  withdrawCopy(copy: Pick<Copy, 'recordingId' | 'itemId' | 'where'>): Promise<boolean>;
  /** Replaces the derivative of the same recording and kind. */
  upsertDerivative(derivative: Derivative): Promise<void>;
  /** Files among the recording's derivatives that are to be removed, because no row names them any more. One that is noted already stays so. */
  noteLeftovers(recordingId: string, keys: readonly string[]): Promise<void>;
  forgetLeftover(key: string): Promise<void>;
  updateRecording(
    id: string,
    patch: {
      state?: RecordingState;
      /** What its content is, where its name said otherwise. */
      kind?: Kind;
      damaged?: boolean;
      damageReason?: string | null;
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
    },
  ): Promise<void>;
  /** Both recordings have the link from then on, each from its side; a link that is there already is left as it is. */
  linkRecordings(recordingId: string, relation: LinkRelation, otherId: string): Promise<void>;
  addRecordingCase(recordingId: string, caseNumber: string): Promise<void>;
  removeRecordingCase(recordingId: string, caseNumber: string): Promise<void>;

  /** Adds work in state `waiting`; an existing id is left as it is. */
  insertWork(work: { id: string; stage: WorkStage; recordingId: string; priority: number; dueAtMs: number; nowMs: number }): Promise<void>;
  /** Adds the work, or makes `done` or `failed` work of that id wait again with no attempts counted; `running` work is left as it is. */
  reopenWork(work: { id: string; stage: WorkStage; recordingId: string; priority: number; dueAtMs: number; nowMs: number }): Promise<void>;
  /**
   * Takes the work for `by`: null unless it is waiting and due, or its lease has ended. Counts one attempt. The lease ends `leaseMs` from now on by the
   * monotonic clock of the process that holds the ledger; no other clock has a say.
   */
  claimWork(id: string, by: Worker, leaseMs: number): Promise<Claim | null>;
  /** Throws work.lease-lost unless the claim is the newest of its work and that still runs. So do the four calls below. */
  requireClaim(claim: Claim): Promise<void>;
  /** The lease ends `leaseMs` from now on; stores the progress, 0 to 100. */
  renewWork(claim: Claim, renewal: { leaseMs: number; percent: number }): Promise<void>;
  /** `done`; clears error and lease. */
  finishWork(claim: Claim): Promise<void>;
  /** Back to `waiting`, due in `delayMs`, without an error (for example outside the archive's hours); the attempt is not counted. A priority given takes the place of its own. */
  postponeWork(claim: Claim, postponed: { delayMs: number; priority?: number }): Promise<void>;
  /** `waiting`, due in `retryInMs`, or `failed` if that is null; keeps code and detail. */
  failWork(claim: Claim, failure: WorkFailure): Promise<void>;
  /** Failed work (of that stage) is waiting again; returns how many. */
  retryFailedWork(filter: { stage?: WorkStage; recordingId?: string }, nowMs: number): Promise<number>;

  /** Claims of this host are void (but for those of `except`, one process of it) and their work waits, due now. Returns how many. */
  giveBackWork(host: string, except?: string): Promise<number>;
  upsertWorker(worker: InvitedWorker): Promise<void>;

  /** Takes the place of one with the same key. Those that are over KEPT_MS old go, and the oldest beyond KEPT_MAX. */
  keepAnswer(answer: KeptAnswer): Promise<void>;

  upsertOfficer(officer: Officer): Promise<void>;
  upsertRecorder(recorder: Recorder): Promise<void>;
  /** Writes the assignment and its history row. */
  assignRecorder(serial: string, officerId: string | null, atMs: number): Promise<void>;
  upsertCase(entry: Case): Promise<void>;
  upsertCaseEvent(event: CaseEvent): Promise<void>;
  insertSuggestion(suggestion: Suggestion): Promise<void>;
  decideSuggestion(id: string, state: 'accepted' | 'declined', decidedBy: string): Promise<void>;
}

/** The ledger of one station. One writer; the reader sees committed states only. */
export interface Ledger extends LedgerReader {
  /** What is not as this version makes it in tables, indexes and triggers; none if sound. */
  alterations(): Promise<readonly string[]>;
  /** Makes missing triggers and indexes again. Returns what it could not mend. */
  mendSchema(): Promise<readonly string[]>;
  /** Writes, fsyncs and removes a small file beside the ledger. Throws ledger.failed where its disk cannot be written. */
  probe(): Promise<void>;
  /** Serialised; commits when `body` resolves (synchronous=FULL), rolls back when it throws. No file or network I/O inside. */
  transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T>;
  /** Running work whose lease has ended waits again, due now; returns how much. Writes nothing where none has. */
  endLapsedLeases(): Promise<number>;
  /**
   * Claims of earlier processes of the station itself (`STATION_HOST`) are void and their work is waiting again; those of other hosts stand. Open dockings
   * become `interrupted`. Called once at start.
   */
  recover(): Promise<{ work: number; dockings: number }>;
  readonly uploads: UploadJournal;
  readonly shipping: ShippingLedger;
  /** A consistent copy while running, written durably; `onPercent` 0 to 100. */
  backup(file: string, onPercent?: (percent: number) => void): Promise<{ bytes: number }>;
  /** PRAGMA integrity_check and `alterations`; the complaints, none if sound. */
  integrity(): Promise<readonly string[]>;
  close(): Promise<void>;
}
