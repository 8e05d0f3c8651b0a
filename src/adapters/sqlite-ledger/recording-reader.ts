import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Docking, Refusal } from '#domain/docking';
import type { RecordingLink } from '#domain/notes';
import type { Copy, Derivative, Original, Recording } from '#domain/recording';
import type { Compared } from '#domain/vault/file-sample';
import type { DockingProgress, RecordingDetail, RecordingFilter } from '#ports/ledger';
import type { Rows } from './connection.ts';
import { DOCKING_OPEN, NO_GAPS, UNASSIGNED } from './migrations.ts';
import { toCompared, toCopy, toDerivative, toDocking, toOriginal, toRecording, toRefusal } from './rows.ts';
import type { RecordingRow, Schema } from './schema.ts';
import type { Tables } from './tables.ts';

type Row = Selectable<RecordingRow>;

/** One parameter however many ids there are, so that each query is prepared once. */
export const idsIn = (ids: readonly string[]) => sql<string>`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;

const PAGE = 1000;
const REFUSALS_MAX = 100_000;
/** A file that could not be read whole is taken again only when it can be: there are hardly ever two. */
const READINGS_MAX = 100;

/**
 * Most recordings are in the last state, so its index is a bad way to look for the few of an officer or a recorder: the `+` forbids it
 * where the filter names something narrower. Few are ever `copying`.
 */
function stateColumn(filter: RecordingFilter): string {
  const narrower =
    filter.officerId !== undefined || filter.recorderSerial !== undefined || filter.damaged === true || filter.unassigned === true;
  return narrower && filter.state !== 'copying' ? '+state' : 'state';
}

/** Looks at dockings, recordings and what belongs to them, over one connection. */
export class RecordingReader {
  protected readonly db: Kysely<Schema>;
  protected readonly tables: Tables;

  constructor({ db, tables }: Rows) {
    this.db = db;
    this.tables = tables;
  }

  async docking(id: string): Promise<Docking | null> {
    const [row] = this.tables.select('dockings', { id });
    return row ? toDocking(row) : null;
  }

  async dockings(options: {
    openOnly?: boolean;
    recorder?: string;
    told?: string;
    after?: string;
    limit: number;
  }): Promise<readonly Docking[]> {
    let query = this.db.selectFrom('dockings').selectAll().orderBy('id', 'desc').limit(options.limit);
    if (options.recorder !== undefined) query = query.where('recorder_serial', '=', options.recorder);
    if (options.told !== undefined) query = query.where('told_serial', '=', options.told);
    if (options.after !== undefined) query = query.where('id', '<', options.after);
    if (options.openOnly) query = query.where(sql<boolean>`${sql.raw(DOCKING_OPEN)}`);
    return (await query.execute()).map(toDocking);
  }

  async refusals(dockingId: string, { skip, limit } = { skip: 0, limit: REFUSALS_MAX }): Promise<readonly Refusal[]> {
    const found = this.db.selectFrom('refusals').selectAll().where('docking_id', '=', dockingId).orderBy('n');
    const rows = await found.limit(limit).offset(skip).execute();
    return rows.map(toRefusal);
  }

  async dockingProgress(dockingId: string): Promise<DockingProgress> {
    const rows = await this.db
      .selectFrom('originals')
      .select(['state', sql<number>`count(*)`.as('files'), sql<number>`sum(bytes)`.as('bytes')])
      .where('docking_id', '=', dockingId)
      .groupBy('state')
      .execute();
    const replaced = await this.db
      .selectFrom('originals')
      .select([sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(bytes), 0)`.as('bytes')])
      .where('docking_id', '=', dockingId)
      .where(sql<boolean>`replaced_by IS NOT NULL`)
      .executeTakeFirstOrThrow();
    const of = (state: string) => {
      const { files, bytes } = rows.find((row) => row.state === state) ?? { files: 0, bytes: 0 };
      // Replaced ones stay `listed`, and nobody waits for them.
      return state === 'listed' ? { files: files - replaced.files, bytes: bytes - replaced.bytes } : { files, bytes };
    };
    return {
      listed: of('listed').files,
      copied: of('copied').files,
      sealed: of('sealed').files,
      bytes: of('listed').bytes + of('copied').bytes + of('sealed').bytes,
      listedBytes: of('listed').bytes,
      sealedBytes: of('sealed').bytes,
    };
  }

  async recording(id: string): Promise<Recording | null> {
    const [row] = this.tables.select('recordings', { id });
    return row ? toRecording(row) : null;
  }

  async recordingDetail(id: string): Promise<RecordingDetail | null> {
    const row = await this.db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const [detail] = await this.#details([row]);
    return detail ?? null;
  }

  async recordings(filter: RecordingFilter): Promise<readonly RecordingDetail[]> {
    const conditions = this.#conditions(filter);
    if (filter.after !== undefined) {
      const last = await this.db.selectFrom('recordings').select('sort_at').where('id', '=', filter.after).executeTakeFirst();
      if (!last) return [];
      conditions.push(sql`(list.sort_at, list.id) < (${last.sort_at}, ${filter.after})`);
    }
    const where = conditions.length === 0 ? sql`` : sql`WHERE ${sql.join(conditions, sql` AND `)}`;
    // CROSS JOIN keeps SQLite from walking all recordings in order of time to look for those of the case.
    const from =
      filter.caseNumber === undefined
        ? sql`recordings AS list`
        : sql`(SELECT case_number, recording_id AS id, sort_at FROM recording_cases) AS list CROSS JOIN recordings ON recordings.id = list.id`;
    const columns = filter.caseNumber === undefined ? sql`list.*` : sql`recordings.*`;
    const query = sql<Row>`SELECT ${columns} FROM ${from} ${where} ORDER BY list.sort_at DESC, list.id DESC LIMIT ${filter.limit}`;
    return this.#details((await query.execute(this.db)).rows);
  }

  #conditions(filter: RecordingFilter): RawBuilder<unknown>[] {
    const conditions: RawBuilder<unknown>[] = [];
    if (filter.caseNumber !== undefined) conditions.push(sql`case_number = ${filter.caseNumber}`);
    if (filter.officerId !== undefined) conditions.push(sql`officer_id = ${filter.officerId}`);
    if (filter.recorderSerial !== undefined) conditions.push(sql`recorder_serial = ${filter.recorderSerial}`);
    if (filter.dockingId !== undefined) {
      conditions.push(sql`list.id IN (SELECT recording_id FROM originals WHERE docking_id = ${filter.dockingId})`);
    }
    if (filter.state !== undefined) conditions.push(sql`${sql.raw(stateColumn(filter))} = ${filter.state}`);
    if (filter.sinceMs !== undefined) conditions.push(sql`list.sort_at >= ${filter.sinceMs}`);
    if (filter.untilMs !== undefined) conditions.push(sql`list.sort_at < ${filter.untilMs}`);
    if (filter.damaged !== undefined) conditions.push(filter.damaged ? sql`damaged = 1` : sql`damaged = 0`);
    if (filter.unassigned) conditions.push(sql.raw(UNASSIGNED));
    return conditions;
  }

  /** The details of a page with a constant number of queries. */
  async #details(rows: readonly Row[]): Promise<readonly RecordingDetail[]> {
    if (rows.length === 0) return [];
    const ids = idsIn(rows.map((row) => row.id));
    const [cases, originals, copies, derivatives, links] = await Promise.all([
      this.db.selectFrom('recording_cases').selectAll().where('recording_id', 'in', ids).orderBy('case_number').execute(),
      this.db.selectFrom('originals').selectAll().where('recording_id', 'in', ids).orderBy('recording_id').orderBy('idx').execute(),
      this.db.selectFrom('copies').selectAll().where('recording_id', 'in', ids).execute(),
      this.db.selectFrom('derivatives').selectAll().where('recording_id', 'in', ids).orderBy('kind').execute(),
      this.db.selectFrom('recording_links').selectAll().where('recording_id', 'in', ids).execute(),
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

  async *recordingIds(): AsyncIterable<string> {
    let last = '';
    for (;;) {
      const rows = await this.db.selectFrom('recordings').select('id').where('id', '>', last).orderBy('id').limit(PAGE).execute();
      for (const row of rows) yield row.id;
      if (rows.length < PAGE) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  async original(id: string): Promise<Original | null> {
    const [row] = this.tables.select('originals', { id });
    return row ? toOriginal(row) : null;
  }

  async originalsOf(recordingId: string): Promise<readonly Original[]> {
    return this.tables.select('originals', { recording_id: recordingId }, 'ORDER BY idx').map(toOriginal);
  }

  async findOriginal(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null> {
    const { recorderSerial, cardPath, bytes, mtimeMs } = identity;
    const columns = { recorder_serial: recorderSerial, card_path: cardPath, bytes, mtime_ms: Math.floor(mtimeMs) };
    const rows = this.tables.select('originals', columns, `ORDER BY id DESC LIMIT ${READINGS_MAX}`);
    const row = rows.find(({ gaps }) => gaps === NO_GAPS) ?? rows[0];
    return row ? toOriginal(row) : null;
  }

  /** One search per recorder of the station: there are hundreds of them, and an index that begins with the path would be written for every file. */
  async originalsNamed(identity: { cardPath: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]> {
    const rows = await this.db
      .selectFrom('originals')
      .selectAll()
      .where('recorder_serial', 'in', (recorders) => recorders.selectFrom('recorders').select('serial'))
      .where('card_path', '=', identity.cardPath)
      .where('bytes', '=', identity.bytes)
      .where('mtime_ms', '=', Math.floor(identity.mtimeMs))
      .where('state', '=', 'sealed')
      .limit(limit)
      .execute();
    return rows.map(toOriginal);
  }

  async originalsLike(identity: { recorderSerial: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]> {
    const { recorderSerial, bytes, mtimeMs } = identity;
    const columns = { recorder_serial: recorderSerial, mtime_ms: Math.floor(mtimeMs), bytes };
    const rows = this.tables.select('originals', columns, `LIMIT ${Math.trunc(limit) + 1}`);
    return rows.length > limit ? [] : rows.map(toOriginal).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async findSealedByDigest(sha256: string, bytes: number): Promise<Original | null> {
    if (bytes === 0) return null;
    // The state stands in the text: the index of digests holds only what is sealed.
    const columns = { sha256, bytes, gaps: NO_GAPS };
    const [row] = this.tables.select('originals', columns, "AND state = 'sealed' ORDER BY id LIMIT 1");
    return row ? toOriginal(row) : null;
  }

  async copiedOriginals(limit: number): Promise<readonly Original[]> {
    const rows = await this.db
      .selectFrom('originals')
      .selectAll()
      .where(sql<boolean>`state = 'copied'`)
      .orderBy('important', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(toOriginal);
  }

  async compared(originalIds: readonly string[]): Promise<ReadonlyMap<string, Compared>> {
    const rows = await this.db
      .selectFrom('originals')
      .select(['id', 'copied_at', 'sampled_at', 'rechecked_at', 'rechecked_in'])
      .where('id', 'in', idsIn(originalIds))
      .execute();
    return new Map(rows.map((row) => [row.id, toCompared(row)]));
  }

  async copies(recordingId: string): Promise<readonly Copy[]> {
    return (await this.db.selectFrom('copies').selectAll().where('recording_id', '=', recordingId).execute()).map(toCopy);
  }

  async recordingsByRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]> {
    const found = this.db.selectFrom('derivatives').select('recording_id').distinct().where('recipe', '=', recipe);
    return (await found.where('recording_id', '>', after).orderBy('recording_id').limit(limit).execute()).map((row) => row.recording_id);
  }

  async leftovers(limit: number, recordingId?: string): Promise<readonly { key: string; recordingId: string }[]> {
    let found = this.db.selectFrom('derivative_leftovers').selectAll();
    found = recordingId === undefined ? found.orderBy('vault_key') : found.where('recording_id', '=', recordingId);
    return (await found.limit(limit).execute()).map((row) => ({ key: row.vault_key, recordingId: row.recording_id }));
  }

  async derivatives(recordingId: string): Promise<readonly Derivative[]> {
    return (await this.db.selectFrom('derivatives').selectAll().where('recording_id', '=', recordingId).execute()).map(toDerivative);
  }
}
