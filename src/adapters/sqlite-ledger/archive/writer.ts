import type { Kysely } from 'kysely';
import { EvidockError } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import type { ComparisonRun } from '#domain/lock/comparison';
import type { ArchiveFinding } from '#domain/lock/finding';
import type { CopyLock } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { ArchiveWriter, CopyName } from '#ports/ledger/archive';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import { lockColumns } from '../rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

const named = ({ recordingId, itemId, where }: CopyName) => ({ recording_id: recordingId, item_id: itemId, place: where });

/** Writes locks of copies, the bucket and the findings of its comparison, inside one transaction. */
export class SqlArchiveWriter implements ArchiveWriter {
  readonly #tables: Tables;
  readonly #db: Kysely<Schema>;

  constructor({ tables, db }: Rows) {
    this.#tables = tables;
    this.#db = db;
  }

  async setLock(copy: CopyName, lock: CopyLock, nextLookMs: number): Promise<void> {
    const [row] = await this.#tables.select('copies', named(copy));
    mustExist(row ? 1 : 0, because('no-copy-row', { item: copy.itemId, place: copy.where }));
    // Of another version than the one on record, nothing was promised yet.
    const same = row?.version_id === lock.versionId;
    if (same && (row?.locked_until ?? 0) > (lock.lockedUntilMs ?? 0))
      throw new EvidockError('station.internal', because('lock-would-fall', { item: copy.itemId, place: copy.where }));
    await this.#tables.update('copies', { ...lockColumns(lock), lock_due_at: nextLookMs }, named(copy));
  }

  async dueLocks(recordingId: string, atMs: number): Promise<void> {
    const later = this.#db.updateTable('copies').set({ lock_due_at: atMs }).where('recording_id', '=', recordingId);
    await later.where('lock_due_at', '>', atMs).execute();
  }

  async noteLook(copy: CopyName, { checkedAtMs, nextLookMs }: { checkedAtMs: number | null; nextLookMs: number }): Promise<void> {
    await this.#tables.update('copies', { lock_checked_at: checkedAtMs, lock_due_at: nextLookMs }, named(copy));
  }

  async putFinding({ place, kind, key, versionId, recordingId, what, foundAtMs }: ArchiveFinding): Promise<void> {
    const row = {
      ...{ place, kind, key, version_id: versionId, recording_id: recordingId, what: JSON.stringify(what) },
      ...{ found_at: foundAtMs, settled_at: null },
    };
    const again =
      'ON CONFLICT (place, kind, key, version_id) DO UPDATE SET recording_id = excluded.recording_id, what = excluded.what, found_at = excluded.found_at, settled_at = NULL WHERE archive_findings.settled_at IS NOT NULL';
    await this.#tables.insert('archive_findings', row, again);
  }

  async settleFinding(place: string, { kind, key, versionId }: Parameters<ArchiveWriter['settleFinding']>[1], atMs: number): Promise<void> {
    const settled = await this.#tables.update(
      'archive_findings',
      { settled_at: atMs },
      { place, kind, key, version_id: versionId, settled_at: null },
    );
    mustExist(settled, because('no-finding', { key }));
  }

  async putCapabilities(place: string, found: BucketCapabilities): Promise<void> {
    await this.#tables.upsert('archive_buckets', { place, capabilities: JSON.stringify(found) }, ['place']);
  }

  async putComparison(place: string, { startedAtMs, endedAtMs, marker, counts }: ComparisonRun): Promise<void> {
    const row = { place, started_at: startedAtMs, ended_at: endedAtMs, marker, counts: JSON.stringify(counts) };
    await this.#tables.upsert('archive_comparisons', row, ['place']);
  }
}
