import type { Docking, DockingState, Refusal } from '#domain/docking';
import type { DockingStatus } from '#domain/docking-status';

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

/** The originals that were last listed by a docking: how many in each state, and their bytes. */
export interface DockingProgress {
  readonly listed: number;
  readonly copied: number;
  readonly sealed: number;
  readonly bytes: number;
  /** Bytes that are on the recorder only. */
  readonly listedBytes: number;
  readonly sealedBytes: number;
}

/** Which dockings are meant; all of these at once. */
export interface DockingFilter {
  readonly openOnly?: boolean;
  readonly state?: DockingState;
  readonly recorder?: string;
  /** Only dockings of recorders for which the bus told this serial. */
  readonly told?: string;
  /** Only those that listed a recording of this officer. */
  readonly officer?: string;
  readonly slot?: number;
  /** Arrived at this moment or later, and before the other. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Only those with which something was wrong: a problem now, cut off, gone before they were safe, or files that were refused. */
  readonly problems?: boolean;
  /** Only those with a lower id. */
  readonly after?: string;
  readonly limit: number;
}

/** Half-open, ms since 1970. */
export interface DockingSpan {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** How dockings of some time went. */
export interface DockingTally {
  readonly dockings: number;
  readonly reading: number;
  /** Safe, and there or gone since. */
  readonly safe: number;
  /** With a problem now, cut off, or gone before they were safe. */
  readonly failed: number;
  /** Files that the station left on recorders. */
  readonly filesRefused: number;
  readonly filesListed: number;
  readonly bytesListed: number;
}

/** Stays of recorders, and the numbers of the slots where they stay. */
export interface DockingsReader {
  get(id: string): Promise<Docking | null>;
  /** Newest first. */
  list(filter: DockingFilter): Promise<readonly Docking[]>;
  /** How the dockings went that arrived in a time. */
  tally(span: DockingSpan): Promise<DockingTally>;
  /** The same for each recorder, those with the most failures first. */
  talliesByRecorder(span: DockingSpan & { readonly limit: number }): Promise<readonly (DockingTally & { readonly recorder: string })[]>;
  /** In the order in which the docking met them. `skip`: how many of the first are left out. New refusals only come at the end. */
  refusals(dockingId: string, page?: { readonly skip: number; readonly limit: number }): Promise<readonly Refusal[]>;
  /** How many originals of this docking are in each state, and their bytes. */
  progress(dockingId: string): Promise<DockingProgress>;
  /** Slot number of a port; null if the port has none yet. */
  slotOf(port: string): Promise<number | null>;
  slots(): Promise<readonly { slot: number; port: string }[]>;
}

export interface DockingsWriter {
  insert(docking: NewDocking): Promise<void>;
  update(
    id: string,
    patch: Partial<
      Pick<
        Docking,
        | 'listedAtMs'
        | 'unchangedAtMs'
        | 'filesListed'
        | 'filesKnown'
        | 'filesRefused'
        | 'bytesListed'
        | 'filesToRecheck'
        | 'filesRechecked'
        | 'clockOffsetMs'
      >
    >,
  ): Promise<void>;
  /**
   * Writes state, problem and their times. Only `DockingStatuses` (src/steps) calls this. An interruption leaves the problem as it was. Throws TypeError for a
   * status that `DockingStatus` has not made.
   */
  setStatus(id: string, status: DockingStatus, atMs: number): Promise<void>;
  insertRefusal(refusal: Refusal): Promise<void>;
  /** Gives this number to a port that has none. Throws request.conflict if the port has a number or the number is taken. */
  assignSlot(port: string, slot: number): Promise<void>;
  /** Takes its number from a port. */
  releaseSlot(port: string): Promise<void>;
}
