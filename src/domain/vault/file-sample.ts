/** A whole number from 0 to `below` - 1, each as likely as any other. */
export type RandomBelow = (below: number) => number;

/** Files up to this size are compared byte by byte: a sample of them would cost as much. */
export const WHOLE_BYTES_MAX = 4 * 1024 * 1024;
/** What file systems and kernels read at once: asking for less wins nothing. */
export const BLOCK_BYTES = 4096;
/** Blocks of a full sample. */
export const SAMPLE_BLOCKS = 256;
/** Blocks of a file where the time for its card does not suffice for a full sample; it comes first at the next docking. */
export const FEWER_BLOCKS = 16;

/** Random blocks may take this share of the time that reading the sampled files whole would take. */
const TIME_SHARE = 1 / 8;
/** Random blocks may always take this much time, so that a card with few files is fully sampled, however slow it is. */
const TIME_MS_MIN = 5000;

/**
 * Where a file of `bytes` bytes is looked at: `blocks` blocks of 4 KiB, one at a random place in each of as many equal parts of the file. So every
 * block may be chosen, a changed run as long as two parts is always hit, and what is scattered over a share x of the blocks is missed with a
 * probability of at most (1 - x)^blocks. Returns byte positions, ascending.
 */
export function samplePositions(bytes: number, blocks: number, random: RandomBelow): readonly number[] {
  const all = Math.ceil(bytes / BLOCK_BYTES);
  const parts = Math.min(blocks, all);
  return Array.from({ length: parts }, (_, part) => {
    const start = Math.floor((part * all) / parts);
    const end = Math.floor(((part + 1) * all) / parts);
    return (start + random(end - start)) * BLOCK_BYTES;
  });
}

/** What was measured on a card while its known files were sampled. */
export interface SampleCosts {
  /** Bytes of all known files that are sampled. */
  readonly bytes: number;
  /** Bytes read in a row, and how long that took. */
  readonly readBytes: number;
  readonly readMs: number;
  /** Full samples taken so far, and how long their random blocks took. */
  readonly samples: number;
  readonly sampleMs: number;
}

/** How many files of the card may have a full sample. */
export function fullSamplesMax({ bytes, readBytes, readMs, samples, sampleMs }: SampleCosts): number {
  if (samples === 0 || sampleMs <= 0) return Number.POSITIVE_INFINITY;
  const wholeMs = readBytes > 0 ? (bytes * readMs) / readBytes : 0;
  return Math.floor(Math.max(TIME_MS_MIN, TIME_SHARE * wholeMs) / (sampleMs / samples));
}

/** When an original was compared with the file of its name on a card, or read from it; ms since 1970, null: never. */
export interface Compared {
  /** Read whole, to be sealed. */
  readonly copiedAtMs: number | null;
  /** Its last full sample. */
  readonly sampledAtMs: number | null;
  /** Its last comparison from the first byte to the last, and the docking of that. */
  readonly recheckedAtMs: number | null;
  readonly recheckedIn: string | null;
}

/**
 * Sorts files by who gets the next full sample: first those that no later docking has compared, newest first; then those whose last
 * comparison is longest ago.
 */
export function bySampleNeed(a: Compared, b: Compared): number {
  const last = ({ sampledAtMs, recheckedAtMs }: Compared) => Math.max(sampledAtMs ?? 0, recheckedAtMs ?? 0);
  return last(a) - last(b) || (b.copiedAtMs ?? 0) - (a.copiedAtMs ?? 0);
}

/** Sorts files by who is compared whole next: first the one that was not read whole for the longest time. */
export function byRecheckNeed(a: Compared, b: Compared): number {
  const last = ({ copiedAtMs, recheckedAtMs }: Compared) => Math.max(copiedAtMs ?? 0, recheckedAtMs ?? 0);
  return last(a) - last(b);
}
