/*
 * Shows that everything that ffmpeg can decode plays: each clip of the matrix becomes a playable whose pictures are all there, in their order, and
 * which a real browser plays and seeks. What is made of each, and by which recipe, is written to docs/media.md; EVIDOCK_WRITE_DOCS=1 writes it anew,
 * else the file must be what would be written. EVIDOCK_TEST_CLIPS chooses clips by their names, as a regular expression.
 */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { combedBlocks } from '#adapters/ffmpeg/combing';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import { temporaryDirectory } from '../support/evidock.ts';
import { MediaBrowser, type Seen } from './browser.ts';
import { type Clip, combinations, PICTURES, type Sources } from './clips.ts';
import { drawNumbers, numbersIn } from './frame-numbers.ts';
import { mediaPage, type Outcome } from './page.ts';
import { runBinary } from './programs.ts';
import { specialClips } from './special-clips.ts';

const AT_ONCE = 2;
const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 1, timeLimitMs: 120_000, outputBytesMax: 2 ** 30 };
const PAGE = new URL('../../docs/media.md', import.meta.url);

/** Everything that is found out of one clip. */
interface Result extends Outcome {
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

describe('everything that decodes plays', () => {
  const all = [...combinations(), ...specialClips()];
  const only = new RegExp(process.env['EVIDOCK_TEST_CLIPS'] ?? '');
  const clips = all.filter(({ name }) => only.test(name));
  const results = new Map<string, Result | Error>();
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  let browser: MediaBrowser;

  beforeAll(async () => {
    home = await temporaryDirectory();
    browser = await MediaBrowser.open();
    const sources: Sources = { whole: join(home.path, 'whole.gray'), fields: join(home.path, 'fields.gray') };
    await drawNumbers(sources.whole, PICTURES);
    await drawNumbers(sources.fields, 2 * PICTURES, 2);
    const waiting = clips.entries();
    const worker = async () => {
      for (const [place, clip] of waiting) {
        try {
          results.set(clip.name, await make(clip, sources, join(home.path, String(place)), browser));
        } catch (error) {
          results.set(clip.name, error instanceof Error ? error : new Error(String(error)));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }, 1_500_000);
  afterAll(async () => {
    await browser.close();
    await home.remove();
  });

  it('has at least sixty combinations, no two of them alike', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it.each(clips.map((clip) => [clip.name, clip] as const))('%s', (name, clip) => {
    const result = results.get(name);
    if (!result || result instanceof Error) throw result ?? new Error('not made');
    expect(result.inBrowser.trouble).toBeNull();
    expect(result.tracks).toBe(clip.tracks);
    expect(result.damaged).toBe(clip.damaged);
    if (clip.recipe) expect(result.recipe).toMatch(clip.recipe);
    expect(result.combed).toBe(false);
    if (result.pictures) expect([...result.pictures].sort()).toEqual(picturesOf(clip));
    if (clip.numbers?.length === 0) return;
    expect(missing(result.expected, result.numbers)).toEqual([]);
    const readable = result.numbers.filter((number) => number !== null);
    expect(readable).toEqual([...readable].sort((one, other) => one - other));
    expect(result.numbers.length).toBeLessThanOrEqual(Math.max(result.expected.length, PICTURES));
    expect(['bt709', 'unknown', '', 'smpte170m']).toContain(result.transfer);
    expectInBrowser(result);
  });

  it.skipIf(clips.length < all.length)('is told in docs/media.md', async () => {
    const made = clips.flatMap((clip) => {
      const result = results.get(clip.name);
      return result && !(result instanceof Error) ? [{ clip, outcome: result }] : [];
    });
    const page = mediaPage(made);
    if (process.env['EVIDOCK_WRITE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});

function picturesOf({ numbers, tracks }: Clip): string[] {
  return [...(numbers?.length === 0 ? [] : ['contact-sheet', 'poster', 'thumbnails']), ...(tracks > 0 ? ['waveform'] : [])];
}

/** What the browser showed at the beginning, in the middle and at the end are the pictures that are there. */
function expectInBrowser({ inBrowser, numbers, damaged }: Result): void {
  const [first, middle, last] = inBrowser.numbers;
  const readable = numbers.filter((number) => number !== null);
  const [begin = 0, end = 0] = [readable[0], readable.at(-1)];
  expect(first).toBe(begin);
  expect(middle).toBeGreaterThan(begin);
  expect(middle).toBeLessThan(Math.max(end, begin + 2));
  // After pictures that are lost, the last one may stand for no time at all.
  if (damaged) expect([...readable.slice(-2), numbers.at(-1)]).toContain(last);
  else expect(last).toBe(end);
}

function missing(expected: readonly (number | null)[], found: readonly (number | null)[]): (number | null)[] {
  return expected.filter((number) => number !== null && !found.includes(number));
}

async function make(clip: Clip, sources: Sources, directory: string, browser: MediaBrowser): Promise<Result> {
  await mkdir(directory);
  const path = join(directory, `clip.${clip.ending}`);
  await clip.render(sources, path);
  const transcoder = new FfmpegTranscoder({ settings: SETTINGS });
  const damage = await transcoder.inspect(path, await transcoder.probe(path));
  const input = { path, kind: 'video', bytes: (await stat(path)).size, damaged: damage !== null } as const;
  const { file } = await transcoder.makePlayable([input], directory);
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
