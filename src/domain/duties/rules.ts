import type { Kind } from '#domain/kind';
import { isTakenIn } from '#domain/recording';
import type { DutyKind, DutySubject, FoundDuty } from './duty.ts';
import type { DutyLimits, RecorderDutyFacts, RecordingDutyFacts, StationDutyFacts } from './facts.ts';

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
  'recorder-absent': 'custodian',
  'recorder-clock': 'custodian',
  'hold-review': 'custodian',
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
};

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
  conflict || maximumMs === null || maximumMs > nowMs ? null : duty('retention-overdue', ['recording', id], { sinceMs: maximumMs, unit }, limits);

const lockMissing: Rule<RecordingDutyFacts> = ({ id, unit, lockWished, unlocked, archivedMs, dockedMs }, limits) =>
  lockWished && unlocked > 0 ? duty('lock-missing', ['recording', id], { sinceMs: archivedMs ?? dockedMs, unit }, limits) : null;

const recorderAbsent: Rule<RecorderDutyFacts> = ({ serial, unit, lastSeenMs, docked }, limits, nowMs) => {
  if (lastSeenMs === null || docked || nowMs < lastSeenMs + limits.absentMs) return null;
  return duty('recorder-absent', ['recorder', serial], { sinceMs: lastSeenMs + limits.absentMs, unit }, limits);
};

const recorderClock: Rule<RecorderDutyFacts> = ({ serial, unit, lastSeenMs, clockOffsetMs }, limits) => {
  if (lastSeenMs === null || clockOffsetMs === null || Math.abs(clockOffsetMs) <= limits.clockMs) return null;
  return duty('recorder-clock', ['recorder', serial], { sinceMs: lastSeenMs, unit }, limits);
};

const RECORDING_RULES = { lateDocked, untagged, damaged, retentionConflict, retentionOverdue, lockMissing };

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

/** Duties about the station as a whole. Nobody notes when some of these began: they count from when they are first found. */
export function dutiesOfStation(
  { holds, unconfirmed, bucket, sourcesMissing, holidaysMissing, clock }: StationDutyFacts,
  limits: DutyLimits,
  nowMs: number,
): readonly FoundDuty[] {
  const since = (kind: DutyKind, subject: DutySubject, id: string, sinceMs: number) => duty(kind, [subject, id], { sinceMs }, limits);
  return [
    ...holds.flatMap(({ id, reviewAtMs }) => (reviewAtMs > nowMs ? [] : [since('hold-review', 'hold', id, reviewAtMs)])),
    ...unconfirmed.map(({ id, dueAtMs }) => since('look-unconfirmed', 'request', id, dueAtMs)),
    ...(bucket === null || bucket.findings === 0 ? [] : [since('archive-findings', 'bucket', bucket.name, nowMs)]),
    ...sourcesMissing.map((id) => since('source-missing', 'rule', id, nowMs)),
    ...holidaysMissing.map((year) => since('holidays-missing', 'year', String(year), nowMs)),
    ...(clock.kind === 'steady' ? [] : [since('station-clock', 'clock', 'station', clock.seenAtMs)]),
  ];
}
