/*
 * Goal: places stand on the map where they are, in the right shape, wherever on earth; and there is no view that is nonsense. Method: known distances, places at the ends of the
 * map, and random ones there and back.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fromScreen,
  graticule,
  groundScale,
  latitudeText,
  longitudeText,
  metresText,
  middleLongitude,
  type Place,
  placeOf,
  scaleBar,
  spotOf,
  toScreen,
  viewOf,
  zoomed,
} from './geo.ts';

const SIZE = { width: 900, height: 460 };
const METRES_OF_DEGREE = 111_320;

function laid(places: readonly Place[]) {
  const around = middleLongitude(places);
  const spots = places.map((place) => spotOf(place, around));
  const view = viewOf(spots, SIZE);
  return { around, view, screen: spots.map((spot) => toScreen(spot, view, SIZE)) };
}

describe.each([23, 34.6, 50, -45])('at %i° of latitude', (latitude) => {
  it('a square of the ground is a square on the screen, and the bar is as long as it says', () => {
    const side = 500 / METRES_OF_DEGREE;
    const east = side / Math.cos((latitude * Math.PI) / 180);
    const { screen, view } = laid([
      { latitude, longitude: 112 },
      { latitude: latitude + side, longitude: 112 },
      { latitude, longitude: 112 + east },
    ]);
    const [corner, up, right] = screen;
    if (!corner || !up || !right) throw new Error('not laid out');
    expect((corner.y - up.y) / (right.x - corner.x)).toBeCloseTo(1, 2);
    const bar = scaleBar(view, 140);
    expect(((right.x - corner.x) * bar.metres) / bar.px / 500).toBeCloseTo(1, 2);
    expect(bar.px).toBeLessThanOrEqual(140);
    expect(bar.px).toBeGreaterThan(140 / 2.6);
  });
});

describe('a view', () => {
  it.each<[string, readonly Place[]]>([
    ['of a single place', [{ latitude: 34.62, longitude: 112.45 }]],
    [
      'of two cities',
      [
        { latitude: 34.62, longitude: 112.45 },
        { latitude: 39.9, longitude: 116.4 },
      ],
    ],
    [
      'over 180°',
      [
        { latitude: -17, longitude: 179.95 },
        { latitude: -17.02, longitude: -179.97 },
      ],
    ],
    [
      'of the poles and the whole earth',
      [
        { latitude: 90, longitude: -179 },
        { latitude: -90, longitude: 60 },
        { latitude: 0, longitude: 170 },
      ],
    ],
  ])('%s shows all of it', (_what, places) => {
    const { screen, view } = laid(places);
    expect(view.perPx).toBeGreaterThan(0);
    for (const { x, y } of screen) {
      expect(x).toBeGreaterThan(-1);
      expect(x).toBeLessThan(SIZE.width + 1);
      if (places.length < 3) expect(Math.abs(y - SIZE.height / 2)).toBeLessThan(SIZE.height / 2);
    }
  });

  it('over 180° is as wide as the way, and not as the earth', () => {
    const { screen, view, around } = laid([
      { latitude: -17, longitude: 179.95 },
      { latitude: -17, longitude: -179.95 },
    ]);
    expect(Math.abs(around)).toBeCloseTo(180, 0);
    expect(view.perPx * SIZE.width * groundScale(view.y)).toBeLessThan(20_000);
    expect(screen[0]?.x).toBeLessThan(screen[1]?.x ?? 0);
    const { meridians } = graticule(view, SIZE, around, 130);
    expect(new Set(meridians.map(({ degrees }) => Math.sign(degrees))).size).toBeGreaterThan(1);
    expect(meridians.every(({ degrees }) => Math.abs(degrees) <= 180)).toBe(true);
  });

  it('of nothing is the whole earth, and of no size is a view nevertheless', () => {
    expect(viewOf([], SIZE).perPx * SIZE.width).toBeCloseTo(2 * Math.PI * 6_378_137, 0);
    expect(Number.isFinite(viewOf([{ x: 0, y: 0 }], { width: 0, height: 0 }).perPx)).toBe(true);
  });

  it('keeps what is under the pointer when it is zoomed, and stops at both ends', () => {
    const { view } = laid([
      { latitude: 34.6, longitude: 112.4 },
      { latitude: 34.7, longitude: 112.6 },
    ]);
    const at = { x: 120, y: 400 };
    const [before, after] = [fromScreen(at, view, SIZE), fromScreen(at, zoomed(view, 3, at, SIZE), SIZE)];
    expect(after.x).toBeCloseTo(before.x, 3);
    expect(after.y).toBeCloseTo(before.y, 3);
    let [near, far] = [view, view];
    for (let turns = 0; turns < 200; turns += 1) {
      near = zoomed(near, 1.6, at, SIZE);
      far = zoomed(far, 1 / 1.6, at, SIZE);
    }
    expect(near.perPx).toBe(0.02);
    expect(far.perPx * SIZE.width).toBeCloseTo(2 * Math.PI * 6_378_137, 0);
  });
});

it('places come back from the screen as they went there, and the graticule is round and bounded', () => {
  const place = fc.record({
    latitude: fc.double({ min: -84, max: 84, noNaN: true }),
    longitude: fc.double({ min: -179.9, max: 179.9, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), fc.double({ min: 0.001, max: 1e4, noNaN: true }), (places, zoom) => {
      const { around, view: whole, screen } = laid(places);
      const view = zoomed(whole, zoom, { x: 450, y: 230 }, SIZE);
      for (const [at, { latitude, longitude }] of places.entries()) {
        const back = placeOf(fromScreen(screen[at] ?? { x: 0, y: 0 }, whole, SIZE), around);
        expect(back.latitude).toBeCloseTo(latitude, 6);
        expect(Math.abs(((back.longitude - longitude + 540) % 360) - 180)).toBeLessThan(1e-6);
      }
      const { parallels, meridians, decimals } = graticule(view, SIZE, around, 130);
      expect(parallels.length + meridians.length).toBeLessThan(64);
      expect(new Set(parallels.map(({ degrees }) => latitudeText(degrees, decimals))).size).toBe(parallels.length);
      for (const { px } of meridians) expect(px).toBeGreaterThan(-1);
    }),
  );
});

it('texts are those of other maps', () => {
  expect([latitudeText(-33.8568), longitudeText(-70.6483), longitudeText(112.4, 1)]).toEqual(['33.85680° S', '70.64830° W', '112.4° E']);
  expect([0.2, 5, 250, 1500, 20_000].map(metresText)).toEqual(['0.2 m', '5 m', '250 m', '1.5 km', '20 km']);
});
