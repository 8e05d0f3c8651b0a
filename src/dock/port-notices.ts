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
import { isOccupied, viewOf } from './slot-view.ts';

const FACTS_MAX = 20;
const LINES_MAX = 100;
const FACT_CHARACTERS_MAX = 200;
/** A device that comes and goes all the time is put on record once in this time for each reason. */
const SAME_AGAIN_MS = 60_000;

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly clock: Clock;
  readonly log: Log;
}

/** A port as far as a notice or a refused arrival tells. */
interface Place {
  readonly port: string;
  readonly hub: string | null;
  /** Fixed number of the place; else it has or gets one. */
  readonly slot?: number | null;
}

/** What happens at ports where no recorder is docked: being opened, refused, left alone, gone again. */
export class PortNotices {
  readonly #options: Options;
  /** Warnings that a notice put over a docking, by port: they leave with what was noticed. */
  readonly #warned = new Map<string, Problem>();
  /** What a recorder that was pulled left to be read at its port, while a notice is shown over it. */
  readonly #covered = new Map<string, SlotView>();
  /** When each reason was put on record last, by port: as many as there are ports and codes. */
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
    // A docking that is still there knows better than a notice what its slot shows.
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

  /** What was noticed at this port, or left alone there, is gone. */
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

  /** A hub that is pulled shows its devices for a moment without their disks: that must not wipe out what is still on the recorders. */
  #cover(port: string, view: SlotView | undefined): void {
    if (view?.phase === 'removed') this.#covered.set(port, view);
  }
}

/** Facts are claims of a device: as many and as long as a person reads. */
function bounded(facts: readonly Reason[], max: number): Reason[] {
  return facts.slice(0, max).map(shortened);
}

function shortened(fact: Reason): Reason {
  const short = (value: ParamValue) => (typeof value === 'string' ? value.slice(0, FACT_CHARACTERS_MAX) : value);
  return { code: fact.code, params: Object.fromEntries(Object.entries(fact.params).map(([name, value]) => [name, short(value)])) };
}

/** The number of a port that has none yet is the next free one. */
export async function slotFor(writer: LedgerWriter, port: string, nowMs: number): Promise<number> {
  const known = await writer.dockings.slotOf(port);
  if (known !== null) return known;
  const slot = nextFreeSlot(await writer.dockings.slots());
  await writer.dockings.assignSlot(port, slot);
  const about = { atMs: nowMs, actor: STATION, subject: subject('port', port) };
  await writer.custody.append(SlotsChanged.make({ ...about, data: { port, slot, before: null, moved: null } }));
  return slot;
}
