import type { Docking, Refusal } from '#domain/docking';
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

/** Stays of recorders, and the numbers of the slots where they stay. */
export interface DockingsReader {
  get(id: string): Promise<Docking | null>;
  /** Newest first. */
  list(options: {
    openOnly?: boolean;
    recorder?: string;
    /** Only dockings of recorders for which the bus told this serial. */
    told?: string;
    /** Only those with a lower id. */
    after?: string;
    limit: number;
  }): Promise<readonly Docking[]>;
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
