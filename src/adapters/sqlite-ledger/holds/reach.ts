import { stationBy } from '#domain/custody/actor';
import { HELD_PER_ENTRY, HoldReached, HoldWidened } from '#domain/custody/hold-entries';
import { subject } from '#domain/custody/subject';
import { termOfUnit } from '#domain/hold/matches';
import type { Copy } from '#domain/recording';
import type { Clock } from '#ports/clock';
import type { CustodyWriter } from '#ports/ledger/custody';
import type { PeopleReader } from '#ports/ledger/people';
import type { Rows } from '../connection.ts';
import type { HoldWatch } from '../hold-watch.ts';
import { HoldMatcher } from './matcher.ts';

/** Recordings that are matched at once. */
const PAGE = 500;
/** After something came under a hold its completeness is checked again, ms later: by then the rest of its card has come. */
const CHECK_AFTER_MS = 10 * 60_000;
const ACTOR = stationBy('hold');
/** Due whatever the clock says then: it may be set back. */
const AT_ONCE = 0;

interface Parts {
  readonly clock: Clock;
  readonly custody: CustodyWriter;
  readonly people: Pick<PeopleReader, 'unitsAbove' | 'unitsBelow'>;
}

/**
 * Puts on record, in one transaction, what holds reach. The writers of recordings, officers and units tell it what they change, so no caller can forget it: `note` what
 * may match from now on, `before` what may cease to match by the change that follows. With the transaction it appends `hold.reached` by itself.
 */
export class HoldReach implements HoldWatch {
  readonly #rows: Rows;
  readonly #parts: Parts;
  readonly #matcher: HoldMatcher;
  readonly #noted = new Set<string>();
  readonly #placedUnits = new Set<string>();
  /** By hold: the recordings that this transaction has added. */
  readonly #fresh = new Map<string, { readonly later: boolean; readonly ids: string[] }>();
  #atMs: number | undefined;

  constructor(rows: Rows, parts: Parts) {
    this.#rows = rows;
    this.#parts = parts;
    this.#matcher = new HoldMatcher(rows);
  }

  /** A recording is new, or something by which holds match it changes. */
  note(recordingId: string): void {
    this.#noted.add(recordingId);
  }

  /** What holds match now stays held, whatever the change that follows makes of the recording. Called before that change. */
  async before(recordingId: string): Promise<void> {
    this.note(recordingId);
    if (await this.#matcher.anyInForce()) await this.reach([recordingId], true);
  }

  /** The same for all recordings of an officer who goes to another unit, where a hold is on either of the two. */
  async beforeMove(officer: string, units: readonly (string | null)[]): Promise<void> {
    const { db, dialect } = this.#rows;
    const terms = units.filter((unit) => unit !== null).map(termOfUnit);
    const found = await db.selectFrom('hold_terms').select('hold_id').where('term', 'in', dialect.among(terms)).limit(1).executeTakeFirst();
    if (!found) return;
    const ids = await db.selectFrom('recordings').select('id').where('officer_id', '=', officer).execute();
    for (const { id } of ids) this.note(id);
    await this.#reachPaged(ids.map(({ id }) => id));
  }

  /** A copy is about to go on record. One that is new in the archive is to be held there as the others are. */
  async copied({ recordingId, itemId, where, key }: Pick<Copy, 'recordingId' | 'itemId' | 'where' | 'key'>): Promise<void> {
    if (where === 'vault') return;
    const { tables } = this.#rows;
    const [mirror] = await tables.select('hold_mirrors', { recording_id: recordingId });
    if (!mirror) return;
    const [known] = await tables.select('copies', { recording_id: recordingId, item_id: itemId, place: where });
    if (known?.key !== key)
      await tables.update('hold_mirrors', { state: 'waiting', attempts: 0, due_at: AT_ONCE }, { recording_id: recordingId });
  }

  /** A unit is new, or has another parent. Holds on a unit above it are for it too from now on, and for what is below it. */
  unitPlaced(unit: string): void {
    this.#placedUnits.add(unit);
  }

  /** The holds of one recording reach another. */
  async inherit(fromRecordingId: string, recordingId: string): Promise<void> {
    if (!(await this.#matcher.anyInForce())) return;
    await this.reach([fromRecordingId], true);
    const { db, dialect } = this.#rows;
    const rows = await db.selectFrom('hold_recordings').select('hold_id').where('recording_id', '=', fromRecordingId).execute();
    const inForce = await db
      .selectFrom('holds')
      .select('id')
      .where('id', 'in', dialect.among(rows.map(({ hold_id }) => hold_id)))
      .where('released_at', 'is', null)
      .execute();
    await this.#insert(new Map([[recordingId, inForce.map(({ id }) => id)]]), true);
  }

  /** Puts on record which of these recordings holds reach. `only`: this hold alone. Returns how many rows were added. */
  async reach(recordingIds: readonly string[], later: boolean, only?: string): Promise<number> {
    const matching = await this.#matcher.matching(recordingIds, true);
    const meant = only === undefined ? matching : new Map([...matching].map(([id, holds]) => [id, holds.filter((hold) => hold === only)]));
    return this.#insert(meant, later);
  }

  /** Ends the transaction: what was noted is matched, and what was reached is told. */
  async settle(): Promise<void> {
    for (const unit of this.#placedUnits) await this.#widen(unit);
    if (this.#noted.size > 0 && (await this.#matcher.anyInForce())) await this.#reachPaged([...this.#noted]);
    for (const [hold, { later, ids }] of this.#fresh)
      for (let at = 0; at < ids.length; at += HELD_PER_ENTRY) {
        const about = { atMs: this.#now(), actor: ACTOR, subject: subject('hold', hold) };
        await this.#parts.custody.append(
          HoldReached.make({ ...about, data: { later }, lists: { recordings: ids.slice(at, at + HELD_PER_ENTRY) } }),
        );
      }
  }

  async #reachPaged(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += PAGE) await this.reach(ids.slice(at, at + PAGE), true);
  }

  async #insert(matching: ReadonlyMap<string, readonly string[]>, later: boolean): Promise<number> {
    const { db, dialect, tables } = this.#rows;
    const known = await db
      .selectFrom('hold_recordings')
      .selectAll()
      .where('recording_id', 'in', dialect.among([...matching.keys()]))
      .execute();
    const there = new Set(known.map(({ recording_id, hold_id }) => `${recording_id} ${hold_id}`));
    const added = new Map<string, number>();
    for (const [recording, holds] of matching)
      for (const hold of holds) {
        if (there.has(`${recording} ${hold}`)) continue;
        await tables.insert('hold_recordings', { recording_id: recording, hold_id: hold, reached_at: this.#now() });
        await this.#mirrorLater(recording);
        this.#freshOf(hold, later).push(recording);
        added.set(hold, (added.get(hold) ?? 0) + 1);
      }
    for (const [hold, count] of added) await this.#count(hold, count, later);
    return [...added.values()].reduce((sum, count) => sum + count, 0);
  }

  #freshOf(hold: string, later: boolean): string[] {
    const fresh = this.#fresh.get(hold) ?? { later, ids: [] };
    this.#fresh.set(hold, fresh);
    return fresh.ids;
  }

  /** The storage is to hold its objects. One that holds them already, by another hold, is asked once more: that costs little and leaves no doubt. */
  async #mirrorLater(recording: string): Promise<void> {
    const row = { recording_id: recording, state: 'waiting', attempts: 0, due_at: AT_ONCE, why: null };
    await this.#rows.tables.upsert('hold_mirrors', row, ['recording_id']);
  }

  async #count(hold: string, added: number, later: boolean): Promise<void> {
    const { db } = this.#rows;
    const counted = db.updateTable('holds').set(({ eb }) => ({ reached: eb('reached', '+', added) }));
    await counted.where('id', '=', hold).execute();
    if (!later) return;
    const due = this.#now() + CHECK_AFTER_MS;
    await db
      .updateTable('holds')
      .set({ check_at: due })
      .where('id', '=', hold)
      .where((is) => is.or([is('check_at', 'is', null), is('check_at', '>', due)]))
      .execute();
  }

  async #widen(unit: string): Promise<void> {
    const { people } = this.#parts;
    const { db, dialect, tables } = this.#rows;
    const above = (await people.unitsAbove(unit)).filter((each) => each !== unit);
    const found = await db
      .selectFrom('hold_terms')
      .select('hold_id')
      .distinct()
      .where('term', 'in', dialect.among(above.map(termOfUnit)))
      .execute();
    if (found.length === 0) return;
    const below = await people.unitsBelow(unit);
    for (const { hold_id: hold } of found) {
      const terms = await tables.select('hold_terms', { hold_id: hold });
      const there = new Set(terms.map(({ term }) => term));
      const units = below.filter((each) => !there.has(termOfUnit(each)));
      if (units.length === 0) continue;
      for (const each of units) await tables.insert('hold_terms', { term: termOfUnit(each), hold_id: hold });
      // What is there of these units is gone through once more, in the background. Until then `isHeld` judges by the terms.
      await tables.update('holds', { spread_to: '' }, { id: hold });
      const about = { atMs: this.#now(), actor: ACTOR, subject: subject('hold', hold) };
      await this.#parts.custody.append(HoldWidened.make({ ...about, data: { unit }, lists: { units } }));
    }
  }

  #now(): number {
    this.#atMs ??= this.#parts.clock.nowMs();
    return this.#atMs;
  }
}
