import { proposeCorrection } from '#desk/retention/corrections';
import { putTerms } from '#desk/retention/count-terms';
import { type Deciding, proposeSchedule } from '#desk/retention/versions';
import { sha256Hex } from '#domain/canonical-json';
import { RetentionDryRun } from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { type DryRunResult, DryRunTally, dryRunDigest } from '#domain/retention/dry-run';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { START_MS, STATION_ID } from '#test/support/builders';
import { readVersion, scheduleText, someRetention } from './parts.ts';

const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const OTHERS = scheduleText({ all: { minimum: 'P90D' } });
const OTHER = scheduleText({ all: { minimum: 'P91D' } });
const OWN = scheduleText({ all: { minimum: 'P92D' } });
const LI: Deciding = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li' };

/** The dry run of a station without recordings. */
const RESULT: DryRunResult = new DryRunTally({
  ...{ proposed: readVersion({ version: 1, text: OTHERS }), sha256: sha256Hex(Buffer.from(OTHERS)), inForce: null },
  ...{ of: () => readVersion({ version: 1, text: OTHERS }), atMs: START_MS, inForceAtMs: START_MS },
}).result();
const digest = dryRunDigest(RESULT);

/** Two schedules and a correction of somebody else: whoever walks is root, who adopts and approves nothing of root's. */
export async function retentionBeforeWalk(ledger: Ledger, clock: Clock, recordingIds: readonly string[]): Promise<void> {
  for (const text of [OTHERS, OTHER]) await proposeSchedule({ ledger, clock, read: readVersion }, { text, by: LI });
  const { shelf } = someRetention();
  await ledger.transaction(async (writer) => {
    const atMs = clock.nowMs();
    await writer.retention.keepDryRun({ version: 1, digest, against: null, by: LI.actor, atMs, result: JSON.stringify(RESULT) });
    const data = { digest, against: null, recordings: 0, longer: 0, notKept: 0, disposable: 0 };
    await writer.custody.append(RetentionDryRun.make({ atMs, actor: LI.actor, subject: subject('schedule', '1'), data }));
    const termOf = (recordingId: string) => ({
      ...({ recordingId, version: 1, earnedKind: 'permanent', earnedUntilMs: null, waitsFor: null, floor: null, maximum: null } as const),
      ...({
        action: 'propose',
        lock: { mode: 'none', hold: false, horizonDays: 1 },
        winner: 'all',
        conflict: false,
        bases: [],
        corrections: 0,
      } as const),
    });
    await putTerms(
      writer,
      { ids: recordingIds, counted: recordingIds.map((each) => ({ before: null, kept: termOf(each) })) },
      { clock, stationId: STATION_ID },
    );
  });
  for (const recordingId of recordingIds)
    await proposeCorrection({ ledger, clock, stationId: STATION_ID, shelf }, { recordingId, reason: 'by mistake', by: LI });
}

/** Versions of which the walk has entries. */
export const SCHEDULE_VERSIONS = ['1', '2', '3'];

const SECOND = { version: '2' };
const THIRD = { version: '3' };
const CORRECTIONS = v1('POST /retention/corrections');

/** Requests to the routes of retention, for the walk of serve/walk.test.ts, each with the types of entries that it leaves. */
export const RETENTION_STEPS = [
  { row: v1('GET /retention'), leaves: [] },
  { row: v1('GET /retention/schedules'), leaves: [] },
  { row: v1('POST /retention/schedules'), body: { text: OWN }, leaves: ['retention.proposed'] },
  { row: v1('POST /retention/schedules/:version/dry-run'), params: THIRD, body: {}, leaves: ['retention.dry-run'] },
  { row: v1('GET /retention/schedules/:version'), params: THIRD, leaves: [] },
  { row: v1('POST /retention/schedules/:version/adoption'), params: { version: '1' }, body: { digest }, leaves: ['retention.adopted'] },
  { row: v1('POST /retention/schedules/:version/refusal'), params: SECOND, body: { reason: 'too long' }, leaves: ['retention.refused'] },
  { row: v1('POST /retention/schedules/:version/withdrawal'), params: THIRD, body: {}, leaves: ['retention.withdrawn'] },
  { row: v1('GET /recordings/:id/retention'), leaves: [] },
  { row: v1('GET /retention/corrections'), leaves: [] },
  {
    row: v1('PUT /retention/corrections/:number/decision'),
    params: { number: '1' },
    body: { decision: 'approved' },
    leaves: ['retention.corrected', 'retention.counted'],
  },
  { row: CORRECTIONS, body: { recording: 'lost', reason: 'once more' }, leaves: ['retention.correction-proposed'] },
  {
    row: v1('PUT /retention/corrections/:number/decision'),
    params: { number: '2' },
    body: { decision: 'refused' },
    leaves: ['retention.correction-refused'],
  },
  { row: v1('POST /retention/schedules/:version/refusal'), params: { version: '1' }, body: {}, leaves: ['retention.withdrawn'] },
];
