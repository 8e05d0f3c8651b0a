import type { Insertable, Selectable, Updateable } from 'kysely';
import type { BuriedOriginal, Disposal, DisposalItem, DisposalState, ItemState, Tombstone } from '#domain/destruction/disposal';
import type { DoomedFile } from '#domain/destruction/proof';
import type { Reason } from '#domain/reason';
import type { Destruction } from '#ports/ledger/disposals';
import { named } from '../patches.ts';
import type { Schema } from '../schema.ts';

const rolesOf = (text: string): readonly string[] => JSON.parse(text) as string[];
const whyOf = (text: string | null): Reason | null => (text === null ? null : (JSON.parse(text) as Reason));
const whyText = (why: Reason | null | undefined) => (why ? JSON.stringify(why) : why);

export function toDisposal(row: Selectable<Schema['disposals']>): Disposal {
  const { approved_by, approved_roles, approved_at, approved_digest } = row;
  return {
    id: row.id,
    state: row.state as DisposalState,
    rule: row.rule,
    dueBeforeMs: row.due_before,
    digest: row.digest,
    proposed: { person: row.proposed_by, roles: rolesOf(row.proposed_roles), atMs: row.proposed_at },
    approved:
      approved_by === null
        ? null
        : { person: approved_by, roles: rolesOf(approved_roles ?? '[]'), atMs: approved_at ?? 0, digest: approved_digest ?? '' },
    waitsUntilMs: row.waits_until,
    beganAtMs: row.began_at,
    endedAtMs: row.ended_at,
    why: whyOf(row.why),
  };
}

export function fromDisposal({ id, rule, dueBeforeMs, proposed, ...rest }: Disposal): Insertable<Schema['disposals']> {
  return {
    id,
    rule,
    due_before: dueBeforeMs,
    proposed_by: proposed.person,
    proposed_roles: JSON.stringify(proposed.roles),
    proposed_at: proposed.atMs,
    ...(fromPatch(rest) as Pick<Insertable<Schema['disposals']>, 'state' | 'digest'>),
  };
}

/** Columns of what a patch names; with `approved: null`, all columns of an approval are emptied. */
export function fromPatch(patch: Partial<Omit<Disposal, 'id' | 'rule' | 'dueBeforeMs' | 'proposed'>>): Updateable<Schema['disposals']> {
  const { approved } = patch;
  return named<Updateable<Schema['disposals']>>({
    state: patch.state,
    digest: patch.digest,
    ...(approved === undefined ? {} : approvalColumns(approved)),
    waits_until: patch.waitsUntilMs,
    began_at: patch.beganAtMs,
    ended_at: patch.endedAtMs,
    why: whyText(patch.why),
  });
}

function approvalColumns(approved: Disposal['approved']) {
  if (approved === null) return { approved_by: null, approved_roles: null, approved_at: null, approved_digest: null };
  const { person, roles, atMs, digest } = approved;
  return { approved_by: person, approved_roles: JSON.stringify(roles), approved_at: atMs, approved_digest: digest };
}

export function toItem(row: Selectable<Schema['disposal_items']>): DisposalItem {
  return {
    disposalId: row.disposal_id,
    recordingId: row.recording_id,
    state: row.state as ItemState,
    rule: row.rule,
    dueMs: row.due_at,
    files: row.files,
    bytes: row.bytes,
    durationMs: row.duration_ms,
    contents: row.contents,
    why: whyOf(row.why),
  };
}

export function fromItem(item: DisposalItem): Insertable<Schema['disposal_items']> {
  return {
    disposal_id: item.disposalId,
    recording_id: item.recordingId,
    state: item.state,
    rule: item.rule,
    due_at: item.dueMs,
    files: item.files,
    bytes: item.bytes,
    duration_ms: item.durationMs,
    contents: item.contents,
    why: whyText(item.why) ?? null,
  };
}

export function fromItemPatch({ state, why }: Partial<Pick<DisposalItem, 'state' | 'why'>>): Updateable<Schema['disposal_items']> {
  return named<Updateable<Schema['disposal_items']>>({ state, why: whyText(why) });
}

export function toDestruction(row: Selectable<Schema['destructions']>): Destruction {
  return {
    doomed: {
      recordingId: row.recording_id,
      itemId: row.item_id,
      what: row.what as DoomedFile['what'],
      where: row.place,
      key: row.key,
      version: row.version,
      bytes: row.bytes,
      sha256: row.sha256,
    },
    why: row.why as Destruction['why'],
    disposalId: row.disposal_id,
    beganAtMs: row.began_at,
  };
}

export function fromDestruction({ doomed, why, disposalId, beganAtMs }: Destruction): Insertable<Schema['destructions']> {
  const { where, key, version, recordingId, itemId, what, bytes, sha256 } = doomed;
  return {
    ...{ place: where, key, version, recording_id: recordingId, item_id: itemId, what, bytes, sha256 },
    ...{ why, disposal_id: disposalId, began_at: beganAtMs },
  };
}

export function toTombstone(row: Selectable<Schema['tombstones']>): Tombstone {
  return {
    id: row.id,
    recordingId: row.recording_id,
    disposalId: row.disposal_id,
    rule: row.rule,
    proposedBy: row.proposed_by,
    approvedBy: row.approved_by,
    atMs: row.at,
    originals: JSON.parse(row.originals) as BuriedOriginal[],
  };
}

export function fromTombstone(stone: Tombstone): Insertable<Schema['tombstones']> {
  return {
    id: stone.id,
    recording_id: stone.recordingId,
    disposal_id: stone.disposalId,
    rule: stone.rule,
    proposed_by: stone.proposedBy,
    approved_by: stone.approvedBy,
    at: stone.atMs,
    originals: JSON.stringify(stone.originals),
  };
}
