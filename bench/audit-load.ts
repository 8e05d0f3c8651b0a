import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { actorText } from '#domain/custody/actor';
import { AccessRefused } from '#domain/custody/audit-entries';
import { CUSTODY_GENESIS, type CustodyDraft, sealEntry } from '#domain/custody/entry';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject, subjectText } from '#domain/custody/subject';
import { filed } from '#domain/look/terms';
import { STATION_ID } from '#test/support/builders';

const FIRST_MS = Date.UTC(2020, 0, 1);
const HOUR_MS = 3_600_000;
const IN_TRANSACTION = 20_000;
const STEP_MS = 20_000;
/** More entries than these are copies of them under later numbers and times: their rows are as many and as large, but they are no chain. */
const SEALED_MAX = 1_000_000;

export interface LoadedAudit {
  readonly people: readonly string[];
  readonly cases: readonly string[];
  readonly recordings: readonly string[];
  readonly officers: readonly string[];
  readonly units: readonly string[];
  readonly addresses: readonly string[];
  readonly firstMs: number;
  readonly lastMs: number;
}

const list = (count: number, name: (n: number) => string) => Array.from({ length: count }, (_, n) => name(n));

/** The names that the entries are about: the same for every fill of a size. */
export function namesOf(entries: number): LoadedAudit {
  return {
    people: list(2_000, (n) => `usr-01jybqe2v7-hz01-${String(n).padStart(10, '0')}`),
    cases: list(50_000, (n) => `LY-2026-${n}`),
    recordings: list(1_000_000, (n) => `rec-01jybqe2v7-hz01-${String(n).padStart(10, '0')}`),
    officers: list(2_000, (n) => `04${1000 + n}`),
    units: list(200, (n) => `unt-01jybqe2v7-hz01-${String(n).padStart(10, '0')}`),
    addresses: list(1_500, (n) => `10.${n % 16}.${(n >> 4) % 256}.${1 + (n % 200)}`),
    firstMs: FIRST_MS,
    lastMs: FIRST_MS + entries * STEP_MS,
  };
}

/**
 * Fills a new ledger with entries of people: looks, and one refusal among fifty. They are written past the ledger's transactions and sorted before they go into the
 * index, and the other indexes are made at the end, because filling takes hours otherwise; the rows are those that the ledger itself would have written.
 */
export async function loadAudit(whole: string, entries: number): Promise<LoadedAudit> {
  const file = `${whole}.filling`;
  await (await openLedger({ file, stationId: STATION_ID })).close();
  const loaded = namesOf(entries);
  const raw = new DatabaseSync(file);
  // A file in WAL mode takes no other word than DELETE at first.
  raw.exec(
    'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE',
  );
  raw.exec('CREATE TEMP TABLE unsorted (term TEXT, seq INTEGER, at INTEGER, type TEXT, outcome TEXT)');
  const indexes = raw
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('custody', 'custody_beside') AND sql IS NOT NULL")
    .all() as { name: string; sql: string }[];
  for (const { name } of indexes) raw.exec(`DROP INDEX ${name}`);
  const insert = {
    custody: raw.prepare('INSERT INTO custody VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    beside: raw.prepare('INSERT INTO custody_beside VALUES (?, ?, ?, ?)'),
    term: raw.prepare('INSERT INTO unsorted VALUES (?, ?, ?, ?, ?)'),
    hour: raw.prepare('INSERT INTO audit_hours VALUES (?, ?, ?)'),
  };
  const hours = new Map<number, { readonly first: number; readonly last: number }>();
  let prev = CUSTODY_GENESIS;
  const sealed = Math.min(entries, SEALED_MAX);
  for (let seq = 0; seq < sealed; seq += 1) {
    if (seq % IN_TRANSACTION === 0) raw.exec(seq === 0 ? 'BEGIN' : 'COMMIT; BEGIN');
    const draft = draftOf(seq, loaded);
    const { bytes, hash, beside } = sealEntry(draft, { station: STATION_ID, seq, prev }, () => randomBytes(32));
    insert.custody.run(seq, draft.atMs, draft.type, actorText(draft.actor), subjectText(draft.subject), prev, hash, bytes);
    for (const { name, salt, bytes: value } of beside) insert.beside.run(seq, name, salt, value);
    const found = filed({ ...draft, version: 2, erased: [], salts: {}, seq, prev, hash, bytes });
    for (const term of found?.terms ?? []) insert.term.run(term, seq, draft.atMs, draft.type, found?.outcome ?? '');
    prev = hash;
  }
  for (let seq = 0; seq < entries; seq += 1) {
    const hour = Math.floor((FIRST_MS + seq * STEP_MS) / HOUR_MS);
    hours.set(hour, { first: hours.get(hour)?.first ?? seq, last: seq });
  }
  for (const [hour, { first, last }] of hours) insert.hour.run(hour, first, last);
  raw.exec('COMMIT');
  for (let from = sealed; from < entries; from += sealed) {
    raw.exec(
      `INSERT INTO custody SELECT seq + ${from}, at + ${from * STEP_MS}, type, actor, subject, prev, hash, bytes FROM custody WHERE seq < ${sealed}`,
    );
    raw.exec(`INSERT INTO custody_beside SELECT seq + ${from}, name, salt, bytes FROM custody_beside WHERE seq < ${sealed}`);
  }
  for (const { sql } of indexes) raw.exec(sql);
  raw.exec('CREATE TEMP TABLE copies (nth INTEGER)');
  for (let nth = 0; nth * sealed < entries; nth += 1) raw.exec(`INSERT INTO copies VALUES (${nth})`);
  raw.exec(`
    INSERT INTO audit_terms
      SELECT term, seq + nth * ${sealed} AS number, at + nth * ${sealed * STEP_MS}, type, outcome FROM unsorted CROSS JOIN copies ORDER BY term, number;
    DROP TABLE unsorted;
    DROP TABLE copies`);
  raw.close();
  // A fill that was interrupted must not pass for a whole one.
  await rename(file, whole);
  return loaded;
}

function draftOf(seq: number, { people, cases, recordings, officers, units, addresses, firstMs }: LoadedAudit): CustodyDraft {
  // Some are looked at much more often than others.
  const often = <T>(all: readonly T[]): T => all[Math.floor(Math.random() ** 3 * all.length)] as T;
  const user = often(people);
  const who = { user, roles: ['officer'], byOfficer: null, byUnit: often(units) };
  const actor = { kind: 'user', id: user, via: 'network', session: 'ssn-01jybqe2v7-hz01-aaaaaaaaaa' } as const;
  const about = { atMs: firstMs + seq * STEP_MS, actor, subject: subject('recording', often(recordings)) };
  const personal = {
    name: 'Wang Jianguo',
    address: often(addresses),
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  };
  if (seq % 50 === 0) return AccessRefused.make({ ...about, data: { ...AccessRefused.example.data, ...who }, personal });
  const look = {
    id: `lok-01jybqe2v7-hz01-${String(seq).padStart(10, '0')}`,
    item: 'drv-01jybqe2v7-hz01-aaaaaaaaaa',
    sha256: 'ab'.repeat(32),
  };
  const right = { policy: 3, rule: 'own-unit', case: seq % 3 === 0 ? null : often(cases), grant: null, reason: 'case-work' };
  return RecordingViewed.make({
    ...about,
    data: {
      what: 'playable',
      from: 'vault',
      range: '0-1048575',
      look: { ...look, officer: often(officers), unit: often(units), ...who, ...right },
    },
    personal,
  });
}
