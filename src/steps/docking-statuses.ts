import type { Docking, DockingState, Problem } from '#domain/docking';
import { type AllSafe, type DockingEvent, DockingStatus, type ProblemSource } from '#domain/docking-status';
import { asEvidockError, type EvidockError } from '#domain/errors';
import { isSameReason } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DockingPatch, SlotBoard } from '#ports/slot-board';

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly clock: Clock;
  /** Told of what cannot happen, and of a change that could not be put on record: the next one is tried with it. */
  readonly onError: (dockingId: string, error: EvidockError) => void;
}

/**
 * The one owner of how each docking of this process stands: nobody else writes state or problem of a docking, neither on the board nor into the ledger.
 * Stages tell what has happened, by the docking's id; `DockingStatus` says what follows. What cannot happen is told to `onError` and changes nothing: what a person
 * is shown must not keep footage from being taken in.
 */
export class DockingStatuses {
  readonly #options: Options;
  readonly #open = new Map<string, DockingStatus>();
  /** Those whose last change could not be written. */
  readonly #unrecorded = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** undefined for a docking that has ended, or that another process began. */
  of(dockingId: string): DockingStatus | undefined {
    return this.#open.get(dockingId);
  }

  /** The docking is on record: its slot shows it from now on. */
  begin(docking: Docking, patch: DockingPatch): void {
    this.#open.set(docking.id, DockingStatus.arrived);
    this.#options.board.openDocking(docking, { ...patch, status: DockingStatus.arrived });
  }

  /** Resolves when it is on record too, where the ledger tells the two apart. Never throws. `patch`: what is shown with it. */
  happened(dockingId: string, event: DockingEvent, patch: DockingPatch = {}): Promise<void> {
    return this.#change(dockingId, (status) => status.after(event), patch);
  }

  /** Something stops it, or stops it no more (null). It is shown at once, also where the ledger cannot be written. Never throws. */
  stoppedBy(dockingId: string, source: ProblemSource, problem: Problem | null): Promise<void> {
    return this.#change(dockingId, (status) => status.stoppedBy(source, problem));
  }

  wipeFailed(dockingId: string, problem: Problem): Promise<void> {
    return this.#change(dockingId, (status) => status.wipeFailed(problem));
  }

  /** In the transaction that puts it on record, with the docking as it is there. Returns whether it becomes safe by that: `becameSafe` is to be called after the commit then. */
  async recordSafe(writer: LedgerWriter, { id, state }: Docking, proof: AllSafe, atMs: number): Promise<boolean> {
    const status = this.#open.get(id);
    if (!isTakenIn(state) || !status?.can('all-safe')) return false;
    await writer.dockings.setStatus(id, status.safe(proof), atMs);
    return true;
  }

  becameSafe(dockingId: string, proof: AllSafe): Promise<void> {
    return this.#change(dockingId, (status) => status.safe(proof), { secondsLeft: 0, bytesPerSecond: 0 });
  }

  /** In the transaction that lists a file anew: one that is on record as safe is so no more. `happened(…, 'differs')` is to be told after the commit. */
  async recordUnsafe(writer: LedgerWriter, { id, state }: Docking, atMs: number): Promise<boolean> {
    if (state !== 'safe') return false;
    const status = this.#open.get(id);
    await writer.dockings.setStatus(id, status?.can('differs') ? status.after('differs') : DockingStatus.arrived, atMs);
    return true;
  }

  /** In the transaction that puts its removal on record; `ended` is to be called after the commit. */
  async recordRemoved(writer: LedgerWriter, dockingId: string, left: Problem | null, atMs: number): Promise<void> {
    await writer.dockings.setStatus(dockingId, this.#removed(dockingId, left), atMs);
  }

  ended(dockingId: string, left: Problem | null): void {
    const status = this.#removed(dockingId, left);
    this.#open.delete(dockingId);
    this.#unrecorded.delete(dockingId);
    this.#options.board.updateDocking(dockingId, { status, bytesPerSecond: 0, secondsLeft: null, waiting: null, recheck: null });
  }

  #removed(dockingId: string, left: Problem | null): DockingStatus {
    return (this.#open.get(dockingId) ?? DockingStatus.arrived).removed(left);
  }

  async #change(dockingId: string, change: (status: DockingStatus) => DockingStatus, patch: DockingPatch = {}): Promise<void> {
    const before = this.#open.get(dockingId);
    if (!before) return;
    try {
      const status = change(before);
      this.#open.set(dockingId, status);
      this.#options.board.updateDocking(dockingId, { ...patch, status });
      if (!isSameRecord(before, status) || this.#unrecorded.has(dockingId)) await this.#record(dockingId);
    } catch (error) {
      this.#options.onError(dockingId, asEvidockError(error));
    }
  }

  /** As it stands when its turn comes. What is safe or gone is written by the transactions that make it so. */
  async #record(dockingId: string): Promise<void> {
    const { ledger, clock } = this.#options;
    this.#unrecorded.add(dockingId);
    await ledger.transaction(async (writer) => {
      const status = this.#open.get(dockingId);
      const current = await writer.dockings.get(dockingId);
      if (!status || status.isSafe || !current || !isTakenIn(current.state)) return;
      await writer.dockings.setStatus(dockingId, status, clock.nowMs());
    });
    this.#unrecorded.delete(dockingId);
  }
}

/** In the ledger: neither safe nor over. */
function isTakenIn(state: DockingState): boolean {
  return state === 'reading' || state === 'problem';
}

function isSameRecord({ recorded: a }: DockingStatus, { recorded: b }: DockingStatus): boolean {
  return a.state === b.state && isSameProblem(a.problem, b.problem);
}

function isSameProblem(one: Problem | null, other: Problem | null): boolean {
  if (one === null || other === null) return one === other;
  return one.code === other.code && isSameReason(one.reason, other.reason);
}
