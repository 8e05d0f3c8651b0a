import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { combedBlocks } from '#adapters/ffmpeg/combing';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { isFailure } from '#domain/errors';
import type { MediaFacts } from '#ports/transcoder';
import { temporaryDirectory } from '../support/evidock.ts';
import { MediaBrowser, type Seen } from './browser.ts';
import { type Clip, PICTURES, type Sources } from './clips.ts';
import { drawNumbers, numbersIn } from './frame-numbers.ts';
import type { Outcome } from './page.ts';
import { runBinary } from './programs.ts';

/*
 * What is done with each clip, and what has to come of it: for the suite's short form (matrix.test.ts) and the long one (scripts/media-matrix.ts).
 */

const AT_ONCE = 2;
const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: 120_000, outputBytesMax: 2 ** 30 };

/** Everything that is found out of one clip. */
export interface Result extends Outcome {
  /** null: none were asked for. */
  readonly pictures: readonly string[] | null;
  readonly expected: readonly (number | null)[];
  readonly numbers: readonly (number | null)[];
  readonly tracks: number;
  readonly transfer: string;
  /** The playable's pictures look combed; asked of those clips only that do. */
  readonly combed: boolean;
  readonly inBrowser: Seen;
}

/** Renders, makes and plays all clips, two at a time. `onDone` gets each as it comes: what was found, or what was thrown. */
export async function tryClips(clips: readonly Clip[], onDone: (clip: Clip, outcome: Result | Error) => void): Promise<void> {
  const home = await temporaryDirectory();
  try {
    const browser = await MediaBrowser.open();
    try {
      const sources: Sources = { whole: join(home.path, 'whole.gray'), fields: join(home.path, 'fields.gray') };
      await drawNumbers(sources.whole, PICTURES);
      await drawNumbers(sources.fields, 2 * PICTURES, 2);
      const waiting = clips.entries();
      const worker = async () => {
        for (const [place, clip] of waiting) onDone(clip, await tryClip(clip, sources, join(home.path, String(place)), browser));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    } finally {
      await browser.close();
    }
  } finally {
    await home.remove();
  }
}

async function tryClip(clip: Clip, sources: Sources, directory: string, browser: MediaBrowser): Promise<Result | Error> {
  try {
    return await make(clip, sources, directory, browser);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is wrong with what came of a clip, in words; empty if nothing is. */
export function faultsOf(clip: Clip, outcome: Result | Error | undefined): string[] {
  if (!outcome || outcome instanceof Error) return [outcome?.message ?? 'not made'];
  const { inBrowser, tracks, damaged, recipe, combed, pictures, transfer } = outcome;
  const { seconds } = clip;
  return [
    fault(inBrowser.trouble === null, `in the browser: ${inBrowser.trouble}`),
    fault(clip.tracks === null || tracks === clip.tracks, `${tracks} sound tracks, not ${clip.tracks}`),
    fault(clip.damaged === null || damaged === clip.damaged, damaged ? 'called damaged' : 'not called damaged'),
    fault(clip.recipe?.test(recipe) ?? true, `made by ${recipe}`),
    fault(!combed, 'its pictures are combed'),
    fault(pictures === null || isDeepStrictEqual([...pictures].sort(), picturesOf(clip)), `pictures made: ${pictures}`),
    fault(seconds === undefined || Math.abs(inBrowser.seconds - seconds) < 0.2, `${inBrowser.seconds} s long, not ${seconds}`),
    ...(clip.numbers?.length === 0 ? [] : [fault(PLAIN.includes(transfer), `transfer ${transfer}`), ...faultsOfNumbers(clip, outcome)]),
  ].flatMap((each) => each ?? []);
}

const PLAIN = ['bt709', 'unknown', '', 'smpte170m'];

function fault(isWell: boolean, words: string): string | null {
  return isWell ? null : words;
}

/** All numbers that are in the clip came out, in their order, and the browser shows the first, one in the middle and the last. */
function faultsOfNumbers(clip: Clip, { expected, numbers, damaged, inBrowser }: Result): (string | null)[] {
  const lost = expected.filter((number) => number !== null && !numbers.includes(number));
  const readable = numbers.filter((number) => number !== null);
  const inOrder = isDeepStrictEqual(
    readable,
    [...readable].sort((one, other) => one - other),
  );
  const [first, middle, last] = inBrowser.numbers;
  const [begin = 0, end = 0] = [readable[0], readable.at(-1)];
  const isBetween = typeof middle === 'number' && middle > begin && middle < Math.max(end, begin + 2);
  // After pictures that are lost, the last one may stand for no time at all.
  const isLast = damaged ? [...readable.slice(-2), numbers.at(-1)].includes(last) : last === end;
  const kept = fault(lost.length === 0, `pictures lost: ${lost}`);
  // A picture that is spoilt may read as any number.
  if (clip.damaged === null) return [kept];
  return [
    kept,
    fault(inOrder, `pictures in the order ${readable}`),
    fault(numbers.length <= Math.max(expected.length, PICTURES), `${numbers.length} pictures`),
    fault(first === begin, `first in the browser ${first}, not ${begin}`),
    fault(isBetween, `in the middle in the browser ${middle}, of ${begin} to ${end}`),
    fault(isLast, `last in the browser ${last}, not ${end}`),
  ];
}

function picturesOf({ numbers, tracks }: Clip): string[] {
  return [...(numbers?.length === 0 ? [] : ['contact-sheet', 'poster', 'thumbnails']), ...(tracks ? ['waveform'] : [])];
}

/** As deriving does it: what opens is used as it is, and of what does not, what can be salvaged. */
async function make(clip: Clip, sources: Sources, directory: string, browser: MediaBrowser): Promise<Result> {
  await mkdir(directory);
  const path = join(directory, `clip.${clip.ending}`);
  await clip.render(sources, path);
  const transcoder = new FfmpegTranscoder({ settings: SETTINGS });
  const facts = await probe(transcoder, path);
  const damage = await transcoder.inspect(path, facts);
  const original = { path, kind: 'video', bytes: (await stat(path)).size, damaged: damage !== null } as const;
  const saved = facts ? null : await transcoder.salvage(original, null, directory);
  const { file } = await transcoder.makePlayable([saved ? { ...original, path: saved.path } : original], directory);
  const picture = file.mediaType === 'video/mp4';
  const streams = await streamsOf(file.path);
  // The pictures of plain clips are the transcoder contract's matter.
  const pictures = clip.special ? (await transcoder.makePictures(file.path, directory)).map(({ kind }) => kind) : null;
  return {
    recipe: file.recipe,
    mediaType: file.mediaType,
    pictures,
    damaged: damage !== null,
    expected: clip.numbers ?? (await numbersIn(path)),
    numbers: picture ? await numbersIn(file.path) : [],
    tracks: streams.filter((line) => line.startsWith('audio')).length,
    transfer: streams.find((line) => line.startsWith('video'))?.split(',')[1] ?? '',
    combed: clip.interlaced === true && (await looksCombed(file.path)),
    inBrowser: await browser.look(file.path),
  };
}

async function probe(transcoder: FfmpegTranscoder, path: string): Promise<MediaFacts | null> {
  try {
    return await transcoder.probe(path);
  } catch (error) {
    if (isFailure(error, 'transcoder.unsupported', 'transcoder.failed')) return null;
    throw error;
  }
}

/** The interlaced clips are 320 × 240, and their playables too. */
async function looksCombed(path: string): Promise<boolean> {
  const gray = ['-nostdin', '-v', 'error', '-i', path, '-vf', 'format=gray', '-f', 'rawvideo', '-'];
  const { moving, combed } = combedBlocks(await runBinary('ffmpeg', gray), 320, 240);
  return combed > moving / 50;
}

async function streamsOf(path: string): Promise<string[]> {
  const args = ['-v', 'error', '-show_entries', 'stream=codec_type,color_transfer', '-of', 'csv=p=0', path];
  return (await runBinary('ffprobe', args)).toString().trim().split('\n');
}
