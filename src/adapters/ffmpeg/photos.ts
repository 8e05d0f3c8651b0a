import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { MadeThumbnail, MediaRun } from '#ports/transcoder';
import { complaint, quietly, runChild } from './child.ts';
import { damageOfBoxes, EMPTY } from './inspect.ts';
import { withReader } from './read-at.ts';
import { type FfmpegSettings, PIXELS_MAX } from './settings.ts';

/** Pixels of the long side, and the recipe of a photo that reads whole. */
const SIZES = { thumbnail: { side: 480, recipe: 'thumbnail/2' }, preview: { side: 2560, recipe: 'preview/1' } } as const;
const TIME_LIMIT_MS = 60_000;
const CHILD = fileURLToPath(new URL('./photo-child.ts', import.meta.url));
const UNKNOWN_FORMAT = 3;
/** `ftyp` brands of HEVC stills (ISO/IEC 23008-12 §B.4). */
const HEIC_BRANDS = /^ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/;

interface Wanted {
  readonly photo: string;
  readonly scratch: string;
  readonly kind: keyof typeof SIZES;
}

/**
 * Makes a photo smaller, upright and without metadata; of a damaged photo, what can be read of it. Throws transcoder.unplayable if the photo is damaged and
 * nothing of it can be shown, and transcoder.unsupported if its format is not known here or it exceeds the limits.
 */
export async function makeSmaller(settings: FfmpegSettings, { photo, scratch, kind }: Wanted, run: MediaRun = {}): Promise<MadeThumbnail> {
  const { side, recipe } = SIZES[kind];
  const path = join(scratch, `${kind}.jpg`);
  const file = { path, kind, mediaType: 'image/jpeg', name: `${kind}.jpg` } as const;
  const truncated = await damageOfBoxes(photo);
  if (truncated?.reason === EMPTY) throw new EvidockError('transcoder.unplayable', EMPTY);
  const shrink = (from: string, mode: 'whole' | 'readable') => child(settings, { from, path, side, mode }, run);
  if (await isHeic(photo)) {
    await ofHeic(settings, { photo, scratch, damage: truncated?.reason ?? null, shrink }, run);
    return { ...file, recipe: `${kind}-heic/1`, damage: truncated?.reason ?? null };
  }
  const whole = await shrink(photo, 'whole');
  if (whole.status === 0) return { ...file, recipe, damage: null };
  if (whole.status === UNKNOWN_FORMAT) throw new EvidockError('transcoder.unsupported', because('said', { text: whole.why }));
  const readable = await shrink(photo, 'readable');
  if (readable.status !== 0) throw new EvidockError('transcoder.unplayable', because('said', { text: whole.why }));
  return { ...file, recipe: `${kind}-readable/1`, damage: because('read-part-shown', { why: because('said', { text: whole.why }) }) };
}

interface Shrinking {
  readonly from: string;
  readonly path: string;
  readonly side: number;
  readonly mode: 'whole' | 'readable';
}

async function child(settings: FfmpegSettings, { from, path, side, mode }: Shrinking, run: MediaRun) {
  const args = ['--disable-warning=ExperimentalWarning', '--liftoff-only', CHILD, from, path, String(side), String(PIXELS_MAX), mode];
  const { status, stderr } = await runChild(process.execPath, args, {
    timeoutMs: TIME_LIMIT_MS,
    stdoutBytesMax: 65_536,
    memoryBytesMax: settings.memoryBytesMax,
    ...quietly(run),
  });
  return { status, why: complaint(stderr, from) };
}

async function isHeic(photo: string): Promise<boolean> {
  const head = await withReader(photo, (readAt) => readAt(4, 8));
  return HEIC_BRANDS.test(String.fromCharCode(...head));
}

interface Heic {
  readonly photo: string;
  readonly scratch: string;
  readonly damage: Reason | null;
  readonly shrink: (from: string, mode: 'whole') => Promise<{ readonly status: number; readonly why: string }>;
}

/** Turns an HEVC photo into a JPEG with libheif's own program, and goes on with that: libvips comes without HEVC, and ffmpeg 5.1 does not read such stills. */
async function ofHeic(settings: FfmpegSettings, { photo, scratch, damage, shrink }: Heic, run: MediaRun): Promise<void> {
  const program = settings.heifConvert ?? 'heif-convert';
  const still = join(scratch, 'heic-still.jpg');
  const failed = (why: Reason) => new EvidockError(damage === null ? 'transcoder.unsupported' : 'transcoder.unplayable', damage ?? why);
  try {
    const { memoryBytesMax } = settings;
    const limits = { timeoutMs: TIME_LIMIT_MS, stdoutBytesMax: 1024 * 1024, memoryBytesMax, ...quietly(run) };
    const { status, stderr, stdout } = await runChild(program, ['-q', '90', photo, still], limits);
    if (status !== 0) throw failed(because('no-preview', { why: because('said', { text: complaint(stderr || stdout, photo) }) }));
    const made = await shrink(still, 'whole');
    if (made.status !== 0) throw failed(because('no-preview', { why: because('said', { text: made.why }) }));
  } catch (error) {
    if (isFailure(error, 'transcoder.missing')) throw failed(because('no-preview', { why: because('heic-needs', { program }) }));
    throw error;
  } finally {
    await rm(still, { force: true });
  }
}
