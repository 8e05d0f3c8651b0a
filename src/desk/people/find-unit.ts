import { EvidockError } from '#domain/errors';
import { pathOf, pathText, type Unit } from '#domain/people/unit';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** As many paths are told where a name is that of several units. */
const TOLD_MAX = 5;

/**
 * The one rule of what a text calls a unit: its id; its path from the top, `市局/一支队`; or its name, where no other open unit has it. null: it calls none.
 * Throws request.conflict, with their paths, where several units are called so.
 */
export async function findUnit(reader: LedgerReader, text: string): Promise<Unit | null> {
  const known = await reader.people.unit(text);
  if (known) return known;
  const names = pathOf(text);
  const [only] = names;
  if (only === undefined) return null;
  if (names.length > 1) return unitAtPath(reader, names);
  const [found, other, ...more] = await reader.people.unitsNamed(only, TOLD_MAX);
  if (!found || !other) return found ?? null;
  const paths = await Promise.all([found, other, ...more].map((unit) => pathOfUnit(reader, unit.id)));
  throw new EvidockError('request.conflict', because('unit-ambiguous', { name: only, names: paths }));
}

async function unitAtPath(reader: LedgerReader, names: readonly string[]): Promise<Unit | null> {
  let unit: Unit | null = null;
  for (const name of names) {
    unit = await reader.people.unitBelow(unit?.id ?? null, name);
    if (unit === null) return null;
  }
  return unit;
}

/** Throws request.not-found. */
export async function mustHaveUnit(reader: LedgerReader, text: string): Promise<Unit> {
  const unit = await findUnit(reader, text);
  if (!unit) throw new EvidockError('request.not-found', because('unit-unknown', { unit: text }));
  return unit;
}

/** Throws request.conflict for a unit that was closed. */
export async function mustHaveOpenUnit(reader: LedgerReader, text: string): Promise<Unit> {
  const unit = await mustHaveUnit(reader, text);
  if (unit.closedAtMs !== null) throw new EvidockError('request.conflict', because('unit-closed', { name: unit.name }));
  return unit;
}

/** The unit of an officer as the registry keeps it: the id of the unit that the text calls, else the text itself. */
export async function unitInRegistry(reader: LedgerReader, text: string | null): Promise<string | null> {
  return text === null ? null : ((await findUnit(reader, text))?.id ?? text);
}

export async function unitRows(reader: LedgerReader, ids: readonly string[]): Promise<readonly Unit[]> {
  const rows = await Promise.all(ids.map((id) => reader.people.unit(id)));
  return rows.filter((unit) => unit !== null);
}

/** `市局/一支队/二大队`; empty for what is no unit. */
export async function pathOfUnit(reader: LedgerReader, id: string): Promise<string> {
  const rows = await unitRows(reader, await reader.people.unitsAbove(id));
  return pathText(rows.map(({ name }) => name).toReversed());
}
