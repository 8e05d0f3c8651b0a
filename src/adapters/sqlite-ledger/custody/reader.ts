import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Json } from '#domain/canonical-json';
import type { CustodyType } from '#domain/custody/catalogue';
import { FileRefused, RecordingsListed } from '#domain/custody/docking-entries';
import type { CustodyEntry } from '#domain/custody/entry';
import type { Fact } from '#domain/custody/fact';
import type { CustodyFault } from '#domain/custody/read-entry';
import { type Subject, subject, subjectText } from '#domain/custody/subject';
import type { Scope } from '#domain/scope';
import type { CustodyReader } from '#ports/ledger/custody';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';
import { Sight } from '../sight.ts';
import { custodyHead, entriesOf, verifyLog } from './log.ts';

const LIST_MAX = 100_000;
/** Types whose entries are about a whole card. They are left out of the histories of recordings, where each would appear a hundred thousand times. */
const OF_DOCKINGS_ALONE = [FileRefused.type, RecordingsListed.type];

/** Reads the custody log, over one connection. */
export class SqlCustodyReader implements CustodyReader {
  readonly #db: Kysely<Schema>;
  readonly #rows: Rows;
  readonly #sight: Sight;

  constructor(rows: Rows, scope: Scope = 'all') {
    this.#sight = new Sight(scope, rows.dialect);
    this.#db = rows.db;
    this.#rows = rows;
  }

  async of(about: Subject, page: { after?: number; limit: number } = { limit: LIST_MAX }): Promise<readonly CustodyEntry[]> {
    if (!(await this.#sees(about))) return [];
    const unless = { types: OF_DOCKINGS_ALONE, subject: about };
    return entriesOf(this.#rows, [about, ...(about.kind === 'recording' ? await this.#historyOf(about.id) : [])], {
      ...page,
      unless,
    });
  }

  async ofTypes(about: Subject, types: readonly CustodyType[], limit: number): Promise<readonly CustodyEntry[]> {
    return (await this.#sees(about)) ? entriesOf(this.#rows, [about], { limit, only: types }) : [];
  }

  /**
   * Whether the scope sees the history of a subject. That of people, recorders and ports, which belong to the station as a whole, is seen only by a scope that
   * sees everything.
   */
  async #sees({ kind, id }: Subject): Promise<boolean> {
    if (this.#sight.isAll) return true;
    if (kind === 'recording') return this.#isThere(sql`recordings WHERE id = ${id} AND ${this.#sight.row('recordings')}`);
    if (kind === 'original') return this.#isThere(sql`originals WHERE id = ${id} AND ${this.#sight.recording('originals.recording_id')}`);
    if (kind === 'docking') return this.#isThere(sql`dockings WHERE id = ${id} AND ${this.#sight.docking('dockings.id')}`);
    if (kind === 'case') return this.#isThere(sql`cases WHERE number = ${id} AND ${this.#sight.case('cases.number')}`);
    return false;
  }

  async #isThere(from: RawBuilder<unknown>): Promise<boolean> {
    return (await sql`SELECT 1 AS one FROM ${from}`.execute(this.#db)).rows.length > 0;
  }

  /** The subjects whose entries belong to the history of a recording. Refusals of its dockings are left out: a hostile card has a hundred thousand of those. */
  async #historyOf(recordingId: string): Promise<readonly Subject[]> {
    const recording = await this.#db.selectFrom('recordings').select('docking_id').where('id', '=', recordingId).executeTakeFirst();
    const originals = await this.#db
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

  async sharedDockings(recordingId: string): Promise<readonly string[]> {
    if (this.#sight.isAll || !(await this.#sees(subject('recording', recordingId)))) return [];
    const shared: string[] = [];
    for (const { kind, id } of await this.#historyOf(recordingId)) {
      if (kind !== 'docking') continue;
      const listed = sql`originals AS came WHERE came.docking_id = ${id} AND NOT ${this.#sight.recording('came.recording_id')} LIMIT 1`;
      const first = sql`recordings AS made WHERE made.docking_id = ${id} AND NOT ${this.#sight.row('made')} LIMIT 1`;
      if ((await this.#isThere(listed)) || (await this.#isThere(first))) shared.push(id);
    }
    return shared;
  }

  async factsOf(about: Subject, { after, limit }: { after?: { seq: number; name: string }; limit: number }): Promise<readonly Fact[]> {
    if (!(await this.#sees(about))) return [];
    const before = after ?? { seq: -1, name: '' };
    const rows = await this.#db
      .selectFrom('facts')
      .selectAll()
      .where('subject', '=', subjectText(about))
      .where(sql<boolean>`(seq, name) > (${before.seq}, ${before.name})`)
      .orderBy('seq')
      .orderBy('name')
      .limit(limit)
      .execute();
    return rows.map(({ name, value, from, actor, seq }) => ({ name, value: JSON.parse(value) as Json, fromMs: from, actor, seq }));
  }

  head(): Promise<{ seq: number; hash: string } | null> {
    return custodyHead(this.#rows);
  }

  async hashOf(seq: number): Promise<string | null> {
    for (const table of ['custody', 'custody_former'] as const) {
      const row = await this.#db.selectFrom(table).select('hash').where('seq', '=', seq).executeTakeFirst();
      if (row) return row.hash;
    }
    return null;
  }

  verify(onEntry?: (seq: number) => void): AsyncIterable<CustodyFault> {
    return verifyLog(this.#rows, onEntry);
  }
}
