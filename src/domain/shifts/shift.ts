/** A time during which an officer is on duty, by the roster of the agency. */
export interface Shift {
  /** `shiftId` of officer and start. */
  readonly id: string;
  readonly officer: string;
  readonly startMs: number;
  readonly endMs: number;
  /** When it was imported, or changed. */
  readonly setAtMs: number;
}

/** Longer than this nobody is on duty: a day is mistaken. */
export const SHIFT_MS_MAX = 36 * 3_600_000;

/** `shf-041234-20260620T000000Z`: officer and start name a shift, so that a file that is imported again finds it. */
export function shiftId(officer: string, startMs: number): string {
  return `shf-${officer}-${new Date(startMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
