import { EvidockError } from '#domain/errors';
import type { MediaFacts, MediaRun, MediaStream } from '#ports/transcoder';
import { complaint, runChild } from './child.ts';
import { type FfmpegSettings, LOCAL_ONLY, PIXELS_MAX } from './settings.ts';

const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
const STREAMS_MAX = 64;
/** Demuxers that take almost anything for their own: what only they recognise is no recording. */
const NO_MEDIA = /^(tty|srt|webvtt|ass|image2|bin|lrc|ansi|concat|hls|ffmetadata|data)\b/;

/** Facts, and what only joining segments needs to know. */
export interface DetailedFacts extends MediaFacts {
  /** Everything that must be equal for streams to be joined without decoding. */
  readonly signature: string;
}

type Tree = Record<string, unknown>;

function tree(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : '';
}

/** What ffprobe says of a file. Throws transcoder.unplayable if it is no media. */
export async function probe(settings: FfmpegSettings, path: string, run: MediaRun = {}): Promise<DetailedFacts> {
  const args = ['-v', 'error', ...LOCAL_ONLY, '-of', 'json', '-show_format', '-show_streams', '-show_data_hash', 'sha256', path];
  const outcome = await runChild(settings.ffprobe, args, { timeoutMs: 60_000, stdoutBytesMax: OUTPUT_BYTES_MAX, signal: run.signal });
  if (outcome.status !== 0) throw new EvidockError('transcoder.unplayable', complaint(outcome.stderr, path));
  let parsed: Tree;
  try {
    parsed = tree(JSON.parse(outcome.stdout));
  } catch (error) {
    throw new EvidockError('transcoder.failed', 'ffprobe printed no JSON', error);
  }
  const format = tree(parsed['format']);
  const container = word(format['format_name']);
  const raw = (Array.isArray(parsed['streams']) ? parsed['streams'] : []).slice(0, STREAMS_MAX).map(tree);
  const streams = raw.flatMap(toStream);
  if (NO_MEDIA.test(container) || !streams.some((stream) => stream.type === 'video' || stream.type === 'audio')) {
    throw new EvidockError('transcoder.unplayable', `no sound and no moving picture (${container || 'nothing'})`);
  }
  if (streams.some((stream) => (stream.width ?? 0) * (stream.height ?? 0) > PIXELS_MAX))
    throw new EvidockError('transcoder.unplayable', 'the picture is larger than 8192 × 8192');
  const seconds = positive(format['duration']);
  return {
    container,
    durationMs: seconds === undefined ? null : Math.round(seconds * 1000),
    streams,
    creationTime: word(tree(format['tags'])['creation_time']) || null,
    signature: raw.flatMap(signatureOf).join(';'),
  };
}

function toStream(raw: Tree): MediaStream[] {
  const type = word(raw['codec_type']);
  // A cover picture is no video.
  if (tree(raw['disposition'])['attached_pic'] === 1) return [];
  if (type !== 'video' && type !== 'audio' && type !== 'subtitle' && type !== 'data') return [];
  const [over, under] = word(raw['avg_frame_rate']).split('/').map(Number);
  const fields = {
    width: positive(raw['width']),
    height: positive(raw['height']),
    pixelFormat: word(raw['pix_fmt']) || undefined,
    framesPerSecond: positive((over ?? 0) / (under || 1)),
    sampleRate: positive(raw['sample_rate']),
    channels: positive(raw['channels']),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return [{ type, codec: word(raw['codec_name']), ...known }];
}

function signatureOf(raw: Tree): string[] {
  const type = word(raw['codec_type']);
  if (type !== 'video' && type !== 'audio') return [];
  const names = ['codec_name', 'profile', 'width', 'height', 'pix_fmt', 'time_base', 'sample_rate', 'channels', 'extradata_hash'];
  return [names.map((name) => `${name}=${String(raw[name] ?? '')}`).join(',')];
}
