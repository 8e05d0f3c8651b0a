import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

export function workDirectory(name: string): string {
  return mkdtempSync(join(tmpdir(), `evidock-bench-${name}-`));
}

/** Writes everything dirty and, as root, drops the page cache: both sides begin alike. */
export function coldCache(): void {
  execFileSync('sync');
  if (process.getuid?.() === 0) execFileSync('sh', ['-c', 'echo 3 > /proc/sys/vm/drop_caches']);
}

/** A file of that many random bytes, made of one random mebibyte changed in every place so that nothing can be compressed away. */
export function makeFile(path: string, mebibytes: number): void {
  execFileSync('sh', ['-c', 'head -c "$1" /dev/urandom > "$2"', 'sh', String(mebibytes * 1024 * 1024), path]);
}

export interface ShellTime {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Wall time of a shell command, and CPU time of it and all its children. */
export function timeShell(script: string, args: readonly string[], env: Record<string, string | undefined> = {}): ShellTime {
  const timed = `TIMEFORMAT='%R %U %S'; time { ${script}; }`;
  const outcome = spawnSync('bash', ['-euc', timed, 'bash', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (outcome.status !== 0) throw new Error(`${script}: ${outcome.stderr}`);
  const [wall = 0, user = 0, system = 0] = (outcome.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** What the command gives Node. */
export function nodeFlags(): readonly string[] {
  const launcher = readFileSync(new URL('../scripts/evidock', import.meta.url), 'utf8');
  return launcher.match(/^exec .*$/m)?.[0].match(/--[\w-]+(=\w+)?/g) ?? [];
}

/** Runs a program of the bench in a Node process like that of the command, and parses the JSON of its last line. */
export function runChildBench<T>(file: string, args: readonly string[]): T {
  const outcome = spawnSync(process.execPath, [...nodeFlags(), new URL(file, import.meta.url).pathname, ...args], {
    encoding: 'utf8',
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'evidock-bench-compiled'), ...process.env, UV_THREADPOOL_SIZE: '16' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (outcome.status !== 0) throw new Error(`${file}: ${outcome.stderr}`);
  return JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '') as T;
}

export interface Pair<A, B> {
  readonly a: A;
  readonly b: B;
}

/** A and B in turn, and which of them is first in turn as well: a machine whose speed drifts favours neither of them. */
export async function pairs<A, B>(count: number, a: () => A | Promise<A>, b: () => B | Promise<B>): Promise<readonly Pair<A, B>[]> {
  const found: Pair<A, B>[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    if (turn % 2 === 0) {
      const first = await a();
      found.push({ a: first, b: await b() });
    } else {
      const first = await b();
      found.push({ a: await a(), b: first });
    }
  }
  return found;
}
