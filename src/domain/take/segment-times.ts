import type { CardFacts } from '#domain/card/facts';
import { standardOffsetMinutes } from '#domain/time/station-time';
import { instantsOf, plainMs, shownAfter, shownOnFile } from '#domain/time/wall-clock';
import type { Segment } from './segment-names.ts';

/** What the times of two segments say: how long after the end of one the other begins (negative: before it), ms. */
export interface Meeting {
  readonly gapMs: number;
  /**
   * The same by every reading of the clock; `gapMs` is the one closest to zero. There are several because a file's time may be its
   * beginning or its end, and a clock may have jumped.
   */
  readonly gapsMs: readonly number[];
  /** Within the tolerance of the driver and of the clock that was compared. */
  readonly meets: boolean;
}

// A file's time is believed to be the end of its segment only this long after the beginning.
const SEGMENT_BY_MTIME_MS_MAX = 4 * 3600_000;
/** Containers keep whole seconds. */
const CONTAINER_GRAIN_MS = 1000;
/** FAT keeps even seconds. */
const FILE_GRAIN_MS = 2000;
// Cameras whose clock is lost begin in 1904, 1970 or 1980: such a file time says nothing.
const FILE_TIME_MS_MIN = Date.UTC(1980, 0, 2);

/**
 * Whether the end of `a` meets the start of `b`, by the first clock that both have: the times in their names, the containers' own times,
 * the files' times. Null if none of them can tell. One clock is never compared with another, with one exception: where the container of a
 * segment does not tell its length, the file's time is its end.
 */
export function meeting(a: Segment, b: Segment, timezone: string): Meeting | null {
  const stamps = stampsOf(a.facts, b.facts);
  if (stamps === 'apart') return { gapMs: Number.POSITIVE_INFINITY, gapsMs: [], meets: false };
  // Where names tell when each segment begins, no other clock is asked: a copied card's file times would say something else of every file.
  if (stamps === 'own') return byNames(a, b, timezone);
  return byContainers(a, b, timezone) ?? byFileTimes(a, b, timezone);
}

type Stamps = Pick<CardFacts, 'claimedStart' | 'part' | 'partTime'>;

/**
 * How the times in two names of one row are meant. `own`: each tells when its segment begins; `apart`: they are those of two takes; `none`:
 * they do not tell when the second segment begins.
 */
export function stampsOf(a: Stamps, b: Stamps): 'own' | 'apart' | 'none' {
  const { claimedStart, part, partTime } = a;
  if (claimedStart === undefined || b.claimedStart === undefined) return 'none';
  const oneStamp = claimedStart === b.claimedStart;
  if (part === undefined || partTime === undefined || partTime === 'segment') return 'own';
  // Both names hold the time at which their take began.
  if (oneStamp) return 'none';
  return partTime === 'take' ? 'apart' : 'own';
}

function byNames(a: Segment, b: Segment, timezone: string): Meeting | null {
  const startMs = plainMs(a.facts.claimedStart ?? '');
  const nextMs = plainMs(b.facts.claimedStart ?? '');
  const { durationMs, contiguousMs } = a.facts;
  if (durationMs !== null)
    return closest(
      [...shownAfter(startMs, durationMs, timezone)].map((end) => nextMs - end),
      contiguousMs,
    );
  const ends = shownOnFile(a.mtimeMs, timezone).filter((end) => isEndOf(startMs, end, timezone));
  return closest(
    ends.map((end) => nextMs - end),
    contiguousMs + FILE_GRAIN_MS,
  );
}

function isEndOf(startMs: number, endMs: number, timezone: string): boolean {
  const plausible = (ms: number) => ms > 0 && ms < SEGMENT_BY_MTIME_MS_MAX;
  if (plausible(endMs - startMs)) return true;
  return instantsOf(startMs, timezone).some((start) => instantsOf(endMs, timezone).some((end) => plausible(end - start)));
}

function byContainers(a: Segment, b: Segment, timezone: string): Meeting | null {
  const { containerMs: first, contiguousMs } = a.facts;
  const second = b.facts.containerMs;
  // The same time in both is that of the take, or one that the maker put there: it tells no distance.
  if (first === null || second === null || Math.abs(first - second) <= CONTAINER_GRAIN_MS) return null;
  return stamped(
    { first, second, firstLasts: a.facts.durationMs, secondLasts: b.facts.durationMs },
    contiguousMs + CONTAINER_GRAIN_MS,
    timezone,
  );
}

function byFileTimes(a: Segment, b: Segment, timezone: string): Meeting | null {
  if (Math.min(a.mtimeMs, b.mtimeMs) < FILE_TIME_MS_MIN || a.mtimeMs === b.mtimeMs) return null;
  const { contiguousMs, durationMs } = a.facts;
  // As FAT would show them, so that a clock that keeps summer time is seen to jump.
  const shift = standardOffsetMinutes(a.mtimeMs, timezone) * 60_000;
  const stamps = { first: a.mtimeMs + shift, second: b.mtimeMs + shift, firstLasts: durationMs, secondLasts: b.facts.durationMs };
  return stamped(stamps, contiguousMs + FILE_GRAIN_MS, timezone);
}

/** Compares two times of one sort. A camera writes either the beginning or the end of each file there, the same one in both. */
function stamped(
  { first, second, firstLasts, secondLasts }: { first: number; second: number; firstLasts: number | null; secondLasts: number | null },
  toleranceMs: number,
  timezone: string,
): Meeting | null {
  const gaps = [firstLasts, secondLasts].flatMap((lasts) =>
    lasts === null ? [] : shownAfter(first, lasts, timezone).map((expected) => second - expected),
  );
  return closest(gaps, toleranceMs);
}

function closest(gaps: readonly number[], toleranceMs: number): Meeting | null {
  const gapMs = [...gaps].sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  return gapMs === undefined ? null : { gapMs, gapsMs: gaps, meets: Math.abs(gapMs) <= toleranceMs };
}
