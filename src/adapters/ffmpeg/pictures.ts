import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { MadeFile, MediaRun, MediaStream } from '#ports/transcoder';
import { convert } from './convert.ts';
import { inside, shownSize } from './picture-size.ts';
import { type DetailedFacts, probe } from './probe.ts';
import type { FfmpegSettings } from './settings.ts';

const POSTER = { width: 640, height: 640 };
const TILE = { width: 160, height: 90 };
const COLUMNS = 10;
const TILES_MAX = 100;
const SECONDS_PER_TILE_MIN = 2;
const ONE_PICTURE = ['-frames:v', '1', '-f', 'image2', '-update', '1'];
/** JPEG quality is from 2 (best) to 31 (worst). */
const JPEG = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '4', ...ONE_PICTURE];

/** Samples of a waveform, about; two bytes each. Speech is heard up to 4 kHz, and is still seen at the least rate. */
const WAVE_SAMPLES = 64_000_000;
const WAVE_HZ_MAX = 8000;
const WAVE_HZ_MIN = 1000;

/** A playable file from which pictures are made. */
interface Film {
  readonly path: string;
  readonly facts: DetailedFacts;
  readonly bytes: number;
}

/**
 * Makes poster, contact sheet with its WebVTT track, and waveform, as far as the playable file has picture and sound. If one fails, the others are made
 * nevertheless.
 */
export async function makePictures(
  settings: FfmpegSettings,
  playable: string,
  scratch: string,
  run: MediaRun = {},
): Promise<readonly MadeFile[]> {
  const facts = await probe(settings, playable, run);
  const film: Film = { path: playable, facts, bytes: (await stat(playable)).size };
  const video = facts.streams.find((stream) => stream.type === 'video');
  const files: MadeFile[] = [];
  const attempt = async (what: Reason, make: () => Promise<readonly MadeFile[]>) => {
    try {
      files.push(...(await make()));
    } catch (error) {
      if (!isFailure(error, 'transcoder.failed', 'transcoder.too-large', 'transcoder.timeout', 'transcoder.stood-still')) throw error;
      run.onMissing?.(what, error.reason);
    }
  };
  if (video) {
    await attempt(because('the-poster', {}), async () => [await poster(settings, film, video, scratch, run)]);
    await attempt(because('the-contact-sheet', {}), () => contactSheet(settings, film, video, scratch, run));
  }
  if (facts.streams.some((stream) => stream.type === 'audio'))
    await attempt(because('the-waveform', {}), async () => [await waveform(settings, film, scratch, run)]);
  return files;
}

async function poster(settings: FfmpegSettings, film: Film, video: MediaStream, scratch: string, run: MediaRun): Promise<MadeFile> {
  const path = join(scratch, 'poster.jpg');
  const { width, height } = inside(shownSize(video), POSTER);
  // The filter `thumbnail` takes the most typical of the first key frames, so that a black beginning does not become the poster.
  await ofKeyFrames(settings, film, ['-vf', `thumbnail=12,scale=${width}:${height},setsar=1`, ...JPEG], path, run);
  return { path, kind: 'poster', mediaType: 'image/jpeg', recipe: 'poster/2', name: 'poster.jpg' };
}

/** Makes pictures from key frames, which are found quickly. Uses all frames where no key frame can be shown, because an edit list hides it. */
async function ofKeyFrames(
  settings: FfmpegSettings,
  film: Film,
  outputOptions: readonly string[],
  output: string,
  run: MediaRun,
): Promise<void> {
  const common = { outputOptions, output, durationMs: null, bytes: film.bytes, pixels: POSTER.width * POSTER.height };
  try {
    await convert(settings, { ...common, inputs: [{ path: film.path, options: ['-skip_frame', 'nokey'] }] }, run);
  } catch (error) {
    if (!isFailure(error, 'transcoder.failed')) throw error;
    await convert(settings, { ...common, inputs: [{ path: film.path }] }, run);
  }
}

async function contactSheet(
  settings: FfmpegSettings,
  film: Film,
  video: MediaStream,
  scratch: string,
  run: MediaRun,
): Promise<readonly MadeFile[]> {
  const durationMs = film.facts.durationMs ?? 0;
  const seconds = Math.max(SECONDS_PER_TILE_MIN, durationMs / 1000 / TILES_MAX);
  const tiles = Math.min(TILES_MAX, Math.max(1, Math.ceil(durationMs / 1000 / seconds)));
  const columns = Math.min(COLUMNS, tiles);
  const rows = Math.ceil(tiles / columns);
  const { width, height } = TILE;
  const fit = inside(shownSize(video), TILE);
  // The grid begins at 0 and not at the first picture. Else a short clip whose sound begins a little earlier would have no tile, and no file.
  const times = `fps=1/${seconds.toFixed(3)}:round=up:start_time=0`;
  const tile = `scale=${fit.width}:${fit.height},setsar=1,pad=${width}:${height}:-1:-1,tile=${columns}x${rows}`;
  const sheet = join(scratch, 'contact-sheet.jpg');
  await ofKeyFrames(settings, film, ['-vf', `${times},${tile}`, ...JPEG], sheet, run);
  const cues = Array.from({ length: tiles }, (_, place) => {
    const from = clock(place * seconds * 1000);
    const to = clock(Math.min((place + 1) * seconds * 1000, Math.max(durationMs, 1)));
    return `${from} --> ${to}\ncontact-sheet.jpg#xywh=${(place % columns) * width},${Math.floor(place / columns) * height},${width},${height}\n`;
  });
  const track = join(scratch, 'thumbnails.vtt');
  await writeFile(track, `WEBVTT\n\n${cues.join('\n')}`);
  return [
    { path: sheet, kind: 'contact-sheet', mediaType: 'image/jpeg', recipe: 'contact-sheet/2', name: 'contact-sheet.jpg' },
    { path: track, kind: 'thumbnails', mediaType: 'text/vtt', recipe: 'thumbnails/1', name: 'thumbnails.vtt' },
  ];
}

/** `00:01:02.500` (WebVTT §3.3); hours go on counting after a day. */
function clock(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  return `${String(hours).padStart(2, '0')}${new Date(ms).toISOString().slice(13, 23)}`;
}

async function waveform(settings: FfmpegSettings, film: Film, scratch: string, run: MediaRun): Promise<MadeFile> {
  const path = join(scratch, 'waveform.png');
  const seconds = Math.max(1, (film.facts.durationMs ?? 0) / 1000);
  const rate = Math.round(Math.max(WAVE_HZ_MIN, Math.min(WAVE_HZ_MAX, WAVE_SAMPLES / seconds)));
  // The picture is drawn at the end, from all samples, which ffmpeg keeps until then: at the rate of the film, two hours would need more memory than a media program gets.
  const few = `aresample=${rate},aformat=channel_layouts=mono,asetnsamples=n=${rate}:p=0`;
  const outputOptions = ['-filter_complex', `[0:a:0]${few},apad=whole_dur=1,showwavespic=s=1200x120:colors=0x1677ff`, ...ONE_PICTURE];
  await convert(settings, { inputs: [{ path: film.path }], outputOptions, output: path, durationMs: null, bytes: film.bytes }, run);
  return { path, kind: 'waveform', mediaType: 'image/png', recipe: 'waveform/2', name: 'waveform.png' };
}
