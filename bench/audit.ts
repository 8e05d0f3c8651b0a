import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { type AuditQuestion, EVERYTHING, type Facet, termOf } from '#domain/look/question';
import { STATION_ID } from '#test/support/builders';
import { type LoadedAudit, loadAudit, namesOf } from './audit-load.ts';
import type { Row } from './row.ts';

/** Ten million take an hour to fill in and 25 GB; `EVIDOCK_BENCH_AUDIT=200000` is a smaller form. */
const ENTRIES = Number(process.env['EVIDOCK_BENCH_AUDIT'] ?? 10_000_000);
/** A directory that keeps the filled ledger, so that the hour of filling can be spent before the quiet one of measuring; without it all is removed at the end. */
const KEPT = process.env['EVIDOCK_BENCH_AUDIT_KEEP'];
const QUERIES = 1_000;
const PAGE = 100;
/** Set before measuring. */
const P99_MS_MAX = 50;

interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly rows: number;
}

async function measure(query: () => Promise<number> | number): Promise<Spread> {
  const times: number[] = [];
  let rows = 0;
  for (let n = 0; n < QUERIES; n += 1) {
    const begun = performance.now();
    rows += await query();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), rows: rows / QUERIES };
}

function pick<T>(all: readonly T[]): T {
  const found = all[Math.floor(Math.random() * all.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

type Asked = () => AuditQuestion;

function questionsOf(loaded: LoadedAudit): readonly (readonly [string, Asked])[] {
  const DAY_MS = 86_400_000;
  const day = () => {
    const fromMs = loaded.firstMs + Math.random() * (loaded.lastMs - loaded.firstMs);
    return { fromMs, untilMs: fromMs + DAY_MS };
  };
  return [
    ['everything', () => ({})],
    ['person', () => ({ person: pick(loaded.people) })],
    ['case', () => ({ case: pick(loaded.cases) })],
    ['recording', () => ({ recording: pick(loaded.recordings) })],
    ['officer shown', () => ({ officer: pick(loaded.officers) })],
    ['unit', () => ({ unit: pick(loaded.units) })],
    ['address', () => ({ address: pick(loaded.addresses) })],
    ['type', () => ({ type: 'access.refused' })],
    ['outcome', () => ({ outcome: 'refused' as const })],
    ['time', day],
    ['person and time', () => ({ person: pick(loaded.people), ...day() })],
    ['person and outcome', () => ({ person: pick(loaded.people), outcome: 'refused' as const })],
    ['unit and case', () => ({ unit: pick(loaded.units), case: pick(loaded.cases) })],
    ['person and officer', () => ({ person: pick(loaded.people), officer: pick(loaded.officers) })],
  ];
}

/** The same page of one term, as plain as SQLite can give it: index, then entries. */
function bareSqlite(file: string): { readonly ask: (question: AuditQuestion) => number; readonly close: () => void } {
  const raw = new DatabaseSync(file, { readOnly: true });
  raw.exec('PRAGMA cache_size = -65536');
  const terms = raw.prepare(`SELECT seq FROM audit_terms WHERE term = ? ORDER BY seq DESC LIMIT ${PAGE}`);
  const entry = raw.prepare('SELECT seq, prev, hash, bytes FROM custody WHERE seq = ?');
  const beside = raw.prepare('SELECT name, salt, bytes FROM custody_beside WHERE seq = ?');
  return {
    ask: (question) => {
      const [facet, value] = Object.entries(question)[0] ?? [];
      const found = terms.all(facet === undefined ? EVERYTHING : termOf(facet as Facet, String(value))) as { seq: number }[];
      for (const { seq } of found) {
        entry.get(seq);
        beside.all(seq);
      }
      return found.length;
    },
    close: () => raw.close(),
  };
}

/** How long an auditor waits for a page of the log. */
export async function benchAudit(): Promise<readonly Row[]> {
  const directory = KEPT ?? (await mkdtemp(join(tmpdir(), 'evidock-bench-audit-')));
  const file = join(directory, `ledger-${ENTRIES}.sqlite`);
  try {
    const loaded = existsSync(file) ? namesOf(ENTRIES) : await loadAudit(file, ENTRIES);
    const ledger = await openLedger({ file, stationId: STATION_ID });
    const bare = bareSqlite(file);
    const rows: Row[] = [];
    for (const [name, question] of questionsOf(loaded)) {
      const ours = await measure(async () => (await ledger.looks.answer(question(), { limit: PAGE, order: 'newest' })).entries.length);
      const single = Object.keys(question()).length < 2 && name !== 'time';
      const theirs = single ? await measure(() => bare.ask(question())) : null;
      rows.push({
        name: `audit of ${ENTRIES.toLocaleString('en')} entries, by ${name}: p99`,
        ...{ ours: ours.p99, theirs: theirs?.p99 ?? null, ratio: theirs ? ours.p99 / theirs.p99 : null },
        ...{ limit: `≤ ${P99_MS_MAX} ms`, unit: 'ms', ok: ours.p99 <= P99_MS_MAX },
        note: `p50 ${ours.p50.toFixed(2)} ms; ${QUERIES} random questions, ${ours.rows.toFixed(0)} entries a page on average (limit ${PAGE})${theirs ? '; named tool: the same rows by bare SQLite' : ''}`,
      });
    }
    bare.close();
    await ledger.close();
    return rows;
  } finally {
    if (KEPT === undefined) await rm(directory, { recursive: true });
  }
}
