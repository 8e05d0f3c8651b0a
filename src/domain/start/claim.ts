import { msToClaimed } from '#domain/time/station-time';
import { AGREE_MS } from './readings.ts';

/**
 * Sources of claims. If as many claims agree with one start as with another, the source further in front is believed. A satellite
 * receiver's first fix comes after the start, so another claim that agrees with it is nearer to the start.
 */
export const CLAIM_SOURCES = ['file-name', 'container', 'mtime', 'gps', 'neighbours'] as const;
export type ClaimSource = (typeof CLAIM_SOURCES)[number];

/** `used`: the start is this claim; `agrees`: within a minute of it; `differs`: by more; `not-used`: it cannot be, see `why`. */
type Verdict = 'used' | 'agrees' | 'differs' | 'not-used';
/**
 * Why a claim is not used: it lies after the docking, or before the recorder was made; other files of the card have the same time, or the recorder's
 * clock had begun anew; the files before and after it in its row say otherwise.
 */
export type Why = 'after-docking' | 'before-make' | 'repeated' | 'clock-restarted' | 'outside-neighbours';

export interface StartClaim {
  readonly source: ClaimSource;
  /** How it was read: `wall-clock`, a ContainerReading, a MtimeReading, `first-fix`, `local-fix`, `between`. */
  readonly reading: string;
  /** As it stands there: the digits of a name or a container without zone, else UTC with `Z`. */
  readonly written: string;
  /** The last fix of `gps`, or the latest start by `neighbours`; null for other sources. */
  readonly until: string | null;
  /** Length of the file, from its container, where a start was worked out with it or can be. */
  readonly durationMs: number | null;
  /** The start that it gives, corrected by the offset of the recorder's clock where it is of that clock, ms since 1970. */
  readonly startMs: number | null;
  readonly verdict: Verdict;
  readonly why: Why | null;
}

/** Between which moments a recording must have started, by the files before and after it in its row; corrected, ms since 1970. */
export interface Bounds {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** A claim that was decided on. */
export interface Chosen {
  readonly source: Exclude<ClaimSource, 'neighbours'>;
  readonly reading: string;
  /** The start on the clock that told it, ms since 1970. */
  readonly moment: number;
  /** Corrected. */
  readonly start: number;
}

export function isInside(start: number, { fromMs, toMs }: Bounds): boolean {
  return (fromMs === null || start >= fromMs - AGREE_MS) && (toMs === null || start <= toMs + AGREE_MS);
}

/** A clock that lost its battery begins again on some first of January, in whatever zone. */
export function looksRestarted(moment: number, zone: string): boolean {
  return /^\d{4}-(?:12-31|01-0[12])T/.test(msToClaimed(moment, zone) ?? '');
}

export function iso(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
