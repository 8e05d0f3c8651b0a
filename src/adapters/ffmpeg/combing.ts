import { readFile, rm } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import type { MediaStream } from '#ports/transcoder';

/*
 * Whether pictures are combed: two moments interleaved line by line, as an interlaced camera writes them. Where something moved between the two,
 * neighbouring lines differ more than lines of one moment, two apart; in a picture of one moment it is the other way round.
 */

const STRIP = { width: 320, height: 288 };
const PICTURES_PER_PLACE = 8;
/** At least so many blocks, and such a share of the moving ones, must be combed. A moving thing with fine stripes looks combed here and there. */
const COMBED_LEAST = 4;
const COMBED_SHARE = 0.05;
const BLOCK = 16;
/** A block whose mean step of brightness from line to line, of 255, is below this is noise. */
const STEP_LEAST = 6;
/** In a combed block neighbouring lines differ so many times more than lines of one moment. */
const COMB = 1.3;
/** A block counts as moving from this mean change of brightness on, of 255, since the picture before. What stands still tells nothing. */
const MOVED_LEAST = 3;

/** Counts the moving blocks, and those of them that are combed. `pictures`: 8-bit brightness, one picture after the other. */
export function combedBlocks(pictures: Uint8Array, width: number, height: number): { moving: number; combed: number } {
  const size = width * height;
  let moving = 0;
  let combed = 0;
  for (let start = size; start + size <= pictures.length; start += size) {
    for (let top = 0; top + BLOCK + 2 <= height; top += BLOCK) {
      for (let left = 0; left + BLOCK <= width; left += BLOCK) {
        const { near, far, moved } = stepsOf(pictures, start + top * width + left, width, size);
        if (moved < MOVED_LEAST || Math.max(near, far) < STEP_LEAST) continue;
        moving += 1;
        if (near > COMB * far) combed += 1;
      }
    }
  }
  return { moving, combed };
}

/** Mean difference of a block's lines to the next, to the one after that, and to the same line of the picture before. */
function stepsOf(pictures: Uint8Array, at: number, width: number, size: number): { near: number; far: number; moved: number } {
  let near = 0;
  let far = 0;
  let moved = 0;
  for (let line = 0; line < BLOCK; line += 1) {
    const begin = at + line * width;
    for (let place = begin; place < begin + BLOCK; place += 1) {
      const here = pictures[place] ?? 0;
      near += Math.abs(here - (pictures[place + width] ?? 0));
      far += Math.abs(here - (pictures[place + 2 * width] ?? 0));
      moved += Math.abs(here - (pictures[place - size] ?? 0));
    }
  }
  const count = BLOCK * BLOCK;
  return { near: near / count, far: far / count, moved: moved / count };
}

/** A file with the middle strip of some pictures. */
interface Strip {
  readonly strip: string;
}

/**
 * Arguments of ffmpeg after its inputs, which write strips of some pictures of each stream. `planar`: brightness is an 8-bit plane of its own and need not be
 * converted.
 */
export function stripOutputs(strips: readonly (Strip & { readonly stream: string })[], planar: boolean): string[] {
  // In 4:2:0 colour belongs to pairs of pixels, so odd sizes would be rounded.
  const crop = `crop=min(trunc(iw/2)*2\\,${STRIP.width}):min(trunc(ih/2)*2\\,${STRIP.height})`;
  const filter = `${crop},${planar ? 'extractplanes=y' : 'format=gray'}`;
  const common = ['-an', '-frames:v', String(PICTURES_PER_PLACE), '-fps_mode', 'passthrough', '-f', 'rawvideo'];
  return strips.flatMap(({ stream, strip }) => ['-map', stream, '-vf', filter, ...common, strip]);
}

/** Reads and removes the files that `stripOutputs` had written. Returns whether the pictures are combed. */
export async function areCombed(strips: readonly Strip[], video: MediaStream): Promise<boolean> {
  let moving = 0;
  let combed = 0;
  for (const { strip } of strips) {
    const pictures = await readFile(strip).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return new Uint8Array(0);
      throw error;
    });
    await rm(strip, { force: true });
    const counts = combedBlocks(pictures, even(video.width, STRIP.width), even(video.height, STRIP.height));
    moving += counts.moving;
    combed += counts.combed;
  }
  return combed >= COMBED_LEAST && combed >= COMBED_SHARE * moving;
}

function even(pixels: number | undefined, most: number): number {
  return Math.min(2 * Math.floor((pixels ?? 0) / 2), most);
}
