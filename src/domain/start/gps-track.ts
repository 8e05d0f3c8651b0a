/** When a satellite receiver knew the time, ms since 1970 UTC: true time, whatever the recorder's clock says. */
export interface GpsTimes {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How much of the beginning and of the end of a track is read. */
export const TRACK_BYTES_READ = 8192;

// $GPRMC,073012.00,A,…,270619,…*hh: time, A for a valid fix, and later the date (NMEA 0183). Maker's times in brackets may stand before it.
const RMC = /\$G[A-Z]RMC,(\d{2})(\d{2})(\d{2})(?:\.\d*)?,A,(?:[^,\r\n*]*,){6}(\d{2})(\d{2})(\d{2})[^\r\n*]*(?:\*([0-9A-Fa-f]{2}))?/g;
// GPX 1.1: the time of a point, and not that of the file, which stands before the points.
const POINT_TIME = /<time>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s*<\/time>/g;

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
  const sentences = [...text.matchAll(RMC)].filter(checks).map((found) => {
    const [hour = 0, minute = 0, second = 0, day = 0, month = 0, year = 0] = found.slice(1, 7).map(Number);
    // Two digits: satellites are used since 1980.
    return Date.UTC(year < 80 ? 2000 + year : 1900 + year, month - 1, day, hour, minute, second);
  });
  if (sentences.length > 0) return sentences;
  const point = text.indexOf('<trkpt');
  return point < 0 ? [] : [...text.slice(point).matchAll(POINT_TIME)].map((found) => Date.parse(found[1] ?? '')).filter(Number.isFinite);
}

/** The sum of a sentence, if it has one, is the exclusive or of the characters between `$` and `*`. */
function checks(found: RegExpMatchArray): boolean {
  const sum = found[7];
  if (sum === undefined) return true;
  const sentence = found[0].slice(1, -3);
  return [...sentence].reduce((so, character) => so ^ character.charCodeAt(0), 0) === Number.parseInt(sum, 16);
}
