import type { Kysely, Updateable } from 'kysely';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { CopiedFacts, NewOriginal, OriginalsWriter } from '#ports/ledger/originals';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import type { HoldWatch } from '../hold-watch.ts';
import { NO_GAPS } from '../migrations.ts';
import { mustExist } from '../patches.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

/** Writes changes of originals, inside one transaction. */
export class SqlOriginalsWriter implements OriginalsWriter {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;
  readonly #holds: HoldWatch;

  constructor({ db, tables, dialect }: Rows, holds: HoldWatch) {
    this.#holds = holds;
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async insert(original: NewOriginal): Promise<void> {
    await this.#tables.insert('originals', {
      id: original.id,
      recording_id: original.recordingId,
      docking_id: original.dockingId,
      recorder_serial: original.recorderSerial,
      role: original.role,
      idx: original.index,
      kind: original.kind,
      card_path: original.cardPath,
      bytes: original.bytes,
      mtime_ms: Math.floor(original.mtimeMs),
      important: original.important ? 1 : 0,
      state: 'listed',
      vault_key: original.vaultKey,
      take: original.take === null ? null : JSON.stringify(original.take),
    });
  }

  async moveToRecording(originalId: string, to: { recordingId: string; index: number; vaultKey: string }): Promise<void> {
    const [moved] = await this.#tables.select('originals', { id: originalId });
    await this.#step(originalId, 'listed', { recording_id: to.recordingId, idx: to.index, vault_key: to.vaultKey });
    if (moved) await this.#holds.inherit(moved.recording_id, to.recordingId);
  }

  async moveToDocking(originalId: string, dockingId: string, cardPath?: string): Promise<void> {
    const fields = { docking_id: dockingId, ...(cardPath === undefined ? {} : { card_path: cardPath }) };
    mustExist(await this.#tables.update('originals', fields, { id: originalId }), because('no-original', { id: originalId }));
  }

  async markReplaced(originalId: string, by: string | null): Promise<void> {
    if ((await this.#tables.update('originals', { replaced_by: by }, { id: originalId, state: 'listed' })) !== 1)
      throw new EvidockError('request.conflict', because('not-in-state', { id: originalId, state: 'listed' }));
    const [replaced] = by === null ? [] : await this.#tables.select('originals', { id: originalId });
    if (replaced && by !== null) await this.#holds.inherit(replaced.recording_id, by);
  }

  async relist(originalId: string, { bytes, mtimeMs }: { bytes: number; mtimeMs: number }): Promise<void> {
    await this.#step(originalId, 'listed', { bytes, mtime_ms: Math.floor(mtimeMs) });
  }

  async markCopied(originalId: string, facts: CopiedFacts): Promise<void> {
    const { sha256, sm3 } = facts.digests;
    await this.#step(originalId, 'listed', {
      state: 'copied',
      sha256,
      sm3,
      gaps: JSON.stringify(facts.gaps ?? []),
      source_reread: facts.sourceReread ?? null,
      duplicate_of: facts.duplicateOf,
      copied_at: facts.copiedAtMs,
    });
  }

  async unmarkCopied(originalId: string): Promise<void> {
    const read = { sha256: null, sm3: null, gaps: NO_GAPS, source_reread: null };
    await this.#step(originalId, 'copied', { state: 'listed', ...read, duplicate_of: null, copied_at: null });
  }

  async markSealed(originalId: string, sealedAtMs: number, sm3?: string | null, blocksSha256: string | null = null): Promise<void> {
    const sealed = { state: 'sealed', sealed_at: sealedAtMs, blocks_sha256: blocksSha256 };
    await this.#step(originalId, 'copied', { ...sealed, ...(sm3 === undefined ? {} : { sm3 }) });
  }

  async markEvicted(originalId: string, atMs: number | null, blocksSha256?: string): Promise<void> {
    const changed = await this.#db
      .updateTable('originals')
      .set({ evicted_at: atMs, ...(blocksSha256 === undefined ? {} : { blocks_sha256: blocksSha256 }) })
      .where('id', '=', originalId)
      .where('state', '=', 'sealed')
      .where('evicted_at', atMs === null ? 'is not' : 'is', null)
      .executeTakeFirst();
    if (changed.numUpdatedRows !== 1n)
      throw new EvidockError('request.conflict', because('not-in-state', { id: originalId, state: atMs === null ? 'evicted' : 'sealed' }));
  }

  async measure(originalId: string, durationMs: number): Promise<void> {
    const fields = { duration_ms: Math.round(durationMs) };
    mustExist(await this.#tables.update('originals', fields, { id: originalId }), because('no-original', { id: originalId }));
  }

  /** Changes the state of an original only if it still has the state `from`. A stage that works from an outdated view is stopped here. */
  async #step(originalId: string, from: string, fields: Updateable<Schema['originals']>): Promise<void> {
    if ((await this.#tables.update('originals', fields, { id: originalId, state: from, replaced_by: null })) !== 1)
      throw new EvidockError('request.conflict', because('not-in-state', { id: originalId, state: from }));
  }

  async markCompared(
    originalIds: readonly string[],
    compared: { how: 'sampled' | 'whole'; dockingId: string; atMs: number },
  ): Promise<void> {
    if (originalIds.length === 0) return;
    const { how, dockingId, atMs } = compared;
    await this.#db
      .updateTable('originals')
      .set(how === 'sampled' ? { sampled_at: atMs } : { rechecked_at: atMs, rechecked_in: dockingId })
      .where('id', 'in', this.#dialect.among(originalIds))
      .execute();
    await this.#db
      .updateTable('needs')
      .set({ at: atMs })
      .where('recording_id', 'in', (seen) =>
        seen.selectFrom('originals').select('recording_id').where('id', 'in', this.#dialect.among(originalIds)),
      )
      .where('at', '<', atMs)
      .execute();
  }
}
