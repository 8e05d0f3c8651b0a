import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import { type Log, redisEnded, redisStarted } from '#events';

const SOCKET_PATH_MAX = 100;
/** A server that is running is waited for this long, because disk and processors may be busy. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;
const ANSWER_MS_MAX = 1000;
const RESTART_MS_MAX = 30_000;
/** How many of its last characters are kept to tell why it ended. */
const WORDS_MAX = 2000;

export interface RedisAddress {
  readonly socketPath: string;
  readonly password: string;
}

interface Options {
  /** Where its configuration is written. */
  readonly directory: string;
  /** Where its socket is made. Must be short, because a socket's path has at most 107 bytes. */
  readonly runDirectory: string;
  readonly program: string;
  readonly log: Log;
}

/**
 * A redis-server of the station's own: a unix socket that only the station's user can reach, a password that stands in no command line,
 * nothing on disk (docs/decisions/0006). It is started again if it dies. It ends with the station, however that ends: a small shell between
 * the two waits for the end of a pipe from the station, and then stops the server.
 */
export class PrivateRedis {
  readonly #options: Options;
  readonly #password = randomBytes(24).toString('hex');
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarts = 0;
  #lastWords = '';

  constructor(options: Options) {
    this.#options = options;
  }

  get address(): RedisAddress {
    return { socketPath: join(this.#options.runDirectory, 'redis.sock'), password: this.#password };
  }

  get #addressFile(): string {
    return join(this.#options.runDirectory, 'redis.json');
  }

  /** Throws queue.unreachable if it ends, or does not answer within a minute. */
  async start(): Promise<void> {
    const { directory, runDirectory } = this.#options;
    const { socketPath } = this.address;
    if (socketPath.length > SOCKET_PATH_MAX) {
      throw new EvidockError('config.invalid', because('socket-long', { path: socketPath, limit: SOCKET_PATH_MAX }));
    }
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await mkdir(runDirectory, { recursive: true, mode: 0o700 });
    await this.#stopOld();
    const config = [
      'port 0',
      `unixsocket ${JSON.stringify(socketPath)}`,
      'unixsocketperm 600',
      `requirepass ${this.#password}`,
      `dir ${JSON.stringify(directory)}`,
      // The ledger knows what is due and rings again: a file would only make each start wait for the disk.
      'appendonly no',
      'save ""',
      'maxmemory-policy noeviction',
      'daemonize no',
      `pidfile ${JSON.stringify(join(runDirectory, 'redis.pid'))}`,
    ];
    await writeFile(join(directory, 'redis.conf'), `${config.join('\n')}\n`, { mode: 0o600 });
    // For operators and `evidock doctor`; as secret as the socket itself.
    await writeFile(this.#addressFile, `${JSON.stringify(this.address)}\n`, { mode: 0o600 });
    await this.#spawn();
  }

  async #spawn(): Promise<void> {
    const begun = performance.now();
    const script = [
      'exec 3<&0',
      '"$1" "$2" </dev/null & server=$!',
      '(read -r _ <&3; kill $server) >/dev/null 2>&1 & watch=$!',
      'trap "kill $server" TERM',
      'wait $server; kill $watch 2>/dev/null',
    ].join('\n');
    const child = spawn('/bin/sh', ['-c', script, 'evidock-redis', this.#options.program, join(this.#options.directory, 'redis.conf')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.unref();
    this.#lastWords = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (words: string) => {
        this.#lastWords = (this.#lastWords + words).slice(-WORDS_MAX);
      });
      (stream as Socket).unref();
    }
    child.stdin?.on('error', () => undefined);
    this.#child = child;
    const failed = new Promise<never>((_, reject) =>
      child.once('error', (error) => reject(new EvidockError('queue.unreachable', said(error), error))),
    );
    try {
      await Promise.race([failed, this.#answers(child)]);
    } catch (error) {
      child.stdin?.end();
      throw error;
    }
    if (child.exitCode === null) child.once('exit', () => this.#ended());
    else this.#ended();
    redisStarted(this.#options.log, { elapsedMs: Math.round(performance.now() - begun) });
  }

  async #answers(child: ChildProcess): Promise<void> {
    const end = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < end && child.exitCode === null) {
      if (await answersAt(this.address.socketPath)) return;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new EvidockError('queue.unreachable', because('redis-no-start', { program: this.#options.program, text: this.#said() }));
  }

  /** The last line it printed. */
  #said(): string {
    return this.#lastWords.trim().split('\n').at(-1) || '—';
  }

  #ended(): void {
    if (this.#stopping) return;
    this.#restarts += 1;
    const waitMs = Math.min(RESTART_MS_MAX, 250 * 2 ** Math.min(this.#restarts, 10));
    redisEnded(this.#options.log, { restarts: this.#restarts, waitMs, said: this.#said() });
    setTimeout(() => {
      if (this.#stopping) return;
      // Why it does not start is told by what it printed, and by the queue that cannot reach it.
      this.#spawn().catch(() => this.#ended());
    }, waitMs).unref();
  }

  /**
   * Stops a server that outlived a killed station (its watching shell may take a moment), so that it does not hold the socket. It is asked at its own socket, with its
   * own password: the number in its pid file may be that of another process by now.
   */
  async #stopOld(): Promise<void> {
    const { socketPath } = this.address;
    const password = await oldPassword(this.#addressFile);
    for (let waited = 0; waited < STOP_TIMEOUT_MS && (await answersAt(socketPath)); waited += 50) {
      if (password !== null && waited === 0) await tell(socketPath, `AUTH ${password}\r\nSHUTDOWN NOSAVE\r\n`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await rm(join(this.#options.runDirectory, 'redis.pid'), { force: true });
    await rm(socketPath, { force: true });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** Of the server that ran here before; null if none did, or if nothing readable is left of it. */
async function oldPassword(file: string): Promise<string | null> {
  try {
    const { password } = JSON.parse(await readFile(file, 'utf8')) as { password?: unknown };
    return typeof password === 'string' && /^[0-9a-f]+$/.test(password) ? password : null;
  } catch {
    return null;
  }
}

/** Sends commands; a server that ends over them gives no answer. */
function tell(path: string, commands: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.end(commands));
    socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
  });
}

/**
 * Whether a Redis answers there, be it with a refusal. A connection proves less: a server listens before it has read its data file, and may
 * still end over that.
 */
function answersAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(ANSWER_MS_MAX, () => done(false));
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}
