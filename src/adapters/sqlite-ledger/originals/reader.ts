import { type Kysely, type Selectable, sql } from 'kysely';
import type { Original } from '#domain/recording';
import type { Scope } from '#domain/scope';
import type { Compared } from '#domain/vault/file-sample';
import type { OriginalsReader } from '#ports/ledger/originals';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { NO_GAPS } from '../migrations.ts';
import { IS_NEWER } from '../newer-versions.ts';
import { toCompared, toOriginal } from '../rows.ts';
import type { OriginalRow, Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import type { Tables } from '../tables.ts';

type Row = Selectable<OriginalRow>;

/** A bound on originals with one identity. A file that was read with gaps is taken again only when it can be read whole, so there are hardly ever two. */
const READINGS_MAX = 100;

/** Reads originals, over one connection. */
export class SqlOriginalsReader implements OriginalsReader {
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

  async get(id: string): Promise<Original | null> {
    const [row] = await this.#select({ id });
    return row ? toOriginal(row) : null;
  }

  /** Rows with these values. `tail`: SQL after the conditions. */
  async #select(columns: Partial<Row>, tail = ''): Promise<readonly Row[]> {
    if (this.#sight.isAll) return this.#tables.select('originals', columns, tail);
    const equal = Object.entries(columns).map(([column, value]) => sql`${sql.ref(column)} = ${value}`);
    const where = sql.join([...equal, this.#sight.recording('originals.recording_id')], sql` AND `);
    return (await sql<Row>`SELECT * FROM originals WHERE ${where} ${sql.raw(tail)}`.execute(this.#db)).rows;
  }

  async ofRecording(recordingId: string): Promise<readonly Original[]> {
    return (await this.#select({ recording_id: recordingId }, 'ORDER BY idx')).map(toOriginal);
  }

  async find(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null> {
    const { recorderSerial, cardPath, bytes, mtimeMs } = identity;
    const columns = { recorder_serial: recorderSerial, card_path: cardPath, bytes, mtime_ms: Math.floor(mtimeMs) };
    const rows = await this.#select(columns, `ORDER BY id DESC LIMIT ${READINGS_MAX}`);
    const row = rows.find(({ gaps }) => gaps === NO_GAPS) ?? rows[0];
    return row ? toOriginal(row) : null;
  }

  /**
   * Makes one search for each recorder of the station, of which there are hundreds. An index that begins with the path would have to be written for every file.
   */
  async named(identity: { cardPath: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]> {
    const found = this.#db
      .selectFrom('originals')
      .selectAll()
      .where('recorder_serial', 'in', (recorders) => recorders.selectFrom('recorders').select('serial'))
      .where('card_path', '=', identity.cardPath)
      .where('bytes', '=', identity.bytes)
      .where('mtime_ms', '=', Math.floor(identity.mtimeMs))
      .where('state', '=', 'sealed')
      .limit(limit);
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return rows.map(toOriginal);
  }

  async like(identity: { recorderSerial: string; bytes: number; mtimeMs: number }, limit: number): Promise<readonly Original[]> {
    const { recorderSerial, bytes, mtimeMs } = identity;
    const columns = { recorder_serial: recorderSerial, mtime_ms: Math.floor(mtimeMs), bytes };
    const rows = await this.#select(columns, `LIMIT ${Math.trunc(limit) + 1}`);
    return rows.length > limit ? [] : rows.map(toOriginal).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async findSealedByDigest(sha256: string, bytes: number): Promise<Original | null> {
    if (bytes === 0) return null;
    // The condition on the state must be in the text, because the index of digests holds only sealed originals.
    const columns = { sha256, bytes, gaps: NO_GAPS };
    // What was disposed of has no bytes that another one could share.
    const disposed = "EXISTS (SELECT 1 FROM recordings WHERE recordings.id = originals.recording_id AND recordings.state = 'disposed')";
    const [row] = await this.#select(columns, `AND state = 'sealed' AND NOT ${disposed} ORDER BY id LIMIT 1`);
    return row ? toOriginal(row) : null;
  }

  async copied(limit: number): Promise<readonly Original[]> {
    const found = this.#db
      .selectFrom('originals')
      .selectAll()
      .where(sql<boolean>`state = 'copied'`)
      .orderBy('important', 'desc')
      .orderBy('id')
      .limit(limit);
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return rows.map(toOriginal);
  }

  async compared(originalIds: readonly string[]): Promise<ReadonlyMap<string, Compared>> {
    const found = this.#db
      .selectFrom('originals')
      .select(['id', 'copied_at', 'sampled_at', 'rechecked_at', 'rechecked_in'])
      .where('id', 'in', this.#dialect.among(originalIds));
    const rows = await this.#sight.narrow(found, 'recording', 'originals.recording_id').execute();
    return new Map(rows.map((row) => [row.id, toCompared(row)]));
  }

  async newerVersions(originalIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await sql<{ id: string; by: string }>`
      SELECT old.id AS id, newer.recording_id AS by
      FROM originals AS old ${this.#dialect.joinInOrder} originals AS newer
        ON newer.recorder_serial = old.recorder_serial AND newer.card_path = old.card_path
      WHERE old.id IN ${this.#dialect.among(originalIds)} AND ${IS_NEWER}
        ${this.#sight.isAll ? sql`` : sql`AND ${this.#sight.recording('old.recording_id')}`}
      ORDER BY newer.id`.execute(this.#db);
    return new Map(rows.rows.map(({ id, by }) => [id, by]));
  }
}
