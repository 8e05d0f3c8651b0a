import { msToClaimed, wallClockMoments } from '#domain/time/station-time';
import type { LedgerReader } from '#ports/ledger';
import type { DelaysOfRecordings, RecordedHour } from '#ports/ledger/recordings';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A calendar day of a zone. */
export interface Day {
  readonly day: string;
  readonly fromMs: number;
  /** The first moment of the next. */
  readonly untilMs: number;
}

/** The last `count` calendar days of a zone, today last. They have 23 to 25 hours where clocks are changed. */
export function lastDays(nowMs: number, count: number, zone: string): readonly Day[] {
  const today = msToClaimed(nowMs, zone)?.slice(0, 10) ?? '1970-01-01';
  const noon = Date.parse(`${today}T12:00:00Z`);
  const dayAt = (at: number) => new Date(noon + at * DAY_MS).toISOString().slice(0, 10);
  return Array.from({ length: count }, (_, at) => {
    const day = dayAt(at - count + 1);
    return { day, fromMs: beginOf(day, zone), untilMs: beginOf(dayAt(at - count + 2), zone) };
  });
}

/** Where clocks leave midnight out, the day begins when they go on. */
function beginOf(day: string, zone: string): number {
  for (const time of ['00:00:00', '00:30:00', '01:00:00', '02:00:00']) {
    const [first] = wallClockMoments(`${day}T${time}`, zone);
    if (first !== undefined) return first;
  }
  return Date.parse(`${day}T00:00:00Z`);
}

type Sums = Omit<RecordedHour, 'hour' | 'unit'>;

/** What was recorded on one day. */
export interface DayFigures extends Sums {
  readonly day: string;
  readonly units: readonly { readonly unit: string | null; readonly recordings: number; readonly ms: number }[];
}

const NONE: Sums = { recordings: 0, ms: 0, notArchived: 0, notArchivedMs: 0, damaged: 0, unassigned: 0 };

/** Hours counted from the beginning of the first day, put into the days in which they begin. */
export function daysOf(days: readonly Day[], hours: readonly RecordedHour[]): readonly DayFigures[] {
  const firstMs = days[0]?.fromMs ?? 0;
  const byDay = Map.groupBy(hours, ({ hour }) => {
    const atMs = firstMs + hour * HOUR_MS;
    return days.find(({ untilMs }) => atMs < untilMs)?.day ?? '';
  });
  return days.map(({ day }) => {
    const parts = byDay.get(day) ?? [];
    const units = [...Map.groupBy(parts, ({ unit }) => unit)].map(([unit, of]) => {
      const { recordings, ms } = sum(of);
      return { unit, recordings, ms };
    });
    return { day, ...sum(parts), units: units.sort((one, other) => other.ms - one.ms) };
  });
}

function sum(parts: readonly RecordedHour[]): Sums {
  const add = (all: Sums, each: Sums): Sums => ({
    recordings: all.recordings + each.recordings,
    ms: all.ms + each.ms,
    notArchived: all.notArchived + each.notArchived,
    notArchivedMs: all.notArchivedMs + each.notArchivedMs,
    damaged: all.damaged + each.damaged,
    unassigned: all.unassigned + each.unassigned,
  });
  return parts.reduce<Sums>(add, NONE);
}

/** Steps of the delay of docking that are told apart, hours. */
const DELAY_HOURS = [1, 4, 8, 12, 24, 48, 72] as const;

/** How long after their end recordings came in, by steps; `hours` null: longer than the last. */
export async function delaySteps(
  { recordings }: Pick<LedgerReader, 'recordings'>,
  span: { sinceMs: number; untilMs: number },
  lateMs: number,
) {
  const delays: DelaysOfRecordings = await recordings.delays({ ...span, lateMs, boundsMs: DELAY_HOURS.map((hours) => hours * HOUR_MS) });
  const steps = [
    ...DELAY_HOURS.map((hours, at) => ({ hours, recordings: delays.counts[at] ?? 0 })),
    { hours: null, recordings: delays.longer },
  ];
  return { limitHours: lateMs / HOUR_MS, inTime: delays.inTime, late: delays.late, untimed: delays.untimed, steps };
}
