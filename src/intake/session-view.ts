import { setTimeout as sleep } from 'node:timers/promises';
import { type Docking, leftWords, type Problem } from '#domain/docking';
import { asEvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import { copyFailed, type Log } from '#events';
import type { Ledger } from '#ports/ledger';
import type { SlotBoard, SlotView } from '#ports/slot-board';
import type { ListingCounts } from './found-on-card.ts';
import { gapsWarning, isListedAgain, isOver, problemOf, type Session } from './session.ts';

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

  endWaiting(docking: Docking): void {
    const view = this.#viewOf(docking);
    if (view && view.waiting !== null) this.#o.board.update(docking.slot, { waiting: null });
  }

  #viewOf({ id }: Docking): SlotView | undefined {
    return this.#o.board.snapshot().find(({ dockingId }) => dockingId === id);
  }

  /** Its card begins to be listed: who sees that waits, also where the first listing ended with a problem. */
  async listing(session: Session): Promise<void> {
    const { docking, failed } = session;
    if (isListedAgain(session)) await this.problem(session, failed.size > 0 ? problemOf(session) : null);
    if (!session.signal.aborted && session.problem === null) this.#o.board.update(docking.slot, { phase: 'listing' });
  }

  listed({ docking }: Session, counts: ListingCounts): void {
    const sealed = this.#viewOf(docking)?.filesSealed ?? 0;
    this.#o.board.update(docking.slot, {
      filesListed: counts.files,
      // Files are sealed while the card is still being listed.
      filesSealed: Math.max(sealed, counts.known),
      filesRefused: counts.refused,
      // What is known is not copied again: the time left must not count it.
      bytesListed: counts.bytes - counts.knownBytes,
    });
  }

  /** Counting shows as such until there is something to copy; a problem stays until it is mended. */
  copying({ docking }: Session): void {
    if (this.#viewOf(docking)?.phase === 'listing') this.#o.board.update(docking.slot, { phase: 'copying' });
  }

  /** What the recorder goes on writing was not taken. */
  stillWriting({ docking, signal }: Session, paths: readonly string[]): void {
    const [first = '', ...more] = paths;
    const detail = more.length > 0 ? `${first} and ${more.length} more files` : first;
    if (!signal.aborted) this.#o.board.update(docking.slot, { warning: { code: 'recorder.still-writing', detail } });
  }

  /** Files of other recorders lie on its card. A warning that is there already is the more urgent. */
  others({ docking, signal }: Session, serials: readonly string[]): void {
    const view = this.#viewOf(docking);
    if (signal.aborted || !view || view.warning !== null || serials.length === 0) return;
    this.#o.board.update(docking.slot, {
      warning: { code: 'recorder.other-files', detail: serials.join(', ') },
      explain: [...view.explain, `files of other recorders lie on its card: ${serials.join(', ')}`],
    });
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
        detail: leftWords({
          files: listed,
          bytes: listedBytes,
          listingFinished: (!session.listing || session.comparing) && session.unlisted === null,
        }),
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
