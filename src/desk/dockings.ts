import { isAbsolute, normalize } from 'node:path';
import type { Docking, Refusal } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Work } from '#domain/work';
import type { DockingProgress } from '#ports/ledger/dockings';
import { EMPTY_SLOT, type SlotView } from '#ports/slot-board';
import type { DeskDeps } from './deps.ts';

const PAGE = 1000;
/** Recordings of one recorder that may have work left at the same time; a caller is told of the rest when these are done. */
const PENDING_MAX = 5000;

export interface DockingReport {
  readonly docking: Docking;
  readonly progress: DockingProgress;
  readonly refusals: readonly Refusal[];
  /** Recordings with an original that this docking listed. */
  readonly recordings: readonly { readonly id: string; readonly damaged: boolean }[];
  /** Work of this recorder's recordings, and of others that came from its card, that is not done; waiting, running or failed. */
  readonly pending: readonly Work[];
}

/** How a docking stands, and what is still to be done with what came from its recorder. */
export async function reportDocking({ ledger, archive }: DeskDeps, id: string): Promise<DockingReport> {
  const docking = await ledger.dockings.get(id);
  if (!docking) throw new EvidockError('request.not-found', because('no-docking', { id }));
  const [progress, refusals] = await Promise.all([ledger.dockings.progress(id), ledger.dockings.refusals(id)]);
  const found: { id: string; damaged: boolean }[] = [];
  const pending: Work[] = [];
  const add = async (recordingId: string) => {
    const work = await ledger.work.list({ recordingId, limit: 10 });
    pending.push(...work.filter((each) => each.state !== 'done'));
  };
  for await (const { recording } of pages(ledger, { dockingId: id })) {
    found.push({ id: recording.id, damaged: recording.damaged });
    // Files of other recorders came from this card as well.
    if (recording.recorderSerial !== docking.recorderSerial && pending.length < PENDING_MAX) await add(recording.id);
  }
  for (const state of archive ? (['sealed', 'derived'] as const) : (['sealed'] as const)) {
    for await (const { recording } of pages(ledger, { recorderSerial: docking.recorderSerial, state })) {
      if (pending.length >= PENDING_MAX) break;
      await add(recording.id);
    }
  }
  // A recording whose work was given up is in its last state, and is no longer among the others.
  for (let at = 0; at < found.length; at += PAGE) {
    const troubled = await ledger.work.troubled(found.slice(at, at + PAGE).map(({ id }) => id));
    pending.push(...troubled.filter((work) => work.state === 'failed' && !pending.some((each) => each.id === work.id)));
  }
  return { docking, progress, refusals, recordings: found, pending };
}

async function* pages(ledger: DeskDeps['ledger'], filter: { dockingId?: string; recorderSerial?: string; state?: 'sealed' | 'derived' }) {
  let after: string | undefined;
  for (;;) {
    const page = await ledger.recordings.list({ ...filter, ...(after === undefined ? {} : { after }), limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.recording.id;
  }
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

/** Every slot that was ever given a number; those in use as they are now. */
export async function slotViews({ ledger, board }: DeskDeps): Promise<readonly SlotView[]> {
  const live = board.snapshot();
  const known = await ledger.dockings.slots();
  const idle = known.filter(({ slot }) => !live.some((view) => view.slot === slot));
  return [...live, ...idle.map(({ slot, port }) => ({ slot, port, ...EMPTY_SLOT, updatedAtMs: 0 }))].sort((a, b) => a.slot - b.slot);
}
