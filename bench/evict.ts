import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFile, median, runChildBench, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const RUNS = 17;
const FILES = 32;
const MEBIBYTES = 32;

interface Outcome {
  readonly plainMs: number;
  readonly evictingMs: number;
  /** While the intake lasted. */
  readonly evictedBytes: number;
}

/** Intake to "safe", beside a turn of eviction that has more to do than fits into it, and without one, on one station and in changing order. */
export async function benchEvict(): Promise<readonly Row[]> {
  const home = workDirectory('evict');
  try {
    for (const card of ['old', 'plain', 'evicting']) {
      mkdirSync(join(home, card));
      for (let file = 1; file <= FILES; file += 1) makeFile(join(home, card, `${file}.mp4`), MEBIBYTES);
    }
    const runs: Outcome[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      for (const place of ['state', 'archive']) rmSync(join(home, place), { recursive: true, force: true });
      runs.push(runChildBench<Outcome>('./evict-child.ts', [home, run % 2 === 0 ? 'plain' : 'evicting']));
    }
    const rate = (ms: number) => (FILES * MEBIBYTES * 1024 * 1024) / 1000 / ms;
    const ratios = runs.map(({ plainMs, evictingMs }) => evictingMs / plainMs);
    const evicted = runs.map(({ evictedBytes }) => evictedBytes / 1024 ** 2);
    return [
      {
        name: 'intake of 1 GiB to “safe” while a vault 1 GiB above its low-water mark is being brought down to it',
        ours: median(runs.map(({ evictingMs }) => rate(evictingMs))),
        theirs: median(runs.map(({ plainMs }) => rate(plainMs))),
        ratio: median(ratios),
        limit: '≤ 1.05 of the time',
        unit: 'MB/s',
        ok: Math.min(...evicted) > 0 && median(ratios) <= 1.05,
        note: `median of ${RUNS} pairs on one station, in changing order; beside it: the same intake without eviction; median of ${median(evicted).toFixed(0)} MiB evicted while it lasted, at least ${Math.min(...evicted).toFixed(0)}; ratio of the times ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
