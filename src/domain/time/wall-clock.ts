import { Info } from 'luxon';
import { standardOffsetMinutes } from './station-time.ts';

/*
 * Sums over what a clock on the wall shows. Such a time is written here as ms since 1970 as if it were UTC ("plain"), because the station's zone must not
 * change the distance between two times that one clock has shown.
 */

const DAY_MS = 86_400_000;

/** `2019-06-27T15:30:12` as plain ms. */
export function plainMs(claimed: string): number {
  return Date.parse(`${claimed}Z`);
}

/**
 * What a clock may show some time after it showed `fromMs` (plain): a clock without summer time goes on, one that keeps the zone's summer time jumps when that
 * begins or ends in between. An hour that the zone has twice may be either of the two.
 */
export function shownAfter(fromMs: number, durationMs: number, zone: string): readonly number[] {
  const ends = [fromMs + durationMs];
  if (offsetMs(fromMs - DAY_MS, zone) === offsetMs(fromMs + durationMs + DAY_MS, zone)) return ends;
  const jumped = instantsOf(fromMs, zone).map((instant) => instant + durationMs + offsetMs(instant + durationMs, zone));
  return [...new Set([...ends, ...jumped])];
}

/** The moments (ms since 1970 UTC) at which clocks of the zone show this plain time: none in the hour that summer time skips, two in the one that it repeats. */
export function instantsOf(plain: number, zone: string): readonly number[] {
  const offsets = new Set([offsetMs(plain - DAY_MS, zone), offsetMs(plain + DAY_MS, zone)]);
  return [...offsets].map((offset) => plain - offset).filter((instant) => instant + offsetMs(instant, zone) === plain);
}

/**
 * A file's time as the recorder's clock may have shown it (plain). FAT keeps wall-clock times, which are read in the zone's standard time all year; other file
 * systems keep moments.
 */
export function shownOnFile(mtimeMs: number, zone: string): readonly number[] {
  const standardMs = standardOffsetMinutes(mtimeMs, zone) * 60_000;
  return [...new Set([mtimeMs + offsetMs(mtimeMs, zone), mtimeMs + standardMs])];
}

function offsetMs(ms: number, zone: string): number {
  return Info.normalizeZone(zone).offset(ms) * 60_000;
}
