/* Shows: the waveform of long sound is made within the memory of a media program, and shows where it is loud. Method: ffmpeg with less memory, so that minutes are long. */
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, temporaryDirectory } from '#test/support/evidock';
import { makePictures } from './pictures.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
/** At the rate of the film, its samples alone would take this. */
const MEMORY_BYTES = 115_200_000;
const SECONDS = 1200;

describe('the waveform', () => {
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeAll(async () => {
    home = await temporaryDirectory();
  });
  afterAll(() => home.remove());

  /** Silence but for a tone in its last quarter. */
  async function sound(seconds: number): Promise<string> {
    const path = join(home.path, `${seconds}.m4a`);
    const heard = `aevalsrc='0.8*sin(2*PI*440*t)*gte(t,${(seconds * 3) / 4})':s=48000:d=${seconds}`;
    const { status, stderr } = await runProgram('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', heard, '-c:a', 'aac', '-b:a', '32k', path]);
    expect(status, stderr).toBe(0);
    return path;
  }

  it.each([0.4, 20, SECONDS])('of %d s is made with little memory, and shows where it is loud', async (seconds) => {
    const missing: unknown[] = [];
    const settings = { ...SETTINGS, memoryBytesMax: MEMORY_BYTES };
    const onMissing = (...what: unknown[]) => missing.push(what);
    const [made] = await makePictures(settings, await sound(seconds), home.path, { onMissing });
    expect(missing).toEqual([]);
    expect(made).toMatchObject({ kind: 'waveform', recipe: 'waveform/2' });
    const { data, info } = await sharp(made?.path).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([1200, 120]);
    const loud = Array.from({ length: info.width }, (_, x) => (data[(30 * info.width + x) * 4 + 3] ?? 0) > 0);
    // Sound of less than a second is drawn with the silence that follows it.
    const [from, to] = [seconds * 0.75, seconds].map((at) => Math.round((at / Math.max(1, seconds)) * info.width));
    expect(loud.indexOf(true)).toBeGreaterThan((from ?? 0) - 60);
    expect(loud.indexOf(true)).toBeLessThan((from ?? 0) + 60);
    expect(loud.lastIndexOf(true)).toBeGreaterThan((to ?? 0) - 60);
  });
});
