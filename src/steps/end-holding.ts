import { type Actor, stationBy } from '#domain/custody/actor';
import { Returned } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import type { Holding } from '#domain/registry';
import type { LedgerWriter } from '#ports/ledger';
import { redecideOfficers } from './decide-officer.ts';

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

/** Docking ends a take-out, where the station is configured so. */
export async function endAtDocking(writer: LedgerWriter, serial: string, atMs: number): Promise<void> {
  const open = (await writer.registry.openHoldings([serial])).get(serial);
  // Taken out with a time that the station's clock has not reached yet: it is not this take-out that ends.
  if (!open || open.fromMs >= atMs) return;
  const by = { atMs, actor: stationBy('dock.endsTakeOut') };
  await endHolding(writer, open, atMs, 'docking', by);
  await redecideOfficers(writer, { serial, fromMs: atMs, toMs: null }, by);
}
