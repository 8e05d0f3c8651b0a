import type { SpaceState } from './machine.ts';

/** How full the disk of the vault was. */
export interface SpaceSample {
  readonly atMs: number;
  readonly usedBytes: number;
}

const DAY_MS = 86_400_000;
/** Older samples say nothing of how it fills today. */
export const MEASURED_MS = 28 * DAY_MS;
/** Before that, one docking of many recorders would look like growth. */
const KNOWN_MS = 3 * DAY_MS;
/** A later day is no forecast. */
const FORECAST_MS_MAX = 3650 * DAY_MS;

/** The line through the samples of the last four weeks (least squares) tells by how much the disk fills, and when it is full. */
export function spaceStateOf(freeBytes: number, samples: readonly SpaceSample[], nowMs: number): SpaceState {
  const bytesPerDay = growthOf(samples.filter(({ atMs }) => atMs <= nowMs && atMs >= nowMs - MEASURED_MS));
  if (freeBytes <= 0) return { freeBytes, bytesPerDay, fullAtMs: nowMs };
  const inMs = bytesPerDay === null || bytesPerDay <= 0 ? Number.POSITIVE_INFINITY : (freeBytes / bytesPerDay) * DAY_MS;
  return { freeBytes, bytesPerDay, fullAtMs: inMs > FORECAST_MS_MAX ? null : nowMs + Math.round(inMs) };
}

function growthOf(samples: readonly SpaceSample[]): number | null {
  const times = samples.map(({ atMs }) => atMs);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  if (samples.length < 3 || last - first < KNOWN_MS) return null;
  const days = samples.map(({ atMs }) => (atMs - first) / DAY_MS);
  const [meanX, meanY] = [mean(days), mean(samples.map(({ usedBytes }) => usedBytes))];
  const over = samples.reduce((sum, { usedBytes }, at) => sum + ((days[at] ?? 0) - meanX) * (usedBytes - meanY), 0);
  const under = days.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
