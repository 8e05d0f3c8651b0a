import { HoldingCorrected, TakenOut } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import type { Holding } from '#domain/registry';
import { msToZoned } from '#domain/time/station-time';
import { isoOrNull } from '#domain/vault/manifest';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import { redecideOfficers } from '#steps/decide-officer';
import { endHolding } from '#steps/end-holding';
import type { DeskDeps } from './deps.ts';
import { type Keeping, mustBeOwnOfficer } from './people/own-people.ts';
import { momentOf } from './registry.ts';
import { mustHaveOfficer, mustHaveRecorder } from './tagging.ts';

/** A time that a person writes may be this far ahead of the station's clock: minutes are typed, seconds are not. */
const AHEAD_MS_MAX = 60_000;

interface TakeOut {
  readonly officer: string;
  /** The time of the take-out, as a person writes it; now if it is left out. */
  readonly from?: string;
  /** The time of the return, where take-out and return are both entered afterwards. */
  readonly until?: string;
  /** The present holder hands the recorder over to this officer: the holding of the first ends where the new one begins. */
  readonly handOver?: boolean;
}

/** The outcome of a take-out or a return. `redecided`: how many recordings have another officer because of it. */
interface Held {
  readonly holding: Holding;
  readonly changed: boolean;
  readonly redecided: number;
}

/** An officer takes a recorder out. The same request once more changes nothing. Throws request.conflict where another officer has the recorder in that time. */
export async function takeOut(deps: DeskDeps, serial: string, request: TakeOut, keeping: Keeping): Promise<Held> {
  return deps.ledger.transaction(async (writer) => {
    await mustHaveRecorder(writer, serial);
    await mustHaveOfficer(writer, request.officer);
    const fromMs = pastMoment(deps, request.from, 'from');
    const toMs = request.until === undefined ? null : pastMoment(deps, request.until, 'until');
    const by = changedBy(deps, writer, keeping);
    const [open] = await writer.registry.holdingsWithin(serial, fromMs, toMs, 1);
    if (open && isSame(open, request, toMs, fromMs)) return { holding: open, changed: false, redecided: 0 };
    const handed = request.handOver && open?.toMs === null && open.officerId !== request.officer && open.fromMs < fromMs;
    if (handed) {
      await by.mayTakeFrom(open.officerId);
      await endHolding(writer, open, fromMs, 'hand-over', by);
    }
    const holding: Holding = {
      id: newId('hld', by.atMs, deps.facts.stationId),
      serial,
      officerId: request.officer,
      ...{ fromMs, toMs },
    };
    await mustFit(deps, writer, holding);
    await writer.registry.upsertHolding(holding);
    const data = { holding: holding.id, ...factsOf(holding) };
    await writer.custody.append(TakenOut.make({ ...by, subject: subject('recorder', serial), data }));
    // A hand-over cuts a holding that had no end. So recordings after the new holder's return lose the first holder too.
    const within = { serial, fromMs, toMs: handed ? null : toMs };
    return { holding, changed: true, redecided: await redecideOfficers(writer, within, by) };
  });
}

/** Whether the holding on record is what the request asks for. A request without `from` only asks that this officer has the recorder. */
function isSame(open: Holding, { officer, from }: TakeOut, toMs: number | null, fromMs: number): boolean {
  return open.officerId === officer && open.toMs === toMs && (from === undefined || open.fromMs === fromMs);
}

/** The holder returns the recorder. The same request once more (nobody has the recorder, and `at` is the last return or left out) changes nothing. */
export async function giveBack(deps: DeskDeps, serial: string, at: string | undefined, keeping: Keeping): Promise<Held> {
  return deps.ledger.transaction(async (writer) => {
    await mustHaveRecorder(writer, serial);
    const toMs = pastMoment(deps, at, 'at');
    const by = changedBy(deps, writer, keeping);
    const open = (await writer.registry.openHoldings([serial])).get(serial);
    if (!open) {
      const [last] = await writer.registry.holdings(serial, { limit: 1 });
      if (!last) throw new EvidockError('request.conflict', because('never-taken-out', { serial }));
      if (at === undefined || last.toMs === toMs) return { holding: last, changed: false, redecided: 0 };
      throw new EvidockError('request.conflict', because('returned-already', { serial, at: told(deps, last.toMs ?? 0), id: last.id }));
    }
    if (toMs <= open.fromMs)
      throw new EvidockError('request.conflict', because('taken-out-later', { serial, at: told(deps, open.fromMs) }));
    await by.mayTakeFrom(open.officerId);
    const holding = await endHolding(writer, open, toMs, 'return', by);
    return { holding, changed: true, redecided: await redecideOfficers(writer, { serial, fromMs: toMs, toMs: null }, by) };
  });
}

/** The fields of a holding that were wrong on record. A field that is left out stays. `until` null: the recorder is not back yet. */
interface Correction {
  readonly officer?: string;
  readonly from?: string;
  readonly until?: string | null;
}

/** Corrects a holding; with null the holding is removed, because it never was. The officers of the recordings in its time are decided anew. */
export async function correctHolding(
  deps: DeskDeps,
  { serial, id }: { readonly serial: string; readonly id: string },
  correction: Correction | null,
  keeping: Keeping,
): Promise<Held> {
  return deps.ledger.transaction(async (writer) => {
    await mustHaveRecorder(writer, serial);
    const old = await mustHaveHolding(writer, serial, id);
    const fresh = correction === null ? null : await corrected(deps, writer, old, correction);
    if (fresh && span(fresh).join() === span(old).join()) return { holding: old, changed: false, redecided: 0 };
    if (fresh) await mustFit(deps, writer, fresh);
    await (fresh ? writer.registry.upsertHolding(fresh) : writer.registry.removeHolding(id));
    const by = changedBy(deps, writer, keeping);
    await by.mayTakeFrom(old.officerId);
    const data = { holding: id, old: factsOf(old), new: fresh && factsOf(fresh) };
    await writer.custody.append(HoldingCorrected.make({ ...by, subject: subject('recorder', serial), data }));
    const fromMs = Math.min(old.fromMs, fresh?.fromMs ?? old.fromMs);
    const ends = [old.toMs, fresh ? fresh.toMs : old.toMs];
    const toMs = ends.includes(null) ? null : Math.max(...ends.map(Number));
    return { holding: fresh ?? old, changed: true, redecided: await redecideOfficers(writer, { serial, fromMs, toMs }, by) };
  });
}

/** When and by whom, and that nobody takes anything away from an officer of another unit. */
function changedBy({ clock }: DeskDeps, reader: LedgerReader, { actor, within }: Keeping) {
  return { atMs: clock.nowMs(), actor, mayTakeFrom: (officer: string | null) => mustBeOwnOfficer(reader, officer, within) };
}

export async function mustHaveHolding(reader: LedgerReader, serial: string, id: string): Promise<Holding> {
  const holding = await reader.registry.holding(id);
  if (holding?.serial !== serial) throw new EvidockError('request.not-found', because('no-holding', { id, serial }));
  return holding;
}

async function corrected(deps: DeskDeps, writer: LedgerWriter, old: Holding, { officer, from, until }: Correction): Promise<Holding> {
  if (officer !== undefined) await mustHaveOfficer(writer, officer);
  const fromMs = from === undefined ? old.fromMs : pastMoment(deps, from, 'from');
  const toMs = until === undefined ? old.toMs : until === null ? null : pastMoment(deps, until, 'until');
  return { ...old, officerId: officer ?? old.officerId, fromMs, toMs };
}

/** Throws request.conflict where another holding of the recorder overlaps with this one. */
async function mustFit(deps: DeskDeps, reader: LedgerReader, { id, serial, fromMs, toMs }: Holding): Promise<void> {
  if (toMs !== null && toMs <= fromMs) throw new EvidockError('request.invalid', because('until-not-after', { serial }));
  // Two are asked for, because one of those found is the holding itself where it is corrected.
  const others = await reader.registry.holdingsWithin(serial, fromMs, toMs, 2);
  const other = others.find((each) => each.id !== id);
  if (!other) return;
  const held = { officer: other.officerId, serial, at: told(deps, other.fromMs), id: other.id };
  throw new EvidockError(
    'request.conflict',
    other.toMs === null ? because('holds-it-still', held) : because('held-it-until', { ...held, until: told(deps, other.toMs) }),
  );
}

const span = ({ officerId, fromMs, toMs }: Holding) => [officerId, fromMs, toMs];
const factsOf = ({ officerId, fromMs, toMs }: Holding) => ({
  officer: officerId,
  from: new Date(fromMs).toISOString(),
  to: isoOrNull(toMs),
});
const told = ({ facts }: DeskDeps, ms: number) => msToZoned(ms, facts.timezone).slice(0, 16).replace('T', ' ');

/** The written moment, ms since 1970 UTC. Throws request.invalid where the text is no time, or the moment is still to come. */
function pastMoment({ clock, facts }: DeskDeps, written: string | undefined, field: string): number {
  const nowMs = clock.nowMs();
  if (written === undefined) return nowMs;
  const ms = momentOf(written, facts.timezone, field);
  if (ms > nowMs + AHEAD_MS_MAX) throw new EvidockError('request.invalid', because('time-not-come', { field, value: written }));
  return ms;
}
