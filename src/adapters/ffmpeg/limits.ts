import type { FfmpegSettings } from './settings.ts';

/*
 * A small file may not take the station's time or disk. Limits come from the bytes of the original and from frames that a decoder has
 * delivered, never from what a header claims of length, rate or count.
 */

/** One second for each 64 KiB: a hundred times slower than two cores transcode. */
const BYTES_PER_SECOND = 64 * 1024;
/** For each megapixel that was made, ms. */
const MS_PER_MEGAPIXEL = 500;
/** Sound of 4.75 kbit/s (AMR) becomes AAC of 64 kbit/s; nothing else grows so much. */
const GROWTH_MAX = 24;
const OUTPUT_BYTES_LEAST = 64 * 1024 * 1024;

/** How long a process may work on an original of that many bytes of which it has made that many megapixels, ms. */
export function allowedMs(settings: Pick<FfmpegSettings, 'timeLimitMs'>, bytes: number, megapixelsMade: number): number {
  return settings.timeLimitMs + (1000 * bytes) / BYTES_PER_SECOND + MS_PER_MEGAPIXEL * megapixelsMade;
}

/** How large a derivative of an original of that many bytes may become. */
export function outputBytesAllowed(settings: Pick<FfmpegSettings, 'outputBytesMax'>, bytes: number): number {
  return Math.min(settings.outputBytesMax, OUTPUT_BYTES_LEAST + GROWTH_MAX * bytes);
}
