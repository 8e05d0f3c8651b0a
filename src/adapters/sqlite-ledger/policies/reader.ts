import { type Kysely, type Selectable, sql } from 'kysely';
import { type CaseStep, caseStateOf } from '#domain/case-course';
import type { Actor } from '#domain/custody/actor';
import type { Kind } from '#domain/kind';
import { UNIT_DEPTH_MAX } from '#domain/people/unit';
import type { Confidentiality, Privacy, Protection } from '#domain/protection';
import type { Category } from '#domain/registry';
import type { JudgedRecording, PoliciesReader, PolicySource, PolicyState, PolicyVersion } from '#ports/ledger/policies';
import type { Rows } from '../connection.ts';
import type { Schema } from '../schema.ts';

interface JudgedRow {
  readonly officer_id: string | null;
  readonly unit: string | null;
  readonly kind: string;
  readonly category: string | null;
  readonly important: number;
  readonly created_at: number;
  readonly confidentiality: string | null;
  readonly privacy: string;
}

/** Reads versions of the policy and what it is asked with, over one connection. */
export class SqlPoliciesReader implements PoliciesReader {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Rows) {
    this.#db = db;
  }

  async inForce(): Promise<PolicyVersion | null> {
    const row = await this.#db.selectFrom('policies').selectAll().where('state', '=', 'in-force').executeTakeFirst();
    return row ? toPolicyVersion(row) : null;
  }

  async get(version: number): Promise<PolicyVersion | null> {
    const row = await this.#db.selectFrom('policies').selectAll().where('version', '=', version).executeTakeFirst();
    return row ? toPolicyVersion(row) : null;
  }

  async list({ state, after, limit }: { state?: PolicyState; after?: number; limit: number }): Promise<readonly PolicyVersion[]> {
    let query = this.#db.selectFrom('policies').selectAll().orderBy('version', 'desc').limit(limit);
    if (state !== undefined) query = query.where('state', '=', state);
    if (after !== undefined) query = query.where('version', '<', after);
    return (await query.execute()).map(toPolicyVersion);
  }

  async lastFromFile(): Promise<PolicyVersion | null> {
    const found = this.#db.selectFrom('policies').selectAll().where('source', '<>', 'person').orderBy('version', 'desc').limit(1);
    const row = await found.executeTakeFirst();
    return row ? toPolicyVersion(row) : null;
  }

  async judged(recordingId: string): Promise<JudgedRecording | null> {
    const found = await sql<JudgedRow>`
      SELECT seen.officer_id, person.unit, seen.kind, seen.category, seen.important, seen.created_at, seen.confidentiality, seen.privacy
      FROM recordings AS seen LEFT JOIN officers AS person ON person.id = seen.officer_id WHERE seen.id = ${recordingId}`.execute(this.#db);
    const [row] = found.rows;
    if (!row) return null;
    const cases = await this.#db
      .selectFrom('recording_cases')
      .innerJoin('cases', 'cases.number', 'recording_cases.case_number')
      .select(['cases.number', 'cases.steps', 'cases.confidentiality', 'cases.privacy', 'cases.officer_ids'])
      .where('recording_cases.recording_id', '=', recordingId)
      .execute();
    return {
      ...{ officerId: row.officer_id, units: await this.#unitsFrom(row.unit), kind: row.kind as Kind },
      ...{ category: row.category as Category | null, important: row.important === 1, createdAtMs: row.created_at },
      ...marksOf(row),
      cases: cases.map((each) => ({
        number: each.number,
        state: caseStateOf({ steps: JSON.parse(each.steps) as readonly CaseStep[] }),
        officerIds: JSON.parse(each.officer_ids) as readonly string[],
        ...marksOf(each),
      })),
    };
  }

  /** The unit as the registry names it, and the ids of all units above it. The bound of steps ends a cycle that somebody wrote into the file. */
  async #unitsFrom(unit: string | null): Promise<readonly string[]> {
    if (unit === null) return [];
    const found = await sql<{ id: string }>`WITH RECURSIVE above (id, step) AS (
      SELECT CAST(${unit} AS TEXT), 0
      UNION ALL SELECT units.parent, above.step + 1 FROM above JOIN units ON units.id = above.id
        WHERE units.parent IS NOT NULL AND above.step < ${UNIT_DEPTH_MAX}
    ) SELECT id FROM above ORDER BY step`.execute(this.#db);
    return found.rows.map(({ id }) => id);
  }
}

function marksOf({ confidentiality, privacy }: { confidentiality: string | null; privacy: string }): Protection {
  return { confidentiality: confidentiality as Confidentiality | null, privacy: JSON.parse(privacy) as readonly Privacy[] };
}

function toPolicyVersion(row: Selectable<Schema['policies']>): PolicyVersion {
  return {
    version: row.version,
    state: row.state as PolicyState,
    source: row.source as PolicySource,
    text: row.text,
    sha256: row.sha256,
    proposedBy: JSON.parse(row.proposed_by) as Actor,
    proposedPerson: row.proposed_person,
    proposedAtMs: row.proposed_at,
    decidedBy: row.decided_by === null ? null : (JSON.parse(row.decided_by) as Actor),
    decidedAtMs: row.decided_at,
  };
}
