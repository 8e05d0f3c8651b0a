import type { Selectable } from 'kysely';
import type { Role } from '#domain/access/roles';
import type { Duty, DutyKind, DutyState, DutySubject, FoundDuty } from '#domain/duties/duty';
import type { Schema } from '../schema.ts';

export type DutyRow = Selectable<Schema['duties']>;

export function newDutyRow(id: string, { kind, subject, owner, sinceMs, dueMs }: FoundDuty, atMs: number): DutyRow {
  return {
    ...{ id, kind, subject_kind: subject.kind, subject_id: subject.id, owner_role: owner.role, owner_unit: owner.unit },
    ...{ since_at: sinceMs, due_at: dueMs, state: 'open', opened_at: atMs },
    ...{ ack_by: null, ack_at: null, ack_until: null, ack_reason: null, done_at: null },
  };
}

export function toDuty(row: DutyRow): Duty {
  const { ack_by, ack_at, ack_until } = row;
  return {
    id: row.id,
    kind: row.kind as DutyKind,
    subject: { kind: row.subject_kind as DutySubject, id: row.subject_id },
    owner: { role: row.owner_role as Role, unit: row.owner_unit },
    sinceMs: row.since_at,
    dueMs: row.due_at,
    state: row.state as DutyState,
    openedAtMs: row.opened_at,
    acknowledgement:
      ack_by === null || ack_at === null ? null : { by: ack_by, atMs: ack_at, untilMs: ack_until, reason: row.ack_reason ?? '' },
    doneAtMs: row.done_at,
  };
}
