import { sql, type Updateable } from 'kysely';
import type { CustodyDraft, CustodyEntry } from '#domain/custody/entry';
import type { Docking, DockingState, Problem, Refusal } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { inverseOf, type LinkRelation, NOTES_MAX, type RecordingNote } from '#domain/notes';
import { because } from '#domain/reason';
import type { Derivative } from '#domain/recording';
import type { LedgerWriter, NewDocking, NewRecording } from '#ports/ledger';
import type { Rows } from './connection.ts';
import { CustodyAppender } from './custody-log.ts';
import { mustExist } from './registry-writer.ts';
import type { Schema } from './schema.ts';
import { type WorkTimes, WorkWriter } from './work-writer.ts';

type RecordingPatch = Parameters<LedgerWriter['updateRecording']>[1];
type DockingPatch = Partial<Docking> & { state?: DockingState; problem?: Problem | null };

function notesText(notes: readonly RecordingNote[]): string {
  return JSON.stringify(notes.slice(0, NOTES_MAX));
}

/** Leaves out what is undefined, so that a patch touches only what it names. */
function named<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Writes inside one transaction; throws once that has ended. */
export class SqlWriter extends WorkWriter implements LedgerWriter {
  readonly #custody: CustodyAppender;

  constructor(rows: Rows, stationId: string, times: WorkTimes) {
    super(rows, times);
    this.#custody = new CustodyAppender(rows, stationId);
  }

  appendCustody(draft: CustodyDraft): Promise<CustodyEntry> {
    return this.#custody.append(draft);
  }

  async insertDocking(docking: NewDocking): Promise<void> {
    this.tables.insert('dockings', {
      id: docking.id,
      slot: docking.slot,
      port: docking.port,
      recorder_serial: docking.recorderSerial,
      vendor_id: docking.vendorId,
      product_id: docking.productId,
      told_serial: docking.toldSerial,
      driver_id: docking.driverId,
      driver_score: docking.driverScore,
      driver_why: JSON.stringify(docking.driverWhy),
      clock_offset_ms: docking.clockOffsetMs,
      state: 'reading',
      arrived_at: docking.arrivedAtMs,
      files_listed: 0,
      files_known: 0,
      files_refused: 0,
      bytes_listed: 0,
    });
  }

  async updateDocking(id: string, patch: DockingPatch): Promise<void> {
    const problem =
      patch.problem === undefined
        ? {}
        : { problem_code: patch.problem?.code ?? null, problem_detail: patch.problem ? JSON.stringify(patch.problem.reason) : null };
    const fields = named<Updateable<Schema['dockings']>>({
      state: patch.state,
      listed_at: patch.listedAtMs,
      unchanged_at: patch.unchangedAtMs,
      safe_at: patch.safeAtMs,
      removed_at: patch.removedAtMs,
      files_listed: patch.filesListed,
      files_known: patch.filesKnown,
      files_refused: patch.filesRefused,
      bytes_listed: patch.bytesListed,
      files_to_recheck: patch.filesToRecheck,
      files_rechecked: patch.filesRechecked,
      clock_offset_ms: patch.clockOffsetMs,
    });
    const changes = { ...fields, ...problem };
    if (Object.keys(changes).length === 0) return;
    mustExist(this.tables.update('dockings', changes, { id }), because('no-docking', { id }));
  }

  async insertRefusal(refusal: Refusal): Promise<void> {
    const row = {
      docking_id: refusal.dockingId,
      card_path: refusal.cardPath,
      code: refusal.code,
      detail: JSON.stringify(refusal.reason),
      at: refusal.atMs,
    };
    this.tables.insert('refusals', row);
  }

  async insertRecording(recording: NewRecording): Promise<void> {
    this.tables.insert('recordings', {
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
    });
  }

  async upsertDerivative(derivative: Derivative): Promise<void> {
    const old = await this.db
      .selectFrom('derivatives')
      .select('id')
      .where('recording_id', '=', derivative.recordingId)
      .where('kind', '=', derivative.kind)
      .executeTakeFirst();
    if (old) {
      await this.db.deleteFrom('copies').where('recording_id', '=', derivative.recordingId).where('item_id', '=', old.id).execute();
      await this.db.deleteFrom('derivatives').where('id', '=', old.id).execute();
    }
    await this.db
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
      })
      .execute();
  }

  async noteLeftovers(recordingId: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const rows = keys.map((key) => ({ vault_key: key, recording_id: recordingId }));
    await this.db
      .insertInto('derivative_leftovers')
      .values(rows)
      .onConflict((known) => known.doNothing())
      .execute();
  }

  async forgetLeftover(key: string): Promise<void> {
    await this.db.deleteFrom('derivative_leftovers').where('vault_key', '=', key).execute();
  }

  async updateRecording(id: string, patch: RecordingPatch): Promise<void> {
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
    });
    if (Object.keys(fields).length === 0) return;
    mustExist(this.tables.update('recordings', fields, { id }), because('no-recording', { recording: id }));
    if (patch.startMs === null) await this.#listByEntry(id);
  }

  /** A recording whose start is not known stands in lists where it came. */
  async #listByEntry(id: string): Promise<void> {
    await this.db.updateTable('recordings').set({ sort_at: sql<number>`created_at` }).where('id', '=', id).execute();
  }

  async linkRecordings(recordingId: string, relation: LinkRelation, otherId: string): Promise<void> {
    const both = [
      { recording_id: recordingId, relation, other_id: otherId },
      { recording_id: otherId, relation: inverseOf(relation), other_id: recordingId },
    ];
    await this.db
      .insertInto('recording_links')
      .values(both)
      .onConflict((on) => on.doNothing())
      .execute();
  }

  async addRecordingCase(recordingId: string, caseNumber: string): Promise<void> {
    const recording = await this.db.selectFrom('recordings').select('sort_at').where('id', '=', recordingId).executeTakeFirst();
    if (!recording) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
    const row = { recording_id: recordingId, case_number: caseNumber, sort_at: recording.sort_at };
    await this.db
      .insertInto('recording_cases')
      .values(row)
      .onConflict((on) => on.doNothing())
      .execute();
  }

  async removeRecordingCase(recordingId: string, caseNumber: string): Promise<void> {
    await this.db.deleteFrom('recording_cases').where('recording_id', '=', recordingId).where('case_number', '=', caseNumber).execute();
  }
}
