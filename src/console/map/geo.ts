/*
 * A map without a map service: Mercator, which keeps angles and so the shape of streets, in metres at the equator. `y` grows downwards, as on a screen.
 */

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** What is seen of the plane: its middle, and how many of its metres are in one pixel. */
export interface View extends Spot {
  readonly perPx: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const EARTH_M = 6_378_137;
const RADIANS = Math.PI / 180;
/** Mercator has no poles. */
const LATITUDE_MAX = 85;
/** A single place is shown with so much of its surroundings, metres. */
const AROUND_M = 60;
/** Room for signs and texts at the edges, pixels. */
const MARGIN_PX = 44;
/** Closer than receivers are exact there is nothing to see; and no more than the whole earth. */
const PER_PX_MIN = 0.02;

/** The same angle from -180° on and below 180°. */
function turned(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/** The longitude that is unfolded around, so that a way over 180° is one way: the mean direction of all places. */
export function middleLongitude(places: readonly Place[]): number {
  let [east, north] = [0, 0];
  for (const { longitude } of places) {
    east += Math.sin(longitude * RADIANS);
    north += Math.cos(longitude * RADIANS);
  }
  return Math.hypot(east, north) < 1e-9 ? 0 : Math.atan2(east, north) / RADIANS;
}

export function spotOf({ latitude, longitude }: Place, aroundLongitude: number): Spot {
  const angle = Math.max(-LATITUDE_MAX, Math.min(LATITUDE_MAX, latitude)) * RADIANS;
  return { x: EARTH_M * turned(longitude - aroundLongitude) * RADIANS, y: -EARTH_M * Math.log(Math.tan(Math.PI / 4 + angle / 2)) };
}

export function placeOf({ x, y }: Spot, aroundLongitude: number): Place {
  const longitude = x / EARTH_M / RADIANS + aroundLongitude;
  return {
    latitude: (2 * Math.atan(Math.exp(-y / EARTH_M)) - Math.PI / 2) / RADIANS,
    longitude: turned(longitude),
  };
}

/** How many metres of the ground one metre of the plane is there. */
export function groundScale(y: number): number {
  return 1 / Math.cosh(y / EARTH_M);
}

/** The view that shows all of these. */
export function viewOf(spots: readonly Spot[], size: Size): View {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x, y } of spots) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return bounded({ x: 0, y: 0, perPx: Number.POSITIVE_INFINITY }, size);
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const least = AROUND_M / groundScale(middle.y);
  const perPx = Math.max(
    Math.max(right - left, least) / Math.max(1, size.width - 2 * MARGIN_PX),
    Math.max(bottom - top, least) / Math.max(1, size.height - 2 * MARGIN_PX),
  );
  return bounded({ ...middle, perPx }, size);
}

/** The nearest view that there is. */
export function bounded({ x, y, perPx }: View, { width }: Size): View {
  const half = Math.PI * EARTH_M;
  return {
    x: Math.max(-half, Math.min(half, x)),
    y: Math.max(-half, Math.min(half, y)),
    perPx: Math.max(PER_PX_MIN, Math.min((2 * half) / Math.max(1, width), perPx)),
  };
}

export function toScreen({ x, y }: Spot, view: View, { width, height }: Size): Spot {
  return { x: (x - view.x) / view.perPx + width / 2, y: (y - view.y) / view.perPx + height / 2 };
}

export function fromScreen({ x, y }: Spot, view: View, { width, height }: Size): Spot {
  return { x: view.x + (x - width / 2) * view.perPx, y: view.y + (y - height / 2) * view.perPx };
}

/** The view so many times closer (farther for less than 1); what is at this point of the screen stays there. */
export function zoomed(view: View, by: number, at: Spot, size: Size): View {
  const held = fromScreen(at, view, size);
  const { perPx } = bounded({ ...view, perPx: view.perPx / by }, size);
  return bounded({ x: held.x - (at.x - size.width / 2) * perPx, y: held.y - (at.y - size.height / 2) * perPx, perPx }, size);
}

/** The largest of 1, 2, 5, 10, 20, … that is not above. */
function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([5, 2].find((each) => each * power <= value * (1 + 1e-9)) ?? 1) * power;
}

/** A bar of a round length of the ground that is at most so long on the screen, at the middle of the view. */
export function scaleBar(view: View, widthPxMax: number): { readonly metres: number; readonly px: number } {
  const metresOfPx = view.perPx * groundScale(view.y);
  const metres = roundBelow(metresOfPx * widthPxMax);
  return { metres, px: metres / metresOfPx };
}

interface GraticuleLine {
  readonly degrees: number;
  readonly px: number;
}

/** Lines of round degrees, about so many pixels apart, and how many decimals they need. */
export function graticule(view: View, size: Size, aroundLongitude: number, apartPx: number) {
  const degreesOfPx = view.perPx / EARTH_M / RADIANS;
  const step = roundBelow(degreesOfPx * apartPx * 1.5);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const [from, to] = [fromScreen({ x: 0, y: size.height }, view, size), fromScreen({ x: size.width, y: 0 }, view, size)];
  const low = placeOf(from, aroundLongitude).latitude;
  const high = placeOf(to, aroundLongitude).latitude;
  const west = from.x / EARTH_M / RADIANS + aroundLongitude;
  const east = to.x / EARTH_M / RADIANS + aroundLongitude;
  const rounds = (a: number, b: number) => {
    const first = Math.ceil(a / step - 1e-9);
    return Array.from({ length: Math.max(0, Math.min(64, Math.floor(b / step + 1e-9) - first + 1)) }, (_, at) => (first + at) * step);
  };
  const parallels: GraticuleLine[] = rounds(Math.max(-LATITUDE_MAX, low), Math.min(LATITUDE_MAX, high)).map((degrees) => ({
    degrees,
    px: toScreen(spotOf({ latitude: degrees, longitude: aroundLongitude }, aroundLongitude), view, size).y,
  }));
  const meridians: GraticuleLine[] = rounds(west, east).map((degrees) => ({
    degrees: turned(degrees),
    px: toScreen({ x: EARTH_M * (degrees - aroundLongitude) * RADIANS, y: view.y }, view, size).x,
  }));
  return { parallels, meridians, decimals };
}

/** `34.62000° N`. Decimal degrees are what other maps take. */
export function latitudeText(degrees: number, decimals = 5): string {
  return `${Math.abs(degrees).toFixed(decimals)}° ${degrees < 0 ? 'S' : 'N'}`;
}

export function longitudeText(degrees: number, decimals = 5): string {
  return `${Math.abs(degrees).toFixed(decimals)}° ${degrees < 0 ? 'W' : 'E'}`;
}

export function placeText({ latitude, longitude }: Place): string {
  return `${latitudeText(latitude)}, ${longitudeText(longitude)}`;
}

/** `50 m`, `2 km`, `0.5 m`. */
export function metresText(metres: number): string {
  return metres >= 1000
    ? `${Number((metres / 1000).toFixed(metres >= 10_000 ? 0 : 2))} km`
    : `${Number(metres.toFixed(metres < 1 ? 2 : 0))} m`;
}
