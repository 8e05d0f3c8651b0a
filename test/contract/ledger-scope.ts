/*
 * Goal: what a scope does not cover is not there, to any reader, also inside a transaction; and SQL means by "covers" what src/domain/scope.ts says.
 * Method: random stations and scopes; every list, page, count and single look-up is compared with a plain filter of what was put in.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { OfficerChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { covers, coversCase, type NarrowScope } from '#domain/scope';
import { workId } from '#domain/work';
import type { Ledger, LedgerReader } from '#ports/ledger';
import type { RecordingFilter } from '#ports/ledger/recordings';
import {
  aCase,
  aCaseEvent,
  aDocking,
  anId,
  anOfficer,
  anOriginal,
  aRecording,
  aSuggestion,
  START_MS,
  someWork,
} from '#test/support/builders';
import { about, aCustodyDraft } from '#test/support/custody';
import { collect, type It } from './ledger-support.ts';

const OFFICERS = ['1', '2', '3', '4'] as const;
const UNITS = ['A', 'B'] as const;
const CASES = ['C-1', 'C-2', 'C-3'] as const;
const STATES = ['copying', 'archived', 'replaced'] as const;
const NOBODY: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
/** Nothing, and one way in alone by which a recording may be found twice. */
const EDGES: readonly NarrowScope[] = [NOBODY, { ...NOBODY, cases: CASES }];
const LIMIT = 1000;

interface Footage {
  /** Null: nobody's; `9` is not in the registry. */
  readonly officer: string | null;
  readonly cases: readonly string[];
  readonly minute: number;
  readonly state: (typeof STATES)[number];
  readonly docking: number;
}

interface World {
  readonly units: readonly (string | null)[];
  readonly caseOfficers: readonly (readonly string[])[];
  readonly footage: readonly Footage[];
}

const world: fc.Arbitrary<World> = fc.record({
  units: fc.tuple(...OFFICERS.map(() => fc.constantFrom(null, ...UNITS))),
  caseOfficers: fc.tuple(...CASES.map(() => fc.subarray([...OFFICERS, '9']))),
  footage: fc.array(
    fc.record({
      officer: fc.constantFrom(null, '9', ...OFFICERS),
      cases: fc.subarray([...CASES]),
      minute: fc.nat({ max: 20 }),
      state: fc.constantFrom(...STATES),
      docking: fc.nat({ max: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

/** `recordings`: places in the list of footage. */
const scopes = fc.record({
  officers: fc.subarray([...OFFICERS, '9', 'nobody']),
  units: fc.subarray([...UNITS, 'no unit']),
  cases: fc.subarray([...CASES, 'no case']),
  recordings: fc.subarray(['0', '3', '5', 'no recording']),
});

interface Row {
  readonly id: string;
  readonly original: string;
  readonly docking: string;
  readonly sortMs: number;
  readonly bytes: number;
  readonly made: Footage;
  readonly suggestion: string | null;
}

/** Everything of one world has its prefix: several stand in one ledger, and must not see each other. */
async function put(ledger: Ledger, { units, caseOfficers, footage }: World, prefix: string): Promise<readonly Row[]> {
  const named = (name: string) => `${prefix}${name}`;
  return ledger.transaction(async (writer) => {
    for (const [n, id] of OFFICERS.entries()) {
      const unit = units[n] ?? null;
      await writer.registry.upsertOfficer(anOfficer({ id: named(id), unit: unit === null ? null : named(unit) }));
    }
    for (const [n, number] of CASES.entries()) {
      await writer.cases.upsert(
        aCase({ number: named(number), officerIds: (caseOfficers[n] ?? []).map(named), createdAtMs: START_MS + n }),
      );
      await writer.cases.upsertEvent(aCaseEvent({ id: named(`event ${number}`), caseNumber: named(number) }));
    }
    const dockings = [0, 1, 2].map((n) => aDocking({ id: anId('dck', START_MS + n), port: named(`port ${n}`) }));
    for (const docking of dockings) await writer.dockings.insert(docking);
    const rows: Row[] = [];
    for (const [n, made] of footage.entries()) {
      const startMs = START_MS + made.minute * 60_000;
      const officerId = made.officer === null ? null : named(made.officer);
      const docking = dockings[made.docking]?.id ?? '';
      const recording = aRecording({ dockingId: docking, officerId, startMs, createdAtMs: START_MS + n });
      const original = anOriginal(recording, { bytes: 1000 + n, cardPath: named(`${n}.MP4`) });
      await writer.recordings.insert(recording);
      await writer.originals.insert(original);
      await writer.recordings.update(recording.id, { state: made.state });
      for (const number of made.cases) await writer.recordings.addCase(recording.id, named(number));
      await writer.work.insert(someWork('derive', recording.id));
      await writer.custody.append(aCustodyDraft({ n, recordingId: recording.id }));
      const [first] = made.cases;
      const suggestion = first === undefined ? null : anId('sug', START_MS + n);
      if (suggestion !== null) {
        const of = { recordingId: recording.id, caseNumber: named(first ?? ''), eventId: named(`event ${first}`) };
        await writer.cases.insertSuggestion(aSuggestion({ id: suggestion, ...of }));
      }
      rows.push({ id: recording.id, original: original.id, docking, sortMs: startMs, bytes: original.bytes, made, suggestion });
    }
    return rows;
  });
}

function scopeIn(asked: NarrowScope, rows: readonly Row[], prefix: string): NarrowScope {
  return {
    officers: asked.officers.map((id) => `${prefix}${id}`),
    units: asked.units.map((unit) => `${prefix}${unit}`),
    cases: asked.cases.map((number) => `${prefix}${number}`),
    recordings: asked.recordings.map((place) => rows[Number(place)]?.id ?? place),
  };
}

/** Newest first, as lists are. */
function seenOf(rows: readonly Row[], scope: NarrowScope, prefix: string, unitOf: (officer: string) => string | null): readonly Row[] {
  const named = (name: string) => `${prefix}${name}`;
  const isSeen = ({ id, made }: Row) =>
    covers(scope, {
      ...{
        id,
        officerId: made.officer === null ? null : named(made.officer),
        unit: made.officer === null ? null : unitOf(named(made.officer)),
      },
      caseNumbers: made.cases.map(named),
    });
  return rows.filter(isSeen).toSorted((a, b) => b.sortMs - a.sortMs || (a.id < b.id ? 1 : -1));
}

const idsOf = (details: Awaited<ReturnType<LedgerReader['recordings']['list']>>) => details.map(({ recording }) => recording.id);

async function pagesOf(reader: LedgerReader, filter: Omit<RecordingFilter, 'limit' | 'after'>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let page = idsOf(await reader.recordings.list({ ...filter, limit: 2 })); page.length > 0; ) {
    found.push(...page);
    page = idsOf(await reader.recordings.list({ ...filter, limit: 2, after: page.at(-1) ?? '' }));
  }
  return found;
}

async function expectLists(reader: LedgerReader, seen: readonly Row[], prefix: string): Promise<void> {
  const filters: readonly [Omit<RecordingFilter, 'limit' | 'after'>, (row: Row) => boolean][] = [
    [{}, () => true],
    [{ state: 'archived' }, ({ made }) => made.state === 'archived'],
    [{ state: 'copying' }, ({ made }) => made.state === 'copying'],
    [{ officerId: `${prefix}1` }, ({ made }) => made.officer === '1'],
    [{ caseNumber: `${prefix}C-2` }, ({ made }) => made.cases.includes('C-2')],
    [{ unassigned: true }, ({ made }) => made.officer === null || made.cases.length === 0],
    [{ sinceMs: START_MS + 300_000, untilMs: START_MS + 900_000 }, ({ made }) => made.minute >= 5 && made.minute < 15],
    [{ recorderSerial: 'DSJ0012345', damaged: false }, () => true],
    [{ dockingId: seen[0]?.docking ?? '' }, ({ docking }) => docking === seen[0]?.docking],
  ];
  for (const [filter, matches] of filters) {
    const wanted = seen.filter(matches).map(({ id }) => id);
    expect(idsOf(await reader.recordings.list({ ...filter, limit: LIMIT })), JSON.stringify(filter)).toEqual(wanted);
    expect(await pagesOf(reader, filter), JSON.stringify(filter)).toEqual(wanted);
  }
  expect(await collect(reader.recordings.ids())).toEqual(seen.map(({ id }) => id).toSorted());
  const suggested = seen.flatMap(({ suggestion }) => suggestion ?? []).toSorted();
  expect((await reader.cases.suggestions({ limit: LIMIT })).map(({ id }) => id)).toEqual(suggested.toReversed());
  const dockings = [...new Set(seen.map(({ docking }) => docking))].toSorted();
  expect((await reader.dockings.list({ limit: LIMIT })).map(({ id }) => id)).toEqual(dockings.toReversed());
  expect((await reader.work.list({ limit: LIMIT })).map(({ recordingId }) => recordingId).toSorted()).toEqual(
    seen.map(({ id }) => id).toSorted(),
  );
}

async function expectSingles(reader: LedgerReader, rows: readonly Row[], seen: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const { id, original, suggestion, docking } = row;
    const listed = seen.filter((each) => each.docking === docking).length;
    const found = {
      get: (await reader.recordings.get(id)) !== null,
      detail: (await reader.recordings.detail(id)) !== null,
      original: (await reader.originals.get(original)) !== null,
      originals: (await reader.originals.ofRecording(id)).length > 0,
      custody: (await reader.custody.of(about(id))).length > 0,
      work: (await reader.work.get(workId('derive', id))) !== null,
      suggestion: suggestion !== null && (await reader.cases.suggestion(suggestion)) !== null,
      docking: (await reader.dockings.get(docking)) !== null,
      progress: (await reader.dockings.progress(docking)).listed,
    };
    const isSeen = seen.includes(row);
    const alike = { get: isSeen, detail: isSeen, original: isSeen, originals: isSeen, custody: isSeen, work: isSeen };
    expect(found).toEqual({ ...alike, suggestion: isSeen && suggestion !== null, docking: listed > 0, progress: listed });
  }
}

async function expectCases(reader: LedgerReader, seen: readonly Row[], scope: NarrowScope, { prefix, made, unitOf }: Put): Promise<void> {
  const named = (name: string) => `${prefix}${name}`;
  const isSeen = (number: string, n: number) =>
    coversCase(scope, { number: named(number), officerIds: (made.caseOfficers[n] ?? []).map(named) }, unitOf);
  const wanted = CASES.filter(isSeen).map(named);
  expect((await reader.cases.list({ limit: LIMIT })).map(({ number }) => number)).toEqual(wanted.toReversed());
  for (const number of CASES.map(named)) {
    const is = wanted.includes(number);
    expect([(await reader.cases.get(number)) !== null, (await reader.cases.events(number)).length > 0]).toEqual([is, is]);
  }
  // What a case is marked with counts for a recording that is seen, also where the case itself is not.
  const marked = CASES.filter((number, n) => isSeen(number, n) || seen.some((row) => row.made.cases.includes(number))).map(named);
  expect((await reader.cases.numbered(CASES.map(named))).map(({ number }) => number)).toEqual(marked);
}

interface Put {
  readonly prefix: string;
  readonly made: World;
  readonly unitOf: (officer: string) => string | null;
}

export function scopesOfLedger(it: It): void {
  it('every reader sees what the scope covers, and nothing else, also inside a transaction', async (ledger) => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.array(scopes, { minLength: 2, maxLength: 2 }), async (made, asked) => {
        n += 1;
        const prefix = `${n}-`;
        const rows = await put(ledger, made, prefix);
        const unitOf = (officer: string) => {
          const unit = made.units[OFFICERS.findIndex((id) => `${prefix}${id}` === officer)] ?? null;
          return unit === null ? null : `${prefix}${unit}`;
        };
        for (const scope of [...asked.map((each) => scopeIn(each, rows, prefix)), ...EDGES.map((each) => scopeIn(each, rows, prefix))]) {
          const seen = seenOf(rows, scope, prefix, unitOf);
          const within = ledger.within(scope);
          await expectLists(within, seen, prefix);
          await expectSingles(within, rows, seen);
          await expectCases(within, seen, scope, { prefix, made, unitOf });
          const sum = seen.reduce((bytes, row) => bytes + row.bytes, 0);
          const left = seen.filter((row) => row.made.state === 'copying').length;
          expect(await within.counts()).toEqual({
            ...{ recordings: seen.length, originals: seen.length, originalBytes: sum, unsealed: seen.length, notArchived: left },
            ...{ workWaiting: seen.length, workFailed: 0, custodyEntries: seen.length },
          });
          await within.transaction((writer) => expectSingles(writer, rows, seen));
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('for all, it is the ledger itself; within a scope there is no way to another one', async (ledger) => {
    expect(ledger.within('all')).toBe(ledger);
    expect(() => ledger.within(NOBODY).within('all')).toThrow('within a scope already');
  });

  it('nothing tells of what belongs to the station as a whole', async (ledger) => {
    const draft = OfficerChanged.make({
      ...{ atMs: START_MS, actor: STATION, subject: subject('officer', '1') },
      ...{ data: { unit: { old: null, new: 'A' } }, personal: {} },
    });
    await ledger.transaction((writer) => writer.custody.append(draft));
    expect(await ledger.custody.of(about('officer:1'))).toHaveLength(1);
    expect(await ledger.within({ ...NOBODY, officers: ['1'] }).custody.of(about('officer:1'))).toEqual([]);
  });
}
