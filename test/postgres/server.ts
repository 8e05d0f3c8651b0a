import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';

/** Debian keeps the server's programs here, outside of PATH. */
const DEBIAN = '/usr/lib/postgresql';
/** The server refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const START_MS_MAX = 30_000;
/** Nothing has to survive the tests, so nothing is protected against a power cut. */
const SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'listen_addresses=',
  'max_connections=50',
  'autovacuum=off',
];

export interface PostgresServer {
  /** How clients connect to one of the databases. */
  at(database: string): pg.ClientConfig;
  /** Runs statements on one of the databases. Resolves with the rows of the last one. */
  run(database: string, ...statements: readonly string[]): Promise<readonly unknown[]>;
  stop(): Promise<void>;
}

/** Starts a cluster in a new directory, on a socket there. It uses no port and no service of the machine, and changes nothing that is installed. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = await programsAt();
  const home = await mkdtemp(join(tmpdir(), 'evd-pg-'));
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? NOBODY : {};
  if (isRoot) await chown(home, NOBODY.uid, NOBODY.gid);
  await chmod(home, 0o700);
  const data = join(home, 'data');
  const init = spawn(join(programs, 'initdb'), ['-D', data, '-U', 'evidock', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-sync'], {
    ...{ ...user, cwd: home, stdio: ['ignore', 'ignore', 'inherit'] },
  });
  const [status] = await once(init, 'exit');
  if (status !== 0) throw new Error(`initdb ended with ${status}`);
  const options = SETTINGS.flatMap((setting) => ['-c', setting]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-k', home, ...options], { ...user, cwd: home, stdio: 'ignore' });
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  const at = (database: string) => ({ host: home, user: 'evidock', database });
  const run = (database: string, ...statements: readonly string[]) => runAt(at(database), statements);
  await untilItAnswers(server, () => run('postgres', 'SELECT 1'));
  const stop = async () => {
    process.off('exit', kill);
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
    }
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  return { at, run, stop };
}

async function programsAt(): Promise<string> {
  const versions = (await readdir(DEBIAN).catch(() => [])).toSorted((a, b) => Number(b) - Number(a));
  const places = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)];
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
  if (found === undefined) throw new Error('PostgreSQL is not installed: scripts/install-deps test');
  return found;
}

async function runAt(config: pg.ClientConfig, statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client(config);
  let rows: readonly unknown[] = [];
  try {
    await client.connect();
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

async function untilItAnswers(server: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() - begun > START_MS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
