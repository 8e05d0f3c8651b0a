import { stat } from 'node:fs/promises';
import ffmpeg from 'fluent-ffmpeg';
import { EvidockError, errnoOf } from '#domain/errors';
import type { MediaRun } from '#ports/transcoder';
import { complaint } from './child.ts';
import { type FfmpegSettings, LOCAL_ONLY, NICENESS } from './settings.ts';

const KILL_AFTER_MS = 5000;

export interface Conversion {
  readonly input: string;
  readonly inputOptions?: readonly string[];
  readonly outputOptions: readonly string[];
  readonly output: string;
  /** What 100 percent is; null if it is not known. */
  readonly durationMs: number | null;
}

/** The one place that runs ffmpeg for making files, through fluent-ffmpeg. Throws transcoder.failed, .timeout, .missing or the signal's reason. */
export async function convert(settings: FfmpegSettings, conversion: Conversion, run: MediaRun = {}): Promise<void> {
  run.signal?.throwIfAborted();
  const limitMs = Math.max(settings.timeLimitMs, 6 * (conversion.durationMs ?? 0));
  await new Promise<void>((resolve, reject) => {
    const command = ffmpeg({ niceness: NICENESS, stdoutLines: 100 }).setFfmpegPath(settings.ffmpeg);
    // Options are given as separate arguments: an array element with a space in it would be taken apart.
    command
      .input(conversion.input)
      .inputOptions(
        ...pair([
          '-nostdin',
          '-v',
          'error',
          '-stats',
          '-threads',
          String(settings.threads),
          ...LOCAL_ONLY,
          ...(conversion.inputOptions ?? []),
        ]),
      );
    const bounds = ['-threads', String(settings.threads), '-max_muxing_queue_size', '4096', '-fs', String(settings.outputBytesMax)];
    command.outputOptions(...pair([...bounds, ...conversion.outputOptions])).output(conversion.output);
    let failure: unknown;
    const stop = (reason: unknown) => {
      failure ??= reason;
      command.kill('SIGTERM');
      setTimeout(() => command.kill('SIGKILL'), KILL_AFTER_MS).unref();
    };
    const onAbort = () => stop(run.signal?.reason);
    const timer = setTimeout(() => stop(new EvidockError('transcoder.timeout', `${Math.round(limitMs / 1000)} s`)), limitMs);
    const settled = () => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', onAbort);
    };
    run.signal?.addEventListener('abort', onAbort, { once: true });
    // fluent-ffmpeg asks the program what it can before it starts it: until then there is nothing to kill.
    command.once('start', () => {
      if (failure !== undefined) stop(failure);
    });
    let last = 0;
    command.on('progress', ({ timemark }: { timemark?: string }) => {
      if (!conversion.durationMs || timemark === undefined) return;
      last = Math.max(last, Math.min(100, (100 * markMs(timemark)) / conversion.durationMs));
      run.onPercent?.(last);
    });
    command.once('end', () => {
      settled();
      if (failure !== undefined) reject(failure);
      else resolve();
    });
    command.once('error', (error: Error, _stdout: string | null, stderr: string | null) => {
      settled();
      if (failure !== undefined) reject(failure);
      else if (errnoOf(error) === 'ENOENT' || /Cannot find ffmpeg/.test(error.message))
        reject(new EvidockError('transcoder.missing', settings.ffmpeg, error));
      else reject(new EvidockError('transcoder.failed', complaint(stderr ?? error.message, conversion.input), error));
    });
    command.run();
  });
  const { size } = await stat(conversion.output);
  if (size >= settings.outputBytesMax)
    throw new EvidockError('transcoder.unplayable', `the output reached derive.outputMax (${settings.outputBytesMax} bytes)`);
  run.onPercent?.(100);
}

/** fluent-ffmpeg takes two or more arguments as they are; a single one would be split at its space. */
function pair(options: readonly string[]): [string, string, ...string[]] {
  const [first = '-hide_banner', second = '-hide_banner', ...rest] = options;
  return [first, second, ...rest];
}

/** `00:01:02.50` in ms. */
function markMs(timemark: string): number {
  const parts = timemark.split(':').map(Number);
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}
