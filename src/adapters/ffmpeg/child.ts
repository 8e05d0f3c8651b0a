import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { resolve as absolute } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { errnoOf } from '#domain/errno';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import type { MediaRun } from '#ports/transcoder';
import { MEMORY_BYTES_DEFAULT, NICENESS, OOM_SCORE, STANDSTILL_MS_DEFAULT } from './settings.ts';

const STDERR_BYTES_MAX = 64 * 1024;
const KILL_AFTER_MS = 5000;
const LOOK_EVERY_MS = 1000;
/** Program of util-linux, which every Debian has. */
const PRLIMIT = '/usr/bin/prlimit';

export interface ChildOutcome {
  /** Exit status; -1 if a signal ended the child. */
  readonly status: number;
  readonly stdout: string;
  /** The last 64 KiB of standard error. */
  readonly stderr: string;
}

export interface ChildOptions {
  /** Time limit, ms. A function tells the limit as it is now, and is asked every second. */
  readonly timeoutMs: number | (() => number);
  readonly stdoutBytesMax: number;
  readonly memoryBytesMax?: number | undefined;
  /** How long the child may stand still, ms: it reads nothing, and `counted` stays the same. */
  readonly standstillMsMax?: number | undefined;
  /** A figure of the child's progress. A change of it counts as progress. */
  readonly counted?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when the child has moved on. */
  readonly onProgress?: (() => void) | undefined;
  /** Called with each line of standard output as it comes. Then the outcome does not hold it. Of a child with `streams`: of standard error. */
  readonly onLine?: (line: string) => void;
  readonly streams?: ChildStreams;
}

/** For a child that reads and writes streams instead of files. It is killed at once when it has to end: nothing of it is kept. */
export interface ChildStreams {
  /** What the child reads, as fast as it reads it. It is destroyed when the child has ended. */
  readonly input: Readable;
  /** Gets what the child prints, as fast as it is taken. It is not ended, because only the exit status tells whether what came is whole. */
  readonly output: Writable;
  /** Where the child runs, so that its arguments may name a file by its bare name. */
  readonly directory: string;
}

/** A run that is stopped with this one and counts as its progress, but tells no percentage and nothing of missing parts. */
export function quietly({ signal, onProgress }: MediaRun): MediaRun {
  return { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
}

/**
 * Starts a media program; no other place does. The program has a limit on its data memory (setrlimit(2), RLIMIT_DATA) and low priority, and is killed first
 * when memory runs out. Throws transcoder.missing, .timeout, .stood-still, or the signal's reason. The caller judges an exit status that is not 0.
 */
export function runChild(program: string, args: readonly string[], options: ChildOptions): Promise<ChildOutcome> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const { streams } = options;
    const [first = program, ...rest] = bounded(program, args, options.memoryBytesMax ?? MEMORY_BYTES_DEFAULT, streams);
    // Each thread would reserve an arena, which counts as data memory although it stays empty.
    const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
    const stdin = streams ? 'pipe' : 'ignore';
    const where = streams ? { cwd: streams.directory } : {};
    const child: Child = spawn(first, rest, { stdio: [stdin, 'pipe', 'pipe'], env, ...where }) as Child;
    const out = new Gathered(options);
    let stderr = '';
    let failure: unknown;
    const stop = (reason: unknown) => {
      if (failure !== undefined) return;
      failure = reason;
      if (streams) kill(child);
      else end(child);
    };
    const unwatch = watch({ ...options, pid: () => child.pid }, stop);
    const settle = () => {
      unwatch();
      streams?.input.destroy();
    };
    child.once('spawn', () => lower(child.pid));
    if (streams) join(child, streams, stop);
    const gathered = streams ? child.stderr : child.stdout;
    gathered.on('data', (chunk: Buffer) => {
      if (!out.take(chunk)) stop(new EvidockError('transcoder.failed', because('output-limit', { bytes: options.stdoutBytesMax })));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = tail(stderr + chunk.toString('latin1'));
    });
    child.once('error', (error) => {
      settle();
      reject(
        errnoOf(error) === 'ENOENT'
          ? new EvidockError('transcoder.missing', because('program', { program }), error)
          : new EvidockError('transcoder.failed', said(error), error),
      );
    });
    child.once('close', (status) => {
      settle();
      if (failure !== undefined) reject(failure);
      else if (first === PRLIMIT && status === 127) reject(new EvidockError('transcoder.missing', because('program', { program })));
      else resolve({ status: status ?? -1, stdout: out.text(), stderr });
    });
  });
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Joins a child to its streams. A child that has ended takes no more, which its exit status tells better than the broken pipe. */
function join(child: Child, { input, output }: ChildStreams, stop: (reason: unknown) => void): void {
  input.on('error', stop);
  child.stdin?.on('error', () => undefined);
  if (child.stdin) input.pipe(child.stdin);
  child.stdout.pipe(output, { end: false });
}

/** Kills a child whose output nobody wants any more. What it had printed is read and dropped, because its end is told only after that. */
function kill(child: Child): void {
  child.kill('SIGKILL');
  child.stdout.unpipe();
  child.stdout.resume();
}

type Watched = Pick<ChildOptions, 'timeoutMs' | 'signal' | 'standstillMsMax' | 'counted' | 'onProgress'> & {
  readonly pid: () => number | undefined;
};

/** Ends a child at its time limit, when it stands still, or when it is told to. Returns the function that ends the watching. */
export function watch(watched: Watched, stop: (reason: unknown) => void): () => void {
  const { timeoutMs, signal, standstillMsMax = STANDSTILL_MS_DEFAULT, pid, counted, onProgress } = watched;
  const begun = performance.now();
  const allowed = () => (typeof timeoutMs === 'number' ? timeoutMs : timeoutMs());
  let moved = { atMs: begun, mark: '' };
  const look = () => {
    const nowMs = performance.now();
    const limit = allowed();
    if (nowMs - begun >= limit) stop(new EvidockError('transcoder.timeout', because('took-longer', { seconds: Math.round(limit / 1000) })));
    const read = bytesRead(pid());
    const mark = `${read} ${counted?.()}`;
    if (mark !== moved.mark || read === null) {
      moved = { atMs: nowMs, mark };
      onProgress?.();
    } else if (nowMs - moved.atMs >= standstillMsMax)
      stop(new EvidockError('transcoder.stood-still', because('stood-seconds', { seconds: Math.round(standstillMsMax / 1000) })));
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, allowed()));
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  };
}

/**
 * Bytes that a process has read so far (proc_pid_io(5), rchar); null where that cannot be told. Written bytes are not counted, because a program that stands
 * still may go on printing lines of progress. The second pass that puts the index first prints none, but reads.
 */
function bytesRead(pid: number | undefined): number | null {
  // The process has not started yet.
  if (pid === undefined) return 0;
  try {
    return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1] ?? Number.NaN);
  } catch (error) {
    // The process has ended, or this system does not tell. Then only the time limit holds.
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(errnoOf(error) ?? '')) return null;
    throw error;
  }
}

/** Asks a child to end, and kills it if it does not. */
export function end(child: Pick<ChildProcess, 'kill'>): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
}

/** Sets the limits of `runChild` on a child that a library has started, a few milliseconds after its start. */
export function restrict(pid: number | undefined, memoryBytesMax = MEMORY_BYTES_DEFAULT): void {
  if (pid === undefined) return;
  lower(pid);
  // A failure is ignored: a child that has ended cannot be limited and need not be, and the exit status tells no more than that.
  if (hasPrlimit()) execFile(PRLIMIT, [`--pid=${pid}`, `--data=${memoryBytesMax}`], { timeout: LOOK_EVERY_MS }, () => undefined);
}

/** The end of what a child prints, within 64 KiB. */
export function tail(text: string): string {
  return text.slice(-STDERR_BYTES_MAX);
}

/** Gathers what a child prints, up to a bound. */
class Gathered {
  readonly #options: ChildOptions;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #rest = '';

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  /** Returns false once the output exceeds the bound. */
  take(chunk: Buffer): boolean {
    const { onLine, stdoutBytesMax } = this.#options;
    if (onLine) {
      const lines = (this.#rest + chunk.toString('latin1')).split('\n');
      this.#rest = (lines.pop() ?? '').slice(-stdoutBytesMax);
      for (const line of lines) onLine(line);
      return true;
    }
    this.#bytes += chunk.length;
    if (this.#bytes > stdoutBytesMax) return false;
    this.#chunks.push(chunk);
    return true;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

function bounded(program: string, args: readonly string[], memoryBytesMax: number, streams: ChildStreams | undefined): string[] {
  // A path that is told relative to where the station runs would be looked for elsewhere.
  const whole = streams && program.includes('/') ? absolute(program) : program;
  return hasPrlimit() ? [PRLIMIT, `--data=${memoryBytesMax}`, '--', whole, ...args] : [whole, ...args];
}

/** False on a system that is not Debian. Then only the limits of the machine hold. */
function hasPrlimit(): boolean {
  try {
    accessSync(PRLIMIT, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lower(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE));
  } catch (error) {
    // The child has ended, or the system has no /proc and so no such score.
    if (!['ERR_SYSTEM_ERROR', 'ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** The last line of a program's complaints that has content, without the path that it names. */
export function complaint(stderr: string, path: string): string {
  const lines = stderr.split('\n').map((line) =>
    line
      .replaceAll(path, 'input')
      .replace(/\[[^\]]*@ 0x[0-9a-f]+\]\s*/g, '')
      .replace(/\[(error|fatal|warning|panic)\]\s*/g, '')
      .trim(),
  );
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? '—';
}
