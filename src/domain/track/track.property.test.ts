/*
 * Goal: whatever the way, the format and the faults of a receiver, the fixes that are true come out and those that are not are counted; and whatever bytes a file has, the
 * reader neither throws nor says what cannot be. Method: random rides with faults strewn in, written by a maker that shares nothing with the reader, in pieces of any size.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gpxOf, type MadeFix, ride, rmcOf } from '#test/support/card/made-tracks';
import { DROPS, POINTS_MAX } from './track-points.ts';
import { TrackReader } from './track-reader.ts';

const BEGIN = Date.parse('2026-06-20T07:30:12Z');

type Fault = 'wrong-sum' | 'zero' | 'far' | 'earlier';
const COUNTED = { 'wrong-sum': 'unreadable', zero: 'nowhere', far: 'tooFast', earlier: 'backwards' } as const;

const leg = fc.record({
  course: fc.nat(359),
  seconds: fc.integer({ min: 5, max: 60 }),
  speed: fc.double({ min: 0, max: 40, noNaN: true }),
});
const begin = fc.record({
  atMs: fc.integer({ min: 0, max: 86_400_000 }).map((ms) => BEGIN + Math.floor(ms / 1000) * 1000),
  latitude: fc.double({ min: -70, max: 70, noNaN: true }).filter((degrees) => Math.abs(degrees) > 1),
  longitude: fc.double({ min: -170, max: 170, noNaN: true }),
});
const fault = fc.record({ at: fc.nat(10_000), kind: fc.constantFrom<Fault[]>('wrong-sum', 'zero', 'far', 'earlier') });
const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 });

/** Reads a text in pieces of these lengths, over and over. */
function readIn(bytes: Uint8Array, pieces: readonly number[]) {
  const reader = new TrackReader(null);
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const length = pieces[n % pieces.length] ?? 1;
    reader.push(bytes.subarray(at, at + length));
    at += length;
  }
  return reader.finish();
}

function faulty(kind: Fault, { atMs, latitude, longitude }: MadeFix): MadeFix {
  const between = { atMs: atMs + 500, latitude, longitude };
  if (kind === 'zero') return { ...between, latitude: 0, longitude: 0 };
  if (kind === 'far') return { ...between, latitude: latitude - Math.sign(latitude) * 5 };
  return kind === 'earlier' ? { ...between, atMs: atMs - 5500 } : between;
}

it('true fixes come out and faults are counted, in either format and in any pieces', () => {
  fc.assert(
    fc.property(
      begin,
      fc.array(leg, { minLength: 4, maxLength: 8 }),
      fc.array(fault, { maxLength: 12 }),
      cuts,
      fc.boolean(),
      (from, legs, faults, pieces, gpx) => {
        const way = ride(from, legs);
        // A fault of a sum is one of sentences. The first fixes are a case of its own.
        const placed = new Map(
          faults.filter(({ kind }) => !gpx || kind !== 'wrong-sum').map(({ at, kind }) => [15 + (at % (way.length - 15)), kind]),
        );
        const written = way.flatMap((fix, at) => {
          const kind = placed.get(at);
          return kind === undefined
            ? [{ fix, kind }]
            : [
                { fix, kind: undefined },
                { fix: faulty(kind, fix), kind },
              ];
        });
        const text = gpx
          ? gpxOf(written.map(({ fix }) => fix))
          : written.map(({ fix, kind }) => (kind === 'wrong-sum' ? rmcOf(fix).replace(/\*..$/, '*00') : rmcOf(fix))).join('\r\n');
        const sums = written.filter(({ fix, kind }) => kind === 'wrong-sum' && rmcOf(fix).endsWith('*00')).length;
        fc.pre(sums === 0);
        const { track } = readIn(Buffer.from(text, 'latin1'), pieces);
        expect(track.points.map(({ atMs }) => atMs)).toEqual(way.map(({ atMs }) => atMs));
        for (const [at, { latitude, longitude }] of track.points.entries()) {
          expect(Math.abs(latitude - (way[at]?.latitude ?? 99))).toBeLessThan(2e-6);
          expect(Math.abs(longitude - (way[at]?.longitude ?? 999))).toBeLessThan(2e-6);
        }
        const counted = Object.fromEntries(DROPS.map((why) => [why, [...placed.values()].filter((kind) => COUNTED[kind] === why).length]));
        expect(track.dropped).toEqual(counted);
        expect(track.fixes).toBe(written.length);
      },
    ),
    { numRuns: 120 },
  );
});

const scrap = fc.constantFrom(
  ...[
    '$GPRMC,',
    '073012.00',
    ',A,',
    '3437.2000,N,11227.4020,E',
    ',1.2,,200626,,,A',
    '*5C',
    '\r\n',
    '\n',
    '<trkpt lat="34.6" lon="112.4">',
    '<time>',
  ],
  ...[
    '2026-06-20T07:30:12Z',
    '</time>',
    '</trkpt>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<',
    '>',
    '"',
    '/',
    '\0',
    '\u00ff',
    '-',
    '9999999999',
    '<trkpt lat="',
  ],
  ...[rmcOf({ atMs: BEGIN, latitude: 34.6, longitude: 112.4 }), rmcOf({ atMs: BEGIN + 1000, latitude: -89.99, longitude: 179.999 })],
);

it('whatever a file holds, the way is in order, on the globe and bounded, and no fix is lost without a word', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc.array(scrap, { maxLength: 300 }).map((parts) => new Uint8Array(Buffer.from(parts.join(''), 'latin1'))),
  );
  fc.assert(
    fc.property(bytes, cuts, (file, pieces) => {
      const { track } = readIn(file, pieces);
      const whole = readIn(file, [file.length + 1]).track;
      expect(track).toEqual(whole);
      expect(track.points.length).toBeLessThanOrEqual(POINTS_MAX);
      expect(track.points.length).toBeLessThanOrEqual(track.fixes);
      for (const [at, point] of track.points.entries()) {
        const before = track.points[at - 1];
        expect(Math.abs(point.latitude)).toBeLessThanOrEqual(90);
        expect(Math.abs(point.longitude)).toBeLessThanOrEqual(180);
        if (before) expect(point.atMs).toBeGreaterThan(before.atMs);
      }
      const dropped = DROPS.reduce((sum, why) => sum + track.dropped[why], 0);
      expect(dropped + track.points.length).toBeLessThanOrEqual(track.fixes);
    }),
    { numRuns: 400 },
  );
});
