import type { LocalDays } from '#domain/calendar/local-days';
import { datesOf } from '#domain/case-course';
import { effectiveProtection } from '#domain/protection';
import type { RetentionCase, RetentionFacts } from '#domain/retention/facts';
import type { CaseRow, RetentionRow } from '#ports/ledger/retention';

const HALF_DAY_MS = 43_200_000;

/** What terms are counted from, of rows of the ledger. `days`: of the station's zone. */
export function factsOfRow(row: RetentionRow, days: LocalDays): RetentionFacts {
  const { recordingId, kind, category, important, damaged, foundInBin, units, cases } = row;
  return {
    recordingId,
    kind,
    category,
    formerCategories: NONE,
    stage: null,
    important,
    damaged,
    foundInBin,
    units,
    level: levelOf(row),
    starts: {
      recordedMs: row.startMs,
      claimedMs: row.claimedStart === null ? null : claimedMs(row.claimedStart, days),
      dockedMs: row.dockedMs,
      sealedMs: row.sealedMs,
      archivedMs: row.archivedMs,
    },
    cases: cases.map((each) => ({
      number: each.number,
      tie: each.tie,
      category: each.category,
      stage: each.stage,
      ...caseDates(each, days),
    })),
  };
}

const NONE: readonly string[] = [];

/** The highest level of the recording and its cases. Most cases have none, and then there is nothing to compare. */
function levelOf({ recordingId, confidentiality, cases }: RetentionRow): RetentionFacts['level'] {
  if (cases.every((each) => each.confidentiality === null)) return confidentiality;
  const marked = cases.map((each) => ({ number: each.number, confidentiality: each.confidentiality, privacy: [] }));
  return effectiveProtection(recordingId, { confidentiality, privacy: [] }, marked).confidentiality?.level ?? null;
}

/** The moments of a case, each within its local day. A case of which nobody told the day of filing was opened when it came into the ledger. */
export function caseDates(row: CaseRow, days: LocalDays): Pick<RetentionCase, 'openedMs' | 'decidedMs' | 'closedMs'> {
  const { decidedOn, closedOn } = datesOf(row);
  return {
    openedMs: row.openedOn === null ? row.createdAtMs : middleOf(row.openedOn, days),
    decidedMs: decidedOn === null ? null : middleOf(decidedOn, days),
    closedMs: closedOn === null ? null : middleOf(closedOn, days),
  };
}

/** A moment within a local day; NaN for what is no day. */
function middleOf(date: string, days: LocalDays): number {
  const day = days.dayOfText(date);
  return Number.isNaN(day) ? day : days.endOf(day) - HALF_DAY_MS;
}

/** What a clock showed, as a moment: the beginning of that local day and the time of day. An hour more or less on days of summer time ends no term. */
function claimedMs(claimed: string, days: LocalDays): number | null {
  const day = days.dayOfText(claimed.slice(0, 10));
  const timeMs = Date.parse(`1970-01-01${claimed.slice(10)}Z`);
  return Number.isNaN(day) || Number.isNaN(timeMs) ? null : days.endOf(day - 1) + timeMs;
}
