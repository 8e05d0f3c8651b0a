import { isFailure } from '#domain/errors';
import { movieDurationMs, type ReadAt, type Track, tracksOf } from '#domain/media/iso-bmff';
import { because, type Reason } from '#domain/reason';
import type { MediaRun, MediaStream } from '#ports/transcoder';
import { complaint, quietly } from './child.ts';
import { areCombed, stripOutputs } from './combing.ts';
import { type Counted, runFfmpeg } from './convert.ts';
import { withReader } from './read-at.ts';
import { type FfmpegSettings, LOCAL_ONLY } from './settings.ts';

/** No camera takes more pictures a second, so a higher rate is not believed. */
const RATE_MAX = 1000;
/** The reason why a copy of combed pictures does not hold. */
export const INTERLACED = because('interlaced', {});
/** The station's own muxer wrote the file, so its header tells what is in it. Nothing need be decoded to find that out. */
const TOLD_BY_ITS_HEADER = ['-probesize', '32', '-analyzeduration', '0'];
const NAL_IDR = 5;
const NAL_SLICE = 1;
const FIRST_SAMPLE_BYTES_MAX = 4 * 1024 * 1024;

export interface Verdict {
  /** null if the result holds; else why it does not. */
  readonly why: Reason | null;
  /** True: the result decodes and is only not what it should be (combed, wrong). It is better than nothing. */
  readonly usable: boolean;
  readonly durationMs: number;
}

interface Expected {
  readonly picture: boolean;
  /** The picture that was copied; null if it was encoded. Browsers want a copy to begin with a key frame and to have whole frames, not fields. */
  readonly copied: MediaStream | null;
  /** True: all of it is decoded, and not only its first, middle and last second. */
  readonly thorough: boolean;
  readonly bytes: number;
}

/** Judges a result: probes it and decodes its first, middle and last second. */
export async function judge(settings: FfmpegSettings, path: string, expected: Expected, run: MediaRun): Promise<Verdict> {
  const { tracks, durationMs, beginsWell } = await withReader(path, async (readAt, bytes) => {
    const found = await tracksOf(readAt, bytes);
    const video = found.find((track) => track.handler === 'vide');
    const begins = !expected.copied || !video || (await beginsWithKey(readAt, video));
    return { tracks: found, durationMs: (await movieDurationMs(readAt, bytes)) ?? 0, beginsWell: begins };
  });
  const main = tracks.find((track) => track.handler === (expected.picture ? 'vide' : 'soun'));
  const no = (why: Reason, usable = false): Verdict => ({ why, usable, durationMs });
  if (!main || main.samples === 0) return no(because(expected.picture ? 'no-picture-written' : 'no-sound-written', {}));
  if (durationMs === 0) return no(because('no-length', {}));
  if (expected.picture && main.samples > 10 && main.samples > (RATE_MAX * main.durationMs) / 1000)
    return no(because('pictures-in', { pictures: main.samples, ms: main.durationMs }));
  const places = (expected.thorough ? [{}] : placesOf(main)).map((place, at) => ({ ...place, strip: `${path}.strip-${at}` }));
  let seen: Seen;
  try {
    seen = await decodeAll(settings, path, places, expected, run);
  } catch (error) {
    if (!isFailure(error, 'transcoder.failed')) throw error;
    return no(error.reason);
  }
  const { shown, errors } = seen;
  if (shown.every((frames) => frames === 0)) return no(because('nothing-of-it-decodes', {}));
  if (shown.includes(0))
    return no(
      because((['no-first-second', 'no-middle-second', 'no-last-second'] as const)[shown.indexOf(0)] ?? 'nothing-of-it-decodes', {}),
      true,
    );
  if (errors.length > 0) return no(because('said', { text: complaint(errors.join('\n'), path) }), true);
  if (!beginsWell) return no(because('no-key-frame', {}), true);
  if (expected.copied && (await areCombed(places, expected.copied))) return no(INTERLACED, true);
  return { why: null, usable: true, durationMs };
}

interface Place {
  readonly at?: number;
  readonly seconds?: number;
}

interface LookedAt extends Place {
  /** The file for the middle strip of some of the pictures. */
  readonly strip: string;
}

/** The places to decode: the first second, one in the middle from a key frame on, and the last second. */
function placesOf({ endMs, durationMs }: Track): Place[] {
  const end = (endMs || durationMs) / 1000;
  if (end <= 3) return [{}];
  return [{ seconds: 1 }, { at: end / 2, seconds: 1 }, { at: end - 1 }];
}

interface Seen {
  /** How many frames decoded at each place. */
  readonly shown: readonly number[];
  readonly errors: readonly string[];
}

/** Decodes all places. The last second has a process of its own: on two processors that takes half as long. */
async function decodeAll(
  settings: FfmpegSettings,
  path: string,
  places: readonly LookedAt[],
  expected: Expected,
  run: MediaRun,
): Promise<Seen> {
  const groups = places.length > 1 ? [places.slice(0, -1), places.slice(-1)] : [places];
  const runs = groups.map((group) => decode(settings, path, group, expected, run));
  // Waits for both runs, so that no process still reads the file of a way that has been given up.
  const ended = await Promise.allSettled(runs);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  const counts = await Promise.all(runs);
  return {
    shown: groups.flatMap((group, at) => group.map((_, place) => framesOf(counts[at], place, expected.picture))),
    errors: counts.flatMap(({ errors }) => errors),
  };
}

function decode(settings: FfmpegSettings, path: string, places: readonly LookedAt[], expected: Expected, run: MediaRun): Promise<Counted> {
  const threads = expected.thorough ? settings.threads : 1;
  const inputs = places.flatMap(({ at, seconds }) => [
    ...LOCAL_ONLY,
    ...['-threads', String(threads), ...TOLD_BY_ITS_HEADER],
    // The smoothing of block edges cannot fail and would take a quarter of the time, so it is left out.
    ...['-skip_loop_filter', 'all', '-noautorotate'],
    ...(at === undefined ? [] : ['-ss', at.toFixed(3)]),
    // In the middle any second will do, so the one from the key frame on is taken.
    ...(at !== undefined && seconds !== undefined ? ['-noaccurate_seek'] : []),
    ...(seconds === undefined ? [] : ['-t', String(seconds)]),
    ...['-i', path],
  ]);
  const maps = places.flatMap((_, place) => ['-map', `${place}:v?`, '-map', `${place}:a?`]);
  // Frames keep their own times. Rounded to an even rate, two frames could have the same time.
  const all = [...maps, '-fps_mode', 'passthrough', '-enc_time_base:v', '-1', '-f', 'null', '-'];
  const strips = places.map(({ strip }, place) => ({ stream: `${place}:v:0`, strip }));
  const about = { durationMs: null, bytes: expected.bytes, inputs: [{ path }] };
  return runFfmpeg(settings, [...inputs, ...all, ...(expected.copied ? stripOutputs(strips, true) : [])], about, quietly(run));
}

function framesOf(counted: Counted | undefined, input: number, picture: boolean): number {
  let frames = 0;
  for (const [stream, counts] of counted?.read ?? [])
    if (stream.startsWith(`${input}:`) && counts.type === (picture ? 'video' : 'audio')) frames += counts.frames;
  return frames;
}

/**
 * Whether the first picture is an IDR picture (ITU-T H.264 §7.4.1.2.4). ffmpeg also takes a picture with a recovery point for a key frame, but browsers do not
 * begin there.
 */
async function beginsWithKey(readAt: ReadAt, { first }: Track): Promise<boolean> {
  if (!first) return false;
  const sample = await readAt(first.position, Math.min(first.bytes, FIRST_SAMPLE_BYTES_MAX));
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength);
  for (let at = 0; at + 5 <= sample.length; at += 4 + view.getUint32(at)) {
    const type = view.getUint8(at + 4) & 0x1f;
    if (type === NAL_IDR) return true;
    if (type === NAL_SLICE) return false;
  }
  return false;
}
