import type { Selectable } from 'kysely';
import type { ByteRange } from '#domain/byte-range';
import type { Docking, Refusal } from '#domain/docking';
import type { ErrorCode } from '#domain/errors';
import type { InvitedWorker } from '#domain/invitation';
import type { CopyLock } from '#domain/lock/lock';
import type { Protection } from '#domain/protection';
import { type Reason, reasonOf } from '#domain/reason';
import type { Copy, Derivative, Original, Recording } from '#domain/recording';
import type { Case, CaseEvent, Holding, Recorder, Suggestion } from '#domain/registry';
import type { Compared } from '#domain/vault/file-sample';
import type { Work } from '#domain/work';
import { NO_MARKS, NO_STEPS } from './cases/migration.ts';
import { NO_CLAIMS, NO_GAPS, NO_NOTES } from './migrations.ts';
import type { DerivativeRow, DockingRow, OriginalRow, RecordingRow, Schema, WorkersRow, WorkRow } from './schema.ts';

// The tables are STRICT and only this adapter writes them, so each text column with few values holds one of those values.

export function toDocking(row: Selectable<DockingRow>): Docking {
  return {
    id: row.id,
    slot: row.slot,
    port: row.port,
    recorderSerial: row.recorder_serial,
    vendorId: row.vendor_id,
    productId: row.product_id,
    toldSerial: row.told_serial,
    driverId: row.driver_id,
    driverScore: row.driver_score,
    driverWhy: (JSON.parse(row.driver_why) as unknown[]).map(reasonOf),
    clockOffsetMs: row.clock_offset_ms,
    batteryPercent: row.battery_percent,
    state: row.state as Docking['state'],
    problem:
      row.problem_code === null
        ? null
        : { code: row.problem_code as ErrorCode, reason: reasonOf(JSON.parse(row.problem_detail ?? 'null')) },
    arrivedAtMs: row.arrived_at,
    listedAtMs: row.listed_at,
    unchangedAtMs: row.unchanged_at,
    safeAtMs: row.safe_at,
    removedAtMs: row.removed_at,
    filesListed: row.files_listed,
    filesKnown: row.files_known,
    filesRefused: row.files_refused,
    bytesListed: row.bytes_listed,
    filesToRecheck: row.files_to_recheck,
    filesRechecked: row.files_rechecked,
  };
}

export function toRefusal(row: Selectable<Schema['refusals']>): Refusal {
  return { dockingId: row.docking_id, cardPath: row.card_path, code: row.code as ErrorCode, reason: reasonIn(row.detail), atMs: row.at };
}

export function toRecording(row: Selectable<RecordingRow>): Recording {
  return {
    id: row.id,
    dockingId: row.docking_id,
    recorderSerial: row.recorder_serial,
    kind: row.kind as Recording['kind'],
    officerId: row.officer_id,
    officerSource: row.officer_source as Recording['officerSource'],
    category: row.category,
    important: row.important === 1,
    state: row.state as Recording['state'],
    damaged: row.damaged === 1,
    damageReason: reasonIn(row.damage_reason),
    notes: row.notes === NO_NOTES ? [] : (JSON.parse(row.notes) as Recording['notes']),
    claimedStart: row.claimed_start,
    claimedFrom: row.claimed_from as Recording['claimedFrom'],
    startClaims: row.start_claims === NO_CLAIMS ? [] : (JSON.parse(row.start_claims) as Recording['startClaims']),
    startMs: row.start_at,
    clockOffsetMs: row.clock_offset_ms,
    durationMs: row.duration_ms,
    originalCount: row.original_count,
    missingCount: row.missing_count,
    duplicateOf: row.duplicate_of,
    createdAtMs: row.created_at,
    ...toProtection(row),
  };
}

function toProtection({ confidentiality, privacy }: { confidentiality: string | null; privacy: string }): Protection {
  return {
    confidentiality: confidentiality as Protection['confidentiality'],
    privacy: privacy === NO_MARKS ? [] : (JSON.parse(privacy) as Protection['privacy']),
  };
}

export function toOriginal(row: Selectable<OriginalRow>): Original {
  return {
    id: row.id,
    recordingId: row.recording_id,
    dockingId: row.docking_id,
    recorderSerial: row.recorder_serial,
    role: row.role as Original['role'],
    index: row.idx,
    kind: row.kind as Original['kind'],
    cardPath: row.card_path,
    bytes: row.bytes,
    mtimeMs: row.mtime_ms,
    important: row.important === 1,
    take: row.take === null ? null : (JSON.parse(row.take) as Original['take']),
    state: row.state as Original['state'],
    vaultKey: row.vault_key,
    digests: row.sha256 === null ? null : { sha256: row.sha256, sm3: row.sm3 },
    // This is nearly always the empty list, which need not be parsed for each of a million rows.
    gaps: row.gaps === NO_GAPS ? [] : (JSON.parse(row.gaps) as ByteRange[]),
    sourceReread: row.source_reread as Original['sourceReread'],
    duplicateOf: row.duplicate_of,
    copiedAtMs: row.copied_at,
    sealedAtMs: row.sealed_at,
    durationMs: row.duration_ms,
    replacedBy: row.replaced_by,
    evictedAtMs: row.evicted_at,
    blocksSha256: row.blocks_sha256,
  };
}

export function toCompared(row: Pick<OriginalRow, 'copied_at' | 'sampled_at' | 'rechecked_at' | 'rechecked_in'>): Compared {
  const { copied_at, sampled_at, rechecked_at, rechecked_in } = row;
  return { copiedAtMs: copied_at, sampledAtMs: sampled_at, recheckedAtMs: rechecked_at, recheckedIn: rechecked_in };
}

/** The columns of a copy's versions and lock. */
export function lockColumns(lock: CopyLock) {
  return {
    version_id: lock.versionId,
    manifest_version_id: lock.manifestVersionId,
    lock_mode: lock.lockMode,
    locked_until: lock.lockedUntilMs,
    legal_hold: Number(lock.legalHold),
    lock_checked_at: lock.lockCheckedAtMs,
  };
}

export function toCopy(row: Selectable<Schema['copies']>): Copy {
  return {
    itemId: row.item_id,
    recordingId: row.recording_id,
    where: row.place,
    key: row.key,
    bytes: row.bytes,
    verifiedAtMs: row.verified_at,
    verifiedBy: row.verified_by as Copy['verifiedBy'],
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
    versionId: row.version_id,
    manifestVersionId: row.manifest_version_id,
    lockMode: row.lock_mode as Copy['lockMode'],
    lockedUntilMs: row.locked_until,
    legalHold: row.legal_hold === 1,
    lockCheckedAtMs: row.lock_checked_at,
  };
}

export function toDerivative(row: DerivativeRow): Derivative {
  return {
    id: row.id,
    recordingId: row.recording_id,
    kind: row.kind as Derivative['kind'],
    recipe: row.recipe,
    inputs: JSON.parse(row.inputs) as string[],
    vaultKey: row.vault_key,
    mediaType: row.media_type,
    bytes: row.bytes,
    sha256: row.sha256,
    createdAtMs: row.created_at,
    evictedAtMs: row.evicted_at,
  };
}

export function toWork(row: WorkRow): Work {
  return {
    id: row.id,
    stage: row.stage as Work['stage'],
    recordingId: row.recording_id,
    state: row.state as Work['state'],
    priority: row.priority,
    attempts: row.attempts,
    dueAtMs: row.due_at,
    percent: row.percent,
    errorCode: row.error_code as ErrorCode | null,
    errorReason: reasonIn(row.error_detail),
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}

export function toRecorder(row: Schema['recorders']): Recorder {
  return {
    serial: row.serial,
    model: row.model,
    driverId: row.driver_id,
    assignedOfficerId: row.assigned_officer_id,
    firstSeenAtMs: row.first_seen_at,
    lastSeenAtMs: row.last_seen_at,
  };
}

export function toCase(row: Selectable<Schema['cases']>): Case {
  return {
    number: row.number,
    title: row.title,
    stage: row.stage as Case['stage'],
    category: row.category as Case['category'],
    officerIds: JSON.parse(row.officer_ids) as string[],
    openedOn: row.opened_on,
    steps: row.steps === NO_STEPS ? [] : (JSON.parse(row.steps) as Case['steps']),
    createdAtMs: row.created_at,
    ...toProtection(row),
  };
}

export function toHolding(row: Schema['recorder_holdings']): Holding {
  return { id: row.id, serial: row.serial, officerId: row.officer_id, fromMs: row.from_at, toMs: row.to_at };
}

export function toCaseEvent(row: Schema['case_events']): CaseEvent {
  return {
    id: row.id,
    caseNumber: row.case_number,
    stage: row.stage as CaseEvent['stage'],
    officerIds: JSON.parse(row.officer_ids) as string[],
    startMs: row.start_at,
    endMs: row.end_at,
    place: row.place,
  };
}

export function toSuggestion(row: Schema['suggestions']): Suggestion {
  return {
    id: row.id,
    recordingId: row.recording_id,
    caseNumber: row.case_number,
    eventId: row.event_id,
    reason: reasonIn(row.reason),
    overlapMs: row.overlap_ms,
    state: row.state as Suggestion['state'],
    decidedBy: row.decided_by,
    createdAtMs: row.created_at,
  };
}

export function toWorker(row: WorkersRow): InvitedWorker {
  return { name: row.name, keySha256: row.key_sha256, invitedAtMs: row.invited_at, revokedAtMs: row.revoked_at };
}

/** Reads a reason from its JSON. Throws SyntaxError if the text is no JSON. */
function reasonIn(text: string): Reason;
function reasonIn(text: string | null): Reason | null;
function reasonIn(text: string | null): Reason | null {
  return text === null ? null : reasonOf(JSON.parse(text));
}
