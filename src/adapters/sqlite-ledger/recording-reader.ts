import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Docking, Refusal } from '#domain/docking';
import type { Copy, Derivative, Original, Recording } from '#domain/recording';
import type { RecordingDetail, RecordingFilter } from '#ports/ledger';
import { toCopy, toDerivative, toDocking, toOriginal, toRecording, toRefusal } from './rows.ts';
import type { RecordingRow, Schema } from './schema.ts';

const PAGE = 1000;

/** Looks at dockings, recordings and what belongs to them, over one connection. */
export class RecordingReader {
  protected readonly db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.db = db;
  }

  async docking(id: string): Promise<Docking | null> {
    const row = await this.db.selectFrom('dockings').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toDocking(row) : null;
  }

  async dockings(options: { openOnly?: boolean; limit: number }): Promise<readonly Docking[]> {
    let query = this.db.selectFrom('dockings').selectAll().orderBy('id', 'desc').limit(options.limit);
    if (options.openOnly) query = query.where('state', 'in', ['reading', 'safe', 'problem']);
    return (await query.execute()).map(toDocking);
  }

  async refusals(dockingId: string): Promise<readonly Refusal[]> {
    const rows = await this.db.selectFrom('refusals').selectAll().where('docking_id', '=', dockingId).orderBy('n').limit(100_000).execute();
    return rows.map(toRefusal);
  }

  async dockingProgress(dockingId: string): Promise<{ listed: number; copied: number; sealed: number; bytes: number; sealedBytes: number }> {
    const rows = await this.db
      .selectFrom('originals')
      .select(['state', sql<number>`count(*)`.as('files'), sql<number>`sum(bytes)`.as('bytes')])
      .where('docking_id', '=', dockingId)
      .groupBy('state')
      .execute();
    const of = (state: string) => rows.find((row) => row.state === state) ?? { files: 0, bytes: 0 };
    return {
      listed: of('listed').files,
      copied: of('copied').files,
      sealed: of('sealed').files,
      bytes: of('listed').bytes + of('copied').bytes + of('sealed').bytes,
      sealedBytes: of('sealed').bytes,
    };
  }

  async recording(id: string): Promise<Recording | null> {
    const row = await this.db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toRecording(row) : null;
  }

  async recordingDetail(id: string): Promise<RecordingDetail | null> {
    const row = await this.db.selectFrom('recordings').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    const [detail] = await this.#details([row]);
    return detail ?? null;
  }

  async recordings(filter: RecordingFilter): Promise<readonly RecordingDetail[]> {
    let query = this.db.selectFrom('recordings').selectAll('recordings');
    if (filter.caseNumber !== undefined) {
      query = query
        .innerJoin('recording_cases', 'recording_cases.recording_id', 'recordings.id')
        .where('recording_cases.case_number', '=', filter.caseNumber) as typeof query;
    }
    query = this.#narrow(query, filter);
    if (filter.after !== undefined) {
      const last = await this.db.selectFrom('recordings').select('sort_at').where('id', '=', filter.after).executeTakeFirst();
      if (!last) return [];
      query = query.where(sql<boolean>`(recordings.sort_at, recordings.id) < (${last.sort_at}, ${filter.after})`);
    }
    const rows = await query.orderBy('recordings.sort_at', 'desc').orderBy('recordings.id', 'desc').limit(filter.limit).execute();
    return this.#details(rows);
  }

  #narrow<Q extends SelectQueryBuilder<Schema, 'recordings', RecordingRow>>(start: Q, filter: RecordingFilter): Q {
    let query: SelectQueryBuilder<Schema, 'recordings', RecordingRow> = start;
    if (filter.officerId !== undefined) query = query.where('recordings.officer_id', '=', filter.officerId);
    if (filter.recorderSerial !== undefined) query = query.where('recordings.recorder_serial', '=', filter.recorderSerial);
    if (filter.state !== undefined) query = query.where('recordings.state', '=', filter.state);
    if (filter.sinceMs !== undefined) query = query.where('recordings.sort_at', '>=', filter.sinceMs);
    if (filter.untilMs !== undefined) query = query.where('recordings.sort_at', '<', filter.untilMs);
    if (filter.damaged !== undefined) query = query.where(sql<boolean>`recordings.damaged = ${sql.lit(filter.damaged ? 1 : 0)}`);
    if (filter.unassigned) {
      query = query.where((is) =>
        is.or([
          is('recordings.officer_id', 'is', null),
          is.not(is.exists(is.selectFrom('recording_cases').select('case_number').whereRef('recording_cases.recording_id', '=', 'recordings.id'))),
        ]),
      );
    }
    return query as Q;
  }

  /** The details of a page with a constant number of queries. */
  async #details(rows: readonly RecordingRow[]): Promise<readonly RecordingDetail[]> {
    if (rows.length === 0) return [];
    const ids = rows.map((row) => row.id);
    const [cases, originals, copies, derivatives] = await Promise.all([
      this.db.selectFrom('recording_cases').selectAll().where('recording_id', 'in', ids).orderBy('case_number').execute(),
      this.db.selectFrom('originals').selectAll().where('recording_id', 'in', ids).orderBy('recording_id').orderBy('idx').execute(),
      this.db.selectFrom('copies').selectAll().where('recording_id', 'in', ids).execute(),
      this.db.selectFrom('derivatives').selectAll().where('recording_id', 'in', ids).orderBy('kind').execute(),
    ]);
    const casesOf = Map.groupBy(cases, (row) => row.recording_id);
    const originalsOf = Map.groupBy(originals, (row) => row.recording_id);
    const copiesOf = Map.groupBy(copies, (row) => row.recording_id);
    const derivativesOf = Map.groupBy(derivatives, (row) => row.recording_id);
    return rows.map((row) => ({
      recording: toRecording(row),
      caseNumbers: (casesOf.get(row.id) ?? []).map((entry) => entry.case_number),
      originals: (originalsOf.get(row.id) ?? []).map(toOriginal),
      copies: (copiesOf.get(row.id) ?? []).map(toCopy),
      derivatives: (derivativesOf.get(row.id) ?? []).map(toDerivative),
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
    const row = await this.db.selectFrom('originals').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toOriginal(row) : null;
  }

  async originalsOf(recordingId: string): Promise<readonly Original[]> {
    const rows = await this.db.selectFrom('originals').selectAll().where('recording_id', '=', recordingId).orderBy('idx').execute();
    return rows.map(toOriginal);
  }

  async findOriginal(identity: { recorderSerial: string; cardPath: string; bytes: number; mtimeMs: number }): Promise<Original | null> {
    const row = await this.db
      .selectFrom('originals')
      .selectAll()
      .where('recorder_serial', '=', identity.recorderSerial)
      .where('card_path', '=', identity.cardPath)
      .where('bytes', '=', identity.bytes)
      .where('mtime_ms', '=', Math.floor(identity.mtimeMs))
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row ? toOriginal(row) : null;
  }

  async findSealedByDigest(sha256: string, bytes: number): Promise<Original | null> {
    if (bytes === 0) return null;
    const row = await this.db
      .selectFrom('originals')
      .selectAll()
      .where('sha256', '=', sha256)
      .where('state', '=', 'sealed')
      .where('bytes', '=', bytes)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
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

  async copies(recordingId: string): Promise<readonly Copy[]> {
    return (await this.db.selectFrom('copies').selectAll().where('recording_id', '=', recordingId).execute()).map(toCopy);
  }

  async derivatives(recordingId: string): Promise<readonly Derivative[]> {
    return (await this.db.selectFrom('derivatives').selectAll().where('recording_id', '=', recordingId).execute()).map(toDerivative);
  }
}
