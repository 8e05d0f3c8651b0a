import type { CustodyEntry } from '#domain/custody/entry';
import { needIn } from '#domain/eviction/need';
import { filed } from '#domain/look/terms';
import type { Tables } from './tables.ts';

export const HOUR_MS = 3_600_000;

/** Files an entry, in the transaction that appends it: in the index of questions, and by what it says of the need for a recording. */
export async function fileEntry(tables: Tables, entry: CustodyEntry): Promise<void> {
  await fileNeed(tables, entry);
  const found = filed(entry);
  if (!found) return;
  const { seq, atMs: at, type } = entry;
  for (const term of found.terms) await tables.insert('audit_terms', { term, seq, at, type, outcome: found.outcome });
  const row = { hour: Math.floor(at / HOUR_MS), first: seq, last: seq };
  await tables.insert('audit_hours', row, 'ON CONFLICT (hour) DO UPDATE SET last = excluded.last');
}

/** Notes when a recording was needed last: as long as the vault holds an original of it, and beside its playable copy. */
async function fileNeed(tables: Tables, entry: CustodyEntry): Promise<void> {
  const need = needIn(entry);
  if (!need) return;
  if (need.how !== 'evicted') {
    const playable = { recording_id: need.recordingId, kind: 'playable' };
    const [known] = await tables.select('derivatives', playable);
    if (known && known.needed_at < entry.atMs) await tables.update('derivatives', { needed_at: entry.atMs }, playable);
  }
  const row = { recording_id: need.recordingId, at: entry.atMs };
  if (need.how === 'brought')
    await tables.insert('needs', row, 'ON CONFLICT (recording_id) DO UPDATE SET at = excluded.at WHERE needs.at < excluded.at');
  else if (need.how === 'used') {
    const [known] = await tables.select('needs', { recording_id: need.recordingId });
    if (known && known.at < entry.atMs) await tables.update('needs', { at: entry.atMs }, { recording_id: need.recordingId });
  } else {
    const left = await tables.select('originals', { recording_id: need.recordingId, state: 'sealed', evicted_at: null }, 'LIMIT 1');
    if (left.length === 0) await tables.remove('needs', { recording_id: need.recordingId });
  }
}
