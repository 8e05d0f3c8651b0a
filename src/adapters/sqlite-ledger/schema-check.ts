import type { DatabaseSync } from 'node:sqlite';
import { connect } from './connection.ts';
import { migrateToLatest } from './migrations.ts';

/** `trigger custody_refuses_update` and what made it. */
type Made = ReadonlyMap<string, string>;

function madeIn(raw: DatabaseSync): Made {
  const rows = raw.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, String(sql)]));
}

export interface SchemaFault {
  readonly what: string;
  /** Makes again what is missing; null where nothing can: rows may have been lost with it. */
  readonly mend: string | null;
}

/** What differs in tables, indexes and triggers from a ledger that this version has just made. */
export async function schemaFaults(raw: DatabaseSync): Promise<readonly SchemaFault[]> {
  const fresh = connect(':memory:', { readOnly: false });
  try {
    await migrateToLatest(fresh.db);
    return differences(madeIn(raw), madeIn(fresh.raw));
  } finally {
    fresh.raw.close();
  }
}

function differences(found: Made, expected: Made): SchemaFault[] {
  const faults: SchemaFault[] = [];
  for (const [name, sql] of expected) {
    const there = found.get(name);
    if (there === undefined) faults.push({ what: `${name} is missing`, mend: name.startsWith('table ') ? null : sql });
    else if (there !== sql) faults.push({ what: `${name} is not as this version makes it`, mend: null });
  }
  // A trigger of somebody else's may change what is written; an index or a view cannot.
  for (const name of found.keys())
    if (!expected.has(name) && name.startsWith('trigger ')) faults.push({ what: `${name} is not the station's`, mend: null });
  return faults;
}
