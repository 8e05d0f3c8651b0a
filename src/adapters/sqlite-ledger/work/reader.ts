import { type Kysely, sql } from 'kysely';
import type { Scope } from '#domain/scope';
import { type Claim, PUT_OFF_MS_MAX, type Work, type WorkStage, type WorkState } from '#domain/work';
import type { LeftOf, WorkReader } from '#ports/ledger/work';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toWork } from '../rows.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';

const PAGE = 1000;

/** Reads work, over one connection. */
export class SqlWorkReader implements WorkReader {
  readonly #db: Kysely<Schema>;
  readonly #dialect: Dialect;
  readonly #sight: Sight;

  constructor({ db, dialect }: Rows, scope: Scope = 'all') {
    this.#sight = new Sight(scope, dialect);
    this.#db = db;
    this.#dialect = dialect;
  }

  async get(id: string): Promise<Work | null> {
    const found = this.#db.selectFrom('work').selectAll().where('id', '=', id);
    const row = await this.#sight.narrow(found, 'recording', 'work.recording_id').executeTakeFirst();
    return row ? toWork(row) : null;
  }

  async due(nowMs: number, stage: WorkStage, limit: number): Promise<readonly Work[]> {
    const inState = (state: WorkState) => this.#db.selectFrom('work').selectAll().where('stage', '=', stage).where('state', '=', state);
    const waiting = inState('waiting').where('due_at', '<=', nowMs);
    const misdated = inState('waiting').where('due_at', '>', nowMs + PUT_OFF_MS_MAX);
    const rows = await waiting.unionAll(misdated).orderBy('priority').orderBy('due_at').limit(limit).execute();
    return rows.map(toWork);
  }

  async troubled(recordingIds: readonly string[]): Promise<readonly Work[]> {
    const found = this.#db
      .selectFrom('work')
      .selectAll()
      .where('recording_id', 'in', this.#dialect.among(recordingIds))
      // The index of states is not used here, because most work is done.
      .where(sql<boolean>`error_code IS NOT NULL AND ${sql.raw(this.#dialect.unindexed('state'))} <> 'done'`)
      .orderBy('id');
    const rows = await this.#sight.narrow(found, 'recording', 'work.recording_id').execute();
    return rows.map(toWork);
  }

  async list(filter: {
    stage?: WorkStage;
    state?: WorkState;
    recordingId?: string;
    leftOf?: LeftOf;
    after?: string;
    limit: number;
  }): Promise<readonly Work[]> {
    let query = this.#db.selectFrom('work').selectAll();
    // Ids begin with the stage, so a stage is a range of ids: from its dot to the character after the dot.
    if (filter.stage) query = query.where('id', '>', `${filter.stage}.`).where('id', '<', `${filter.stage}/`);
    if (filter.state) query = query.where('state', '=', filter.state);
    if (filter.recordingId) query = query.where('recording_id', '=', filter.recordingId);
    if (filter.leftOf) query = query.where('state', 'in', ['waiting', 'running', 'failed']).where(this.#isLeftOf(filter.leftOf));
    if (filter.after !== undefined) query = query.where('id', '<', filter.after);
    query = this.#sight.narrow(query, 'oneOfRecordings', 'work.recording_id');
    return (await query.orderBy('id', 'desc').limit(filter.limit).execute()).map(toWork);
  }

  /**
   * Whether work is left of a docking. Few recordings have work that is not done, so each is looked up. Files of other recorders may have come from the card
   * too.
   */
  #isLeftOf({ dockingId, states }: LeftOf) {
    const own = sql`(SELECT recorder_serial FROM dockings WHERE id = ${dockingId})`;
    return sql<boolean>`EXISTS (SELECT 1 FROM recordings WHERE recordings.id = work.recording_id AND (
      (recordings.recorder_serial = ${own} AND recordings.state IN ${this.#dialect.among(states)})
      OR ((recordings.recorder_serial <> ${own} OR work.state = 'failed')
        AND EXISTS (SELECT 1 FROM originals WHERE originals.recording_id = recordings.id AND originals.docking_id = ${dockingId}))))`;
  }

  async claimsOf(host: string): Promise<readonly Claim[]> {
    const rows = await this.#db
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
}
