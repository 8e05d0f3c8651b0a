import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { RecordingLink } from '#domain/notes';
import type { Copy, Derivative, Recording } from '#domain/recording';
import type { RecordingDetail, RecordingFilter, RecordingsReader } from '#ports/ledger/recordings';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { UNASSIGNED } from '../migrations.ts';
import { IS_NEWER } from '../newer-versions.ts';
import { toCopy, toDerivative, toOriginal, toRecording } from '../rows.ts';
import type { RecordingRow, Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

type Row = Selectable<RecordingRow>;

const PAGE = 1000;

/** Most recordings are in the last state, so its index is a bad way to look for the few of an officer or a recorder. Few are ever `copying`. */
function isNarrower(filter: RecordingFilter): boolean {
  const narrower =
    filter.officerId !== undefined || filter.recorderSerial !== undefined || filter.damaged === true || filter.unassigned === true;
  return narrower && filter.state !== 'copying';
}

/** Looks at recordings and what belongs to them, over one connection. */
export class SqlRecordingsReader implements RecordingsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async get(id: string): Promise<Recording | null> {
    const [row] = await this.#tables.select('recordings', { id });
    return row ? toRecording(row) : null;
  }

  async detail(id: string): Promise<RecordingDetail | null> {
    const row = await this.#db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const [detail] = await this.#details([row]);
    return detail ?? null;
  }

  async list(filter: RecordingFilter): Promise<readonly RecordingDetail[]> {
    const conditions = this.#conditions(filter);
    if (filter.after !== undefined) {
      const last = await this.#db.selectFrom('recordings').select('sort_at').where('id', '=', filter.after).executeTakeFirst();
      if (!last) return [];
      conditions.push(sql`(list.sort_at, list.id) < (${last.sort_at}, ${filter.after})`);
    }
    const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
    // The order keeps SQLite from walking all recordings in order of time to look for those of the case.
    const from =
      filter.caseNumber === undefined
        ? sql`recordings AS list`
        : sql`(SELECT case_number, recording_id AS id, sort_at FROM recording_cases) AS list ${this.#dialect.joinInOrder} recordings ON recordings.id = list.id`;
    const columns = filter.caseNumber === undefined ? sql`list.*` : sql`recordings.*`;
    const query = sql<Row>`SELECT ${columns} FROM ${from} ${where} ORDER BY list.sort_at DESC, list.id DESC LIMIT ${filter.limit}`;
    return this.#details((await query.execute(this.#db)).rows);
  }

  #conditions(filter: RecordingFilter): RawBuilder<unknown>[] {
    const conditions: RawBuilder<unknown>[] = [];
    if (filter.caseNumber !== undefined) conditions.push(sql`case_number = ${filter.caseNumber}`);
    if (filter.officerId !== undefined) conditions.push(sql`officer_id = ${filter.officerId}`);
    if (filter.recorderSerial !== undefined) conditions.push(sql`recorder_serial = ${filter.recorderSerial}`);
    if (filter.dockingId !== undefined) {
      conditions.push(sql`list.id IN (SELECT recording_id FROM originals WHERE docking_id = ${filter.dockingId})`);
    }
    const state = isNarrower(filter) ? this.#dialect.unindexed('state') : 'state';
    if (filter.state !== undefined) conditions.push(sql`${sql.raw(state)} = ${filter.state}`);
    if (filter.sinceMs !== undefined) conditions.push(sql`list.sort_at >= ${filter.sinceMs}`);
    if (filter.untilMs !== undefined) conditions.push(sql`list.sort_at < ${filter.untilMs}`);
    if (filter.damaged !== undefined) conditions.push(filter.damaged ? sql`damaged = 1` : sql`damaged = 0`);
    if (filter.unassigned) conditions.push(sql.raw(UNASSIGNED));
    return conditions;
  }

  /** The details of a page with a constant number of queries. */
  async #details(rows: readonly Row[]): Promise<readonly RecordingDetail[]> {
    if (rows.length === 0) return [];
    const ids = this.#dialect.among(rows.map((row) => row.id));
    const [cases, originals, copies, derivatives, links] = await Promise.all([
      this.#db.selectFrom('recording_cases').selectAll().where('recording_id', 'in', ids).orderBy('case_number').execute(),
      this.#db.selectFrom('originals').selectAll().where('recording_id', 'in', ids).orderBy('recording_id').orderBy('idx').execute(),
      this.#db.selectFrom('copies').selectAll().where('recording_id', 'in', ids).execute(),
      this.#db.selectFrom('derivatives').selectAll().where('recording_id', 'in', ids).orderBy('kind').execute(),
      this.#db.selectFrom('recording_links').selectAll().where('recording_id', 'in', ids).execute(),
    ]);
    const casesOf = Map.groupBy(cases, (row) => row.recording_id);
    const originalsOf = Map.groupBy(originals, (row) => row.recording_id);
    const copiesOf = Map.groupBy(copies, (row) => row.recording_id);
    const derivativesOf = Map.groupBy(derivatives, (row) => row.recording_id);
    const linksOf = Map.groupBy(links, (row) => row.recording_id);
    return rows.map((row) => ({
      recording: toRecording(row),
      caseNumbers: (casesOf.get(row.id) ?? []).map((entry) => entry.case_number),
      originals: (originalsOf.get(row.id) ?? []).map(toOriginal),
      copies: (copiesOf.get(row.id) ?? []).map(toCopy),
      derivatives: (derivativesOf.get(row.id) ?? []).map(toDerivative),
      links: (linksOf.get(row.id) ?? []).map(({ relation, other_id }) => ({
        relation: relation as RecordingLink['relation'],
        recordingId: other_id,
      })),
    }));
  }

  async *ids(): AsyncIterable<string> {
    let last = '';
    for (;;) {
      const rows = await this.#db.selectFrom('recordings').select('id').where('id', '>', last).orderBy('id').limit(PAGE).execute();
      for (const row of rows) yield row.id;
      if (rows.length < PAGE) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  async copies(recordingId: string): Promise<readonly Copy[]> {
    return (await this.#db.selectFrom('copies').selectAll().where('recording_id', '=', recordingId).execute()).map(toCopy);
  }

  async derivatives(recordingId: string): Promise<readonly Derivative[]> {
    return (await this.#db.selectFrom('derivatives').selectAll().where('recording_id', '=', recordingId).execute()).map(toDerivative);
  }

  async leftovers(limit: number, recordingId?: string): Promise<readonly { key: string; recordingId: string }[]> {
    let found = this.#db.selectFrom('derivative_leftovers').selectAll();
    found = recordingId === undefined ? found.orderBy('vault_key') : found.where('recording_id', '=', recordingId);
    return (await found.limit(limit).execute()).map((row) => ({ key: row.vault_key, recordingId: row.recording_id }));
  }

  async byRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]> {
    const found = this.#db.selectFrom('derivatives').select('recording_id').distinct().where('recipe', '=', recipe);
    return (await found.where('recording_id', '>', after).orderBy('recording_id').limit(limit).execute()).map((row) => row.recording_id);
  }

  async replacedBy(sealedIds: readonly string[]): Promise<readonly string[]> {
    const rows = await sql<{ id: string }>`
      SELECT DISTINCT old.recording_id AS id
      FROM originals AS newer ${this.#dialect.joinInOrder} originals AS old
        ON old.recorder_serial = newer.recorder_serial AND old.card_path = newer.card_path
      WHERE newer.id IN ${this.#dialect.among(sealedIds)} AND ${IS_NEWER} AND old.replaced_by IS NULL`.execute(this.#db);
    return rows.rows.map(({ id }) => id);
  }
}
