import { type RawBuilder, sql } from 'kysely';
import { CONFIDENTIALITY, type Confidentiality } from '#domain/protection';
import type { Reach, ScopePart, ScopeWhich } from '#domain/scope';
import { NO_MARKS } from './cases/migration.ts';
import type { Dialect } from './dialect.ts';

type Condition = RawBuilder<boolean>;

const ALWAYS: Condition = sql`1 = 1`;
const NEVER: Condition = sql`1 = 0`;

/** True or false, also of what is null: what is not known to be refused is not refused. */
export function not(condition: Condition): Condition {
  return sql`CASE WHEN ${condition} THEN 0 ELSE 1 END = 1`;
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? NEVER : sql`(${sql.join([...conditions], sql` OR `)})`;
}

export function allOf(conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? ALWAYS : sql`(${sql.join([...conditions], sql` AND `)})`;
}

/** One part of a scope (src/domain/scope.ts) as conditions on `recordings AS alias` and on `cases AS alias`. */
export class SightParts {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  ofRecording({ reach, which }: ScopePart, alias: string): Condition {
    return allOf([this.#reaches(reach, alias), ...this.#isMeant(which, alias)]);
  }

  /** What only a recording has (kind, mark, time) is not asked of a case. */
  ofCase({ reach, which }: ScopePart, alias: string): Condition {
    return allOf([this.#reachesCase(reach, alias), ...this.#isMeantCase(which, alias)]);
  }

  #reaches({ all, officers, units, unassigned, cases, recordings, named }: Reach, alias: string): Condition {
    if (all) return ALWAYS;
    const { among } = this.#dialect;
    const id = sql.ref(`${alias}.id`);
    const officer = sql.ref(`${alias}.officer_id`);
    return anyOf([
      ...(officers.length > 0 ? [sql<boolean>`${officer} IN ${among(officers)}`] : []),
      ...(units.length > 0 ? [this.#isOfUnits(officer, units)] : []),
      ...(unassigned ? [sql<boolean>`${officer} IS NULL`] : []),
      ...(recordings.length > 0 ? [sql<boolean>`${id} IN ${among(recordings)}`] : []),
      ...(cases.length > 0 ? [this.#someLink(alias, sql`link.case_number IN ${among(cases)}`)] : []),
      ...(named.length > 0 ? [this.#someLink(alias, this.#names('link.case_number', sql`naming.officer_id IN ${among(named)}`))] : []),
    ]);
  }

  #reachesCase({ all, officers, units, unassigned, cases, named }: Reach, alias: string): Condition {
    if (all) return ALWAYS;
    const { among } = this.#dialect;
    const people = [...officers, ...named];
    const number = `${alias}.number`;
    return anyOf([
      ...(cases.length > 0 ? [sql<boolean>`${sql.ref(number)} IN ${among(cases)}`] : []),
      ...(people.length > 0 ? [this.#names(number, sql`naming.officer_id IN ${among(people)}`)] : []),
      ...(units.length > 0 ? [this.#names(number, this.#isOfUnits(sql.ref('naming.officer_id'), units))] : []),
      ...(unassigned ? [not(this.#names(number, ALWAYS))] : []),
    ]);
  }

  #isOfUnits(officer: RawBuilder<unknown>, units: readonly string[]): Condition {
    return sql`EXISTS (SELECT 1 FROM officers AS person WHERE person.id = ${officer} AND person.unit IN ${this.#dialect.among(units)})`;
  }

  #names(number: string, whom: Condition): Condition {
    return sql`EXISTS (SELECT 1 FROM case_officers AS naming WHERE naming.case_number = ${sql.ref(number)} AND ${whom})`;
  }

  #someLink(alias: string, condition: Condition): Condition {
    return sql`EXISTS (SELECT 1 FROM recording_cases AS link WHERE link.recording_id = ${sql.ref(`${alias}.id`)} AND ${condition})`;
  }

  /** Some case of the recording is like this; its columns are those of `marked`. */
  #someCase(alias: string, condition: Condition): Condition {
    return this.#someLink(alias, sql`EXISTS (SELECT 1 FROM cases AS marked WHERE marked.number = link.case_number AND ${condition})`);
  }

  #isMeant(which: ScopeWhich, alias: string): readonly Condition[] {
    const { kinds, important, takenSinceMs, takenUntilMs, privacy, caseStates } = which;
    const column = (name: string) => sql.ref(`${alias}.${name}`);
    const isMarked = () => anyOf([hasMarks(alias), this.#someCase(alias, hasMarks('marked'))]);
    return [
      ...this.#isOfCategory(which, alias),
      ...(kinds === undefined ? [] : [sql<boolean>`${column('kind')} IN ${this.#dialect.among(kinds)}`]),
      ...(important === undefined ? [] : [sql<boolean>`${column('important')} = ${important ? 1 : 0}`]),
      ...(takenSinceMs === undefined ? [] : [sql<boolean>`${column('created_at')} >= ${takenSinceMs}`]),
      ...(takenUntilMs === undefined ? [] : [sql<boolean>`${column('created_at')} <= ${takenUntilMs}`]),
      ...(privacy === undefined ? [] : [privacy ? isMarked() : not(isMarked())]),
      ...this.#isBetween(which, (level) => this.#isAtLeast(level, alias)),
      ...(caseStates === undefined ? [] : [this.#someCase(alias, this.#isInState('marked', caseStates))]),
    ];
  }

  #isMeantCase(which: ScopeWhich, alias: string): readonly Condition[] {
    const { privacy, caseStates } = which;
    const level = sql`coalesce(${sql.ref(`${alias}.confidentiality`)}, 'internal')`;
    return [
      ...this.#isOfCategory(which, alias),
      ...(privacy === undefined ? [] : [privacy ? hasMarks(alias) : not(hasMarks(alias))]),
      ...this.#isBetween(which, (least) => sql<boolean>`${level} IN ${this.#dialect.among(levelsFrom(least))}`),
      ...(caseStates === undefined ? [] : [this.#isInState(alias, caseStates)]),
    ];
  }

  #isOfCategory({ categories }: ScopeWhich, alias: string): readonly Condition[] {
    const column = sql.ref(`${alias}.category`);
    return categories === undefined ? [] : [sql<boolean>`(${column} IS NOT NULL AND ${column} IN ${this.#dialect.among(categories)})`];
  }

  #isInState(alias: string, states: readonly string[]): Condition {
    return sql`${this.#dialect.lastStep(`${alias}.steps`)} IN ${this.#dialect.among(states)}`;
  }

  #isBetween({ confidentialityMin, confidentialityMax }: ScopeWhich, isAtLeast: (level: Confidentiality) => Condition) {
    const above = confidentialityMax === undefined ? undefined : levelsFrom(confidentialityMax)[1];
    return [
      ...(confidentialityMin === undefined ? [] : [isAtLeast(confidentialityMin)]),
      ...(above === undefined ? [] : [not(isAtLeast(above))]),
    ];
  }

  /** The effective level: the highest of what the recording and its cases are marked with, `internal` where nothing is. */
  #isAtLeast(level: Confidentiality, alias: string): Condition {
    const levels = levelsFrom(level);
    const has = (of: string) => sql<boolean>`coalesce(${sql.ref(`${of}.confidentiality`)}, '') IN ${this.#dialect.among(levels)}`;
    const isMarked = (of: string) => sql<boolean>`${sql.ref(`${of}.confidentiality`)} IS NOT NULL`;
    const unmarked = () => allOf([not(isMarked(alias)), not(this.#someCase(alias, isMarked('marked')))]);
    return anyOf([has(alias), this.#someCase(alias, has('marked')), ...(levels.includes('internal') ? [unmarked()] : [])]);
  }
}

function hasMarks(alias: string): Condition {
  return sql`${sql.ref(`${alias}.privacy`)} <> ${NO_MARKS}`;
}

/** This level and those above it, lowest first. */
function levelsFrom(level: Confidentiality): readonly Confidentiality[] {
  return CONFIDENTIALITY.slice(CONFIDENTIALITY.indexOf(level));
}
