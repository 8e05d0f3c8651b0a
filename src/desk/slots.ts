import type { Actor } from '#domain/custody/actor';
import { SlotsChanged } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { isPort, nextFreeSlot } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerWriter } from '#ports/ledger';
import type { SlotView } from '#ports/slot-board';
import type { DeskDeps } from './deps.ts';

/** In these phases no recorder is docked. A slot in any other phase keeps its number. */
const IDLE = new Set<SlotView['phase']>(['empty', 'removed', 'unknown', 'problem', 'preparing']);

export interface SlotChange {
  readonly port: string;
  readonly slot: number;
  /** The number that the port had before; null if it had none. */
  readonly before: number | null;
  /** The port that had this number, and the one it has now; null if the number was free. */
  readonly moved: { readonly port: string; readonly slot: number } | null;
}

/**
 * Gives a port a number. Where another port has that number, the two swap; if this port had none, the other gets the next free one. Throws request.conflict
 * while a recorder is docked in either slot, because people and records know the recorder by its slot.
 */
export async function assignSlot(deps: DeskDeps, request: { port: string; slot: number; actor: Actor }): Promise<SlotChange> {
  const { ledger, clock } = deps;
  const { port, slot, actor } = request;
  if (!isPort(port)) throw new EvidockError('request.invalid', because('not-a-port', { port }));
  const change = await ledger.transaction(async (writer) => {
    const before = await writer.dockings.slotOf(port);
    const other = (await writer.dockings.slots()).find((entry) => entry.slot === slot && entry.port !== port)?.port ?? null;
    if (before === slot) return { port, slot, before, moved: null };
    await mustBeIdle(deps, writer, [port, ...(other === null ? [] : [other])], [slot, ...(before === null ? [] : [before])]);
    await writer.dockings.releaseSlot(port);
    if (other !== null) await writer.dockings.releaseSlot(other);
    await writer.dockings.assignSlot(port, slot);
    const moved = other === null ? null : { port: other, slot: before ?? nextFreeSlot(await writer.dockings.slots()) };
    if (moved) await writer.dockings.assignSlot(moved.port, moved.slot);
    const data = { port, slot, before, moved };
    await writer.custody.append(SlotsChanged.make({ atMs: clock.nowMs(), actor, subject: subject('port', port), data }));
    return data;
  });
  renumber(deps, change);
  return change;
}

async function mustBeIdle({ board }: DeskDeps, writer: LedgerWriter, ports: readonly string[], slots: readonly number[]): Promise<void> {
  const docked = (await writer.dockings.list({ openOnly: true, limit: 1000 })).find(
    (docking) => ports.includes(docking.port) || slots.includes(docking.slot),
  );
  if (docked) throw new EvidockError('request.conflict', because('docked-in-slot', { slot: docked.slot, port: docked.port }));
  const busy = board.snapshot().find((view) => slots.includes(view.slot) && !IDLE.has(view.phase));
  if (busy) throw new EvidockError('request.conflict', because('slot-in-use', { slot: busy.slot }));
}

/** Moves what each port shows to its new number. */
function renumber({ board }: DeskDeps, { port, slot, before, moved }: SlotChange): void {
  const shown = board.snapshot();
  const viewOf = (number: number | null, of: string) => shown.find((view) => view.slot === number && view.port === of);
  const views = [{ to: slot, view: viewOf(before, port) }, ...(moved ? [{ to: moved.slot, view: viewOf(slot, moved.port) }] : [])];
  for (const number of [before, slot]) if (number !== null) board.clear(number);
  for (const { to, view } of views) {
    if (view) board.restore(to, view);
  }
}

export interface HubView {
  readonly hub: string;
  readonly recorders: number;
  readonly bytesPerSecond: number;
  readonly slots: readonly number[];
}

/** The hubs of all slots, with the rate of the bytes that come through each of them now. */
export function hubViews({ board }: Pick<DeskDeps, 'board'>): readonly HubView[] {
  const hubs = Map.groupBy(
    board.snapshot().filter((view) => view.hub !== null),
    (view) => view.hub ?? '',
  );
  return [...hubs.entries()]
    .map(([hub, views]) => ({
      hub,
      recorders: views.filter((view) => view.dockingId !== null && view.phase !== 'removed').length,
      bytesPerSecond: views.reduce((sum, view) => sum + view.bytesPerSecond, 0),
      slots: views.map((view) => view.slot),
    }))
    .sort((a, b) => a.hub.localeCompare(b.hub, 'en', { numeric: true }));
}
