import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Scope } from '#domain/scope';
import type { LedgerCounts } from '#ports/ledger';
import type { Rows } from './connection.ts';
import type { Schema } from './schema.ts';
import { Sight } from './sight.ts';

/** Counts the ledger. Triggers keep the figures that would need a walk over all rows. */
export async function countsOf(db: Kysely<Schema>, custodyEntries: number): Promise<LedgerCounts> {
  const counters = new Map((await db.selectFrom('counters').selectAll().execute()).map((row) => [row.name, row.value]));
  const work = await db
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
    custodyEntries,
  };
}

/**
 * Counts what a narrow scope lets see. No trigger knows the scope, so the rows are gathered and counted. `custodyEntries`: how many are about its recordings.
 */
export async function countsWithin({ db, dialect }: Rows, scope: Scope): Promise<LedgerCounts> {
  const sight = new Sight(scope, dialect);
  const one = async (query: RawBuilder<Record<string, unknown>>) => {
    const [row = {}] = (await query.execute(db)).rows;
    return (name: string) => Number(row[name] ?? 0);
  };
  const recordings =
    await one(sql`SELECT count(*) AS recordings, sum(CASE WHEN state IN ('archived', 'replaced', 'disposed') THEN 0 ELSE 1 END) AS not_archived
    FROM recordings WHERE ${sight.oneOfRecordings('recordings.id')}`);
  const originals = await one(sql`SELECT count(*) AS originals, sum(bytes) AS bytes,
    sum(CASE WHEN state <> 'sealed' AND replaced_by IS NULL THEN 1 ELSE 0 END) AS unsealed
    FROM originals WHERE ${sight.oneOfRecordings('originals.recording_id')}`);
  const work =
    await one(sql`SELECT sum(CASE WHEN state = 'failed' THEN 0 ELSE 1 END) AS waiting, sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed
    FROM work WHERE state IN ('waiting', 'running', 'failed') AND ${sight.oneOfRecordings('work.recording_id')}`);
  const seen = sight.isExact ? sight.gathered() : sql`SELECT id FROM recordings WHERE ${sight.oneOfRecordings('recordings.id')}`;
  const custody = await one(sql`SELECT count(DISTINCT seq) AS entries FROM custody_subjects
    WHERE subject IN (SELECT 'recording:' || id FROM (${seen}) AS seen)`);
  return {
    recordings: recordings('recordings'),
    originals: originals('originals'),
    originalBytes: originals('bytes'),
    unsealed: originals('unsealed'),
    notArchived: recordings('not_archived'),
    workWaiting: work('waiting'),
    workFailed: work('failed'),
    custodyEntries: custody('entries'),
  };
}
