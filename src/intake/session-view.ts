import { setTimeout as sleep } from 'node:timers/promises';
import { type Docking, leftWords, type Problem } from '#domain/docking';
import { asEvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import { copyFailed, type Log } from '#events';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard } from '#ports/slot-board';
import { gapsWarning, isOver, type Session } from './session.ts';

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly log: Log;
}

/** What a person is told of a docking while its files are copied: on the slot, and in the ledger where it must last. */
export class SessionView {
  readonly #o: Options;

  constructor(options: Options) {
    this.#o = options;
  }

  endWaiting({ id, slot }: Docking): void {
    const { board } = this.#o;
    const view = board.snapshot().find((each) => each.slot === slot);
    if (view?.dockingId === id && view.waiting !== null) board.update(slot, { waiting: null });
  }

  gaps(session: Session, original: Original): void {
    session.gaps.add(original.cardPath);
    if (!session.signal.aborted) this.#o.board.update(session.docking.slot, { warning: gapsWarning(session) });
  }

  /** The recorder is gone, and nothing more is asked of it; the slot says at once what is still on it. */
  async lost(session: Session): Promise<void> {
    if (isOver(session)) return;
    session.lost = true;
    const { ledger, log } = this.#o;
    try {
      const { listed, listedBytes } = await ledger.dockingProgress(session.docking.id);
      await this.problem(session, {
        code: 'recorder.removed',
        detail: leftWords({ files: listed, bytes: listedBytes, listingFinished: !session.listing }),
      });
    } catch (error) {
      copyFailed(log, { originalId: '', dockingId: session.docking.id, attempt: 0 }, asEvidockError(error));
    }
  }

  async problem(session: Session, problem: Problem | null): Promise<void> {
    session.problem = problem;
    const { board, ledger } = this.#o;
    const { id, slot } = session.docking;
    if (problem) board.update(slot, { phase: 'problem', problem });
    try {
      const open = await ledger.transaction(async (writer) => {
        const now = await writer.docking(id);
        // Its last file may have been sealed before its problem is taken back: what is safe stays so.
        if (now?.state !== 'reading' && now?.state !== 'problem') return false;
        await writer.updateDocking(id, { state: problem ? 'problem' : 'reading', problem });
        return true;
      });
      if (open && !problem) board.update(slot, { phase: 'copying', problem });
    } catch (error) {
      // The board shows it; a ledger that cannot be written is itself the problem then, and is tried again with the file.
      copyFailed(this.#o.log, { originalId: '', dockingId: session.docking.id, attempt: 0 }, asEvidockError(error));
    }
  }
}

/** Waits, or returns at once when `signal` says that there is nothing to wait for. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
