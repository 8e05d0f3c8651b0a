import { DatabaseSync } from 'node:sqlite';
import type { BesideValue, CustodyEntry } from '#domain/custody/entry';
import { readEntry, type StoredEntry } from '#domain/custody/read-entry';
import type { ReplayLine } from '#ports/ledger/upkeep';
import { Comparison } from './comparison.ts';
import { FiledCheck } from './filed-check.ts';
import { ReplayStore } from './store.ts';

const ENTRIES_PER_LINE = 5000;
const CACHE_KIB = 16_384;

/** Opens a ledger and holds one committed state of it, however long the replay takes. */
function open(file: string): DatabaseSync {
  const raw = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  raw.exec(`PRAGMA cache_size = -${CACHE_KIB}; BEGIN`);
  return raw;
}

/**
 * Yields the entries one by one, because an entry may have a list of megabytes. Entries that cannot be read are left out; the check of the chain reports those.
 */
export function* entriesIn(raw: DatabaseSync): Generator<CustodyEntry> {
  const beside = raw.prepare('SELECT name, salt, bytes FROM custody_beside WHERE seq = ?');
  for (const row of raw.prepare('SELECT seq, prev, hash, bytes FROM custody ORDER BY seq').iterate()) {
    const stored = row as unknown as StoredEntry;
    const entry = readable(stored, beside.all(stored.seq) as unknown as BesideValue[]);
    if (entry) yield entry;
  }
}

function readable(stored: StoredEntry, beside: readonly BesideValue[]): CustodyEntry | null {
  try {
    return readEntry(stored, beside);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Replays the log and yields its progress and contradictions. All of it is synchronous and takes minutes on a large ledger, so it runs in a thread of its own
 * (worker.ts).
 */
export function* replayLines({ file, replayFile }: { readonly file: string; readonly replayFile: string }): Generator<ReplayLine> {
  const raw = open(file);
  const replay = new ReplayStore(replayFile);
  const { n: entriesTotal, former } = raw
    .prepare('SELECT (SELECT count(*) FROM custody) AS n, (SELECT count(*) FROM custody_former) AS former')
    .get() as { n: number; former: number };
  let continuedAtMs: number | null = null;
  let entries = 0;
  const index = new FiledCheck(raw);
  for (const entry of entriesIn(raw)) {
    if (entries === 0 && (former > 0 || entry.type === 'log.continued')) continuedAtMs = entry.atMs;
    replay.apply(entry);
    for (const found of index.entry(entry)) yield { type: 'contradiction', ...found };
    entries += 1;
    if (entries % ENTRIES_PER_LINE === 0) yield { type: 'progress', entries, entriesTotal };
  }
  yield { type: 'progress', entries: entriesTotal, entriesTotal };
  for (const found of index.rest()) yield { type: 'contradiction', ...found };
  for (const found of new Comparison({ ledger: raw, replay, continuedAtMs }).run()) yield { type: 'contradiction', ...found };
  replay.close();
  raw.close();
}
