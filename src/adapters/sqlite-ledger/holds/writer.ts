import { EvidockError } from '#domain/errors';
import type { HoldReport } from '#domain/hold/hold';
import { termsOfScope } from '#domain/hold/matches';
import { because, type Reason } from '#domain/reason';
import type { HoldsWriter, NewHold } from '#ports/ledger/holds';
import type { PeopleReader } from '#ports/ledger/people';
import type { Rows } from '../connection.ts';
import { mustExist } from '../patches.ts';
import type { HoldReach } from './reach.ts';
import { SqlHoldsReader } from './reader.ts';
import { newRow, type Row } from './rows.ts';

/** Writes legal holds, inside one transaction. */
export class SqlHoldsWriter implements HoldsWriter {
  readonly #rows: Rows;
  readonly #reach: HoldReach;
  readonly #people: Pick<PeopleReader, 'unitsBelow'>;

  constructor(rows: Rows, { reach, people }: { reach: HoldReach; people: Pick<PeopleReader, 'unitsBelow'> }) {
    this.#people = people;
    this.#rows = rows;
    this.#reach = reach;
  }

  /** Ends the transaction (reach.ts). */
  settle(): Promise<void> {
    return this.#reach.settle();
  }

  async insert(hold: NewHold): Promise<void> {
    const { tables } = this.#rows;
    await tables.insert('holds', newRow(hold));
    const { unit } = hold.scope;
    const units = unit === null ? [] : await this.#people.unitsBelow(unit);
    for (const term of termsOfScope(hold.scope, units)) await tables.insert('hold_terms', { term, hold_id: hold.id });
  }

  async release(id: string, { atMs, user, reason }: { atMs: number; user: string; reason: string }): Promise<void> {
    // What it has reached is gone through once more: where no other hold is left, the storage is to let go.
    const fields = { released_at: atMs, released_by: user, release_reason: reason, spread_to: '', check_at: null };
    mustExist(await this.#rows.tables.update('holds', fields, { id, released_at: null }), because('no-hold-in-force', { id }));
    await this.#rows.db.deleteFrom('hold_terms').where('hold_id', '=', id).execute();
  }

  async spread(id: string, limit: number): Promise<{ done: boolean; reached: number }> {
    const [hold] = await this.#rows.tables.select('holds', { id });
    if (!hold) throw new EvidockError('request.not-found', because('no-hold-in-force', { id }));
    if (hold.spread_to === null) return { done: true, reached: 0 };
    const ids = await (hold.released_at === null ? this.#candidates(hold, limit) : this.#reachedBy(hold, limit));
    const reached = hold.released_at === null ? await this.#reach.reach(ids, false, id) : await this.#letGo(ids);
    const done = ids.length < limit;
    await this.#rows.tables.update('holds', { spread_to: done ? null : (ids.at(-1) ?? '') }, { id });
    return { done, reached };
  }

  /** Recordings that the hold may be for, by id: by the narrowest thing that it names and that has an index. */
  async #candidates(
    { case_number, officer_id, recorder_serial, recording_ids, spread_to }: Row,
    limit: number,
  ): Promise<readonly string[]> {
    const { db, dialect } = this.#rows;
    const named = JSON.parse(recording_ids) as string[];
    if (named.length === 0 && case_number !== null) {
      const links = db.selectFrom('recording_cases').select('recording_id as id').where('case_number', '=', case_number);
      return (
        await links
          .where('recording_id', '>', spread_to ?? '')
          .orderBy('recording_id')
          .limit(limit)
          .execute()
      ).map(({ id }) => id);
    }
    let query = db
      .selectFrom('recordings')
      .select('id')
      .where('id', '>', spread_to ?? '')
      .orderBy('id')
      .limit(limit);
    if (named.length > 0) query = query.where('id', 'in', dialect.among(named));
    else if (officer_id !== null) query = query.where('officer_id', '=', officer_id);
    else if (recorder_serial !== null) query = query.where('recorder_serial', '=', recorder_serial);
    return (await query.execute()).map(({ id }) => id);
  }

  async #reachedBy({ id, spread_to }: Row, limit: number): Promise<readonly string[]> {
    const after = spread_to ?? '';
    const rows = await this.#rows.tables.where('hold_recordings', 'hold_id = ? AND recording_id > ? ORDER BY recording_id LIMIT ?', [
      id,
      after,
      limit,
    ]);
    return rows.map(({ recording_id }) => recording_id);
  }

  async #letGo(ids: readonly string[]): Promise<number> {
    const { db, dialect } = this.#rows;
    const waiting = { state: 'waiting', attempts: 0, due_at: 0, why: null };
    const changed = await db.updateTable('hold_mirrors').set(waiting).where('recording_id', 'in', dialect.among(ids)).executeTakeFirst();
    return Number(changed.numUpdatedRows);
  }

  inherit(fromRecordingId: string, recordingId: string): Promise<void> {
    return this.#reach.inherit(fromRecordingId, recordingId);
  }

  async noteMirrored(recordingId: string, { state, why, objects }: Parameters<HoldsWriter['noteMirrored']>[1]): Promise<boolean> {
    const held = await new SqlHoldsReader(this.#rows).isHeld(recordingId);
    if (state !== 'none' && (state === 'held') !== held) return false;
    const fields = { state, attempts: 0, why: why === null ? null : JSON.stringify(why), objects: JSON.stringify(objects) };
    return (await this.#rows.tables.update('hold_mirrors', fields, { recording_id: recordingId })) === 1;
  }

  async postponeMirror(recordingId: string, { dueAtMs, why }: { dueAtMs: number; why: Reason }): Promise<void> {
    const { db } = this.#rows;
    await db
      .updateTable('hold_mirrors')
      .set(({ eb }) => ({ attempts: eb('attempts', '+', 1), due_at: dueAtMs, why: JSON.stringify(why) }))
      .where('recording_id', '=', recordingId)
      .execute();
  }

  async noteReport(id: string, { atMs, recordings, findings }: HoldReport, nextAtMs: number | null): Promise<void> {
    const fields = { checked_at: atMs, checked_recordings: recordings, findings: JSON.stringify(findings), check_at: nextAtMs };
    mustExist(await this.#rows.tables.update('holds', fields, { id }), because('no-hold-in-force', { id }));
  }
}
