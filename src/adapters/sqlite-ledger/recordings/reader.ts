import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { RecordingLink } from '#domain/notes';
import type { Copy, Derivative, Recording } from '#domain/recording';
import type { Scope } from '#domain/scope';
import type {
  DelaysOfRecordings,
  RecordedHour,
  RecordingDetail,
  RecordingFilter,
  RecordingSpan,
  RecordingsReader,
} from '#ports/ledger/recordings';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { UNASSIGNED } from '../migrations.ts';
import { IS_NEWER } from '../newer-versions.ts';
import { toCopy, toDerivative, toOriginal, toRecording } from '../rows.ts';
import type { RecordingRow, Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import type { Tables } from '../tables.ts';
import { delaysOf, recordedHours } from './figures.ts';

type Row = Selectable<RecordingRow>;

const PAGE = 1000;
/** How many gathered recordings are looked up at first, at least, and how many times as many in each further step. */
const LOOKED_UP_MIN = 100;
const LOOKED_UP_GROWTH = 8;
/** Among how many of the station's recordings the newest of a scope of units are sought first. */
const WINDOW = 16_384;

/** Conditions of a list: those that the gathered columns can answer, and those for which whole rows are read. */
interface Conditions {
  readonly gathered: RawBuilder<unknown>[];
  readonly others: RawBuilder<unknown>[];
}

/** A place in a list, which is ordered by time, the newest first. */
interface Place {
  readonly id: string;
  readonly sort_at: number;
}

/** After which place a page begins; null: at the newest. */
interface From {
  readonly place: Place | null;
}

function afterPlace({ sort_at, id }: Place): RawBuilder<unknown> {
  return sql`(list.sort_at, list.id) < (${sort_at}, ${id})`;
}

function whereOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`` : sql`WHERE ${sql.join([...conditions], sql` AND `)}`;
}

/**
 * Whether another field finds fewer recordings than the state does. Most recordings are in the last state, so its index is a bad way to find the few of an
 * officer or a recorder. Few are ever `copying`.
 */
function isNarrower(filter: RecordingFilter): boolean {
  const narrower =
    filter.officerId !== undefined ||
    filter.recorderSerial !== undefined ||
    filter.category !== undefined ||
    filter.damaged === true ||
    filter.unassigned === true;
  return narrower && filter.state !== 'copying';
}

/** Whether the filter's index leaves so few rows that each of them can be tested against the scope. */
function leavesFew({ caseNumber, officerId, recorderSerial, dockingId, place, damaged, state }: RecordingFilter): boolean {
  const named = [caseNumber, officerId, recorderSerial, dockingId, place].some((value) => value !== undefined);
  return named || damaged === true || state === 'copying';
}

/** Reads recordings and what belongs to them, over one connection. */
export class SqlRecordingsReader implements RecordingsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;
  readonly #sight: Sight;

  constructor({ db, tables, dialect }: Rows, scope: Scope = 'all') {
    this.#sight = new Sight(scope, dialect);
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async get(id: string): Promise<Recording | null> {
    const [row] = this.#sight.isAll ? await this.#tables.select('recordings', { id }) : [await this.#row(id)];
    return row ? toRecording(row) : null;
  }

  async detail(id: string): Promise<RecordingDetail | null> {
    const row = await this.#row(id);
    if (!row) return null;
    const [detail] = await this.#details([row]);
    return detail ?? null;
  }

  #row(id: string): Promise<Row | undefined> {
    const found = this.#db.selectFrom('recordings').selectAll().where('id', '=', id);
    return this.#sight.narrow(found, 'recording', 'recordings.id').executeTakeFirst();
  }

  async list(filter: RecordingFilter): Promise<readonly RecordingDetail[]> {
    const { gathered, others } = this.#conditions(filter);
    let place: Place | null = null;
    if (filter.after !== undefined) {
      place = await this.#placeOf(filter.after);
      if (!place) return [];
    }
    if (!this.#sight.isAll) {
      if (!leavesFew(filter) && !this.#sight.isWalked) return this.#details(await this.#listGathered(filter, { gathered, others, place }));
      others.push(this.#sight.row(filter.caseNumber === undefined ? 'list' : 'recordings'));
    }
    if (place) gathered.push(afterPlace(place));
    const where = whereOf([...gathered, ...others]);
    // This order keeps SQLite from walking all recordings by time in search of those of the case.
    const from =
      filter.caseNumber === undefined
        ? sql`recordings AS list`
        : sql`(SELECT case_number, recording_id AS id, sort_at FROM recording_cases) AS list ${this.#dialect.joinInOrder} recordings ON recordings.id = list.id`;
    const columns = filter.caseNumber === undefined ? sql`list.*` : sql`recordings.*`;
    const query = sql<Row>`SELECT ${columns} FROM ${from} ${where} ORDER BY list.sort_at DESC, list.id DESC LIMIT ${filter.limit}`;
    return this.#details((await query.execute(this.#db)).rows);
  }

  /**
   * A page of a narrow scope. A walk by time would pass all recordings that the scope does not see. So the ids that it may see are gathered by index, and the
   * page is cut from those. Whole rows are read for that page alone, unless the filter asks for more than time and state.
   */
  async #listGathered(filter: RecordingFilter, { gathered, others, place }: Conditions & From): Promise<readonly Row[]> {
    if (!this.#sight.isExact) return this.#listLookedUp(filter, { gathered, others, place });
    if (others.length === 0) {
      const ids = await this.#newestGathered(filter, { gathered, place, size: filter.limit });
      const among = sql`list.id IN ${this.#dialect.among(ids.map(({ id }) => id))}`;
      return (
        await sql<Row>`SELECT list.* FROM recordings AS list WHERE ${among} ORDER BY list.sort_at DESC, list.id DESC`.execute(this.#db)
      ).rows;
    }
    if (place) gathered.push(afterPlace(place));
    const query = sql<Row>`SELECT recordings.* FROM (
        SELECT list.id, list.sort_at FROM (${this.#sight.gathered('time')}) AS list ${this.#dialect.joinInOrder} recordings ON recordings.id = list.id
        ${whereOf([...gathered, ...others])} ORDER BY list.sort_at DESC, list.id DESC LIMIT ${filter.limit}
      ) AS page ${this.#dialect.joinInOrder} recordings ON recordings.id = page.id ORDER BY page.sort_at DESC, page.id DESC`;
    return (await query.execute(this.#db)).rows;
  }

  /**
   * The same, where the scope asks of each recording what it is (its level, its cases). To look up all that was gathered takes several times as long as the
   * page, so the newest are looked up first, and more of them until the page is full.
   */
  async #listLookedUp(filter: RecordingFilter, { gathered, others, place: first }: Conditions & From): Promise<readonly Row[]> {
    const found: Row[] = [];
    let place = first;
    for (let size = Math.max(LOOKED_UP_MIN, 2 * filter.limit); ; size *= LOOKED_UP_GROWTH) {
      const ids = await this.#newestGathered(filter, { gathered, place, size });
      const among = sql`list.id IN ${this.#dialect.among(ids.map(({ id }) => id))}`;
      const rows = await sql<Row>`
        SELECT list.* FROM recordings AS list ${whereOf([among, ...others, this.#sight.row('list')])}
        ORDER BY list.sort_at DESC, list.id DESC LIMIT ${filter.limit - found.length}`.execute(this.#db);
      found.push(...rows.rows);
      const last = ids.at(-1);
      if (found.length >= filter.limit || ids.length < size || !last) return found;
      place = last;
    }
  }

  /**
   * The newest of what the scope gathers, after a place in the list. Of units with many officers that is a large part of the ledger, which takes long to sort:
   * those of the newest days are gathered first, and the rest only where these are too few.
   */
  async #newestGathered(
    filter: RecordingFilter,
    { gathered, place, size }: { gathered: readonly RawBuilder<unknown>[]; place: Place | null; size: number },
  ): Promise<readonly Place[]> {
    const before = place ? [...gathered, afterPlace(place)] : gathered;
    const ask = async (conditions: readonly RawBuilder<unknown>[]) => {
      const query = sql<Place>`SELECT list.id, list.sort_at FROM (${this.#sight.gathered(filter.state === undefined ? 'time' : 'time and state')}) AS list ${whereOf(conditions)}
        ORDER BY list.sort_at DESC, list.id DESC LIMIT ${size}`;
      return (await query.execute(this.#db)).rows;
    };
    if (this.#sight.hasUnits) {
      const latest = Math.min(place?.sort_at ?? Number.MAX_SAFE_INTEGER, filter.untilMs ?? Number.MAX_SAFE_INTEGER);
      const start = this.#db.selectFrom('recordings').select('sort_at').where('sort_at', '<=', latest).orderBy('sort_at', 'desc');
      const window = await start.limit(1).offset(WINDOW).executeTakeFirst();
      const newest = window ? await ask([...before, sql`list.sort_at >= ${window.sort_at}`]) : [];
      if (newest.length >= size) return newest;
    }
    return ask(before);
  }

  #placeOf(id: string): Promise<Place | null> {
    const place = this.#db.selectFrom('recordings').select(['id', 'sort_at']).where('id', '=', id);
    return this.#sight
      .narrow(place, 'recording', 'recordings.id')
      .executeTakeFirst()
      .then((found) => found ?? null);
  }

  #conditions(filter: RecordingFilter): Conditions {
    const gathered: RawBuilder<unknown>[] = [];
    const others: RawBuilder<unknown>[] = [];
    if (filter.caseNumber !== undefined) others.push(sql`case_number = ${filter.caseNumber}`);
    if (filter.officerId !== undefined) others.push(sql`officer_id = ${filter.officerId}`);
    if (filter.recorderSerial !== undefined) others.push(sql`recorder_serial = ${filter.recorderSerial}`);
    if (filter.dockingId !== undefined) {
      others.push(sql`list.id IN (SELECT recording_id FROM originals WHERE docking_id = ${filter.dockingId})`);
    }
    const gathers = !this.#sight.isAll && !this.#sight.isWalked && !leavesFew(filter);
    const state = isNarrower(filter) || gathers ? this.#dialect.unindexed('state') : 'state';
    if (filter.state !== undefined) gathered.push(sql`${sql.raw(state)} = ${filter.state}`);
    if (filter.sinceMs !== undefined) gathered.push(sql`list.sort_at >= ${filter.sinceMs}`);
    if (filter.untilMs !== undefined) gathered.push(sql`list.sort_at < ${filter.untilMs}`);
    const category =
      gathers || leavesFew(filter) || filter.unassigned || filter.unit !== undefined ? this.#dialect.unindexed('category') : 'category';
    if (filter.category !== undefined) others.push(sql`${sql.raw(category)} = ${filter.category}`);
    if (filter.unit !== undefined)
      others.push(sql`officer_id IN (SELECT person.id FROM officers AS person WHERE person.unit = ${filter.unit})`);
    if (filter.place !== undefined) others.push(this.#atPlace(filter.place));
    if (filter.damaged !== undefined) others.push(filter.damaged ? sql`damaged = 1` : sql`damaged = 0`);
    if (filter.unassigned) others.push(sql.raw(UNASSIGNED));
    return { gathered, others };
  }

  /** Places of cases that the scope does not see tell nothing of recordings that it does. */
  #atPlace(place: string): RawBuilder<unknown> {
    const like = `%${place.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
    const seen = this.#sight.isAll ? sql`` : sql`AND ${this.#sight.case('scene.case_number')}`;
    return sql`list.id IN (SELECT link.recording_id FROM case_events AS scene ${this.#dialect.joinInOrder} recording_cases AS link
      ON link.case_number = scene.case_number WHERE scene.place LIKE ${like} ESCAPE '\\' ${seen})`;
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

  hours(span: RecordingSpan): Promise<readonly RecordedHour[]> {
    return recordedHours(this.#db, this.#sight, span);
  }

  delays(asked: RecordingSpan & { readonly lateMs: number; readonly boundsMs: readonly number[] }): Promise<DelaysOfRecordings> {
    return delaysOf(this.#db, this.#sight, asked);
  }

  async *ids(): AsyncIterable<string> {
    let last = '';
    for (;;) {
      const found = this.#db.selectFrom('recordings').select('id').where('id', '>', last).orderBy('id').limit(PAGE);
      const rows = await this.#sight.narrow(found, 'oneOfRecordings', 'recordings.id').execute();
      for (const row of rows) yield row.id;
      if (rows.length < PAGE) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  async copies(recordingId: string): Promise<readonly Copy[]> {
    const found = this.#db.selectFrom('copies').selectAll().where('recording_id', '=', recordingId);
    return (await this.#sight.narrow(found, 'recording', 'copies.recording_id').execute()).map(toCopy);
  }

  async derivatives(recordingId: string): Promise<readonly Derivative[]> {
    const found = this.#db.selectFrom('derivatives').selectAll().where('recording_id', '=', recordingId);
    return (await this.#sight.narrow(found, 'recording', 'derivatives.recording_id').execute()).map(toDerivative);
  }

  async leftovers(limit: number, recordingId?: string): Promise<readonly { key: string; recordingId: string }[]> {
    let found = this.#db.selectFrom('derivative_leftovers').selectAll();
    found = recordingId === undefined ? found.orderBy('vault_key') : found.where('recording_id', '=', recordingId);
    found = this.#sight.narrow(found, 'oneOfRecordings', 'derivative_leftovers.recording_id');
    return (await found.limit(limit).execute()).map((row) => ({ key: row.vault_key, recordingId: row.recording_id }));
  }

  async byRecipe(recipe: string, after: string, limit: number): Promise<readonly string[]> {
    let found = this.#db.selectFrom('derivatives').select('recording_id').distinct().where('recipe', '=', recipe);
    found = this.#sight.narrow(found, 'oneOfRecordings', 'derivatives.recording_id');
    return (await found.where('recording_id', '>', after).orderBy('recording_id').limit(limit).execute()).map((row) => row.recording_id);
  }

  async replacedBy(sealedIds: readonly string[]): Promise<readonly string[]> {
    const rows = await sql<{ id: string }>`
      SELECT DISTINCT old.recording_id AS id
      FROM originals AS newer ${this.#dialect.joinInOrder} originals AS old
        ON old.recorder_serial = newer.recorder_serial AND old.card_path = newer.card_path
      WHERE newer.id IN ${this.#dialect.among(sealedIds)} AND ${IS_NEWER} AND old.replaced_by IS NULL
        ${this.#sight.isAll ? sql`` : sql`AND ${this.#sight.recording('old.recording_id')}`}`.execute(this.#db);
    return rows.rows.map(({ id }) => id);
  }
}
