import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { ROOT, runProgram } from './evidock.ts';
import type { S3Server } from './s3-server.ts';

/** What `startRgw` starts. */
export interface Rgw extends S3Server {
  /** Runs radosgw-admin on it. */
  admin(...args: string[]): Promise<void>;
}

/** A port of which this and the next are free now. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
  throw new Error('no free port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The monitor now and then refuses its own OSD on a busy machine ("wrong fsid"): a fresh cluster on other ports then comes up. */
const TRIES_MAX = 3;

/** Starts a real Ceph RGW (about 13 s) with an empty bucket `evidence`; its processes end with `stop`, or with this process. */
export async function startRgw(options: { store?: 'memstore' | 'bluestore' } = {}): Promise<Rgw> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryRgw(options.store ?? 'memstore');
    } catch (error) {
      if (attempt >= TRIES_MAX) throw error;
    }
  }
}

async function tryRgw(store: string): Promise<Rgw> {
  const directory = await mkdtemp(join(tmpdir(), 'evd-rgw-'));
  const port = await freePort();
  const home = join(directory, 'c');
  // The daemons keep what they are given as output: with a pipe we would wait for their end.
  const script = `exec "$0" "$@" >"${directory}/log" 2>&1`;
  const args = ['-c', script, join(ROOT, 'test/support/start-rgw'), home, String(port)];
  const started = await runProgram('bash', args, { env: { STORE: store }, timeoutMs: 120_000 });
  const pids = await pidsIn(join(home, 'run'));
  const kill = () => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  };
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  if (started.status !== 0) {
    const log = await readFile(join(directory, 'log'), 'utf8');
    await stop();
    throw new Error(`RGW did not start: ${log}`);
  }
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'testsecret' };
  const client = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'evidence' }));
  client.destroy();
  return {
    endpoint,
    bucket: 'evidence',
    ...credentials,
    stop,
    admin: async (...args) => {
      const done = await runProgram('radosgw-admin', ['-n', 'client.rgw', ...args], { env: { CEPH_CONF: join(home, 'ceph.conf') } });
      if (done.status !== 0) throw new Error(`radosgw-admin ${args.join(' ')}: ${done.stderr}`);
    },
  };
}

async function pidsIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch(() => []);
  const texts = await Promise.all(names.filter((name) => name.endsWith('.pid')).map((name) => readFile(join(directory, name), 'utf8')));
  return texts.map(Number).filter((pid) => pid > 1);
}
