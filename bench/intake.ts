import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, makeFile, median, pairs, runChildBench, timeShell, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const FILES = 8;
const MEBIBYTES = 512;
const RUNS = 5;
const RSS_MAX = 250 * 1024 * 1024;

interface Outcome {
  readonly elapsedMs: number;
  readonly rssBytes: number;
}

/** Intake of 4 GiB in 8 files against cp, sync and sha256sum; memory, also with ten times the bytes. */
export async function benchIntake(): Promise<readonly Row[]> {
  const home = workDirectory('intake');
  try {
    const source = join(home, 'card');
    mkdirSync(source);
    for (let file = 1; file <= FILES; file += 1) makeFile(join(source, `${file}.mp4`), MEBIBYTES);
    const state = join(home, 'state');
    const ours = (flags: readonly string[]) => () => {
      rmSync(join(home, 'copy'), { recursive: true, force: true });
      rmSync(state, { recursive: true, force: true });
      coldCache();
      return runChildBench<Outcome>('./intake-child.ts', [source, state, ...flags]);
    };
    const theirs = (script: string) => () => {
      rmSync(join(home, 'copy'), { recursive: true, force: true });
      rmSync(state, { recursive: true, force: true });
      coldCache();
      return timeShell(script, [source, join(home, 'copy')]).wallMs;
    };
    const copy = 'cp -r "$1" "$2" && sync "$2"/*';
    const copied = await pairs(RUNS, ours([]), theirs(copy));
    const check = 'cp -r "$1" "$2" && sync "$2"/* && sha256sum "$1"/* >/dev/null && sha256sum "$2"/* >/dev/null';
    const sealed = await pairs(RUNS, ours(['sm3', 'seal']), theirs(check));
    const sparse = sparseRun(home, state);
    return [
      ratioRow(
        'intake 4 GiB in 8 files, SHA-256, to “copied”',
        copied,
        1.15,
        'wall against cp + sync, cold cache; both wait for the same disk, whose speed here differs more from run to run than the two from each other',
      ),
      ratioRow(
        'the same with SM3, re-read and seal, to “safe”',
        sealed,
        0.5,
        'wall against cp + sync + sha256sum of source and copy, cold cache; SM3 alone needs 18 s of CPU for 4 GiB and the machine has 2 cores: about 0.48 is the floor',
      ),
      memoryRow(
        'largest RSS during that',
        Math.max(...copied.map(({ a }) => a.rssBytes), ...sealed.map(({ a }) => a.rssBytes)),
        'process of dock, intake, seal and ledger',
      ),
      memoryRow('largest RSS, 40 GiB (sparse source)', sparse.rssBytes, `SHA-256, to “copied”; ${Math.round(sparse.elapsedMs / 1000)} s`),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function sparseRun(home: string, state: string): Outcome {
  const source = join(home, 'sparse');
  mkdirSync(source);
  for (let file = 1; file <= FILES; file += 1) {
    const path = join(source, `${file}.mp4`);
    writeFileSync(path, String(file));
    truncateSync(path, 10 * MEBIBYTES * 1024 * 1024);
  }
  rmSync(state, { recursive: true, force: true });
  coldCache();
  return runChildBench<Outcome>('./intake-child.ts', [source, state]);
}

function ratioRow(name: string, runs: readonly { a: Outcome; b: number }[], mark: number, note: string): Row {
  const ratio = median(runs.map(({ a, b }) => a.elapsedMs / b));
  return {
    name,
    ours: median(runs.map(({ a }) => a.elapsedMs / 1000)),
    theirs: median(runs.map(({ b }) => b / 1000)),
    ratio,
    limit: `≤ ${mark}`,
    unit: 's',
    ok: ratio <= mark,
    note,
  };
}

function memoryRow(name: string, bytes: number, note: string): Row {
  return { name, ours: bytes / 2 ** 20, limit: '≤ 250 MiB', unit: 'MiB', ok: bytes <= RSS_MAX, note };
}
