/*
 * Goal: what a recorder wrote of its way is read as it was, and what is nonsense in it is left out and counted, for each rule by an example that can be read. Method: texts as
 * receivers write them. Random ways, and bytes that are no track: track.property.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { gpxOf, type MadeFix, nmeaOf, ride, rmcOf, summed } from '#test/support/card/made-tracks';
import { lengthM, metresBetween } from './distance.ts';
import { joined, POINTS_MAX, TrackPoints } from './track-points.ts';
import { TrackReader } from './track-reader.ts';

const BEGIN = Date.parse('2026-06-20T07:30:12Z');
const HERE = { latitude: 34.62, longitude: 112.4567 };
const NONE = { unreadable: 0, nowhere: 0, otherTime: 0, backwards: 0, tooFast: 0 };

/** Fixes that stand still, a second apart. */
const still = (count: number, fromMs = BEGIN, place: Omit<MadeFix, 'atMs'> = HERE): MadeFix[] =>
  Array.from({ length: count }, (_, at) => ({ atMs: fromMs + at * 1000, ...place }));

function read(text: string, near: ConstructorParameters<typeof TrackReader>[0] = null) {
  const reader = new TrackReader(near);
  reader.push(Buffer.from(text, 'latin1'));
  return reader.finish();
}

/** Seconds after the beginning of the points that were kept, and what was left out. */
function kept(text: string, near: ConstructorParameters<typeof TrackReader>[0] = null) {
  const { track } = read(text, near);
  return { seconds: track.points.map(({ atMs }) => (atMs - BEGIN) / 1000), dropped: track.dropped };
}

describe('sentences', () => {
  it.each(['GP', 'GN', 'GL', 'GB', 'BD'])('of the satellites %s tell time, place and speed', (talker) => {
    const { track, format } = read(rmcOf({ atMs: BEGIN + 250, ...HERE, kmh: 18.52 }, { talker }));
    expect(format).toBe('nmea');
    expect(track.points).toHaveLength(1);
    expect(track.points[0]?.atMs).toBe(BEGIN + 250);
    expect(track.points[0]?.latitude).toBeCloseTo(HERE.latitude, 5);
    expect(track.points[0]?.longitude).toBeCloseTo(HERE.longitude, 5);
    expect(track.points[0]?.kmh).toBeCloseTo(18.52, 1);
  });

  it('of the south and the west are negative', () => {
    const [point] = read(rmcOf({ atMs: BEGIN, latitude: -33.8568, longitude: -70.6483 })).track.points;
    expect([point?.latitude.toFixed(4), point?.longitude.toFixed(4)]).toEqual(['-33.8568', '-70.6483']);
  });

  it('are read with the times of a maker before them, with any end of line, and without one at the end', () => {
    const [a, b, c] = still(3).map((fix) => rmcOf(fix));
    expect(kept(`[1561620612000]${a}\r${b}\n\n[1561620614000]${c}`).seconds).toEqual([0, 1, 2]);
  });

  it('without a valid fix are no fixes, and without a sum are', () => {
    const text = [rmcOf({ atMs: BEGIN, ...HERE }, { status: 'V' }), rmcOf({ atMs: BEGIN + 1000, ...HERE }).replace(/\*..$/, '')].join('\n');
    expect(kept(text)).toEqual({ seconds: [1], dropped: NONE });
  });

  it('with a wrong sum, a time or a date that there is not are left out', () => {
    const good = rmcOf({ atMs: BEGIN, ...HERE });
    const bad = (from: string, to: string) => summed(good.replace(/\*..$/, '').replace(from, to));
    const text = [good.replace(/\*..$/, '*00'), bad('073012', '253012'), bad('200626', '201326'), bad('200626', '000626'), good].join(
      '\r\n',
    );
    expect(kept(text)).toEqual({ seconds: [0], dropped: { ...NONE, unreadable: 4 } });
  });

  it.each(['3437.2', '3460.0000', '34', '', '-3437.2000', '34a7.2000', '1e5'])(
    'with %s for a place are nowhere, unless that is one',
    (angle) => {
      const sentence = summed(
        rmcOf({ atMs: BEGIN, ...HERE })
          .replace(/\*..$/, '')
          .replace(/,A,[^,]*/, `,A,${angle}`),
      );
      expect(read(sentence).track.dropped.nowhere).toBe(angle === '3437.2' ? 0 : 1);
    },
  );

  it('of two days go on after midnight', () => {
    const midnight = Date.parse('2026-06-20T23:59:58Z');
    const { track } = read(nmeaOf(still(5, midnight)));
    expect(track.points.map(({ atMs }) => atMs - midnight)).toEqual([0, 1000, 2000, 3000, 4000]);
  });
});

describe('GPX', () => {
  it('tells what sentences tell', () => {
    const fixes = ride({ atMs: BEGIN, ...HERE }, [{ course: 30, seconds: 60, speed: 1.4 }]);
    const [gpx, nmea] = [read(gpxOf(fixes)), read(nmeaOf(fixes))];
    expect([gpx.format, nmea.format]).toEqual(['gpx', 'nmea']);
    expect(gpx.track.points.map(({ atMs }) => atMs)).toEqual(nmea.track.points.map(({ atMs }) => atMs));
    expect(gpx.track.lengthM).toBeCloseTo(84, 0);
    expect(nmea.track.lengthM).toBeCloseTo(84, 0);
    expect(gpx.track.points[10]?.kmh).toBeCloseTo(5.04, 1);
  });

  it.each([
    ['attributes the other way round, in single quotes', "<trkpt lon='112.4567' lat='34.62'><time>2026-06-20T07:30:12Z</time></trkpt>"],
    ['a name with a prefix', '<g:trkpt lat="34.62" lon="112.4567"><g:time> 2026-06-20T15:30:12+08:00 </g:time></g:trkpt>'],
    ['a mark of the byte order', '\u00ef\u00bb\u00bf<trkpt lat="34.62" lon="112.4567"><time>2026-06-20T07:30:12.000Z</time></trkpt>'],
    [
      'a point in a comment',
      '<!-- <trkpt lat="1" lon="1"><time>2026-06-20T07:00:00Z</time></trkpt> --><trkpt lat="34.62" lon="112.4567"><time>2026-06-20T07:30:12Z</time></trkpt>',
    ],
    [
      'a point in CDATA',
      '<![CDATA[<trkpt lat="1" lon="1"><time>2026-06-20T07:00:00Z</time></trkpt>]]><trkpt lat="34.62" lon="112.4567"><time>2026-06-20T07:30:12Z</time></trkpt>',
    ],
  ])('is read with %s', (_what, text) => {
    const { track } = read(`${text.startsWith('<') ? '<gpx>' : ''}${text}</gpx>`);
    expect(track.points).toEqual([{ atMs: BEGIN, ...HERE, kmh: null }]);
  });

  it('leaves out points without a time, and places that are no numbers', () => {
    const text =
      '<gpx><trkpt lat="1" lon="1"/><trkpt lat="1" lon="1"><time>today</time></trkpt><trkpt lat="0x10" lon="1"><time>2026-06-20T07:30:12Z</time></trkpt></gpx>';
    expect(read(text).track).toMatchObject({ points: [], dropped: { ...NONE, unreadable: 2, nowhere: 1 } });
  });

  it('resolves no entity, however deep they are nested', () => {
    const bomb = '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
    const text = `<?xml version="1.0"?>${bomb}<gpx><trkpt lat="34.62" lon="112.4567"><time>&b;</time></trkpt></gpx>`;
    expect(read(text).track.dropped).toEqual({ ...NONE, unreadable: 1 });
  });
});

describe('a fix is left out', () => {
  const way = still(30);
  const among = (extra: MadeFix, at = 20) => nmeaOf([...way.slice(0, at), extra, ...way.slice(at)]);
  const all = way.map((_, at) => at);

  it.each<[string, MadeFix, keyof typeof NONE]>([
    ['at 0° 0°', { atMs: BEGIN + 19_500, latitude: 0, longitude: 0 }, 'nowhere'],
    ['in the next city a second later', { atMs: BEGIN + 19_500, latitude: 34.75, longitude: 113.6 }, 'tooFast'],
    ['ten seconds before the one before', { atMs: BEGIN + 9_500, ...HERE }, 'backwards'],
  ])('%s', (_what, extra, why) => {
    expect(kept(among(extra))).toEqual({ seconds: all, dropped: { ...NONE, [why]: 1 } });
  });

  it('outside the globe', () => {
    const points = new TrackPoints(null);
    for (const latitude of [91, -91, Number.NaN, Number.POSITIVE_INFINITY]) points.add({ atMs: BEGIN, latitude, longitude: 1, kmh: null });
    points.add({ atMs: BEGIN, latitude: 1, longitude: 181, kmh: null });
    expect(points.finish()).toMatchObject({ points: [], fixes: 5, dropped: { ...NONE, nowhere: 5 } });
  });

  it('of another day than the recording, as after the turn of a week counter', () => {
    const near = { fromMs: BEGIN - 3_600_000, toMs: BEGIN + 3_600_000 };
    const early = still(5, BEGIN - 1024 * 7 * 86_400_000);
    expect(kept(nmeaOf([...early, ...way]), near)).toEqual({ seconds: all, dropped: { ...NONE, otherTime: 5 } });
  });

  it('with a clock ahead, and not all those after it', () => {
    expect(kept(among({ atMs: BEGIN + 3_000_000, ...HERE }))).toEqual({ seconds: all, dropped: { ...NONE, backwards: 1 } });
  });

  it('at the beginning, where the receiver did not know yet', () => {
    const lost = still(3, BEGIN - 3000, { latitude: 22.5, longitude: 114 });
    expect(kept(nmeaOf([...lost, ...way]))).toEqual({ seconds: all, dropped: { ...NONE, tooFast: 3 } });
    expect(kept(nmeaOf([...lost.slice(2), ...way.slice(0, 3)]))).toEqual({ seconds: [0, 1, 2], dropped: { ...NONE, tooFast: 1 } });
  });

  it('and a second receiver that tells the same moments is not told of', () => {
    const text = way.map((fix) => `${rmcOf(fix, { talker: 'GP' })}\n${rmcOf(fix, { talker: 'BD' })}\n`).join('');
    expect(kept(text)).toEqual({ seconds: all, dropped: NONE });
    const lost = [{ atMs: BEGIN - 1000, latitude: 22.5, longitude: 114 }];
    expect(kept(nmeaOf(lost) + text)).toEqual({ seconds: all, dropped: { ...NONE, tooFast: 1 } });
  });

  it('but a way that goes on elsewhere, such as after a flight, is kept on both sides', () => {
    const far = still(30, BEGIN + 60_000, { latitude: 22.5, longitude: 114 });
    const { track } = read(nmeaOf([...way, ...far]));
    expect([track.points.length, track.dropped]).toEqual([60, NONE]);
  });

  it('and so is the longer one of two that tell different times', () => {
    const { track } = read(nmeaOf([...still(30, BEGIN + 3_600_000), ...still(12)]));
    expect([track.points.length, track.dropped]).toEqual([30, { ...NONE, backwards: 12 }]);
  });
});

describe('a long track', () => {
  it('is thinned by equal times, with its first and last point', () => {
    const points = new TrackPoints(null);
    const seconds = 100_000;
    for (let at = 0; at < seconds; at += 1) points.add({ atMs: BEGIN + at * 1000, latitude: 30 + at * 1e-6, longitude: 112, kmh: null });
    const { points: thin, fixes } = points.finish();
    expect(fixes).toBe(seconds);
    expect(thin.length).toBeLessThanOrEqual(POINTS_MAX);
    expect(thin.length).toBeGreaterThan(POINTS_MAX / 2 - 2);
    expect([thin[0]?.atMs, thin.at(-1)?.atMs]).toEqual([BEGIN, BEGIN + (seconds - 1) * 1000]);
    const steps = new Set(thin.slice(2, -1).map(({ atMs }, at) => atMs - (thin[at + 1]?.atMs ?? 0)));
    expect(steps).toEqual(new Set([32_000]));
  });
});

describe('hostile files', () => {
  const big = 8 * 1024 * 1024;
  it.each<[string, string]>([
    ['one line without an end', 'x'.repeat(big)],
    ['one tag without an end', `<gpx ${'x'.repeat(big)}`],
    ['nothing but beginnings of tags', '<'.repeat(big)],
    ['nothing but beginnings of sentences', '$GPRMC,'.repeat(big / 7)],
    ['a comment without an end', `<!--${'-'.repeat(big)}`],
    ['a point without an end', `<trkpt lat="1" lon="1"><time>${'2'.repeat(big)}`],
    ['zeros where the recorder could not be read', '\0'.repeat(big)],
  ])('%s is read in no time, and is no track', (_what, text) => {
    const reader = new TrackReader(null);
    const bytes = Buffer.from(text, 'latin1');
    const beganMs = performance.now();
    for (let at = 0; at < bytes.length; at += 65_536) reader.push(bytes.subarray(at, at + 65_536));
    expect(reader.finish().track.points).toEqual([]);
    // A tenth of that is usual; what takes a square of the length would take hours.
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });

  it('a good line after a long one is read', () => {
    expect(kept(`${'x'.repeat(5000)}\n${rmcOf({ atMs: BEGIN, ...HERE })}\n`).seconds).toEqual([0]);
  });
});

describe('several files', () => {
  it('are one way in the order of their times, and what two of them tell is told once', () => {
    const [a, b] = [still(30), still(30, BEGIN + 30_000)];
    const tracks = [nmeaOf(b), nmeaOf(a), gpxOf(a)].map((text) => read(text).track);
    const whole = joined(tracks);
    expect(whole.points.map(({ atMs }) => (atMs - BEGIN) / 1000)).toEqual(Array.from({ length: 60 }, (_, at) => at));
    expect([whole.fixes, whole.dropped]).toEqual([90, NONE]);
  });

  it('without a point are a way without points', () => {
    expect(joined([])).toEqual({ points: [], fixes: 0, dropped: NONE, lengthM: 0 });
  });
});

describe('lengths', () => {
  it('are those of the earth', () => {
    // From Beijing to Shanghai it is 1,068 km.
    expect(metresBetween({ latitude: 39.9042, longitude: 116.4074 }, { latitude: 31.2304, longitude: 121.4737 }) / 1000).toBeCloseTo(
      1067,
      -1,
    );
    expect(metresBetween({ latitude: 0.5, longitude: 179.9995 }, { latitude: 0.5, longitude: -179.9995 })).toBeCloseTo(111, 0);
  });

  it('of somebody who stands still are nothing, though the receiver wanders', () => {
    const wandering = Array.from({ length: 3600 }, (_, at) => ({
      latitude: 34.62 + 0.00003 * Math.sin(at),
      longitude: 112.4567 + 0.00003 * Math.cos(at * 1.7),
    }));
    expect(lengthM(wandering)).toBeLessThan(10);
  });
});
