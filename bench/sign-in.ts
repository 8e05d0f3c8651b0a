import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { coldCache, makeFile, median, pairs, runChildBench, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const FILES = 8;
const MEBIBYTES = 512;
const RUNS = 7;
const PEOPLE = 200;
const RATIO_MAX = 1.03;

interface Outcome {
  /** Of the intake, to “safe”. */
  readonly elapsedMs: number;
  /** How many had signed in by then. */
  readonly during: number;
  /** When the last of them had. */
  readonly lastMs: number;
}

/** 200 people sign in at the moment at which an intake of 4 GiB begins: how much longer the intake takes, and how long the people wait. */
export async function benchSignIn(): Promise<readonly Row[]> {
  const home = workDirectory('sign-in');
  try {
    const source = join(home, 'card');
    mkdirSync(source);
    for (let file = 1; file <= FILES; file += 1) makeFile(join(source, `${file}.mp4`), MEBIBYTES);
    const run = (people: number) => () => {
      const state = join(home, 'state');
      rmSync(state, { recursive: true, force: true });
      coldCache();
      return runChildBench<Outcome>('./sign-in-child.ts', [source, state, String(people)]);
    };
    const found = await pairs(RUNS, run(PEOPLE), run(0));
    const ratio = median(found.map(({ a, b }) => a.elapsedMs / b.elapsedMs));
    const during = median(found.map(({ a }) => a.during));
    const last = median(found.map(({ a }) => a.lastMs / 1000));
    return [
      {
        name: `intake of 4 GiB to “safe” while ${PEOPLE} people sign in`,
        ours: median(found.map(({ a }) => a.elapsedMs / 1000)),
        theirs: median(found.map(({ b }) => b.elapsedMs / 1000)),
        ratio,
        limit: `≤ ${RATIO_MAX}`,
        unit: 's',
        ok: ratio <= RATIO_MAX,
        note: `wall against the same intake with nobody; ${RUNS} pairs, cold cache; argon2id 19 MiB, t=2, all at once, one session and one custody entry each; ${during} of them were in before “safe”`,
      },
      {
        name: `the last of ${PEOPLE} who sign in during an intake`,
        ours: last,
        limit: '≤ 30 s',
        unit: 's',
        ok: last <= 30,
        note: 'hashes are computed one at a time, with a lower priority than everything that takes footage in',
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
