import { type Kysely, sql, type Updateable } from 'kysely';
import { EvidockError } from '#domain/errors';
import { NO_LOCK } from '#domain/lock/lock';
import { inverseOf, type LinkRelation, NOTES_MAX, type RecordingNote } from '#domain/notes';
import { because } from '#domain/reason';
import type { Copy, Derivative, NewCopy } from '#domain/recording';
import type { NewRecording, RecordingsWriter } from '#ports/ledger/recordings';
import type { Rows } from '../connection.ts';
import type { HoldWatch } from '../hold-watch.ts';
import { mustExist, named } from '../patches.ts';
import { lockColumns } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

type RecordingPatch = Parameters<RecordingsWriter['update']>[1];

function notesText(notes: readonly RecordingNote[]): string {
  return JSON.stringify(notes.slice(0, NOTES_MAX));
}

/** Writes recordings and what belongs to them, inside one transaction. */
export class SqlRecordingsWriter implements RecordingsWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #holds: HoldWatch;

  constructor({ db, tables }: Rows, holds: HoldWatch) {
    this.#db = db;
    this.#tables = tables;
    this.#holds = holds;
  }

  async insert(recording: NewRecording): Promise<void> {
    await this.#tables.insert('recordings', {
      id: recording.id,
      docking_id: recording.dockingId,
      recorder_serial: recording.recorderSerial,
      kind: recording.kind,
      officer_id: recording.officerId,
      officer_source: recording.officerSource,
      category: recording.category,
      important: recording.important ? 1 : 0,
      state: 'copying',
      damaged: 0,
      claimed_start: recording.claimedStart,
      claimed_from: recording.claimedFrom,
      start_at: recording.startMs,
      clock_offset_ms: recording.clockOffsetMs,
      original_count: recording.originalCount,
      created_at: recording.createdAtMs,
      sort_at: recording.startMs ?? recording.createdAtMs,
      notes: notesText(recording.notes),
      start_claims: JSON.stringify(recording.startClaims),
      confidentiality: recording.confidentiality ?? null,
      privacy: JSON.stringify(recording.privacy ?? []),
    });
    this.#holds.note(recording.id);
  }

  async update(id: string, patch: RecordingPatch): Promise<void> {
    const fields = named<Updateable<Schema['recordings']>>({
      state: patch.state,
      kind: patch.kind,
      damaged: patch.damaged === undefined ? undefined : patch.damaged ? 1 : 0,
      damage_reason: patch.damageReason && JSON.stringify(patch.damageReason),
      notes: patch.notes === undefined ? undefined : notesText(patch.notes),
      duration_ms: patch.durationMs,
      missing_count: patch.missingCount,
      duplicate_of: patch.duplicateOf,
      important: patch.important === undefined ? undefined : patch.important ? 1 : 0,
      category: patch.category,
      officer_id: patch.officerId,
      officer_source: patch.officerSource,
      start_at: patch.startMs,
      sort_at: patch.startMs ?? undefined,
      claimed_start: patch.claimedStart,
      claimed_from: patch.claimedFrom,
      start_claims: patch.startClaims && JSON.stringify(patch.startClaims),
      archived_at: patch.archivedAtMs,
      confidentiality: patch.confidentiality,
      privacy: patch.privacy && JSON.stringify(patch.privacy),
    });
    if (Object.keys(fields).length === 0) return;
    if (patch.officerId !== undefined || patch.startMs !== undefined || patch.durationMs !== undefined) await this.#holds.before(id);
    mustExist(await this.#tables.update('recordings', fields, { id }), because('no-recording', { recording: id }));
    if (patch.startMs === null) await this.#listByEntry(id);
  }

  /** Sets the place of a recording in lists. If its start is not known, that is the time of its creation. */
  async #listByEntry(id: string): Promise<void> {
    await this.#db.updateTable('recordings').set({ sort_at: sql<number>`created_at` }).where('id', '=', id).execute();
  }

  async link(recordingId: string, relation: LinkRelation, otherId: string): Promise<void> {
    const both = [
      { recording_id: recordingId, relation, other_id: otherId },
      { recording_id: otherId, relation: inverseOf(relation), other_id: recordingId },
    ];
    await this.#db
      .insertInto('recording_links')
      .values(both)
      .onConflict((on) => on.doNothing())
      .execute();
  }

  async addCase(recordingId: string, caseNumber: string): Promise<void> {
    const recording = await this.#db.selectFrom('recordings').select('sort_at').where('id', '=', recordingId).executeTakeFirst();
    if (!recording) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
    const row = { recording_id: recordingId, case_number: caseNumber, sort_at: recording.sort_at };
    this.#holds.note(recordingId);
    await this.#db
      .insertInto('recording_cases')
      .values(row)
      .onConflict((on) => on.doNothing())
      .execute();
  }

  async removeCase(recordingId: string, caseNumber: string): Promise<void> {
    await this.#holds.before(recordingId);
    await this.#db.deleteFrom('recording_cases').where('recording_id', '=', recordingId).where('case_number', '=', caseNumber).execute();
  }

  async upsertCopy(copy: NewCopy): Promise<void> {
    // Originals in an archive are locked there. A row that is there keeps its place in the queue of locks.
    const locked = copy.where !== 'vault' && copy.itemId.startsWith('org-');
    const row = {
      item_id: copy.itemId,
      place: copy.where,
      recording_id: copy.recordingId,
      key: copy.key,
      bytes: copy.bytes,
      verified_at: copy.verifiedAtMs,
      verified_by: copy.verifiedBy,
      sha256: copy.sha256 ?? null,
      ...lockColumns({ ...NO_LOCK, ...copy }),
      lock_due_at: locked ? copy.verifiedAtMs : null,
    };
    await this.#holds.copied(copy);
    await this.#tables.upsert('copies', row, ['recording_id', 'item_id', 'place'], ['lock_due_at']);
  }

  async withdrawCopy({ recordingId, itemId, where }: Pick<Copy, 'recordingId' | 'itemId' | 'where'>): Promise<boolean> {
    const gone = await this.#db
      .deleteFrom('copies')
      .where('recording_id', '=', recordingId)
      .where('item_id', '=', itemId)
      .where('place', '=', where)
      .executeTakeFirst();
    return gone.numDeletedRows === 1n;
  }

  async upsertDerivative(derivative: Derivative): Promise<void> {
    const old = await this.#db
      .selectFrom('derivatives')
      .select('id')
      .where('recording_id', '=', derivative.recordingId)
      .where('kind', '=', derivative.kind)
      .executeTakeFirst();
    if (old) {
      await this.#db.deleteFrom('copies').where('recording_id', '=', derivative.recordingId).where('item_id', '=', old.id).execute();
      await this.#db.deleteFrom('derivatives').where('id', '=', old.id).execute();
    }
    await this.#db
      .insertInto('derivatives')
      .values({
        id: derivative.id,
        recording_id: derivative.recordingId,
        kind: derivative.kind,
        recipe: derivative.recipe,
        inputs: JSON.stringify(derivative.inputs),
        vault_key: derivative.vaultKey,
        media_type: derivative.mediaType,
        bytes: derivative.bytes,
        sha256: derivative.sha256,
        created_at: derivative.createdAtMs,
        evicted_at: derivative.evictedAtMs,
        needed_at: derivative.createdAtMs,
      })
      .execute();
  }

  async markPlayableEvicted(derivativeId: string, atMs: number): Promise<boolean> {
    return (await this.#tables.update('derivatives', { evicted_at: atMs }, { id: derivativeId, kind: 'playable', evicted_at: null })) === 1;
  }

  async noteLeftovers(recordingId: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const rows = keys.map((key) => ({ vault_key: key, recording_id: recordingId }));
    await this.#db
      .insertInto('derivative_leftovers')
      .values(rows)
      .onConflict((known) => known.doNothing())
      .execute();
  }

  async forgetLeftover(key: string): Promise<void> {
    await this.#db.deleteFrom('derivative_leftovers').where('vault_key', '=', key).execute();
  }
}
