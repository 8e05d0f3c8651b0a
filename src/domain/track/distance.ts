const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
/** Whoever stands still is shown as walking about by so much. */
const NOISE_M = 10;

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** Metres between two places on a sphere as large as the earth: off by half a percent at most. */
export function metresBetween(one: Place, other: Place): number {
  const [a, b] = [one.latitude * RADIANS, other.latitude * RADIANS];
  const down = Math.sin((b - a) / 2);
  const along = Math.sin(((other.longitude - one.longitude) * RADIANS) / 2);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(down * down + Math.cos(a) * Math.cos(b) * along * along)));
}

/** The way along these places, metres. Steps that are no larger than the noise of a receiver do not count, or standing still would make kilometres. */
export function lengthM(places: readonly Place[]): number {
  let [anchor] = places;
  let sum = 0;
  for (const place of places) {
    if (!anchor) continue;
    const step = metresBetween(anchor, place);
    if (step < NOISE_M) continue;
    sum += step;
    anchor = place;
  }
  const last = places.at(-1);
  return anchor && last ? sum + metresBetween(anchor, last) : sum;
}
