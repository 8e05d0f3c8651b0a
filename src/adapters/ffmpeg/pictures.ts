import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { EvidockError } from '#domain/errors';
import type { MadeFile, MediaRun } from '#ports/transcoder';
import { convert } from './convert.ts';
import { probe } from './probe.ts';
import { type FfmpegSettings, PIXELS_MAX } from './settings.ts';

const TILE = { width: 160, height: 90 };
const COLUMNS = 10;
const TILES_MAX = 100;
const SECONDS_PER_TILE_MIN = 2;
const THUMBNAIL_PIXELS = 480;

/** Poster, contact sheet with its WebVTT track, waveform: as the playable file has picture and sound. */
export async function makePictures(
  settings: FfmpegSettings,
  playable: string,
  scratch: string,
  run: MediaRun = {},
): Promise<readonly MadeFile[]> {
  const facts = await probe(settings, playable, run);
  const durationMs = facts.durationMs ?? 0;
  const files: MadeFile[] = [];
  if (facts.streams.some((stream) => stream.type === 'video')) {
    files.push(await poster(settings, playable, scratch, run));
    files.push(...(await contactSheet(settings, playable, scratch, durationMs, run)));
  }
  if (facts.streams.some((stream) => stream.type === 'audio')) files.push(await waveform(settings, playable, scratch, run));
  return files;
}

async function poster(settings: FfmpegSettings, playable: string, scratch: string, run: MediaRun): Promise<MadeFile> {
  const raw = join(scratch, 'poster.png');
  // `thumbnail` takes the most typical of the first key frames, so that a black beginning is no poster.
  const outputOptions = ['-vf', 'thumbnail=12,scale=640:-2', '-frames:v', '1', '-f', 'image2', '-update', '1'];
  await convert(settings, { input: playable, inputOptions: ['-skip_frame', 'nokey'], outputOptions, output: raw, durationMs: null }, run);
  const path = join(scratch, 'poster.jpg');
  await sharp(raw).jpeg({ quality: 80, mozjpeg: true }).toFile(path);
  return { path, kind: 'poster', mediaType: 'image/jpeg', recipe: 'poster/1', name: 'poster.jpg' };
}

async function contactSheet(
  settings: FfmpegSettings,
  playable: string,
  scratch: string,
  durationMs: number,
  run: MediaRun,
): Promise<MadeFile[]> {
  const seconds = Math.max(SECONDS_PER_TILE_MIN, durationMs / 1000 / TILES_MAX);
  const tiles = Math.min(TILES_MAX, Math.max(1, Math.ceil(durationMs / 1000 / seconds)));
  const columns = Math.min(COLUMNS, tiles);
  const rows = Math.ceil(tiles / columns);
  const { width, height } = TILE;
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`;
  const raw = join(scratch, 'contact-sheet.png');
  const outputOptions = [
    '-vf',
    // From 0, not from the first picture: where the sound begins a little earlier, a short clip would have no tile at all, and no file.
    `fps=1/${seconds.toFixed(3)}:round=up:start_time=0,${fit},tile=${columns}x${rows}`,
    '-frames:v',
    '1',
    '-f',
    'image2',
    '-update',
    '1',
  ];
  await convert(settings, { input: playable, inputOptions: ['-skip_frame', 'nokey'], outputOptions, output: raw, durationMs: null }, run);
  const sheet = join(scratch, 'contact-sheet.jpg');
  await sharp(raw).jpeg({ quality: 75, mozjpeg: true }).toFile(sheet);
  const cues = Array.from({ length: tiles }, (_, tile) => {
    const from = clock(tile * seconds * 1000);
    const to = clock(Math.min((tile + 1) * seconds * 1000, Math.max(durationMs, 1)));
    return `${from} --> ${to}\ncontact-sheet.jpg#xywh=${(tile % columns) * width},${Math.floor(tile / columns) * height},${width},${height}\n`;
  });
  const track = join(scratch, 'thumbnails.vtt');
  await writeFile(track, `WEBVTT\n\n${cues.join('\n')}`);
  return [
    { path: sheet, kind: 'contact-sheet', mediaType: 'image/jpeg', recipe: 'contact-sheet/1', name: 'contact-sheet.jpg' },
    { path: track, kind: 'thumbnails', mediaType: 'text/vtt', recipe: 'thumbnails/1', name: 'thumbnails.vtt' },
  ];
}

/** `00:01:02.500` (WebVTT §3.3); hours go on counting after a day. */
function clock(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  return `${String(hours).padStart(2, '0')}${new Date(ms).toISOString().slice(13, 23)}`;
}

async function waveform(settings: FfmpegSettings, playable: string, scratch: string, run: MediaRun): Promise<MadeFile> {
  const path = join(scratch, 'waveform.png');
  const outputOptions = [
    '-filter_complex',
    '[0:a:0]showwavespic=s=1200x120:colors=0x1677ff',
    '-frames:v',
    '1',
    '-f',
    'image2',
    '-update',
    '1',
  ];
  await convert(settings, { input: playable, outputOptions, output: path, durationMs: null }, run);
  return { path, kind: 'waveform', mediaType: 'image/png', recipe: 'waveform/1', name: 'waveform.png' };
}

/** At most 480 pixels on the long side, upright, without metadata. Throws transcoder.unplayable if it is no picture, or one made to burst. */
export async function makeThumbnail(photo: string, scratch: string): Promise<MadeFile> {
  const path = join(scratch, 'thumbnail.jpg');
  try {
    await sharp(photo, { limitInputPixels: PIXELS_MAX, failOn: 'error', sequentialRead: true })
      .autoOrient()
      .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .timeout({ seconds: 30 })
      .toFile(path);
  } catch (error) {
    throw new EvidockError(
      'transcoder.unplayable',
      error instanceof Error ? error.message.replaceAll(photo, 'input') : String(error),
      error,
    );
  }
  return { path, kind: 'thumbnail', mediaType: 'image/jpeg', recipe: 'thumbnail/1', name: 'thumbnail.jpg' };
}
