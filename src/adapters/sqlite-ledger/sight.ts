import { type RawBuilder, sql } from 'kysely';
import type { NarrowScope, Scope } from '#domain/scope';
import type { Dialect } from './dialect.ts';

type Condition = RawBuilder<boolean>;

type Kind = 'recording' | 'oneOfRecordings' | 'case' | 'caseOfRecordings' | 'docking' | 'oneOfDockings';

const COLUMNS = { time: sql`id, sort_at`, 'time and state': sql`id, sort_at, state` };

interface Narrowing {
  where(condition: Condition): unknown;
}

/**
 * What a scope lets see (src/domain/scope.ts: `covers`), as conditions of SQL. For all there is none: statements stay what they are. Columns are named by
 * this adapter alone, with the table of the statement around them.
 */
export class Sight {
  readonly #scope: Scope;
  readonly #dialect: Dialect;

  constructor(scope: Scope, dialect: Dialect) {
    this.#scope = scope;
    this.#dialect = dialect;
  }

  get isAll(): boolean {
    return this.#scope === 'all';
  }

  /** Adds a condition of `Sight` to a query of Kysely's; none where all is seen. */
  narrow<Q extends Narrowing>(query: Q, kind: Kind, column: string): Q {
    return this.isAll ? query : (query.where(this[kind](column)) as Q);
  }

  /** The recording with this id is seen; asked of few rows: each is looked up. */
  recording(id: string): Condition {
    return this.#when(
      (scope) => sql`EXISTS (SELECT 1 FROM recordings AS seen WHERE seen.id = ${sql.ref(id)} AND ${this.#isSeen(scope, 'seen')})`,
    );
  }

  /** The same, where it is asked of many rows: the recordings that are seen are gathered once. */
  oneOfRecordings(id: string): Condition {
    return this.#when((scope) => sql`${sql.ref(id)} IN (SELECT id FROM (${this.#gathered(scope)}) AS gathered)`);
  }

  /** Rows of `recordings AS alias` that are seen. */
  row(alias: string): Condition {
    return this.#when((scope) => this.#isSeen(scope, alias));
  }

  /** Ids of all recordings that are seen, each once, with what they are ordered by, as (id, sort_at) or (id, sort_at, state). */
  gathered(columns: 'time' | 'time and state' = 'time'): RawBuilder<unknown> {
    return this.#scope === 'all' ? sql`SELECT ${COLUMNS[columns]} FROM recordings` : this.#gathered(this.#scope, columns);
  }

  case(number: string): Condition {
    return this.#when(
      (scope) => sql`EXISTS (SELECT 1 FROM cases AS seen WHERE seen.number = ${sql.ref(number)} AND (
        seen.number IN ${this.#dialect.among(scope.cases)}
        OR EXISTS (SELECT 1 FROM ${this.#dialect.elements('seen.officer_ids')} WHERE ${this.#isOfficer(scope, 'value')})))`,
    );
  }

  /** A case that is seen, or some recording of it: what a case is marked with counts for its recordings. */
  caseOfRecordings(number: string): Condition {
    return sql`(${this.case(number)} OR EXISTS (SELECT 1 FROM recording_cases AS link WHERE link.case_number = ${sql.ref(number)}
      AND ${this.recording('link.recording_id')}))`;
  }

  /** Some recording that it listed last is seen. */
  docking(id: string): Condition {
    return this.#when(
      () => sql`EXISTS (SELECT 1 FROM originals AS came WHERE came.docking_id = ${sql.ref(id)} AND ${this.recording('came.recording_id')})`,
    );
  }

  oneOfDockings(id: string): Condition {
    return this.#when(
      () => sql`${sql.ref(id)} IN (SELECT came.docking_id FROM originals AS came WHERE ${this.oneOfRecordings('came.recording_id')})`,
    );
  }

  #when(narrow: (scope: NarrowScope) => Condition): Condition {
    return this.#scope === 'all' ? sql`1 = 1` : narrow(this.#scope);
  }

  #isSeen(scope: NarrowScope, alias: string): Condition {
    const id = sql.ref(`${alias}.id`);
    return sql`(${this.#isOfficer(scope, `${alias}.officer_id`)} OR ${id} IN ${this.#dialect.among(scope.recordings)}
      OR EXISTS (SELECT 1 FROM recording_cases AS link WHERE link.recording_id = ${id} AND link.case_number IN ${this.#dialect.among(scope.cases)}))`;
  }

  #isOfficer({ officers, units }: NarrowScope, column: string): Condition {
    const number = sql.ref(column);
    return sql`(${number} IN ${this.#dialect.among(officers)}
      OR EXISTS (SELECT 1 FROM officers AS person WHERE person.id = ${number} AND person.unit IN ${this.#dialect.among(units)}))`;
  }

  /** Parts of the scope that are empty are left out: an officer's own footage is one walk of one index. A recording may belong to several of the cases. */
  #gathered({ officers, units, cases, recordings }: NarrowScope, columns: 'time' | 'time and state' = 'time'): RawBuilder<unknown> {
    const { among } = this.#dialect;
    const all = sql`SELECT ${COLUMNS[columns]} FROM recordings WHERE`;
    const own = sql`${all} officer_id IN`;
    const ofCases = sql`FROM recording_cases WHERE case_number IN ${among(cases)}`;
    const parts = [
      ...(officers.length > 0 ? [sql`${own} ${among(officers)}`] : []),
      ...(units.length > 0 ? [sql`${own} (SELECT person.id FROM officers AS person WHERE person.unit IN ${among(units)})`] : []),
      ...(cases.length > 0
        ? [
            columns === 'time'
              ? sql`SELECT DISTINCT recording_id AS id, sort_at ${ofCases}`
              : sql`${all} id IN (SELECT recording_id ${ofCases})`,
          ]
        : []),
      ...(recordings.length > 0 ? [sql`${all} id IN ${among(recordings)}`] : []),
    ];
    return parts.length === 0 ? sql`${all} 1 = 0` : sql`${sql.join(parts, sql` UNION `)}`;
  }
}
