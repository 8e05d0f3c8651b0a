import type { Role } from '#domain/access/roles';
import { isOverdue as isScrubOverdue } from '#domain/fixity/plan';
import type { Kind } from '#domain/kind';
import { isTakenIn } from '#domain/recording';
import type { DutyKind, DutySubject, FoundDuty } from './duty.ts';
import type { DutyLimits, RecorderDutyFacts, RecordingDutyFacts, ScrubDutyFacts, ShiftDutyFacts, StationDutyFacts } from './facts.ts';

/** What people tag. A log or a leftover needs neither category nor case. */
const TAGGED_KINDS: readonly Kind[] = ['video', 'audio', 'photo'];

type Rule<F> = (facts: F, limits: DutyLimits, nowMs: number) => FoundDuty | null;

/** `sinceMs`: when it became a duty; the owner has the time of the site from then on. */
export function duty(
  kind: DutyKind,
  [subject, id]: readonly [DutySubject, string],
  { sinceMs, unit = null }: { readonly sinceMs: number; readonly unit?: string | null },
  { answerMs }: Pick<DutyLimits, 'answerMs'>,
): FoundDuty {
  return { kind, subject: { kind: subject, id }, owner: { role: ROLES[kind], unit }, sinceMs, dueMs: sinceMs + answerMs };
}

/** Who sees to it. What is about footage is nobody's who may not see footage. */
const ROLES: { readonly [K in DutyKind]: FoundDuty['owner']['role'] } = {
  'late-docked': 'custodian',
  untagged: 'custodian',
  damaged: 'custodian',
  'not-archived': 'custodian',
  'retention-conflict': 'custodian',
  'retention-overdue': 'custodian',
  'lock-missing': 'custodian',
  'numbers-missing': 'custodian',
  'shift-without-footage': 'custodian',
  'footage-without-shift': 'custodian',
  'recorder-absent': 'custodian',
  'recorder-clock': 'custodian',
  'hold-review': 'custodian',
  'hold-unmirrored': 'custodian',
  'look-unconfirmed': 'reviewer',
  'archive-findings': 'system-administrator',
  'source-missing': 'custodian',
  'holidays-missing': 'custodian',
  'station-clock': 'system-administrator',
  'disk-failing': 'system-administrator',
  'disk-worn': 'system-administrator',
  'array-degraded': 'system-administrator',
  'disk-filling': 'system-administrator',
  'machine-unread': 'system-administrator',
  'heartbeat-failing': 'system-administrator',
  'scrub-overdue': 'system-administrator',
  'scrub-faults': 'system-administrator',
};

/** Roles that own duties. */
export const OWNER_ROLES: readonly Role[] = [...new Set(Object.values(ROLES))];

/** Docked later than the limit after it ended. What nobody knows the time of is not late. */
const lateDocked: Rule<RecordingDutyFacts> = ({ id, unit, startMs, durationMs, dockedMs }, limits) => {
  if (startMs === null || dockedMs - (startMs + (durationMs ?? 0)) <= limits.lateMs) return null;
  return duty('late-docked', ['recording', id], { sinceMs: dockedMs, unit }, limits);
};

const untagged: Rule<RecordingDutyFacts> = ({ id, kind, unit, dockedMs, category, cases }, limits, nowMs) => {
  const sinceMs = dockedMs + limits.untaggedMs;
  if (!TAGGED_KINDS.includes(kind) || category !== null || cases > 0 || nowMs < sinceMs) return null;
  return duty('untagged', ['recording', id], { sinceMs, unit }, limits);
};

const damaged: Rule<RecordingDutyFacts> = (facts, limits) =>
  facts.damaged ? duty('damaged', ['recording', facts.id], { sinceMs: facts.dockedMs, unit: facts.unit }, limits) : null;

const notArchived: Rule<RecordingDutyFacts> = ({ id, unit, state, dockedMs }, limits, nowMs) => {
  const sinceMs = dockedMs + limits.archiveMs;
  return state === 'archived' || nowMs < sinceMs ? null : duty('not-archived', ['recording', id], { sinceMs, unit }, limits);
};

const retentionConflict: Rule<RecordingDutyFacts> = ({ id, unit, conflict, dockedMs }, limits) =>
  conflict ? duty('retention-conflict', ['recording', id], { sinceMs: dockedMs, unit }, limits) : null;

/** Somebody has to dispose of it, or to have the hold judged that keeps it. Where a minimum keeps it, that is the conflict. */
const retentionOverdue: Rule<RecordingDutyFacts> = ({ id, unit, conflict, maximumMs }, limits, nowMs) =>
  conflict || maximumMs === null || maximumMs > nowMs
    ? null
    : duty('retention-overdue', ['recording', id], { sinceMs: maximumMs, unit }, limits);

/** A lock is prolonged a month before it ends. One that ends within so many days, and is needed for longer, could not be, ms. */
const LOCK_LEAD_MS = 7 * 86_400_000;

const lockMissing: Rule<RecordingDutyFacts> = ({ id, unit, locks, archivedMs, dockedMs }, limits, nowMs) => {
  const neededMs = locks.neededUntil === 'open' ? Number.POSITIVE_INFINITY : (locks.neededUntil ?? 0);
  if (neededMs <= nowMs) return null;
  const endsEarly = locks.endsMs !== null && locks.endsMs < Math.min(neededMs, nowMs + LOCK_LEAD_MS);
  const causes = [
    ...(locks.unlocked > 0 ? [archivedMs ?? dockedMs] : []),
    ...(locks.refusedSinceMs === null ? [] : [locks.refusedSinceMs]),
    ...(endsEarly ? [(locks.endsMs ?? nowMs) - LOCK_LEAD_MS] : []),
  ];
  return causes.length === 0 ? null : duty('lock-missing', ['recording', id], { sinceMs: Math.min(...causes), unit }, limits);
};

/** The officer may have deleted files, or docked elsewhere, or a card is still out: somebody has to ask. */
const numbersMissing: Rule<RecordingDutyFacts> = ({ id, unit, numbersMissing: missing }, limits) =>
  missing === null ? null : duty('numbers-missing', ['recording', id], { sinceMs: missing.sinceMs, unit }, limits);

const recorderAbsent: Rule<RecorderDutyFacts> = ({ serial, unit, lastSeenMs, docked }, limits, nowMs) => {
  if (lastSeenMs === null || docked || nowMs < lastSeenMs + limits.absentMs) return null;
  return duty('recorder-absent', ['recorder', serial], { sinceMs: lastSeenMs + limits.absentMs, unit }, limits);
};

const recorderClock: Rule<RecorderDutyFacts> = ({ serial, unit, lastSeenMs, clockOffsetMs }, limits) => {
  if (lastSeenMs === null || clockOffsetMs === null || Math.abs(clockOffsetMs) <= limits.clockMs) return null;
  return duty('recorder-clock', ['recorder', serial], { sinceMs: lastSeenMs, unit }, limits);
};

/** Shifts may be imported long after: it counts from when it is found. */
const footageWithoutShift: Rule<RecordingDutyFacts> = ({ id, kind, unit, onShift }, limits, nowMs) =>
  onShift === false && TAGGED_KINDS.includes(kind)
    ? duty('footage-without-shift', ['recording', id], { sinceMs: nowMs, unit }, limits)
    : null;

/** Its footage may be docked until the limit for docking after its end; and nobody can answer for a shift before it was imported. */
const shiftWithoutFootage: Rule<ShiftDutyFacts> = ({ id, unit, endMs, setAtMs, filmed }, limits, nowMs) => {
  const sinceMs = Math.max(endMs + limits.lateMs, setAtMs);
  return filmed || nowMs < sinceMs ? null : duty('shift-without-footage', ['shift', id], { sinceMs, unit }, limits);
};

const RECORDING_RULES = {
  lateDocked,
  untagged,
  damaged,
  retentionConflict,
  retentionOverdue,
  lockMissing,
  numbersMissing,
  footageWithoutShift,
};

/** Duties about one recording. What was never whole, was replaced or was disposed of is nobody's duty. `archives`: an archive is configured. */
export function dutiesOfRecording(
  facts: RecordingDutyFacts,
  { limits, nowMs, archives }: { readonly limits: DutyLimits; readonly nowMs: number; readonly archives: boolean },
): readonly FoundDuty[] {
  if (!isTakenIn(facts.state)) return [];
  const rules = [...Object.values(RECORDING_RULES), ...(archives ? [notArchived] : [])];
  return rules.flatMap((rule) => rule(facts, limits, nowMs) ?? []);
}

export function dutiesOfRecorder(facts: RecorderDutyFacts, limits: DutyLimits, nowMs: number): readonly FoundDuty[] {
  return [recorderAbsent, recorderClock].flatMap((rule) => rule(facts, limits, nowMs) ?? []);
}

export function dutiesOfShift(facts: ShiftDutyFacts, limits: DutyLimits, nowMs: number): readonly FoundDuty[] {
  return [shiftWithoutFootage].flatMap((rule) => rule(facts, limits, nowMs) ?? []);
}

/** Until the storage holds it too, whoever has its key can destroy what is held: that cannot wait as long as other duties, ms. */
const MIRRORED_WITHIN_MS = 86_400_000;

/** Duties about the station as a whole. Nobody notes when some of these began: they count from when they are first found. */
export function dutiesOfStation(
  { holds, unmirrored, unconfirmed, bucket, sourcesMissing, holidaysMissing, clock, scrubs }: StationDutyFacts,
  limits: DutyLimits,
  nowMs: number,
): readonly FoundDuty[] {
  const since = (kind: DutyKind, subject: DutySubject, id: string, sinceMs: number) => duty(kind, [subject, id], { sinceMs }, limits);
  return [
    ...holds.flatMap(({ id, reviewAtMs }) => (reviewAtMs > nowMs ? [] : [since('hold-review', 'hold', id, reviewAtMs)])),
    ...unmirrored.map(({ id, sinceMs }) => ({ ...since('hold-unmirrored', 'hold', id, sinceMs), dueMs: sinceMs + MIRRORED_WITHIN_MS })),
    ...unconfirmed.map(({ id, dueAtMs }) => since('look-unconfirmed', 'request', id, dueAtMs)),
    ...(bucket === null || bucket.findings === 0 ? [] : [since('archive-findings', 'bucket', bucket.name, nowMs)]),
    ...sourcesMissing.map((id) => since('source-missing', 'rule', id, nowMs)),
    ...holidaysMissing.map((year) => since('holidays-missing', 'year', String(year), nowMs)),
    ...(clock.kind === 'steady' ? [] : [since('station-clock', 'clock', 'station', clock.seenAtMs)]),
    ...scrubs.flatMap((each) => scrubDuties(each, limits, nowMs)),
  ];
}

function scrubDuties(
  { place, oldestCheckMs, periodMs, faultSinceMs, haltedAtMs }: ScrubDutyFacts,
  limits: DutyLimits,
  nowMs: number,
): readonly FoundDuty[] {
  const faults = [faultSinceMs, haltedAtMs].filter((ms) => ms !== null);
  return [
    ...(oldestCheckMs !== null && isScrubOverdue(oldestCheckMs, nowMs, periodMs)
      ? [duty('scrub-overdue', ['place', place], { sinceMs: oldestCheckMs + periodMs }, limits)]
      : []),
    ...(faults.length === 0 ? [] : [duty('scrub-faults', ['place', place], { sinceMs: Math.min(...faults) }, limits)]),
  ];
}
