import { spawn } from 'node:child_process';
import { errnoOf } from '#domain/errno';
import { type ErrorCode, EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';

const OUTPUT_BYTES_MAX = 64 * 1024;

interface RunOptions {
  readonly uid?: number;
  readonly gid?: number;
  /** Error of a program that cannot be run or does not end; left out: that of mounting. */
  readonly code?: ErrorCode;
  /** Bytes of each stream that are kept. */
  readonly outputBytesMax?: number;
  readonly signal?: AbortSignal;
}

interface CommandOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a small system program (mount, blkid, smartctl), as another user if told. A status that is not 0 is for the caller to judge. Throws `code` if it cannot be
 * run or does not end in time: a process that waits for a dead device cannot be killed, so it is not waited for either.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  timeoutMs: number,
  { code = 'recorder.mount-failed', outputBytesMax = OUTPUT_BYTES_MAX, ...as }: RunOptions = {},
): Promise<CommandOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...as,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/nonexistent' },
    });
    const output = { stdout: '', stderr: '' };
    const keep = (stream: 'stdout' | 'stderr') => (chunk: Buffer) => {
      if (output[stream].length < outputBytesMax) output[stream] += chunk.toString('utf8');
    };
    child.stdout.on('data', keep('stdout'));
    child.stderr.on('data', keep('stderr'));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new EvidockError(code, because('no-end-within', { program, seconds: timeoutMs / 1000 })));
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      const missing = errnoOf(error) === 'ENOENT';
      reject(new EvidockError(code, missing ? because('not-installed', { program }) : said(error), error));
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? -1, ...output });
    });
  });
}
