import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { newId } from '#domain/ids';
import { derivativeKey, originalKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import { aHash, STATION_ID } from '#test/support/builders';

export interface LedgerSize {
  readonly recordings: number;
  readonly cases: number;
  readonly officers: number;
  /** Officers belong to one of so many, in turn. */
  readonly units: number;
  readonly recorders: number;
}

export interface LoadedLedger {
  /** Case numbers as often as they have recordings, so that large cases are asked for more often than small ones. */
  readonly caseSample: readonly string[];
  readonly idSample: readonly string[];
  readonly officers: readonly string[];
  readonly units: readonly string[];
  readonly recorders: readonly string[];
  readonly firstMs: number;
  readonly lastMs: number;
}

const SAMPLE_EVERY = 50;
const PER_DOCKING = 20;
const ROWS_PER_COMMIT = 100_000;
const FIRST_MS = Date.UTC(2021, 0, 1);
const YEARS_MS = 5 * 365 * 86_400_000;

type Statements = ReturnType<typeof prepare>;

function prepare(raw: DatabaseSync) {
  const insert = (table: string, columns: string) =>
    raw.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.split(',').fill('?').join(',')})`);
  return {
    docking: insert(
      'dockings',
      'id,slot,port,recorder_serial,driver_id,driver_score,driver_why,state,arrived_at,listed_at,safe_at,removed_at,files_listed,files_known,files_refused,bytes_listed',
    ),
    recording: insert(
      'recordings',
      'id,docking_id,recorder_serial,kind,officer_id,officer_source,important,state,damaged,claimed_start,claimed_from,start_at,duration_ms,original_count,created_at,sort_at,case_count',
    ),
    original: insert(
      'originals',
      'id,recording_id,docking_id,recorder_serial,role,idx,kind,card_path,bytes,mtime_ms,important,state,vault_key,sha256,sm3,copied_at,sealed_at',
    ),
    copy: insert('copies', 'item_id,place,recording_id,key,bytes,verified_at,verified_by'),
    derivative: insert('derivatives', 'id,recording_id,kind,recipe,inputs,vault_key,media_type,bytes,sha256,created_at'),
    link: insert('recording_cases', 'recording_id,case_number,sort_at'),
    work: insert('work', 'id,stage,recording_id,state,priority,attempts,due_at,percent,created_at,updated_at'),
    entry: insert('cases', 'number,title,stage,officer_ids,created_at'),
    named: insert('case_officers', 'officer_id,case_number'),
    officer: insert('officers', 'id,name,unit'),
    recorder: insert('recorders', 'serial'),
  };
}

/** Indexes and triggers are made again after the load: that is several times faster than keeping them row by row. */
function withoutIndexes(raw: DatabaseSync, body: () => void): void {
  const found = raw.prepare(`SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL`).all();
  for (const { type, name } of found) raw.exec(`DROP ${type} ${name}`);
  body();
  for (const { sql } of found) raw.exec(String(sql));
}

function stateOf(n: number, recordings: number): { recording: string; archived: boolean } {
  const fromEnd = recordings - n;
  if (fromEnd <= 5000) return { recording: 'derived', archived: false };
  return { recording: 'archived', archived: true };
}

interface Place {
  readonly n: number;
  readonly atMs: number;
  readonly dockingId: string;
  readonly serial: string;
  readonly officer: string | null;
  readonly caseNumber: string | null;
  readonly state: { recording: string; archived: boolean };
}

/** One recording with its original, two copies of each file, one derivative, its finished work and its case. */
function addRecording(to: Statements, place: Place): string {
  const { n, atMs, dockingId, serial, officer, caseNumber, state } = place;
  const id = newId('rec', atMs, STATION_ID);
  const original = newId('org', atMs, STATION_ID);
  const derivative = newId('drv', atMs, STATION_ID);
  const claimed = new Date(atMs).toISOString().slice(0, 19);
  const path = `DCIM/100MEDIA/${serial}_${claimed.replaceAll(/\D/g, '')}_${n}.MP4`;
  const key = originalKey(id, 1, path);
  const made = derivativeKey(id, 1, 'playable.mp4');
  const source = officer === null ? null : 'file-name';
  const damaged = n % 5000 === 0 ? 1 : 0;
  const kind = 'video';
  const start = atMs - 7_200_000;
  const hash = aHash(`${Math.random()}`);
  to.recording.run(
    ...[id, dockingId, serial, kind, officer, source, n % 20 === 0 ? 1 : 0, state.recording, damaged, claimed, 'file-name', start, 300_000],
    ...[1, atMs, start, caseNumber === null ? 0 : 1],
  );
  to.original.run(
    ...[
      original,
      id,
      dockingId,
      serial,
      'segment',
      1,
      kind,
      path,
      300_000_000,
      start,
      n % 20 === 0 ? 1 : 0,
      'sealed',
      key,
      hash,
      hash,
      atMs,
      atMs,
    ],
  );
  to.derivative.run(derivative, id, 'playable', 'remux/1', JSON.stringify([hash]), made, 'video/mp4', 290_000_000, hash, atMs);
  to.copy.run(original, 'vault', id, key, 300_000_000, atMs, 'direct');
  to.copy.run(derivative, 'vault', id, made, 290_000_000, atMs, 'direct');
  if (state.archived) {
    to.copy.run(original, 's3', id, key, 300_000_000, atMs, 'readback');
    to.copy.run(derivative, 's3', id, made, 290_000_000, atMs, 'readback');
  }
  if (caseNumber !== null) to.link.run(id, caseNumber, start);
  to.work.run(workId('derive', id), 'derive', id, 'done', 5, 1, atMs, 100, atMs, atMs);
  to.work.run(workId('archive', id), 'archive', id, state.archived ? 'done' : 'waiting', 5, 1, atMs, 0, atMs, atMs);
  return id;
}

function fill(raw: DatabaseSync, size: LedgerSize): LoadedLedger {
  const to = prepare(raw);
  const officers = Array.from({ length: size.officers }, (_, n) => String(n).padStart(6, '0'));
  const recorders = Array.from({ length: size.recorders }, (_, n) => `DSJ${String(n).padStart(7, '0')}`);
  const units = Array.from({ length: size.units }, (_, n) => `Unit ${n}`);
  const caseSample: string[] = [];
  const idSample: string[] = [];
  raw.exec('BEGIN');
  for (const [n, id] of officers.entries()) to.officer.run(id, `Officer ${id}`, units[n % units.length] ?? null);
  for (const serial of recorders) to.recorder.run(serial);
  for (let n = 0; n < size.cases; n++) {
    const named = officers[n % officers.length] ?? '';
    to.entry.run(`A-${n}`, `Case ${n}`, 'evidence', JSON.stringify([named]), FIRST_MS + n);
    to.named.run(named, `A-${n}`);
  }
  const lastMs = FIRST_MS + YEARS_MS;
  let dockingId = '';
  let serial = '';
  for (let n = 0; n < size.recordings; n++) {
    const atMs = FIRST_MS + Math.floor((YEARS_MS * n) / size.recordings);
    if (n % PER_DOCKING === 0) {
      dockingId = newId('dck', atMs, STATION_ID);
      serial = recorders[(n / PER_DOCKING) % recorders.length] ?? '';
      to.docking.run(dockingId, 1, '1-4', serial, 'gat947', 95, '[]', 'removed', atMs, atMs, atMs, atMs, PER_DOCKING, 0, 0, 1);
    }
    // The square makes a few cases large (thousands of recordings) and most small; a fifth of all recordings has none.
    const caseNumber = n % 5 === 0 ? null : `A-${Math.floor(size.cases * Math.random() ** 2)}`;
    const officer = n % 100 === 0 ? null : (officers[Math.floor(Math.random() * officers.length)] ?? null);
    const id = addRecording(to, { n, atMs, dockingId, serial, officer, caseNumber, state: stateOf(n, size.recordings) });
    if (n % SAMPLE_EVERY === 1) idSample.push(id);
    if (n % SAMPLE_EVERY === 1 && caseNumber !== null) caseSample.push(caseNumber);
    if (n % ROWS_PER_COMMIT === ROWS_PER_COMMIT - 1) raw.exec('COMMIT; BEGIN');
  }
  const counts = {
    recordings: size.recordings,
    originals: size.recordings,
    original_bytes: size.recordings * 300_000_000,
    not_archived: 5000,
  };
  for (const [name, value] of Object.entries(counts)) raw.prepare('UPDATE counters SET value = ? WHERE name = ?').run(value, name);
  raw.exec('COMMIT');
  return { caseSample, idSample, officers, units, recorders, firstMs: FIRST_MS, lastMs };
}

/** Makes a ledger of that size in `file`, past the port: through it the load would take an hour. */
export async function loadLedger(file: string, size: LedgerSize): Promise<LoadedLedger> {
  await (await openLedger({ file, stationId: STATION_ID })).close();
  const raw = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  try {
    raw.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY');
    let loaded: LoadedLedger | undefined;
    withoutIndexes(raw, () => {
      loaded = fill(raw, size);
    });
    if (!loaded) throw new Error('nothing was loaded');
    return loaded;
  } finally {
    raw.close();
  }
}
