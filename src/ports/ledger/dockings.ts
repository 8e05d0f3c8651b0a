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

/** Stays of recorders, and the numbers of the slots where they stay. */
export interface DockingsReader {
  get(id: string): Promise<Docking | null>;
  /** Newest first. */
  list(options: {
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
   * State, problem and their times, of which `DockingStatuses` (src/steps) is the one owner. An interruption leaves the problem as it was. Throws
   * TypeError for a status that `DockingStatus` has not made.
   */
  setStatus(id: string, status: DockingStatus, atMs: number): Promise<void>;
  insertRefusal(refusal: Refusal): Promise<void>;
  /** Gives a port that has no number this one. Throws request.conflict if either is taken. */
  assignSlot(port: string, slot: number): Promise<void>;
  /** The port has no number any more. */
  releaseSlot(port: string): Promise<void>;
}
