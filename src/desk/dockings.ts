import { isAbsolute, normalize } from 'node:path';
import type { Docking } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import type { DockingProgress } from '#ports/ledger/dockings';
import type { LeftOf } from '#ports/ledger/work';
import { EMPTY_SLOT, type SlotView } from '#ports/slot-board';
import type { DeskDeps } from './deps.ts';

export interface DockingReport {
  readonly docking: Docking;
  readonly progress: DockingProgress;
}

/** Tells how a docking stands. Throws request.not-found. */
export async function reportDocking({ ledger }: { readonly ledger: LedgerReader }, id: string): Promise<DockingReport> {
  const docking = await ledger.dockings.get(id);
  if (!docking) throw new EvidockError('request.not-found', because('no-docking', { id }));
  return { docking, progress: await ledger.dockings.progress(id) };
}

/** Selects the work that is left of the recordings of a docking. Without an archive a recording is done when its derivatives are made. */
export function leftOf({ archive }: Pick<DeskDeps, 'archive'>, dockingId: string): LeftOf {
  return { dockingId, states: archive ? ['sealed', 'derived'] : ['sealed'] };
}

/** Docks a directory; returns the docking's id. */
export async function ingestDirectory(
  deps: DeskDeps,
  request: { directory: string; slot?: number | null; serial?: string | null; clockOffsetMs?: number | null },
): Promise<string> {
  if (!isAbsolute(request.directory))
    throw new EvidockError('request.invalid', because('not-absolute', { field: 'directory', thing: request.directory }));
  const directory = normalize(request.directory);
  return deps.ingest({
    directory,
    slot: request.slot ?? null,
    serial: request.serial ?? null,
    clockOffsetMs: request.clockOffsetMs ?? null,
  });
}

/** Every slot that was ever given a number. Slots in use show their state of now. */
export async function slotViews({
  ledger,
  board,
}: Pick<DeskDeps, 'board'> & { readonly ledger: LedgerReader }): Promise<readonly SlotView[]> {
  const live = board.snapshot();
  const known = await ledger.dockings.slots();
  const idle = known.filter(({ slot }) => !live.some((view) => view.slot === slot));
  return [...live, ...idle.map(({ slot, port }) => ({ slot, port, ...EMPTY_SLOT, updatedAtMs: 0 }))].sort((a, b) => a.slot - b.slot);
}
