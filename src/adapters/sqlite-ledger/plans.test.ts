import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Asker } from '#domain/access/decide';
import { scopeOf } from '#domain/access/scope-of';
import type { NarrowScope, Scope, ScopeWhich } from '#domain/scope';
import type { Ledger, LedgerReader } from '#ports/ledger';
import type { RecordingFilter } from '#ports/ledger/recordings';
import { collect } from '#test/contract/ledger-support';
import { about } from '#test/support/custody';
import { shippedPolicy } from '#test/support/policies';
import { type LoadedLedger, loadLedger } from '../../../bench/ledger-load.ts';
import { connect } from './connection.ts';
import { countsOf, countsWithin } from './counts.ts';
import { readersOf } from './groups.ts';

/*
 * Goal: no list may become slow as the ledger grows.
 * Method: the test catches every statement that a list prepares and asks for its plan. It names each plan that scans a table, or that sorts where an index
 * gives the order. The number of rows does not matter for a plan, because statistics are never gathered (no ANALYZE).
 */

let directory: string;
let file: string;
let loaded: LoadedLedger;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-plans-'));
  file = join(directory, 'ledger.sqlite');
  loaded = await loadLedger(file, { recordings: 2_000, cases: 20, officers: 40, units: 2, recorders: 5 });
});
afterAll(() => rm(directory, { recursive: true }));

type Readers = Pick<Ledger, keyof LedgerReader | 'counts'>;

interface Plan {
  readonly text: string;
  readonly lines: readonly string[];
}

/** The plans of all statements that `query` prepares over a connection of its own. */
async function plansOf(query: (reader: Readers) => Promise<unknown>, scope: Scope = 'all'): Promise<Plan[]> {
  const connection = connect(file, { readOnly: true });
  const { raw } = connection;
  const texts = new Set<string>();
  const prepare = DatabaseSync.prototype.prepare;
  const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, text: string): StatementSync {
    texts.add(text);
    return prepare.call(this, text);
  });
  try {
    const counts = () => (scope === 'all' ? countsOf(connection.db, 0) : countsWithin(connection, scope));
    await query({ ...readersOf(connection, scope), counts });
    spy.mockRestore();
    return [...texts].map((text) => ({ text, lines: explain(raw, text) }));
  } finally {
    spy.mockRestore();
    raw.close();
  }
}

function explain(raw: DatabaseSync, text: string): string[] {
  const parameters = Array.from(text.matchAll(/\?/g), () => null);
  return raw
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all(...parameters)
    .map((row) => String(row['detail']));
}

/** Lines of plans that walk a table from end to end. To walk an index in its order until the page is full is what a list should do. */
function scansOf(plans: readonly Plan[]): string[] {
  return plans.flatMap(({ text, lines }) =>
    lines
      // The first or last entry of the log is the first row that such a walk meets.
      .filter((line) => !(/^SCAN custody(_former)?$/.test(line) && /order by "seq"( desc)? limit \?$/.test(text)))
      // Such a line walks rows of a subquery, whose own plan is in other lines.
      .filter((line) => !lines.some((made) => ['CO-ROUTINE', 'MATERIALIZE'].some((how) => made === `${how} ${line.replace('SCAN ', '')}`)))
      .filter((line) => /^SCAN (?!json_each|CONSTANT|counters)/.test(line) && !/USING (COVERING )?INDEX/.test(line))
      .map((line) => `${line}: ${text}`),
  );
}

function sortsOf(plans: readonly Plan[]): string[] {
  return plans.flatMap(({ text, lines }) =>
    lines.filter((line) => line.includes('TEMP B-TREE FOR ORDER BY')).map((line) => `${line}: ${text}`),
  );
}

function singleFilters(): Readonly<Record<string, Omit<RecordingFilter, 'limit'>>> {
  return {
    none: {},
    case: { caseNumber: loaded.caseSample[0] ?? '' },
    officer: { officerId: loaded.officers[0] ?? '' },
    recorder: { recorderSerial: loaded.recorders[0] ?? '' },
    state: { state: 'archived' },
    copying: { state: 'copying' },
    since: { sinceMs: 1 },
    until: { untilMs: 1 },
    category: { category: 'inspection' },
    damaged: { damaged: true },
    unassigned: { unassigned: true },
  };
}

test('recordings: no filter, pair of filters or next page scans a table or sorts more than its page', async () => {
  const single = Object.entries(singleFilters());
  const complaints: string[] = [];
  let asked = 0;
  for (const [first, a] of single) {
    for (const [second, b] of single) {
      for (const after of [{}, { after: loaded.idSample[3] ?? '' }]) {
        const plans = await plansOf((reader) => reader.recordings.list({ ...a, ...b, ...after, limit: 50 }));
        const list = plans.filter(({ text }) => text.includes('LIMIT'));
        expect(list.length).toBe(1);
        complaints.push(...[...scansOf(plans), ...sortsOf(list)].map((complaint) => `${first} + ${second}: ${complaint}`));
        asked += 1;
      }
    }
  }
  expect(complaints).toEqual([]);
  expect(asked).toBe(242);
});

test.each([
  ['case', [], 'recordings_of_case'],
  ['case', ['officer', 'recorder', 'state', 'since', 'damaged', 'unassigned'], 'recordings_of_case'],
  ['officer', ['state', 'since', 'until'], 'recordings_by_officer'],
  ['recorder', ['state', 'since', 'until'], 'recordings_by_recorder'],
  ['state', ['since'], 'recordings_by_state'],
  ['category', ['state', 'since'], 'recordings_by_category'],
  ['damaged', ['state', 'since'], 'recordings_damaged'],
  ['unassigned', ['state', 'since'], 'recordings_unassigned'],
  ['since', ['until'], 'recordings_by_time'],
])('recordings by %s with %j walk %s: the filter that leaves fewest', async (first, others, index) => {
  const single = singleFilters();
  const filter = Object.assign({ limit: 50 }, single[first], ...others.map((other) => single[other] ?? {})) as RecordingFilter;
  const list = (await plansOf((reader) => reader.recordings.list(filter))).find(({ text }) => text.includes('LIMIT'));
  expect(list?.lines.join('\n')).toContain(`INDEX ${index}`);
});

test('a page of recordings takes the same number of statements however long it is', async () => {
  const count = async (limit: number) => (await plansOf((reader) => reader.recordings.list({ limit }))).length;
  expect(await count(1)).toBe(6);
  expect(await count(1000)).toBe(6);
});

const AUDIT_QUESTION = { person: 'x', recording: 'x', type: 'x', outcome: 'done', fromMs: 1, untilMs: 2 } as const;
const OTHER_LISTS: Readonly<Record<string, (reader: Readers) => Promise<unknown>>> = {
  dockings: (reader) => reader.dockings.list({ limit: 5 }),
  openDockings: (reader) => reader.dockings.list({ limit: 5, openOnly: true }),
  dockingsOfRecorder: (reader) => reader.dockings.list({ limit: 5, recorder: 'x' }),
  openDockingsOfRecorder: (reader) => reader.dockings.list({ limit: 5, recorder: 'x', openOnly: true }),
  refusals: (reader) => reader.dockings.refusals('x'),
  dockingProgress: (reader) => reader.dockings.progress('x'),
  recordingIds: (reader) => collect(reader.recordings.ids()),
  originalsOf: (reader) => reader.originals.ofRecording('x'),
  original: (reader) => reader.originals.get('x'),
  findOriginal: (reader) => reader.originals.find({ recorderSerial: 'x', cardPath: 'x', bytes: 1, mtimeMs: 1 }),
  dockingsOfToldSerial: (reader) => reader.dockings.list({ limit: 5, told: 'x' }),
  originalsNamed: (reader) => reader.originals.named({ cardPath: 'x', bytes: 1, mtimeMs: 1 }, 5),
  originalsLike: (reader) => reader.originals.like({ recorderSerial: 'x', bytes: 1, mtimeMs: 1 }, 5),
  findSealedByDigest: (reader) => reader.originals.findSealedByDigest('x', 1),
  copiedOriginals: (reader) => reader.originals.copied(5),
  copies: (reader) => reader.recordings.copies('x'),
  derivatives: (reader) => reader.recordings.derivatives('x'),
  leftovers: (reader) => reader.recordings.leftovers(5),
  leftoversOfOne: (reader) => reader.recordings.leftovers(5, 'x'),
  dueWork: (reader) => reader.work.due(1, 'derive', 5),
  work: (reader) => reader.work.list({ limit: 5 }),
  workByStage: (reader) => reader.work.list({ stage: 'archive', limit: 5 }),
  workByState: (reader) => reader.work.list({ state: 'done', limit: 5 }),
  workByBoth: (reader) => reader.work.list({ stage: 'archive', state: 'failed', limit: 5 }),
  cases: (reader) => reader.cases.list({ limit: 5 }),
  casesBeginning: (reader) => reader.cases.beginning('LY', { limit: 5, after: 'LY-2' }),
  casesAfter: async (reader) => reader.cases.list({ limit: 5, after: (await reader.cases.list({ limit: 1 }))[0]?.number ?? '' }),
  officersAfter: (reader) => reader.registry.officers({ limit: 5, after: 'x' }),
  officersOfUnit: (reader) => reader.registry.officersOf('x', { limit: 5, after: 'x' }),
  usersAfter: (reader) => reader.people.users({ limit: 5, after: 'x', state: 'active' }),
  usersOfUnit: (reader) => reader.people.users({ limit: 5, after: 'x', unit: 'x' }),
  userByAccount: (reader) => reader.people.userByAccount('x'),
  userByOfficer: (reader) => reader.people.userByOfficer('x'),
  unitsNamed: (reader) => reader.people.unitsNamed('x', 5),
  unitBelow: (reader) => reader.people.unitBelow('x', 'x'),
  unitAt: (reader) => reader.people.unitAt('x', 5),
  memberships: (reader) => reader.people.membershipsOf('x', { limit: 5, before: 5 }),
  recordersAfter: (reader) => reader.registry.recorders({ limit: 5, after: 'x' }),
  dockingsAfter: (reader) => reader.dockings.list({ limit: 5, after: 'x' }),
  openDockingsAfter: (reader) => reader.dockings.list({ limit: 5, after: 'x', openOnly: true }),
  workAfter: (reader) => reader.work.list({ limit: 5, after: 'x' }),
  workAfterByState: (reader) => reader.work.list({ state: 'done', limit: 5, after: 'x' }),
  suggestionsAfter: (reader) => reader.cases.suggestions({ limit: 5, after: 'x' }),
  openSuggestionsAfter: (reader) => reader.cases.suggestions({ state: 'open', limit: 5, after: 'x' }),
  suggestions: (reader) => reader.cases.suggestions({ limit: 5 }),
  audit: (reader) => reader.looks.answer({}, { limit: 5, order: 'newest' }),
  auditByAll: (reader) => reader.looks.answer(AUDIT_QUESTION, { limit: 5, order: 'oldest', after: 3 }),
  auditSeen: (reader) => reader.looks.seenOf(['x', 'y']),
  auditTitles: (reader) => reader.looks.titlesNow(['x', 'y']),
  grantsCovering: (reader) => reader.callUps.grantsCovering('x', loaded.idSample[0] ?? '', 'look', 1),
  grantedTo: (reader) => reader.callUps.grantedTo('x', 'see', 1),
  openCallUps: (reader) => reader.callUps.openOf('x'),
  recordingsOfOfficer: (reader) => reader.callUps.recordingsOf({ officer: 'x', fromMs: 1, toMs: 2 }, 5),
  recordingsOfCase: (reader) => reader.callUps.recordingsOf({ number: 'x' }, 5),
  requests: (reader) => reader.callUps.requests({ seenBy: null, limit: 5, after: 'x' }),
  requestsInState: (reader) => reader.callUps.requests({ seenBy: null, state: 'asked', limit: 5, after: 'x' }),
  grants: (reader) => reader.callUps.grants({ seenBy: null, holding: true, limit: 5, after: 'x' }),
  unconfirmed: (reader) => reader.callUps.overdue(1),
  notices: (reader) => reader.callUps.notices({ user: 'x', unread: true, limit: 5, after: 'x' }),
  noticesOfAll: (reader) => reader.callUps.notices({ user: null, limit: 5, after: 'x' }),
  dueDeliveries: (reader) => reader.callUps.dueDeliveries(1, 5),
  nextDelivery: (reader) => reader.callUps.nextDelivery(),
  openSuggestions: (reader) => reader.cases.suggestions({ state: 'open', limit: 5 }),
  custodyHead: (reader) => reader.custody.head(),
  verifyCustody: (reader) => collect(reader.custody.verify()),
  counts: (reader) => reader.counts(),
};

test.each(Object.entries(OTHER_LISTS))('%s neither scans a table nor sorts', async (_, query) => {
  const plans = await plansOf(query);
  expect(plans.length).toBeGreaterThan(0);
  expect([...scansOf(plans), ...sortsOf(plans)]).toEqual([]);
});

test('walks of the tree of units are one statement each, and find every step by an index', async () => {
  const walks: (typeof OTHER_LISTS)[string][] = [
    (reader) => reader.people.unitsAbove('x'),
    (reader) => reader.people.unitsBelow('x'),
    (reader) => reader.people.unitsOfOfficer('x'),
  ];
  for (const walk of walks) {
    const plans = await plansOf(walk);
    expect(plans.length).toBe(1);
    // `walked` is what was found so far.
    expect(plans[0]?.lines.filter((line) => line.startsWith('SCAN') && line !== 'SCAN walked')).toEqual([]);
    expect(plans[0]?.lines.filter((line) => /^SEARCH units USING/.test(line)).length).toBeGreaterThan(0);
  }
});

/** These lists may sort, because an index picks few rows for them: the work, the events or the entries of one thing. */
const SMALL_SORTS: typeof OTHER_LISTS = {
  recordingDetail: (reader) => reader.recordings.detail(loaded.idSample[0] ?? ''),
  workOfRecording: (reader) => reader.work.list({ recordingId: 'x', limit: 5 }),
  suggestionsOfRecording: (reader) => reader.cases.suggestions({ recordingId: 'x', limit: 5 }),
  membersAt: (reader) => reader.people.membersAt('x', 5, { limit: 5, after: 'x' }),
  caseEvents: (reader) => reader.cases.events('x'),
  eventsTouching: (reader) => reader.cases.eventsTouching(1, 2, 3),
  custodyOf: (reader) => reader.custody.of(about(loaded.idSample[0] ?? '')),
};

test.each(Object.entries(SMALL_SORTS))('%s looks only at what belongs to it', async (_, query) => {
  const plans = await plansOf(query);
  expect(plans.length).toBeGreaterThan(0);
  expect(scansOf(plans)).toEqual([]);
  expect(plans.flatMap(({ lines }) => lines.filter((line) => line.startsWith('SCAN')))).toSatisfy((lines: string[]) =>
    lines.every((line) => line.includes('json_each')),
  );
});

const NOBODY: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
/** What the policy of the software lets somebody see, as the ledger is asked. */
function byPolicy(asker: Omit<Asker, 'id'>, unitsBelow: readonly string[] = []): Scope {
  const granted = { cases: [loaded.caseSample[0] ?? ''], recordings: loaded.idSample.slice(0, 2) };
  return scopeOf(shippedPolicy(), { id: 'usr', ...asker }, { time: '12:00', isFrom: () => false, atMs: 1, unitsBelow, granted });
}
const SCOPES: Readonly<Record<string, () => Scope>> = {
  own: () => ({ ...NOBODY, officers: [loaded.officers[0] ?? ''] }),
  unit: () => ({ ...NOBODY, units: [loaded.units[0] ?? ''] }),
  grants: () => ({ ...NOBODY, cases: [loaded.caseSample[0] ?? ''], recordings: loaded.idSample.slice(0, 3) }),
  each: () => ({
    officers: [loaded.officers[0] ?? ''],
    units: [loaded.units[1] ?? ''],
    cases: [loaded.caseSample[0] ?? ''],
    recordings: loaded.idSample.slice(0, 3),
  }),
  'policy for an officer': () => byPolicy({ roles: ['officer'], officer: loaded.officers[0] ?? '', unit: loaded.units[0] ?? '' }),
  'policy for a reviewer': () => byPolicy({ roles: ['reviewer'], officer: null, unit: loaded.units[0] ?? '' }, loaded.units.slice(1)),
  'policy for a custodian': () => byPolicy({ roles: ['custodian'], officer: null, unit: loaded.units[0] ?? '' }, loaded.units.slice(1)),
  'every condition': () => {
    const reach = { all: false, unassigned: false, officers: [], units: [loaded.units[0] ?? ''], cases: [], recordings: [], named: [] };
    const which: ScopeWhich = {
      ...{ kinds: ['video'], categories: ['penalty'], important: true, confidentialityMin: 'internal', confidentialityMax: 'secret' },
      ...{ privacy: true, caseStates: ['open'], takenSinceMs: 1, takenUntilMs: 2 },
    };
    return { allowed: [{ reach, which }], refused: [{ reach: { ...reach, all: true }, which }] };
  },
};
const SCOPED: Readonly<Record<string, (reader: Readers) => Promise<unknown>>> = {
  detail: (reader) => reader.recordings.detail(loaded.idSample[0] ?? ''),
  suggestions: (reader) => reader.cases.suggestions({ limit: 5 }),
  openSuggestions: (reader) => reader.cases.suggestions({ state: 'open', limit: 5, after: 'x' }),
  cases: (reader) => reader.cases.list({ limit: 5 }),
  case: (reader) => reader.cases.get(loaded.caseSample[0] ?? ''),
  dockings: (reader) => reader.dockings.list({ limit: 5 }),
  progress: (reader) => reader.dockings.progress('x'),
  custody: (reader) => reader.custody.of(about(loaded.idSample[0] ?? '')),
  custodyOfTypes: (reader) => reader.custody.ofTypes(about(loaded.idSample[0] ?? ''), ['recording.tagged'], 5),
  casesBeginning: (reader) => reader.cases.beginning('LY', { limit: 5, after: 'x' }),
  original: (reader) => reader.originals.get('x'),
  troubled: (reader) => reader.work.troubled(loaded.idSample.slice(0, 3)),
  counts: (reader) => reader.counts(),
};

describe.each(Object.keys(SCOPES))('within a scope: %s', (name) => {
  const scope = () => SCOPES[name]?.() ?? NOBODY;

  test('no list of recordings, under any filter and on any page, scans a table', async () => {
    const complaints: string[] = [];
    for (const [first, filter] of Object.entries(singleFilters())) {
      for (const after of [{}, { after: loaded.idSample[0] ?? '' }]) {
        const plans = await plansOf((reader) => reader.recordings.list({ ...filter, ...after, limit: 50 }), scope());
        expect(plans.length).toBeGreaterThan(0);
        complaints.push(...scansOf(plans).map((complaint) => `${first}: ${complaint}`));
      }
    }
    expect(complaints).toEqual([]);
  });

  test.each(Object.entries(SCOPED))('%s scans no table', async (_, query) => {
    const plans = await plansOf(query, scope());
    expect(plans.length).toBeGreaterThan(0);
    expect(scansOf(plans)).toEqual([]);
  });
});

test.each([
  ['own', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
  ['unit', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
  ['unit', 'INDEX officers_of_unit (unit=?)'],
  ['grants', 'COVERING INDEX recordings_of_case (case_number=?)'],
  ['each', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
])('recordings within %s are gathered from %s alone, and rows are read for the page', async (name, index) => {
  const plans = await plansOf((reader) => reader.recordings.list({ limit: 50 }), SCOPES[name]?.());
  const list = plans.find(({ text }) => text.includes('LIMIT'))?.lines ?? [];
  expect(list.join('\n')).toContain(index);
  const rows = plans.find(({ text }) => text.startsWith('SELECT list.* FROM'))?.lines ?? [];
  expect(rows[0]).toBe('SEARCH list USING PRIMARY KEY (id=?)');
});

test.each(['own', 'unit', 'grants', 'each'])('state and time are judged by the index within %s', async (name) => {
  const filter = { state: 'archived', sinceMs: 1, limit: 50 } as const;
  const plans = await plansOf((reader) => reader.recordings.list(filter), SCOPES[name]?.());
  const list = plans.find(({ text }) => text.includes('LIMIT'))?.lines ?? [];
  if (name !== 'grants') expect(list.join('\n')).toContain('COVERING INDEX recordings_by_officer (officer_id=? AND sort_at>?)');
  expect(list.join('\n')).not.toContain('recordings_by_state');
});

test.each([
  ['policy for an officer', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
  ['policy for an officer', 'COVERING INDEX recordings_of_case (case_number=?)'],
  ['policy for an officer', 'SEARCH case_officers USING PRIMARY KEY (officer_id=?)'],
  ['policy for a reviewer', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
  ['every condition', 'COVERING INDEX recordings_by_officer (officer_id=?)'],
])('recordings by the %s are gathered from %s, and what they are is looked up for the newest alone', async (name, index) => {
  const plans = await plansOf((reader) => reader.recordings.list({ limit: 50 }), SCOPES[name]?.());
  const lists = plans.filter(({ text }) => text.includes('LIMIT'));
  expect(lists[0]?.lines.join('\n')).toContain(index);
  expect(lists[0]?.lines.join('\n')).not.toContain('SEARCH marked');
  if (name !== 'policy for a reviewer') expect(lists[1]?.lines[0]).toBe('SEARCH list USING PRIMARY KEY (id=?)');
});

test('what a decision needs of a recording is found by keys', async () => {
  const plans = await plansOf((reader) => reader.policies.judged(loaded.idSample[0] ?? ''));
  expect(plans.length).toBe(3);
  expect(scansOf(plans)).toEqual([]);
});

test('for all, a list is asked for in the words of before', async () => {
  const text = async (scope?: Scope) => (await plansOf((reader) => reader.recordings.list({ limit: 50 }), scope)).map((plan) => plan.text);
  expect((await text('all')).filter((each) => each.includes('LIMIT'))).toEqual([
    'SELECT list.* FROM recordings AS list  ORDER BY list.sort_at DESC, list.id DESC LIMIT ?',
  ]);
});
