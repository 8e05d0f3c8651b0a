import type { Schemas } from '../../client/api.ts';
import { momentMs } from '../../kit/time.tsx';

type Recording = Schemas['Recording'];

/** A recording on the line of its case. */
interface Placed {
  readonly recording: Recording;
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** The recordings of one camera, in order. */
interface Lane {
  readonly key: string;
  readonly officer: string | null;
  readonly recorder: string;
  readonly placed: readonly Placed[];
}

export interface CaseLine {
  /** Moment at which the line begins, ms since 1970. */
  readonly beginMs: number;
  readonly lengthMs: number;
  readonly lanes: readonly Lane[];
  /** Of which nobody knows when they began. */
  readonly untimed: readonly Recording[];
}

/** What has no length of its own, such as a photo, is shown as if it lasted so long. */
const MOMENT_MS = 1000;
const MARGIN = 0.02;

/** Lays the recordings of a case on one line of time, a lane for each officer and camera; null: none has a time. */
export function caseLineOf(recordings: readonly Recording[], events: readonly Schemas['CaseEvent'][]): CaseLine | null {
  const timed = recordings.filter(({ start }) => start !== null);
  const placed = timed.map((recording) => ({
    recording,
    fromMs: momentMs(recording.start ?? ''),
    lengthMs: recording.durationMs ?? MOMENT_MS,
  }));
  if (placed.length === 0) return null;
  const starts = [...placed.map(({ fromMs }) => fromMs), ...events.map(({ start }) => momentMs(start))];
  const ends = [...placed.map(({ fromMs, lengthMs }) => fromMs + lengthMs), ...events.map(({ end }) => momentMs(end))];
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const margin = Math.max(1000, (last - first) * MARGIN);
  const beginMs = first - margin;
  const byCamera = Map.groupBy(placed, ({ recording }) => `${recording.officerId ?? ''} ${recording.recorderSerial}`);
  const lanes = [...byCamera].map(([key, own]) => ({
    key,
    officer: own[0]?.recording.officerId ?? null,
    recorder: own[0]?.recording.recorderSerial ?? '',
    placed: own.map((each) => ({ ...each, fromMs: each.fromMs - beginMs })).toSorted((one, other) => one.fromMs - other.fromMs),
  }));
  lanes.sort((one, other) => (one.key < other.key ? -1 : 1));
  return { beginMs, lengthMs: last - first + 2 * margin, lanes, untimed: recordings.filter(({ start }) => start === null) };
}

/** Steps of a ruler, ms: the shortest that leaves room for its texts. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800, 2_592_000].map(
  (seconds) => seconds * 1000,
);

/** Moments of the ruler between two moments of the line, at most `countMax`, on whole steps of the wall clock. */
export function rulerOf(beginMs: number, fromMs: number, toMs: number, countMax: number, offsetMs: number): readonly number[] {
  const step = STEPS.find((each) => (toMs - fromMs) / each <= countMax) ?? (toMs - fromMs) / countMax;
  const first = Math.ceil((beginMs + fromMs + offsetMs) / step) * step - offsetMs - beginMs;
  return Array.from({ length: Math.max(0, Math.floor((toMs - first) / step) + 1) }, (_, at) => first + at * step);
}
