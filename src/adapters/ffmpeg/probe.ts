import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { MediaFacts, MediaRun, MediaStream } from '#ports/transcoder';
import { complaint, quietly, runChild } from './child.ts';
import { inputOptionsOf } from './input-options.ts';
import { type FfmpegSettings, LOCAL_ONLY, PIXELS_MAX } from './settings.ts';

const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
const STREAMS_MAX = 64;
/** Demuxers that accept almost anything. A file that only they recognise is no recording. */
const NO_MEDIA = /^(tty|srt|webvtt|ass|image2|bin|lrc|ansi|concat|hls|ffmetadata|data)\b/;

/** Facts of a file, with what only the joining of segments needs. */
export interface DetailedFacts extends MediaFacts {
  /** Options with which the file has to be opened. */
  readonly opening: readonly string[];
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

/** What ffprobe tells of a file. Throws transcoder.unsupported if no program here knows the file as media. */
export async function probe(settings: FfmpegSettings, path: string, run: MediaRun = {}): Promise<DetailedFacts> {
  const opening = await inputOptionsOf(path);
  const args = [
    '-v',
    'error',
    ...LOCAL_ONLY,
    ...opening,
    '-of',
    'json',
    '-show_format',
    '-show_streams',
    '-show_data_hash',
    'sha256',
    path,
  ];
  const { memoryBytesMax } = settings;
  const outcome = await runChild(settings.ffprobe, args, {
    timeoutMs: 60_000,
    stdoutBytesMax: OUTPUT_BYTES_MAX,
    memoryBytesMax,
    ...quietly(run),
  });
  if (outcome.status !== 0) throw new EvidockError('transcoder.unsupported', because('said', { text: complaint(outcome.stderr, path) }));
  let parsed: Tree;
  try {
    parsed = tree(JSON.parse(outcome.stdout));
  } catch (error) {
    throw new EvidockError('transcoder.failed', because('no-json-probe', {}), error);
  }
  const format = tree(parsed['format']);
  const container = word(format['format_name']);
  const raw = (Array.isArray(parsed['streams']) ? parsed['streams'] : []).slice(0, STREAMS_MAX).map(tree);
  const streams = raw.flatMap(toStream);
  if (NO_MEDIA.test(container) || !streams.some((stream) => stream.type === 'video' || stream.type === 'audio')) {
    throw new EvidockError('transcoder.unsupported', because('no-sound-no-picture', { container: container || '—' }));
  }
  if (streams.some((stream) => (stream.width ?? 0) * (stream.height ?? 0) > PIXELS_MAX))
    throw new EvidockError('transcoder.unsupported', because('picture-too-large', {}));
  const seconds = positive(format['duration']);
  return {
    container,
    durationMs: seconds === undefined ? null : Math.round(seconds * 1000),
    streams,
    creationTime: word(tree(format['tags'])['creation_time']) || null,
    opening,
    signature: raw.flatMap(signatureOf).join(';'),
  };
}

function toStream(raw: Tree): MediaStream[] {
  const type = word(raw['codec_type']);
  // An attached cover picture is no video.
  if (tree(raw['disposition'])['attached_pic'] === 1) return [];
  if (type !== 'video' && type !== 'audio' && type !== 'subtitle' && type !== 'data') return [];
  const [over, under] = word(raw['avg_frame_rate']).split('/').map(Number);
  const fields = {
    index: Number(raw['index']),
    profile: word(raw['profile']) || undefined,
    width: positive(raw['width']),
    height: positive(raw['height']),
    pixelFormat: word(raw['pix_fmt']) || undefined,
    framesPerSecond: positive((over ?? 0) / (under || 1)),
    pixelAspect: aspectOf(word(raw['sample_aspect_ratio'])),
    rotation: rotationOf(raw['side_data_list']),
    transfer: word(raw['color_transfer']) || undefined,
    reordered: Number(raw['has_b_frames']) > 0 || undefined,
    sampleRate: positive(raw['sample_rate']),
    channels: positive(raw['channels']),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const codec = word(raw['codec_name']);
  return [{ type, codec: codec === 'unknown' ? '' : codec, ...known }];
}

/** The ratio `16:15` as a number; undefined for square pixels, or for a ratio that no camera has. */
function aspectOf(text: string): number | undefined {
  const [over = 0, under = 0] = text.split(':').map(Number);
  const aspect = over / under;
  return aspect >= 0.1 && aspect <= 10 && aspect !== 1 ? aspect : undefined;
}

/** ffprobe tells the display matrix's angle counter-clockwise, from -180 to 180. */
function rotationOf(sideData: unknown): number | undefined {
  const told = (Array.isArray(sideData) ? sideData : []).map((each) => Number(tree(each)['rotation'])).find(Number.isFinite);
  const turned = (((Math.round((told ?? 0) / 90) * -90) % 360) + 360) % 360;
  return turned === 0 ? undefined : turned;
}

function signatureOf(raw: Tree): string[] {
  const type = word(raw['codec_type']);
  if (type !== 'video' && type !== 'audio') return [];
  const names = ['codec_name', 'profile', 'width', 'height', 'pix_fmt', 'time_base', 'sample_rate', 'channels', 'extradata_hash'];
  return [names.map((name) => `${name}=${String(raw[name] ?? '')}`).join(',')];
}
