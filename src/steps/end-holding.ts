import type { Actor } from '#domain/custody/actor';
import { Returned } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import type { Holding } from '#domain/registry';
import type { LedgerWriter } from '#ports/ledger';

/** A recorder that an officer has is back at `toMs`, with the entry of that. */
export async function endHolding(
  writer: LedgerWriter,
  open: Holding,
  toMs: number,
  how: 'return' | 'hand-over' | 'docking',
  by: { readonly atMs: number; readonly actor: Actor },
): Promise<Holding> {
  const ended = { ...open, toMs };
  await writer.registry.upsertHolding(ended);
  const span = { officer: open.officerId, from: new Date(open.fromMs).toISOString(), to: new Date(toMs).toISOString() };
  await writer.custody.append(
    Returned.make({ ...by, subject: subject('recorder', open.serial), data: { holding: open.id, ...span, how } }),
  );
  return ended;
}
