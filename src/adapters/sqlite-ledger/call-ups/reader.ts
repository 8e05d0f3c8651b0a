import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Action } from '#domain/access/policy';
import { type Grant, gives } from '#domain/call-up/grant';
import type { Delivery, Notice } from '#domain/call-up/notice';
import type { CallUpRequest, RequestState } from '#domain/call-up/request';
import type { CaseStep } from '#domain/case-course';
import { CONFIDENTIALITY } from '#domain/protection';
import type { CallUpFilter, CallUpsReader } from '#ports/ledger/call-ups';
import type { Page } from '#ports/ledger/page';
import type { CallUpGrantRow } from '../call-up-schema.ts';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';
import { GRANT_HOLDS } from './migration.ts';
import { toDelivery, toGrant, toNotice, toRequest } from './rows.ts';

const HOLDING_MAX = 10_000;
const OVERDUE_MAX = 1000;
/** Custody entries whose times count: more than those of a minute in which somebody set the clock. */
const NEWEST = 1000;
/** Requests of some units that are looked up one by one. */
const GATHERED_MAX = 2000;
/** Larger than any time. */
const NEVER = Number.MAX_SAFE_INTEGER;

type SeenBy = NonNullable<CallUpFilter['seenBy']>;

/** Reads requests for call-up, grants and notices, over one connection. No scope limits them: the routes say who sees which. */
export class SqlCallUpsReader implements CallUpsReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async request(id: string): Promise<CallUpRequest | null> {
    const [row] = await this.#tables.select('call_up_requests', { id });
    return row ? toRequest(row) : null;
  }

  async requests({
    seenBy,
    asker,
    state,
    unconfirmedAtMs,
    after,
    limit,
  }: CallUpFilter & { state?: RequestState; unconfirmedAtMs?: number }): Promise<readonly CallUpRequest[]> {
    let query = this.#db.selectFrom('call_up_requests').selectAll().orderBy('id', 'desc').limit(limit);
    if (asker !== undefined) query = query.where('asker', '=', asker);
    if (state !== undefined) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('id', '<', after);
    if (unconfirmedAtMs !== undefined) query = query.where('confirm_due_at', '<=', unconfirmedAtMs).where('confirmed', 'is', null);
    if (seenBy !== null) query = query.where(await this.#isRequestSeenBy(seenBy));
    return (await query.execute()).map(toRequest);
  }

  async grant(id: string): Promise<Grant | null> {
    const [row] = await this.#tables.select('call_up_grants', { id });
    return row ? toGrant(row) : null;
  }

  async grants({ seenBy, asker, holding, after, limit }: CallUpFilter & { holding?: boolean }): Promise<readonly Grant[]> {
    let query = this.#db.selectFrom('call_up_grants').selectAll().orderBy('id', 'desc').limit(limit);
    if (asker !== undefined) query = query.where('user_id', '=', asker);
    if (holding === true) query = query.where('ended_at', 'is', null);
    if (holding === false) query = query.where('ended_at', 'is not', null);
    if (after !== undefined) query = query.where('id', '<', after);
    if (seenBy !== null) query = query.where(await this.#isGrantSeenBy(seenBy));
    return (await query.execute()).map(toGrant);
  }

  async listedIn(grant: string): Promise<readonly string[]> {
    const rows = await this.#tables.select('grant_recordings', { grant_id: grant }, 'ORDER BY recording_id');
    return rows.map(({ recording_id }) => recording_id);
  }

  async grantsCovering(user: string, recordingId: string, action: Action, atMs: number): Promise<readonly Grant[]> {
    const nowMs = Math.max(atMs, (await this.mark()) ?? 0);
    const holds = `user_id = ? AND ${GRANT_HOLDS} AND until_at > ? AND (
      (target = 'recordings' OR later = 0) AND EXISTS (
        SELECT 1 FROM grant_recordings AS listed WHERE listed.grant_id = call_up_grants.id AND listed.recording_id = ?)
      OR target <> 'recordings' AND later = 1)
      AND (target <> 'case' OR EXISTS (
        SELECT 1 FROM recording_cases AS link WHERE link.recording_id = ? AND link.case_number = call_up_grants.case_number))
      AND (target <> 'officer' OR EXISTS (
        SELECT 1 FROM recordings AS made WHERE made.id = ? AND made.officer_id = call_up_grants.officer_id
          AND made.sort_at >= call_up_grants.window_from AND made.sort_at < call_up_grants.window_to))
      ORDER BY until_at DESC`;
    const rows = await this.#tables.where('call_up_grants', holds, [user, nowMs, recordingId, recordingId, recordingId]);
    const covering: Grant[] = [];
    for (const grant of rows.map(toGrant))
      if (gives(grant.actions, action) && (await this.#isWithin(grant, sql<boolean>`made.id = ${recordingId}`))) covering.push(grant);
    return covering;
  }

  async grantedTo(user: string, action: Action, atMs: number) {
    const nowMs = Math.max(atMs, (await this.mark()) ?? 0);
    const rows = await this.#tables.where('call_up_grants', `user_id = ? AND ${GRANT_HOLDS} AND until_at > ?`, [user, nowMs]);
    const held = rows.filter((row) => gives(toGrant(row).actions, action));
    const cases = new Set<string>();
    const recordings = new Set<string>();
    for (const row of held) {
      const grant = toGrant(row);
      const number = row.case_number ?? '';
      const ofCase = sql<boolean>`made.id IN (SELECT recording_id FROM recording_cases WHERE case_number = ${number})`;
      if (isWholeCase(row) && (await this.#isWithin(grant, ofCase))) cases.add(number);
      else for (const id of await this.#withinOf(grant, await this.#singleOf(row))) recordings.add(id);
    }
    return { cases: [...cases].sort(), recordings: [...recordings].sort() };
  }

  /** The recordings that a grant covers now, where it is not for a whole case. */
  async #singleOf(row: CallUpGrantRow): Promise<readonly string[]> {
    const { officer_id, window_from, window_to, later, case_number } = row;
    const ofOfficer =
      officer_id === null
        ? null
        : await this.#recordings(
            sql<boolean>`officer_id = ${officer_id} AND sort_at >= ${window_from} AND sort_at < ${window_to}`,
            HOLDING_MAX,
          );
    if (ofOfficer !== null && later === 1) return ofOfficer;
    const listed = await this.listedIn(row.id);
    if (ofOfficer !== null) return listed.filter((id) => ofOfficer.includes(id));
    if (case_number === null) return listed;
    if (isWholeCase(row)) return this.recordingsOf({ number: case_number }, HOLDING_MAX);
    const now = new Set(await this.recordingsOf({ number: case_number }, HOLDING_MAX));
    return listed.filter((id) => now.has(id));
  }

  /** Whether no recording that this condition on `recordings AS made` finds goes beyond the grant. */
  async #isWithin(grant: Grant, which: RawBuilder<boolean>): Promise<boolean> {
    const beyond = this.#beyond(grant);
    if (beyond === null) return true;
    const found = await sql`SELECT 1 AS one FROM recordings AS made WHERE ${which} AND ${beyond} LIMIT 1`.execute(this.#db);
    return found.rows.length === 0;
  }

  /** Those of these recordings that do not go beyond the grant. */
  async #withinOf(grant: Grant, ids: readonly string[]): Promise<readonly string[]> {
    const beyond = this.#beyond(grant);
    if (beyond === null || ids.length === 0) return ids;
    const which = sql<boolean>`made.id IN ${this.#dialect.among(ids)}`;
    const { rows } = await sql<{ id: string }>`SELECT made.id FROM recordings AS made WHERE ${which} AND ${beyond}`.execute(this.#db);
    const left = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !left.has(id));
  }

  /** A recording `made` is marked above the level of the grant, or came later and belongs to a unit that nobody has approved it for; null: none can be. */
  #beyond({ level, later, units }: Grant): RawBuilder<boolean> | null {
    const { among } = this.#dialect;
    const above = CONFIDENTIALITY.slice(CONFIDENTIALITY.indexOf(level) + 1);
    const conditions = [
      ...(above.length === 0
        ? []
        : [
            sql`made.confidentiality IN ${among(above)}`,
            sql`EXISTS (SELECT 1 FROM recording_cases AS link JOIN cases AS marked ON marked.number = link.case_number
              WHERE link.recording_id = made.id AND marked.confidentiality IN ${among(above)})`,
          ]),
      ...(later && units !== null
        ? [sql`EXISTS (SELECT 1 FROM officers AS person WHERE person.id = made.officer_id AND person.unit NOT IN ${among(units)})`]
        : []),
    ];
    return conditions.length === 0 ? null : sql`(${sql.join(conditions, sql` OR `)})`;
  }

  async holding() {
    const rows = await this.#tables.where('call_up_grants', `${GRANT_HOLDS} ORDER BY user_id, until_at DESC LIMIT ${HOLDING_MAX}`, []);
    const numbers = [...new Set(rows.flatMap(({ case_number }) => case_number ?? []))];
    const cases = await this.#db
      .selectFrom('cases')
      .select(['number', 'steps'])
      .where('number', 'in', this.#dialect.among(numbers))
      .execute();
    const courses = new Map(cases.map(({ number, steps }) => [number, JSON.parse(steps) as CaseStep[]]));
    return rows.map((row) => ({ grant: toGrant(row), course: courses.get(row.case_number ?? '') ?? null }));
  }

  async openOf(user: string) {
    const grants = await this.#tables.where('call_up_grants', `user_id = ? AND ${GRANT_HOLDS}`, [user]);
    const requests = await this.#tables.select('call_up_requests', { asker: user, state: 'asked' });
    return { grants: grants.length, requests: requests.length };
  }

  async courseOf(number: string): Promise<readonly CaseStep[] | null> {
    const row = await this.#db.selectFrom('cases').select('steps').where('number', '=', number).executeTakeFirst();
    return row ? (JSON.parse(row.steps) as CaseStep[]) : null;
  }

  async recordingsOf(
    target: { readonly number: string } | { readonly officer: string; readonly fromMs: number; readonly toMs: number },
    limit: number,
  ): Promise<readonly string[]> {
    if ('officer' in target) {
      const { officer, fromMs, toMs } = target;
      return this.#recordings(sql<boolean>`officer_id = ${officer} AND sort_at >= ${fromMs} AND sort_at < ${toMs}`, limit);
    }
    const links = this.#db.selectFrom('recording_cases').select('recording_id').where('case_number', '=', target.number);
    return (await links.limit(limit).execute()).map(({ recording_id }) => recording_id).sort();
  }

  async #recordings(condition: RawBuilder<boolean>, limit: number): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('recordings').select('id').where(condition).limit(limit).execute();
    return rows.map(({ id }) => id).sort();
  }

  async overdue(atMs: number): Promise<readonly CallUpRequest[]> {
    const undecided = await this.#tables.where('call_up_requests', `state = 'asked' AND until_at <= ? LIMIT ${OVERDUE_MAX}`, [atMs]);
    const late = `confirm_due_at IS NOT NULL AND confirmed IS NULL AND confirm_due_at <= ? AND told_unconfirmed = 0 LIMIT ${OVERDUE_MAX}`;
    return [...undecided, ...(await this.#tables.where('call_up_requests', late, [atMs]))].map(toRequest);
  }

  async mark(): Promise<number | null> {
    const [row] = await this.#tables.select('latest_time', { one: 1 });
    return row?.at ?? null;
  }

  async latestKnown(sinceSeq = 0): Promise<number | null> {
    const newest = this.#db.selectFrom('custody').select('at').where('seq', '>=', sinceSeq).orderBy('seq', 'desc').limit(NEWEST);
    const times = [...(await newest.execute()).map(({ at }) => at), await this.mark()].filter((at) => at !== null);
    return times.length === 0 ? null : Math.max(...times);
  }

  async notice(id: string): Promise<Notice | null> {
    const [row] = await this.#tables.select('notices', { id });
    return row ? toNotice(row) : null;
  }

  async notices({ user, unread, after, limit }: Page & { user: string | null; unread?: boolean }): Promise<readonly Notice[]> {
    let query = this.#db.selectFrom('notices').selectAll().orderBy('id', 'desc').limit(limit);
    if (user !== null) query = query.where('user_id', '=', user);
    if (unread) query = query.where('read_at', 'is', null);
    if (after !== undefined) query = query.where('id', '<', after);
    return (await query.execute()).map(toNotice);
  }

  async countNotices({ user, kind, sinceMs, request }: Parameters<CallUpsReader['countNotices']>[0]): Promise<number> {
    let query = this.#db.selectFrom('notices').where('user_id', '=', user).where('kind', '=', kind).where('at', '>=', sinceMs);
    if (request !== undefined) query = query.where('request_id', '=', request);
    const { n } = await query.select(({ fn }) => fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
    return Number(n);
  }

  async dueDeliveries(atMs: number, limit: number): Promise<readonly { delivery: Delivery; notice: Notice }[]> {
    const due = await this.#tables.where('notice_deliveries', "state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?", [atMs, limit]);
    const ids = this.#dialect.among(due.map(({ notice_id }) => notice_id));
    const notices = await this.#db.selectFrom('notices').selectAll().where('id', 'in', ids).execute();
    const byId = new Map(notices.map((row) => [row.id, toNotice(row)]));
    return due.flatMap((row) => {
      const notice = byId.get(row.notice_id);
      return notice ? [{ delivery: toDelivery(row), notice }] : [];
    });
  }

  async nextDelivery(): Promise<number | null> {
    const [row] = await this.#tables.where('notice_deliveries', `state = 'waiting' AND due_at < ${NEVER} ORDER BY due_at LIMIT 1`, []);
    return row?.due_at ?? null;
  }

  /**
   * A request is of this person, or concerns one of these units. Where that are few requests they are gathered by index. Where they are many, a list by time meets
   * them soon, and each row says by itself which units it concerns.
   */
  async #isRequestSeenBy({ asker, units }: SeenBy): Promise<RawBuilder<boolean>> {
    if (await this.#areFew(units))
      return sql`call_up_requests.id IN (SELECT id FROM call_up_requests WHERE asker = ${asker} UNION ${this.#concerning(units)})`;
    return sql`(call_up_requests.asker = ${asker} OR ${this.#concerns('call_up_requests.units', units)})`;
  }

  /** A grant is of this person, or its request concerns one of these units. */
  async #isGrantSeenBy({ asker, units }: SeenBy): Promise<RawBuilder<boolean>> {
    if (await this.#areFew(units))
      return sql`call_up_grants.id IN (SELECT id FROM call_up_grants WHERE user_id = ${asker}
        UNION SELECT id FROM call_up_grants WHERE request_id IN (${this.#concerning(units)}))`;
    return sql`(call_up_grants.user_id = ${asker} OR EXISTS (SELECT 1 FROM call_up_requests AS asked
      WHERE asked.id = call_up_grants.request_id AND ${this.#concerns('asked.units', units)}))`;
  }

  async #areFew(units: readonly string[]): Promise<boolean> {
    const some = sql`SELECT 1 AS one FROM call_up_request_units WHERE unit IN ${this.#dialect.among(units)} LIMIT ${GATHERED_MAX}`;
    const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM (${some}) AS few`.execute(this.#db);
    return Number(rows[0]?.n ?? 0) < GATHERED_MAX;
  }

  #concerning(units: readonly string[]): RawBuilder<unknown> {
    return sql`SELECT id FROM call_up_request_units WHERE unit IN ${this.#dialect.among(units)}`;
  }

  /** Some of these units stands in a column that holds a JSON list. */
  #concerns(column: string, units: readonly string[]): RawBuilder<boolean> {
    return sql`EXISTS (SELECT 1 FROM ${this.#dialect.elements(column)} WHERE value IN ${this.#dialect.among(units)})`;
  }
}

/** Whatever belongs to the case counts: such a grant is a case of a scope. */
function isWholeCase({ target, later }: CallUpGrantRow): boolean {
  return target === 'case' && later === 1;
}
