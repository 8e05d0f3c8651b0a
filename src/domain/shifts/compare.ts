import { dateIn } from '#domain/time/calendar-date';
import { type Shift, shiftId } from './shift.ts';

/** A shift as a file tells it. `line`: the row. */
export interface WrittenShift {
  readonly line: number;
  readonly officer: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a file makes of the shifts on record. */
export interface ShiftChanges {
  readonly added: readonly Shift[];
  /** It ends at another time. */
  readonly changed: readonly (Shift & { readonly formerEndMs: number })[];
  readonly removed: readonly Shift[];
  readonly same: number;
}

/**
 * The days that a file is whole for: from the local day of its first shift to that of its last one. Returns whether a shift that begins at this moment belongs to them.
 * An empty file is whole for none.
 */
export function isCovered(written: readonly WrittenShift[], zone: string): (startMs: number) => boolean {
  const starts = written.map(({ startMs }) => startMs);
  if (starts.length === 0) return () => false;
  const [first, last] = [
    dateIn(
      starts.reduce((a, b) => Math.min(a, b)),
      zone,
    ),
    dateIn(
      starts.reduce((a, b) => Math.max(a, b)),
      zone,
    ),
  ];
  return (startMs) => {
    const day = dateIn(startMs, zone);
    return first <= day && day <= last;
  };
}

/**
 * Compares a file with the shifts on record within its days. Those of an officer whom the file names are removed where it does not have them; with `whole` those of every
 * officer.
 */
export function shiftChanges(
  written: readonly WrittenShift[],
  known: readonly Shift[],
  { zone, whole, nowMs }: { readonly zone: string; readonly whole: boolean; readonly nowMs: number },
): ShiftChanges {
  const covers = isCovered(written, zone);
  const named = new Set(written.map(({ officer }) => officer));
  const before = new Map(known.map((shift) => [shift.id, shift]));
  const fresh = written.map(
    ({ officer, startMs, endMs }): Shift => ({ id: shiftId(officer, startMs), officer, startMs, endMs, setAtMs: nowMs }),
  );
  const there = new Set(fresh.map(({ id }) => id));
  const changed = fresh.flatMap((shift) => {
    const former = before.get(shift.id);
    return former && former.endMs !== shift.endMs ? [{ ...shift, formerEndMs: former.endMs }] : [];
  });
  const added = fresh.filter(({ id }) => !before.has(id));
  return {
    added,
    changed,
    removed: known.filter(({ id, officer, startMs }) => covers(startMs) && !there.has(id) && (whole || named.has(officer))),
    same: fresh.length - added.length - changed.length,
  };
}
