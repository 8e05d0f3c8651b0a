import { type Kysely, sql } from 'kysely';
import type { LedgerCounts } from '#ports/ledger';
import type { Schema } from './schema.ts';

/** Triggers keep what would take a walk over all rows. */
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
