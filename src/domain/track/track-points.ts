import { lengthM, metresBetween, type Place } from './distance.ts';
import type { Fix } from './fix.ts';

/** A place on the way. */
export interface TrackPoint extends Place {
  readonly atMs: number;
  readonly kmh: number | null;
}

/**
 * Why a fix is left out. `unreadable`: see Fixes; `nowhere`: outside the globe, or at 0° 0° where receivers are that know nothing; `otherTime`: not near the
 * recording; `backwards`: before the one before; `tooFast`: no vehicle gets there in that time.
 */
export const DROPS = ['unreadable', 'nowhere', 'otherTime', 'backwards', 'tooFast'] as const;
export type Drop = (typeof DROPS)[number];

/** The way of a recorder, as far as its files tell it. */
export interface Track {
  readonly points: readonly TrackPoint[];
  /** Fixes that were read, with those that were left out and those that repeat a moment. */
  readonly fixes: number;
  readonly dropped: Readonly<Record<Drop, number>>;
  /** The way along the points, metres. */
  readonly lengthM: number;
}

/** A screen has no more than this to show. */
export const POINTS_MAX = 5000;
/** Between 0° 0° and a receiver that knows nothing: a hundred metres in the Gulf of Guinea. */
const NOWHERE_DEGREES = 0.001;
/** Faster than any train, m/s; and the noise of a receiver on top. */
const FASTEST_MS = 120;
const NOISE_M = 100;
/** So many fixes in a row that agree with each other are believed, whatever stood before them. */
const RUN = 10;
/** Where nobody knows when the recording was made, the first fix tells, and this is near it. */
const NEAR_MS = 48 * 3_600_000;
const WIDTH_MS_MIN = 1000;

function noneDropped(): Record<Drop, number> {
  return { unreadable: 0, nowhere: 0, otherTime: 0, backwards: 0, tooFast: 0 };
}

/** Whether nothing that moves gets from one of these to the other in time. */
function isTooFast(one: TrackPoint, other: TrackPoint): boolean {
  return metresBetween(one, other) > NOISE_M + (FASTEST_MS * Math.abs(other.atMs - one.atMs)) / 1000;
}

/** Receivers of several kinds of satellites tell one moment several times. */
function isRepeated(one: TrackPoint, other: TrackPoint): boolean {
  return one.atMs === other.atMs && !isTooFast(one, other);
}

/**
 * Takes fixes one by one and keeps the way that they tell: in order, without nonsense, and at most POINTS_MAX of them, thinned by equal times. What it holds is bounded,
 * whatever comes. A fix that does not fit is only doubted at first: where those after it agree with it, the fewer were the wrong ones.
 */
export class TrackPoints {
  readonly #near: { fromMs: number; toMs: number } | null;
  readonly #dropped = noneDropped();
  #kept: TrackPoint[] = [];
  #widthMs = 0;
  #last: TrackPoint | null = null;
  /** Fixes since the last place that no vehicle could have come from, and the moment of the first of them. */
  #part = { count: 0, fromMs: 0 };
  #doubted: { readonly point: TrackPoint; readonly why: Drop }[] = [];
  #fixes = 0;
  #firstMs: number | null = null;

  /** `near`: when the recording was made, with a margin; null: not known. */
  constructor(near: { readonly fromMs: number; readonly toMs: number } | null) {
    this.#near = near;
  }

  unreadable(count: number): void {
    this.#fixes += count;
    this.#dropped.unreadable += count;
  }

  add({ atMs, latitude, longitude, kmh }: Fix): void {
    this.#fixes += 1;
    const point = { atMs, latitude, longitude, kmh };
    const why = this.#alone(point);
    if (why) this.#dropped[why] += 1;
    else this.#follow(point);
  }

  /** What was kept. Nothing may be added afterwards. */
  finish(): Track {
    if (this.#doubted.length > this.#part.count) this.#believe();
    this.#dropDoubted();
    if (this.#last && this.#kept.at(-1)?.atMs !== this.#last.atMs) {
      if (this.#kept.length >= POINTS_MAX) this.#kept.pop();
      this.#kept.push(this.#last);
    }
    return { points: this.#kept, fixes: this.#fixes, dropped: { ...this.#dropped }, lengthM: lengthM(this.#kept) };
  }

  /** Why a fix is left out whatever stands beside it; null: it is not. */
  #alone({ atMs, latitude, longitude }: TrackPoint): Drop | null {
    // Written so that NaN is outside too.
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return 'nowhere';
    if (Math.abs(latitude) < NOWHERE_DEGREES && Math.abs(longitude) < NOWHERE_DEGREES) return 'nowhere';
    this.#firstMs ??= atMs;
    const { fromMs, toMs } = this.#near ?? { fromMs: this.#firstMs - NEAR_MS, toMs: this.#firstMs + NEAR_MS };
    return atMs < fromMs || atMs > toMs ? 'otherTime' : null;
  }

  #follow(point: TrackPoint): void {
    const last = this.#last;
    if (!last || (point.atMs > last.atMs && !isTooFast(last, point))) {
      this.#dropDoubted();
      this.#take(point);
    } else if (!isRepeated(last, point)) this.#doubt(point, point.atMs < last.atMs ? 'backwards' : 'tooFast');
  }

  #doubt(point: TrackPoint, why: Drop): void {
    const before = this.#doubted.at(-1)?.point;
    if (before && isRepeated(before, point)) return;
    if (before && (point.atMs <= before.atMs || isTooFast(before, point))) this.#dropDoubted();
    this.#doubted.push({ point, why });
    if (this.#doubted.length >= RUN) this.#believe();
  }

  /** Takes what was doubted. Few fixes that stand in its way are left out; many were a way of their own, and it is what was doubted that goes. */
  #believe(): void {
    const run = this.#doubted;
    const [first] = run;
    if (!first) return;
    const fromMs = this.#part.count < RUN ? Math.min(this.#part.fromMs, first.point.atMs) : first.point.atMs;
    let inTheWay = 0;
    while (inTheWay < RUN && (this.#kept.at(-1 - inTheWay)?.atMs ?? fromMs - 1) >= fromMs) inTheWay += 1;
    if (inTheWay >= RUN) {
      this.#dropDoubted();
      return;
    }
    this.#dropped[first.why] += inTheWay;
    this.#kept.length -= inTheWay;
    this.#last = null;
    this.#part = { count: 0, fromMs: first.point.atMs };
    this.#doubted = [];
    for (const { point } of run) this.#take(point);
  }

  #dropDoubted(): void {
    for (const { why } of this.#doubted) this.#dropped[why] += 1;
    this.#doubted = [];
  }

  #take(point: TrackPoint): void {
    if (this.#part.count === 0) this.#part.fromMs = point.atMs;
    this.#part.count += 1;
    this.#last = point;
    const before = this.#kept.at(-1);
    if (before && this.#isSameStep(before, point)) return;
    this.#kept.push(point);
    while (this.#kept.length > POINTS_MAX) this.#thin();
  }

  #isSameStep(one: TrackPoint, other: TrackPoint): boolean {
    return this.#widthMs > 0 && Math.floor(one.atMs / this.#widthMs) === Math.floor(other.atMs / this.#widthMs);
  }

  #thin(): void {
    this.#widthMs = Math.max(WIDTH_MS_MIN, this.#widthMs * 2);
    const kept: TrackPoint[] = [];
    for (const point of this.#kept) {
      const before = kept.at(-1);
      if (!before || !this.#isSameStep(before, point)) kept.push(point);
    }
    this.#kept = kept;
  }
}

/** The ways of several files of one recording as one. Where two tell the same time, such as a GPX beside sentences, the one that begins first is taken. */
export function joined(tracks: readonly Track[]): Track {
  const points = new TrackPoints({ fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY });
  const dropped = noneDropped();
  let fixes = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const track of tracks.toSorted((one, other) => (one.points[0]?.atMs ?? 0) - (other.points[0]?.atMs ?? 0))) {
    fixes += track.fixes;
    for (const why of DROPS) dropped[why] += track.dropped[why];
    for (const point of track.points) {
      if (point.atMs <= lastMs) continue;
      lastMs = point.atMs;
      points.add(point);
    }
  }
  const whole = points.finish();
  for (const why of DROPS) dropped[why] += whole.dropped[why];
  return { ...whole, fixes, dropped };
}
