import { type RawBuilder, sql } from 'kysely';
import type { Hold, HoldScope } from '#domain/hold/hold';
import { type RuledScope, ruledScope, type Scope } from '#domain/scope';
import type { Rows } from './connection.ts';
import { Sight } from './sight.ts';

/** Which holds a scope lets see, and which it lets set. */
export class HoldSight {
  readonly #rows: Rows;
  readonly #scope: 'all' | RuledScope;
  readonly #sight: Sight;

  constructor(rows: Rows, scope: Scope) {
    this.#rows = rows;
    this.#scope = scope === 'all' ? 'all' : ruledScope(scope);
    this.#sight = new Sight(scope, rows.dialect);
  }

  get isAll(): boolean {
    return this.#scope === 'all';
  }

  recording(id: string): RawBuilder<unknown> {
    return this.#sight.recording(id);
  }

  /** Rows of `holds` that are seen: the hold is on an officer or a unit in reach, or has reached a recording that is seen. */
  hold(): RawBuilder<unknown> {
    if (this.isAll) return sql`1 = 1`;
    const { among } = this.#rows.dialect;
    const { officers, units } = this.#reach();
    return sql`(holds.officer_id IN ${among(officers)} OR holds.unit_id IN ${among(units)}
      OR EXISTS (SELECT 1 FROM officers AS person WHERE person.id = holds.officer_id AND person.unit IN ${among(units)})
      OR EXISTS (SELECT 1 FROM hold_recordings AS reached WHERE reached.hold_id = holds.id AND ${this.recording('reached.recording_id')}))`;
  }

  /** A hold as a scope shows it: of single recordings and findings only those of footage that is seen. */
  async shown(hold: Hold): Promise<Hold> {
    if (this.isAll) return hold;
    const findings = hold.report?.findings ?? [];
    const named = [...hold.scope.recordings, ...findings.flatMap(({ recording }) => recording ?? [])];
    const seen = await this.#seenOf([...new Set(named)]);
    const scope = { ...hold.scope, recordings: hold.scope.recordings.filter((id) => seen.has(id)) };
    const told = findings.filter(({ recording }) => recording !== null && seen.has(recording));
    return { ...hold, scope, report: hold.report && { ...hold.report, recordings: hold.mirrored.of, findings: told } };
  }

  /**
   * Whether such a hold stays within what is seen: it is narrowed to recordings that are seen, to an officer of the reach, or to a unit of it. A case, a recorder or a span
   * alone goes beyond it, because whatever comes later would be held too.
   */
  async covers(scope: HoldScope): Promise<boolean> {
    if (this.isAll) return true;
    const { officers, units, all } = this.#reach();
    if (all) return true;
    if (scope.unit !== null && units.includes(scope.unit)) return true;
    if (scope.recordings.length > 0 && (await this.#seenOf(scope.recordings)).size === new Set(scope.recordings).size) return true;
    if (scope.officer === null) return false;
    if (officers.includes(scope.officer)) return true;
    const [officer] = await this.#rows.tables.select('officers', { id: scope.officer });
    return officer?.unit != null && units.includes(officer.unit);
  }

  async #seenOf(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const query = this.#rows.db.selectFrom('recordings').select('id').where('id', 'in', this.#rows.dialect.among(ids));
    const rows = await this.#sight.narrow(query, 'recording', 'recordings.id').execute();
    return new Set(rows.map(({ id }) => id));
  }

  #reach(): { readonly officers: readonly string[]; readonly units: readonly string[]; readonly all: boolean } {
    const parts = this.#scope === 'all' ? [] : this.#scope.allowed;
    const officers = parts.flatMap(({ reach }) => reach.officers);
    return { officers, units: parts.flatMap(({ reach }) => reach.units), all: parts.some(({ reach }) => reach.all) };
  }
}
