import type { DatabaseSync } from 'node:sqlite';
import { because, type Reason } from '#domain/reason';
import { connect } from '../connection.ts';
import { migrateToLatest } from '../migrations.ts';

/** By name (`trigger custody_refuses_update`): the statement that made it. */
type Made = ReadonlyMap<string, string>;

function madeIn(raw: DatabaseSync): Made {
  const rows = raw.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'").all();
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${name}`, String(sql)]));
}

export interface SchemaFault {
  readonly reason: Reason;
  /** The statement that makes a missing thing again. null where rows may have been lost with it, so that no statement mends it. */
  readonly mend: string | null;
}

/** The tables, indexes and triggers that differ from those of a ledger which this version has just made. */
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
  // Only a foreign trigger is a fault, because it may change what is written. A foreign index or view cannot.
  for (const name of found.keys())
    if (!expected.has(name) && name.startsWith('trigger ')) faults.push({ reason: because('schema-foreign', named(name)), mend: null });
  return faults;
}

/** Splits `trigger custody_refuses_update` into its two words. */
function named(text: string): { readonly schema: string; readonly name: string } {
  const [schema = '', ...name] = text.split(' ');
  return { schema, name: name.join(' ') };
}
