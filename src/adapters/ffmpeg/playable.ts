import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';
import type { MadeFile, MediaInput, MediaRun } from '#ports/transcoder';
import { type Counted, convert } from './convert.ts';
import { type FramesOut, framesOut } from './frames-out.ts';
import { indexFirst } from './index-first.ts';
import { makeJoined } from './joined.ts';
import type { FfmpegSettings } from './settings.ts';
import { isInterlaced, openSource, type Source, soundsThatDecode } from './source.ts';
import { INTERLACED, judge, type Verdict } from './verdict.ts';
import { BARE, FASTSTART, type Made, pictureCanStay, type Seen, type Way, waysOf } from './ways.ts';

interface Candidate extends Made, FramesOut {
  readonly way: Way;
  readonly why: Reason | null;
}

/** Joins all inputs, in their order, to one file that browsers play. */
export async function makePlayable(
  settings: FfmpegSettings,
  inputs: readonly MediaInput[],
  scratch: string,
  run: MediaRun = {},
): Promise<{ file: MadeFile; durationMs: number }> {
  const rising = risingPercent(run);
  const sources = await openAll(settings, inputs, run);
  const [only] = sources;
  if (!only) throw new EvidockError('transcoder.unsupported', because('no-input', {}));
  const made = sources.length === 1 ? await makeOne(settings, only, scratch, rising) : await makeJoined(settings, sources, scratch, rising);
  const name = made.picture ? 'playable.mp4' : 'playable.m4a';
  const path = join(scratch, name);
  await rename(made.path, path);
  run.onPercent?.(100);
  const mediaType = made.picture ? 'video/mp4' : 'audio/mp4';
  return { file: { path, kind: 'playable', mediaType, recipe: made.recipe, name }, durationMs: made.durationMs };
}

/** Opens the inputs. Of several segments, one that nothing can open is left out and reported. */
async function openAll(settings: FfmpegSettings, inputs: readonly MediaInput[], run: MediaRun): Promise<readonly Source[]> {
  const sources: Source[] = [];
  let failure: unknown;
  for (const [place, input] of inputs.entries()) {
    try {
      sources.push(await openSource(settings, input, run));
    } catch (error) {
      if (!isFailure(error, 'transcoder.unsupported', 'transcoder.failed')) throw error;
      failure ??= error;
      if (inputs.length > 1) run.onMissing?.(because('segment-of', { place: place + 1, count: inputs.length }), error.reason);
    }
  }
  if (sources.length === 0 && failure !== undefined) throw failure;
  return sources;
}

/**
 * Tries one way after the other until a result holds: it is probed, its first, middle and last second are decoded, and the frames that went in must have come
 * out. If none holds, the result of which most can be seen is taken.
 */
async function makeOne(settings: FfmpegSettings, source: Source, scratch: string, run: MediaRun): Promise<Made> {
  const sounds = await soundsThatDecode(settings, source, run);
  for (const lost of source.facts.streams.filter((stream) => stream.type === 'audio' && !sounds.includes(stream)))
    run.onMissing?.(because('sound-track', {}), because('track-silent', { index: lost.index ?? 0, codec: lost.codec || '—' }));
  // Where the picture may be copied, the verdict on the copy also looks for combed pictures.
  let seen: Seen = { source, sounds, interlaced: !pictureCanStay(source) && (await isInterlaced(settings, source, scratch, run)) };
  const candidates: Candidate[] = [];
  const reasons: Reason[] = [];
  let stoodStill: EvidockError | undefined;
  for (let ways = [...waysOf(settings, seen)], way = ways.shift(); way; way = ways.shift()) {
    if (isLesser(way) && candidates.some((each) => each.why === null || !each.way.copiesPicture)) break;
    if (way.mendsTimes && !candidates.some((each) => each.lost)) continue;
    const path = join(scratch, `way-${reasons.length}.mp4`);
    const tried = await tryWay(settings, seen, way, path, run);
    if (tried instanceof EvidockError) {
      reasons.push(because('of', { thing: way.recipe, why: tried.reason }));
      if (isFailure(tried, 'transcoder.stood-still')) stoodStill ??= tried;
      await rm(path, { force: true });
      continue;
    }
    if (tried.whole) {
      if (isLesser(way)) run.onMissing?.(because(way.picture ? 'the-sound' : 'the-picture', {}), together(distinct(reasons)));
      return tried.candidate;
    }
    candidates.push(tried.candidate);
    reasons.push(because('of', { thing: way.recipe, why: tried.candidate.why ?? because('frames-missing', {}) }));
    if (tried.candidate.why?.code !== INTERLACED.code || seen.interlaced) continue;
    seen = { ...seen, interlaced: true };
    ways = [...waysOf(settings, seen)];
  }
  // A way stood still and nobody knows what it would have given. So the work is tried again and the file is not called unplayable.
  if (candidates.length === 0 && stoodStill) throw stoodStill;
  return bestOf(candidates, source, reasons, run);
}

/** Whether the way makes less than everything that the source has. */
function isLesser({ recipe }: Way): boolean {
  return /^(video|sound)-only/.test(recipe);
}

/** Makes a file by one way. Returns the file and whether it is whole, or why there is none. */
async function tryWay(
  settings: FfmpegSettings,
  { source }: Seen,
  way: Way,
  path: string,
  run: MediaRun,
): Promise<{ candidate: Candidate; whole: boolean } | EvidockError> {
  let counted: Counted;
  let verdict: Verdict;
  try {
    const conversion = {
      inputs: [{ path: source.path, options: way.opening }],
      outputOptions: [...way.options, ...BARE, ...(way.copiesPicture ? await indexFirst(source.path) : FASTSTART)],
      output: path,
      durationMs: source.facts.durationMs,
      bytes: source.bytes,
      pixels: way.pixels,
    };
    counted = await convert(settings, conversion, run);
    const expected = {
      picture: way.picture,
      copied: way.copiesPicture ? (source.video ?? null) : null,
      thorough: source.damaged,
      bytes: source.bytes,
    };
    verdict = await judge(settings, path, expected, run);
  } catch (error) {
    if (!isFailure(error, 'transcoder.failed', 'transcoder.stood-still')) throw error;
    return error;
  }
  if (!verdict.usable) return new EvidockError('transcoder.failed', verdict.why ?? because('nothing-of-it-decodes', {}));
  const { durationMs, why } = verdict;
  const picture = way.picture ? { index: source.video?.index ?? 0, copied: way.copiesPicture } : null;
  const candidate = { path, recipe: way.recipe, picture: way.picture, durationMs, way, why, ...framesOut(counted, picture) };
  return { candidate, whole: why === null && !candidate.lost };
}

function bestOf(candidates: readonly Candidate[], source: Source, reasons: readonly Reason[], run: MediaRun): Candidate {
  // A copy with which browsers would not even begin is worse than anything that was encoded.
  const rank = (each: Candidate) => (each.why === null ? 2 : each.way.copiesPicture ? 0 : 1);
  const [best] = [...candidates].sort((one, other) => rank(other) - rank(one) || other.frames - one.frames);
  if (best) {
    if (best.why !== null) run.onMissing?.(because('faultless-playable', {}), because('of', { thing: best.recipe, why: best.why }));
    return best;
  }
  const code = source.damaged ? 'transcoder.unplayable' : 'transcoder.unsupported';
  throw new EvidockError(code, reasons.length === 0 ? because('nothing-decodes', {}) : together(distinct(reasons)));
}

/** The reasons without repetitions, because several ways may fail for the same one. */
function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((each) => [JSON.stringify(each), each])).values()];
}

/** A run whose progress bar does not go back when the next way begins. */
function risingPercent(run: MediaRun): MediaRun {
  let highest = 0;
  const onPercent = (percent: number) => {
    if (percent <= highest) return;
    highest = percent;
    run.onPercent?.(percent);
  };
  return { ...run, onPercent };
}
