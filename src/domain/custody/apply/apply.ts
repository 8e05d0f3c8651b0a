import type { Json } from '#domain/canonical-json';
import type { CustodyEntry } from '#domain/custody/entry';
import { type Subject, type SubjectKind, subject } from '#domain/custody/subject';
import { ARCHIVE_RULES } from './archive.ts';
import { CALL_UP_RULES } from './call-ups.ts';
import { DESTRUCTION_RULES } from './destruction.ts';
import { DISPOSAL_RULES } from './disposals.ts';
import { DOCKING_RULES } from './dockings.ts';
import { DOOR_RULES } from './doors.ts';
import { DUTY_RULES } from './duties.ts';
import { HOLD_RULES } from './holds.ts';
import { ORIGINAL_RULES } from './originals.ts';
import { PEOPLE_RULES } from './people.ts';
import { RECORDING_RULES } from './recordings.ts';
import { REGISTRY_RULES } from './registry.ts';
import { RETENTION_RULES } from './retention.ts';
import type { ProjectionName, RowChange } from './rows.ts';
import { SHIFT_RULES } from './shifts.ts';

/** The rules of the types that change rows. Every other type tells something that no row holds, or that another entry of the same transaction tells. */
const ALL = [
  ...[...DOCKING_RULES, ...RECORDING_RULES, ...ORIGINAL_RULES, ...REGISTRY_RULES],
  ...[...PEOPLE_RULES, ...DOOR_RULES, ...CALL_UP_RULES],
  ...[...HOLD_RULES, ...DESTRUCTION_RULES, ...DISPOSAL_RULES, ...RETENTION_RULES, ...ARCHIVE_RULES, ...DUTY_RULES, ...SHIFT_RULES],
];
const RULES = new Map(ALL.map((each) => [each.type, each]));

export const APPLIED_TYPES: readonly string[] = [...RULES.keys()];

/** The value that a fact has from the time of its entry on. */
interface ToldFact {
  readonly subject: Subject;
  /** `officer`, `category`, `important`, `start`, `stage`, `officers`, `opened`, `course`, `confidentiality`, `privacy`, `unit`, `roles`, `state`, `name`, `parent`, `closed`, or `case:` and the number of a case that a recording belongs to. */
  readonly name: string;
  /** null: the fact has no value from then on. */
  readonly value: Json;
}

/** What one entry changes. */
interface Applied {
  readonly rows: readonly RowChange[];
  readonly facts: readonly ToldFact[];
}

/** The one function that says what an entry changes in the ledger. Entries of version 1 change nothing here: their rows count as older than the log. */
export function apply(entry: CustodyEntry): Applied {
  const rows = entry.version === 1 ? [] : (RULES.get(entry.type)?.rowsOf(entry) ?? []);
  return { rows, facts: rows.flatMap(factsOf) };
}

interface FactColumns {
  readonly kind: SubjectKind;
  readonly key: string;
  readonly names: { readonly [column: string]: string };
}

/** Columns with a moment: the fact tells it as RFC 3339. */
const TIMES: readonly string[] = ['start_at', 'closed_at'];
const MARKS = { confidentiality: 'confidentiality', privacy: 'privacy' };

/** The columns whose values are facts with a history. */
const FACTS: { readonly [T in ProjectionName]?: FactColumns } = {
  recordings: {
    kind: 'recording',
    key: 'id',
    names: { officer_id: 'officer', category: 'category', important: 'important', start_at: 'start', ...MARKS },
  },
  cases: {
    kind: 'case',
    key: 'number',
    names: { stage: 'stage', category: 'category', officer_ids: 'officers', opened_on: 'opened', steps: 'course', ...MARKS },
  },
  recorders: { kind: 'recorder', key: 'serial', names: { assigned_officer_id: 'officer' } },
  officers: { kind: 'officer', key: 'id', names: { unit: 'unit' } },
  users: { kind: 'user', key: 'id', names: { officer: 'officer', unit: 'unit', roles: 'roles', state: 'state' } },
  units: { kind: 'unit', key: 'id', names: { name: 'name', parent: 'parent', closed_at: 'closed' } },
};

function factsOf(change: RowChange): readonly ToldFact[] {
  if (change.table === 'recording_cases') return caseLink(change);
  const columns = FACTS[change.table];
  if (!columns || change.does === 'remove') return [];
  const values: { readonly [column: string]: unknown } = change.does === 'add' ? change.row : change.fields;
  const where: { readonly [column: string]: unknown } = change.does === 'add' ? change.row : change.where;
  const about = subject(columns.kind, String(where[columns.key]));
  return Object.entries(columns.names).flatMap(([column, name]) => {
    const value = values[column] as Json | undefined;
    // A new row without a value in this column does not change the fact.
    if (value === undefined || (change.does === 'add' && isNothing(value))) return [];
    return [{ subject: about, name, value: TIMES.includes(column) && typeof value === 'number' ? new Date(value).toISOString() : value }];
  });
}

function caseLink(change: Extract<RowChange, { table: 'recording_cases' }>): readonly ToldFact[] {
  const link = change.does === 'add' ? change.row : change.where;
  return [
    {
      subject: subject('recording', String(link.recording_id)),
      name: `case:${link.case_number}`,
      value: change.does === 'add' ? true : null,
    },
  ];
}

function isNothing(value: Json): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}
