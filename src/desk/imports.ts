import { CsvError, parse } from 'csv-parse/sync';
import { ROLES, type Role } from '#domain/access/roles';
import { EvidockError, said } from '#domain/errors';
import { accountOf, USER_STATES, type UserState } from '#domain/people/user';
import { CONFIDENTIALITY, type Confidentiality, PRIVACY_MARKS, type Privacy } from '#domain/protection';
import { because, type Reason, together } from '#domain/reason';
import { CASE_STAGES, CATEGORIES, type CaseStage, type Category, type Officer } from '#domain/registry';
import { calendarDateOf } from '#domain/time/calendar-date';
import { type CaseDraft, type EventDraft, momentOf } from './registry.ts';

/** A list with more rows than this was not looked through by a person. */
const ROWS_MAX = 50_000;
const COMPLAINTS_MAX = 20;
const TEXT_MAX = 500;

/** One row: text by the name of its column. `line` is the number by which a person finds the row. */
export interface Row {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}

export interface ImportText {
  readonly format: 'csv' | 'json';
  readonly text: string;
}

const DATE_COLUMNS = ['opened', 'decided', 'closed'] as const;
const CASE_COLUMNS = [
  ...['number', 'title', 'stage', 'category', 'officers', 'event_start', 'event_end', 'event_stage', 'place'],
  ...[...DATE_COLUMNS, 'confidentiality', 'privacy'],
];
const OFFICER_COLUMNS = ['id', 'name', 'unit'];
const ROSTER_COLUMNS = ['account', 'name', 'officer', 'unit', 'roles', 'state'];

// Names of the columns in files that are kept in Chinese.
const ALIASES: Readonly<Record<string, string>> = {
  案号: 'number',
  案件编号: 'number',
  案件名称: 'title',
  案由: 'title',
  环节: 'stage',
  执法环节: 'stage',
  类别: 'category',
  执法类别: 'category',
  执法人员: 'officers',
  开始时间: 'event_start',
  结束时间: 'event_end',
  地点: 'place',
  立案日期: 'opened',
  决定日期: 'decided',
  处罚决定日期: 'decided',
  结案日期: 'closed',
  密级: 'confidentiality',
  隐私标记: 'privacy',
  编号: 'id',
  警号: 'id',
  证号: 'id',
  姓名: 'name',
  单位: 'unit',
  部门: 'unit',
  执法证号: 'id',
};

/** In a roster a number is that of an officer, and names a row only where no account does. */
const ROSTER_ALIASES: Readonly<Record<string, string>> = {
  ...ALIASES,
  ...{ 编号: 'officer', 警号: 'officer', 证号: 'officer', 执法证号: 'officer', 执法人员: 'officer', id: 'officer' },
  ...{ 账号: 'account', 登录名: 'account', 用户名: 'account', 所属单位: 'unit', 角色: 'roles', 状态: 'state' },
};

// Names of stages, categories, levels, marks, roles and states in files that are kept in Chinese.
const CHINESE_VALUES: Readonly<Record<string, CaseStage | Category | Confidentiality | Privacy | Role | UserState>> = {
  ...{ 执法人员: 'officer', 证据管理员: 'custodian', 督察审计: 'auditor', 督察: 'auditor', 审计: 'auditor', 审批人: 'reviewer' },
  ...{ 系统管理员: 'system-administrator', 安全管理员: 'security-administrator' },
  ...{ 在用: 'active', 在职: 'active', 停用: 'suspended', 停职: 'suspended', 离职: 'left', 退休: 'left', 调出: 'left' },
  公开: 'public',
  内部: 'internal',
  工作秘密: 'internal',
  秘密: 'secret',
  机密: 'highly-secret',
  绝密: 'top-secret',
  个人隐私: 'personal-privacy',
  敏感个人信息: 'sensitive-personal',
  未成年人: 'minor',
  商业秘密: 'trade-secret',
  立案: 'filing',
  调查: 'investigation',
  取证: 'evidence',
  审查: 'review',
  决定: 'decision',
  送达: 'service',
  执行: 'execution',
  许可: 'permit',
  处罚: 'penalty',
  强制: 'coercion',
  征收: 'levy',
  收费: 'fee',
  检查: 'inspection',
  其他: 'other',
};

/** Gathers all faults of a file, so that a person can mend them in one go. */
export class Complaints {
  readonly #found: Reason[] = [];
  #count = 0;

  add(line: number, why: Reason): void {
    this.#count += 1;
    if (this.#found.length < COMPLAINTS_MAX) this.#found.push(because('row', { line, why }));
  }

  /** Throws request.invalid if there is any complaint. */
  settle(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#found.length;
    const why = more > 0 ? because('and-more', { whys: this.#found, count: more }) : together(this.#found);
    throw new EvidockError('request.invalid', because('not-imported', { why }));
  }
}

/** Cases and their events; rows of the same number are events of one case. Throws request.invalid with row numbers. */
export function readCases(source: ImportText, zone: string): { drafts: readonly CaseDraft[]; lines: readonly number[] } {
  const complaints = new Complaints();
  const cases = new Map<string, { line: number; draft: CaseDraft; events: EventDraft[] }>();
  for (const row of rowsOf(source, CASE_COLUMNS, ['number', 'title'])) {
    const number = required(row, 'number', complaints);
    const title = row.fields.get('title') ?? '';
    const known = cases.get(number);
    if (!known && title === '') complaints.add(row.line, because('field-missing', { field: 'title' }));
    if (known && title !== '' && title !== known.draft.title)
      complaints.add(row.line, because('other-title', { number, line: known.line }));
    const officers = list(row.fields.get('officers'));
    const stage = choice<CaseStage>(row, 'stage', CASE_STAGES, complaints);
    const category = choice<Category>(row, 'category', CATEGORIES, complaints);
    const entry = known ?? {
      line: row.line,
      events: [],
      draft: {
        number,
        title,
        ...(stage ? { stage } : {}),
        ...(category ? { category } : {}),
        ...(officers.length > 0 ? { officers } : {}),
        ...courseOf(row, complaints),
      },
    };
    cases.set(number, entry);
    const event = eventOf(row, officers, zone, complaints);
    if (event) entry.events.push(event);
  }
  complaints.settle();
  const found = [...cases.values()];
  return { drafts: found.map(({ draft, events }) => ({ ...draft, events })), lines: found.map(({ line }) => line) };
}

/** Reads the dates and the marks of a case. */
function courseOf(row: Row, complaints: Complaints): Partial<CaseDraft> {
  const dates = Object.fromEntries(
    DATE_COLUMNS.flatMap((name) => {
      const written = row.fields.get(name) ?? '';
      if (written === '') return [];
      if (calendarDateOf(written) === null)
        complaints.add(row.line, because('of', { thing: name, why: because('not-a-date', { value: written }) }));
      return [[`${name}On`, written]];
    }),
  );
  const confidentiality = choice<Confidentiality>(row, 'confidentiality', CONFIDENTIALITY, complaints);
  const privacy = list(row.fields.get('privacy')).flatMap((each) => oneOf(row, 'privacy', each, PRIVACY_MARKS, complaints) ?? []);
  return { ...dates, ...(confidentiality ? { confidentiality } : {}), ...(privacy.length > 0 ? { privacy } : {}) };
}

function eventOf(row: Row, officers: readonly string[], zone: string, complaints: Complaints): EventDraft | null {
  const start = row.fields.get('event_start') ?? '';
  const end = row.fields.get('event_end') ?? '';
  if (start === '' && end === '') return null;
  if (start === '' || end === '') {
    complaints.add(row.line, because('events-come-together', {}));
    return null;
  }
  try {
    if (momentOf(end, zone, 'event_end') < momentOf(start, zone, 'event_start')) complaints.add(row.line, because('event-ends-early', {}));
  } catch (error) {
    complaints.add(row.line, said(error));
  }
  const stage = choice<CaseStage>(row, 'event_stage', CASE_STAGES, complaints);
  return { start, end, officers, place: row.fields.get('place') || null, ...(stage ? { stage } : {}) };
}

/** Reads officers. Throws request.invalid with row numbers. */
export function readOfficers(source: ImportText): readonly Officer[] {
  const complaints = new Complaints();
  const seen = new Map<string, number>();
  const officers = rowsOf(source, OFFICER_COLUMNS, ['id', 'name']).map((row): Officer => {
    const id = required(row, 'id', complaints);
    const before = seen.get(id);
    if (before !== undefined) complaints.add(row.line, because('officer-twice', { officer: id, line: before }));
    seen.set(id, row.line);
    return { id, name: required(row, 'name', complaints), unit: row.fields.get('unit') || null };
  });
  complaints.settle();
  return officers;
}

/** One person of a roster. What is left out, or empty, stays as it is. */
export interface RosterRow {
  readonly line: number;
  readonly account: string | null;
  readonly name: string;
  readonly officer: string | null;
  /** As `findUnit` takes it; units that are not there are made. */
  readonly unit?: string;
  readonly roles?: readonly Role[];
  readonly state?: UserState;
}

/** Reads a roster. Throws request.invalid with row numbers. */
export function readRoster(source: ImportText): readonly RosterRow[] {
  const complaints = new Complaints();
  const seen = { account: new Map<string, number>(), officer: new Map<string, number>() };
  const once = (field: 'account' | 'officer', value: string | null, line: number) => {
    if (value === null) return;
    const before = seen[field].get(value);
    if (before !== undefined) complaints.add(line, because('roster-twice', { field, value, line: before }));
    seen[field].set(value, line);
  };
  const people = rowsOf(source, ROSTER_COLUMNS, ['name'], ROSTER_ALIASES).map((row): RosterRow => {
    const { line, fields } = row;
    const officer = optional(row, 'officer', complaints);
    const written = fields.get('account') ?? '';
    const account = written === '' ? null : accountOf(written);
    if (written !== '' && account === null) complaints.add(line, because('account-unfit', { account: written }));
    if (written === '' && officer === null) complaints.add(line, because('roster-nobody', {}));
    once('account', account, line);
    once('officer', officer, line);
    const unit = optional(row, 'unit', complaints);
    const roles = list(fields.get('roles')).flatMap((each) => oneOf<Role>(row, 'roles', each, ROLES, complaints) ?? []);
    const state = choice<UserState>(row, 'state', USER_STATES, complaints);
    const told = { ...(unit === null ? {} : { unit }), ...(roles.length > 0 ? { roles } : {}), ...(state ? { state } : {}) };
    return { line, account, name: required(row, 'name', complaints), officer, ...told };
  });
  complaints.settle();
  return people;
}

/** The rows of a file with these columns. Throws request.invalid, also where columns of `needed` are missing in CSV. */
export function rowsOf(
  source: ImportText,
  columns: readonly string[],
  needed: readonly string[],
  aliases: Readonly<Record<string, string>> = ALIASES,
): readonly Row[] {
  const rows = source.format === 'csv' ? csvRows(source.text, { columns, needed, aliases }) : jsonRows(source.text, columns);
  if (rows.length === 0) throw new EvidockError('request.invalid', because('not-imported', { why: because('no-rows', {}) }));
  if (rows.length > ROWS_MAX)
    throw new EvidockError('request.invalid', because('not-imported', { why: because('many-rows', { limit: ROWS_MAX }) }));
  return rows;
}

interface Columns {
  readonly columns: readonly string[];
  readonly needed: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
}

function csvRows(text: string, { columns, needed, aliases }: Columns): readonly Row[] {
  let records: { info: { lines: number }; record: Record<string, string> }[];
  try {
    records = parse(text, {
      bom: true,
      columns: (header: string[]) => columnsOf(header, columns, aliases),
      info: true,
      skip_empty_lines: true,
      trim: true,
      to: ROWS_MAX + 1,
      max_record_size: 64 * 1024,
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new EvidockError('request.invalid', because('not-imported', { why: said(error) }), error);
  }
  const [first] = records;
  const missing = first ? needed.filter((name) => !Object.hasOwn(first.record, name)) : [];
  if (missing.length > 0)
    throw new EvidockError('request.invalid', because('not-imported', { why: because('columns-missing', { names: missing }) }));
  return records.map(({ info, record }) => ({ line: info.lines, fields: new Map(Object.entries(record)) }));
}

/** Throws where two columns mean the same: the value of the first would be ignored. */
function columnsOf(header: readonly string[], columns: readonly string[], aliases: Columns['aliases']): string[] {
  const known = header.map((name) => columnOf(name, columns, aliases));
  const doubled = header.filter((_, at) => known.indexOf(known[at] ?? '') !== at);
  if (doubled.length === 0) return known;
  throw new EvidockError('request.invalid', because('not-imported', { why: because('columns-doubled', { names: doubled }) }));
}

function columnOf(name: string, columns: readonly string[], aliases: Columns['aliases']): string {
  const plain = name.trim();
  const known = (Object.hasOwn(aliases, plain) ? aliases[plain] : undefined) ?? plain.toLowerCase().replaceAll(' ', '_');
  if (columns.includes(known)) return known;
  throw new EvidockError('request.invalid', because('not-imported', { why: because('column-unknown', { name, names: columns }) }));
}

/** Reads a JSON list of objects whose names are those of the columns. `officers` may be a list. The row number is the place in the list, from 1. */
function jsonRows(text: string, columns: readonly string[]): readonly Row[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new EvidockError(
      'request.invalid',
      because('not-imported', { why: because('import-not-json', { text: error instanceof Error ? error.message : String(error) }) }),
      error,
    );
  }
  if (!Array.isArray(parsed)) throw new EvidockError('request.invalid', because('not-imported', { why: because('not-a-list', {}) }));
  const complaints = new Complaints();
  const rows = parsed.slice(0, ROWS_MAX + 1).map((entry: unknown, index): Row => {
    const fields = new Map<string, string>();
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) complaints.add(index + 1, because('not-an-object', {}));
    else {
      for (const [name, value] of Object.entries(entry)) {
        const text = textOf(value);
        if (!columns.includes(name)) complaints.add(index + 1, because('name-not-one-of', { name, names: columns }));
        else if (text === null) complaints.add(index + 1, because('not-text', { field: name }));
        else if (!text.isWellFormed()) complaints.add(index + 1, because('half-character', { field: name }));
        else fields.set(name, text);
      }
    }
    return { line: index + 1, fields };
  });
  complaints.settle();
  return rows;
}

function textOf(value: unknown): string | null {
  if (value === null) return '';
  if (typeof value === 'string' || typeof value === 'number') return String(value).trim();
  if (Array.isArray(value) && value.every((part) => typeof part === 'string' || typeof part === 'number')) return value.join(';');
  return null;
}

export function required(row: Row, name: string, complaints: Complaints): string {
  const value = row.fields.get(name) ?? '';
  if (value === '') complaints.add(row.line, because('field-missing', { field: name }));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (value.length > TEXT_MAX || /[\u0000-\u001f\u007f-\u009f]/.test(value))
    complaints.add(row.line, because('too-long-text', { field: name, limit: TEXT_MAX }));
  return value;
}

/** null where the cell is empty. */
function optional(row: Row, name: string, complaints: Complaints): string | null {
  return (row.fields.get(name) ?? '') === '' ? null : required(row, name, complaints);
}

function choice<T extends string>(row: Row, name: string, values: readonly T[], complaints: Complaints): T | null {
  const value = row.fields.get(name) ?? '';
  return value === '' ? null : oneOf(row, name, value, values, complaints);
}

function oneOf<T extends string>(row: Row, name: string, value: string, values: readonly T[], complaints: Complaints): T | null {
  const found = values.find((each) => each === (CHINESE_VALUES[value] ?? value));
  if (!found) complaints.add(row.line, because('field-not-one-of', { field: name, value, names: values }));
  return found ?? null;
}

/** Splits a cell that holds several values, at semicolons, commas of either script, or spaces. */
function list(text: string | undefined): string[] {
  return (text ?? '').split(/[;,；，、\s]+/).filter((part) => part !== '');
}
