import { gpxTimeMs } from '#domain/track/gpx';
import { nmeaFixes } from '#domain/track/nmea';

/** When a satellite receiver knew the time, ms since 1970 UTC: true time, whatever the recorder's clock says. */
export interface GpsTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How much of the beginning and of the end of a track is read. */
export const TRACK_BYTES_READ = 8192;

// The time of a point, and not that of the file, which stands before the points.
const POINT_TIME = /<time>([^<]{1,64})<\/time>/g;

/** First and last time with a valid fix in the beginning and the end of a track (the same text for a short one); null if there is none. */
export function gpsTimes(beginning: string, end: string): GpsTimes | null {
  const found = [...timesIn(beginning), ...timesIn(end)];
  const [firstMs] = found;
  if (firstMs === undefined) return null;
  const lastMs = found.at(-1) ?? firstMs;
  // A track runs forward; one that does not is no track of this clip.
  return lastMs >= firstMs ? { firstMs, lastMs } : null;
}

function timesIn(text: string): number[] {
  // A fix that has no place yet has the time already: the receiver knows it before.
  const sentences = nmeaFixes(text).fixes.map(({ atMs }) => Math.floor(atMs / 1000) * 1000);
  if (sentences.length > 0) return sentences;
  const point = text.indexOf('<trkpt');
  return point < 0 ? [] : [...text.slice(point).matchAll(POINT_TIME)].map((found) => gpxTimeMs(found[1] ?? '')).filter(Number.isFinite);
}
