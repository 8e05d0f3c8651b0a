/*
 * Goal: what the ledger promises of schedules and terms. A term that a fact was changed under is stale in that very transaction, whoever changed it, and nothing
 * stale is due; nothing is due without a schedule in force; what was earned does not fall.
 */

import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import type { Earned } from '#domain/retention/until';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { NewTerm } from '#ports/ledger/retention';
import { aCase, aCaseEvent, anId, anOfficer, aSuggestion, aUnit, START_MS, someDigests } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { type It, listOne, refused } from './ledger-support.ts';

const DAY_MS = 86_400_000;
const AT = { turn: 1, seq: -1 };

function aTerm(recordingId: string, more: Partial<NewTerm> = {}): NewTerm {
  return {
    ...{
      recordingId,
      version: 1,
      earnedKind: 'instant',
      earnedUntilMs: START_MS + DAY_MS,
      waitsFor: null,
      maximum: null,
      action: 'propose',
    },
    ...{ floor: { kind: 'instant', ms: START_MS + DAY_MS }, lock: { mode: 'none', hold: false, horizonDays: 1 }, winner: 'all' },
    ...{ conflict: false, bases: [], corrections: 0, ...more },
  };
}

async function propose(writer: LedgerWriter, text: string): Promise<number> {
  const proposed = { proposedBy: cli('root'), proposedPerson: 'machine', proposedAtMs: START_MS };
  return writer.retention.propose({ text, sha256: text, ...proposed });
}

/** A schedule in force, and a recording that the vault took in. */
async function sealedUnderSchedule(ledger: Ledger, more: { officer?: string } = {}): Promise<string> {
  return ledger.transaction(async (writer) => {
    const version = await propose(writer, 'one');
    await writer.retention.decide(version, {
      from: ['proposed'],
      state: 'adopted',
      by: STATION,
      atMs: START_MS,
      inForceAtMs: START_MS,
      turn: 1,
    });
    await writer.retention.decide(version, { from: ['adopted'], state: 'in-force', by: STATION, atMs: START_MS, turn: 1 });
    const { recording, original } = await listOne(writer, { recording: { officerId: more.officer ?? null } });
    await writer.originals.markCopied(original.id, { digests: someDigests(1), duplicateOf: null, copiedAtMs: START_MS });
    await writer.originals.markSealed(original.id, START_MS + 5);
    await writer.recordings.update(recording.id, { state: 'sealed' });
    return recording.id;
  });
}

const dueIds = async (ledger: Ledger, ms = START_MS + 10 * DAY_MS) =>
  (await ledger.retention.due(ms, { limit: 10 })).map(({ recordingId }) => recordingId);

async function count(ledger: Ledger, term: NewTerm, turn = 1): Promise<void> {
  await ledger.transaction(async (writer) => {
    await writer.retention.putTerm(term, { turn, seq: -1 });
    await writer.retention.markCounted([term.recordingId], { turn, seq: -1 });
  });
}

export function retention(it: It): void {
  schedules(it);
  terms(it);
  changes(it);
  floors(it);
  corrections(it);
}

function schedules(it: It): void {
  it('versions count up, one is in force and one adopted at most, and each stays as it was sent', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (const text of ['a', 'b', 'c']) await propose(writer, text);
      await writer.retention.decide(1, { from: ['proposed'], state: 'adopted', by: cli('li'), atMs: 5, inForceAtMs: 9, turn: 1 });
      await writer.retention.decide(1, { from: ['adopted'], state: 'in-force', by: STATION, atMs: 9, turn: 2 });
      await writer.retention.decide(2, { from: ['proposed'], state: 'adopted', by: cli('li'), atMs: 10, inForceAtMs: 20, turn: 3 });
    });
    const { retention: read } = ledger;
    expect(await read.inForce()).toMatchObject({ version: 1, text: 'a', decidedBy: cli('li'), decidedAtMs: 5, inForceAtMs: 9, turn: 2 });
    expect(await read.adopted()).toMatchObject({ version: 2, state: 'adopted' });
    expect([await read.turn(), await read.firstInForceMs()]).toEqual([3, 9]);
    const twice = ledger.transaction((writer) =>
      writer.retention.decide(3, { from: ['proposed'], state: 'adopted', by: STATION, atMs: 11, inForceAtMs: 30, turn: 4 }),
    );
    expect((await refused(twice)).code).toBe('request.conflict');
    await ledger.transaction((writer) =>
      writer.retention.decide(2, { from: ['adopted'], state: 'in-force', by: STATION, atMs: 20, turn: 4 }),
    );
    expect((await read.schedules({ limit: 10 })).map(({ version, state }) => [version, state])).toEqual([
      [3, 'proposed'],
      [2, 'in-force'],
      [1, 'former'],
    ]);
    expect((await read.schedules({ limit: 10, after: 3, state: 'former' })).map(({ version }) => version)).toEqual([1]);
    const again = ledger.transaction((writer) =>
      writer.retention.decide(1, { from: ['proposed'], state: 'refused', by: STATION, atMs: 21 }),
    );
    expect((await refused(again)).reason).toMatchObject({ code: 'schedule-decided' });
  });

  it('a dry run takes the place of the one before', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await propose(writer, 'a');
      for (const digest of ['x', 'y'])
        await writer.retention.keepDryRun({ version: 1, digest, against: null, by: cli('li'), atMs: 7, result: '{}' });
    });
    expect(await ledger.retention.dryRun(1)).toEqual({ version: 1, digest: 'y', against: null, by: cli('li'), atMs: 7, result: '{}' });
    expect(await ledger.retention.dryRun(2)).toBeNull();
  });
}

function terms(it: It): void {
  it('are kept as they were counted, and due in the order of their ends once a schedule is in force', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const made = [];
      for (let n = 0; n < 3; n += 1) {
        const { recording } = await listOne(writer, { original: { cardPath: `DCIM/${n}` } });
        await writer.recordings.update(recording.id, { state: n === 2 ? 'copying' : 'derived' });
        made.push(recording.id);
      }
      return made;
    });
    const basis = {
      version: 1,
      kind: 'video',
      category: 'penalty',
      important: false,
      units: ['u'],
      level: 'secret',
      foundInBin: true,
      damaged: false,
    } as const;
    const [one = '', two = '', copying = ''] = ids;
    const whole = aTerm(one, {
      ...{ maximum: { kind: 'waiting', for: 'case-closed' }, conflict: true, lock: { mode: 'compliance', hold: true, horizonDays: 9 } },
      bases: [{ ...basis, cases: [{ number: 'A-1', category: null, stage: 'filing' }] }],
    });
    await count(ledger, whole);
    await count(ledger, aTerm(two, { earnedUntilMs: START_MS }));
    await count(ledger, aTerm(copying));
    expect(await ledger.retention.termOf(one)).toEqual({ ...whole, stale: false });
    expect(await ledger.retention.terms(ids)).toHaveLength(3);
    expect((await ledger.retention.conflicts({ limit: 9 })).map(({ recordingId }) => recordingId)).toEqual([one]);
    // No schedule was ever adopted.
    expect(await dueIds(ledger)).toEqual([]);
    await ledger.transaction(async (writer) => {
      await propose(writer, 'a');
      await writer.retention.decide(1, { from: ['proposed'], state: 'adopted', by: STATION, atMs: 1, inForceAtMs: 2, turn: 1 });
    });
    expect(await dueIds(ledger)).toEqual([]);
    await ledger.transaction((writer) =>
      writer.retention.decide(1, { from: ['adopted'], state: 'in-force', by: STATION, atMs: 1, turn: 1 }),
    );
    // A card that is still being read has nothing that could be disposed of.
    expect(await dueIds(ledger)).toEqual([two, one]);
    expect(await dueIds(ledger, START_MS + 1)).toEqual([two]);
    const after = { recordingId: two, earnedUntilMs: START_MS };
    expect((await ledger.retention.due(START_MS + 2 * DAY_MS, { limit: 9, after })).map(({ recordingId }) => recordingId)).toEqual([one]);
  });

  it('are counted again where they wait for something that has come, and all of them where the ledger is another one', async (ledger) => {
    const id = await sealedUnderSchedule(ledger);
    const staleAfter = async (change: (writer: LedgerWriter) => Promise<void>) => {
      await ledger.transaction(change);
      return ledger.retention.stale(9);
    };
    await count(ledger, aTerm(id, { earnedKind: 'waiting', earnedUntilMs: null, waitsFor: 'holidays' }));
    expect(await staleAfter((writer) => writer.retention.recountWaiting('archived'))).toEqual([]);
    expect(await staleAfter((writer) => writer.retention.recountWaiting('holidays'))).toEqual([id]);
    expect(await staleAfter((writer) => writer.retention.recountWaiting('holidays'))).toEqual([id]);
    await count(ledger, aTerm(id));
    expect(await staleAfter((writer) => writer.retention.recountAll())).toEqual([id]);
  });

  it('of another time of the schedule are stale', async (ledger) => {
    const id = await sealedUnderSchedule(ledger);
    await count(ledger, aTerm(id));
    expect(await dueIds(ledger)).toEqual([id]);
    await ledger.transaction(async (writer) => {
      await propose(writer, 'two');
      await writer.retention.decide(2, { from: ['proposed'], state: 'adopted', by: STATION, atMs: 1, inForceAtMs: 2, turn: 2 });
    });
    expect([await dueIds(ledger), await ledger.retention.stale(9), await ledger.retention.staleCount()]).toEqual([[], [id], 1]);
    await ledger.transaction((writer) => writer.retention.markCounted([id], { turn: 2, seq: 4 }));
    expect([await dueIds(ledger), await ledger.retention.stale(9), await ledger.retention.staleCount()]).toEqual([[id], [], 0]);
  });
}

type Change = readonly [name: string, (writer: LedgerWriter, id: string) => Promise<unknown>];

/** Everything that a term is counted from, changed one by one. Each of them finds the recording with a case, a suggestion and an officer with a unit. */
const CHANGES: readonly Change[] = [
  ['category', (writer, id) => writer.recordings.update(id, { category: 'penalty' })],
  ['important', (writer, id) => writer.recordings.update(id, { important: true })],
  ['kind', (writer, id) => writer.recordings.update(id, { kind: 'audio' })],
  ['damage', (writer, id) => writer.recordings.update(id, { damaged: true })],
  ['level', (writer, id) => writer.recordings.update(id, { confidentiality: 'secret' })],
  ['start', (writer, id) => writer.recordings.update(id, { startMs: 5 })],
  ['notes', (writer, id) => writer.recordings.update(id, { notes: [{ code: 'found-in-bin', parameters: {} }] })],
  ['archived', (writer, id) => writer.recordings.update(id, { state: 'archived', archivedAtMs: 5 })],
  ['officer', (writer, id) => writer.recordings.update(id, { officerId: '2' })],
  ['a case more', (writer, id) => writer.recordings.addCase(id, 'B-2')],
  ['a case less', (writer, id) => writer.recordings.removeCase(id, 'A-1')],
  ['a step of a case', (writer) => writer.cases.update('A-1', { steps: [{ step: 'decided', on: '2026-06-20' }] })],
  ['level of a case', (writer) => writer.cases.update('A-1', { confidentiality: 'secret' })],
  ['stage of a case', (writer) => writer.cases.upsert({ ...aCase({ number: 'A-1' }), stage: 'decision' })],
  ['category of a case', (writer) => writer.cases.upsert({ ...aCase({ number: 'A-1' }), category: 'fee' })],
  ['filing of a case', (writer) => writer.cases.upsert({ ...aCase({ number: 'A-1' }), openedOn: '2026-06-01' })],
  ['a step of a case of before', (writer) => writer.cases.update('OLD', { steps: [{ step: 'decided', on: '2026-06-20' }] })],
  ['unit of the officer', (writer) => writer.registry.upsertOfficer(anOfficer({ id: '1', unit: 'unt-2' }))],
  ['place of the unit', (writer) => writer.people.upsertUnit(aUnit({ id: 'unt-1', parent: 'unt-2' }))],
  ['a suggestion', (writer, id) => writer.cases.insertSuggestion(aSuggestion({ recordingId: id, eventId: 'evt-2', caseNumber: 'B-2' }))],
  ['a suggestion that is declined', (writer) => writer.cases.decideSuggestion('sug-1', 'declined', 'cli:root')],
];

function changes(it: It): void {
  for (const [name, change] of CHANGES)
    it(`${name}: a term is stale in the transaction that changes it, and not due until it was counted`, async (ledger) => {
      const id = await sealedUnderSchedule(ledger, { officer: '1' });
      await ledger.transaction(async (writer) => {
        for (const unit of ['unt-1', 'unt-2']) await writer.people.upsertUnit(aUnit({ id: unit }));
        await writer.registry.upsertOfficer(anOfficer({ id: '1', unit: 'unt-1' }));
        for (const number of ['A-1', 'B-2', 'OLD']) await writer.cases.upsert(aCase({ number }));
        for (const event of ['evt-1', 'evt-2']) await writer.cases.upsertEvent(aCaseEvent({ id: event, caseNumber: 'B-2' }));
        await writer.cases.insertSuggestion(aSuggestion({ id: 'sug-1', recordingId: id, eventId: 'evt-1', caseNumber: 'B-2' }));
        await writer.recordings.addCase(id, 'A-1');
      });
      const then = {
        version: 1,
        kind: 'video',
        category: null,
        important: false,
        units: [],
        level: null,
        foundInBin: false,
        damaged: false,
      } as const;
      await count(ledger, aTerm(id, { bases: [{ ...then, cases: [{ number: 'OLD', category: null, stage: null }] }] }));
      expect(await dueIds(ledger)).toEqual([id]);
      const before = await ledger.transaction(async (writer) => {
        await change(writer, id);
        return (await writer.retention.termOf(id))?.stale;
      });
      expect([before, await dueIds(ledger), await ledger.retention.stale(9)]).toEqual([true, [], [id]]);
    });

  it('that change nothing leave a term as it is', async (ledger) => {
    const id = await sealedUnderSchedule(ledger);
    await ledger.transaction((writer) => writer.cases.upsert(aCase({ number: 'A-1' })));
    await ledger.transaction((writer) => writer.recordings.addCase(id, 'A-1'));
    await count(ledger, aTerm(id));
    await ledger.transaction(async (writer) => {
      await writer.recordings.update(id, { durationMs: 7, important: false, state: 'sealed' });
      await writer.cases.upsert({ ...aCase({ number: 'A-1' }), title: 'another title' });
      await writer.recordings.addCase(id, 'A-1');
    });
    expect(await dueIds(ledger)).toEqual([id]);
  });

  it('stand in what a term is counted from', async (ledger) => {
    const id = await sealedUnderSchedule(ledger, { officer: '1' });
    await ledger.transaction(async (writer) => {
      await writer.people.upsertUnit(aUnit({ id: 'unt-2' }));
      await writer.people.upsertUnit(aUnit({ id: 'unt-1', parent: 'unt-2' }));
      await writer.registry.upsertOfficer(anOfficer({ id: '1', unit: 'unt-1' }));
      for (const number of ['A-1', 'B-2']) await writer.cases.upsert(aCase({ number, openedOn: '2026-06-01', category: 'penalty' }));
      await writer.cases.update('A-1', { steps: [{ step: 'decided', on: '2026-06-20' }], confidentiality: 'secret' });
      await writer.cases.upsertEvent(aCaseEvent({ id: 'evt-1', caseNumber: 'B-2' }));
      await writer.cases.upsertEvent(aCaseEvent({ id: 'evt-2', caseNumber: 'A-1' }));
      for (const [n, caseNumber] of ['B-2', 'A-1'].entries())
        await writer.cases.insertSuggestion(aSuggestion({ id: `sug-${n}`, recordingId: id, eventId: `evt-${n + 1}`, caseNumber }));
      await writer.recordings.addCase(id, 'A-1');
      await writer.recordings.update(id, { notes: [{ code: 'found-in-bin', parameters: {} }], durationMs: 60_000 });
    });
    const [row] = await ledger.retention.rows([id]);
    expect(row).toMatchObject({
      recordingId: id,
      units: ['unt-1', 'unt-2'],
      foundInBin: true,
      archivedMs: null,
      sealedMs: START_MS + 5,
      durationMs: 60_000,
    });
    expect(row?.cases).toMatchObject([
      {
        number: 'A-1',
        tie: 'tagged',
        openedOn: '2026-06-01',
        category: 'penalty',
        confidentiality: 'secret',
        steps: [{ step: 'decided' }],
      },
      { number: 'B-2', tie: 'suggested' },
    ]);
    expect(await ledger.retention.rowsAfter('', 10)).toEqual([row]);
    expect(await ledger.retention.rowsAfter(id, 10)).toEqual([]);
    await ledger.transaction((writer) => writer.recordings.update(id, { state: 'archived', archivedAtMs: 77 }));
    expect((await ledger.retention.rows([id]))[0]?.archivedMs).toBe(77);
    await ledger.transaction((writer) => writer.recordings.update(id, { state: 'derived' }));
    expect((await ledger.retention.rows([id]))[0]?.archivedMs).toBeNull();
  });

  it('that were taken back before they were counted are told', async (ledger) => {
    const id = await sealedUnderSchedule(ledger);
    const tagged = (data: Parameters<typeof RecordingTagged.make>[0]['data']) =>
      ledger.transaction((writer) =>
        writer.custody.append(RecordingTagged.make({ atMs: START_MS, actor: cli('li'), subject: subject('recording', id), data })),
      );
    await tagged({ cases: { old: [], new: ['A-1'] }, category: { old: null, new: 'fee' }, important: { old: false, new: true } });
    const entry = await tagged({
      cases: { old: ['A-1'], new: [] },
      category: { old: 'fee', new: null },
      important: { old: true, new: false },
    });
    expect(await ledger.retention.passed([id], START_MS)).toEqual([
      { recordingId: id, categories: ['fee'], cases: ['A-1'], important: true },
    ]);
    expect(await ledger.retention.passed([id], START_MS + 1)).toEqual([]);
    await ledger.transaction((writer) => writer.retention.putTerm(aTerm(id), { ...AT, seq: entry.seq }));
    expect(await ledger.retention.passed([id], START_MS)).toEqual([]);
  });
}

function floors(it: It): void {
  it('of what was earned rise and never fall, but by a correction', async (ledger) => {
    const id = await sealedUnderSchedule(ledger);
    const floorOf = (floor: Earned | null, corrections = 0) => count(ledger, aTerm(id, { floor, corrections }));
    const instant = (ms: number): Earned => ({ kind: 'instant', ms });
    await floorOf(null);
    await floorOf(instant(5));
    for (const lower of [instant(4), null]) expect((await refused(floorOf(lower))).code).toBe('request.conflict');
    await floorOf(instant(6));
    await floorOf({ kind: 'permanent' });
    for (const lower of [instant(7), null]) expect((await refused(floorOf(lower))).code).toBe('request.conflict');
    await floorOf(instant(1), 1);
    expect((await refused(floorOf(null, 1))).code).toBe('request.conflict');
    expect((await ledger.retention.termOf(id))?.floor).toEqual(instant(1));
  });
}

function corrections(it: It): void {
  it('corrections count up, are listed by state, and are decided once', async (ledger) => {
    const made = { reason: 'a slip', proposedBy: cli('li'), proposedPerson: 'usr-1', proposedAtMs: 3 };
    const recordingId = anId('rec');
    await ledger.transaction(async (writer) => {
      for (let n = 0; n < 2; n += 1) await writer.retention.proposeCorrection({ recordingId, ...made });
      await writer.retention.decideCorrection(1, { state: 'approved', by: cli('wu'), atMs: 4 });
    });
    expect(await ledger.retention.correction(1)).toEqual({
      number: 1,
      recordingId,
      state: 'approved',
      ...made,
      decidedBy: cli('wu'),
      decidedAtMs: 4,
    });
    expect((await ledger.retention.corrections({ state: 'proposed', limit: 9 })).map(({ number }) => number)).toEqual([2]);
    expect((await ledger.retention.corrections({ after: 2, limit: 9 })).map(({ number }) => number)).toEqual([1]);
    const again = ledger.transaction((writer) => writer.retention.decideCorrection(1, { state: 'refused', by: cli('wu'), atMs: 5 }));
    expect((await refused(again)).reason).toMatchObject({ code: 'correction-decided' });
  });
}
