import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Role } from '#domain/access/roles';
import { readEntry } from '#domain/custody/read-entry';
import { HAND_IN, termOf } from '#domain/look/question';
import { type Hand, handOf } from '#domain/people/second-person';
import { UNIT_DEPTH_MAX, type Unit } from '#domain/people/unit';
import type { Membership, SetUpLink, User } from '#domain/people/user';
import type { Page } from '#ports/ledger/page';
import type { PeopleReader, UserFilter } from '#ports/ledger/people';
import type { Rows } from '../connection.ts';
import type { Dialect } from '../dialect.ts';
import { toSetUpLink, toUnit, toUser } from '../people-rows.ts';
import type { Schema } from '../schema.ts';
import type { Tables } from '../tables.ts';

const HANDS_MAX = 1000;

interface Walked {
  readonly id: string;
  /** How many steps it is away from where the walk began. */
  readonly step: number;
}

/** Reads users and units, over one connection. */
export class SqlPeopleReader implements PeopleReader {
  readonly #db: Kysely<Schema>;
  readonly #tables: Tables;
  readonly #dialect: Dialect;

  constructor({ db, tables, dialect }: Rows) {
    this.#db = db;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  async user(id: string): Promise<User | null> {
    const [row] = await this.#tables.select('users', { id });
    return row ? toUser(row) : null;
  }

  async userByAccount(account: string): Promise<User | null> {
    const [row] = await this.#tables.select('users', { account });
    return row ? toUser(row) : null;
  }

  async userByOfficer(officer: string): Promise<User | null> {
    const [row] = await this.#tables.where('users', "officer = ? AND state <> 'left' LIMIT 1", [officer]);
    return row ? toUser(row) : null;
  }

  async users({ state, unit, role, after, limit }: UserFilter): Promise<readonly User[]> {
    let query = this.#db.selectFrom('users').selectAll().orderBy('account').limit(limit);
    if (after !== undefined) query = query.where('account', '>', after);
    if (state !== undefined) query = query.where('state', '=', state);
    if (unit !== undefined) query = query.where('unit', '=', unit);
    if (role !== undefined) query = query.where(this.#hasRole(role));
    return (await query.execute()).map(toUser);
  }

  async countActive(role: Role, except: string): Promise<number> {
    const query = this.#db.selectFrom('users').select(({ fn }) => fn.countAll().as('n'));
    const row = await query.where('state', '=', 'active').where('id', '<>', except).where(this.#hasRole(role)).executeTakeFirst();
    return Number(row?.n ?? 0);
  }

  #hasRole(role: Role): RawBuilder<boolean> {
    return sql`EXISTS (SELECT 1 FROM ${this.#dialect.elements('users.roles')} WHERE value = ${role})`;
  }

  async unit(id: string): Promise<Unit | null> {
    const [row] = await this.#tables.select('units', { id });
    return row ? toUnit(row) : null;
  }

  async units({ after, limit }: Page): Promise<readonly Unit[]> {
    const query = this.#db.selectFrom('units').selectAll().orderBy('id').limit(limit);
    return (await (after === undefined ? query : query.where('id', '>', after)).execute()).map(toUnit);
  }

  async unitsNamed(name: string, limit: number): Promise<readonly Unit[]> {
    return (await this.#tables.where('units', 'name = ? AND closed_at IS NULL ORDER BY id LIMIT ?', [name, limit])).map(toUnit);
  }

  async unitBelow(parent: string | null, name: string): Promise<Unit | null> {
    const [row] = await this.#tables.select('units', { name, parent, closed_at: null }, 'LIMIT 1');
    return row ? toUnit(row) : null;
  }

  async countUnits(): Promise<number> {
    const row = await this.#db
      .selectFrom('units')
      .select(({ fn }) => fn.countAll().as('n'))
      .executeTakeFirst();
    return Number(row?.n ?? 0);
  }

  async unitsAbove(unit: string): Promise<readonly string[]> {
    return idsOf(await this.#walk(sql`units WHERE units.id = ${unit}`, sql`units.id = walked.parent`));
  }

  async unitsBelow(unit: string): Promise<readonly string[]> {
    return idsOf(await this.#walk(sql`units WHERE units.id = ${unit}`, sql`units.parent = walked.id`));
  }

  async levelsOf(unit: string): Promise<number> {
    const walked = await this.#walk(sql`units WHERE units.id = ${unit}`, sql`units.parent = walked.id`);
    return Number(walked.at(-1)?.step ?? -1) + 1;
  }

  async unitsOfOfficer(officer: string): Promise<readonly string[]> {
    const from = sql`officers JOIN units ON units.id = officers.unit WHERE officers.id = ${officer}`;
    return idsOf(await this.#walk(from, sql`units.id = walked.parent`));
  }

  /** Follows the tree from one unit, one step after the other. The bound of steps ends it where somebody wrote a cycle into the file. */
  async #walk(from: RawBuilder<unknown>, next: RawBuilder<unknown>): Promise<readonly Walked[]> {
    const { rows } = await sql<Walked>`WITH RECURSIVE walked (id, parent, step) AS (
      SELECT units.id, units.parent, 0 FROM ${from}
      UNION ALL SELECT units.id, units.parent, walked.step + 1 FROM walked JOIN units ON ${next} WHERE walked.step < ${UNIT_DEPTH_MAX}
    ) SELECT id, step FROM walked ORDER BY step`.execute(this.#db);
    return rows;
  }

  async unitAt(user: string, atMs: number): Promise<string | null> {
    const [row] = await this.#tables.where('user_units', 'user_id = ? AND at <= ? ORDER BY at DESC, n DESC LIMIT 1', [user, atMs]);
    return row?.unit_id ?? null;
  }

  async membershipsOf(user: string, { before, limit }: { before?: number; limit: number }): Promise<readonly Membership[]> {
    const earlier = before ?? Number.MAX_SAFE_INTEGER;
    const rows = await this.#tables.where('user_units', 'user_id = ? AND at < ? ORDER BY at DESC, n DESC LIMIT ?', [user, earlier, limit]);
    const [later] = await this.#tables.where('user_units', 'user_id = ? AND at >= ? ORDER BY at, n LIMIT 1', [user, earlier]);
    return rows.map(({ unit_id, at }, place) => ({ user, unit: unit_id, fromMs: at, toMs: (rows[place - 1] ?? later)?.at ?? null }));
  }

  async membersAt(unit: string, atMs: number, { after, limit }: Page): Promise<readonly Membership[]> {
    const { rows } = await sql<{ user_id: string; at: number; until: number | null }>`
      SELECT here.user_id, here.at, (SELECT min(later.at) FROM user_units AS later WHERE later.user_id = here.user_id AND later.at > ${atMs}) AS until
      FROM user_units AS here WHERE here.unit_id = ${unit} AND here.at <= ${atMs} AND here.user_id > ${after ?? ''}
      AND NOT EXISTS (SELECT 1 FROM user_units AS later WHERE later.user_id = here.user_id AND later.at <= ${atMs}
        AND (later.at > here.at OR (later.at = here.at AND later.n > here.n)))
      ORDER BY here.user_id LIMIT ${limit}`.execute(this.#db);
    return rows.map(({ user_id, at, until }) => ({ user: user_id, unit, fromMs: Number(at), toMs: until === null ? null : Number(until) }));
  }

  async setUpLinkOf(user: string): Promise<SetUpLink | null> {
    const [row] = await this.#tables.select('set_up_links', { user_id: user });
    return row ? toSetUpLink(row) : null;
  }

  async hands(user: string, sinceMs: number): Promise<readonly Hand[]> {
    const filed = await this.#db
      .selectFrom('audit_terms')
      .select('seq')
      .where('term', '=', termOf(HAND_IN, user))
      .where('at', '>=', sinceMs)
      .orderBy('seq', 'desc')
      .limit(HANDS_MAX)
      .execute();
    const entries = await this.#db
      .selectFrom('custody')
      .select(['seq', 'prev', 'hash', 'bytes'])
      .where('seq', 'in', this.#dialect.amongNumbers(filed.map(({ seq }) => Number(seq))))
      .orderBy('seq')
      .execute();
    return entries.flatMap((row) => handOf(readEntry(row, [])) ?? []);
  }

  async setUpLink(tokenSha256: string): Promise<SetUpLink | null> {
    const [row] = await this.#tables.select('set_up_links', { token_sha256: tokenSha256 });
    return row ? toSetUpLink(row) : null;
  }
}

function idsOf(walked: readonly Walked[]): readonly string[] {
  return walked.map(({ id }) => id);
}
