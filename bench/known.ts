import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFile, median, runChildBench, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const MEBIBYTES_PER_FILE = 512;
const RSS_MAX = 250 * 1024 * 1024;
/** `npm run bench -- known --gib=2 --runs=1` for a small form; it needs twice as much space. */
const GIB = option('gib', 32);
const RUNS = option('runs', 3);

interface Outcome {
  readonly runs: readonly { readonly safeMs: number; readonly recheckedMs: number; readonly toolMs: number }[];
  readonly rssBytes: number;
}

/** A card of known files is docked again: until it is safe by its samples, and until all of it was compared whole, against sha256sum of the card. */
export async function benchKnown(): Promise<readonly Row[]> {
  const home = workDirectory('known');
  try {
    const source = join(home, 'card');
    mkdirSync(source);
    const files = Math.round((GIB * 1024) / MEBIBYTES_PER_FILE);
    for (let file = 1; file <= files; file += 1) makeFile(join(source, `${file}.mp4`), MEBIBYTES_PER_FILE);
    const { runs, rssBytes } = runChildBench<Outcome>('./known-child.ts', [source, join(home, 'state'), String(RUNS)]);
    const theirs = median(runs.map(({ toolMs }) => toolMs / 1000));
    const row = (name: string, ms: (run: Outcome['runs'][number]) => number, mark: number, note: string): Row => {
      const ratio = median(runs.map((run) => ms(run) / run.toolMs));
      const ours = median(runs.map((run) => ms(run) / 1000));
      return { name, ours, theirs, ratio, limit: `≤ ${mark}`, unit: 's', ok: ratio <= mark, note };
    };
    const card = `${GIB} GiB of known files, ${files} files`;
    return [
      row(
        `${card}, docked again, to “safe”`,
        ({ safeMs }) => safeMs,
        0.15,
        `wall against sha256sum of the card, cold cache, median of ${RUNS} (runs in turn); 256 random blocks of each file, beginning, end and moov, against the vault`,
      ),
      row(
        'the same, to “re-check done”',
        ({ recheckedMs }) => recheckedMs,
        1.1,
        'the same runs; every byte of the card, SHA-256, on record',
      ),
      {
        name: 'largest RSS during that',
        ours: rssBytes / 2 ** 20,
        limit: '≤ 250 MiB',
        unit: 'MiB',
        ok: rssBytes <= RSS_MAX,
        note: 'process of dock, intake, seal and ledger, after it had taken the card in',
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function option(name: string, otherwise: number): number {
  const prefix = `--${name}=`;
  return Number(process.argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length) ?? otherwise);
}
