/** What one place holds that is to be read again. */
export interface Holding {
  readonly items: number;
  readonly bytes: number;
}

/** To open a small file takes the time of so many bytes. */
const ITEM_BYTES = 64 * 1024;
/** A round is planned for this part of the period. The rest is for nights in which the station is off. */
const PLANNED_PART = 0.9;

const weight = ({ items, bytes }: Holding) => bytes + items * ITEM_BYTES;

/**
 * How long to wait after the start of a check of so many bytes before the next one, ms. Everything that the place holds is then read once in nine tenths of the
 * period, whatever the time at which it came: a large intake makes the steps closer, and is not read at once.
 */
export function stepMs(bytes: number, holding: Holding, periodMs: number): number {
  const all = weight(holding);
  return all === 0 ? periodMs : (periodMs * PLANNED_PART * Math.min(all, bytes + ITEM_BYTES)) / all;
}

/** How long one round takes where nothing but the bandwidth holds it up, and how much is to be read in an hour, bytes. */
export function forecast(holding: Holding, periodMs: number, bytesPerSecond: number) {
  const plannedMs = periodMs * PLANNED_PART;
  const bandwidthMs = bytesPerSecond === 0 ? 0 : (holding.bytes / bytesPerSecond) * 1000;
  const roundMs = Math.max(plannedMs, bandwidthMs);
  return { roundMs, bytesPerHour: roundMs === 0 ? 0 : Math.ceil((holding.bytes / roundMs) * 3_600_000), keepsPeriod: roundMs <= periodMs };
}

/** A check from the future says nothing of its age: such an item is not overdue, and has its turn by the ledger's order. */
export function isOverdue(checkedAtMs: number, nowMs: number, periodMs: number): boolean {
  return nowMs - checkedAtMs > periodMs;
}

interface Pace {
  readonly bytes: number;
  readonly holding: Holding;
  readonly periodMs: number;
  /** The last check of the oldest item that is left; null: nothing is left. */
  readonly oldestMs: number | null;
  readonly nowMs: number;
  /** False after the clock was set: then ages prove nothing, and the even step stands. */
  readonly clockIsSteady: boolean;
}

/** How long to wait from the start of a check to the start of the next, ms. What is overdue waits for nothing but the bandwidth. */
export function waitMs({ bytes, holding, periodMs, oldestMs, nowMs, clockIsSteady }: Pace): number {
  if (clockIsSteady && oldestMs !== null && isOverdue(oldestMs, nowMs, periodMs)) return 0;
  return stepMs(bytes, holding, periodMs);
}

/** Whether so many faults of one medium in a day say that the medium, or what reads it, is at fault, and not single files. */
export function stopsHealing(faultsOfDay: number, limit: number): boolean {
  return faultsOfDay > limit;
}
