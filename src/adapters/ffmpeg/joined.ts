import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { MediaRun, MediaStream } from '#ports/transcoder';
import { convert } from './convert.ts';
import { framesOut } from './frames-out.ts';
import { playableSize, type Size } from './picture-size.ts';
import { type FfmpegSettings, OWN_LIST } from './settings.ts';
import { isInterlaced, loudnessOf, type Source } from './source.ts';
import { judge } from './verdict.ts';
import {
  BARE,
  FASTSTART,
  h264,
  joinedSoundOptions,
  type Made,
  pictureCanStay,
  pictureOptions,
  soundCanStay,
  soundOptions,
  TOLERANT,
} from './ways.ts';

/** What all parts must have in common, so that they can be joined without decoding. */
interface Plan {
  /** Size of the picture; null: there is only sound. */
  readonly box: Size | null;
  /** Numbers of the sound tracks of each file that are kept, the loudest first. A microphone has the same number in all segments. */
  readonly sounds: readonly number[];
}

/** Mean volume of each track that decodes, dB. */
type Heard = ReadonlyMap<Source, ReadonlyMap<MediaStream, number>>;

interface Part {
  readonly path: string;
  readonly hasPicture: boolean;
  /** The sounds of the plan that this file has, in the plan's order. */
  readonly sounds: readonly number[];
  readonly durationMs: number;
}

/** Joins several segments to one file. They are copied if they all have the same form; else each is first encoded into a common one. */
export async function makeJoined(settings: FfmpegSettings, sources: readonly Source[], scratch: string, run: MediaRun): Promise<Made> {
  const heard = new Map<Source, ReadonlyMap<MediaStream, number>>();
  const compare = sources.some((each) => each.sounds.length > 1);
  for (const source of sources) heard.set(source, await loudnessOf(settings, source, compare, run));
  const plan = planOf(settings, sources, heard);
  const copied = await joinByCopy(settings, sources, plan, scratch, run);
  if (copied) return copied;
  const parts: { path: string }[] = [];
  for (const [place, source] of sources.entries()) {
    const share = shareOf(run, place, sources.length + 1);
    const path = join(scratch, `part-${place}.mp4`);
    const part = await makePart(settings, source, heard.get(source) ?? new Map(), plan, path, share);
    if (part) parts.push({ path: await fill(settings, source, part, plan, share) });
    else run.onMissing?.(because('segment-of', { place: place + 1, count: sources.length }), because('nothing-of-it-decodes', {}));
  }
  if (parts.length === 0)
    throw new EvidockError(
      sources.some((each) => each.damaged) ? 'transcoder.unplayable' : 'transcoder.unsupported',
      because('no-segment-decodes', {}),
    );
  const path = join(scratch, 'joined.mp4');
  const list = await listOf(parts, scratch);
  const options = ['-map', '0', '-c', 'copy', ...defaultSound(plan.sounds.length), ...BARE, ...FASTSTART];
  await convert(
    settings,
    { inputs: [list], outputOptions: options, output: path, ...total(sources) },
    shareOf(run, sources.length, sources.length + 1),
  );
  const expected = { picture: plan.box !== null, copied: null, thorough: false, bytes: total(sources).bytes };
  const verdict = await judge(settings, path, expected, run);
  if (!verdict.usable)
    throw new EvidockError('transcoder.failed', because('joined-segments', { why: verdict.why ?? because('nothing-of-it-decodes', {}) }));
  return { path, recipe: plan.box ? `h264-${settings.height}p/2` : 'aac/2', picture: plan.box !== null, durationMs: verdict.durationMs };
}

async function joinByCopy(
  settings: FfmpegSettings,
  sources: readonly Source[],
  plan: Plan,
  scratch: string,
  run: MediaRun,
): Promise<Made | null> {
  const [first] = sources;
  const ofOneMaking = sources.every((each) => each.facts.signature === first?.facts.signature && pictureCanStay(each));
  if (!first?.video || !ofOneMaking || sources.some((each) => each.damaged || each.opening.length > 0)) return null;
  const sounds = plan.sounds.flatMap((place) => first.sounds[place] ?? []);
  const list = await listOf(sources, scratch);
  const path = join(scratch, 'joined-copy.mp4');
  const copy = sounds.every(soundCanStay);
  const options = ['-map', `0:${first.video.index}`, '-c:v', 'copy', ...soundOptions(sounds, copy), ...BARE, ...FASTSTART];
  try {
    const counted = await convert(settings, { inputs: [list], outputOptions: options, output: path, ...total(sources) }, run);
    const { lost } = framesOut(counted, { index: first.video.index ?? 0, copied: true });
    const expected = { picture: true, copied: first.video, thorough: false, bytes: total(sources).bytes };
    const verdict = await judge(settings, path, expected, run);
    if (verdict.why === null && !lost)
      return { path, recipe: copy ? 'remux/2' : 'remux-aac/2', picture: true, durationMs: verdict.durationMs };
  } catch (error) {
    if (!isFailure(error, 'transcoder.failed', 'transcoder.stood-still')) throw error;
  }
  await rm(path, { force: true });
  return null;
}

function planOf(settings: FfmpegSettings, sources: readonly Source[], heard: Heard): Plan {
  const sizes = sources.flatMap(({ video }) => (video ? [playableSize(video, settings.height)] : []));
  const [box = null] = sizes.sort((one, other) => other.width * other.height - one.width * one.height);
  const energy = new Map<number, number>();
  for (const source of sources) {
    for (const [place, sound] of source.sounds.entries()) {
      const loudness = heard.get(source)?.get(sound);
      if (loudness === undefined) continue;
      // A long segment counts more for a microphone than a short one. Where no length is known, each counts the same.
      energy.set(place, (energy.get(place) ?? 0) + 10 ** (loudness / 10) * (source.facts.durationMs ?? 1));
    }
  }
  return { box, sounds: [...energy.keys()].sort((one, other) => (energy.get(other) ?? 0) - (energy.get(one) ?? 0) || one - other) };
}

/** The first track is the one that plays unless a person chooses another. */
function defaultSound(count: number): string[] {
  return Array.from({ length: count }, (_, track) => [`-disposition:a:${track}`, track === 0 ? 'default' : '0']).flat();
}

/**
 * Makes one part by the first of these ways of which something can be seen or heard: picture and sound; the same, tolerant of faults; the picture alone; the
 * sound alone.
 */
async function makePart(
  settings: FfmpegSettings,
  source: Source,
  heard: ReadonlyMap<MediaStream, number>,
  { box, sounds: planned }: Plan,
  path: string,
  run: MediaRun,
): Promise<Part | null> {
  const places = planned.filter((place) => source.sounds.some((sound, at) => at === place && heard.has(sound)));
  const sounds = places.flatMap((place) => source.sounds[place] ?? []);
  const seen = { source, sounds, interlaced: await isInterlaced(settings, source, dirname(path), run) };
  const picture = (simple: boolean) => (box && source.video ? pictureOptions(settings, seen, { box, simple }) : []);
  const sound = joinedSoundOptions(sounds);
  const tolerant = [...source.opening, ...TOLERANT];
  const onwards = [
    ...(box && source.video ? pictureOptions(settings, seen, { box, onwards: true }) : []),
    ...joinedSoundOptions(sounds, true),
  ];
  const whole = { opening: source.opening, hasPicture: source.video !== undefined, has: places };
  const ways = [
    { ...whole, options: [...picture(false), ...sound], mendsTimes: false },
    { ...whole, options: onwards, mendsTimes: true },
    { ...whole, opening: tolerant, options: [...picture(true), ...sound], mendsTimes: false },
    { opening: tolerant, options: picture(true), hasPicture: true, has: [], mendsTimes: false },
    { opening: tolerant, options: sound, hasPicture: false, has: places, mendsTimes: false },
  ].filter((way) => way.options.length > 0);
  let lossy: Part | null = null;
  let stoodStill: EvidockError | undefined;
  for (const way of ways) {
    // A way that mends times is tried only after one that has lost frames, and is the last one then.
    if ((lossy === null) === way.mendsTimes) {
      if (lossy) return lossy;
      continue;
    }
    const tried = await tryPart(settings, source, way, way.mendsTimes ? path.replace(/\.mp4$/, '-times.mp4') : path, box, run);
    if (tried instanceof EvidockError) {
      if (isFailure(tried, 'transcoder.stood-still')) stoodStill ??= tried;
      continue;
    }
    if (!tried.lost || way.mendsTimes) return tried;
    lossy ??= tried;
  }
  if (!lossy && stoodStill) throw stoodStill;
  return lossy;
}

interface PartWay {
  readonly opening: readonly string[];
  readonly options: readonly string[];
  readonly hasPicture: boolean;
  readonly has: readonly number[];
}

/** Makes a part by one way. Throws if nothing comes of it. */
async function tryPart(
  settings: FfmpegSettings,
  source: Source,
  { opening, options, hasPicture, has }: PartWay,
  path: string,
  box: Size | null,
  run: MediaRun,
): Promise<(Part & { readonly lost: boolean }) | EvidockError> {
  const conversion = {
    inputs: [{ path: source.path, options: opening }],
    outputOptions: [...options, ...BARE, ...FASTSTART],
    ...{ output: path, durationMs: source.facts.durationMs, bytes: source.bytes, pixels: box ? box.width * box.height : 0 },
  };
  try {
    const counted = await convert(settings, conversion, run);
    const verdict = await judge(settings, path, { picture: hasPicture, copied: null, thorough: false, bytes: source.bytes }, run);
    const { lost } = framesOut(counted, hasPicture ? { index: source.video?.index ?? 0, copied: false } : null);
    return verdict.usable
      ? { path, hasPicture, sounds: has, durationMs: verdict.durationMs, lost }
      : new EvidockError('transcoder.failed', verdict.why ?? because('nothing-of-it-decodes', {}));
  } catch (error) {
    if (!isFailure(error, 'transcoder.failed', 'transcoder.stood-still')) throw error;
    return error;
  }
}

/** Adds a black picture to a part without picture, and silence to one without sound. They are as long as what is there, not as long as the file claims. */
async function fill(settings: FfmpegSettings, source: Source, part: Part, { box, sounds }: Plan, run: MediaRun): Promise<string> {
  const missing = sounds.length - part.sounds.length;
  const needsPicture = box !== null && !part.hasPicture;
  if (missing === 0 && !needsPicture) return part.path;
  const seconds = (part.durationMs / 1000).toFixed(3);
  const output = part.path.replace(/\.mp4$/, '-filled.mp4');
  const black = needsPicture ? [`color=black:size=${box.width}x${box.height}:rate=5:duration=${seconds}`] : [];
  const silence = missing > 0 ? [`anullsrc=r=48000:cl=stereo,atrim=duration=${seconds}`] : [];
  const generated = [...black, ...silence].map((path) => ({ path, generated: true }));
  const silent = needsPicture ? 2 : 1;
  const maps = [
    ...(needsPicture ? ['-map', '1:v', ...h264(settings)] : box ? ['-map', '0:v', '-c:v', 'copy'] : []),
    ...sounds.flatMap((place, track) => {
      const at = part.sounds.indexOf(place);
      return at < 0
        ? ['-map', `${silent}:a`, `-c:a:${track}`, 'aac', `-b:a:${track}`, '96k']
        : ['-map', `0:a:${at}`, `-c:a:${track}`, 'copy'];
    }),
  ];
  const conversion = { inputs: [{ path: part.path }, ...generated], outputOptions: [...maps, ...BARE, ...FASTSTART], output };
  await convert(settings, { ...conversion, durationMs: part.durationMs, bytes: source.bytes }, run);
  await rm(part.path);
  return output;
}

function total(sources: readonly Source[]): { bytes: number; durationMs: number | null } {
  const lengths = sources.map(({ facts }) => facts.durationMs);
  return {
    bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
    durationMs: lengths.includes(null) ? null : lengths.reduce<number>((sum, each) => sum + (each ?? 0), 0),
  };
}

/** A list for the concat demuxer. The paths are the vault's or the scratch directory's, never names from a card. */
async function listOf(files: readonly { path: string }[], scratch: string): Promise<{ path: string; options: readonly string[] }> {
  const path = join(scratch, `list-${files.length}.txt`);
  await writeFile(path, files.map((file) => `file '${file.path.replaceAll("'", "'\\''")}'\n`).join(''));
  return { path, options: OWN_LIST };
}

/** A run whose progress fills its part of the progress bar, as one of several runs. */
function shareOf(run: MediaRun, place: number, count: number): MediaRun {
  return { ...run, onPercent: (percent: number) => run.onPercent?.((100 * place + percent) / count) };
}
