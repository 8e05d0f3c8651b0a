import { setTimeout as sleep } from 'node:timers/promises';
import { type Docking, filesReason, leftReason, type Problem } from '#domain/docking';
import { asEvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { copyFailed, type Log } from '#events';
import type { Ledger } from '#ports/ledger';
import type { RecheckView, SlotBoard } from '#ports/slot-board';
import type { DockingStatuses } from '#steps/docking-statuses';
import type { ListingCounts } from './found-on-card.ts';
import { failingOf, gapsWarning, isOver, type Session } from './session.ts';

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly log: Log;
  /** `whole`: "safe" waits until every known file was compared whole. */
  readonly settings: { readonly known?: 'sampled' | 'whole' };
}

/** Shows a docking while its files are copied. Changes of its status are reported to `DockingStatuses`, which decides on them. */
export class SessionView {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  endWaiting({ id }: Docking): void {
    const { board } = this.#options;
    if (board.docking(id)?.waiting) board.updateDocking(id, { waiting: null });
  }

  /** The card begins to be listed. */
  async listing({ docking, signal }: Session): Promise<void> {
    if (!signal.aborted) await this.#options.statuses.happened(docking.id, 'list');
  }

  listed({ docking: { id } }: Session, counts: ListingCounts): void {
    const { board } = this.#options;
    board.updateDocking(id, {
      filesListed: counts.files,
      // Files may be sealed while the card is still being listed.
      filesSealed: Math.max(board.docking(id)?.filesSealed ?? 0, counts.known),
      filesRefused: counts.refused,
      // Known files are not copied again, so they must not count for the time left.
      bytesListed: counts.bytes - counts.knownBytes,
    });
  }

  /** Called at each copy. Until the first one the slot shows the listing. */
  copying({ docking: { id } }: Session): void {
    const { statuses } = this.#options;
    if (statuses.of(id)?.phase !== 'copying') void statuses.happened(id, 'copy');
  }

  /** The recorder goes on writing, and what it wrote last was not taken. */
  stillWriting({ docking }: Session, paths: readonly string[]): void {
    this.#options.board.updateDocking(docking.id, { warning: { code: 'recorder.still-writing', reason: filesReason(paths) } });
  }

  /** Files of recordings that were disposed of lie on the card and stay there. A warning that is shown already is more urgent. */
  disposed({ docking: { id } }: Session, files: number): void {
    const view = this.#options.board.docking(id);
    if (!view || view.warning !== null || files === 0) return;
    this.#options.board.updateDocking(id, {
      warning: { code: 'recorder.disposed-files', reason: because('files-of-disposed', { files }) },
    });
  }

  /** Files of other recorders lie on the card. A warning that is shown already is more urgent and stays. */
  others({ docking: { id } }: Session, serials: readonly string[]): void {
    const view = this.#options.board.docking(id);
    if (!view || view.warning !== null || serials.length === 0) return;
    this.#options.board.updateDocking(id, {
      warning: { code: 'recorder.other-files', reason: because('serials', { names: serials }) },
      explain: [...view.explain, because('other-recorders-files', { names: serials })],
    });
  }

  /** How far the re-check of the docking is. */
  recheck({ docking: { id }, listing }: Session, recheck: RecheckView): void {
    const { board, statuses, settings } = this.#options;
    const { files, done, unread } = recheck;
    const waits = settings.known === 'whole' && !listing && done + unread < files;
    if (waits && statuses.of(id)?.can('compare')) void statuses.happened(id, 'compare');
    board.updateDocking(id, { recheck: files === 0 ? null : recheck });
  }

  /** The sample has missed that these files differ. Nobody may take the recorder before they are sealed. */
  differs({ docking: { id } }: Session, paths: readonly string[], bytes: number): void {
    const { board, statuses } = this.#options;
    const warning: Problem = { code: 'recorder.known-differs', reason: filesReason(paths) };
    void statuses.happened(id, 'differs', { warning, bytesListed: (board.docking(id)?.bytesListed ?? 0) + bytes });
  }

  /** The re-check has ended; `unread` could not be read. Where "safe" waits for every known file, it waits in vain, and the slot says so. */
  async recheckEnded({ docking: { id } }: Session, unread: readonly string[]): Promise<void> {
    const { board, statuses, settings } = this.#options;
    const problem: Problem | null = unread.length === 0 ? null : { code: 'recorder.known-unread', reason: filesReason(unread) };
    if (settings.known === 'whole') return statuses.stoppedBy(id, 'comparing', problem);
    const warning = board.docking(id)?.warning ?? null;
    // An earlier warning is more urgent than this one, unless it is only of the clock: an alarm, gaps, a wipe that left files.
    if (problem && (warning === null || warning.code === 'recorder.clock-off')) board.updateDocking(id, { warning: problem });
  }

  gaps(session: Session, original: Original): void {
    session.gaps.add(original.cardPath);
    this.#options.board.updateDocking(session.docking.id, { warning: gapsWarning(session) });
  }

  /** The recorder is gone and is not read any more. The slot says at once what is still on it. */
  async lost(session: Session): Promise<void> {
    if (isOver(session)) return;
    session.lost = true;
    const { ledger, log, statuses } = this.#options;
    const { id } = session.docking;
    try {
      const { listed, listedBytes } = await ledger.dockings.progress(id);
      const listingFinished = (!session.listing || session.looking) && session.unlisted === null;
      const reason = leftReason({ files: listed, bytes: listedBytes, listingFinished });
      await statuses.stoppedBy(id, 'lost', { code: 'recorder.removed', reason });
    } catch (error) {
      copyFailed(log, { originalId: '', dockingId: id, attempt: 0 }, asEvidockError(error));
    }
  }

  /** Called when the set of files that cannot be copied has changed. */
  failing(session: Session): Promise<void> {
    return this.#options.statuses.stoppedBy(session.docking.id, 'copying', failingOf(session));
  }

  /** Called when it has changed whether the card could be listed to its end. */
  unlisted(session: Session): Promise<void> {
    return this.#options.statuses.stoppedBy(session.docking.id, 'listing', session.unlisted);
  }
}

/** Waits `ms`; returns at once when `signal` is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
