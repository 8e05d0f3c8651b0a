import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../client/api.ts';
import { ask, Refused } from '../client/request.ts';
import { momentMs } from '../kit/time.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { groundScale, middleLongitude, type Place, type Spot, spotOf } from './geo.ts';

type Recording = Schemas['Recording'];

/** Where a recorder was at a moment. */
export interface Step extends Place, Spot {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly kmh: number | null;
}

/** The way of one recording. */
export interface Walk {
  readonly recording: Recording;
  readonly track: Schemas['Track'];
  readonly steps: readonly Step[];
  /** Pieces of the way as paths on the plane, from `origin` on: between them nobody knows where the recorder was. */
  readonly path: string;
  /** Longer without a step, nobody knows. */
  readonly gapMs: number;
}

/** Ways on one plane. */
interface Laid {
  readonly walks: readonly Walk[];
  readonly aroundLongitude: number;
  /** What paths are measured from: browsers draw with few digits, which far from zero are metres. */
  readonly origin: Spot;
}

export interface Walks extends Laid {
  /** Recordings from whose files no place can be read, and why. */
  readonly empty: readonly { readonly recording: Recording; readonly problem: Schemas['Problem'] }[];
  /** What went wrong with others. */
  readonly failed: Error | null;
}

/** Recordings on one map. More would be a knot, and each is a look on record. */
export const WALKS_MAX = 60;
/** A browser opens six connections to one station, and a film may need some. */
const AT_ONCE = 3;
/** Points drawn in all: a screen has no more. */
const DRAWN_MAX = 60_000;
/** Longer without a fix is a gap, whatever the receiver's pace; the other is that of a thinned track. */
const GAP_MS_MIN = 30_000;
const GAP_STEPS = 4;
/** No vehicle, metres a second, and the noise of a receiver on top. */
const FASTEST_MS = 120;
const NOISE_M = 100;

/** Whether a recording has files that tell where it was: pages do not ask in vain. */
export function hasTrack({ originals, startClaims, state }: Recording): boolean {
  if (state === 'copying' || state === 'replaced' || state === 'disposed') return false;
  // Of the formats that are tracks by their names these are not read.
  return (
    originals.some(({ kind, cardPath }) => kind === 'track' && !/\.(?:kml|3gf)$/i.test(cardPath)) ||
    startClaims.some(({ source }) => source === 'gps')
  );
}

/** The ways of these recordings. Each that is shown is on record as a look before it comes. */
export function useWalks(recordings: readonly Recording[], { reason, forCase }: Stated) {
  const stating = { ...(reason === null ? {} : { reason }), ...(forCase === null ? {} : { forCase }) };
  return useQuery({
    queryKey: [{ topics: [] }, 'tracks', reason, forCase, recordings.map(({ id }) => id).join(' ')],
    queryFn: async ({ signal }): Promise<Walks> => {
      const found: { readonly recording: Recording; readonly track: Schemas['Track'] }[] = [];
      const empty: Walks['empty'][number][] = [];
      let failed: Error | null = null;
      const waiting = [...recordings];
      const work = async () => {
        for (let recording = waiting.shift(); recording; recording = waiting.shift())
          try {
            found.push({
              recording,
              track: await ask('GET /api/v1/recordings/{id}/track', { path: { id: recording.id }, signal, ...stating }),
            });
          } catch (error) {
            if (error instanceof Refused && error.problem.code === 'request.not-found') empty.push({ recording, problem: error.problem });
            else if (signal.aborted) throw error;
            else failed ??= error as Error;
          }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return { ...laidOut(found), empty, failed };
    },
    // What is sealed does not change, and to ask again would be another look.
    staleTime: 'static',
    structuralSharing: false,
  });
}

/** Lays tracks on one plane. */
function laidOut(found: readonly { readonly recording: Recording; readonly track: Schemas['Track'] }[]): Laid {
  const all = found.reduce((sum, { track }) => sum + track.points.length, 0);
  const every = Math.max(1, Math.ceil(all / DRAWN_MAX));
  const placed = found.map(({ recording, track }) => {
    const beginMs = momentMs(track.begin);
    const last = track.points.length - 1;
    const places = track.points
      .filter((_, at) => at % every === 0 || at === last)
      .map(([ms, latitude, longitude, kmh]) => ({
        ...{ atMs: beginMs + (ms ?? 0), latitude: latitude ?? 0, longitude: longitude ?? 0, kmh: kmh ?? null },
      }));
    return { recording, track, places };
  });
  const aroundLongitude = middleLongitude(placed.flatMap(({ places }) => places));
  const laid = placed.map(({ places, ...rest }) => ({
    ...rest,
    steps: places.map((place) => ({ ...place, ...spotOf(place, aroundLongitude) })),
  }));
  const [first] = laid.flatMap(({ steps }) => steps.slice(0, 1));
  const origin = { x: first?.x ?? 0, y: first?.y ?? 0 };
  const walks = laid.map((walk) => ({ ...walk, ...drawn(walk.steps, origin) }));
  walks.sort((one, other) => (one.steps[0]?.atMs ?? 0) - (other.steps[0]?.atMs ?? 0));
  return { walks, aroundLongitude, origin };
}

function drawn(steps: readonly Step[], origin: Spot): Pick<Walk, 'path' | 'gapMs'> {
  const paces = steps.slice(1).map(({ atMs }, at) => atMs - (steps[at]?.atMs ?? 0));
  const pace = paces.toSorted((one, other) => one - other)[Math.floor(paces.length / 2)] ?? 0;
  const gapMs = Math.max(GAP_MS_MIN, pace * GAP_STEPS);
  const isGap = (before: Step, { atMs, x, y }: Step) => {
    const ms = atMs - before.atMs;
    return ms > gapMs || Math.hypot(x - before.x, y - before.y) * groundScale(y) > NOISE_M + (FASTEST_MS * ms) / 1000;
  };
  const path = steps
    .map((step, at) => {
      const before = steps[at - 1];
      return `${!before || isGap(before, step) ? 'M' : 'L'}${(step.x - origin.x).toFixed(2)} ${(step.y - origin.y).toFixed(2)}`;
    })
    .join('');
  return { path, gapMs };
}

/** The step of a way at a moment; null: it was not under way then, or nobody knows. */
export function stepAt({ steps, gapMs }: Walk, atMs: number): Step | null {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last || atMs < first.atMs - 1000 || atMs > last.atMs + 1000) return null;
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((steps[middle]?.atMs ?? 0) <= atMs) low = middle;
    else high = middle - 1;
  }
  const [before, after] = [steps[low], steps[low + 1]];
  const nearest = before && after && after.atMs - atMs < atMs - before.atMs ? after : before;
  return nearest && Math.abs(nearest.atMs - atMs) <= gapMs ? nearest : null;
}
