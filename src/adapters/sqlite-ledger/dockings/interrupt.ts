import { STATION } from '#domain/custody/actor';
import { DockingInterrupted } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { DockingStatus } from '#domain/docking-status';
import type { LedgerReader, LedgerWrites } from '#ports/ledger';

/** A bound that no station reaches: none has so many slots. */
const OPEN_DOCKINGS_MAX = 10_000;

/** Marks open dockings as `interrupted`, because the station did not see them end. Returns how many. */
export async function interruptDockings(
  reads: Pick<LedgerReader, 'dockings'>,
  writes: Pick<LedgerWrites, 'dockings' | 'custody'>,
  atMs: number,
): Promise<number> {
  const open = await reads.dockings.list({ openOnly: true, limit: OPEN_DOCKINGS_MAX });
  for (const { id, slot, recorderSerial: recorder, safeAtMs } of open) {
    await writes.dockings.setStatus(id, DockingStatus.interrupted, atMs);
    const about = { atMs, actor: STATION, subject: subject('docking', id) };
    await writes.custody.append(DockingInterrupted.make({ ...about, data: { slot, recorder, safe: safeAtMs !== null } }));
  }
  return open.length;
}
