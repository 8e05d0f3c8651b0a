import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, makeFile, median, pairs, runChildBench, timeShell, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const RECORDERS = 24;
const MEBIBYTES = 160;
const RUNS = 5;

interface Outcome {
  readonly elapsedMs: number;
  /** Time of each recorder until its last file was copied. */
  readonly eachMs: readonly number[];
  readonly rssBytes: number;
}

/** 24 throttled recorders at once: what they reach together against what disk and hash allow, and whether anyone starves. */
export async function benchRecorders(): Promise<readonly Row[]> {
  const home = workDirectory('recorders');
  try {
    for (let slot = 1; slot <= RECORDERS; slot += 1) {
      mkdirSync(join(home, `card-${slot}`));
      for (const file of ['1.mp4', '2.mp4']) makeFile(join(home, `card-${slot}`, file), MEBIBYTES / 2);
    }
    const state = join(home, 'state');
    const clean = () => {
      rmSync(state, { recursive: true, force: true });
      rmSync(join(home, 'copy'), { recursive: true, force: true });
      coldCache();
    };
    const runs = await pairs(
      RUNS,
      () => {
        clean();
        return runChildBench<Outcome>('./recorders-child.ts', [home, state, String(RECORDERS)]);
      },
      () => {
        clean();
        // What the disk takes, read and written by cp with nothing else to do.
        return timeShell('mkdir "$2" && cp -r "$1"/card-* "$2" && sync "$2"/*/*', [home, join(home, 'copy')]).wallMs;
      },
    );
    const bytes = RECORDERS * MEBIBYTES * 1024 * 1024;
    // No recorder gives more than 40 MB/s, so no station takes more than the smaller of that and the disk.
    const allowedMs = (pair: { b: number }) => Math.max(pair.b, (MEBIBYTES * 1024 * 1024) / 40_000);
    const share = median(runs.map((pair) => allowedMs(pair) / pair.a.elapsedMs));
    const cpIsLesser = median(runs.map((pair) => (pair.b >= allowedMs(pair) ? 1 : 0))) === 1;
    const mark = cpIsLesser ? 1 : 0.95;
    const slowest = median(
      runs
        .map(({ a }) => a.eachMs.reduce((sum, ms) => sum + 1 / ms, 0) / a.eachMs.length)
        .map((mean, place) => 1 / Math.max(...(runs[place]?.a.eachMs ?? [])) / mean),
    );
    const rate = (ms: number) => bytes / 1e6 / (ms / 1000);
    return [
      {
        name: '24 recorders at 40 MB/s each, together',
        ours: median(runs.map(({ a }) => rate(a.elapsedMs))),
        theirs: median(runs.map((pair) => rate(allowedMs(pair)))),
        ratio: share,
        limit: '≥ 0.95, 1.0 where cp is the lesser',
        unit: 'MB/s',
        ok: share >= mark,
        note: `against cp + sync of the same files or 24 × 40 MB/s, whichever is less (here ${cpIsLesser ? 'cp' : 'the recorders'}); SHA-256, to “copied”; docs/decisions/0014`,
      },
      {
        name: 'the slowest of them against the mean',
        ours: slowest,
        limit: '≥ 0.8',
        unit: '×',
        ok: slowest >= 0.8,
        note: 'rate of each recorder until its last file was copied',
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
