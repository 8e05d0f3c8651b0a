import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDays } from '#test/support/eviction/run-days';

/* A vault of 200 MiB through thirty days of 100 MiB each: `node scripts/evict-days.ts [DIRECTORY]`, as root. The archive needs 3 GiB in the directory. */

const home = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'evidock-days-'));
const begun = performance.now();
try {
  const told = (line: string) => void process.stdout.write(`${line}\n`);
  const outcome = await runDays({ days: 30, vaultMiB: 200, filesADay: 5, fileMiB: 20, home, told });
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n${Math.round((performance.now() - begun) / 1000)} s\n`);
  if (outcome.refused > 0 || outcome.lost.length > 0) process.exitCode = 1;
} finally {
  await rm(home, { recursive: true });
}
