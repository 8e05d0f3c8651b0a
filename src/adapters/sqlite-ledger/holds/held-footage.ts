import type { Selectable } from 'kysely';
import { type Kysely, sql } from 'kysely';
import type { HeldFacts, NumberedFile } from '#domain/hold/completeness';
import type { RecordingLink, RecordingNote } from '#domain/notes';
import type { Reason } from '#domain/reason';
import type { RecordingState } from '#domain/recording';
import type { Page } from '#ports/ledger/page';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { numberedFiles } from '../numbered-files.ts';
import type { RecordingRow, Schema } from '../schema.ts';

/** What the check of completeness reads of the footage under a hold. */
export class HeldFootage {
  readonly #db: Kysely<Schema>;
  readonly #dialect: Dialect;

  constructor({ db, dialect }: Rows) {
    this.#db = db;
    this.#dialect = dialect;
  }

  async facts(holdId: string, { after, limit }: Page): Promise<readonly HeldFacts[]> {
    const { rows } = await sql<Selectable<RecordingRow>>`SELECT recordings.* FROM hold_recordings AS reached
      ${this.#dialect.joinInOrder} recordings ON recordings.id = reached.recording_id
      WHERE reached.hold_id = ${holdId} AND reached.recording_id > ${after ?? ''} ORDER BY reached.recording_id LIMIT ${limit}`.execute(
      this.#db,
    );
    const links = await this.#linksOf(rows.map(({ id }) => id));
    const others = [...links.values()].flat().map(({ recordingId }) => recordingId);
    const reached = await this.#reachedAmong(holdId, [...others, ...rows.flatMap(({ duplicate_of }) => duplicate_of ?? [])]);
    return rows.map((row) => ({
      ...{ recordingId: row.id, dockingId: row.docking_id, recorder: row.recorder_serial, state: row.state as RecordingState },
      damageReason: row.damage_reason === null ? null : (JSON.parse(row.damage_reason) as Reason),
      ...{ damaged: row.damaged === 1, missingCount: row.missing_count, notes: JSON.parse(row.notes) as RecordingNote[] },
      startMs: row.start_at,
      linksOut: (links.get(row.id) ?? []).filter(({ recordingId }) => !reached.has(recordingId)),
      duplicateOut: row.duplicate_of === null || reached.has(row.duplicate_of) ? null : row.duplicate_of,
    }));
  }

  async #linksOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly RecordingLink[]>> {
    const rows = await this.#db.selectFrom('recording_links').selectAll().where('recording_id', 'in', this.#dialect.among(ids)).execute();
    const links = new Map<string, RecordingLink[]>();
    for (const { recording_id, relation, other_id } of rows)
      links.set(recording_id, [
        ...(links.get(recording_id) ?? []),
        { relation: relation as RecordingLink['relation'], recordingId: other_id },
      ]);
    return links;
  }

  async #reachedAmong(holdId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#db
      .selectFrom('hold_recordings')
      .select('recording_id')
      .where('recording_id', 'in', this.#dialect.among([...new Set(ids)]))
      .where('hold_id', '=', holdId)
      .execute();
    return new Set(rows.map(({ recording_id }) => recording_id));
  }

  async *numberedFiles(holdId: string, recorder: string): AsyncIterable<NumberedFile> {
    const { rows } = await sql<{ first: number | null; last: number | null }>`SELECT min(file.mtime_ms) AS first, max(file.mtime_ms) AS last
      FROM hold_recordings AS reached JOIN originals AS file ON file.recording_id = reached.recording_id
      WHERE reached.hold_id = ${holdId} AND file.recorder_serial = ${recorder}`.execute(this.#db);
    const [span] = rows;
    if (span?.first == null || span.last == null) return;
    const held = sql`CASE WHEN EXISTS (SELECT 1 FROM hold_recordings AS reached
      WHERE reached.recording_id = file.recording_id AND reached.hold_id = ${holdId}) THEN 1 ELSE 0 END`;
    yield* numberedFiles({ db: this.#db }, { recorder, fromMs: Number(span.first), toMs: Number(span.last), held });
  }

  async refusedIn(dockingId: string): Promise<number> {
    const { n } = await this.#db
      .selectFrom('refusals')
      .select(({ fn }) => fn.countAll<number>().as('n'))
      .where('docking_id', '=', dockingId)
      .executeTakeFirstOrThrow();
    return Number(n);
  }
}
