import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFile, median, runChildBench, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const IS_SHORT = process.env['EVIDOCK_BENCH_SHORT'] === '1';
const RUNS = IS_SHORT ? 2 : 5;
/** Small files: a check is noted when it has ended, and the note is part of what it costs. */
const FILES = IS_SHORT ? 64 : 256;
const MEBIBYTES = 4;
const LIMIT = 1.05;

interface Outcome {
  readonly plainMs: number;
  readonly scrubbingMs: number;
  readonly readBytes: number;
}

/** Intake to "safe", beside the reading again of everything that is kept and without it, on one station and in changing order. */
export async function benchScrub(): Promise<readonly Row[]> {
  const home = workDirectory('scrub');
  try {
    for (const card of ['old', 'plain', 'scrubbing']) {
      mkdirSync(join(home, card));
      for (let file = 1; file <= FILES; file += 1) makeFile(join(home, card, `${file}.mp4`), MEBIBYTES);
    }
    const runs: Outcome[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      for (const place of ['state', 'archive']) rmSync(join(home, place), { recursive: true, force: true });
      runs.push(runChildBench<Outcome>('./scrub-child.ts', [home, run % 2 === 0 ? 'plain' : 'scrubbing']));
    }
    const rate = (ms: number) => (FILES * MEBIBYTES * 1024 * 1024) / 1000 / ms;
    const ratios = runs.map(({ plainMs, scrubbingMs }) => scrubbingMs / plainMs);
    const all = runs.every(({ readBytes }) => readBytes > 0);
    const read = median(runs.map(({ readBytes }) => readBytes / 2 ** 20));
    return [
      {
        name: `intake of ${FILES * MEBIBYTES} MiB to “safe” while vault and archive are read again`,
        ours: median(runs.map(({ scrubbingMs }) => rate(scrubbingMs))),
        theirs: median(runs.map(({ plainMs }) => rate(plainMs))),
        ratio: median(ratios),
        limit: `≤ ${LIMIT} of the time`,
        unit: 'MB/s',
        ok: all && median(ratios) <= LIMIT,
        note: `median of ${RUNS} pairs on one station, in changing order; beside it: the same intake while nothing is read again; ratio of the times ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; everything was ordered to be read at once, with the bandwidth of the default configuration; ${read.toFixed(0)} MiB of it were read and noted before and during the intake${all ? '' : '; NOTHING WAS READ AGAIN'}`,
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
