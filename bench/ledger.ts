import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { readPolicy } from '#desk/access/read-policy';
import { scopeOf } from '#domain/access/scope-of';
import { newId } from '#domain/ids';
import type { RuledScope, Scope } from '#domain/scope';
import { originalKey } from '#domain/vault/vault-key';
import type { RecordingFilter } from '#ports/ledger/recordings';
import { aCopy, aDocking, anOriginal, aRecording, STATION_ID, someDigests, someWork } from '#test/support/builders';
import { aSealedDraft } from '#test/support/custody';
import { type LedgerSize, type LoadedLedger, loadLedger } from './ledger-load.ts';
import type { Row } from './row.ts';

const SIZE: LedgerSize = {
  recordings: Number(process.env['EVIDOCK_BENCH_RECORDINGS'] ?? 1_000_000),
  cases: 50_000,
  officers: 2_000,
  units: 200,
  recorders: 600,
};
const QUERIES = Number(process.env['EVIDOCK_BENCH_QUERIES'] ?? 3_000);
const PAGE = 100;
const SEALS = 1_500;
/** Set before measuring: what a person does not notice. */
const P99_MS_MAX = 10;

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly rows: number;
}

export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function measure(queries: number, query: () => Promise<number>): Promise<Spread> {
  const times: number[] = [];
  let rows = 0;
  for (let n = 0; n < queries; n++) {
    const begun = performance.now();
    rows += await query();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), rows: rows / queries };
}

function pick<T>(list: readonly T[]): T {
  const found = list[Math.floor(Math.random() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** What an officer, and who may see one unit, are answered. */
async function scoped(ledger: SqliteLedger, loaded: LoadedLedger): Promise<Row[]> {
  const nobody = { officers: [], units: [], cases: [], recordings: [] };
  const own = () => ({ ...nobody, officers: [pick(loaded.officers)] });
  const unit = () => ({ ...nobody, units: [pick(loaded.units)] });
  const granted = () => ({ ...own(), cases: [pick(loaded.caseSample)], recordings: [pick(loaded.idSample), pick(loaded.idSample)] });
  const since = () => ({ sinceMs: loaded.firstMs + Math.random() * (loaded.lastMs - loaded.firstMs) });
  const state = () => ({ state: 'archived' as const });
  // By the policy that comes with the software. A brigade has ten units below it.
  const policy = readPolicy(readFileSync(new URL('../config/access.yaml', import.meta.url), 'utf8'), 1, 'config/access.yaml');
  const moment = { time: '12:00', isFrom: () => false, atMs: loaded.lastMs };
  const grants = () => ({ cases: [pick(loaded.caseSample)], recordings: [pick(loaded.idSample), pick(loaded.idSample)] });
  const officer = () =>
    scopeOf(
      policy,
      { id: 'usr', roles: ['officer'], officer: pick(loaded.officers), unit: null },
      { ...moment, unitsBelow: [], granted: grants() },
    );
  const reviewer = (below: number) => () => {
    const unitsBelow = Array.from({ length: below }, () => pick(loaded.units));
    return scopeOf(
      policy,
      { id: 'usr', roles: ['reviewer'], officer: null, unit: pick(loaded.units) },
      { ...moment, unitsBelow, granted: grants() },
    );
  };
  /** A site that keeps secret and marked footage of a unit from its own people, and everything of three days from all others. */
  const conditions = (): RuledScope => {
    const reach = { ...nobody, all: false, unassigned: false, named: [], units: [pick(loaded.units)] };
    const which = { confidentialityMax: 'internal', privacy: false, takenUntilMs: loaded.lastMs - 3 * 86_400_000 } as const;
    return { allowed: [{ reach, which }], refused: [{ reach: { ...reach, all: true }, which: { important: true } }] };
  };
  const kinds: readonly [string, () => Scope, () => Omit<RecordingFilter, 'limit'>][] = [
    ['the policy, an officer', officer, () => ({})],
    ['the policy, an officer --state', officer, state],
    ['the policy, a reviewer', reviewer(0), () => ({})],
    ['the policy, a reviewer with ten units below', reviewer(10), () => ({})],
    ['a unit, five conditions', conditions, () => ({})],
    ['a unit, five conditions --since', conditions, since],
    ['own', own, () => ({})],
    ['own --state', own, state],
    ['own and grants', granted, () => ({})],
    ['a unit', unit, () => ({})],
    ['a unit --state', unit, state],
    ['a unit --since', unit, since],
    ['a unit --case', unit, () => ({ caseNumber: pick(loaded.caseSample) })],
    ['a unit --recorder', unit, () => ({ recorderSerial: pick(loaded.recorders) })],
  ];
  const rows: Row[] = [];
  for (const [name, scope, filter] of kinds) {
    const spread = await measure(QUERIES, async () => (await ledger.within(scope()).recordings.list({ ...filter(), limit: PAGE })).length);
    rows.push({
      name: `ledger of 1,000,000, within ${name}: recordings, p99`,
      ours: spread.p99,
      limit: `≤ ${P99_MS_MAX} ms`,
      unit: 'ms',
      ok: spread.p99 <= P99_MS_MAX,
      note: `p50 ${spread.p50.toFixed(2)} ms; ${QUERIES} random queries, ${spread.rows.toFixed(0)} recordings a page on average (limit ${PAGE}); ${SIZE.units} units of ${SIZE.officers / SIZE.units} officers`,
    });
  }
  return rows;
}

async function lists(ledger: SqliteLedger, loaded: LoadedLedger): Promise<Row[]> {
  const kinds: Readonly<Record<string, () => RecordingFilter>> = {
    '--case': () => ({ caseNumber: pick(loaded.caseSample), limit: PAGE }),
    '--officer': () => ({ officerId: pick(loaded.officers), limit: PAGE }),
    '--recorder': () => ({ recorderSerial: pick(loaded.recorders), limit: PAGE }),
    '--officer --state': () => ({ officerId: pick(loaded.officers), state: pick(['archived', 'derived'] as const), limit: PAGE }),
    '--state': () => ({ state: pick(['copying', 'sealed', 'derived', 'archived'] as const), limit: PAGE }),
    '--since': () => ({ sinceMs: loaded.firstMs + Math.random() * (loaded.lastMs - loaded.firstMs), limit: PAGE }),
    'next page': () => ({ after: pick(loaded.idSample), limit: PAGE }),
  };
  const rows: Row[] = [];
  for (const [name, filter] of Object.entries(kinds)) {
    const spread = await measure(QUERIES, async () => (await ledger.recordings.list(filter())).length);
    const note = `p50 ${spread.p50.toFixed(2)} ms; ${QUERIES} random queries, ${spread.rows.toFixed(0)} recordings a page on average (limit ${PAGE}), each with originals, copies and derivatives`;
    rows.push({
      name: `ledger of 1,000,000: recordings ${name}, p99`,
      ours: spread.p99,
      limit: `≤ ${P99_MS_MAX} ms`,
      unit: 'ms',
      ok: spread.p99 <= P99_MS_MAX,
      note,
    });
  }
  rows.push(...(await scoped(ledger, loaded)));
  const scrape = await measure(500, async () => (await ledger.counts()).recordings);
  rows.push({
    name: 'ledger of 1,000,000: counts for metrics, p99',
    ours: scrape.p99,
    limit: `≤ ${P99_MS_MAX} ms`,
    unit: 'ms',
    ok: scrape.p99 <= P99_MS_MAX,
    note: `p50 ${scrape.p50.toFixed(2)} ms`,
  });
  return rows;
}

/** Copied originals that wait for their seal, as the intake leaves them. */
async function prepareSeals(ledger: SqliteLedger, count: number) {
  const nowMs = Date.now();
  const docking = aDocking({ id: newId('dck', nowMs, STATION_ID), arrivedAtMs: nowMs });
  return ledger.transaction(async (writer) => {
    await writer.dockings.insert(docking);
    const prepared = [];
    for (let n = 0; n < count; n++) {
      const recording = aRecording({ id: newId('rec', nowMs + n, STATION_ID), dockingId: docking.id, createdAtMs: nowMs + n });
      const original = anOriginal(recording, { cardPath: `DCIM/${n}.MP4`, vaultKey: originalKey(recording.id, 1, 'a.MP4') });
      await writer.recordings.insert(recording);
      await writer.originals.insert(original);
      await writer.originals.markCopied(original.id, { digests: someDigests(`bench ${n}`), duplicateOf: null, copiedAtMs: nowMs });
      prepared.push({ recording, original });
    }
    return prepared;
  });
}

/** Commits a second of the smallest transaction that SQLite can be asked for: the ceiling that the disk's fsync sets. */
function bareCommitsPerSecond(directory: string): number {
  const raw = new DatabaseSync(join(directory, 'bare.sqlite'));
  raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)');
  const insert = raw.prepare('INSERT INTO t (b) VALUES (?)');
  const begun = performance.now();
  for (let n = 0; n < SEALS; n++) insert.run(`row ${n}`);
  const seconds = (performance.now() - begun) / 1000;
  raw.close();
  return SEALS / seconds;
}

async function seals(ledger: SqliteLedger, directory: string): Promise<Row> {
  const prepared = await prepareSeals(ledger, SEALS);
  const nowMs = Date.now();
  const times: number[] = [];
  for (const { recording, original } of prepared) {
    const begun = performance.now();
    await ledger.transaction(async (writer) => {
      await writer.originals.markSealed(original.id, nowMs);
      await writer.recordings.upsertCopy(aCopy(original, { verifiedAtMs: nowMs }));
      await writer.custody.append(aSealedDraft(original, nowMs));
      await writer.recordings.update(recording.id, { state: 'sealed' });
      await writer.work.insert(someWork('derive', recording.id, { nowMs, dueAtMs: nowMs }));
      await writer.work.insert(someWork('archive', recording.id, { nowMs, dueAtMs: nowMs }));
    });
    times.push(performance.now() - begun);
  }
  const ours = (1000 * SEALS) / times.reduce((sum, ms) => sum + ms, 0);
  const theirs = bareCommitsPerSecond(directory);
  times.sort((a, b) => a - b);
  return {
    name: 'ledger of 1,000,000: seal transactions per second',
    ours,
    theirs,
    ratio: ours / theirs,
    limit: 'none set',
    unit: '/s',
    ok: true,
    note: `p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms; beside it: commits of one row each into an empty SQLite file, also synchronous=FULL; here large is good`,
  };
}

/** Lists and writes in a ledger of a million recordings, through the port. Makes and removes some 3 GB below the temporary directory. */
export async function benchLedger(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-bench-ledger-'));
  try {
    const file = join(directory, 'ledger.sqlite');
    const begun = performance.now();
    const loaded = await loadLedger(file, SIZE);
    console.error(`bench: ledger of ${SIZE.recordings} recordings loaded in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    const ledger = await openLedger({ file, stationId: STATION_ID });
    try {
      return [...(await lists(ledger, loaded)), await seals(ledger, directory)];
    } finally {
      await ledger.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

if (import.meta.main) console.table(await benchLedger(), ['name', 'ours', 'theirs', 'limit', 'unit', 'ok', 'note']);
