import type { Selectable } from 'kysely';
import type { HoldFinding } from '#domain/hold/completeness';
import type { Hold, HoldMirror, HoldScope } from '#domain/hold/hold';
import type { NewHold } from '#ports/ledger/holds';
import type { HoldRow } from '../kept-schema.ts';

export type Row = Selectable<HoldRow>;

function scopeRow({ case: number, recordings, officer, recorder, unit, span }: HoldScope) {
  return {
    ...{ case_number: number, recording_ids: JSON.stringify(recordings), officer_id: officer, recorder_serial: recorder, unit_id: unit },
    ...{ from_at: span?.fromMs ?? null, to_at: span?.toMs ?? null },
  };
}

/** The columns of what a hold is for. */
export const SCOPE_COLUMNS = [
  ...(['id', 'case_number', 'recording_ids', 'officer_id', 'recorder_serial', 'unit_id', 'from_at', 'to_at'] as const),
] as const;
type ScopeRow = Pick<Row, (typeof SCOPE_COLUMNS)[number]>;

export function scopeIn(row: ScopeRow): HoldScope {
  const span = row.from_at === null || row.to_at === null ? null : { fromMs: row.from_at, toMs: row.to_at };
  return {
    ...{ case: row.case_number, recordings: JSON.parse(row.recording_ids) as string[], officer: row.officer_id },
    ...{ recorder: row.recorder_serial, unit: row.unit_id, span },
  };
}

export function newRow({ id, scope, reason, author, setAtMs, reviewAtMs }: NewHold) {
  const told = { id, ...scopeRow(scope), reason, author, set_at: setAtMs, review_at: reviewAtMs };
  const nothingYet = {
    released_at: null,
    released_by: null,
    release_reason: null,
    checked_at: null,
    checked_recordings: null,
    findings: null,
  };
  return { ...told, ...nothingYet, spread_to: '', check_at: setAtMs };
}

export function toHold(row: Row, mirrored: HoldMirror): Hold {
  const { checked_at, checked_recordings, findings } = row;
  const isChecked = checked_at !== null && checked_recordings !== null && findings !== null;
  return {
    ...{ id: row.id, scope: scopeIn(row), reason: row.reason, author: row.author, setAtMs: row.set_at, reviewAtMs: row.review_at },
    ...{ releasedAtMs: row.released_at, releasedBy: row.released_by, releaseReason: row.release_reason },
    ...{ isSpread: row.spread_to === null, mirrored },
    report: isChecked ? { atMs: checked_at, recordings: checked_recordings, findings: JSON.parse(findings) as HoldFinding[] } : null,
  };
}
