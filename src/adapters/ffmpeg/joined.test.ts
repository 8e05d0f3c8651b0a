/*
 * Shows: joined segments keep each microphone in its place, also where a segment lacks one. The microphone that is loudest over all segments is the default.
 * Each track has a tone of its own, by which it is recognised.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, temporaryDirectory } from '../../../test/support/evidock.ts';
import { setFlvClock } from '../../../test/support/media/flv-clock.ts';
import { FfmpegTranscoder } from './ffmpeg-transcoder.ts';

const SETTINGS = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', height: 720, threads: 2, timeLimitMs: 60_000, outputBytesMax: 2 ** 30 };
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const MJPEG = ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p'];
/** Tones of the two microphones, Hz. */
const TONES = [500, 3000];

describe('several sound tracks in joined segments', () => {
  let home: Awaited<ReturnType<typeof temporaryDirectory>>;
  const transcoder = new FfmpegTranscoder({ settings: SETTINGS });

  beforeAll(async () => {
    home = await temporaryDirectory();
  });
  afterAll(() => home.remove());

  /** One segment whose microphones are that loud; 0 is silence. */
  async function segment(name: string, loudness: readonly number[], picture: readonly string[], seconds = 2): Promise<string> {
    const path = join(home.path, name);
    const sounds = loudness.flatMap((volume, place) => ['-f', 'lavfi', '-i', `aevalsrc=${volume}*sin(2*PI*${TONES[place]}*t):s=48000`]);
    const maps = loudness.flatMap((_, place) => ['-map', `${place + 1}:a`]);
    const args = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', ...sounds, '-map', '0:v', ...maps, '-t', String(seconds)];
    const { status, stderr } = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...args, ...picture, '-c:a', 'aac', path]);
    expect(status, stderr).toBe(0);
    return path;
  }

  /** The recipe, and the loudness of each tone in each track of the result, dB. The first track is the default. */
  async function joinedOf(scratch: string, paths: readonly string[]) {
    await mkdir(join(home.path, scratch));
    const inputs = await Promise.all(paths.map(async (path) => ({ path, kind: 'video', bytes: (await stat(path)).size }) as const));
    const { file } = await transcoder.makePlayable(inputs, join(home.path, scratch));
    const entries = ['-select_streams', 'a', '-show_entries', 'stream_disposition=default', '-of', 'csv=p=0', file.path];
    const defaults = (await runProgram('ffprobe', ['-v', 'error', ...entries])).stdout.trim().split('\n').map(Number);
    const tracks = await Promise.all(
      defaults.map(async (_, track) => {
        const [low = 0, high = 0] = await Promise.all(TONES.map((hertz) => volumeOf(file.path, track, hertz)));
        return low > high ? 'low' : 'high';
      }),
    );
    return { recipe: file.recipe, defaults, tracks };
  }

  async function volumeOf(path: string, track: number, hertz: number): Promise<number> {
    const filter = `bandpass=f=${hertz}:w=100,volumedetect`;
    const { stderr } = await runProgram('ffmpeg', ['-nostdin', '-i', path, '-map', `0:a:${track}`, '-af', filter, '-f', 'null', '-']);
    return Number(/mean_volume: (-?[\d.]+)/.exec(stderr)?.[1]);
  }

  it('copies the loudest of all segments first, though it is silent in the first one', async () => {
    const segments = [await segment('a1.mp4', [0.02, 0], H264), await segment('a2.mp4', [0.02, 0.6], H264)];
    expect(await joinedOf('copied', segments)).toEqual({ recipe: 'remux/2', defaults: [1, 0], tracks: ['high', 'low'] });
  });

  it('keeps the order of the file where the first is the loudest', async () => {
    const segments = [await segment('d1.mp4', [0.6, 0.1], H264), await segment('d2.mp4', [0.6, 0.3], H264)];
    expect(await joinedOf('in-order', segments)).toEqual({ recipe: 'remux/2', defaults: [1, 0], tracks: ['low', 'high'] });
  });

  it('does so too where segments have to be encoded, and one of them has no second microphone', async () => {
    const segments = [await segment('b1.mp4', [0.02], H264), await segment('b2.mov', [0.02, 0.6], MJPEG)];
    expect(await joinedOf('encoded', segments)).toEqual({ recipe: 'h264-720p/2', defaults: [1, 0], tracks: ['high', 'low'] });
  });

  it('weighs by length: a bang in a short segment does not outweigh speech in a long one', async () => {
    const segments = [await segment('c1.mp4', [0.5, 0], H264, 10), await segment('c2.mov', [0, 0.6], MJPEG, 1)];
    expect(await joinedOf('weighed', segments)).toMatchObject({ defaults: [1, 0], tracks: ['low', 'high'] });
  });

  it('keeps every picture of a segment whose clock was set back while it recorded', async () => {
    const flv = ['-c:v', 'flv', '-ar', '44100'];
    const paths = [await segment('before.flv', [0.5], flv), await segment('set-back.flv', [0.5], flv)];
    await setFlvClock(paths[1] ?? '', -900);
    await mkdir(join(home.path, 'set-back'));
    const inputs = await Promise.all(paths.map(async (path) => ({ path, kind: 'video', bytes: (await stat(path)).size }) as const));
    const { file, durationMs } = await transcoder.makePlayable(inputs, join(home.path, 'set-back'));
    const count = ['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0'];
    // Two segments of two seconds each, with ten pictures a second.
    expect((await runProgram('ffprobe', [...count, file.path])).stdout.trim()).toBe('40');
    expect(Math.abs(durationMs - 4000)).toBeLessThan(200);
  });
});
