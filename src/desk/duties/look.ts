import type { ScrubLimits } from '#desk/scrub/deps';
import { missingNotices } from '#domain/calendar/missing-notices';
import { STATION } from '#domain/custody/actor';
import { DutyDone, DutyHandedOver, DutyOpened, DutyReturned } from '#domain/custody/duty-entries';
import { subject } from '#domain/custody/subject';
import { type DutyChange, dutyChanges } from '#domain/duties/compare';
import type { DutySubject, FoundDuty } from '#domain/duties/duty';
import type { DutyLimits, RecorderDutyFacts, RecordingDutyFacts, ScrubDutyFacts, StationDutyFacts } from '#domain/duties/facts';
import { dutiesOfHeartbeat, HEARTBEAT_SUBJECTS, type HeartbeatLimits } from '#domain/duties/heartbeat-rule';
import { dutiesOfMachine, MACHINE_SUBJECTS, type MachineLimits } from '#domain/duties/machine-rules';
import { dutiesOfRecorder, dutiesOfRecording, dutiesOfShift, dutiesOfStation } from '#domain/duties/rules';
import { newId } from '#domain/ids';
import type { MachineState } from '#domain/machine/machine';
import type { CountingSchedule } from '#domain/retention/count-term';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { DutySpan } from '#ports/ledger/duties';

export interface LookDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  /** null: no archive is configured. */
  readonly archive: Pick<Archive, 'name'> | null;
  readonly stationId: string;
  readonly limits: DutyLimits;
  /** How often the scrub reads each place again; null: it is switched off. */
  readonly scrub: Pick<ScrubLimits, 'vaultMs' | 'archiveMs'> | null;
  /** The schedule in force; null: none was ever adopted. */
  readonly schedule: () => Promise<CountingSchedule | null>;
  /** What was last read of the machine. null: nothing yet, so that what stands of it is left as it is; or it is not watched. */
  readonly machine: { readonly state: () => MachineState | null; readonly limits: MachineLimits };
  /** Since when nobody outside has taken a heartbeat; null: none was tried yet. null instead of all: there are no heartbeats. */
  readonly heartbeat: { readonly silentSinceMs: () => number | null; readonly limits: HeartbeatLimits } | null;
}

/** Recordings, and recorders, of one step: some tens of milliseconds in which nothing else runs. */
const STEP = 200;
/** Changes of one transaction: it takes some milliseconds, so that others get their turn. */
const CHANGES = 100;
/** Holds to review or to mirror, and requests to judge, that are told at once. */
const TOLD_MAX = 1000;
const STATION_SUBJECTS: readonly DutySubject[] = ['hold', 'request', 'bucket', 'rule', 'year', 'clock', 'place'];

/** Looks at the recordings that follow `after`, by id. Returns the last one; null: there are no more. */
export async function lookAtRecordings(deps: LookDeps, after: string): Promise<string | null> {
  const facts = await deps.ledger.duties.recordingFacts({ after, limit: STEP });
  const last = facts.length < STEP ? null : (facts.at(-1)?.id ?? null);
  await settle(deps, ofRecordings(deps, facts), { subjects: ['recording'], after, upTo: last });
  return last;
}

/** The same of recorders, by serial number. */
export async function lookAtRecorders(deps: LookDeps, after: string): Promise<string | null> {
  const facts = await deps.ledger.duties.recorderFacts({ after, limit: STEP });
  const last = facts.length < STEP ? null : (facts.at(-1)?.serial ?? null);
  await settle(deps, ofRecorders(deps, facts), { subjects: ['recorder'], after, upTo: last });
  return last;
}

/** Looks at what the entries of the custody log after `after` and up to `upTo` are about. */
export async function lookAtTouched(deps: LookDeps, entries: { readonly after: number; readonly upTo: number }): Promise<void> {
  const { recordings, recorders, others } = await deps.ledger.duties.touched(entries);
  if (others) await lookAtStation(deps);
  for (let at = 0; at < recorders.length; at += STEP) {
    const ids = recorders.slice(at, at + STEP);
    await settle(deps, ofRecorders(deps, await deps.ledger.duties.recorderFacts({ ids })), { subjects: ['recorder'], ids });
  }
  for (let at = 0; at < recordings.length; at += STEP) {
    const ids = recordings.slice(at, at + STEP);
    await settle(deps, ofRecordings(deps, await deps.ledger.duties.recordingFacts({ ids })), { subjects: ['recording'], ids });
  }
}

function ofRecordings({ limits, clock, archive }: LookDeps, facts: readonly RecordingDutyFacts[]): readonly FoundDuty[] {
  const nowMs = clock.nowMs();
  return facts.flatMap((each) => dutiesOfRecording(each, { limits, nowMs, archives: archive !== null }));
}

function ofRecorders({ limits, clock }: LookDeps, facts: readonly RecorderDutyFacts[]): readonly FoundDuty[] {
  const nowMs = clock.nowMs();
  return facts.flatMap((each) => dutiesOfRecorder(each, limits, nowMs));
}

/** The same of shifts, by id. */
export async function lookAtShifts(deps: LookDeps, after: string): Promise<string | null> {
  const facts = await deps.ledger.shifts.dutyFacts({ after, limit: STEP });
  const nowMs = deps.clock.nowMs();
  const found = facts.flatMap((each) => dutiesOfShift(each, deps.limits, nowMs));
  const last = facts.length < STEP ? null : (facts.at(-1)?.id ?? null);
  await settle(deps, found, { subjects: ['shift'], after, upTo: last });
  return last;
}

/** Looks at what concerns the station as a whole. */
export async function lookAtStation(deps: LookDeps): Promise<void> {
  const nowMs = deps.clock.nowMs();
  const found = dutiesOfStation(await stationFacts(deps, nowMs), deps.limits, nowMs);
  await settle(deps, found, { subjects: STATION_SUBJECTS, after: '', upTo: null });
}

/** Looks at disks, arrays and space, as they were last read. */
export async function lookAtMachine(deps: LookDeps): Promise<void> {
  const state = deps.machine.state();
  if (state === null) return;
  const found = dutiesOfMachine(state, deps.machine.limits, deps.clock.nowMs());
  await settle(deps, found, { subjects: MACHINE_SUBJECTS, after: '', upTo: null });
}

/** Looks whether anybody outside hears of the station. */
export async function lookAtHeartbeat(deps: LookDeps): Promise<void> {
  const sinceMs = deps.heartbeat?.silentSinceMs() ?? null;
  if (deps.heartbeat !== null && sinceMs === null) return;
  const found = deps.heartbeat === null || sinceMs === null ? [] : dutiesOfHeartbeat(sinceMs, deps.heartbeat.limits, deps.clock.nowMs());
  await settle(deps, found, { subjects: HEARTBEAT_SUBJECTS, after: '', upTo: null });
}

async function stationFacts(deps: LookDeps, nowMs: number): Promise<StationDutyFacts> {
  const { ledger, archive, clockWatch } = deps;
  const holds = await ledger.holds.toReview(nowMs, TOLD_MAX);
  const urgent = await ledger.callUps.requests({ seenBy: null, unconfirmedAtMs: nowMs, limit: TOLD_MAX });
  const schedule = await deps.schedule();
  const findings = archive === null ? {} : await ledger.archive.openFindings(archive.name);
  return {
    holds,
    unmirrored: await ledger.holds.refused(TOLD_MAX),
    unconfirmed: urgent.map(({ id, confirmation }) => ({ id, dueAtMs: confirmation?.dueAtMs ?? nowMs })),
    bucket: archive && { name: archive.name, findings: Object.values(findings).reduce((sum, each) => sum + each, 0) },
    sourcesMissing: schedule?.schedule.rules.flatMap(({ id, source }) => (source.status === 'missing' ? [id] : [])) ?? [],
    holidaysMissing: schedule === null ? [] : holidaysMissing(schedule, nowMs),
    clock: clockWatch.state(),
    scrubs: await scrubFacts(deps, nowMs),
  };
}

async function scrubFacts({ ledger, archive, scrub }: LookDeps, nowMs: number): Promise<readonly ScrubDutyFacts[]> {
  if (scrub === null) return [];
  const periods: readonly (readonly [string, number])[] = [
    ['vault', scrub.vaultMs],
    ...(archive === null ? [] : [[archive.name, scrub.archiveMs] as const]),
  ];
  const facts: ScrubDutyFacts[] = [];
  for (const [place, periodMs] of periods) {
    const checkedMs = (await ledger.scrubs.next(place, nowMs))?.verifiedAtMs ?? null;
    // A check in the future proves nothing, and is made again at once: nothing is overdue before that.
    const oldestMs = checkedMs === null ? null : Math.min(checkedMs, nowMs);
    const [fault] = await ledger.scrubs.openFaults(place, 1);
    const { haltedAtMs } = await ledger.scrubs.orders(place);
    facts.push({ place, periodMs, oldestCheckMs: oldestMs, faultSinceMs: fault?.foundAtMs ?? null, haltedAtMs });
  }
  return facts;
}

/** An agency that counts no working days has no file of days off, and needs none. */
function holidaysMissing({ schedule, calendar: { working, days } }: CountingSchedule, nowMs: number): readonly number[] {
  if (schedule.holidays === 'own' && working.years.length === 0) return [];
  return missingNotices(working, days, nowMs).map(({ year }) => year);
}

/** Writes what differs, some at a time. What stands is read again in each transaction: somebody may have answered meanwhile. */
async function settle(deps: LookDeps, found: readonly FoundDuty[], span: DutySpan): Promise<void> {
  await breath();
  const changesIn = async ({ duties }: Pick<LedgerWriter, 'duties'> | Ledger) =>
    dutyChanges(found, await duties.standing(span), deps.clock.nowMs());
  if ((await changesIn(deps.ledger)).length === 0) return;
  for (let more = true; more; )
    more = await deps.ledger.transaction(async (writer) => {
      const changes = await changesIn(writer);
      for (const change of changes.slice(0, CHANGES)) await write(deps, writer, change);
      return changes.length > CHANGES;
    });
}

/** Lets the rest of the daemon run: reads of SQLite never wait for anything. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function write({ clock, stationId }: LookDeps, { duties, custody }: LedgerWriter, change: DutyChange): Promise<void> {
  const atMs = clock.nowMs();
  const id = change.does === 'open' ? newId('dty', atMs, stationId) : change.id;
  const about = { atMs, actor: STATION, subject: subject('duty', id) };
  if (change.does === 'open') {
    const { kind, subject: named, owner, sinceMs, dueMs } = change.found;
    await duties.open(id, change.found, atMs);
    const times = { since: new Date(sinceMs).toISOString(), due: new Date(dueMs).toISOString() };
    await custody.append(DutyOpened.make({ ...about, data: { kind, about: named.kind, named: named.id, ...owner, ...times } }));
  } else if (change.does === 'hand-over') {
    await duties.handOver(id, change.owner);
    await custody.append(DutyHandedOver.make({ ...about, data: { ...change.owner } }));
  } else if (change.does === 'return') {
    await duties.putBack(id);
    await custody.append(DutyReturned.make(about));
  } else {
    await duties.end(id, atMs);
    await custody.append(DutyDone.make(about));
  }
}
