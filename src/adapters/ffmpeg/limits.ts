import type { FfmpegSettings } from './settings.ts';

/*
 * Limits of media processes, so that a small file cannot take the station's time or disk. They follow from the bytes of the original and from frames that a
 * decoder has delivered, never from the length, rate or count that a header claims.
 */

/** A process may take one second for each 64 KiB, which is a hundred times slower than two cores transcode. */
const BYTES_PER_SECOND = 64 * 1024;
/** More time for each megapixel that was made, ms. */
const MS_PER_MEGAPIXEL = 500;
/** A derivative may be so many times larger than its original. Sound of 4.75 kbit/s (AMR) becomes AAC of 64 kbit/s; nothing else grows so much. */
const GROWTH_MAX = 24;
const OUTPUT_BYTES_LEAST = 64 * 1024 * 1024;

/** How long a process may work, ms. `bytes`: of the original. `megapixelsMade`: how many it has made so far. */
export function allowedMs(settings: Pick<FfmpegSettings, 'timeLimitMs'>, bytes: number, megapixelsMade: number): number {
  return settings.timeLimitMs + (1000 * bytes) / BYTES_PER_SECOND + MS_PER_MEGAPIXEL * megapixelsMade;
}

/** Largest size of a derivative of an original with so many bytes, bytes. */
export function outputBytesAllowed(settings: Pick<FfmpegSettings, 'outputBytesMax'>, bytes: number): number {
  return Math.min(settings.outputBytesMax, OUTPUT_BYTES_LEAST + GROWTH_MAX * bytes);
}
