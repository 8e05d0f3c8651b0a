import { subject, subjectText } from '#domain/custody/subject';
import type { HoldScope } from '#domain/hold/hold';
import { type HoldFacts, matches, termsOfRecording, UNMEASURED_MS, unitAt } from '#domain/hold/matches';
import type { Rows } from '../connection.ts';
import { SCOPE_COLUMNS, scopeIn } from './rows.ts';

interface Move {
  readonly fromMs: number;
  readonly unit: string | null;
}

/** The units of an officer, then and today. */
interface Belonging {
  readonly today: string | null;
  readonly moves: readonly Move[];
}

/** Finds the holds in force that match recordings by what is known of them now. The rule itself is `matches` (src/domain/hold/matches.ts). */
export class HoldMatcher {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Whether any hold is in force. */
  async anyInForce(): Promise<boolean> {
    const { db } = this.#rows;
    return (await db.selectFrom('holds').select('id').where('released_at', 'is', null).limit(1).executeTakeFirst()) !== undefined;
  }

  /** By recording: ids of the holds that match it; those without any are left out. `sure`: what cannot be told yet does not match. */
  async matching(recordingIds: readonly string[], sure: boolean): Promise<ReadonlyMap<string, readonly string[]>> {
    const facts = await this.#factsOf(recordingIds);
    const terms = new Map(facts.map((each) => [each.recordingId, termsOfRecording(each)]));
    const found = await this.#holdsByTerm([...new Set([...terms.values()].flat())]);
    const holds = await this.#inForce([...new Set([...found.values()].flat())]);
    const unmeasured = sure ? 0 : UNMEASURED_MS;
    const matching = new Map<string, readonly string[]>();
    for (const each of facts) {
      const shared = sharedTerms(terms.get(each.recordingId) ?? [], found);
      const meant = [...shared].filter(([id, common]) => {
        const hold = holds.get(id);
        return hold !== undefined && matches(hold, common, each, unmeasured);
      });
      if (meant.length > 0)
        matching.set(
          each.recordingId,
          meant.map(([id]) => id),
        );
    }
    return matching;
  }

  async #holdsByTerm(terms: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const { db, dialect } = this.#rows;
    const rows = await db.selectFrom('hold_terms').selectAll().where('term', 'in', dialect.among(terms)).execute();
    const byTerm = new Map<string, string[]>();
    for (const { term, hold_id } of rows) byTerm.set(term, [...(byTerm.get(term) ?? []), hold_id]);
    return byTerm;
  }

  async #inForce(ids: readonly string[]): Promise<ReadonlyMap<string, HoldScope>> {
    if (ids.length === 0) return new Map();
    const { db, dialect } = this.#rows;
    const rows = await db
      .selectFrom('holds')
      .select([...SCOPE_COLUMNS])
      .where('id', 'in', dialect.among(ids))
      .where('released_at', 'is', null)
      .execute();
    return new Map(rows.map((row) => [row.id, scopeIn(row)]));
  }

  async #factsOf(ids: readonly string[]): Promise<readonly HoldFacts[]> {
    const { db, dialect } = this.#rows;
    const recordings = await db
      .selectFrom('recordings')
      .select(['id', 'officer_id', 'recorder_serial', 'start_at', 'clock_offset_ms', 'duration_ms', 'created_at'])
      .where('id', 'in', dialect.among(ids))
      .execute();
    const links = await db.selectFrom('recording_cases').selectAll().where('recording_id', 'in', dialect.among(ids)).execute();
    const cases = Map.groupBy(links, ({ recording_id }) => recording_id);
    const belongings = await this.#belongings([...new Set(recordings.flatMap(({ officer_id }) => officer_id ?? []))]);
    return recordings.map((row) => {
      const belonging = row.officer_id === null ? undefined : belongings.get(row.officer_id);
      const then = belonging ? unitAt(belonging.moves, row.start_at ?? row.created_at) : null;
      return {
        ...{ recordingId: row.id, officer: row.officer_id, recorder: row.recorder_serial },
        cases: (cases.get(row.id) ?? []).map(({ case_number }) => case_number),
        units: [then, belonging?.today ?? null].filter((unit) => unit !== null),
        ...{ startMs: row.start_at, clockOffsetMs: row.clock_offset_ms, durationMs: row.duration_ms, createdAtMs: row.created_at },
      };
    });
  }

  /** Where officers belong and belonged, by the registry and by the history of it in `facts`. */
  async #belongings(officers: readonly string[]): Promise<ReadonlyMap<string, Belonging>> {
    if (officers.length === 0) return new Map();
    const { db, dialect } = this.#rows;
    const today = await db.selectFrom('officers').select(['id', 'unit']).where('id', 'in', dialect.among(officers)).execute();
    const subjects = officers.map((id) => subjectText(subject('officer', id)));
    const facts = await db
      .selectFrom('facts')
      .select(['subject', 'value', 'from', 'seq'])
      .where('subject', 'in', dialect.among(subjects))
      .where('name', '=', 'unit')
      .orderBy('seq')
      .execute();
    const moves = Map.groupBy(facts, (fact) => fact.subject);
    return new Map(
      today.map(({ id, unit }) => {
        const told = moves.get(subjectText(subject('officer', id))) ?? [];
        return [id, { today: unit, moves: told.map(({ value, from }) => ({ fromMs: from, unit: JSON.parse(value) as string | null })) }];
      }),
    );
  }
}

/** By hold: the terms that it has in common with a recording. */
function sharedTerms(terms: readonly string[], found: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, ReadonlySet<string>> {
  const shared = new Map<string, Set<string>>();
  for (const term of terms) for (const hold of found.get(term) ?? []) shared.set(hold, (shared.get(hold) ?? new Set()).add(term));
  return shared;
}
