import { writeFile } from 'node:fs/promises';
import { runBinary } from './programs.ts';

/*
 * Pictures that tell their number: eight bits as black and white fields in the upper row, the same bits the other way round in the row below, so
 * that a picture that is not one of ours is not read as a number. Below them something that moves, so that interlaced pictures are combed.
 */
export const WIDTH = 160;
export const HEIGHT = 120;
const BITS = 8;
const FIELD = WIDTH / BITS;
const ROW = 24;
const PICTURE_BYTES = WIDTH * HEIGHT;

/** `count` pictures of 8-bit brightness at the given file; `perNumber` of them carry the same number while things go on moving. */
export async function drawNumbers(path: string, count: number, perNumber = 1): Promise<void> {
  const all = new Uint8Array(count * PICTURE_BYTES);
  for (let picture = 0; picture < count; picture += 1)
    draw(all.subarray(picture * PICTURE_BYTES), Math.floor(picture / perNumber), picture);
  await writeFile(path, all);
}

function draw(into: Uint8Array, number: number, step: number): void {
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const bit = (number >> Math.floor(x / FIELD)) & 1;
      const moving = (x + 3 * step) % 40 < 20 ? 60 : 170;
      into[y * WIDTH + x] = y < ROW ? 16 + 219 * bit : y < 2 * ROW ? 16 + 219 * (1 - bit) : moving;
    }
  }
}

/** The number in a picture of WIDTH × HEIGHT; null if it shows none. */
export function readNumber(picture: Uint8Array): number | null {
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const x = bit * FIELD + FIELD / 2;
    const high = mean(picture, x, ROW / 2);
    const low = mean(picture, x, ROW + ROW / 2);
    if (Math.abs(high - low) < 40) return null;
    if (high > low) number |= 1 << bit;
  }
  return number;
}

function mean(picture: Uint8Array, x: number, y: number): number {
  let sum = 0;
  for (let down = -3; down <= 3; down += 1)
    for (let right = -3; right <= 3; right += 1) sum += picture[(y + down) * WIDTH + x + right] ?? 0;
  return sum / 49;
}

/** The numbers of all pictures that ffmpeg decodes of a file, as a player shows them: upright and in shape. */
export async function numbersIn(path: string): Promise<(number | null)[]> {
  const args = ['-nostdin', '-v', 'quiet', '-max_error_rate', '1', '-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough'];
  const shown = ['-vf', `scale=${WIDTH}:${HEIGHT}:flags=area,format=gray`, '-f', 'rawvideo', '-'];
  const pictures = await runBinary('ffmpeg', [...args, ...shown]);
  return Array.from({ length: Math.floor(pictures.length / PICTURE_BYTES) }, (_, place) =>
    readNumber(pictures.subarray(place * PICTURE_BYTES, (place + 1) * PICTURE_BYTES)),
  );
}
