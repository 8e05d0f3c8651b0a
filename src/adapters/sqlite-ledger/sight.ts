import { type RawBuilder, sql } from 'kysely';
import { type Reach, type RuledScope, ruledScope, type Scope, type ScopePart } from '#domain/scope';
import type { Dialect } from './dialect.ts';
import { allOf, anyOf, not, SightParts } from './sight-parts.ts';

type Condition = RawBuilder<boolean>;

type Kind = 'recording' | 'oneOfRecordings' | 'case' | 'caseOfRecordings' | 'docking' | 'oneOfDockings';

const COLUMNS = { time: sql`id, sort_at`, 'time and state': sql`id, sort_at, state` };

interface Narrowing {
  where(condition: Condition): unknown;
}

/**
 * What a scope lets see (src/domain/scope.ts), as conditions of SQL. For all there is none: statements stay what they are. Columns are named by
 * this adapter alone, with the table of the statement around them.
 */
export class Sight {
  readonly #scope: 'all' | RuledScope;
  readonly #dialect: Dialect;
  readonly #parts: SightParts;

  constructor(scope: Scope, dialect: Dialect) {
    this.#scope = scope === 'all' ? 'all' : ruledScope(scope);
    this.#dialect = dialect;
    this.#parts = new SightParts(dialect);
  }

  get isAll(): boolean {
    return this.#scope === 'all';
  }

  /** It reaches everybody's footage, and then asks of each recording whether it is meant: its ids cannot be gathered, and a walk by time meets them soon. */
  get isWalked(): boolean {
    return this.#scope !== 'all' && this.#scope.allowed.some(({ reach }) => reach.all);
  }

  /** Everything that was gathered is seen: no part asks what kind of recording it is, and none refuses. */
  get isExact(): boolean {
    if (this.#scope === 'all') return true;
    const { allowed, refused } = this.#scope;
    return refused.length === 0 && !this.isWalked && allowed.every(({ which }) => Object.keys(which).length === 0);
  }

  /** It reaches footage of whole units, or of nobody, which may be a large part of the ledger. */
  get hasUnits(): boolean {
    return this.#scope !== 'all' && this.#scope.allowed.some(({ reach }) => reach.units.length > 0 || reach.unassigned);
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

  /** The same, where it is asked of many rows: the recordings that may be seen are gathered once, and those alone are looked up. */
  oneOfRecordings(id: string): Condition {
    return this.#when((scope) => {
      if (this.isWalked) return this.recording(id);
      const isGathered = sql<boolean>`${sql.ref(id)} IN (SELECT id FROM (${this.#gathered(scope)}) AS gathered)`;
      return this.isExact ? isGathered : sql`(${isGathered} AND ${this.recording(id)})`;
    });
  }

  /** Rows of `recordings AS alias` that are seen. */
  row(alias: string): Condition {
    return this.#when((scope) => this.#isSeen(scope, alias));
  }

  /** Ids of all recordings that may be seen, each once, with what they are ordered by, as (id, sort_at) or (id, sort_at, state). All of them are seen if `isExact`. */
  gathered(columns: 'time' | 'time and state' = 'time'): RawBuilder<unknown> {
    return this.#scope === 'all' ? sql`SELECT ${COLUMNS[columns]} FROM recordings` : this.#gathered(this.#scope, columns);
  }

  case(number: string): Condition {
    return this.#when(({ allowed, refused }) => {
      const of = (parts: readonly ScopePart[]) => anyOf(parts.map((part) => this.#parts.ofCase(part, 'seen')));
      const isRefused = of(refused.filter(asksNothingOfRecordings));
      return sql`EXISTS (SELECT 1 FROM cases AS seen WHERE seen.number = ${sql.ref(number)} AND ${of(allowed)} AND ${not(isRefused)})`;
    });
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

  #when(narrow: (scope: RuledScope) => Condition): Condition {
    return this.#scope === 'all' ? sql`1 = 1` : narrow(this.#scope);
  }

  #isSeen({ allowed, refused }: RuledScope, alias: string): Condition {
    const of = (parts: readonly ScopePart[]) => anyOf(parts.map((part) => this.#parts.ofRecording(part, alias)));
    return refused.length === 0 ? of(allowed) : allOf([of(allowed), not(of(refused))]);
  }

  /** Parts of the reach that are empty are left out: an officer's own footage is one walk of one index. A recording may belong to several of the cases. */
  #gathered({ allowed }: RuledScope, columns: 'time' | 'time and state' = 'time'): RawBuilder<unknown> {
    const { among } = this.#dialect;
    const { officers, units, unassigned, cases, recordings, named } = wholeReach(allowed);
    const all = sql`SELECT ${COLUMNS[columns]} FROM recordings WHERE`;
    const own = sql`${all} officer_id IN`;
    const ofCases = (numbers: RawBuilder<unknown>) => {
      const from = sql`FROM recording_cases WHERE case_number IN ${numbers}`;
      return columns === 'time'
        ? sql`SELECT DISTINCT recording_id AS id, sort_at ${from}`
        : sql`${all} id IN (SELECT recording_id ${from})`;
    };
    const parts = [
      ...(officers.length > 0 ? [sql`${own} ${among(officers)}`] : []),
      ...(units.length > 0 ? [sql`${own} (SELECT person.id FROM officers AS person WHERE person.unit IN ${among(units)})`] : []),
      ...(unassigned ? [sql`${all} officer_id IS NULL`] : []),
      ...(cases.length > 0 ? [ofCases(among(cases))] : []),
      ...(named.length > 0 ? [ofCases(sql`(SELECT case_number FROM case_officers WHERE officer_id IN ${among(named)})`)] : []),
      ...(recordings.length > 0 ? [sql`${all} id IN ${among(recordings)}`] : []),
    ];
    return parts.length === 0 ? sql`${all} 1 = 0` : sql`${sql.join(parts, sql` UNION `)}`;
  }
}

/** What any of the parts reaches. */
function wholeReach(parts: readonly ScopePart[]): Omit<Reach, 'all'> {
  const of = (name: 'officers' | 'units' | 'cases' | 'recordings' | 'named') => [...new Set(parts.flatMap(({ reach }) => reach[name]))];
  const unassigned = parts.some(({ reach }) => reach.unassigned);
  return { unassigned, officers: of('officers'), units: of('units'), cases: of('cases'), recordings: of('recordings'), named: of('named') };
}

/** A part that asks what only recordings have refuses some of them, and not their cases. */
function asksNothingOfRecordings({ which: { kinds, important, takenSinceMs, takenUntilMs } }: ScopePart): boolean {
  return [kinds, important, takenSinceMs, takenUntilMs].every((asked) => asked === undefined);
}
