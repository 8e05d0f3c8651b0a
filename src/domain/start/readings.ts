import type { Kind } from '#domain/kind';
import { claimedToMs, msToClaimed, standardOffsetMinutes, wallClockMoments } from '#domain/time/station-time';
import type { GpsTimes } from './gps-track.ts';

/** What one file, and what lies beside it, tells of its time. */
export interface Sighting {
  readonly kind: Kind;
  /** Wall clock in its name, without zone; null if the name has none. */
  readonly name: string | null;
  /** Time in its container, with the digits read as UTC; null if there is none. */
  readonly writtenMs: number | null;
  readonly durationMs: number | null;
  readonly mtimeMs: number;
  readonly gps: GpsTimes | null;
  /** The same for all files that one lens recorded into one folder, one after the other. */
  readonly row: string;
}

/** How a time is to be read. `standard`: a wall clock that was read in the zone's standard time all year, as FAT's times are; `instant`: as it stands. */
export const CONTAINER_READINGS = ['local-start', 'utc-start', 'local-end', 'utc-end'] as const;
export const MTIME_READINGS = ['instant-end', 'standard-end', 'utc-end', 'instant-start', 'standard-start', 'utc-start'] as const;
export type ContainerReading = (typeof CONTAINER_READINGS)[number];
export type MtimeReading = (typeof MTIME_READINGS)[number];

/** How the recorder of a card writes its times, as far as the card tells. */
export interface CardReadings {
  readonly container: ContainerReading;
  /** False where neither the card nor the driver tells, and the reading is the usual one. */
  readonly containerKnown: boolean;
  readonly mtime: MtimeReading;
  /**
   * Container times that several files of one row share although the files were written at different times: such a time was not read from a
   * clock.
   */
  readonly repeated: ReadonlySet<number>;
  /** Whether the times of the files overlap: then they were set by a copy of the card, and not while it was recorded. */
  readonly mtimesOverlap: boolean;
}

/** Of one recorder at one docking. */
export interface ClockFacts {
  readonly zone: string;
  /** Station minus recorder for a time of the recorder's clock, ms; null where it was not measured. */
  readonly offsetOf: (recorderMs: number) => number | null;
  readonly dockedMs: number;
  /** No recorder of its make is older than this year. */
  readonly madeSince: number;
  /** How its containers are to be read, where the driver knows. */
  readonly containerTime?: ContainerReading;
  /** How the volume's times of files were read. */
  readonly fileTimes?: 'standard' | 'instant';
}

/** Where a driver does not tell: nothing that is docked today records video and is older. */
export const MADE_SINCE = 2008;
/** Claims nearer to each other than this agree. */
export const AGREE_MS = 60_000;
/** A clock that nobody measured may be ahead by this: summer time that it was not told of, and some minutes. */
const AHEAD_MS_MAX = 2 * 3600_000;
/** A file's last change comes when its recording ends. Where the duration is not known, that is at most this long after its start. */
export const OPEN_MS_MAX: Readonly<Record<'media' | 'other', number>> = { media: 4 * 3600_000, other: 24 * 3600_000 };

/** Moments at which a recording may have started by one claim, on the recorder's clock, ms since 1970; none if the claim says nothing. */
export function nameMoments(name: string, zone: string): readonly number[] {
  const moments = wallClockMoments(name, zone);
  // A time that summer time skips is taken as the clock that was not put forward would have shown it.
  return moments.length > 0 ? moments : [claimedToMs(name, zone)].filter(Number.isFinite);
}

export function containerMoments({ writtenMs, durationMs }: Sighting, reading: ContainerReading, zone: string): readonly number[] {
  if (writtenMs === null) return [];
  const [clock, side] = reading.split('-');
  if (side === 'end' && durationMs === null) return [];
  const wall = clock === 'local' ? msToClaimed(writtenMs, 'UTC') : null;
  const moments = clock === 'utc' ? [writtenMs] : wall === null ? [] : nameMoments(wall, zone);
  return side === 'end' ? moments.map((moment) => moment - (durationMs ?? 0)) : moments;
}

export function isContinuous(kind: Kind): boolean {
  return kind === 'video' || kind === 'audio';
}

export function mtimeMoments({ mtimeMs, durationMs, kind }: Sighting, reading: MtimeReading, zone: string): readonly number[] {
  const [clock, side] = reading.split('-');
  // A photo has no duration to take off. A clip whose duration is not known is dated by its end.
  const before = side === 'end' && isContinuous(kind) ? (durationMs ?? 0) : 0;
  if (clock === 'instant') return [mtimeMs - before];
  const wallMs = mtimeMs + standardOffsetMinutes(mtimeMs, zone) * 60_000;
  if (clock === 'utc') return [wallMs - before];
  const wall = msToClaimed(wallMs, 'UTC');
  return wall === null ? [] : nameMoments(wall, zone).map((moment) => moment + (wallMs % 1000) - before);
}

/** True where the time of a file only bounds its start: the last change of something whose length is not known. */
export function mtimeIsOpen({ kind, durationMs }: Sighting): boolean {
  return kind === 'photo' ? false : !isContinuous(kind) || durationMs === null;
}

export function corrected(moment: number, { offsetOf }: ClockFacts): number {
  return moment + (offsetOf(moment) ?? 0);
}

/** Why a start cannot be true; null if it can. `startMs` is corrected. */
export function impossible(startMs: number, recorderMs: number | null, facts: ClockFacts): 'after-docking' | 'before-make' | null {
  const measured = recorderMs === null || facts.offsetOf(recorderMs) !== null;
  if (startMs > facts.dockedMs + (measured ? AGREE_MS : AHEAD_MS_MAX)) return 'after-docking';
  return startMs < Date.UTC(facts.madeSince, 0) - 86_400_000 ? 'before-make' : null;
}

interface Score {
  readonly pairs: number;
  readonly containerPairs: number;
  readonly apartMs: number;
}

/** The possible starts of one file by each reading of each claim, corrected. */
interface Starts {
  readonly name: readonly number[];
  readonly gps: readonly number[];
  readonly container: (reading: ContainerReading) => readonly number[];
  readonly mtime: (reading: MtimeReading) => readonly number[];
}

/** Chooses the readings under which most claims of these files agree; where they are equal those that are nearest, then the driver's, then the usual ones. */
export function readingsOf(sightings: readonly Sighting[], facts: ClockFacts): CardReadings {
  const containers = usualFirst(CONTAINER_READINGS, facts.containerTime);
  const mtimes = usualFirst(MTIME_READINGS, facts.fileTimes === undefined ? undefined : `${facts.fileTimes}-end`);
  const starts = sightings.map((sighting) => startsOf(sighting, facts));
  let best: { container: ContainerReading; mtime: MtimeReading; score: Score } | null = null;
  // Of equal scores the first one stays. The readings as the end come first, because a file is changed last when it ends.
  for (const mtime of mtimes) {
    for (const container of containers) {
      const score = scoreOf(starts, container, mtime);
      if (!best || isBetter(score, best.score)) best = { container, mtime, score };
    }
  }
  return {
    container: best?.container ?? 'local-start',
    containerKnown: facts.containerTime !== undefined || (best?.score.containerPairs ?? 0) > 0,
    mtime: best?.mtime ?? 'instant-end',
    repeated: repeatedIn(sightings),
    mtimesOverlap: overlap(sightings),
  };
}

/** The possible starts of one file. Left out are those that cannot be true, and a file's time that only bounds the start. */
export function startsOf(sighting: Sighting, facts: ClockFacts): Starts {
  const { zone } = facts;
  const possible = (moments: readonly number[]) =>
    moments.flatMap((moment) => {
      const start = corrected(moment, facts);
      return impossible(start, moment, facts) ? [] : [start];
    });
  const open = mtimeIsOpen(sighting);
  return {
    name: sighting.name === null ? [] : possible(nameMoments(sighting.name, zone)),
    gps: sighting.gps && !impossible(sighting.gps.firstMs, null, facts) ? [sighting.gps.firstMs] : [],
    container: once((reading) => possible(containerMoments(sighting, reading, zone))),
    mtime: once((reading) => (open ? [] : possible(mtimeMoments(sighting, reading, zone)))),
  };
}

/** Remembers the result of each reading: zones are slow to ask, and every reading is compared with every other. */
function once<T>(body: (reading: T) => readonly number[]): (reading: T) => readonly number[] {
  const known = new Map<T, readonly number[]>();
  return (reading) => {
    const moments = known.get(reading) ?? body(reading);
    known.set(reading, moments);
    return moments;
  };
}

function usualFirst<T extends string>(readings: readonly T[], first: T | undefined): readonly T[] {
  return first === undefined ? readings : [first, ...readings.filter((reading) => reading !== first)];
}

function isBetter(one: Score, other: Score): boolean {
  if (one.pairs !== other.pairs) return one.pairs > other.pairs;
  // Times are kept in seconds, and FAT's in steps of two: a smaller difference tells nothing.
  return one.apartMs < other.apartMs - 2000 * Math.max(1, one.pairs);
}

function scoreOf(files: readonly Starts[], container: ContainerReading, mtime: MtimeReading): Score {
  let pairs = 0;
  let containerPairs = 0;
  let apartMs = 0;
  for (const { name, gps, ...readings } of files) {
    const inside = readings.container(container);
    const file = readings.mtime(mtime);
    for (const [one, other] of [
      [inside, name],
      [inside, file],
      [inside, gps],
      [file, name],
      [file, gps],
    ] as const) {
      const apart = nearest(one, other);
      if (apart > AGREE_MS) continue;
      pairs += 1;
      apartMs += apart;
      if (one === inside) containerPairs += 1;
    }
  }
  return { pairs, containerPairs, apartMs };
}

export function nearest(one: readonly number[], other: readonly number[]): number {
  let apart = Number.POSITIVE_INFINITY;
  for (const a of one) for (const b of other) apart = Math.min(apart, Math.abs(a - b));
  return apart;
}

function repeatedIn(sightings: readonly Sighting[]): ReadonlySet<number> {
  const repeated = new Set<number>();
  const byTime = Map.groupBy(
    sightings.filter(({ writtenMs }) => writtenMs !== null),
    ({ writtenMs, row }) => `${writtenMs}|${row}`,
  );
  for (const same of byTime.values()) {
    const times = same.map(({ mtimeMs }) => mtimeMs);
    const writtenMs = same[0]?.writtenMs;
    if (typeof writtenMs === 'number' && Math.max(...times) - Math.min(...times) > AGREE_MS) repeated.add(writtenMs);
  }
  return repeated;
}

/** One lens records one thing at a time: files of a row that overlap in most places did not get their times while they were recorded. */
function overlap(sightings: readonly Sighting[]): boolean {
  let pairs = 0;
  let overlapping = 0;
  for (const row of Map.groupBy(
    sightings.filter(({ durationMs }) => durationMs !== null),
    (sighting) => sighting.row,
  ).values()) {
    const ends = row.toSorted((a, b) => a.mtimeMs - b.mtimeMs);
    for (const [place, next] of ends.entries()) {
      const before = ends[place - 1];
      if (!before) continue;
      pairs += 1;
      if (next.mtimeMs - (next.durationMs ?? 0) < before.mtimeMs - 5000) overlapping += 1;
    }
  }
  return pairs > 0 && overlapping * 2 > pairs;
}
