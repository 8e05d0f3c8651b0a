import type { Static } from 'typebox';
import { because } from '#domain/reason';
import { AUDIT_COMPONENTS } from './audit-components.ts';
import { CALL_UP_COMPONENTS } from './call-up-components.ts';
import { ReopenBody, StepBody } from './cases.ts';
import { ErrorCodeText, Problem, ReasonSchema } from './common.ts';
import { CustodyJson } from './custody.ts';
import { DockingJson, DockingReportJson, IngestBody, IngestJson, RefusalJson } from './dockings.ts';
import { DOOR_COMPONENTS } from './door-components.ts';
import { FactJson } from './facts.ts';
import { FiguresJson } from './figures.ts';
import { HeldJson, HoldingBody, HoldingJson, ReturnBody, TakeOutBody } from './holdings.ts';
import { BeatJson, ChangedJson } from './live.ts';
import { MarkBody, MarkJson, MarksJson } from './marks.ts';
import { named } from './named.ts';
import { NetworkJson } from './network.ts';
import {
  MembershipJson,
  RosterJson,
  SetUpLinkJson,
  UnitBody,
  UnitChangeBody,
  UnitJson,
  UserBody,
  UserChangeBody,
  UserJson,
} from './people.ts';
import {
  AdoptBody,
  CheckedJson,
  ExplainedJson,
  PolicyJson,
  PolicyTextJson,
  PolicyVersionJson,
  ProposeBody,
  ProposedJson,
  PurposeJson,
  RefuseBody,
} from './policy.ts';
import { EffectiveJson, ProtectionBody } from './protection.ts';
import { DerivativeJson, NoteJson, OriginalJson, RecordingJson, StartClaimJson, TagBody } from './recordings.ts';
import {
  CaseBody,
  CaseChangeBody,
  CaseJson,
  DecisionBody,
  EventBody,
  EventJson,
  ImportBody,
  ImportJson,
  OfficerBody,
  OfficerChangeBody,
  OfficerJson,
  RecorderBody,
  RecorderChangeBody,
  RecorderJson,
  SuggestionJson,
} from './registry.ts';
import { ReportDeedBody, ReviewBody, SampleBody, SampleDetailJson, SampleJson } from './reports.ts';
import { DISPOSAL_COMPONENTS } from './retention/disposal-components.ts';
import { DUTY_COMPONENTS } from './retention/duty-components.ts';
import { HOLD_COMPONENTS } from './retention/hold-components.ts';
import { RETENTION_COMPONENTS } from './retention/retention-components.ts';
import { SHIFT_COMPONENTS } from './retention/shift-components.ts';
import { RightsJson } from './rights.ts';
import { SIGN_IN_COMPONENTS } from './sign-in-components.ts';
import { HubJson, LearningBody, PortSeenJson, SlotChangeBody, SlotChangeJson, SlotJson } from './slots.ts';
import { BackupBody, BackupJson, CheckJson, DiagnosisJson, HealthJson, LogLagJson, ReadyJson, SettingJson } from './station.ts';
import { STORAGE_COMPONENTS } from './storage-components.ts';
import { TrackJson } from './tracks.ts';
import { DeriveAgainBody, DeriveAgainJson, RetryBody, RetryJson, VerifyBody, VerifyLineJson, WorkJson } from './work.ts';
import { InvitationJson, InviteBody, RevokedJson, WorkerJson } from './workers.ts';

const why = because('names-differ', {});
const check = { ok: true, code: null, reason: because('words', { text: 'ok' }) };
const recordingId = 'rec-01jybqe2v7k3m9';
const tally = { dockings: 2, reading: 0, safe: 2, failed: 0, filesListed: 12, filesRefused: 0, bytesListed: 8_808_038_400 };
const dockingId = 'dck-01jybqd0c1x2y3';
const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const hash = '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752';
const at = '2026-06-20T15:30:00.000+08:00';

const sample = {
  ...{ id: 'smp-01jybqf2v7k3m9', month: '2026-06', size: 20, population: 248, reviewed: 3, drawnAt: at },
  by: 'user:usr-01jybqf2v7k3m9',
};
const original = {
  ...{ id: 'org-01jybqe2v7k3m9', index: 1, role: 'segment' as const, kind: 'video' as const, state: 'sealed' as const },
  ...{ cardPath: 'DCIM/100MEDIA/0001.MP4', shownPath: 'DCIM/100MEDIA/0001.MP4', bytes: 734_003_200, sha256, sm3: null, gaps: [] },
  ...{ sourceReread: null, duplicateOf: null, evictedAt: null },
};
const derivative = { kind: 'playable' as const, mediaType: 'video/mp4', recipe: 'remux/1', bytes: 734_012_416, sha256, evictedAt: null };
const claim = {
  ...{ source: 'file-name' as const, reading: 'local start', written: '20260620153000', until: null, durationMs: null },
  ...{ start: at, verdict: 'used' as const, why: null },
};
const work = {
  ...{
    id: `derive.${recordingId}`,
    stage: 'derive' as const,
    recordingId,
    state: 'running' as const,
    priority: 5,
    attempts: 1,
    percent: 40,
  },
  ...{ dueAt: at, updatedAt: at, errorCode: null, errorReason: null },
};
const docking = {
  ...{ id: dockingId, slot: 3, port: '1-4.2', recorderSerial: 'DSJ0012345', toldSerial: 'DSJ0012345', driverId: 'dsj', driverScore: 90 },
  ...{ driverWhy: [why], clockOffsetMs: 1200, batteryPercent: 62, state: 'safe' as const, problem: null, arrivedAt: at },
  ...{
    listedAt: at,
    unchangedAt: at,
    safeAt: at,
    removedAt: null,
    filesListed: 12,
    filesKnown: 4,
    filesRefused: 0,
    bytesListed: 8_808_038_400,
  },
  ...{ filesToRecheck: 4, filesRechecked: 4 },
};
const unit = { id: 'unt-01jybqe2v7k3m9', name: '执法一大队', parent: null, path: '执法一大队', createdAt: at, closedAt: null };
const user = {
  ...{ id: 'usr-01jybqe2v7k3m9', account: 'wangmin', name: '王敏', officer: '041234', unit: unit.id, unitPath: unit.path },
  ...{ roles: ['officer' as const], state: 'active' as const, createdAt: at },
};
const holding = { id: 'hld-01jybqe2v7k3m9', serial: 'DSJ0012345', officerId: '041234', from: at, until: null };
const slot = {
  ...{ slot: 3, port: '1-4.2', dockingId, recorderSerial: 'DSJ0012345', driverId: 'dsj', officerId: '041234', phase: 'copying' as const },
  ...{
    hub: '1-4',
    waiting: null,
    first: false,
    warning: null,
    clockOffsetMs: 1200,
    battery: { percent: 62, percentMin: 30, low: false },
    explain: [why],
    filesListed: 12,
  },
  ...{
    filesSealed: 5,
    filesRefused: 0,
    bytesListed: 8_808_038_400,
    bytesCopied: 3_670_016_000,
    bytesPerSecond: 36_700_160,
    secondsLeft: 140,
  },
  ...{ recheck: null, problem: null, updatedAt: at },
};

const rule = {
  ...{ id: 'own-look', title: { 'zh-CN': '本人录制的', en: 'Own recordings' }, roles: ['officer'], relations: ['own'] },
  ...{ actions: ['look', 'hear'], effect: 'allow' },
} satisfies Static<typeof PolicyJson>['rules'][number];
const purpose = {
  code: 'supervision',
  title: { 'zh-CN': '执法监督检查', en: 'Supervision of enforcement' },
  words: false,
  approval: false,
};
const policyVersion = {
  ...{ version: 7, state: 'proposed', source: 'person', sha256: hash, proposedBy: 'user:wangmin', proposedAt: at },
  ...{ decidedBy: null, decidedAt: null },
} satisfies Static<typeof PolicyVersionJson>;
const widening = {
  reason: because('widens-task', { roles: ['custodian'], task: 'see-work' }),
  words: { 'zh-CN': '证据管理员可以执行任务', en: 'custodian may do the task see-work' },
};

const track = {
  ...{ recording: recordingId, begin: at, end: at, fixes: 3602, lengthM: 1840.2, filesLeft: 0 },
  points: [
    [0, 34.62, 112.455667, 4.3],
    [1000, 34.620012, 112.455675, null],
  ],
  dropped: { unreadable: 1, nowhere: 1, otherTime: 0, backwards: 0, tooFast: 0 },
  files: [{ original: 2, shownPath: 'DCIM/100MEDIA/0001.NMEA', format: 'nmea' as const, points: 3600, whole: true }],
};
const mark = {
  ...{ id: 'mrk-01jybqe2v7-hz01-9999999999', momentMs: 12_400, words: 'The stand is measured.', by: 'user:chen', name: '陈立新' },
  ...{ own: true, at: '2026-06-20T18:02:11+08:00' },
};

/**
 * The schemas that have a name in the API document, each with an example. The document refers to them wherever they stand, alone, in other schemas or in
 * pages of lists.
 */
export const COMPONENTS = {
  Reason: named(ReasonSchema, why),
  ErrorCode: named(ErrorCodeText, 'request.not-found'),
  Problem: named(Problem, {
    type: 'urn:evidock:problem:request.not-found',
    title: 'There is no such thing',
    status: 404,
    detail: `recording ${recordingId}`,
    reason: because('no-recording', { recording: recordingId }),
    instance: 'urn:uuid:3f2b8c1e-6a52-4f0e-9a39-0f6a4f4f7a11',
    code: 'request.not-found',
    remedy: 'Check the id or number.',
  }),
  Check: named(CheckJson, check),
  Health: named(HealthJson, { status: 'ok', version: '0.1.0', stationId: 'dock7', stationName: 'Station 7', archive: 's3' }),
  Ready: named(ReadyJson, { status: 'ready', checks: { ledger: check, vault: check, queue: check, archive: null } }),
  LogLag: named(LogLagJson, { places: [{ place: 'vault', entries: 3, ageSeconds: 12, erased: 0 }] }),
  Network: named(NetworkJson, { tls: { sha256, notAfter: at, refused: null } }),
  SampleBody: named(SampleBody, { month: '2026-06' }),
  Sample: named(SampleJson, sample),
  SampleDetail: named(SampleDetailJson, {
    ...sample,
    ...{ seed: hash, head: 4711, agrees: null },
    looks: [
      {
        ...{ look: 'lok-01jybqf2v7k3m9', recording: recordingId, case: 'LY-2026-0012', who: 'usr-01jybqf2v7k3m9', reason: 'complaint', at },
        review: { verdict: 'question', words: null, by: 'user:usr-01jybqf2v7k3ma', at },
      },
    ],
  }),
  ReviewBody: named(ReviewBody, { verdict: 'fine' }),
  ReportDeedBody: named(ReportDeedBody, { report: 'trail', of: recordingId, how: 'printed', copies: 2, to: '区人民法院' }),
  BackupBody: named(BackupBody, { file: '/srv/backup/ledger.sqlite' }),
  Backup: named(BackupJson, { file: '/srv/backup/ledger.sqlite', bytes: 4_194_304 }),
  Setting: named(SettingJson, { path: 'archive.kind', value: 's3', from: 'file', environment: 'EVIDOCK_ARCHIVE_KIND' }),
  Diagnosis: named(DiagnosisJson, { findings: [{ name: 'ffmpeg', state: 'good', reason: why, remedy: null }] }),
  Slot: named(SlotJson, slot),
  SlotChangeBody: named(SlotChangeBody, { port: '1-4.2' }),
  SlotChange: named(SlotChangeJson, { port: '1-4.2', slot: 3, before: 1, moved: { port: '1-4.1', slot: 1 } }),
  LearningBody: named(LearningBody, { seconds: 60 }),
  PortSeen: named(PortSeenJson, {
    port: '1-4.2',
    hub: '1-4',
    slot: null,
    facts: [because('usb-ids', { vendor: '0951', product: '1666' })],
  }),
  Hub: named(HubJson, { hub: '1-4', recorders: 2, bytesPerSecond: 73_400_320, slots: [3, 4] }),
  Docking: named(DockingJson, docking),
  Figures: named(FiguresJson, {
    ...{ since: '2026-06-20T00:00:00.000+08:00', until: '2026-06-21T00:00:00.000+08:00' },
    days: [
      {
        ...{ day: '2026-06-20', recordings: 12, ms: 7_200_000, notArchived: 1, notArchivedMs: 600_000, damaged: 0, unassigned: 2 },
        units: [{ unit: 'uni-01jzaxq7s5', path: '执法一大队', recordings: 12, ms: 7_200_000 }],
      },
    ],
    delays: {
      limitHours: 24,
      inTime: 12,
      late: 0,
      untimed: 0,
      steps: [
        { hours: 24, recordings: 12 },
        { hours: null, recordings: 0 },
      ],
    },
    ...{ dockings: tally, today: tally, recorders: [{ serial: 'A1B2C3', ...tally }] },
    work: { waiting: 1, failed: 0, notArchived: 1 },
    space: { freeBytes: 880_803_840_000, bytesPerDay: 21_000_000_000, fullAt: '2026-08-01T00:00:00.000+08:00' },
  }),
  DockingReport: named(DockingReportJson, {
    docking,
    progress: { listed: 0, copied: 0, sealed: 12, bytes: 8_808_038_400, listedBytes: 0, sealedBytes: 8_808_038_400 },
  }),
  Refusal: named(RefusalJson, {
    cardPath: 'DCIM/link',
    code: 'recorder.not-regular',
    reason: because('symbolic-link', { path: 'DCIM/link' }),
  }),
  IngestBody: named(IngestBody, { directory: '/media/recorder', slot: 3 }),
  Ingest: named(IngestJson, { dockingId }),
  Original: named(OriginalJson, original),
  Derivative: named(DerivativeJson, derivative),
  Note: named(NoteJson, { code: 'segment-missing', parameters: { name: '0002.MP4' } }),
  StartClaim: named(StartClaimJson, claim),
  Changed: named(ChangedJson, { topics: ['recordings', 'work'] }),
  Beat: named(BeatJson, { at }),
  Rights: named(RightsJson, { recording: recordingId, can: [{ action: 'look', effect: 'allow-with-reason' }] }),
  Recording: named(RecordingJson, {
    ...{ id: recordingId, dockingId, recorderSerial: 'DSJ0012345', kind: 'video', officerId: '041234', officerSource: 'file-name' },
    ...{ caseNumbers: ['LY-2026-0012'], category: 'inspection', important: false, state: 'derived', damaged: false, damageReason: null },
    ...{ notes: [], links: [], claimedStart: '2026-06-20T15:30:00.000', claimedFrom: 'file-name', startClaims: [claim], start: at },
    ...{ clockOffsetMs: 1200, durationMs: 600_000, createdAt: at, duplicateOf: null, playable: true, originals: [original] },
    ...{ copies: [{ where: 'vault', verifiedAt: at }], derivatives: [derivative], replacedBy: null, trouble: [], fetches: [] },
    ...{ confidentiality: null, privacy: [], effective: { confidentiality: null, privacy: [] } },
  }),
  MarkBody: named(MarkBody, { momentMs: 12_400, words: 'The stand is measured.' }),
  Mark: named(MarkJson, mark),
  Marks: named(MarksJson, { items: [mark] }),
  Track: named(TrackJson, track),
  TagBody: named(TagBody, { cases: ['LY-2026-0012'], category: 'inspection', important: true }),
  CustodyEntry: named(CustodyJson, {
    ...{ seq: 812, at, type: 'officer.changed', version: 2, subject: 'officer:041234', related: [] },
    ...{ actor: { kind: 'cli', id: 'wang', via: 'socket', session: null }, data: { unit: { old: null, new: 'B2' } }, lists: {} },
    ...{ personal: { name: { old: null, new: '王敏' } }, salts: { name: sha256 }, prev: sha256, hash },
    canonical: '{"actor":{"id":"wang","kind":"cli","session":null,"via":"socket"},"at":"2026-06-20T07:30:00.000Z","data":{},…}',
    leftOut: false,
  }),
  Fact: named(FactJson, { name: 'category', value: 'inspection', from: at, actor: 'cli:wang', entry: 812 }),
  CaseEventBody: named(EventBody, { start: '2026-06-20 15:30', end: '2026-06-20 16:10', stage: 'evidence', place: '中山路 8 号' }),
  CaseEvent: named(EventJson, {
    ...{ id: 'evt-01jybqe2v7k3m9', stage: 'evidence', officerIds: ['041234'], start: at, end: at, place: '中山路 8 号' },
  }),
  CaseBody: named(CaseBody, { number: 'LY-2026-0012', title: '占道经营检查', category: 'inspection', officers: ['041234'] }),
  CaseChangeBody: named(CaseChangeBody, { stage: 'review' }),
  Case: named(CaseJson, {
    ...{ number: 'LY-2026-0012', title: '占道经营检查', stage: 'evidence', category: 'inspection', officerIds: ['041234'], createdAt: at },
    ...{ confidentiality: 'secret', privacy: ['minor'], openedOn: '2026-06-20', steps: [{ step: 'decided', on: '2026-07-01' }] },
    ...{ state: 'decided', decidedOn: '2026-07-01', closedOn: null, reopenedOn: null },
  }),
  ImportBody: named(ImportBody, { format: 'csv', text: 'number,title\nLY-2026-0012,占道经营检查\n', dryRun: true }),
  Import: named(ImportJson, { added: 1, updated: 0, events: 1, suggestions: 2 }),
  OfficerBody: named(OfficerBody, { id: '041234', name: '王敏', unit: '执法一大队' }),
  OfficerChangeBody: named(OfficerChangeBody, { unit: '执法二大队' }),
  Officer: named(OfficerJson, { id: '041234', name: '王敏', unit: unit.id, unitPath: unit.path }),
  UserBody: named(UserBody, { account: 'wangmin', name: '王敏', officer: '041234', unit: '执法一大队', roles: ['officer'] }),
  UserChangeBody: named(UserChangeBody, { roles: ['officer', 'reviewer'] }),
  User: named(UserJson, user),
  SetUpLink: named(SetUpLinkJson, { path: '/setup#3q2-7w', token: '3q2-7w', endsAt: at }),
  Membership: named(MembershipJson, {
    ...{ user: user.id, account: user.account, name: user.name, unit: unit.id, unitPath: unit.path, from: at, until: null },
  }),
  UnitBody: named(UnitBody, { name: '执法一大队', parent: null }),
  UnitChangeBody: named(UnitChangeBody, { name: '执法二大队' }),
  Unit: named(UnitJson, unit),
  Roster: named(RosterJson, {
    ...{ rows: 120, added: 3, updated: 7, same: 110, unitsAdded: ['市局/执法一大队'] },
    ...{ missing: [{ id: user.id, account: user.account, name: user.name }], missingCount: 1 },
  }),
  RecorderBody: named(RecorderBody, { serial: 'DSJ0012345', model: 'X1', officer: '041234' }),
  RecorderChangeBody: named(RecorderChangeBody, { officer: null }),
  Recorder: named(RecorderJson, {
    ...{ serial: 'DSJ0012345', model: 'X1', driverId: 'dsj', assignedOfficerId: '041234', holding, firstSeenAt: at, lastSeenAt: at },
  }),
  Holding: named(HoldingJson, holding),
  Held: named(HeldJson, { holding, redecided: 3 }),
  TakeOutBody: named(TakeOutBody, { officer: '041234' }),
  ReturnBody: named(ReturnBody, { at: '2026-06-20 18:00' }),
  HoldingBody: named(HoldingBody, { until: '2026-06-20 17:30' }),
  StepBody: named(StepBody, { on: '2026-07-01' }),
  ReopenBody: named(ReopenBody, { on: '2026-08-01', reason: 'new evidence' }),
  Effective: named(EffectiveJson, {
    confidentiality: { level: 'secret', from: [{ kind: 'case', id: 'LY-2026-0012' }] },
    privacy: [{ mark: 'minor', from: [{ kind: 'recording', id: recordingId }] }],
  }),
  ProtectionBody: named(ProtectionBody, { confidentiality: 'secret', addPrivacy: ['minor'] }),
  Suggestion: named(SuggestionJson, {
    ...{
      id: 'sug-01jybqe2v7k3m9',
      recordingId,
      caseNumber: 'LY-2026-0012',
      eventId: 'evt-01jybqe2v7k3m9',
      reason: because('minutes-from-event', { minutes: 12 }),
    },
    ...{ overlapMs: 720_000, state: 'open', decidedBy: null, createdAt: at },
  }),
  DecisionBody: named(DecisionBody, { decision: 'accepted' }),
  Work: named(WorkJson, work),
  RetryBody: named(RetryBody, { stage: 'archive', dryRun: true }),
  Retry: named(RetryJson, { retried: 3 }),
  DeriveAgainBody: named(DeriveAgainBody, { recipe: 'remux/1', count: true }),
  DeriveAgain: named(DeriveAgainJson, { recordings: 12, bytes: 8_808_038_400, started: false }),
  VerifyBody: named(VerifyBody, { recording: recordingId, archive: true }),
  VerifyLine: named(VerifyLineJson, {
    ...{ type: 'summary', vaultFiles: 1, archiveFiles: 1, logEntries: 0, bytes: 1_468_006_400, faults: 0, elapsedMs: 3100 },
  }),
  InviteBody: named(InviteBody, { name: 'render1' }),
  Invitation: named(InvitationJson, {
    ...{
      form: 'evidock-invitation/1',
      station: 'dock7',
      worker: 'render1',
      url: 'https://10.0.0.1:8471',
      key: 'not-a-key-but-43-characters-of-base64url-000',
      certificateSha256: hash,
    },
  }),
  Policy: named(PolicyJson, { version: 7, rules: [rule], purposes: [purpose], trouble: null, waiting: 1 }),
  Purpose: named(PurposeJson, purpose),
  PolicyVersion: named(PolicyVersionJson, policyVersion),
  PolicyText: named(PolicyTextJson, { ...policyVersion, text: 'format: evidock-access/1\n…', against: 6, widenings: [widening] }),
  ProposeBody: named(ProposeBody, { text: 'format: evidock-access/1\n…', name: 'access.yaml' }),
  ProposedPolicy: named(ProposedJson, { version: 7, state: 'proposed', against: 6, widenings: [widening] }),
  CheckedPolicy: named(CheckedJson, { against: 6, widenings: [widening] }),
  AdoptBody: named(AdoptBody, { against: 6 }),
  RefuseBody: named(RefuseBody, { reason: 'Custodians of a squad need no footage of other squads.' }),
  Explained: named(ExplainedJson, {
    ...{ user: 'wangmin', recording: recordingId, action: 'look', at, effect: 'allow', policy: 7 },
    words: { 'zh-CN': '允许，依据规则 own-look：本人录制的', en: 'allow by rule own-look: Own recordings' },
    ...{ relations: ['any', 'own'], grants: [], matched: [rule], approval: null, task: true },
  }),
  Worker: named(WorkerJson, { name: 'render1', keySha256: hash, invitedAt: at, revokedAt: null, running: 2, heardSecondsAgo: 4 }),
  ...AUDIT_COMPONENTS,
  Revoked: named(RevokedJson, { name: 'render1', work: 2 }),
  ...DOOR_COMPONENTS,
  ...CALL_UP_COMPONENTS,
  ...RETENTION_COMPONENTS,
  ...DUTY_COMPONENTS,
  ...SHIFT_COMPONENTS,
  ...HOLD_COMPONENTS,
  ...STORAGE_COMPONENTS,
  ...DISPOSAL_COMPONENTS,
  ...SIGN_IN_COMPONENTS,
} as const;
