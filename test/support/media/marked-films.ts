import { readdir, readFile } from 'node:fs/promises';
import { runBinary } from '#test/media/programs';

export const WIDTH = 640;
export const HEIGHT = 360;
export const RATE = 25;
const PIXELS = WIDTH * HEIGHT;
/** Encoders change a plain colour by less. */
const CHANGED = 24;

const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
const AS_MADE = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest', '-movflags', '+faststart'];

/** A film of one colour with a tone, as the station would have made it playable. */
export async function plainFilm(path: string, color: string, seconds: number): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `color=${color}:s=${WIDTH}x${HEIGHT}:r=${RATE}:d=${seconds}`];
  await runBinary('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...picture, ...SOUND, ...AS_MADE, path]);
}

/** A film whose copy is too large for the buffers of a connection: whoever does not read it stops its making. */
export async function noisyFilm(path: string, seconds: number): Promise<void> {
  const picture = ['-f', 'lavfi', '-i', `color=gray:s=${WIDTH}x${HEIGHT}:r=${RATE}:d=${seconds},noise=alls=60:allf=t`];
  await runBinary('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...picture, ...SOUND, ...AS_MADE, path]);
}

/** A tone alone. */
export async function plainSound(path: string, seconds: number): Promise<void> {
  await runBinary('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...SOUND, '-t', String(seconds), '-c:a', 'aac', path]);
}

/** The brightness of these frames, decoded. */
export async function framesOf(path: string, numbers: readonly number[]): Promise<readonly Buffer[]> {
  const chosen = numbers.map((number) => `eq(n\\,${number})`).join('+');
  const raw = ['-vf', `select=${chosen}`, '-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const bytes = await runBinary('ffmpeg', ['-nostdin', '-v', 'error', '-i', path, ...raw]);
  return numbers.map((_, at) => bytes.subarray(at * PIXELS, (at + 1) * PIXELS));
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Pixels in it that differ. */
  readonly count: number;
}

/** Where two frames differ. */
export function differing(one: Buffer, other: Buffer): Box {
  let [left, top, right, bottom, count] = [WIDTH, HEIGHT, -1, -1, 0];
  for (let at = 0; at < PIXELS; at += 1) {
    if (Math.abs((one[at] ?? 0) - (other[at] ?? 0)) < CHANGED) continue;
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    count += 1;
  }
  return { left, top, right, bottom, count };
}

export interface Probed {
  readonly format: { readonly duration: string; readonly format_name: string; readonly tags?: Readonly<Record<string, string>> };
  readonly streams: readonly { readonly codec_type: string; readonly codec_name: string; readonly nb_read_packets: string }[];
}

export async function probed(path: string): Promise<Probed> {
  const told = ['-of', 'json', '-show_format', '-show_streams', '-count_packets'];
  return JSON.parse((await runBinary('ffprobe', ['-v', 'error', ...told, path])).toString()) as Probed;
}

/** SHA-256 of the packets of sound, as they lie in the file. */
export async function soundDigest(path: string): Promise<string> {
  return (
    await runBinary('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a', '-c', 'copy', '-f', 'hash', '-hash', 'sha256', '-'])
  ).toString();
}

/** Processes that make a copy whose mark holds this text. */
export async function makersOf(text: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.includes('ffmpeg') && line.includes(text)) found.push(Number(name));
  }
  return found;
}

/** Clock ticks that a process has worked so far. */
export async function ticksOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
