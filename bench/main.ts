import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Row } from './row.ts';

/** Each measurement by its name on the command line: `npm run bench -- intake ledger`; none named: all. */
const BENCHES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  intake: async () => (await import('./intake.ts')).benchIntake(),
  recorders: async () => (await import('./recorders.ts')).benchRecorders(),
  archive: async () => (await import('./archive.ts')).benchArchive(),
  derive: async () => (await import('./derive.ts')).benchDerive(),
  ledger: async () => (await import('./ledger.ts')).benchLedger(),
};

const OUT = new URL('../docs/benchmarks.md', import.meta.url);

function versionOf(program: string, args: readonly string[]): string {
  return (
    execFileSync(program, [...args], { encoding: 'utf8', env: { ...process.env, AWS_CA_BUNDLE: undefined } })
      .split('\n')[0]
      ?.trim() ?? ''
  );
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

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const wanted = names.length > 0 ? names : Object.keys(BENCHES);
const rows: Row[] = [];
const failed: string[] = [];
for (const name of wanted) {
  const bench = BENCHES[name];
  if (!bench) throw new Error(`no such benchmark: ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  console.error(`bench: ${name} …`);
  try {
    const measured = await bench();
    rows.push(...measured);
    console.error(table(measured));
  } catch (error) {
    // The others are worth having all the same.
    failed.push(name);
    console.error(`bench: ${name} failed:`, error);
  }
}

const head = [
  `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${versionOf('uname', ['-r'])}`,
  `Node ${process.version}; ${versionOf('ffmpeg', ['-version'])}; ${versionOf('rclone', ['version'])}; ${versionOf('cp', ['--version'])}`,
  `Date: ${new Date().toISOString().slice(0, 10)}`,
].join('  \n');
const text = `# Benchmarks\n\nWritten by \`npm run bench\`. Ratios are ours / theirs, medians of paired runs made in turn; small is good.\n\n${head}\n\n${table(rows)}\n`;
console.log(text);
// A partial run must not overwrite the whole table.
if (names.length === 0 && failed.length === 0) writeFileSync(OUT, text);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
