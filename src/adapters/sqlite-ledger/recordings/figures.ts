import { type Kysely, sql } from 'kysely';
import type { DelaysOfRecordings, RecordedHour, RecordingSpan } from '#ports/ledger/recordings';
import { UNASSIGNED } from '../migrations.ts';
import type { Schema } from '../schema.ts';
import type { Sight } from '../sight.ts';

type Sum = number | string | null;
type HourRow = { readonly unit: string | null } & Readonly<
  Record<'hour' | 'recordings' | 'ms' | 'left_count' | 'left_ms' | 'damaged' | 'unassigned', Sum>
>;

const HOUR_MS = 3_600_000;
/** A year of a hundred units has fewer hours with footage. */
const HOURS_MAX = 500_000;
const IS_LEFT = sql`rec.state NOT IN ('archived', 'replaced', 'disposed')`;
const PLAYED_MS = sql`CASE WHEN rec.kind IN ('video', 'audio') THEN coalesce(rec.duration_ms, 0) ELSE 0 END`;

/** What was recorded, by the hour in which it began, counted from the beginning of the span, and by the unit of its officer. */
export async function recordedHours(
  db: Kysely<Schema>,
  sight: Sight,
  { sinceMs, untilMs }: RecordingSpan,
): Promise<readonly RecordedHour[]> {
  const { rows } = await sql<HourRow>`
    SELECT (rec.sort_at - ${sinceMs}) / ${sql.raw(String(HOUR_MS))} AS hour, officers.unit AS unit, count(*) AS recordings, sum(${PLAYED_MS}) AS ms,
      sum(CASE WHEN ${IS_LEFT} THEN 1 ELSE 0 END) AS left_count, sum(CASE WHEN ${IS_LEFT} THEN ${PLAYED_MS} ELSE 0 END) AS left_ms,
      sum(CASE WHEN rec.damaged = 1 THEN 1 ELSE 0 END) AS damaged,
      sum(CASE WHEN ${sql.raw(UNASSIGNED.replaceAll(/(officer_id|case_count)/g, 'rec.$1'))} THEN 1 ELSE 0 END) AS unassigned
    FROM recordings AS rec LEFT JOIN officers ON officers.id = rec.officer_id
    WHERE rec.sort_at >= ${sinceMs} AND rec.sort_at < ${untilMs} AND rec.state <> 'replaced' AND ${sight.row('rec')}
    GROUP BY 1, 2 ORDER BY 1 LIMIT ${HOURS_MAX}`.execute(db);
  return rows.map((row) => ({
    ...{ hour: Math.floor(Number(row.hour)), unit: row.unit },
    ...{ recordings: Number(row.recordings), ms: Number(row.ms), notArchived: Number(row.left_count), notArchivedMs: Number(row.left_ms) },
    ...{ damaged: Number(row.damaged), unassigned: Number(row.unassigned) },
  }));
}

/** How long after its end each recording came in. What has no known time is counted apart. */
export async function delaysOf(
  db: Kysely<Schema>,
  sight: Sight,
  { sinceMs, untilMs, lateMs, boundsMs }: RecordingSpan & { readonly lateMs: number; readonly boundsMs: readonly number[] },
): Promise<DelaysOfRecordings> {
  const delay = sql`(rec.created_at - rec.start_at - coalesce(rec.duration_ms, 0))`;
  const upTo = (ms: number, fromMs: number | undefined) =>
    sql`sum(CASE WHEN ${delay} <= ${sql.raw(String(ms))} ${fromMs === undefined ? sql`` : sql`AND ${delay} > ${sql.raw(String(fromMs))}`} THEN 1 ELSE 0 END)`;
  const columns = boundsMs.map((ms, at) => sql`${upTo(ms, boundsMs[at - 1])} AS ${sql.ref(`upto_${at}`)}`);
  const { rows } = await sql<Readonly<Record<string, Sum>>>`
    SELECT count(*) AS recordings, sum(CASE WHEN rec.start_at IS NULL THEN 1 ELSE 0 END) AS untimed,
      sum(CASE WHEN ${delay} > ${sql.raw(String(lateMs))} THEN 1 ELSE 0 END) AS late, ${sql.join(columns)}
    FROM recordings AS rec
    WHERE rec.sort_at >= ${sinceMs} AND rec.sort_at < ${untilMs} AND rec.state <> 'replaced' AND ${sight.row('rec')}`.execute(db);
  const of = (name: string) => Number(rows[0]?.[name] ?? 0);
  const untimed = of('untimed');
  const counts = boundsMs.map((_, at) => of(`upto_${at}`));
  const longer = of('recordings') - untimed - counts.reduce((sum, each) => sum + each, 0);
  return { untimed, late: of('late'), inTime: of('recordings') - untimed - of('late'), counts, longer };
}
