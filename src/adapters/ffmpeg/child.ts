import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { EvidockError, errnoOf } from '#domain/errors';
import { NICENESS } from './settings.ts';

const STDERR_BYTES_MAX = 64 * 1024;
const KILL_AFTER_MS = 5000;

export interface ChildOutcome {
  readonly status: number;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/** Runs a media program to its end. Throws transcoder.missing, .timeout, or the signal's reason; a status that is not 0 is for the caller to judge. */
export function runChild(
  program: string,
  args: readonly string[],
  options: { timeoutMs: number; stdoutBytesMax: number; signal?: AbortSignal | undefined },
): Promise<ChildOutcome> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stderr = '';
    let failure: unknown;
    const stop = (reason: unknown) => {
      failure ??= reason;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    };
    const onAbort = () => stop(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(
      () => stop(new EvidockError('transcoder.timeout', `${Math.round(options.timeoutMs / 1000)} s`)),
      options.timeoutMs,
    );
    child.once('spawn', () => lowerPriority(child.pid));
    child.stdout.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes > options.stdoutBytesMax)
        stop(new EvidockError('transcoder.failed', `more than ${options.stdoutBytesMax} bytes of output`));
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('latin1')).slice(-STDERR_BYTES_MAX);
    });
    const settled = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      settled();
      reject(
        errnoOf(error) === 'ENOENT'
          ? new EvidockError('transcoder.missing', program, error)
          : new EvidockError('transcoder.failed', error.message, error),
      );
    });
    child.once('close', (status) => {
      settled();
      if (failure !== undefined) reject(failure);
      else resolve({ status: status ?? -1, stdout: Buffer.concat(stdout).toString('utf8'), stderr });
    });
  });
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch (error) {
    // It has ended already: then there is nothing to lower.
    if (errnoOf(error) !== 'ERR_SYSTEM_ERROR') throw error;
  }
}

/** The last line of a program's complaints that says something, without the path that it names. */
export function complaint(stderr: string, path: string): string {
  const lines = stderr.split('\n').map((line) =>
    line
      .replaceAll(path, 'input')
      .replace(/\[[^\]]*@ 0x[0-9a-f]+\]\s*/g, '')
      .trim(),
  );
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? 'no words';
}
