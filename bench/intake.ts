import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, makeFile, median, type Pair, pairs, runChildBench, timeShell, workDirectory } from './paired.ts';
import { rawWrite } from './raw-disk.ts';
import type { Row } from './row.ts';

const FILES = 8;
const MEBIBYTES = 512;
const RUNS = 5;
const SMALL_RUNS = 3;
const SMALL_BYTES = 20 * 1024;
const RSS_MAX = 250 * 1024 * 1024;

interface Outcome {
  readonly elapsedMs: number;
  /** User and system, of the whole process. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

interface Theirs {
  readonly wallMs: number;
  /** Of cp, sync and openssl, one after the other. */
  readonly cpuMs: number;
}

type Run = Pair<Outcome, Theirs>;

/** Intake of 4 GiB in 8 files against cp, sync and sha256sum; of thousands of small files; memory during all of it, also with ten times the bytes. */
export async function benchIntake(): Promise<readonly Row[]> {
  const home = workDirectory('intake');
  try {
    const { copied, sealed, rawBytesPerMs } = await benchLarge(home);
    const disk = `direct write of the same bytes without a digest, one thread: ${(rawBytesPerMs / 1000).toFixed(0)} MB/s`;
    const start = startRuns(home);
    const small = benchSmall(home, 10_000, SMALL_RUNS);
    const [most] = benchSmall(home, 20_000, 1);
    const sparse = sparseRun(home);
    const all = [...[...copied, ...sealed].map(({ a }) => a), ...small, sparse, ...(most ? [most] : [])];
    const rate = median(small.map(({ elapsedMs }) => 10_000 / (elapsedMs / 1000)));
    return [
      wallRow('intake 4 GiB in 8 files, SHA-256, to “copied”', copied, 0.85, `wall against cp + sync, cold cache; ${disk}`),
      cpuRow(copied),
      workRow(copied, start),
      startRow(start),
      wallRow(
        'the same with SM3, re-read and seal, to “safe”',
        sealed,
        0.45,
        `wall against cp + sync + sha256sum of source and copy, cold cache; ${disk}`,
      ),
      {
        name: '10,000 files of 20 KiB, to “safe”',
        ours: rate,
        limit: '≥ 1000 /s',
        unit: '/s',
        ok: rate >= 1000,
        note: `median of ${SMALL_RUNS}; SHA-256, SM3, re-read, a manifest for each; ${(median(small.map(({ cpuMs }) => cpuMs)) / 10_000).toFixed(2)} ms of CPU for each; docs/decisions/0014`,
      },
      memoryRow(
        'largest RSS during all of it',
        Math.max(...all.map(({ rssBytes }) => rssBytes)),
        'process of dock, intake, seal and ledger',
      ),
      memoryRow('largest RSS, 20,000 files of 20 KiB', most?.rssBytes ?? Number.NaN, 'to “safe”'),
      memoryRow('largest RSS, 40 GiB (sparse source)', sparse.rssBytes, `SHA-256, to “copied”; ${Math.round(sparse.elapsedMs / 1000)} s`),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function benchLarge(home: string): Promise<{ copied: readonly Run[]; sealed: readonly Run[]; rawBytesPerMs: number }> {
  const source = join(home, 'card');
  mkdirSync(source);
  for (let file = 1; file <= FILES; file += 1) makeFile(join(source, `${file}.mp4`), MEBIBYTES);
  const copy = join(home, 'copy');
  const clean = () => {
    for (const place of [copy, join(home, 'state'), join(home, 'raw')]) rmSync(place, { recursive: true, force: true });
    coldCache();
  };
  const ours = (flags: readonly string[]) => () => {
    clean();
    return intake(source, join(home, 'state'), flags);
  };
  const theirs = (script: string) => (): Theirs => {
    clean();
    const { wallMs, cpuMs } = timeShell(script, [source, copy]);
    return { wallMs, cpuMs: cpuMs + timeShell('openssl dgst -sha256 "$1"/* >/dev/null', [copy]).cpuMs };
  };
  const copied = await pairs(RUNS, ours([]), theirs('cp -r "$1" "$2" && sync "$2"/*'));
  const check = 'cp -r "$1" "$2" && sync "$2"/* && sha256sum "$1"/* >/dev/null && sha256sum "$2"/* >/dev/null';
  const sealed = await pairs(RUNS, ours(['sm3', 'seal']), theirs(check));
  const raw: number[] = [];
  for (let turn = 0; turn < RUNS; turn += 1) {
    clean();
    raw.push(rawWrite(join(home, 'raw'), FILES, MEBIBYTES));
  }
  clean();
  rmSync(source, { recursive: true, force: true });
  return { copied, sealed, rawBytesPerMs: (FILES * MEBIBYTES * 1024 * 1024) / median(raw) };
}

/** What a process costs that takes in next to nothing: its start. */
function startRuns(home: string): readonly Outcome[] {
  const source = join(home, 'next-to-nothing');
  mkdirSync(source);
  writeFileSync(join(source, '1.mp4'), randomBytes(100));
  return Array.from({ length: RUNS }, (_, run) => intake(source, join(home, `state-start-${run}`), []));
}

/**
 * Nothing is removed before the last run: for minutes after files were removed, ext4 without a journal looks at each of their inodes before it gives a new one
 * (`recently_deleted`), which would be measured instead.
 */
function benchSmall(home: string, files: number, runs: number): readonly Outcome[] {
  const source = join(home, `card-${files}`);
  for (let file = 0; file < files; file += 1) {
    const directory = join(source, `${Math.floor(file / 1000)}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `IMG_${file % 1000}.JPG`), randomBytes(SMALL_BYTES));
  }
  return Array.from({ length: runs }, (_, run) => {
    coldCache();
    return intake(source, join(home, `state-${files}-${run}`), ['sm3', 'seal']);
  });
}

function sparseRun(home: string): Outcome {
  const source = join(home, 'sparse');
  mkdirSync(source);
  for (let file = 1; file <= FILES; file += 1) {
    const path = join(source, `${file}.mp4`);
    writeFileSync(path, String(file));
    truncateSync(path, 10 * MEBIBYTES * 1024 * 1024);
  }
  coldCache();
  return intake(source, join(home, 'state'), []);
}

function intake(source: string, state: string, flags: readonly string[]): Outcome {
  return runChildBench<Outcome>('./intake-child.ts', [source, state, ...flags]);
}

function wallRow(name: string, runs: readonly Run[], mark: number, note: string): Row {
  const ratio = median(runs.map(({ a, b }) => a.elapsedMs / b.wallMs));
  return {
    name,
    ours: median(runs.map(({ a }) => a.elapsedMs / 1000)),
    theirs: median(runs.map(({ b }) => b.wallMs / 1000)),
    ratio,
    limit: `≤ ${mark}`,
    unit: 's',
    ok: ratio <= mark,
    note,
  };
}

function cpuRow(runs: readonly Run[]): Row {
  const ratio = median(runs.map(({ a, b }) => a.cpuMs / b.cpuMs));
  return {
    name: 'the same, CPU',
    ours: median(runs.map(({ a }) => a.cpuMs / 1000)),
    theirs: median(runs.map(({ b }) => b.cpuMs / 1000)),
    ratio,
    limit: '≤ 0.9',
    unit: 's',
    ok: ratio <= 0.9,
    note: 'user + system of the whole process, start included, against cp + sync + openssl dgst -sha256; where the time goes: docs/decisions/0014',
  };
}

function workRow(runs: readonly Run[], start: readonly Outcome[]): Row {
  const startMs = median(start.map(({ cpuMs }) => cpuMs));
  const ratio = median(runs.map(({ a, b }) => (a.cpuMs - startMs) / b.cpuMs));
  return {
    name: 'the same, CPU without the start of the process',
    ours: median(runs.map(({ a }) => (a.cpuMs - startMs) / 1000)),
    theirs: median(runs.map(({ b }) => b.cpuMs / 1000)),
    ratio,
    limit: '≤ 0.9',
    unit: 's',
    ok: ratio <= 0.9,
    note: 'a station starts once and takes in all day; the row above is a command of its own for one card',
  };
}

function startRow(start: readonly Outcome[]): Row {
  const rss = Math.max(...start.map(({ rssBytes }) => rssBytes)) / 2 ** 20;
  const cpu = median(start.map(({ cpuMs }) => cpuMs / 1000));
  return {
    name: 'start of the process: one file of 100 bytes, CPU',
    ours: cpu,
    limit: '≤ 0.5 s',
    unit: 's',
    ok: cpu <= 0.5,
    note: `largest RSS ${rss.toFixed(0)} MiB; of both, reading some 1000 modules is most`,
  };
}

function memoryRow(name: string, bytes: number, note: string): Row {
  return { name, ours: bytes / 2 ** 20, limit: '≤ 250 MiB', unit: 'MiB', ok: bytes <= RSS_MAX, note };
}
