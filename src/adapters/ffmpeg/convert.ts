import { stat } from 'node:fs/promises';
import { EvidockError, errnoOf } from '#domain/errors';
import type { MediaRun } from '#ports/transcoder';
import { complaint, runChild } from './child.ts';
import { allowedMs, outputBytesAllowed } from './limits.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

/** Errors of decoders end nothing: what decodes is kept, and the verdict is spoken over the result. */
const QUIET_BUT_COUNTING = [
  ...['-hide_banner', '-nostdin', '-y', '-v', 'level+verbose', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.5'],
  ...['-max_error_rate', '1'],
];

export interface Conversion {
  /** Each with the options that stand before it. `generated`: the path is a filter graph of the station's own. */
  readonly inputs: readonly { readonly path: string; readonly options?: readonly string[]; readonly generated?: boolean }[];
  readonly outputOptions: readonly string[];
  readonly output: string;
  /** What 100 percent is; null if it is not known. */
  readonly durationMs: number | null;
  /** Of the originals: what all limits come from. */
  readonly bytes: number;
  /** Of one picture that is made, pixels; 0 where none is encoded. */
  readonly pixels?: number;
}

/** What ffmpeg has counted. */
export interface Counted {
  /** Packets read and frames decoded of each input stream: `0:1` is the second stream of the first input. */
  readonly read: ReadonlyMap<string, { readonly type: string; readonly packets: number; readonly frames: number }>;
  /** Packets written of each output stream, by its index. */
  readonly written: ReadonlyMap<number, { readonly type: string; readonly packets: number }>;
  /** What it complained of, at most 64 KiB; none if it was content. */
  readonly errors: readonly string[];
  /** What its filters told at the end: `[volumedetect@2 …] mean_volume: -20.1 dB`. */
  readonly told: readonly string[];
}

/** Makes one file with ffmpeg. Throws transcoder.failed, .timeout, .missing, .too-large or the signal's reason. */
export async function convert(settings: FfmpegSettings, conversion: Conversion, run: MediaRun = {}): Promise<Counted> {
  const threads = ['-threads', String(settings.threads)];
  const outputBytesMax = outputBytesAllowed(settings, conversion.bytes);
  const args = [
    ...conversion.inputs.flatMap(({ path, options = [], generated }) =>
      generated ? ['-f', 'lavfi', '-i', path] : [...threads, ...LOCAL_ONLY, ...options, '-i', path],
    ),
    ...threads,
    ...['-max_muxing_queue_size', '4096', '-fs', String(outputBytesMax)],
    ...conversion.outputOptions,
    conversion.output,
  ];
  const counted = await runFfmpeg(settings, args, conversion, run);
  const size = await sizeOf(conversion.output);
  if (size === 0) throw new EvidockError('transcoder.failed', counted.errors.at(-1) ?? 'nothing was written');
  if (size >= outputBytesMax)
    throw new EvidockError('transcoder.too-large', `${outputBytesMax} bytes, of an original of ${conversion.bytes} bytes`);
  run.onPercent?.(100);
  return counted;
}

/** Runs ffmpeg with these arguments and counts. `durationMs`: what 100 percent is. */
export async function runFfmpeg(
  settings: FfmpegSettings,
  args: readonly string[],
  about: {
    readonly durationMs: number | null;
    readonly bytes: number;
    readonly pixels?: number;
    readonly inputs: readonly { path: string }[];
  },
  run: MediaRun = {},
): Promise<Counted> {
  let frames = 0;
  let percent = 0;
  const onLine = (line: string) => {
    const [name, value] = line.split('=');
    if (name === 'frame') frames = Number(value) || 0;
    if (name !== 'out_time_us' || !about.durationMs) return;
    percent = Math.max(percent, Math.min(100, (Number(value) || 0) / 10 / about.durationMs));
    run.onPercent?.(percent);
  };
  const all = [...QUIET_BUT_COUNTING, ...args];
  const { status, stderr } = await runChild(settings.ffmpeg, all, {
    timeoutMs: () => allowedMs(settings, about.bytes, (frames * (about.pixels ?? 0)) / 1e6),
    stdoutBytesMax: 65_536,
    memoryBytesMax: settings.memoryBytesMax,
    signal: run.signal,
    onLine,
  });
  const counted = countedIn(stderr);
  if (status === 0) return counted;
  const detail = complaint(counted.errors.join('\n') || stderr, about.inputs[0]?.path ?? '');
  // Another way would need the room too, and it may be there again at the next try.
  if (/No space left on device/.test(stderr)) throw new EvidockError('vault.full', detail);
  throw new EvidockError('transcoder.failed', status < 0 ? `ended by the system: ${detail}` : detail);
}

function countedIn(log: string): Counted {
  const read = new Map<string, { type: string; packets: number; frames: number }>();
  const written = new Map<number, { type: string; packets: number }>();
  const errors: string[] = [];
  const told: string[] = [];
  for (const line of log.split('\n')) {
    const input = /Input stream #(\d+:\d+) \((\w+)\): (\d+) packets read \(\d+ bytes\);(?: (\d+) frames decoded)?/.exec(line);
    if (input) read.set(input[1] ?? '', { type: input[2] ?? '', packets: Number(input[3]), frames: Number(input[4] ?? 0) });
    const output = /Output stream #0:(\d+) \((\w+)\):.* (\d+) packets muxed/.exec(line);
    if (output) written.set(Number(output[1]), { type: output[2] ?? '', packets: Number(output[3]) });
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
