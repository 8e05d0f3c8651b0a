import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { ROOT, runProgram } from '#test/support/evidock';
import type { S3Server } from './s3-server.ts';

/** The server that `startRgw` starts. */
export interface Rgw extends S3Server {
  /** Runs radosgw-admin on it. */
  admin(...args: string[]): Promise<void>;
  /**
   * Changes one byte of an object behind the gateway, as a disk that rots does: in the storage below, where the gateway does not see it. The object is smaller than
   * 4 MiB.
   */
  rot(object: { readonly key: string; readonly version: string }, at: number): Promise<void>;
  /** Kills the gateway at once, as a crash does; what is stored stays. */
  killGateway(): Promise<void>;
  /** Starts the gateway again that was killed, at the same address. Returns when it answers. */
  startGateway(): Promise<void>;
  /** Temporary keys of its STS (AssumeRole), which end after so many seconds, as `aws sts assume-role` writes them. */
  assumeRole(seconds: number): Promise<string>;
  /** What its access log has of every request since the start, in their order. */
  requests(): Promise<readonly RgwRequest[]>;
}

interface RgwRequest {
  /** Whose key signed it; `anonymous` where none did. */
  readonly user: string;
  readonly method: string;
  /** Path below the bucket, without the question. */
  readonly key: string;
  readonly bucket: string;
  readonly status: number;
}

/** Finds a free port of which the next one is free too. */
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

/** So many starts are tried. On a busy machine the monitor now and then refuses its own OSD ("wrong fsid"), and a fresh cluster on other ports then starts. */
const TRIES_MAX = 3;

interface Options {
  readonly store?: 'memstore' | 'bluestore';
  readonly sts?: boolean;
  /** File that says how far its clock stands from the right one, as libfaketime reads it. */
  readonly clock?: string;
}

/** Starts a real Ceph RGW (about 13 s) with an empty bucket `evidence`; its processes end with `stop`, or with this process. */
export async function startRgw(options: Options = {}): Promise<Rgw> {
  const { store = 'memstore', sts = false, clock = '' } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryRgw({ STORE: store, STS: String(sts), CLOCK: clock });
    } catch (error) {
      if (attempt >= TRIES_MAX) throw error;
    }
  }
}

async function tryRgw(env: { STORE: string; STS: string; CLOCK: string }): Promise<Rgw> {
  const directory = await mkdtemp(join(tmpdir(), 'evd-rgw-'));
  const port = await freePort();
  const home = join(directory, 'c');
  // The daemons keep the output that they are given. With a pipe the caller would wait for their end.
  const run = (program: string) => {
    const script = `exec "$0" "$@" >>"${directory}/log" 2>&1`;
    const args = ['-c', script, join(ROOT, 'test/support/archive', program), home, String(port)];
    return runProgram('bash', args, { env, timeoutMs: 120_000 });
  };
  const started = await run('start-rgw');
  let pids = await pidsIn(join(home, 'run'));
  const kill = () => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process has ended by itself.
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
  const admin = async (...args: string[]) => {
    const done = await runProgram('radosgw-admin', ['-n', 'client.rgw', ...args], { env: { CEPH_CONF: join(home, 'ceph.conf') } });
    if (done.status !== 0) throw new Error(`radosgw-admin ${args.join(' ')}: ${done.stderr}`);
  };
  let role: Promise<void> | undefined;
  const assumeRole = async (seconds: number) => {
    role ??= makeRole(admin);
    await role;
    return temporaryKeys(endpoint, credentials, seconds);
  };
  const requests = async () => (await readFile(join(home, 'client.rgw.log'), 'utf8')).split('\n').flatMap(requestIn);
  const rot: Rgw['rot'] = (object, at) => rotObject(join(home, 'ceph.conf'), object, at);
  const killGateway = async () => {
    const pid = Number(await readFile(join(home, 'run/client.rgw.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    pids = pids.filter((each) => each !== pid);
  };
  const startGateway = async () => {
    const again = await run('start-gateway');
    pids = await pidsIn(join(home, 'run'));
    if (again.status !== 0) throw new Error(`the gateway did not start again: ${await readFile(join(directory, 'log'), 'utf8')}`);
  };
  return { endpoint, bucket: 'evidence', ...credentials, stop, admin, rot, killGateway, startGateway, assumeRole, requests };
}

/** The request of a line such as `… beast: 0x7f: 127.0.0.1 - test [27/Nov/2026:08:39:33.657 +0000] "DELETE /evidence/a/b?versionId=1 HTTP/1.1" 204 0 …`. */
function requestIn(line: string): readonly RgwRequest[] {
  const [, user, method, path, status] = / beast: \S+ \S+ - (\S+) \[[^\]]*\] "([A-Z]+) (\S+) [^"]*" (\d+) /.exec(line) ?? [];
  if (user === undefined || method === undefined || path === undefined) return [];
  const [bucket = '', ...key] = decodeURIComponent(path.replace(/\?.*$/, '').slice(1)).split('/');
  return [{ user, method, bucket, key: key.join('/'), status: Number(status) }];
}

const DATA_POOL = 'default.rgw.buckets.data';

async function rotObject(conf: string, { key, version }: { readonly key: string; readonly version: string }, at: number): Promise<void> {
  const rados = async (...args: string[]) => {
    const done = await runProgram('rados', ['-p', DATA_POOL, ...args], { env: { CEPH_CONF: conf } });
    if (done.status !== 0) throw new Error(`rados ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  // `<bucket's marker>__:<version>_<key>`: an object of a bucket with versions.
  const found = (await rados('ls')).split('\n').filter((name) => name.endsWith(`__:${version}_${key}`));
  const [name] = found;
  if (name === undefined || found.length !== 1) throw new Error(`${found.length} objects are version ${version} of ${key}`);
  const directory = await mkdtemp(join(tmpdir(), 'evd-rot-'));
  try {
    const file = join(directory, 'bytes');
    await rados('get', name, file);
    const bytes = await readFile(file);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(file, bytes.subarray(at, at + 1));
    await rados('put', name, file, '--offset', String(at));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function makeRole(admin: Rgw['admin']): Promise<void> {
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const trust = policy({ Principal: { AWS: ['arn:aws:iam:::user/test'] }, Action: ['sts:AssumeRole'] });
  await admin('role', 'create', '--role-name=station', `--assume-role-policy-doc=${trust}`);
  const rights = policy({ Action: ['s3:*'], Resource: 'arn:aws:s3:::*' });
  await admin('role-policy', 'put', '--role-name=station', '--policy-name=archive', `--policy-doc=${rights}`);
}

async function temporaryKeys(endpoint: string, keys: { accessKeyId: string; secretAccessKey: string }, seconds: number): Promise<string> {
  const question = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam:::role/station',
    RoleSessionName: 'evidock',
    DurationSeconds: String(seconds),
  });
  // curl signs by itself; `s3` is the service whose signatures RGW takes for STS too.
  const user = `${keys.accessKeyId}:${keys.secretAccessKey}`;
  const args = ['-sS', '--aws-sigv4', 'aws:amz:us-east-1:s3', '-u', user, '-d', question.toString(), `${endpoint}/`];
  const { stdout, stderr } = await runProgram('curl', args);
  const field = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(stdout)?.[1];
  const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
  const found = Object.fromEntries(names.map((name) => [name, field(name)]));
  if (!found['SessionToken']) throw new Error(`RGW gave no session token: ${stdout}${stderr}`);
  return JSON.stringify({ Credentials: found });
}

async function pidsIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch(() => []);
  const texts = await Promise.all(names.filter((name) => name.endsWith('.pid')).map((name) => readFile(join(directory, name), 'utf8')));
  return texts.map(Number).filter((pid) => pid > 1);
}
