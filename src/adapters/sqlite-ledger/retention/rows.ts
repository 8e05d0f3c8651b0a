import type { Selectable } from 'kysely';
import type { CaseStep } from '#domain/case-course';
import type { Actor } from '#domain/custody/actor';
import type { Confidentiality } from '#domain/protection';
import type { EarnedBasis, KeptTerm } from '#domain/retention/kept-term';
import type { EndAction, LockWish } from '#domain/retention/schedule';
import type { Earned, Until, WaitedFor } from '#domain/retention/until';
import type { CaseRow, Correction, CountedAt, KeptDryRun, NewTerm, ScheduleState, ScheduleVersion } from '#ports/ledger/retention';
import type { Schema } from '../schema.ts';

const NONE = 'none';

export function toSchedule(row: Selectable<Schema['retention_schedules']>): ScheduleVersion {
  return {
    version: row.version,
    state: row.state as ScheduleState,
    text: row.text,
    sha256: row.sha256,
    proposedBy: JSON.parse(row.proposed_by) as Actor,
    proposedPerson: row.proposed_person,
    proposedAtMs: row.proposed_at,
    decidedBy: row.decided_by === null ? null : (JSON.parse(row.decided_by) as Actor),
    decidedAtMs: row.decided_at,
    inForceAtMs: row.in_force_at,
    turn: row.turn,
  };
}

export function toDryRun(row: Selectable<Schema['retention_dry_runs']>): KeptDryRun {
  const { version, digest, against, at: atMs, result } = row;
  return { version, digest, against, by: JSON.parse(row.by) as Actor, atMs, result };
}

export function toCorrection(row: Selectable<Schema['retention_corrections']>): Correction {
  return {
    number: row.number,
    recordingId: row.recording_id,
    state: row.state as Correction['state'],
    reason: row.reason,
    proposedBy: JSON.parse(row.proposed_by) as Actor,
    proposedPerson: row.proposed_person,
    proposedAtMs: row.proposed_at,
    decidedBy: row.decided_by === null ? null : (JSON.parse(row.decided_by) as Actor),
    decidedAtMs: row.decided_at,
  };
}

/** An end in columns; null for `none`. */
function untilIn(kind: string, ms: number | null, waits: WaitedFor): Until | null {
  if (kind === NONE) return null;
  if (kind === 'instant') return { kind, ms: ms ?? 0 };
  return kind === 'waiting' ? { kind, for: waits } : { kind: 'permanent' };
}

export function toTerm(row: Selectable<Schema['retention_terms']> & { readonly stale: number }): KeptTerm {
  return {
    recordingId: row.recording_id,
    version: row.version,
    earnedKind: row.earned_kind as Until['kind'],
    earnedUntilMs: row.earned_until,
    waitsFor: row.waits_for as WaitedFor | null,
    floor: untilIn(row.floor_kind, row.floor_ms, 'start') as Earned | null,
    maximum: untilIn(row.maximum_kind, row.maximum_ms, (row.maximum_waits ?? 'start') as WaitedFor),
    action: row.action as EndAction,
    lock: JSON.parse(row.lock) as LockWish,
    winner: row.winner,
    conflict: row.conflict === 1,
    bases: JSON.parse(row.bases) as readonly EarnedBasis[],
    corrections: row.corrections,
    stale: row.stale === 1,
  };
}

export function fromTerm(term: NewTerm, at: CountedAt): Schema['retention_terms'] {
  return {
    recording_id: term.recordingId,
    version: term.version,
    earned_kind: term.earnedKind,
    earned_until: term.earnedUntilMs,
    waits_for: term.waitsFor,
    floor_kind: term.floor?.kind ?? NONE,
    floor_ms: term.floor?.kind === 'instant' ? term.floor.ms : null,
    maximum_kind: term.maximum?.kind ?? NONE,
    maximum_ms: term.maximum?.kind === 'instant' ? term.maximum.ms : null,
    maximum_waits: term.maximum?.kind === 'waiting' ? term.maximum.for : null,
    action: term.action,
    lock: JSON.stringify(term.lock),
    winner: term.winner,
    conflict: term.conflict ? 1 : 0,
    bases: JSON.stringify(term.bases),
    corrections: term.corrections,
    turn: at.turn,
    counted_seq: at.seq,
  };
}

export function toCaseRow(
  row: Pick<Selectable<Schema['cases']>, 'number' | 'category' | 'stage' | 'confidentiality' | 'opened_on' | 'created_at' | 'steps'>,
): CaseRow {
  return {
    number: row.number,
    category: row.category,
    stage: row.stage,
    confidentiality: row.confidentiality as Confidentiality | null,
    openedOn: row.opened_on,
    createdAtMs: row.created_at,
    steps: JSON.parse(row.steps) as readonly CaseStep[],
  };
}
