import { type Kysely, sql } from 'kysely';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import type { ComparisonCounts, ComparisonRun } from '#domain/lock/comparison';
import { GENERATION_MS } from '#domain/lock/dates';
import type { ArchiveFinding, FindingKind } from '#domain/lock/finding';
import type { LockMode } from '#domain/lock/lock';
import { reasonOf } from '#domain/reason';
import type { Copy } from '#domain/recording';
import type { ArchiveReader } from '#ports/ledger/archive';
import type { Rows } from '../connection.ts';
import { toCopy } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** No look at a lock is put off for longer than a generation: one that is was put off by a clock that was ahead. */
const LATER_MS_MAX = GENERATION_MS + 86_400_000;

type Name = Pick<ArchiveFinding, 'kind' | 'key' | 'versionId'>;

/** Reads locks of copies, the bucket and the findings of its comparison, over one connection. */
export class SqlArchiveReader implements ArchiveReader {
  readonly #tables: Tables;
  readonly #db: Kysely<Schema>;

  constructor({ tables, db }: Rows) {
    this.#tables = tables;
    this.#db = db;
  }

  async copiesByKey(place: string, after: string, limit: number): Promise<readonly Copy[]> {
    return (await this.#tables.where('copies', 'place = ? AND key > ? ORDER BY key LIMIT ?', [place, after, limit])).map(toCopy);
  }

  async locksDue(place: string, nowMs: number, limit: number): Promise<readonly Copy[]> {
    const due = 'place = ? AND lock_due_at IS NOT NULL AND (lock_due_at <= ? OR lock_due_at > ?) ORDER BY lock_due_at LIMIT ?';
    return (await this.#tables.where('copies', due, [place, nowMs, nowMs + LATER_MS_MAX, limit])).map(toCopy);
  }

  async lockCounts(place: string, nowMs: number) {
    const { rows } = await sql<{ originals: number; unlocked: number | null; first_end: number | null }>`
      SELECT count(*) AS originals,
        sum(CASE WHEN legal_hold = 0 AND coalesce(locked_until, 0) <= ${nowMs} THEN 1 ELSE 0 END) AS unlocked,
        min(CASE WHEN locked_until > ${nowMs} THEN locked_until END) AS first_end
      FROM copies WHERE place = ${place} AND item_id LIKE 'org-%'`.execute(this.#db);
    const { originals = 0, unlocked = 0, first_end: end = null } = rows[0] ?? {};
    return { originals: Number(originals), unlocked: Number(unlocked ?? 0), firstEndMs: end === null ? null : Number(end) };
  }

  async lockModes(place: string): Promise<readonly LockMode[]> {
    const modes = this.#db
      .selectFrom('copies')
      .select('lock_mode')
      .distinct()
      .where('place', '=', place)
      .where('lock_mode', 'is not', null);
    return (await modes.orderBy('lock_mode').execute()).map(({ lock_mode: mode }) => mode as LockMode);
  }

  async findings(
    place: string,
    { open, kind, after, limit }: Parameters<ArchiveReader['findings']>[1],
  ): Promise<readonly ArchiveFinding[]> {
    const conditions = ['place = ?'];
    const values: (string | number)[] = [place];
    if (open) conditions.push('settled_at IS NULL');
    if (kind !== undefined) {
      conditions.push('kind = ?');
      values.push(kind);
    }
    if (after) {
      conditions.push('(kind, key, version_id) > (?, ?, ?)');
      values.push(after.kind, after.key, after.versionId);
    }
    const text = `${conditions.join(' AND ')} ORDER BY kind, key, version_id LIMIT ?`;
    return (await this.#tables.where('archive_findings', text, [...values, limit])).map(toFinding);
  }

  async finding(place: string, { kind, key, versionId }: Name): Promise<ArchiveFinding | null> {
    const [row] = await this.#tables.select('archive_findings', { place, kind, key, version_id: versionId });
    return row ? toFinding(row) : null;
  }

  async openFindings(place: string): Promise<Readonly<Partial<Record<FindingKind, number>>>> {
    const open = this.#db.selectFrom('archive_findings').where('place', '=', place).where('settled_at', 'is', null);
    const rows = await open
      .select(['kind', (of) => of.fn.countAll().as('n')])
      .groupBy('kind')
      .orderBy('kind')
      .execute();
    return Object.fromEntries(rows.map(({ kind, n }) => [kind, Number(n)]));
  }

  async capabilities(place: string): Promise<BucketCapabilities | null> {
    const [row] = await this.#tables.select('archive_buckets', { place });
    return row ? (JSON.parse(row.capabilities) as BucketCapabilities) : null;
  }

  async comparison(place: string): Promise<ComparisonRun | null> {
    const [row] = await this.#tables.select('archive_comparisons', { place });
    if (!row) return null;
    const { started_at, ended_at, marker, counts } = row;
    return { startedAtMs: started_at, endedAtMs: ended_at, marker, counts: JSON.parse(counts) as ComparisonCounts };
  }
}

function toFinding(row: Schema['archive_findings']): ArchiveFinding {
  return {
    ...{ place: row.place, kind: row.kind as FindingKind, key: row.key, versionId: row.version_id, recordingId: row.recording_id },
    ...{ what: reasonOf(JSON.parse(row.what)), foundAtMs: row.found_at, settledAtMs: row.settled_at },
  };
}
