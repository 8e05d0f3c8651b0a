import { join } from 'node:path';
import { isFailure } from '#domain/errors';
import type { MediaInput, MediaRun, MediaStream } from '#ports/transcoder';
import { quietly } from './child.ts';
import { areCombed, stripOutputs } from './combing.ts';
import { runFfmpeg } from './convert.ts';
import { type DetailedFacts, probe } from './probe.ts';
import { type FfmpegSettings, LOCAL_ONLY, RAW_STREAMS } from './settings.ts';

/** Rate for a stream without times and without a rate that a camera could have. Most recorders write this one. */
export const RATE_ASSUMED = 25;
export const RATE_MAX = 240;
const SOUND_LOOKED_AT_SECONDS = 10;
/** Codecs that no recorder uses for interlaced pictures. */
const NEVER_INTERLACED = ['hevc', 'vp8', 'vp9', 'av1'];
const PLACES = 3;

/** An input, with what has to be known before anything is made of it. */
export interface Source {
  readonly path: string;
  readonly bytes: number;
  readonly damaged: boolean;
  readonly facts: DetailedFacts;
  /** Options that stand before the input. */
  readonly opening: readonly string[];
  readonly video: MediaStream | undefined;
  /** Every sound track for which there may be a decoder, in the file's order. */
  readonly sounds: readonly MediaStream[];
}

export async function openSource(settings: FfmpegSettings, input: MediaInput, run: MediaRun): Promise<Source> {
  const facts = await probe(settings, input.path, run);
  const video = facts.streams.find((stream) => stream.type === 'video' && stream.codec !== '' && (stream.width ?? 0) > 0);
  const rate = video?.framesPerSecond;
  const tellsNoRate = RAW_STREAMS.test(facts.container) && (rate === undefined || rate > RATE_MAX || rate < 1);
  return {
    path: input.path,
    bytes: input.bytes,
    damaged: input.damaged === true,
    facts,
    opening: [...facts.opening, ...(tellsNoRate ? ['-r', String(RATE_ASSUMED)] : [])],
    video,
    sounds: facts.streams.filter(
      (stream) => stream.type === 'audio' && stream.codec !== '' && (stream.sampleRate ?? 0) > 0 && (stream.channels ?? 0) > 0,
    ),
  };
}

/** The sound tracks that decode, the loudest first. */
export async function soundsThatDecode(settings: FfmpegSettings, source: Source, run: MediaRun): Promise<readonly MediaStream[]> {
  const heard = await loudnessOf(settings, source, source.sounds.length > 1, run);
  return source.sounds.filter((sound) => heard.has(sound)).sort((one, other) => (heard.get(other) ?? 0) - (heard.get(one) ?? 0));
}

/**
 * Mean volume of each track that decodes, dB. `compare`: the whole length of each track is heard, because one has to be chosen. Else the beginning is enough,
 * and a single plain AAC track is not decoded at all, because its result will be decoded anyway.
 */
export async function loudnessOf(
  settings: FfmpegSettings,
  source: Source,
  compare: boolean,
  run: MediaRun,
): Promise<ReadonlyMap<MediaStream, number>> {
  const [first, ...others] = source.sounds;
  if (!first) return new Map();
  if (!compare && others.length === 0 && first.codec === 'aac') return new Map([[first, 0]]);
  return (await listen(settings, source, source.sounds, compare, run)) ?? (await listenToEach(settings, source, compare, run));
}

/** Hears each track alone, after one of them has spoilt the common run. */
async function listenToEach(
  settings: FfmpegSettings,
  source: Source,
  whole: boolean,
  run: MediaRun,
): Promise<ReadonlyMap<MediaStream, number>> {
  const heard = new Map<MediaStream, number>();
  for (const sound of source.sounds)
    for (const [track, loudness] of (await listen(settings, source, [sound], whole, run)) ?? []) heard.set(track, loudness);
  return heard;
}

/** Mean volume of each track of which something decodes, dB. */
async function listen(
  settings: FfmpegSettings,
  source: Source,
  tracks: readonly MediaStream[],
  whole: boolean,
  run: MediaRun,
): Promise<ReadonlyMap<MediaStream, number> | null> {
  const length = whole ? [] : ['-t', String(SOUND_LOOKED_AT_SECONDS)];
  const chains = tracks.flatMap((track, place) => ['-map', `0:${track.index}`, `-filter:a:${place}`, `volumedetect@${track.index}`]);
  const args = [...LOCAL_ONLY, ...source.opening, ...length, '-i', source.path, ...chains, '-vn', '-f', 'null', '-'];
  const counted = await tried(runFfmpeg(settings, args, { durationMs: null, bytes: source.bytes, inputs: [source] }, quietly(run)));
  if (!counted) return null;
  const heard = new Map<MediaStream, number>();
  for (const track of tracks) {
    if (!counted.read.get(`0:${track.index}`)?.frames) continue;
    const line = counted.told.find((each) => each.startsWith(`[volumedetect@${track.index} `) && each.includes('mean_volume'));
    heard.set(track, Number(/mean_volume: (-?[\d.]+)/.exec(line ?? '')?.[1] ?? Number.NEGATIVE_INFINITY));
  }
  return heard;
}

/** Whether the pictures are combed, by a look at three places. What a file claims of its fields is often wrong. */
export async function isInterlaced(settings: FfmpegSettings, source: Source, scratch: string, run: MediaRun): Promise<boolean> {
  const { video, facts, path } = source;
  if (!video || NEVER_INTERLACED.includes(video.codec)) return false;
  const seconds = (facts.durationMs ?? 0) / 1000;
  const begin = Array.from({ length: PLACES }, (_, place) => (seconds * place) / PLACES);
  const inputs = begin.flatMap((at) => [
    ...LOCAL_ONLY,
    ...source.opening,
    '-noautorotate',
    ...(at > 1 ? ['-ss', at.toFixed(2)] : []),
    ...['-t', '1', '-i', path],
  ]);
  const strips = begin.map((_, place) => ({ stream: `${place}:${video.index}`, strip: join(scratch, `look.strip-${place}`) }));
  const about = { durationMs: null, bytes: source.bytes, inputs: [source] };
  await tried(runFfmpeg(settings, [...inputs, ...stripOutputs(strips, false)], about, quietly(run)));
  return areCombed(strips, video);
}

/** The outcome of an examination, or null if it failed: then the work goes on without it. Errors that must stop all work are thrown. */
async function tried<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isFailure(error, 'transcoder.failed', 'transcoder.stood-still')) return null;
    throw error;
  }
}
