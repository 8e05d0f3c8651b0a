import type { ShiftDutyFacts } from '#domain/duties/facts';
import type { Shift } from '#domain/shifts/shift';
import type { Page } from './page.ts';

/** Shifts that begin within a span. Left out: without that bound. */
export interface ShiftFilter {
  readonly officer?: string;
  readonly fromMs?: number;
  /** They begin before it. */
  readonly beforeMs?: number;
}

export interface ShiftsReader {
  /** By id, so by officer and start. */
  list(filter: ShiftFilter & Page): Promise<readonly Shift[]>;
  /** What duties about shifts follow from, by id. */
  dutyFacts(page: { readonly after: string; readonly limit: number }): Promise<readonly ShiftDutyFacts[]>;
}

export interface ShiftsWriter {
  /** Adds a shift; one with the same id has its end and time from then on. */
  put(shift: Shift): Promise<void>;
  /** Throws request.not-found. */
  remove(id: string): Promise<void>;
}
