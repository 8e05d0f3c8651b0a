import type { CustodyEntry } from '#domain/custody/entry';
import { filed } from '#domain/look/terms';
import type { Tables } from './tables.ts';

export const HOUR_MS = 3_600_000;

/** Files an entry in the index of questions, in the transaction that appends it. */
export async function fileEntry(tables: Tables, entry: CustodyEntry): Promise<void> {
  const found = filed(entry);
  if (!found) return;
  const { seq, atMs: at, type } = entry;
  for (const term of found.terms) await tables.insert('audit_terms', { term, seq, at, type, outcome: found.outcome });
  const row = { hour: Math.floor(at / HOUR_MS), first: seq, last: seq };
  await tables.insert('audit_hours', row, 'ON CONFLICT (hour) DO UPDATE SET last = excluded.last');
}
