import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EvidockError, said } from '#domain/errors';

export type Recipe = 'h264' | 'hevc' | 'mjpeg-avi' | 'mov-pcm' | 'ts' | 'wav' | 'photo' | 'thumbnail' | 'truncated';

const SOURCES = [
  'testsrc2=size=640x360:rate=25',
  'mandelbrot=size=640x360:rate=25',
  'life=size=640x360:rate=25:mold=10:life_color=#66ccff:death_color=#223344',
  'smptehdbars=size=640x360:rate=25',
];

const CODECS: Readonly<Record<Exclude<Recipe, 'photo' | 'thumbnail' | 'truncated' | 'wav'>, readonly string[]>> = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac', '-f', 'mp4'],
  hevc: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=none',
    '-tag:v',
    'hvc1',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
    '-f',
    'mp4',
  ],
  'mjpeg-avi': ['-c:v', 'mjpeg', '-q:v', '6', '-c:a', 'pcm_s16le', '-f', 'avi'],
  'mov-pcm': ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1', '-f', 'mov'],
  ts: ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'mpegts'],
};

function ffmpeg(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4000);
    });
    child.on('error', (error) => reject(new EvidockError('transcoder.missing', said(error), error)));
    child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${status}: ${words}`))));
  });
}

/** Renders moving picture and sound for sample cards; the same clip is rendered once. */
export class CardMedia {
  readonly #seconds: number;
  readonly #made = new Map<string, Promise<string>>();
  #directory: Promise<string> | undefined;

  constructor(options: { secondsPerClip: number }) {
    this.#seconds = options.secondsPerClip;
  }

  /** Writes a file of that kind; `variant` chooses picture and tone, and is deterministic. */
  async write(recipe: Recipe, variant: number, path: string): Promise<void> {
    const key = `${recipe}-${variant}`;
    let made = this.#made.get(key);
    if (!made) {
      made = this.#render(recipe, variant);
      this.#made.set(key, made);
    }
    await copyFile(await made, path);
  }

  async #render(recipe: Recipe, variant: number): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'evidock-card-'));
    const path = join(await this.#directory, `${recipe}-${variant}`);
    const picture = ['-f', 'lavfi', '-i', SOURCES[variant % SOURCES.length] ?? ''];
    const sound = ['-f', 'lavfi', '-i', `sine=frequency=${300 + 40 * (variant % 20)}:sample_rate=48000`];
    const exact = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'];
    if (recipe === 'photo' || recipe === 'thumbnail') {
      const size = recipe === 'photo' ? '1280x720' : '160x90';
      await ffmpeg([...picture, '-frames:v', '1', '-vf', `scale=${size.replace('x', ':')}`, '-f', 'mjpeg', ...exact, path]);
    } else if (recipe === 'wav') {
      await ffmpeg([...sound, '-t', String(this.#seconds), '-ar', '16000', '-f', 'wav', ...exact, path]);
    } else if (recipe === 'truncated') {
      await ffmpeg([...picture, ...sound, '-t', String(this.#seconds), ...CODECS.h264, ...exact, path]);
      await this.#cutMovieBox(path);
    } else {
      await ffmpeg([...picture, ...sound, '-t', String(this.#seconds), ...CODECS[recipe], ...exact, path]);
    }
    return path;
  }

  /** As a recorder leaves it that lost its power: the picture data is there, the index that would have come last is not. */
  async #cutMovieBox(path: string): Promise<void> {
    const handle = await open(path, 'r+');
    try {
      const { size } = await handle.stat();
      await handle.truncate(Math.floor(size * 0.7));
    } finally {
      await handle.close();
    }
  }

  async dispose(): Promise<void> {
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }
}
