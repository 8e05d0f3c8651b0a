import { STATION } from '#domain/custody/actor';
import { DeviceRefused, SlotsChanged } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { nextFreeSlot, type Problem, type SlotPhase } from '#domain/docking';
import { because, type ParamValue, type Reason } from '#domain/reason';

import { deviceRefused, type Log } from '#events';
import type { Clock } from '#ports/clock';
import type { DockNotice } from '#ports/dock';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { SlotBoard, SlotView } from '#ports/slot-board';
import { isOccupied, viewOf } from './occupied-slot.ts';

const FACTS_MAX = 20;
const LINES_MAX = 100;
const FACT_CHARACTERS_MAX = 200;
/** How long the same reason at the same port is not recorded again, ms, for a device that comes and goes all the time. */
const SAME_AGAIN_MS = 60_000;

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly clock: Clock;
  readonly log: Log;
}

/** A port, as far as a notice or a refused arrival tells it. */
interface Place {
  readonly port: string;
  readonly hub: string | null;
  /** Fixed number of the place; else the port has a number or gets the next free one. */
  readonly slot?: number | null;
}

/** Shows what happens at ports where no recorder is docked: a device is opened, refused, left alone, or gone again. */
export class PortNotices {
  readonly #options: Options;
  /** By port: the warning that a notice put on a docking. It goes when the device of the notice goes. */
  readonly #warned = new Map<string, Problem>();
  /** By port: the view of a recorder that was pulled, while a notice is shown in its place. */
  readonly #covered = new Map<string, SlotView>();
  /** By port and code: when it was last put on record. There are only as many as ports and codes. */
  readonly #recorded = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  async notice(notice: DockNotice): Promise<void> {
    if (notice.state === 'gone') return this.vacate(notice.port);
    if (notice.state === 'problem') {
      const problem = notice.problem ?? { code: 'station.internal', reason: because('port', { port: notice.port }) };
      await this.refuse({ ...notice, problem, phase: 'problem', explain: notice.facts });
      return;
    }
    const slot = await this.#options.ledger.transaction((writer) => slotFor(writer, notice.port, this.#options.clock.nowMs()));
    // The slot of a docking that is still there keeps its view.
    const view = viewOf(this.#options.board, slot);
    if (isOccupied(view)) return;
    this.#cover(notice.port, view);
    const { port, hub } = notice;
    this.#options.board.showPort(slot, { port, hub, phase: 'preparing', explain: bounded(notice.facts, LINES_MAX) });
  }

  /** Shows why nothing is taken in at this port, and puts it on record. Returns the slot. */
  async refuse(
    place: Place & {
      problem: Problem;
      phase: Extract<SlotPhase, 'problem' | 'unknown'>;
      facts: readonly Reason[];
      explain: readonly Reason[];
    },
  ): Promise<number> {
    const { ledger, board, clock, log } = this.#options;
    const { port, hub, problem, phase } = place;
    const fresh = performance.now() - (this.#recorded.get(`${port} ${problem.code}`) ?? Number.NEGATIVE_INFINITY) > SAME_AGAIN_MS;
    const slot = await ledger.transaction(async (writer) => {
      const number = place.slot ?? (await slotFor(writer, port, clock.nowMs()));
      const about = { atMs: clock.nowMs(), actor: STATION, subject: subject('port', port) };
      const data = { slot: number, port, code: problem.code };
      if (fresh) await writer.custody.append(DeviceRefused.make({ ...about, data, lists: { facts: bounded(place.facts, FACTS_MAX) } }));
      return number;
    });
    if (fresh) this.#recorded.set(`${port} ${problem.code}`, performance.now());
    const view = viewOf(board, slot);
    if (isOccupied(view)) {
      board.updateDocking(view.dockingId, { warning: problem });
      this.#warned.set(port, problem);
    } else {
      this.#cover(port, view);
      board.showPort(slot, { port, hub, phase, problem, explain: bounded(place.explain, LINES_MAX) });
    }
    if (fresh) deviceRefused(log, { slot, code: problem.code });
    return slot;
  }

  /** The device of a notice or of a refused arrival at this port is gone. */
  async vacate(port: string): Promise<void> {
    const { board } = this.#options;
    const warning = this.#warned.get(port);
    this.#warned.delete(port);
    const before = this.#covered.get(port);
    this.#covered.delete(port);
    for (const view of board.snapshot().filter((each) => each.port === port)) {
      if (isOccupied(view)) {
        if (warning !== undefined && view.warning === warning) board.updateDocking(view.dockingId, { warning: null });
      } else if (view.phase !== 'removed' && view.phase !== 'empty') {
        if (before?.slot === view.slot) board.restore(view.slot, before);
        else board.showPort(view.slot, { port, hub: view.hub, phase: 'empty' });
      }
    }
  }

  /**
   * Remembers the view of a removed docking before a notice replaces it. When a hub is pulled, its devices appear for a moment without their disks, and that
   * must not hide what is still on the recorders.
   */
  #cover(port: string, view: SlotView | undefined): void {
    if (view?.phase === 'removed') this.#covered.set(port, view);
  }
}

/** The first `max` facts, shortened, because a device may claim as many and as long ones as it likes. */
function bounded(facts: readonly Reason[], max: number): Reason[] {
  return facts.slice(0, max).map(shortened);
}

function shortened(fact: Reason): Reason {
  const short = (value: ParamValue) => (typeof value === 'string' ? value.slice(0, FACT_CHARACTERS_MAX) : value);
  return { code: fact.code, params: Object.fromEntries(Object.entries(fact.params).map(([name, value]) => [name, short(value)])) };
}

/** The number of a port. A port that has none yet gets the next free one. */
export async function slotFor(writer: LedgerWriter, port: string, nowMs: number): Promise<number> {
  const known = await writer.dockings.slotOf(port);
  if (known !== null) return known;
  const slot = nextFreeSlot(await writer.dockings.slots());
  await writer.dockings.assignSlot(port, slot);
  const about = { atMs: nowMs, actor: STATION, subject: subject('port', port) };
  await writer.custody.append(SlotsChanged.make({ ...about, data: { port, slot, before: null, moved: null } }));
  return slot;
}
