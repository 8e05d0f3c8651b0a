import type { ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { errnoOf } from '#domain/errno';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { MediaRun } from '#ports/transcoder';
import { type ChildStreams, complaint, end, quietly, restrict, runChild, tail, watch } from './child.ts';
import { allowedMs, outputBytesAllowed } from './limits.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

/** Errors of decoders do not end the run: whatever decodes is kept, and the result is judged afterwards. */
const QUIET_BUT_COUNTING = [
  ...['-hide_banner', '-nostdin', '-y', '-v', 'level+verbose', '-nostats', '-stats_period', '0.5'],
  ...['-max_error_rate', '1'],
];
/** `frame=120` and its like, which ffmpeg prints with -progress. */
const PROGRESS = /^(\w+)=\s*(\S*)$/;
/** The figures that tell how far ffmpeg is. `speed` and `bitrate` change by time alone. */
const MOVING: ReadonlySet<string> = new Set(['frame', 'out_time_us', 'total_size']);

export interface Conversion {
  /** Inputs with the options that stand before each. `generated`: the path is a filter graph that the station made. */
  readonly inputs: readonly { readonly path: string; readonly options?: readonly string[]; readonly generated?: boolean }[];
  readonly outputOptions: readonly string[];
  readonly output: string;
  /** Length that counts as 100 percent, ms; null if it is not known. */
  readonly durationMs: number | null;
  /** Bytes of the originals. All limits follow from them. */
  readonly bytes: number;
  /** Pixels of each picture that is encoded; 0 where none is. */
  readonly pixels?: number;
}

/** What ffmpeg has counted. */
export interface Counted {
  /** Packets read and frames decoded of each input stream: `0:1` is the second stream of the first input. */
  readonly read: ReadonlyMap<string, { readonly type: string; readonly packets: number; readonly frames: number }>;
  /** By index of an output stream: the packets written, and how many of them not at their own time, because that had passed. */
  readonly written: ReadonlyMap<number, { readonly type: string; readonly packets: number; readonly late: number }>;
  /** The complaints of ffmpeg, at most 64 KiB. */
  readonly errors: readonly string[];
  /** Lines that filters printed at the end, such as `[volumedetect@2 …] mean_volume: -20.1 dB`. */
  readonly told: readonly string[];
}

/** The parts of a conversion that its limits and progress need. */
type About = Pick<Conversion, 'durationMs' | 'bytes' | 'pixels'> & { readonly inputs: readonly { readonly path: string }[] };

/** Makes one file with ffmpeg, through fluent-ffmpeg. Throws transcoder.failed, .timeout, .stood-still, .missing, .too-large or the signal's reason. */
export async function convert(settings: FfmpegSettings, conversion: Conversion, run: MediaRun = {}): Promise<Counted> {
  run.signal?.throwIfAborted();
  const outputBytesMax = outputBytesAllowed(settings, conversion.bytes);
  const gauge = new Gauge(settings, conversion, run);
  const { status, stderr } = await runCommand(commandOf(settings, conversion, outputBytesMax), settings, gauge, run);
  const counted = judge(status, stderr, conversion);
  const size = await sizeOf(conversion.output);
  if (size === 0)
    throw new EvidockError(
      'transcoder.failed',
      counted.errors.at(-1) === undefined ? because('nothing-written', {}) : because('said', { text: counted.errors.at(-1) ?? '' }),
    );
  if (size >= outputBytesMax)
    throw new EvidockError('transcoder.too-large', because('grew-beyond', { bytes: outputBytesMax, found: conversion.bytes }));
  run.onPercent?.(100);
  return counted;
}

function commandOf(settings: FfmpegSettings, conversion: Conversion, outputBytesMax: number): FfmpegCommand {
  const threads = ['-threads', String(settings.threads)];
  // The library asks once in a process what ffmpeg can do. Its own memory of lines is kept to one, because the lines are read here as they come.
  const command = ffmpeg({ stdoutLines: 1 }).setFfmpegPath(settings.ffmpeg);
  for (const [place, { path, options = [], generated }] of conversion.inputs.entries()) {
    const own = generated ? ['-f', 'lavfi'] : [...threads, ...LOCAL_ONLY, ...options];
    // Options for all of ffmpeg must come first, which is where the options of the first input are.
    command.input(path).inputOptions(...pair(place === 0 ? [...QUIET_BUT_COUNTING, '-progress', 'pipe:2', ...own] : own));
  }
  const bounds = ['-max_muxing_queue_size', '4096', '-fs', String(outputBytesMax)];
  return command.outputOptions(...pair([...threads, ...bounds, ...conversion.outputOptions])).output(conversion.output);
}

/** Gives the library two or more arguments, which it takes as they are. It would split a single one at its space. */
function pair(options: readonly string[]): [string, string, ...string[]] {
  const [first = '-hide_banner', second = '-hide_banner', ...rest] = options;
  return [first, second, ...rest];
}

/** Runs a command that the library has built, within the limits of every media program. */
function runCommand(command: FfmpegCommand, settings: FfmpegSettings, gauge: Gauge, run: MediaRun) {
  return new Promise<{ status: number; stderr: string }>((resolve, reject) => {
    let log = '';
    let failure: unknown;
    const child = () => (command as FfmpegCommand & { readonly ffmpegProc?: ChildProcess }).ffmpegProc;
    const stop = (reason: unknown) => {
      failure ??= reason;
      const started = child();
      if (started) end(started);
      // The library is still asking what the program can do, in processes that cannot be reached from here.
      else reject(failure);
    };
    const settle = watch({ ...gauge.limits(), ...quietly(run), pid: () => child()?.pid }, stop);
    command.once('start', () => {
      // If the program cannot be started after all, the library's own listener would throw where nobody can catch it, and end the station.
      child()?.removeAllListeners('error').once('error', failed);
      restrict(child()?.pid, settings.memoryBytesMax);
      // The run failed while the library was asking, and there was no child to end yet.
      if (failure !== undefined) stop(failure);
    });
    command.on('stderr', (line: string) => {
      if (!gauge.take(line)) log = tail(`${log}${line}\n`);
    });
    command.once('end', () => {
      settle();
      if (failure === undefined) resolve({ status: 0, stderr: log });
      else reject(failure);
    });
    const failed = (error: Error) => {
      settle();
      if (failure !== undefined) reject(failure);
      else if (errnoOf(error) === 'ENOENT' || /Cannot find ffmpeg/.test(error.message))
        reject(new EvidockError('transcoder.missing', because('program', { program: settings.ffmpeg }), error));
      else resolve({ status: /killed with signal/.test(error.message) ? -1 : 1, stderr: log || error.message });
    };
    command.once('error', failed);
    command.run();
  });
}

/** Runs ffmpeg with these arguments without making a file, and counts. `durationMs`: the length that counts as 100 percent. */
export async function runFfmpeg(settings: FfmpegSettings, args: readonly string[], about: About, run: MediaRun = {}): Promise<Counted> {
  const gauge = new Gauge(settings, about, run);
  const { status, stderr } = await runChild(settings.ffmpeg, [...QUIET_BUT_COUNTING, '-progress', 'pipe:1', ...args], {
    ...gauge.limits(),
    stdoutBytesMax: 65_536,
    memoryBytesMax: settings.memoryBytesMax,
    ...quietly(run),
    onLine: (line) => void gauge.take(line),
  });
  return judge(status, stderr, about);
}

/** Runs ffmpeg between two streams. `standstillMsMax`: how long it may wait for either of them. Throws as `convert` does. */
export async function streamFfmpeg(
  settings: FfmpegSettings,
  args: readonly string[],
  { standstillMsMax, signal, ...about }: About & { readonly standstillMsMax: number; readonly signal: AbortSignal },
  streams: ChildStreams,
): Promise<void> {
  const gauge = new Gauge(settings, about, {});
  let log = '';
  const { status } = await runChild(settings.ffmpeg, [...QUIET_BUT_COUNTING, '-progress', 'pipe:2', ...args], {
    ...gauge.limits(),
    standstillMsMax,
    signal,
    stdoutBytesMax: 65_536,
    memoryBytesMax: settings.memoryBytesMax,
    streams,
    onLine: (line) => {
      if (!gauge.take(line)) log = tail(`${log}${line}\n`);
    },
  });
  judge(status, log, about);
}

/** Tells how far ffmpeg is, and how long it may still run. */
class Gauge {
  readonly #settings: FfmpegSettings;
  readonly #about: About;
  readonly #run: MediaRun;
  #frames = 0;
  #percent = 0;
  /** Grows each time that a figure of progress has changed. */
  #counted = 0;
  readonly #figures = new Map<string, string>();

  constructor(settings: FfmpegSettings, about: About, run: MediaRun) {
    this.#settings = settings;
    this.#about = about;
    this.#run = run;
  }

  limits() {
    return { timeoutMs: () => this.#allowedMs(), counted: () => this.#counted, standstillMsMax: this.#settings.standstillMsMax };
  }

  #allowedMs(): number {
    return allowedMs(this.#settings, this.#about.bytes, (this.#frames * (this.#about.pixels ?? 0)) / 1e6);
  }

  /** Takes a line of output. Returns false if it tells no progress. */
  take(line: string): boolean {
    const [, name, value] = PROGRESS.exec(line) ?? [];
    if (name === undefined) return false;
    if (MOVING.has(name) && this.#figures.get(name) !== value) {
      this.#figures.set(name, value ?? '');
      this.#counted += 1;
    }
    if (name === 'frame') this.#frames = Number(value) || 0;
    const { durationMs } = this.#about;
    if (name === 'out_time_us' && durationMs) {
      this.#percent = Math.max(this.#percent, Math.min(100, (Number(value) || 0) / 10 / durationMs));
      this.#run.onPercent?.(this.#percent);
    }
    return true;
  }
}

function judge(status: number, stderr: string, about: About): Counted {
  const counted = countedIn(stderr);
  if (status === 0) return counted;
  const detail = complaint(counted.errors.join('\n') || stderr, about.inputs[0]?.path ?? '');
  // Another way would need the space too, so this one is not followed by another. There may be space at the next attempt.
  if (/No space left on device/.test(stderr)) throw new EvidockError('vault.full', because('said', { text: detail }));
  throw new EvidockError(
    'transcoder.failed',
    status < 0 ? because('ended-by-system', { text: detail }) : because('said', { text: detail }),
  );
}

function countedIn(log: string): Counted {
  const read = new Map<string, { type: string; packets: number; frames: number }>();
  const written = new Map<number, { type: string; packets: number; late: number }>();
  const late = new Map<number, number>();
  const errors: string[] = [];
  const told: string[] = [];
  for (const line of log.split('\n')) {
    const input = /Input stream #(\d+:\d+) \((\w+)\): (\d+) packets read \(\d+ bytes\);(?: (\d+) frames decoded)?/.exec(line);
    if (input) read.set(input[1] ?? '', { type: input[2] ?? '', packets: Number(input[3]), frames: Number(input[4] ?? 0) });
    const pushed = /Non-monotonous DTS in output stream 0:(\d+);/.exec(line);
    if (pushed) late.set(Number(pushed[1]), (late.get(Number(pushed[1])) ?? 0) + 1);
    const output = /Output stream #0:(\d+) \((\w+)\):.* (\d+) packets muxed/.exec(line);
    const place = Number(output?.[1]);
    if (output) written.set(place, { type: output[2] ?? '', packets: Number(output[3]), late: late.get(place) ?? 0 });
    if (/\[(error|fatal|panic)\]/.test(line)) errors.push(line);
    else if (/^\[(volumedetect|idet|Parsed_)/.test(line)) told.push(line);
  }
  return { read, written, errors, told };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
