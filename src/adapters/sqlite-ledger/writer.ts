import { sql, type Updateable } from 'kysely';
import { CUSTODY_GENESIS, type CustodyDraft, type CustodyEntry, custodyBytes, custodyHash } from '#domain/custody';
import type { Docking, DockingState, Problem, Refusal } from '#domain/docking';
import { type ErrorCode, EvidockError } from '#domain/errors';
import { inverseOf, type LinkRelation, NOTES_MAX, type RecordingNote } from '#domain/notes';
import type { Derivative } from '#domain/recording';
import type { WorkStage } from '#domain/work';
import type { LedgerWriter, NewDocking, NewRecording } from '#ports/ledger';
import type { Rows } from './connection.ts';
import { OriginalWriter } from './original-writer.ts';
import { mustExist } from './registry-writer.ts';
import type { Schema } from './schema.ts';

type RecordingPatch = Parameters<LedgerWriter['updateRecording']>[1];
type DockingPatch = Partial<Docking> & { state?: DockingState; problem?: Problem | null };
interface NewWork {
  id: string;
  stage: WorkStage;
  recordingId: string;
  priority: number;
  dueAtMs: number;
  nowMs: number;
}

function notesText(notes: readonly RecordingNote[]): string {
  return JSON.stringify(notes.slice(0, NOTES_MAX));
}

/** Leaves out what is undefined, so that a patch touches only what it names. */
function named<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Writes inside one transaction; throws once that has ended. */
export class SqlWriter extends OriginalWriter implements LedgerWriter {
  readonly #stationId: string;
  /** The last entry of the custody log once this transaction has added one: nobody else can. */
  #head: { readonly seq: number; readonly hash: string } | undefined;

  constructor(rows: Rows, stationId: string) {
    super(rows);
    this.#stationId = stationId;
  }

  async appendCustody(draft: CustodyDraft): Promise<CustodyEntry> {
    const head = this.#head ?? (await this.custodyHead());
    const seq = (head?.seq ?? -1) + 1;
    const prev = head?.hash ?? CUSTODY_GENESIS;
    const bytes = custodyBytes(this.#stationId, seq, prev, draft);
    const hash = custodyHash(bytes);
    const row = { seq, at: draft.atMs, type: draft.type, actor: draft.actor, subject: draft.subject, prev, hash, bytes };
    this.tables.insert('custody', row);
    this.#head = { seq, hash };
    return { ...draft, seq, prev, hash };
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
      patch.problem === undefined ? {} : { problem_code: patch.problem?.code ?? null, problem_detail: patch.problem?.detail ?? null };
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
    mustExist(this.tables.update('dockings', changes, { id }), `docking ${id}`);
  }

  async insertRefusal(refusal: Refusal): Promise<void> {
    const row = {
      docking_id: refusal.dockingId,
      card_path: refusal.cardPath,
      code: refusal.code,
      detail: refusal.detail,
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
      damage_reason: patch.damageReason,
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
    mustExist(this.tables.update('recordings', fields, { id }), `recording ${id}`);
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
    if (!recording) throw new EvidockError('request.not-found', `recording ${recordingId}`);
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

  async insertWork(work: NewWork): Promise<void> {
    this.tables.insert('work', this.#newWork(work), { tail: 'ON CONFLICT (id) DO NOTHING' });
  }

  async reopenWork(work: NewWork): Promise<void> {
    await this.insertWork(work);
    await this.db
      .updateTable('work')
      .set({
        state: 'waiting',
        attempts: 0,
        due_at: work.dueAtMs,
        priority: work.priority,
        error_code: null,
        error_detail: null,
        percent: 0,
        updated_at: work.nowMs,
      })
      .where('id', '=', work.id)
      .where('state', 'in', ['done', 'failed'])
      .execute();
  }

  #newWork(work: NewWork) {
    return {
      id: work.id,
      stage: work.stage,
      recording_id: work.recordingId,
      state: 'waiting',
      priority: work.priority,
      attempts: 0,
      due_at: work.dueAtMs,
      percent: 0,
      created_at: work.nowMs,
      updated_at: work.nowMs,
    };
  }

  async finishWork(id: string, nowMs: number): Promise<void> {
    await this.#endRun(id, { state: 'done', percent: 100, error_code: null, error_detail: null, updated_at: nowMs });
  }

  async postponeWork(id: string, dueAtMs: number, nowMs: number, priority?: number): Promise<void> {
    const work = await this.work(id);
    const attempts = Math.max(0, (work?.attempts ?? 0) - 1);
    await this.#endRun(id, named({ state: 'waiting', due_at: dueAtMs, attempts, updated_at: nowMs, priority }));
  }

  async failWork(id: string, facts: { code: ErrorCode; detail: string; nowMs: number; nextDueAtMs: number | null }): Promise<void> {
    const next = facts.nextDueAtMs === null ? { state: 'failed' } : { state: 'waiting', due_at: facts.nextDueAtMs };
    await this.#endRun(id, { ...next, error_code: facts.code, error_detail: facts.detail.slice(0, 2000), updated_at: facts.nowMs });
  }

  async #endRun(id: string, fields: Updateable<Schema['work']>): Promise<void> {
    await this.db
      .updateTable('work')
      .set({ ...fields, owner: null, lease_until: null })
      .where('id', '=', id)
      .execute();
  }

  async retryFailedWork(filter: { stage?: WorkStage; recordingId?: string }, nowMs: number): Promise<number> {
    // Waiting work that backs off is hurried too: the operator has just mended the cause.
    let query = this.db
      .updateTable('work')
      .set({ state: 'waiting', attempts: 0, due_at: nowMs, updated_at: nowMs })
      .where('state', 'in', ['failed', 'waiting'])
      .where('error_code', 'is not', null);
    if (filter.stage) query = query.where('stage', '=', filter.stage);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    return Number((await query.executeTakeFirst()).numUpdatedRows);
  }
}
