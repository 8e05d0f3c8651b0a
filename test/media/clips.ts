import { readFile, rename, writeFile } from 'node:fs/promises';
import { HEIGHT, WIDTH } from './frame-numbers.ts';
import { pairwise } from './pairwise.ts';
import { runBinary } from './programs.ts';

export const RATE = 25;
export const PICTURES = 50;
const SECONDS = PICTURES / RATE;

const VARIANTS = ['whole', 'truncated', 'late start', 'odd size', 'rotated', 'variable rate', 'interlaced', 'HDR'] as const;
/** Of the long form alone (scripts/media-matrix.ts). */
const MORE_VARIANTS = ['cut early', 'zeros within', 'upside down'] as const;
type Variant = (typeof VARIANTS)[number] | (typeof MORE_VARIANTS)[number];

/** One clip of the matrix. */
export interface Clip {
  readonly name: string;
  readonly container: string;
  readonly video: string;
  readonly audio: string;
  readonly variant: string;
  /** File name ending. */
  readonly ending: string;
  /** Renders it at the path. */
  readonly render: (sources: Sources, path: string) => Promise<void>;
  /** Which numbers its pictures have, in order; null: those that ffmpeg decodes of it. */
  readonly numbers: readonly number[] | null;
  /** Sound tracks that the playable has to have; null where it depends on what the defect has left. */
  readonly tracks: number | null;
  /** null where not every container can tell. */
  readonly damaged: boolean | null;
  /** The recipe that has to hold, where another would be a fault that no browser may show. */
  readonly recipe?: RegExp;
  /** Its pictures are fields of two moments: those of the playable may not be. */
  readonly interlaced?: boolean;
  /** It stands for one fault of its own. */
  readonly special?: boolean;
  /** How long the playable has to be, to a fifth of a second, where no numbers tell. */
  readonly seconds?: number;
}

/** Raw pictures: 8-bit brightness, WIDTH × HEIGHT. */
export interface Sources {
  readonly whole: string;
  /** Twice as many, two of each number: the fields of interlaced pictures. */
  readonly fields: string;
}

interface Container {
  readonly ending: string;
  readonly video: readonly string[];
  readonly audio: readonly string[];
  readonly not?: readonly Variant[];
}

const CONTAINERS: Readonly<Record<string, Container>> = {
  MP4: { ending: 'mp4', video: ['H.264', 'HEVC'], audio: ['AAC', 'MP3', 'none'] },
  QuickTime: { ending: 'mov', video: ['H.264', 'MJPEG'], audio: ['AAC', 'PCM', 'G.711'] },
  Matroska: { ending: 'mkv', video: ['H.264', 'HEVC', 'VP8'], audio: ['AAC', 'PCM', 'Opus'], not: ['rotated', 'upside down'] },
  AVI: {
    ending: 'avi',
    video: ['MJPEG', 'MPEG-4', 'H.264'],
    audio: ['PCM', 'ADPCM'],
    not: ['rotated', 'upside down', 'late start', 'variable rate'],
  },
  'MPEG-TS': { ending: 'ts', video: ['H.264', 'HEVC'], audio: ['AAC', 'AC-3'], not: ['rotated', 'upside down'] },
  'MPEG-PS': { ending: 'mpg', video: ['MPEG-2'], audio: ['MP2'], not: ['rotated', 'upside down', 'variable rate'] },
  ASF: { ending: 'wmv', video: ['WMV2'], audio: ['WMA'], not: ['rotated', 'upside down'] },
  FLV: { ending: 'flv', video: ['H.264', 'FLV1'], audio: ['AAC', 'MP3'], not: ['rotated', 'upside down', 'interlaced'] },
};

/** Of the long form alone. */
const MORE_CONTAINERS: Readonly<Record<string, Container>> = {
  '3GP': { ending: '3gp', video: ['H.264', 'MPEG-4'], audio: ['AAC', 'none'] },
  WebM: { ending: 'webm', video: ['VP8', 'VP9'], audio: ['Opus', 'Vorbis', 'none'], not: ['rotated', 'upside down', 'interlaced'] },
  M2TS: { ending: 'm2ts', video: ['H.264', 'HEVC'], audio: ['AAC', 'AC-3', 'none'], not: ['rotated', 'upside down'] },
};
const ALL_CONTAINERS = { ...CONTAINERS, ...MORE_CONTAINERS };

const VIDEO: Readonly<Record<string, readonly string[]>> = {
  'H.264': ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25'],
  HEVC: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=25'],
  'MPEG-4': ['-c:v', 'mpeg4', '-q:v', '3', '-g', '25'],
  'MPEG-2': ['-c:v', 'mpeg2video', '-q:v', '3', '-g', '12'],
  MJPEG: ['-c:v', 'mjpeg', '-q:v', '4'],
  VP8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '1M'],
  VP9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M'],
  WMV2: ['-c:v', 'wmv2', '-q:v', '3'],
  FLV1: ['-c:v', 'flv', '-q:v', '3'],
};
const ODD = ['MJPEG', 'MPEG-4', 'FLV1', 'VP8', 'VP9'];
const AUDIO: Readonly<Record<string, readonly string[]>> = {
  AAC: ['-c:a', 'aac'],
  MP3: ['-c:a', 'libmp3lame'],
  MP2: ['-c:a', 'mp2'],
  'AC-3': ['-c:a', 'ac3'],
  PCM: ['-c:a', 'pcm_s16le'],
  'G.711': ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
  ADPCM: ['-c:a', 'adpcm_ima_wav'],
  Opus: ['-c:a', 'libopus'],
  Vorbis: ['-c:a', 'libvorbis'],
  WMA: ['-c:a', 'wmav2'],
  none: ['-an'],
};

interface Row extends Record<string, string> {
  readonly container: string;
  readonly video: string;
  readonly audio: string;
  readonly variant: Variant;
}

function canBe({ container, video, audio, variant }: Row): boolean {
  const about = ALL_CONTAINERS[container];
  if (!about?.video.includes(video) || !about.audio.includes(audio) || about.not?.includes(variant)) return false;
  if (variant === 'odd size') return ODD.includes(video);
  if (variant === 'interlaced') return ['H.264', 'MPEG-2', 'MJPEG', 'MPEG-4'].includes(video);
  if (variant === 'HDR') return video === 'HEVC';
  return variant !== 'variable rate' || !['MPEG-2'].includes(video);
}

const all = (from: (container: Container) => readonly string[]) => [...new Set(Object.values(CONTAINERS).flatMap(from))];

/** Every pair of container, video, audio and variant that can be. */
export function combinations(): Clip[] {
  const fields = {
    container: Object.keys(CONTAINERS),
    video: all((each) => each.video),
    audio: all((each) => each.audio),
    variant: VARIANTS,
  };
  return pairwise<Row>(fields, canBe).map(clipOf);
}

/** All that can be, of more containers and more defects. */
export function everyCombination(): Clip[] {
  const rows = Object.entries(ALL_CONTAINERS).flatMap(([container, about]) =>
    about.video.flatMap((video) =>
      about.audio.flatMap((audio) => [...VARIANTS, ...MORE_VARIANTS].map((variant): Row => ({ container, video, audio, variant }))),
    ),
  );
  return rows.filter(canBe).map(clipOf);
}

function clipOf({ container, video, audio, variant }: Row): Clip {
  const ending = ALL_CONTAINERS[container]?.ending ?? '';
  const coded = [...(VIDEO[video] ?? []), ...pixelsOf(video, variant), ...(AUDIO[audio] ?? []), ...fieldsOf(video, variant)];
  return {
    name: `${container}, ${video}, ${audio}, ${variant}`,
    ...{ container, video, audio, variant, ending },
    render: async (sources, path) => {
      await encode(sources, path, variant, coded, audio !== 'none');
      if (variant === 'rotated') await rotate(path, ending, 90);
      if (variant === 'upside down') await rotate(path, ending, 180);
      if (variant === 'truncated' && container === 'M2TS') await cutMedia(path, 0.6);
      else if (variant === 'truncated') await cutEnd(path, ISO.test(path) ? 0.75 : 0.6);
      if (variant === 'cut early') await cutMedia(path, 0.45);
      if (variant === 'zeros within') await putZeros(path);
    },
    numbers: DEFECTS.includes(variant) ? null : variant === 'variable rate' ? KEPT_OF_VARIABLE : everyNumber(PICTURES),
    tracks: audio === 'none' ? 0 : variant === 'cut early' ? null : 1,
    damaged: variant === 'zeros within' ? null : DEFECTS.includes(variant),
    interlaced: variant === 'interlaced',
  };
}

/** Their index stands before the media, as most phones and no recorders write it: so that a cut leaves something. */
const ISO = /\.(mp4|mov|3gp)$/;
const DEFECTS: readonly Variant[] = ['truncated', 'cut early', 'zeros within'];

function pixelsOf(video: string, variant: Variant): string[] {
  if (variant !== 'HDR') return ['-pix_fmt', video === 'MJPEG' ? 'yuvj420p' : 'yuv420p'];
  const tags = ['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'];
  const parameters = 'log-level=none:keyint=25:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
  return ['-pix_fmt', 'yuv420p10le', ...tags, '-x265-params', parameters];
}

/** They are drawn as fields whatever the stream says of itself; MJPEG and MPEG-4 Part 2 of cheap recorders say nothing. */
function fieldsOf(video: string, variant: Variant): string[] {
  return variant === 'interlaced' && (video === 'H.264' || video === 'MPEG-2') ? ['-flags', '+ilme+ildct'] : [];
}

export function everyNumber(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

/** Every third picture is missing, and with it an even rate. */
const KEPT_OF_VARIABLE = everyNumber(PICTURES).filter((number) => number % 3 !== 1);

const FILTERS: Readonly<Partial<Record<Variant, string>>> = {
  'odd size': 'scale=175:143',
  rotated: 'transpose=clock',
  'upside down': 'hflip,vflip',
  'variable rate': 'select=not(eq(mod(n\\,3)\\,1))',
  interlaced: 'scale=320:240:flags=neighbor,tinterlace=interleave_top',
  HDR: 'scale=320:240:flags=neighbor',
};

async function encode(sources: Sources, path: string, variant: Variant, coded: readonly string[], sound: boolean): Promise<void> {
  const fields = variant === 'interlaced';
  const filter = FILTERS[variant];
  const faststart = ISO.test(path) ? ['-movflags', '+faststart'] : [];
  await ffmpeg([
    ...pictures(fields ? sources.fields : sources.whole, fields ? 2 * RATE : RATE),
    ...(sound ? tone(440) : []),
    ...(filter ? ['-vf', filter] : []),
    ...(variant === 'variable rate' ? ['-fps_mode', 'vfr'] : []),
    ...coded,
    ...(variant === 'late start' ? ['-output_ts_offset', '10'] : []),
    ...faststart,
    path,
  ]);
}

export function pictures(path: string, rate: number): string[] {
  return ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-r', String(rate), '-i', path];
}

export function tone(frequency: number, seconds: number = SECONDS): string[] {
  return ['-f', 'lavfi', '-i', `sine=frequency=${frequency}:sample_rate=48000:duration=${seconds}`];
}

export async function ffmpeg(args: readonly string[]): Promise<void> {
  await runBinary('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args]);
}

/** Marks the picture as turned, which it is. */
export async function rotate(path: string, ending: string, degrees: number): Promise<void> {
  const turned = path.replace(/\.\w+$/, `-turned.${ending}`);
  await ffmpeg(['-i', path, '-map', '0', '-c', 'copy', '-metadata:s:v:0', `rotate=${degrees}`, turned]);
  await rename(turned, path);
}

/** Keeps the first part of a file. */
export async function cutEnd(path: string, share: number): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
}

/** Keeps the index, where there is one, and the first part of what follows: an odd number of bytes, so that it never ends with a packet by chance. */
async function cutMedia(path: string, share: number): Promise<void> {
  const bytes = await readFile(path);
  const begin = Math.max(0, bytes.indexOf('mdat'));
  await writeFile(path, bytes.subarray(0, (begin + Math.floor((bytes.length - begin) * share)) | 1));
}

/** As a bad spot of a card leaves it: a place in the middle reads as zeros. */
async function putZeros(path: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.63)));
}
