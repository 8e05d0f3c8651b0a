import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { type Played, playAll } from './film-player.ts';
import { startNginx } from './nginx.ts';
import { nodeFlags, workDirectory } from './paired.ts';
import { ProcessUse } from './process-use.ts';
import type { Row } from './row.ts';

const PLAYERS = 50;
const BYTES_PER_SECOND = 1e6;
/** EVIDOCK_BENCH_SHORT=1 is a first look; only the long form is a measurement. */
const IS_SHORT = process.env['EVIDOCK_BENCH_SHORT'] === '1';
const SECONDS = IS_SHORT ? 10 : 60;
const BUFFER_S = 2;
const MEBIBYTES = Math.ceil((BYTES_PER_SECOND * (SECONDS + 2 * BUFFER_S)) / 1024 ** 2) + 1;

interface Serving {
  readonly pid: number;
  readonly port: number;
  readonly path: string;
}

interface Measured extends Played {
  /** CPU time of the server in percent of one core. */
  readonly cpuPercent: number;
  readonly rssMegabytes: number;
}

async function measure({ pid, port, path }: Serving): Promise<Measured> {
  const films = Array.from({ length: PLAYERS }, (_, n) => ({
    ...{ port, path, bytesPerSecond: BYTES_PER_SECOND },
    headers: { host: 'localhost', authorization: `Bearer evd_usr-bench-${n}` },
  }));
  const use = new ProcessUse(pid);
  const from = performance.now();
  const played = await playAll(films, SECONDS);
  const { cpuMs, rssBytes } = use.end();
  return { ...played, cpuPercent: (100 * cpuMs) / (performance.now() - from), rssMegabytes: rssBytes / 1e6 };
}

/** The station in a process of its own, and the next line that it prints. */
function startStation() {
  const program = new URL('./players-station.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...nodeFlags(), program, String(PLAYERS), String(MEBIBYTES)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the station of the bench ended too early');
    return JSON.parse(value) as T;
  };
  return { child, line };
}

/** The same 50 players, first at the station and then at nginx. */
async function measureBoth(home: string) {
  const { child, line } = startStation();
  const exit = once(child, 'exit');
  try {
    const { port, path, file } = await line<{ port: number; path: string; file: string }>();
    const ours = await measure({ pid: child.pid ?? 0, port, path: `${path}?reason=supervision` });
    const nginx = await startNginx(home, file);
    const theirs = nginx && (await measure({ ...nginx, path: `/${basename(file)}` }).finally(() => nginx.stop()));
    child.stdin.end();
    const { looks } = await line<{ looks: number }>();
    if (looks !== PLAYERS) throw new Error(`${PLAYERS} players are on record as ${looks} looks`);
    return { ours, theirs, version: nginx?.version ?? null };
  } finally {
    child.stdin.end();
    await exit;
  }
}

/** 50 people who watch at once: whether a picture stands still, and what that costs the station. */
export async function benchPlayers(): Promise<readonly Row[]> {
  const home = workDirectory('players');
  try {
    const { ours, theirs, version } = await measureBoth(home);
    const name = `${PLAYERS} players at 8 Mb/s for ${SECONDS} s${IS_SHORT ? ' (short form)' : ''}`;
    const told = ({ requests, bytes, begunMs, lateMs }: Measured) =>
      `${requests} requests, ${(bytes / 1e6).toFixed(0)} MB, all pictures moved after ${begunMs === null ? 'never' : `${begunMs.toFixed(0)} ms`}, players late by ${lateMs.toFixed(0)} ms at most`;
    const beside = theirs
      ? `Beside it in the same run ${version}, one worker, sendfile, nobody is asked: ${told(theirs)}`
      : '**nginx is not installed (`scripts/install-deps bench`): nothing was measured beside it**';
    const note = `one film of ${MEBIBYTES} MiB, ${PLAYERS} auditors with a reason, each their own decisions and their own look on record; a station process over TCP, ranges as a browser asks for them (\`bytes=N-\`, answers of at most 1 MiB), a buffer of ${BUFFER_S} s: ${told(ours)}. ${beside}`;
    const row = (what: string, of: (each: Measured) => number, unit: string): Row => {
      const [mine, other] = [of(ours), theirs && of(theirs)];
      return {
        ...{ name: `${name}: ${what}`, ours: mine, theirs: other, unit, limit: '—', ok: true, note: 'as above' },
        ratio: other === null || other === 0 ? null : mine / other,
      };
    };
    const isSmooth = ours.stalls === 0 && ours.begunMs !== null;
    return [
      { ...row('stalls', ({ stalls }) => stalls, 'stalls'), limit: '0', ok: isSmooth, note },
      row('CPU of the server, percent of a core', ({ cpuPercent }) => cpuPercent, '%'),
      row('memory of the server at most', ({ rssMegabytes }) => rssMegabytes, 'MB'),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
