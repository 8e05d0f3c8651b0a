import { setTimeout as sleep } from 'node:timers/promises';
import { type Docking, leftWords, type Problem } from '#domain/docking';
import { asEvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import { copyFailed, type Log } from '#events';
import type { Ledger } from '#ports/ledger';
import type { RecheckView, SlotBoard, SlotView } from '#ports/slot-board';
import type { ListingCounts } from './found-on-card.ts';
import { gapsWarning, isListedAgain, isOver, problemOf, type Session } from './session.ts';

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly log: Log;
  /** Whether "safe" waits until every known file was compared whole. */
  readonly settings: { readonly known?: 'sampled' | 'whole' };
}

/** What a person is told of a docking while its files are copied: on the slot, and in the ledger where it must last. */
export class SessionView {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  endWaiting(docking: Docking): void {
    const view = this.#viewOf(docking);
    if (view && view.waiting !== null) this.#options.board.update(docking.slot, { waiting: null });
  }

  #viewOf({ id }: Docking): SlotView | undefined {
    return this.#options.board.snapshot().find(({ dockingId }) => dockingId === id);
  }

  /** Its card begins to be listed: who sees that waits, also where the first listing ended with a problem. */
  async listing(session: Session): Promise<void> {
    const { docking, failed } = session;
    if (isListedAgain(session)) await this.problem(session, failed.size > 0 ? problemOf(session) : null);
    if (!session.signal.aborted && session.problem === null) this.#options.board.update(docking.slot, { phase: 'listing' });
  }

  listed({ docking }: Session, counts: ListingCounts): void {
    const sealed = this.#viewOf(docking)?.filesSealed ?? 0;
    this.#options.board.update(docking.slot, {
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
    if (this.#viewOf(docking)?.phase === 'listing') this.#options.board.update(docking.slot, { phase: 'copying' });
  }

  /** What the recorder goes on writing was not taken. */
  stillWriting({ docking, signal }: Session, paths: readonly string[]): void {
    const [first = '', ...more] = paths;
    const detail = more.length > 0 ? `${first} and ${more.length} more files` : first;
    if (!signal.aborted) this.#options.board.update(docking.slot, { warning: { code: 'recorder.still-writing', detail } });
  }

  /** Files of other recorders lie on its card. A warning that is there already is the more urgent. */
  others({ docking, signal }: Session, serials: readonly string[]): void {
    const view = this.#viewOf(docking);
    if (signal.aborted || !view || view.warning !== null || serials.length === 0) return;
    this.#options.board.update(docking.slot, {
      warning: { code: 'recorder.other-files', detail: serials.join(', ') },
      explain: [...view.explain, `files of other recorders lie on its card: ${serials.join(', ')}`],
    });
  }

  /** How far its known files are compared whole. */
  recheck({ docking, signal, listing }: Session, recheck: RecheckView): void {
    if (signal.aborted) return;
    const { files, done, unread } = recheck;
    const waits = this.#options.settings.known === 'whole' && !listing && done + unread < files;
    const phase = waits && this.#viewOf(docking)?.phase === 'listing' ? { phase: 'rechecking' as const } : {};
    this.#options.board.update(docking.slot, { ...phase, recheck: files === 0 ? null : recheck });
  }

  /** The sample had missed that these files are others: nobody shall take the recorder before they are sealed. */
  differs({ docking, signal }: Session, paths: readonly string[], bytes: number): void {
    const view = this.#viewOf(docking);
    if (!view || signal.aborted) return;
    const [first = ''] = paths;
    const detail = paths.length > 1 ? `${first} and ${paths.length - 1} more files` : first;
    const warning: Problem = { code: 'recorder.known-differs', detail };
    this.#options.board.update(docking.slot, { phase: 'copying', warning, bytesListed: view.bytesListed + bytes });
  }

  /** Nothing is left to compare but what cannot be read: where "safe" waits for it, it waits in vain, and says so. */
  async recheckEnded(session: Session, unread: readonly string[]): Promise<void> {
    const [first] = unread;
    const view = this.#viewOf(session.docking);
    if (first === undefined || !view) return;
    const detail = unread.length > 1 ? `${first} and ${unread.length - 1} more files` : first;
    const problem: Problem = { code: 'recorder.known-unread', detail };
    if (this.#options.settings.known === 'whole' && session.failed.size === 0) await this.problem(session, problem);
    // What was told of it before is more: an alarm, gaps, a wipe that left files.
    else if (view.warning === null || view.warning.code === 'recorder.clock-off')
      this.#options.board.update(session.docking.slot, { warning: problem });
  }

  gaps(session: Session, original: Original): void {
    session.gaps.add(original.cardPath);
    if (!session.signal.aborted) this.#options.board.update(session.docking.slot, { warning: gapsWarning(session) });
  }

  /** The recorder is gone, and nothing more is asked of it; the slot says at once what is still on it. */
  async lost(session: Session): Promise<void> {
    if (isOver(session)) return;
    session.lost = true;
    const { ledger, log } = this.#options;
    try {
      const { listed, listedBytes } = await ledger.dockings.progress(session.docking.id);
      await this.problem(session, {
        code: 'recorder.removed',
        detail: leftWords({
          files: listed,
          bytes: listedBytes,
          listingFinished: (!session.listing || session.looking) && session.unlisted === null,
        }),
      });
    } catch (error) {
      copyFailed(log, { originalId: '', dockingId: session.docking.id, attempt: 0 }, asEvidockError(error));
    }
  }

  async problem(session: Session, problem: Problem | null): Promise<void> {
    session.problem = problem;
    const { board, ledger } = this.#options;
    const { id, slot } = session.docking;
    if (problem) board.update(slot, { phase: 'problem', problem });
    try {
      const open = await ledger.transaction(async (writer) => {
        const current = await writer.dockings.get(id);
        // Its last file may have been sealed before its problem is taken back: what is safe stays so.
        if (current?.state !== 'reading' && current?.state !== 'problem') return false;
        await writer.dockings.update(id, { state: problem ? 'problem' : 'reading', problem });
        return true;
      });
      if (open && !problem) board.update(slot, { phase: 'copying', problem });
    } catch (error) {
      // The board shows it; a ledger that cannot be written is itself the problem then, and is tried again with the file.
      copyFailed(this.#options.log, { originalId: '', dockingId: session.docking.id, attempt: 0 }, asEvidockError(error));
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
