import type { DatabaseSync } from 'node:sqlite';
import { because, type Reason } from '#domain/reason';
import { connect } from './connection.ts';
import { migrateToLatest } from './migrations.ts';

/** `trigger custody_refuses_update` and what made it. */
type Made = ReadonlyMap<string, string>;

function madeIn(raw: DatabaseSync): Made {
  const rows = raw.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, String(sql)]));
}

export interface SchemaFault {
  readonly reason: Reason;
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
    if (there === undefined) faults.push({ reason: because('schema-missing', named(name)), mend: name.startsWith('table ') ? null : sql });
    else if (there !== sql) faults.push({ reason: because('schema-differs', named(name)), mend: null });
  }
  // A trigger of somebody else's may change what is written; an index or a view cannot.
  for (const name of found.keys())
    if (!expected.has(name) && name.startsWith('trigger ')) faults.push({ reason: because('schema-foreign', named(name)), mend: null });
  return faults;
}

/** `trigger custody_refuses_update` as its two words. */
function named(text: string): { readonly schema: string; readonly name: string } {
  const [schema = '', ...name] = text.split(' ');
  return { schema, name: name.join(' ') };
}
