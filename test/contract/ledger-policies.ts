/*
 * Goal: a list shows exactly the recordings of which the policy says that they may be seen. Method: random policies, people, moments and stations; the scope
 * that a policy gives is put into the ledger, and what its lists, look-ups and counts tell is compared with `decide`, asked of what the generator made. Beside
 * it: how versions of the policy stand.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { shownOf } from '#desk/access/decide-for';
import { type Asker, decide, type Shown } from '#domain/access/decide';
import type { Rule } from '#domain/access/policy';
import { scopeOf } from '#domain/access/scope-of';
import type { CaseStep } from '#domain/case-course';
import { STATION } from '#domain/custody/actor';
import type { RuledScope, Scope, ScopePart } from '#domain/scope';
import type { Ledger, LedgerReader } from '#ports/ledger';
import { aCase, aDocking, anId, anOfficer, anOriginal, aRecording, aUnit, START_MS } from '#test/support/builders';
import { collect, type It, refused } from './ledger-support.ts';

const DAY_MS = 86_400_000;
const NOW_MS = START_MS + 10 * DAY_MS;
const OFFICERS = ['1', '2', '3'] as const;
const UNITS = ['bureau', 'brigade', 'squad-1', 'squad-2'] as const;
const PARENTS = { bureau: null, brigade: 'bureau', 'squad-1': 'brigade', 'squad-2': 'brigade' } as const;
const CASES = ['C-1', 'C-2'] as const;
const LEVELS = ['public', 'internal', 'secret', 'highly-secret', 'top-secret'] as const;
const MARKS = ['minor', 'personal-privacy'] as const;
const COURSES: readonly (readonly CaseStep[])[] = [
  [],
  [{ step: 'decided', on: '2026-06-20' }],
  [
    { step: 'decided', on: '2026-06-20' },
    { step: 'closed', on: '2026-06-21' },
  ],
];
const STATE_OF = ['open', 'decided', 'closed'];

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const marks = { confidentiality: fc.constantFrom(null, null, ...LEVELS), privacy: fc.subarray([...MARKS], { maxLength: 1 }) };
const aMadeCase = fc.record({ officers: fc.subarray([...OFFICERS]), course: fc.nat({ max: 2 }), ...marks });
const footage = fc.record({
  officer: fc.constantFrom(null, '9', ...OFFICERS),
  cases: fc.subarray([...CASES]),
  kind: fc.constantFrom('video' as const, 'audio' as const),
  category: fc.constantFrom(null, 'penalty' as const, 'permit' as const),
  important: fc.boolean(),
  days: fc.nat({ max: 3 }),
  ...marks,
});
const world = fc.record({
  units: fc.tuple(...OFFICERS.map(() => fc.constantFrom(null, ...UNITS))),
  cases: fc.tuple(...CASES.map(() => aMadeCase)),
  footage: fc.array(footage, { minLength: 4, maxLength: 10 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;
type Footage = World['footage'][number];

const WHICH = {
  kinds: some(['video', 'audio'] as const),
  categories: some(['penalty', 'permit'] as const),
  important: fc.boolean(),
  confidentialityMin: fc.constantFrom(...LEVELS),
  confidentialityMax: fc.constantFrom(...LEVELS),
  privacy: fc.boolean(),
  caseStates: some(['open', 'closed']),
  daysMin: fc.nat(3),
  daysMax: fc.nat(3),
};
type WhichName = keyof typeof WHICH;
/** One condition or two: with all of them a rule hardly matches anything. */
const which = fc
  .subarray(Object.keys(WHICH) as WhichName[], { minLength: 1, maxLength: 2 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, WHICH[name] as fc.Arbitrary<unknown>]))));
const seldom = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { freq: 5, nil: undefined });
const base = fc.record(
  {
    id: fc.uuid(),
    title: fc.constant({ 'zh-CN': '规则', en: 'rule' }),
    roles: some(['officer', 'reviewer'] as const),
    relations: some(['own', 'same-unit', 'unit-below', 'unassigned', 'named-in-case', 'by-grant', 'any'] as const),
    actions: fc.constantFrom(['see'] as const, ['see', 'look'] as const, ['see', 'tag'] as const, ['look'] as const),
    which,
    effect: fc.constantFrom('allow' as const, 'allow' as const, 'needs-approval' as const, 'refuse' as const),
  },
  { requiredKeys: ['id', 'title', 'roles', 'relations', 'actions', 'effect'] },
);
const rule = fc.tuple(base, seldom(['08:00-20:00', '20:00-08:00']), seldom([['10.0.0.0/8']])).map(([made, hours, addresses]) => ({
  ...made,
  ...(hours && { hours }),
  ...(addresses && { addresses }),
})) as unknown as fc.Arbitrary<Rule>;
const question = fc.record({
  rules: fc.array(rule, { minLength: 2, maxLength: 5 }),
  roles: some(['officer', 'reviewer'] as const),
  officer: fc.constantFrom(null, '1', '2', '9'),
  unit: fc.constantFrom(null, ...UNITS),
  time: fc.constantFrom('07:59', '12:00'),
  inside: fc.boolean(),
  grantedCases: fc.subarray([...CASES]),
  grantedPlaces: fc.subarray([0, 1, 2]),
});
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never;

interface Put {
  readonly id: string;
  readonly bytes: number;
  readonly made: Footage;
  readonly shown: Shown;
}

function unitsFrom(unit: string | null): readonly string[] {
  return unit === null ? [] : [unit, ...unitsFrom(PARENTS[unit as keyof typeof PARENTS])];
}

/** Everything of one world has its prefix: several stand in one ledger. */
async function put(ledger: Ledger, made: World, prefix: string): Promise<readonly Put[]> {
  const named = (name: string) => `${prefix}${name}`;
  return ledger.transaction(async (writer) => {
    for (const unit of UNITS) {
      const parent = PARENTS[unit];
      await writer.people.upsertUnit(aUnit({ id: named(unit), name: named(unit), parent: parent === null ? null : named(parent) }));
    }
    for (const [n, id] of OFFICERS.entries()) {
      const unit = made.units[n] ?? null;
      await writer.registry.upsertOfficer(anOfficer({ id: named(id), unit: unit === null ? null : named(unit) }));
    }
    for (const [n, number] of CASES.entries()) {
      const { officers = [], course = 0, confidentiality = null, privacy = [] } = made.cases[n] ?? {};
      const officerIds = officers.map(named);
      // A case is changed later, so that what it names is kept also then.
      if (n === 0) await writer.cases.upsert(aCase({ number: named(number), officerIds: [named('1'), named('9')] }));
      await writer.cases.upsert(aCase({ number: named(number), officerIds }));
      await writer.cases.update(named(number), { steps: COURSES[course] ?? [], confidentiality, privacy });
    }
    const docking = aDocking({ id: anId('dck', START_MS), port: named('port') });
    await writer.dockings.insert(docking);
    const rows: Put[] = [];
    for (const [n, each] of made.footage.entries()) {
      const officerId = each.officer === null ? null : named(each.officer);
      const facts = { kind: each.kind, category: each.category, important: each.important };
      const createdAtMs = NOW_MS - each.days * DAY_MS - (n % 2 === 0 ? 0 : DAY_MS - 1);
      const recording = aRecording({ dockingId: docking.id, officerId, startMs: START_MS + n, createdAtMs, ...facts });
      const original = anOriginal(recording, { bytes: 1000 + n, cardPath: named(`${n}.MP4`) });
      await writer.recordings.insert(recording);
      await writer.originals.insert(original);
      await writer.recordings.update(recording.id, { confidentiality: each.confidentiality, privacy: each.privacy });
      for (const number of each.cases) await writer.recordings.addCase(recording.id, named(number));
      rows.push({ id: recording.id, bytes: original.bytes, made: each, shown: shownIn(made, each, prefix) });
    }
    return rows;
  });
}

/** From what the generator made, by the words of the rules: nothing here asks the ledger or the station's own code. */
function shownIn(made: World, each: Footage, prefix: string): Shown {
  const named = (name: string) => `${prefix}${name}`;
  const cases = each.cases.flatMap((number) => made.cases[CASES.indexOf(number)] ?? []);
  const levels = [each, ...cases].flatMap(({ confidentiality }) => (confidentiality === null ? [] : [LEVELS.indexOf(confidentiality)]));
  const unit = made.units[(OFFICERS as readonly (string | null)[]).indexOf(each.officer)] ?? null;
  return {
    officer: each.officer === null ? null : named(each.officer),
    units: unitsFrom(unit).map(named),
    ...{ kind: each.kind, category: each.category, important: each.important, days: each.days },
    confidentiality: levels.length === 0 ? null : (LEVELS[Math.max(...levels)] ?? null),
    private: [each, ...cases].some(({ privacy }) => privacy.length > 0),
    caseStates: [...new Set(cases.map(({ course }) => STATE_OF[course] ?? ''))],
    named: [...new Set(cases.flatMap(({ officers }) => officers.map(named)))],
  };
}

function askedIn(asked: Question, rows: readonly Put[], prefix: string) {
  const named = (name: string) => `${prefix}${name}`;
  const asker: Asker = {
    ...{ id: 'usr', roles: asked.roles, officer: asked.officer === null ? null : named(asked.officer) },
    unit: asked.unit === null ? null : named(asked.unit),
  };
  const isFrom = () => asked.inside;
  const granted = {
    cases: asked.grantedCases.map(named),
    recordings: asked.grantedPlaces.flatMap((place) => rows[place]?.id ?? []),
  };
  const below = UNITS.filter((unit) => asked.unit !== null && unitsFrom(unit).slice(1).includes(asked.unit)).map(named);
  const scope = scopeOf(asked, asker, { time: asked.time, isFrom, atMs: NOW_MS, unitsBelow: below, granted });
  const isSeen = ({ id, made, shown }: Put) => {
    const isGranted = granted.recordings.includes(id) || made.cases.some((number) => asked.grantedCases.includes(number));
    const moment = { time: asked.time, isFrom, granted: isGranted, requestedBy: null };
    return decide(asked, asker, 'see', shown, moment).effect !== 'refuse';
  };
  return { scope, isSeen };
}

const idsOf = (details: Awaited<ReturnType<LedgerReader['recordings']['list']>>) => details.map(({ recording }) => recording.id);

async function expectSeen(ledger: Ledger, scope: Scope, rows: readonly Put[], seen: readonly Put[]): Promise<void> {
  const within = ledger.within(scope);
  const mine = (ids: readonly string[]) => ids.filter((id) => rows.some((row) => row.id === id));
  const wanted = seen.map(({ id }) => id).toReversed();
  expect(mine(idsOf(await within.recordings.list({ limit: 1000 })))).toEqual(wanted);
  expect(mine(idsOf(await within.recordings.list({ limit: 1000, state: 'copying', sinceMs: 0, damaged: false })))).toEqual(wanted);
  expect(mine(await collect(within.recordings.ids())).toSorted()).toEqual(wanted.toSorted());
  for (const row of rows) {
    expect((await within.recordings.get(row.id)) !== null).toBe(seen.includes(row));
    const ofOfficer = { limit: 1000, ...(row.shown.officer === null ? { unassigned: true } : { officerId: row.shown.officer }) };
    expect(idsOf(await within.recordings.list(ofOfficer)).includes(row.id)).toBe(seen.includes(row));
  }
  // Whoever sees everything, or what is nobody's, sees what earlier worlds left in the ledger, too.
  if (scope !== 'all' && !reachesOtherWorlds(scope)) {
    const counts = await within.counts();
    expect([counts.recordings, counts.originalBytes]).toEqual([seen.length, seen.reduce((sum, { bytes }) => sum + bytes, 0)]);
    const pages: string[] = [];
    for (let page = idsOf(await within.recordings.list({ limit: 2 })); page.length > 0; ) {
      pages.push(...page);
      page = idsOf(await within.recordings.list({ limit: 2, after: page.at(-1) ?? '' }));
    }
    expect(pages).toEqual(wanted);
  }
  await within.transaction(async (writer) => {
    for (const row of rows) expect((await writer.recordings.get(row.id)) !== null).toBe(seen.includes(row));
  });
}

/** A case is seen by the parts of the scope, of which those are asked that a case can answer. */
function seesCase({ allowed, refused }: RuledScope, made: World, number: (typeof CASES)[number], prefix: string): boolean {
  const named = (name: string) => `${prefix}${name}`;
  const { officers = [], course = 0, confidentiality = null, privacy = [] } = made.cases[CASES.indexOf(number)] ?? {};
  const level = LEVELS.indexOf(confidentiality ?? 'internal');
  const reaches = ({ reach }: ScopePart) => {
    const units = officers.map((id) => made.units[OFFICERS.indexOf(id)] ?? null);
    const inUnit = units.some((unit) => unit !== null && reach.units.includes(named(unit)));
    const names = officers.some((id) => [...reach.officers, ...reach.named].includes(named(id)));
    const nobodys = reach.unassigned && officers.length === 0;
    return reach.all || nobodys || reach.cases.includes(named(number)) || names || inUnit;
  };
  const isMeant = ({ which }: ScopePart) =>
    (which.categories === undefined || which.categories.includes('inspection')) &&
    (which.privacy === undefined || which.privacy === privacy.length > 0) &&
    (which.confidentialityMin === undefined || level >= LEVELS.indexOf(which.confidentialityMin)) &&
    (which.confidentialityMax === undefined || level <= LEVELS.indexOf(which.confidentialityMax)) &&
    (which.caseStates === undefined || which.caseStates.includes(STATE_OF[course] ?? ''));
  const ofRecordings = ({ which }: ScopePart) =>
    [which.kinds, which.important, which.takenSinceMs, which.takenUntilMs].some((each) => each !== undefined);
  const holds = (part: ScopePart) => reaches(part) && isMeant(part);
  return allowed.some(holds) && !refused.some((part) => holds(part) && !ofRecordings(part));
}

async function expectCases(ledger: Ledger, scope: Scope, made: World, prefix: string): Promise<void> {
  if (scope === 'all' || !('allowed' in scope)) return;
  const wanted = CASES.filter((number) => seesCase(scope, made, number, prefix)).map((number) => `${prefix}${number}`);
  const within = ledger.within(scope);
  const listed = (await within.cases.list({ limit: 1000 })).map(({ number }) => number).filter((number) => number.startsWith(prefix));
  expect(listed.toSorted()).toEqual(wanted);
  for (const number of CASES.map((each) => `${prefix}${each}`))
    expect((await within.cases.get(number)) !== null).toBe(wanted.includes(number));
}

function reachesOtherWorlds(scope: Exclude<Scope, 'all'>): boolean {
  return 'allowed' in scope && scope.allowed.some(({ reach }) => reach.all || reach.unassigned);
}

function scopesOfPolicies(it: It): void {
  it('shows what the policy lets see and nothing else, under any policy', async (ledger) => {
    let n = 0;
    let narrowed = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.array(question, { minLength: 8, maxLength: 8 }), async (made, questions) => {
        n += 1;
        const prefix = `${n}-`;
        const rows = await put(ledger, made, prefix);
        for (const { id, shown } of rows) {
          const judged = await ledger.policies.judged(id);
          const found = judged === null ? null : shownOf(id, judged, NOW_MS);
          const sorted = (each: Shown | null) => each && { ...each, named: each.named.toSorted(), caseStates: each.caseStates.toSorted() };
          expect(sorted(found)).toEqual(sorted(shown));
        }
        for (const asked of questions) {
          const { scope, isSeen } = askedIn(asked, rows, prefix);
          const seen = rows.filter(isSeen);
          if (seen.length > 0 && seen.length < rows.length) narrowed += 1;
          await expectSeen(ledger, scope, rows, seen);
          await expectCases(ledger, scope, made, prefix);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
    // Else the rules refuse everything or nothing, and the comparison says little. Of 25 random policies 30 to 140 questions were narrowed.
    expect(narrowed).toBeGreaterThan(10);
  });
}

function longLists(it: It): void {
  it('looks further where the newest within reach are not meant', async (ledger) => {
    const meant = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.dockings.insert(docking);
      const important: string[] = [];
      for (let n = 0; n < 230; n += 1) {
        const made = aRecording({
          dockingId: docking.id,
          officerId: '1',
          startMs: START_MS - n,
          createdAtMs: START_MS + n,
          important: n % 50 === 49,
        });
        await writer.recordings.insert(made);
        if (made.important) important.push(made.id);
      }
      return important;
    });
    const reach = { all: false, unassigned: false, officers: ['1'], units: [], cases: [], recordings: [], named: [] };
    const within = ledger.within({ allowed: [{ reach, which: { important: true } }], refused: [] });
    const list = async (limit: number, after?: string) =>
      idsOf(await within.recordings.list({ limit, ...(after === undefined ? {} : { after }) }));
    expect(await list(10)).toEqual(meant);
    expect(await list(3)).toEqual(meant.slice(0, 3));
    expect(await list(3, meant[2])).toEqual(meant.slice(3));
  });
}

function versions(it: It): void {
  const made = { source: 'person' as const, sha256: 'ab'.repeat(32), proposedBy: STATION, proposedPerson: 'usr-1', proposedAtMs: START_MS };

  it('count up, wait, and take the place of the one in force', async (ledger) => {
    const propose = (text: string, source: 'shipped' | 'file' | 'person' = 'person') =>
      ledger.transaction((writer) => writer.policies.propose({ ...made, source, text }));
    const decide = (version: number, state: 'in-force' | 'refused' | 'withdrawn') =>
      ledger.transaction((writer) => writer.policies.decide(version, { state, by: STATION, atMs: START_MS + version }));
    expect([await ledger.policies.inForce(), await ledger.policies.lastFromFile(), await ledger.policies.get(1)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([await propose('a', 'shipped'), await propose('b', 'file'), await propose('c')]).toEqual([1, 2, 3]);
    await decide(1, 'in-force');
    await decide(3, 'in-force');
    await decide(2, 'refused');
    expect(await ledger.policies.inForce()).toEqual({
      ...{ version: 3, state: 'in-force', text: 'c', ...made },
      ...{ decidedBy: STATION, decidedAtMs: START_MS + 3 },
    });
    const states = async (state?: 'proposed' | 'former') =>
      (await ledger.policies.list({ limit: 5, ...(state === undefined ? {} : { state }) })).map((each) => [each.version, each.state]);
    expect(await states()).toEqual([
      [3, 'in-force'],
      [2, 'refused'],
      [1, 'former'],
    ]);
    expect([await states('former'), await states('proposed')]).toEqual([[[1, 'former']], []]);
    expect((await ledger.policies.list({ limit: 5, after: 3 })).map(({ version }) => version)).toEqual([2, 1]);
    expect((await ledger.policies.lastFromFile())?.version).toBe(2);
    expect((await refused(decide(2, 'in-force'))).code).toBe('request.conflict');
    // The refused decision has not ended the time of the version in force.
    expect((await ledger.policies.inForce())?.version).toBe(3);
    expect((await refused(decide(9, 'refused'))).code).toBe('request.conflict');
  });
}

export function policies(it: It): void {
  scopesOfPolicies(it);
  longLists(it);
  versions(it);
}
