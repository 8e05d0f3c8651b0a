import { sql } from 'kysely';
import { FileRefused, RecordingsListed } from '#domain/custody/docking-entries';
import type { CustodyEntry } from '#domain/custody/entry';
import type { CustodyFault } from '#domain/custody/read-entry';
import { type Subject, subject } from '#domain/custody/subject';
import type { InvitedWorker } from '#domain/invitation';
import type { KeptAnswer } from '#domain/kept-answer';
import type { Case, CaseEvent, Officer, Recorder, Suggestion } from '#domain/registry';
import { type Claim, PUT_OFF_MS_MAX, type Work, type WorkStage, type WorkState } from '#domain/work';
import type { LedgerCounts, LedgerReader, LeftOf, Page } from '#ports/ledger';
import { custodyHead, entriesOf, verifyLog } from './custody-log.ts';
import { RecordingReader } from './recording-reader.ts';
import { toCase, toCaseEvent, toRecorder, toSuggestion, toWork, toWorker } from './rows.ts';

const LIST_MAX = 100_000;
/** Of the whole card: in the history of each recording of it they would stand a hundred thousand times. */
const OF_DOCKINGS_ALONE = [FileRefused.type, RecordingsListed.type];
const PAGE = 1000;

/**
 * Whether `newer` is what became of `old`. Ids are in the order of time. A card that comes back with the old file has a later docking than the new version, and a
 * file of this recorder on another recorder's card is no version of the one on its own.
 */
const IS_NEWER = sql.raw(`old.state = 'listed' AND newer.state = 'sealed' AND newer.id > old.id AND newer.docking_id >= old.docking_id
  AND (SELECT recorder_serial FROM dockings WHERE id = old.docking_id) = (SELECT recorder_serial FROM dockings WHERE id = newer.docking_id)`);

/** Few recordings have work that is not done: each is looked up. Files of other recorders came from this card as well. */
function isLeftOf({ dockingId, states }: LeftOf) {
  const own = sql`(SELECT recorder_serial FROM dockings WHERE id = ${dockingId})`;
  return sql<boolean>`EXISTS (SELECT 1 FROM recordings WHERE recordings.id = work.recording_id AND (
    (recordings.recorder_serial = ${own} AND recordings.state IN (SELECT value FROM json_each(${JSON.stringify(states)})))
    OR ((recordings.recorder_serial <> ${own} OR work.state = 'failed')
      AND EXISTS (SELECT 1 FROM originals WHERE originals.recording_id = recordings.id AND originals.docking_id = ${dockingId}))))`;
}

/** Everything that may be looked at. */
export class SqlReader extends RecordingReader implements LedgerReader {
  async work(id: string): Promise<Work | null> {
    const row = await this.db.selectFrom('work').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toWork(row) : null;
  }

  async dueWork(nowMs: number, stage: WorkStage, limit: number): Promise<readonly Work[]> {
    const inState = (state: WorkState) => this.db.selectFrom('work').selectAll().where('stage', '=', stage).where('state', '=', state);
    const waiting = inState('waiting').where('due_at', '<=', nowMs);
    const misdated = inState('waiting').where('due_at', '>', nowMs + PUT_OFF_MS_MAX);
    const rows = await waiting.unionAll(misdated).orderBy('priority').orderBy('due_at').limit(limit).execute();
    return rows.map(toWork);
  }

  async listWork(filter: {
    stage?: WorkStage;
    state?: WorkState;
    recordingId?: string;
    leftOf?: LeftOf;
    after?: string;
    limit: number;
  }): Promise<readonly Work[]> {
    let query = this.db.selectFrom('work').selectAll();
    // Ids begin with the stage, so a stage is a range of ids: from its dot to the character after the dot.
    if (filter.stage) query = query.where('id', '>', `${filter.stage}.`).where('id', '<', `${filter.stage}/`);
    if (filter.state) query = query.where('state', '=', filter.state);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    if (filter.leftOf) query = query.where('state', 'in', ['waiting', 'running', 'failed']).where(isLeftOf(filter.leftOf));
    if (filter.after !== undefined) query = query.where('id', '<', filter.after);
    return (await query.orderBy('id', 'desc').limit(filter.limit).execute()).map(toWork);
  }

  async newerVersions(originalIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await sql<{ id: string; by: string }>`
      SELECT old.id AS id, newer.recording_id AS by
      FROM originals AS old CROSS JOIN originals AS newer
        ON newer.recorder_serial = old.recorder_serial AND newer.card_path = old.card_path
      WHERE old.id IN (SELECT value FROM json_each(${JSON.stringify(originalIds)})) AND ${IS_NEWER}
      ORDER BY newer.id`.execute(this.db);
    return new Map(rows.rows.map(({ id, by }) => [id, by]));
  }

  async replacedRecordings(sealedIds: readonly string[]): Promise<readonly string[]> {
    const rows = await sql<{ id: string }>`
      SELECT DISTINCT old.recording_id AS id
      FROM originals AS newer CROSS JOIN originals AS old
        ON old.recorder_serial = newer.recorder_serial AND old.card_path = newer.card_path
      WHERE newer.id IN (SELECT value FROM json_each(${JSON.stringify(sealedIds)})) AND ${IS_NEWER} AND old.replaced_by IS NULL`.execute(
      this.db,
    );
    return rows.rows.map(({ id }) => id);
  }

  async troubledWork(recordingIds: readonly string[]): Promise<readonly Work[]> {
    const rows = await this.db
      .selectFrom('work')
      .selectAll()
      .where('recording_id', 'in', sql<string>`(SELECT value FROM json_each(${JSON.stringify(recordingIds)}))`)
      // The `+` keeps the index of states, most of which are done, out of it.
      .where(sql<boolean>`error_code IS NOT NULL AND +state <> 'done'`)
      .orderBy('id')
      .execute();
    return rows.map(toWork);
  }

  async claimsOf(host: string): Promise<readonly Claim[]> {
    const rows = await this.db
      .selectFrom('work')
      .select(['id', 'stage', 'recording_id', 'token'])
      .where('state', '=', 'running')
      .where('host', '=', host)
      .limit(PAGE)
      .execute();
    return rows.map(({ id, stage, recording_id, token }) => ({
      ...{ workId: id, stage: stage as WorkStage, recordingId: recording_id, token, host },
    }));
  }

  async workers(): Promise<readonly InvitedWorker[]> {
    return (await this.db.selectFrom('workers').selectAll().orderBy('name').limit(LIST_MAX).execute()).map(toWorker);
  }

  async worker(name: string): Promise<InvitedWorker | null> {
    const row = await this.db.selectFrom('workers').selectAll().where('name', '=', name).executeTakeFirst();
    return row ? toWorker(row) : null;
  }

  async workerByKey(keySha256: string): Promise<InvitedWorker | null> {
    const row = await this.db.selectFrom('workers').selectAll().where('key_sha256', '=', keySha256).executeTakeFirst();
    return row ? toWorker(row) : null;
  }

  async officer(id: string): Promise<Officer | null> {
    return (await this.db.selectFrom('officers').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  async officers({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Officer[]> {
    const query = this.db.selectFrom('officers').selectAll().orderBy('id').limit(limit);
    return (after === undefined ? query : query.where('id', '>', after)).execute();
  }

  async recorder(serial: string): Promise<Recorder | null> {
    const [row] = this.tables.select('recorders', { serial });
    return row ? toRecorder(row) : null;
  }

  async recorders({ after, limit }: Page = { limit: LIST_MAX }): Promise<readonly Recorder[]> {
    const query = this.db.selectFrom('recorders').selectAll().orderBy('serial').limit(limit);
    return (await (after === undefined ? query : query.where('serial', '>', after)).execute()).map(toRecorder);
  }

  async case(number: string): Promise<Case | null> {
    const row = await this.db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirst();
    return row ? toCase(row) : null;
  }

  async cases({ after, limit }: Page): Promise<readonly Case[]> {
    let query = this.db.selectFrom('cases').selectAll().orderBy('created_at', 'desc').orderBy('number').limit(limit);
    if (after !== undefined) {
      const last = await this.db.selectFrom('cases').select('created_at').where('number', '=', after).executeTakeFirst();
      if (!last) return [];
      query = query
        .where('created_at', '<=', last.created_at)
        .where((is) => is.or([is('created_at', '<', last.created_at), is('number', '>', after)]));
    }
    return (await query.execute()).map(toCase);
  }

  async caseEvents(caseNumber: string, page: { after?: CaseEvent; limit: number } = { limit: LIST_MAX }): Promise<readonly CaseEvent[]> {
    const { after, limit } = page;
    let found = this.db.selectFrom('case_events').selectAll().where('case_number', '=', caseNumber);
    if (after) found = found.where(sql<boolean>`(start_at, id) > (${after.startMs}, ${after.id})`);
    return (await found.orderBy('start_at').orderBy('id').limit(limit).execute()).map(toCaseEvent);
  }

  async caseEvent(id: string): Promise<CaseEvent | null> {
    const row = await this.db.selectFrom('case_events').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toCaseEvent(row) : null;
  }

  async eventsTouching(startMs: number, endMs: number, marginMs: number): Promise<readonly CaseEvent[]> {
    const within = `start_at <= ? AND end_at >= ? ORDER BY start_at LIMIT ${PAGE}`;
    const rows = this.tables.where('case_events', within, [endMs + marginMs, startMs - marginMs]);
    return rows.map(toCaseEvent);
  }

  async suggestions(filter: {
    state?: Suggestion['state'];
    recordingId?: string;
    after?: string;
    limit: number;
  }): Promise<readonly Suggestion[]> {
    let query = this.db.selectFrom('suggestions').selectAll();
    if (filter.state) query = query.where('state', '=', filter.state);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    if (filter.after !== undefined) query = query.where('id', '<', filter.after);
    return (await query.orderBy('id', 'desc').limit(filter.limit).execute()).map(toSuggestion);
  }

  async suggestion(id: string): Promise<Suggestion | null> {
    const row = await this.db.selectFrom('suggestions').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toSuggestion(row) : null;
  }

  async slotOf(port: string): Promise<number | null> {
    return (await this.db.selectFrom('slots').select('slot').where('port', '=', port).executeTakeFirst())?.slot ?? null;
  }

  async slots(): Promise<readonly { slot: number; port: string }[]> {
    return this.db.selectFrom('slots').selectAll().orderBy('slot').limit(LIST_MAX).execute();
  }

  async custodyOf(about: Subject, page: { after?: number; limit: number } = { limit: LIST_MAX }): Promise<readonly CustodyEntry[]> {
    const unless = { types: OF_DOCKINGS_ALONE, subject: about };
    return entriesOf({ db: this.db }, [about, ...(about.kind === 'recording' ? await this.#historyOf(about.id) : [])], {
      ...page,
      unless,
    });
  }

  /** What else the history of a recording is that of. What a docking refused is its own: a hostile card has a hundred thousand of those. */
  async #historyOf(recordingId: string): Promise<readonly Subject[]> {
    const recording = await this.db.selectFrom('recordings').select('docking_id').where('id', '=', recordingId).executeTakeFirst();
    const originals = await this.db
      .selectFrom('originals')
      .select(['id', 'docking_id', 'rechecked_in'])
      .where('recording_id', '=', recordingId)
      .execute();
    const dockings = new Set([
      ...(recording ? [recording.docking_id] : []),
      ...originals.flatMap(({ docking_id, rechecked_in }) => [docking_id, ...(rechecked_in === null ? [] : [rechecked_in])]),
    ]);
    return [...originals.map(({ id }) => subject('original', id)), ...[...dockings].map((id) => subject('docking', id))];
  }

  async keptAnswer(by: string, key: string): Promise<KeptAnswer | null> {
    const row = await this.db.selectFrom('kept_answers').selectAll().where('by', '=', by).where('key', '=', key).executeTakeFirst();
    if (!row) return null;
    const { request, status, location, at } = row;
    const body = row.has_body === 0 ? 'not-kept' : row.body === null ? null : { text: row.body };
    return { by, key, request, status, location, body, atMs: at };
  }

  custodyHead(): Promise<{ seq: number; hash: string } | null> {
    return custodyHead({ db: this.db });
  }

  async custodyHash(seq: number): Promise<string | null> {
    for (const table of ['custody', 'custody_former'] as const) {
      const row = await this.db.selectFrom(table).select('hash').where('seq', '=', seq).executeTakeFirst();
      if (row) return row.hash;
    }
    return null;
  }

  verifyCustody(onEntry?: (seq: number) => void): AsyncIterable<CustodyFault> {
    return verifyLog({ db: this.db }, onEntry);
  }

  async counts(): Promise<LedgerCounts> {
    const counters = new Map((await this.db.selectFrom('counters').selectAll().execute()).map((row) => [row.name, row.value]));
    const work = await this.db
      .selectFrom('work')
      .select(['state', sql<number>`count(*)`.as('count')])
      .where('state', 'in', ['waiting', 'running', 'failed'])
      .groupBy('state')
      .execute();
    const inState = (state: string) => work.find((row) => row.state === state)?.count ?? 0;
    return {
      recordings: counters.get('recordings') ?? 0,
      originals: counters.get('originals') ?? 0,
      originalBytes: counters.get('original_bytes') ?? 0,
      unsealed: counters.get('unsealed') ?? 0,
      notArchived: counters.get('not_archived') ?? 0,
      workWaiting: inState('waiting') + inState('running'),
      workFailed: inState('failed'),
      custodyEntries: ((await this.custodyHead())?.seq ?? -1) + 1,
    };
  }
}
