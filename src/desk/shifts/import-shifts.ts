import type { DeskDeps } from '#desk/deps';
import { changeOrTry } from '#desk/dry-run';
import { type Keeping, mustBeOwnOfficer } from '#desk/people/own-people';
import { sha256Hex } from '#domain/canonical-json';
import { OfficerShiftsChanged, ShiftsImported } from '#domain/custody/shift-entries';
import { subject } from '#domain/custody/subject';
import { type ShiftChanges, shiftChanges, type WrittenShift } from '#domain/shifts/compare';
import { SHIFT_MS_MAX, type Shift } from '#domain/shifts/shift';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';

const PAGE = 1000;
const DAY_MS = 86_400_000;

/** A row whose officer is not in the registry. */
type Unmatched = Pick<WrittenShift, 'line' | 'officer'>;

export interface ShiftsOutcome extends ShiftChanges {
  readonly rows: number;
  readonly unmatched: readonly Unmatched[];
}

interface Order {
  readonly rows: readonly WrittenShift[];
  /** The file as it came: its digest is on record. */
  readonly text: string;
  /** The file has the shifts of all officers on its days. */
  readonly whole: boolean;
  readonly dryRun: boolean;
}

/**
 * Takes shifts over: all that can be matched to an officer, in one transaction. What is not in the file is removed on the days that it covers. Throws request.forbidden
 * where an officer belongs to another unit.
 */
export async function importShifts(
  { ledger, clock, facts }: Pick<DeskDeps, 'ledger' | 'clock' | 'facts'>,
  { rows, text, whole, dryRun }: Order,
  { actor, within }: Keeping,
): Promise<ShiftsOutcome> {
  return changeOrTry(ledger, dryRun, async (writer) => {
    const nowMs = clock.nowMs();
    const { matched, unmatched } = await matchedIn(writer, rows);
    const changes = shiftChanges(matched, await around(writer, rows), { zone: facts.timezone, whole, nowMs });
    const { added, changed, removed } = changes;
    const officers = byOfficer(changes);
    for (const [officer, of] of officers) {
      await mustBeOwnOfficer(writer, officer, within);
      for (const { id } of of.removed) await writer.shifts.remove(id);
      for (const shift of [...of.added, ...of.changed]) await writer.shifts.put(shift);
      const lists = { addedShifts: of.added.map(told), changedShifts: of.changed.map(told), removedShifts: of.removed.map(told) };
      const data = { added: of.added.length, changed: of.changed.length, removed: of.removed.length };
      await writer.custody.append(OfficerShiftsChanged.make({ atMs: nowMs, actor, subject: subject('officer', officer), data, lists }));
    }
    if (officers.size > 0) {
      const data = {
        ...{ sha256: sha256Hex(Buffer.from(text)), rows: rows.length, unmatched: unmatched.length, whole },
        ...{ added: added.length, changed: changed.length, removed: removed.length },
      };
      await writer.custody.append(ShiftsImported.make({ atMs: nowMs, actor, subject: subject('station', facts.stationId), data }));
    }
    return { ...changes, rows: rows.length, unmatched };
  });
}

function told({ id, startMs, endMs }: Shift) {
  return { id, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
}

async function matchedIn({ registry }: LedgerReader, rows: readonly WrittenShift[]) {
  const known = new Map<string, boolean>();
  for (const { officer } of rows) if (!known.has(officer)) known.set(officer, (await registry.officer(officer)) !== null);
  return {
    matched: rows.filter(({ officer }) => known.get(officer)),
    unmatched: rows.flatMap(({ line, officer }): Unmatched[] => (known.get(officer) ? [] : [{ line, officer }])),
  };
}

/** Shifts on record that begin on the days of the file, and a little more: which days those are the comparison says. */
async function around({ shifts }: Pick<LedgerWriter, 'shifts'>, rows: readonly WrittenShift[]): Promise<readonly Shift[]> {
  const starts = rows.map(({ startMs }) => startMs);
  const fromMs = starts.reduce((a, b) => Math.min(a, b)) - DAY_MS - SHIFT_MS_MAX;
  const beforeMs = starts.reduce((a, b) => Math.max(a, b)) + DAY_MS + SHIFT_MS_MAX;
  const found: Shift[] = [];
  for (let after: string | undefined; ; after = found.at(-1)?.id) {
    const page = await shifts.list({ fromMs, beforeMs, limit: PAGE, ...(after === undefined ? {} : { after }) });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

function byOfficer({ added, changed, removed }: ShiftChanges): ReadonlyMap<string, Pick<ShiftChanges, 'added' | 'changed' | 'removed'>> {
  const of = new Map<string, { added: Shift[]; changed: ShiftChanges['changed'][number][]; removed: Shift[] }>();
  const at = (officer: string) => {
    const known = of.get(officer) ?? { added: [], changed: [], removed: [] };
    of.set(officer, known);
    return known;
  };
  for (const shift of added) at(shift.officer).added.push(shift);
  for (const shift of changed) at(shift.officer).changed.push(shift);
  for (const shift of removed) at(shift.officer).removed.push(shift);
  return of;
}
