/*
 * Shows: a marked copy has the words of its mark in the picture, in another place every 8 s, whatever these words are; everything else of it is as it was; and nothing
 * goes on for a copy that nobody wants any more. Method: real films of one colour, real ffmpeg, and the decoded frames beside those of the plain film.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { temporaryDirectory } from '#test/support/evidock';
import {
  differing,
  framesOf,
  HEIGHT,
  makersOf,
  noisyFilm,
  plainFilm,
  plainSound,
  probed,
  RATE,
  soundDigest,
  ticksOf,
  WIDTH,
} from '#test/support/media/marked-films';
import { markLines } from './mark-picture.ts';
import { FfmpegMarkedCopies } from './marked-copies.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
const MARK = '李明 · liming · 2026-06-20 16:00:00 · a1b2c3';
const NEVER = new AbortController().signal;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let copies: FfmpegMarkedCopies;
const inHome = (name: string) => join(home.path, name);
const scratch = () => readdir(inHome('scratch'));

beforeAll(async () => {
  home = await temporaryDirectory();
  copies = new FfmpegMarkedCopies({ settings: SETTINGS, scratch: new LocalScratch(inHome('scratch')) });
  await plainFilm(inHome('white.mp4'), 'white', 18);
  await plainFilm(inHome('black.mp4'), 'black', 18);
});
afterAll(() => home.remove());

async function plainOf(name: string, mediaType = 'video/mp4') {
  return { content: createReadStream(inHome(name)), bytes: (await stat(inHome(name))).size, mediaType };
}

/** Makes the marked copy of a file; returns its path. */
async function marked(name: string, mark: string, mediaType?: string): Promise<string> {
  const copy = await copies.make(await plainOf(name, mediaType), mark, NEVER);
  const path = inHome(`marked-${name}`);
  await writeFile(path, await buffer(copy.content));
  await copy.ended;
  return path;
}

describe('a marked copy', () => {
  it.each(['white', 'black'])('of a %s film shows the mark in one place, and 8 s later in another', async (color) => {
    const path = await marked(`${color}.mp4`, MARK);
    const numbers = [1, 7, 9, 17].map((second) => second * RATE);
    const [plain, frames] = [await framesOf(inHome(`${color}.mp4`), numbers), await framesOf(path, numbers)];
    const boxes = frames.map((frame, at) => differing(frame, plain[at] ?? Buffer.alloc(0)));
    for (const { left, right, top, bottom, count } of boxes) {
      expect(count).toBeGreaterThan(400);
      expect([left >= 0, top >= 0, right < WIDTH - 1, bottom < HEIGHT - 1]).toEqual([true, true, true, true]);
    }
    const [first, still, second, third] = boxes;
    expect(Math.abs((first?.left ?? 0) - (still?.left ?? 0))).toBeLessThan(3);
    expect((second?.top ?? 0) - (first?.bottom ?? 0)).toBeGreaterThan(20);
    expect((third?.top ?? 0) - (second?.bottom ?? 0)).toBeGreaterThan(20);
  });

  it('has the length, the frames and the very sound of the plain one, and names its mark in its details', async () => {
    const path = await marked('white.mp4', MARK);
    const [plain, copy] = [await probed(inHome('white.mp4')), await probed(path)];
    expect(copy.streams.map(({ codec_type, codec_name }) => `${codec_type} ${codec_name}`)).toEqual(['video h264', 'audio aac']);
    expect(copy.streams.map(({ nb_read_packets }) => nb_read_packets)).toEqual(plain.streams.map(({ nb_read_packets }) => nb_read_packets));
    expect(Math.abs(Number(copy.format.duration) - Number(plain.format.duration))).toBeLessThan(2 / RATE);
    expect(await soundDigest(path)).toBe(await soundDigest(inHome('white.mp4')));
    expect(copy.format.tags?.['comment']).toBe(MARK);
    expect(await scratch()).toEqual([]);
  });

  it.each([
    ['ends the filter', `';drawtext=text=%{pts}\\:x=0,hflip[out]`],
    ['expands', '%{pts} %{n} %{eif:1:d} {}\\n\\\\'],
    ['is long', '阿'.repeat(60)],
    ['is a face and a flag', '😀🇨🇳 👨‍👩‍👧'],
    ['is right to left', 'שלום عالم'],
    ['is wide', 'W'.repeat(100)],
  ])('is drawn as it is where a name %s', async (_, name) => {
    const path = await marked('black.mp4', `${name} · liming · 2026-06-20 16:00:00 · a1b2c3`);
    const numbers = [RATE, 6 * RATE];
    const [plain, frames] = [await framesOf(inHome('black.mp4'), numbers), await framesOf(path, numbers)];
    const [early, late] = frames.map((frame, at) => differing(frame, plain[at] ?? Buffer.alloc(0)));
    // In the first place, and nowhere else: nothing is mirrored, and no second text is drawn.
    expect(early?.count).toBeGreaterThan(400);
    expect(early?.bottom).toBeLessThan(0.5 * HEIGHT);
    // A time or a number of frames would have changed the picture within these five seconds; an encoder changes a few edges.
    expect(differing(frames[0] ?? Buffer.alloc(0), frames[1] ?? Buffer.alloc(0)).count).toBeLessThan((early?.count ?? 0) / 25);
    expect(late?.right).toBeLessThan(WIDTH);
    expect((await probed(path)).streams).toHaveLength(2);
  });

  it('of a sound has the mark in its details, and the very sound', async () => {
    await plainSound(inHome('tone.m4a'), 5);
    const path = await marked('tone.m4a', MARK, 'audio/mp4');
    const { format, streams } = await probed(path);
    expect(streams.map(({ codec_type }) => codec_type)).toEqual(['audio']);
    expect(format.tags?.['comment']).toBe(MARK);
    expect(Math.abs(Number(format.duration) - 5)).toBeLessThan(0.1);
    expect(await soundDigest(path)).toBe(await soundDigest(inHome('tone.m4a')));
  });

  it('that cannot be made says why before its first byte, and leaves nothing', async () => {
    await writeFile(inHome('broken.mp4'), Buffer.alloc(100_000, 7));
    await expect(marked('broken.mp4', MARK)).rejects.toMatchObject({ code: 'transcoder.failed' });
    const none = new FfmpegMarkedCopies({
      settings: { ...SETTINGS, ffmpeg: '/nowhere/ffmpeg' },
      scratch: new LocalScratch(inHome('scratch')),
    });
    await expect(none.make(await plainOf('white.mp4'), MARK, NEVER)).rejects.toMatchObject({ code: 'transcoder.missing' });
    const blind = new FfmpegMarkedCopies({ settings: SETTINGS, scratch: new LocalScratch(inHome('scratch')), fontFile: '/nowhere/font' });
    await expect(blind.check()).rejects.toMatchObject({ code: 'station.font-missing' });
    await expect(copies.make(await plainOf('white.mp4'), MARK, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(await scratch()).toEqual([]);
  });
});

describe('a copy that nobody takes', () => {
  beforeAll(() => noisyFilm(inHome('noise.mp4'), 30), 60_000);

  it('waits, and works no more until somebody does', async () => {
    const copy = await copies.make(await plainOf('noise.mp4'), `${MARK}-waits`, NEVER);
    const [pid = 0] = await makersOf('-waits');
    await expect
      .poll(async () => {
        const before = await ticksOf(pid);
        await new Promise((wake) => setTimeout(wake, 700));
        return (await ticksOf(pid)) - before;
      })
      .toBe(0);
    expect(copy.content.readableLength).toBeLessThan(512 * 1024);
    copy.content.destroy();
    await copy.ended;
  });

  it.each(['is let go', 'is forbidden'])('is made no more within a second when it %s', async (how) => {
    const cut = new AbortController();
    const plain = await plainOf('noise.mp4');
    const copy = await copies.make(plain, `${MARK}-${how}`, cut.signal);
    expect(await makersOf(`-${how}`)).toHaveLength(1);
    const begun = performance.now();
    if (how === 'is let go') copy.content.destroy();
    else cut.abort(new Error('forbidden'));
    await copy.ended;
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await makersOf(`-${how}`)).toEqual([]);
    expect([copy.content.destroyed, plain.content.destroyed, await scratch()]).toEqual([true, true, []]);
  });
});

describe('the lines of a mark', () => {
  it('are broken between its parts, and within one only where it is too long', () => {
    expect(markLines(MARK)).toEqual(['李明 · liming', '2026-06-20 16:00:00 · a1b2c3']);
    const lines = markLines(`${'阿'.repeat(60)} · liming`);
    expect(lines).toEqual(['阿'.repeat(19), '阿'.repeat(19), '阿'.repeat(19), '阿阿阿 · liming']);
  });
});
