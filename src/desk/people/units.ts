import { UnitAdded, UnitChanged, UnitClosed, UnitReopened } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { mustFitTree, type Unit, unitNameOf } from '#domain/people/unit';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { type By, changePeople, type PeopleDeps, type PeopleWork } from './change-people.ts';
import { mustHaveOpenUnit, mustHaveUnit, unitRows } from './find-unit.ts';
import { adoptOfficers } from './officers.ts';

export interface UnitChange {
  readonly name?: string;
  /** What somebody calls the unit above (`findUnit`); null: at the top. */
  readonly parent?: string | null;
  readonly closed?: boolean;
}

/** Adds a unit. `parent`: as `findUnit` takes it. */
export function addUnit(deps: PeopleDeps, draft: { readonly name: string; readonly parent: string | null }, by: By): Promise<Unit> {
  return changePeople(deps, { by }, async (work) => {
    const parent = draft.parent === null ? null : await mustHaveOpenUnit(work.writer, draft.parent);
    return makeUnit(work, draft.name, parent?.id ?? null);
  });
}

/** Puts a new unit below `parent` (an id). */
export async function makeUnit(work: PeopleWork, name: string, parent: string | null): Promise<Unit> {
  const { writer, atMs, by, stationId } = work;
  const unit: Unit = { id: newId('unt', atMs, stationId), name: unitNameOf(name), parent, createdAtMs: atMs, closedAtMs: null };
  await mustFit(writer, unit, { levels: 1, added: 1 });
  await writer.people.upsertUnit(unit);
  const about = { atMs, actor: by.actor, subject: subject('unit', unit.id) };
  await writer.custody.append(UnitAdded.make({ ...about, data: { name: unit.name, parent } }));
  await adoptOfficers(work, unit);
  work.tell({ unit: { old: null, new: unit } });
  return unit;
}

/** Renames, moves, closes or reopens a unit. Returns false where all was so already. Throws request.not-found and request.conflict. */
export function changeUnit(deps: PeopleDeps, id: string, change: UnitChange, by: By): Promise<boolean> {
  return changePeople(deps, { by }, async (work) => {
    const { writer, atMs } = work;
    const old = await mustHaveUnit(writer, id);
    const parent =
      change.parent === undefined ? old.parent : change.parent === null ? null : (await mustHaveUnit(writer, change.parent)).id;
    const closed = change.closed ?? old.closedAtMs !== null;
    const name = change.name === undefined ? old.name : unitNameOf(change.name);
    const next: Unit = { ...old, name, parent, closedAtMs: closed ? (old.closedAtMs ?? atMs) : null };
    if (next.name === old.name && next.parent === old.parent && next.closedAtMs === old.closedAtMs) return false;
    if (closed) await mustBeEmpty(writer, old);
    else await mustFit(writer, next, { levels: await writer.people.levelsOf(id), added: 0 });
    await writer.people.upsertUnit(next);
    await tellLog(work, old, next);
    if (!closed) await adoptOfficers(work, next);
    work.tell({ unit: { old, new: next } });
    return true;
  });
}

async function tellLog({ writer, by, atMs }: PeopleWork, old: Unit, next: Unit): Promise<void> {
  const about = { atMs, actor: by.actor, subject: subject('unit', old.id) };
  const name = old.name === next.name ? {} : { name: { old: old.name, new: next.name } };
  const parent = old.parent === next.parent ? {} : { parent: { old: old.parent, new: next.parent } };
  const data = { ...name, ...parent };
  if (Object.keys(data).length > 0) await writer.custody.append(UnitChanged.make({ ...about, data }));
  if ((old.closedAtMs === null) === (next.closedAtMs === null)) return;
  const ended = next.closedAtMs === null ? UnitReopened : UnitClosed;
  await writer.custody.append(ended.make({ ...about, data: { name: next.name, parent: next.parent } }));
}

async function mustFit(reader: LedgerReader, unit: Unit, { levels, added }: { levels: number; added: number }): Promise<void> {
  const { parent, name } = unit;
  const above = parent === null ? [] : await unitRows(reader, await reader.people.unitsAbove(parent));
  const same = await reader.people.unitBelow(parent, name);
  const units = (await reader.people.countUnits()) + added;
  mustFitTree(unit, { above, levels, namesake: same?.id === unit.id ? null : same, units });
}

/** Throws request.conflict where somebody belongs to a unit, or an open unit is below it. */
async function mustBeEmpty(reader: LedgerReader, { id, name }: Unit): Promise<void> {
  const [member] = await reader.people.users({ unit: id, limit: 1 });
  if (member) throw new EvidockError('request.conflict', because('unit-has-members', { name, account: member.account }));
  const [, ...below] = await unitRows(reader, await reader.people.unitsBelow(id));
  const open = below.find(({ closedAtMs }) => closedAtMs === null);
  if (open) throw new EvidockError('request.conflict', because('unit-has-units', { name, below: open.name }));
}
