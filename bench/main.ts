import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { directWrites } from '#adapters/disk/direct-writes';
import { errnoOf } from '#domain/errno';
import type { Row } from './row.ts';

/** Each measurement by its name on the command line: `npm run bench -- intake ledger`; none named: all. */
const BENCHES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  intake: async () => (await import('./intake.ts')).benchIntake(),
  known: async () => (await import('./known.ts')).benchKnown(),
  recorders: async () => (await import('./recorders.ts')).benchRecorders(),
  archive: async () => (await import('./archive.ts')).benchArchive(),
  evict: async () => (await import('./evict.ts')).benchEvict(),
  scrub: async () => (await import('./scrub.ts')).benchScrub(),
  derive: async () => (await import('./derive.ts')).benchDerive(),
  marked: async () => (await import('./marked.ts')).benchMarked(),
  retention: async () => [
    ...(await (await import('./retention.ts')).benchRetention()),
    ...(await (await import('./retention-ledger.ts')).benchDryRun()),
  ],
  decide: async () => (await import('./decide.ts')).benchDecide(),
  'sign-in': async () => (await import('./sign-in.ts')).benchSignIn(),
  audit: async () => (await import('./audit.ts')).benchAudit(),
  holds: async () => (await import('./holds.ts')).benchHolds(),
  duties: async () => (await import('./duties.ts')).benchDuties(),
  ledger: async () => (await import('./ledger.ts')).benchLedger(),
  'first-byte': async () => (await import('./first-byte.ts')).benchFirstByte(),
  players: async () => (await import('./players.ts')).benchPlayers(),
  console: async () => (await inBrowser()).benchConsole(),
  listeners: async () => (await import('./listeners.ts')).benchListeners(),
};

/** Its parts run in a browser: it is checked with the tests of the pages, whose types know one. */
function inBrowser(): Promise<{ benchConsole(): Promise<readonly Row[]> }> {
  return import(new URL('./console.ts', import.meta.url).href);
}

const OUT = new URL('../docs/benchmarks.md', import.meta.url);

/** Its first line; a program that is not there is needed by one of the measurements, which says so itself. */
function versionOf(program: string, args: readonly string[]): string {
  try {
    const said = execFileSync(program, [...args], { encoding: 'utf8', env: { ...process.env, AWS_CA_BUNDLE: undefined } });
    return said.split('\n')[0]?.trim() ?? '';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return `no ${program}`;
    throw error;
  }
}

function number(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio = row.ratio === undefined || row.ratio === null ? '' : number(row.ratio);
    const theirs = row.theirs === undefined || row.theirs === null ? '' : `${number(row.theirs)} ${row.unit}`;
    return `| ${row.name} | ${number(row.ours)} ${row.unit} | ${theirs} | ${ratio} | ${row.limit} | ${row.ok ? 'met' : '**missed**'} | ${row.note} |`;
  });
  return ['| measured | Evidock | named tool | ratio | mark | | how, and why if missed |', '|---|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

/** Whether what is copied goes past the page cache there. */
const writes = `drafts written ${directWrites(tmpdir()) ? 'with O_DIRECT' : 'through the page cache: no O_DIRECT there'}`;

const machine = [
  `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${versionOf('uname', ['-r'])}`,
  `Node ${process.version}; ${versionOf('ffmpeg', ['-version']).replace(/ Copyright.*/, '')}; ${versionOf('rclone', ['version'])}; ${versionOf('cp', ['--version'])}`,
  `bench directory ${versionOf('stat', ['-f', '-c', '%T', tmpdir()])}, ${writes}`,
  new Date().toISOString().slice(0, 10),
].join('; ');

const HEAD = `# Benchmarks

Written by \`npm run bench\`; \`npm run bench -- archive ledger\` measures and rewrites only those parts. Ratios are ours / theirs (throughputs and
fairness: larger is good), medians of at least five paired runs, each side first in turn. \`scripts/install-deps bench\` installs what it is measured beside. With
\`EVIDOCK_BENCH_SHORT=1\` \`players\` lasts 10 s, \`scrub\` takes two small pairs, and neither is written here.
`;

/** A first look: it is printed, and the page keeps what was measured at length. */
const IS_SHORT = process.env['EVIDOCK_BENCH_SHORT'] === '1';

/** The parts of the written page by their name. */
function partsOf(text: string): Map<string, string> {
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith('## '));
  return new Map(parts.map((part) => [part.slice(3, part.indexOf('\n')), part.trim()]));
}

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const wanted = names.length > 0 ? names : Object.keys(BENCHES);
for (const name of wanted) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`no such benchmark: ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  console.error(`bench: ${name} …`);
  try {
    const part = `## ${name}\n\n${machine}\n\n${table(await bench())}`;
    console.log(`${part}\n`);
    if (IS_SHORT) continue;
    const parts = partsOf(existsSync(OUT) ? readFileSync(OUT, 'utf8') : '').set(name, part);
    // Parts that no benchmark writes (figures of a script by name) keep their place.
    writeFileSync(OUT, `${HEAD}\n${[...parts.values()].join('\n\n')}\n`);
  } catch (error) {
    // The others are worth having all the same.
    console.error(`bench: ${name} failed:`, error);
    process.exitCode = 1;
  }
}
