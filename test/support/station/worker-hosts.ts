import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { SocketClient } from '#cli/client';
import { evidockJson, ROOT, runProgram } from '#test/support/evidock';

const KEY = 'S3RVER';
const STARTING_MS_MAX = 30_000;

interface Options {
  readonly home: string;
  /** Where station, Redis and S3 listen; loopback if there is one host. */
  readonly address: string;
  readonly ports: { readonly redis: number; readonly s3: number; readonly work: number };
  /** Words before each program of the station's host and of the worker's host: `ip netns exec NAME`. */
  readonly stationHost?: readonly string[];
  readonly workerHost?: readonly string[];
  /** Further settings of the station. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A station that leaves all work to workers, with a real Redis and a real S3 server (s3rver), each a process of its own. */
export class WorkerHosts {
  readonly #options: Options;
  readonly #children: ChildProcess[] = [];
  readonly #told = new Map<ChildProcess, string>();
  readonly client: SocketClient;

  constructor(options: Options) {
    this.#options = options;
    this.client = new SocketClient({ socketPath: join(this.state, 'run/control.sock'), user: 'test' });
  }

  get state(): string {
    return join(this.#options.home, 'station');
  }

  #shared(): Record<string, string> {
    const { address, ports } = this.#options;
    return {
      EVIDOCK_QUEUE_URL: `redis://${address}:${ports.redis}`,
      EVIDOCK_ARCHIVE_KIND: 's3',
      EVIDOCK_ARCHIVE_S3_UNLOCKED: 'accepted-without-versions',
      EVIDOCK_ARCHIVE_S3_ENDPOINT: `http://${address}:${ports.s3}`,
      EVIDOCK_ARCHIVE_S3_BUCKET: 'evidence',
      EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID: KEY,
      EVIDOCK_ARCHIVE_S3_SECRET_ACCESS_KEY: KEY,
      EVIDOCK_ARCHIVE_S3_TIMEOUT: '5',
      EVIDOCK_LANG: 'en',
    };
  }

  async start(): Promise<void> {
    const { address, ports, home, stationHost = [], settings = {} } = this.#options;
    const redis = ['--bind', address, '--port', String(ports.redis), '--save', '', '--protected-mode', 'no', '--dir', home];
    this.#spawn(stationHost, 'redis-server', redis, {});
    const s3rver = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');
    const bucket = ['--no-vhost-buckets', '--configure-bucket', 'evidence'];
    this.#spawn(stationHost, process.execPath, [s3rver, '-d', join(home, 's3'), '-a', address, '-p', String(ports.s3), ...bucket], {});
    const env = {
      ...this.#shared(),
      ...{ EVIDOCK_STATION_ID: 'test1', EVIDOCK_WORK_LISTEN: `${address}:${ports.work}`, EVIDOCK_HTTP_PORT: '0' },
      ...{ EVIDOCK_DERIVE_AT_ONCE: '0', EVIDOCK_ARCHIVE_AT_ONCE: '0', EVIDOCK_QUEUE_SWEEP_SECONDS: '2' },
      ...settings,
    };
    const station = this.#spawn(stationHost, join(ROOT, 'scripts/evidock'), ['--state-dir', this.state, 'run'], env);
    await this.#until(station, async () => this.client.answers());
  }

  /** Returns the file of the invitation. */
  async invite(name: string): Promise<string> {
    const file = join(this.#options.home, `${name}.json`);
    await evidockJson(['--state-dir', this.state, 'worker', 'invite', name, '--out', file]);
    return file;
  }

  /** Resolves once it works. */
  async startWorker(name: string, invitation: string, settings: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
    const args = ['--json', '--state-dir', join(this.#options.home, name), 'worker', '--invite', invitation];
    const env = { ...this.#shared(), ...settings };
    const worker = this.#spawn(this.#options.workerHost ?? [], join(ROOT, 'scripts/evidock'), args, env);
    await this.#until(worker, async () => this.told(worker).includes('"worker.started"'));
    return worker;
  }

  async ask<T>(path: string, query: Readonly<Record<string, string | number>> = {}): Promise<T> {
    const { status, json } = await this.client.request('GET', `/api/v1${path}`, { query });
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`);
    return json as T;
  }

  async states(): Promise<readonly string[]> {
    const { items } = await this.ask<{ items: { state: string }[] }>('/recordings', { limit: 1000 });
    return items.map(({ state }) => state);
  }

  told(child: ChildProcess): string {
    return this.#told.get(child) ?? '';
  }

  /** With everything that it has started. */
  kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    process.kill(-pid, signal);
    return gone;
  }

  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) await this.kill(child);
  }

  #spawn(host: readonly string[], program: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const [first = program, ...rest] = [...host, program, ...args];
    const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...env } });
    const keep = (chunk: Buffer) => this.#told.set(child, (this.told(child) + chunk.toString()).slice(-200_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#children.push(child);
    return child;
  }

  async #until(child: ChildProcess, isUp: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + STARTING_MS_MAX;
    while (!(await isUp())) {
      if (child.exitCode !== null || performance.now() > end) throw new Error(`${child.spawnargs.join(' ')}:\n${this.told(child)}`);
      await rest(100);
    }
  }
}

/** `count` photos in GA/T 947 style, all different, and `clips` short videos: each is a recording of its own. */
export async function makePhotoCard(directory: string, { photos, clips }: { photos: number; clips: number }): Promise<void> {
  const names = (index: number, ending: string) => {
    const minute = new Date(Date.UTC(2026, 5, 20, 8, 0, 0) + index * 600_000).toISOString().replace(/\D/g, '').slice(0, 14);
    return join(directory, `DSJ0012345_041234_${minute}_${String(index).padStart(4, '0')}.${ending}`);
  };
  const make = async (args: readonly string[]) => {
    const { status, stderr } = await runProgram('ffmpeg', ['-v', 'error', '-f', 'lavfi', ...args]);
    if (status !== 0) throw new Error(stderr);
  };
  // One run for all of them: frames of a test picture that moves.
  await make(['-i', 'testsrc2=size=320x180:rate=10', '-frames:v', String(photos), join(directory, '%04d.JPG')]);
  for (let index = 1; index <= photos; index += 1)
    await rename(join(directory, `${String(index).padStart(4, '0')}.JPG`), names(index, 'JPG'));
  for (let index = photos + 1; index <= photos + clips; index += 1) {
    const from = `testsrc2=size=320x180:rate=10,hue=h=${index}`;
    await make(['-i', from, '-t', '1', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', names(index, 'MP4')]);
  }
}

function ip(...args: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync('ip', [...args], { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/** Two network namespaces with one link between them. */
export class TwoHosts {
  readonly station = `evd-st-${process.pid}`;
  readonly worker = `evd-wk-${process.pid}`;

  /** Why there are none to be had; null if they are made. */
  make(): string | null {
    const steps = [
      ['netns', 'add', this.station],
      ['netns', 'add', this.worker],
      ['link', 'add', 'evd0', 'netns', this.station, 'type', 'veth', 'peer', 'name', 'evd0', 'netns', this.worker],
      ['-n', this.station, 'addr', 'add', '10.98.0.1/24', 'dev', 'evd0'],
      ['-n', this.worker, 'addr', 'add', '10.98.0.2/24', 'dev', 'evd0'],
      ...[this.station, this.worker].flatMap((name) => [
        ['-n', name, 'link', 'set', 'lo', 'up'],
        ['-n', name, 'link', 'set', 'evd0', 'up'],
      ]),
    ];
    for (const step of steps) {
      const why = ip(...step);
      if (why !== null) return `ip ${step.join(' ')}: ${why}`;
    }
    return null;
  }

  /** Nothing gets through any more, or again. */
  cut(isCut: boolean): void {
    const why = ip('-n', this.worker, 'link', 'set', 'evd0', isCut ? 'down' : 'up');
    if (why !== null) throw new Error(why);
  }

  /** Both directions get so many bits a second; null: as fast as it goes. */
  slow(kilobits: number | null): void {
    for (const name of [this.station, this.worker]) {
      const shape = ['tbf', 'rate', `${kilobits}kbit`, 'burst', '16k', 'latency', '300ms'];
      const args = kilobits === null ? ['qdisc', 'del', 'dev', 'evd0', 'root'] : ['qdisc', 'replace', 'dev', 'evd0', 'root', ...shape];
      const { status, stderr } = spawnSync('tc', ['-n', name, ...args], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
  }

  remove(): void {
    for (const name of [this.station, this.worker]) ip('netns', 'del', name);
  }
}
