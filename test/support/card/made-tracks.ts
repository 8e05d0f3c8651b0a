/** A moment and a place, as the tests that write tracks name them. */
export interface MadeFix {
  readonly atMs: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly kmh?: number;
}

function angle(degrees: number, whole: number): string {
  const minutes = Math.round(Math.abs(degrees) * 600_000);
  return `${String(Math.floor(minutes / 600_000)).padStart(whole, '0')}${((minutes % 600_000) / 10_000).toFixed(4).padStart(7, '0')}`;
}

/** The exclusive or that NMEA 0183 wants after a sentence. */
export function summed(sentence: string): string {
  let sum = 0;
  for (let at = 1; at < sentence.length; at += 1) sum ^= sentence.charCodeAt(at);
  return `${sentence}*${sum.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** `$GNRMC,…*hh` of a fix, without the end of its line. */
export function rmcOf({ atMs, latitude, longitude, kmh }: MadeFix, { talker = 'GN', status = 'A' } = {}): string {
  const [, year, month, day, hour, minute, second] =
    /^\d\d(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d\.\d\d)/.exec(new Date(atMs).toISOString()) ?? [];
  const place = `${angle(latitude, 2)},${latitude < 0 ? 'S' : 'N'},${angle(longitude, 3)},${longitude < 0 ? 'W' : 'E'}`;
  const knots = kmh === undefined ? '' : (kmh / 1.852).toFixed(2);
  return summed(`$${talker}RMC,${hour}${minute}${second},${status},${place},${knots},,${day}${month}${year},,,A`);
}

/** What a receiver writes beside its positions: height and satellites of the same fix. */
export function nmeaOf(fixes: readonly MadeFix[]): string {
  return fixes.map((fix) => `${rmcOf(fix)}\r\n${summed('$GNGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1')}\r\n`).join('');
}

export function gpxOf(fixes: readonly MadeFix[]): string {
  const points = fixes.map(
    ({ atMs, latitude, longitude, kmh }) =>
      `<trkpt lat="${latitude.toFixed(7)}" lon="${longitude.toFixed(7)}"><ele>61.2</ele><time>${new Date(atMs).toISOString()}</time>${kmh === undefined ? '' : `<speed>${(kmh / 3.6).toFixed(2)}</speed>`}</trkpt>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="recorder" xmlns="http://www.topografix.com/GPX/1/1">',
    '<metadata><time>2001-01-01T00:00:00Z</time></metadata>',
    `<trk><trkseg>${points.join('\n')}</trkseg></trk></gpx>\n`,
  ].join('\n');
}

/** Fixes once a second along legs: course in degrees, seconds, metres a second. */
export function ride(
  begin: MadeFix,
  legs: readonly { readonly course: number; readonly seconds: number; readonly speed: number }[],
): readonly MadeFix[] {
  const fixes: MadeFix[] = [begin];
  for (const { course, seconds, speed } of legs)
    for (let second = 0; second < seconds; second += 1) {
      const { atMs, latitude, longitude } = fixes.at(-1) ?? begin;
      const turn = (course * Math.PI) / 180;
      fixes.push({
        atMs: atMs + 1000,
        latitude: latitude + (speed * Math.cos(turn)) / 111_195,
        longitude: longitude + (speed * Math.sin(turn)) / (111_195 * Math.cos((latitude * Math.PI) / 180)),
        kmh: speed * 3.6,
      });
    }
  return fixes;
}
