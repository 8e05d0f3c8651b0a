import { expect } from 'vitest';
import { HoldReleased, HoldSet } from '#domain/custody/hold-entries';
import { OfficerChanged } from '#domain/custody/registry-entries';
import { subject } from '#domain/custody/subject';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { because } from '#domain/reason';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { NewRecording } from '#ports/ledger/recordings';
import { aCase, aCopy, anId, anOfficer, START_MS } from '#test/support/builders';
import { about, aCaseDraft, cli } from '#test/support/custody';
import { type It, listOne, refused } from './ledger-support.ts';

const DAY_MS = 86_400_000;

/** Sets a hold with its entry, as the desk does. Returns its id. */
async function hold(writer: LedgerWriter, scope: Partial<HoldScope>, atMs = START_MS): Promise<string> {
  const whole = { ...EMPTY_SCOPE, ...scope };
  const id = anId('lgh', atMs);
  await writer.holds.insert({ id, scope: whole, reason: 'a letter', author: 'usr-a', setAtMs: atMs, reviewAtMs: atMs + DAY_MS });
  const units = whole.unit === null ? [] : await writer.people.unitsBelow(whole.unit);
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const { recordings, span, ...rest } = whole;
  await writer.custody.append(
    HoldSet.make({
      ...{ atMs, actor: cli('root'), subject: subject('hold', id) },
      data: {
        scope: { ...rest, from: iso(span?.fromMs), to: iso(span?.toMs) },
        author: 'usr-a',
        review: new Date(atMs + DAY_MS).toISOString(),
      },
      lists: { recordings, units },
      personal: { reason: 'a letter' },
    }),
  );
  return id;
}

async function spread(ledger: Ledger, id: string): Promise<void> {
  while (!(await ledger.transaction((writer) => writer.holds.spread(id, 2))).done);
}

async function release(ledger: Ledger, id: string): Promise<void> {
  await ledger.transaction(async (writer) => {
    const atMs = START_MS;
    await writer.holds.release(id, { atMs, user: 'usr-b', reason: 'judged' });
    const who = { atMs, actor: cli('root'), subject: subject('hold', id) };
    await writer.custody.append(HoldReleased.make({ ...who, data: { author: 'usr-a', by: 'usr-b' }, personal: { reason: 'judged' } }));
  });
}

async function taken(ledger: Ledger, overrides: Partial<NewRecording> = {}): Promise<string> {
  return ledger.transaction(async (writer) => (await listOne(writer, { recording: overrides })).recording.id);
}

const heldIn = (ledger: Ledger, ...ids: string[]) => Promise.all(ids.map((id) => ledger.holds.isHeld(id)));
const reachedBy = async (ledger: Ledger, id: string) =>
  (await ledger.holds.recordingsOf(id, { limit: 100 })).map(({ recordingId }) => recordingId);

/** Puts an officer into a unit, with the entry whose fact is the history of it. */
async function move(writer: LedgerWriter, officer: string, unit: string | null, atMs: number): Promise<void> {
  const old = (await writer.registry.officer(officer))?.unit ?? null;
  await writer.registry.upsertOfficer(anOfficer({ id: officer, unit }));
  const who = { atMs, actor: cli('root'), subject: subject('officer', officer) };
  await writer.custody.append(OfficerChanged.make({ ...who, data: { unit: { old, new: unit } }, personal: {} }));
}

const aUnit = (id: string, parent: string | null) => ({ id, name: id, parent, createdAtMs: START_MS, closedAtMs: null });

/** What every ledger promises of legal holds. */
export function holdsOfLedger(it: It): void {
  it('are in force from their commit on, before anything of them is spread', async (ledger) => {
    const [mine, other] = [await taken(ledger, { officerId: 'A' }), await taken(ledger, { officerId: 'B' })];
    const id = await ledger.transaction((writer) => hold(writer, { officer: 'A' }));
    expect(await heldIn(ledger, mine, other)).toEqual([true, false]);
    expect(await ledger.holds.get(id)).toMatchObject({ isSpread: false, mirrored: { of: 0 } });
    await spread(ledger, id);
    expect(await ledger.holds.get(id)).toMatchObject({ isSpread: true, mirrored: { done: 0, of: 1 } });
    expect(await heldIn(ledger, mine, other)).toEqual([true, false]);
  });

  it('reach what is there, whatever they name, and nothing else', async (ledger) => {
    const span = { fromMs: START_MS, toMs: START_MS + 3_600_000 };
    const made = await Promise.all([
      taken(ledger, { officerId: 'A', recorderSerial: 'R1', startMs: START_MS, durationMs: null } as Partial<NewRecording>),
      taken(ledger, { officerId: 'A', recorderSerial: 'R2', startMs: START_MS + 5_000_000, clockOffsetMs: 0 }),
      taken(ledger, { officerId: 'B', recorderSerial: 'R1', startMs: START_MS + 5_000_000, clockOffsetMs: 0 }),
    ]);
    const [first = '', second = '', third = ''] = made;
    const cases: readonly [Partial<HoldScope>, readonly string[]][] = [
      [{ officer: 'A' }, [first, second]],
      [{ recorder: 'R1' }, [first, third]],
      [{ officer: 'A', recorder: 'R1' }, [first]],
      [{ span }, [first]],
      [{ span, officer: 'B' }, []],
      [{ recordings: [second, third] }, [second, third]],
      [{ recordings: [second, third], officer: 'B' }, [third]],
    ];
    for (const [scope, wanted] of cases) {
      const id = await ledger.transaction((writer) => hold(writer, scope));
      await spread(ledger, id);
      expect([scope, await reachedBy(ledger, id)]).toEqual([scope, [...wanted].sort()]);
      for (const each of made)
        expect([scope, each, (await ledger.holds.covering(each)).map((hold) => hold.id)]).toEqual([
          scope,
          each,
          wanted.includes(each) ? [id] : [],
        ]);
      await release(ledger, id);
    }
  });

  it('reach what comes later with its first row, and what is tagged into a held case; untagging does not end it', async (ledger) => {
    const there = await taken(ledger);
    await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase({ number: 'C-1' }));
      await writer.custody.append(aCaseDraft('C-1'));
    });
    const ofOfficer = await ledger.transaction((writer) => hold(writer, { officer: 'A' }));
    const ofCase = await ledger.transaction((writer) => hold(writer, { case: 'C-1' }));
    await spread(ledger, ofOfficer);
    await spread(ledger, ofCase);
    const later = await taken(ledger, { officerId: 'A' });
    expect([await reachedBy(ledger, ofOfficer), await heldIn(ledger, later)]).toEqual([[later], [true]]);
    await ledger.transaction((writer) => writer.recordings.addCase(there, 'C-1'));
    expect([await reachedBy(ledger, ofCase), await heldIn(ledger, there)]).toEqual([[there], [true]]);
    await ledger.transaction((writer) => writer.recordings.removeCase(there, 'C-1'));
    await ledger.transaction((writer) => writer.recordings.update(later, { officerId: 'B' }));
    expect(await heldIn(ledger, there, later)).toEqual([true, true]);
    await release(ledger, ofCase);
    expect(await heldIn(ledger, there, later)).toEqual([false, true]);
    const told = (await ledger.custody.of(about(later), { limit: 10 })).map(({ type }) => type);
    expect(told).toContain('hold.reached');
  });

  it('reach before they are spread what a change would take out of them', async (ledger) => {
    const there = await taken(ledger, { officerId: 'A' });
    const inCase = await taken(ledger);
    await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase({ number: 'C-1' }));
      await writer.custody.append(aCaseDraft('C-1'));
      await writer.recordings.addCase(inCase, 'C-1');
    });
    await ledger.transaction(async (writer) => {
      await hold(writer, { officer: 'A' });
      await hold(writer, { case: 'C-1' });
    });
    await ledger.transaction(async (writer) => {
      await writer.recordings.update(there, { officerId: null });
      await writer.recordings.removeCase(inCase, 'C-1');
    });
    expect(await heldIn(ledger, there, inCase)).toEqual([true, true]);
  });

  it('on a unit reach those below it, by where the officer belonged then and by where they belong today', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (const [id, parent] of [
        ['unt-top', null],
        ['unt-a', 'unt-top'],
        ['unt-b', 'unt-top'],
      ] as const)
        await writer.people.upsertUnit(aUnit(id, parent));
      await move(writer, 'A', 'unt-a', START_MS - 2 * DAY_MS);
      await move(writer, 'A', 'unt-b', START_MS - DAY_MS);
      await move(writer, 'B', 'unt-b', START_MS - 2 * DAY_MS);
    });
    const [then, today, other] = [
      await taken(ledger, { officerId: 'A', startMs: START_MS - 1.5 * DAY_MS }),
      await taken(ledger, { officerId: 'A', startMs: START_MS - 0.5 * DAY_MS }),
      await taken(ledger, { officerId: 'B' }),
    ];
    const onA = await ledger.transaction((writer) => hold(writer, { unit: 'unt-a' }));
    const onB = await ledger.transaction((writer) => hold(writer, { unit: 'unt-b' }));
    const onTop = await ledger.transaction((writer) => hold(writer, { unit: 'unt-top' }));
    for (const id of [onA, onB, onTop]) await spread(ledger, id);
    expect(await reachedBy(ledger, onA)).toEqual([then]);
    expect(await reachedBy(ledger, onB)).toEqual([then, today, other].sort());
    expect(await reachedBy(ledger, onTop)).toEqual([then, today, other].sort());
    // Who comes to a held unit comes with their footage, and who leaves leaves it there.
    await ledger.transaction((writer) => move(writer, 'B', 'unt-a', START_MS));
    expect(await reachedBy(ledger, onA)).toEqual([then, other].sort());
    await ledger.transaction((writer) => move(writer, 'B', null, START_MS + 1));
    expect(await heldIn(ledger, other)).toEqual([true]);
    for (const id of [onB, onTop]) await release(ledger, id);
    expect(await heldIn(ledger, then, today, other)).toEqual([true, false, true]);
  });

  it('on a unit are for units that come below it later, with what these have', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (const id of ['unt-top', 'unt-alone']) await writer.people.upsertUnit(aUnit(id, null));
      await writer.people.upsertUnit(aUnit('unt-below', 'unt-alone'));
      await move(writer, 'A', 'unt-below', START_MS);
    });
    const there = await taken(ledger, { officerId: 'A' });
    const id = await ledger.transaction((writer) => hold(writer, { unit: 'unt-top' }));
    await spread(ledger, id);
    expect(await heldIn(ledger, there)).toEqual([false]);
    await ledger.transaction((writer) => writer.people.upsertUnit(aUnit('unt-alone', 'unt-top')));
    expect(await heldIn(ledger, there)).toEqual([true]);
    await spread(ledger, id);
    expect(await reachedBy(ledger, id)).toEqual([there]);
    await ledger.transaction((writer) => writer.people.upsertUnit(aUnit('unt-alone', null)));
    expect(await heldIn(ledger, there)).toEqual([true]);
  });

  it('for a span hold what cannot be ruled out: either clock, an unknown length, an unknown start', async (ledger) => {
    const span = { fromMs: START_MS, toMs: START_MS + DAY_MS };
    const id = await ledger.transaction((writer) => hold(writer, { span }));
    await spread(ledger, id);
    const before = START_MS - 3_600_000;
    const [unmeasured, claimed, unknown, earlier] = [
      await taken(ledger, { startMs: before, clockOffsetMs: 0 }),
      await taken(ledger, { startMs: START_MS + 2 * DAY_MS, clockOffsetMs: 1.5 * DAY_MS }),
      await taken(ledger, { startMs: null }),
      await taken(ledger, { startMs: null, createdAtMs: START_MS - DAY_MS }),
    ];
    expect(await heldIn(ledger, unmeasured, claimed, unknown, earlier)).toEqual([true, true, true, false]);
    // What turns out to lie outside is let go; what lies inside is reached.
    await ledger.transaction((writer) => writer.recordings.update(unmeasured, { durationMs: 60_000 }));
    expect([await heldIn(ledger, unmeasured), await reachedBy(ledger, id)]).toEqual([[false], [claimed, unknown].sort()]);
    await ledger.transaction((writer) => writer.recordings.update(unmeasured, { durationMs: 3_700_000 }));
    expect(await reachedBy(ledger, id)).toEqual([claimed, unknown, unmeasured].sort());
  });

  it('go with files that are split off, and with the new version of a file', async (ledger) => {
    const card = await ledger.transaction((writer) => listOne(writer));
    const id = await ledger.transaction((writer) => hold(writer, { recordings: [card.recording.id] }));
    await spread(ledger, id);
    const [into, newer] = [await taken(ledger), await taken(ledger)];
    await ledger.transaction(async (writer) => {
      await writer.originals.moveToRecording(card.original.id, { recordingId: into, index: 2, vaultKey: `${into}/x` });
      await writer.originals.markReplaced(card.original.id, newer);
    });
    expect(await reachedBy(ledger, id)).toEqual([card.recording.id, into, newer].sort());
  });

  it('may be several over one recording: the last one lets it go, and the storage follows', async (ledger) => {
    const there = await taken(ledger, { officerId: 'A' });
    expect([await ledger.holds.unmirrored(there), await ledger.holds.toMirror(START_MS, 10)]).toEqual([false, []]);
    const [one, two] = await ledger.transaction(async (writer) => [
      await hold(writer, { officer: 'A' }),
      await hold(writer, { recordings: [there] }),
    ]);
    expect(await ledger.holds.unmirrored(there)).toBe(true);
    for (const id of [one, two]) await spread(ledger, id ?? '');
    expect(await ledger.holds.toMirror(START_MS, 10)).toEqual([{ recordingId: there, held: true, attempts: 0, objects: [] }]);
    expect(await note(ledger, there, 'lifted')).toBe(false);
    expect(await note(ledger, there, 'held')).toBe(true);
    expect([await ledger.holds.unmirrored(there), await ledger.holds.get(one ?? '')]).toMatchObject([
      false,
      { mirrored: { done: 1, of: 1 } },
    ]);
    await release(ledger, one ?? '');
    await spread(ledger, one ?? '');
    expect(await ledger.holds.toMirror(START_MS, 10)).toEqual([{ recordingId: there, held: true, attempts: 0, objects: [] }]);
    expect(await note(ledger, there, 'held')).toBe(true);
    await release(ledger, two ?? '');
    // Before the release is spread, too: the storage still holds.
    expect([await ledger.holds.isHeld(there), await ledger.holds.unmirrored(there)]).toEqual([false, true]);
    await spread(ledger, two ?? '');
    expect(await ledger.holds.toMirror(START_MS, 10)).toEqual([{ recordingId: there, held: false, attempts: 0, objects: [] }]);
    expect(await note(ledger, there, 'lifted')).toBe(true);
    expect(await ledger.holds.unmirrored(there)).toBe(false);
    expect(await refused(release(ledger, two ?? ''))).toMatchObject({ code: 'request.not-found' });
  });

  it('are mirrored again where a copy comes to the archive, later if that failed', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer, { recording: { officerId: 'A' } }));
    const id = await ledger.transaction((writer) => hold(writer, { officer: 'A' }));
    await spread(ledger, id);
    const why = because('hold-no-copy', {});
    expect(await ledger.holds.refused(10)).toEqual([]);
    await ledger.transaction((writer) => writer.holds.postponeMirror(recording.id, { dueAtMs: START_MS + 60_000, why }));
    const [reached] = await ledger.holds.recordingsOf(id, { limit: 1 });
    expect([await ledger.holds.refused(10), await ledger.holds.refused(0)]).toEqual([[{ id, sinceMs: reached?.reachedAtMs }], []]);
    expect([await ledger.holds.toMirror(START_MS, 10), await ledger.holds.toMirror(START_MS + 60_000, 10)]).toMatchObject([
      [],
      [{ attempts: 1 }],
    ]);
    expect(await ledger.holds.recordingsOf(id, { limit: 10, waiting: true })).toMatchObject([
      { recordingId: recording.id, mirror: 'waiting', why },
    ]);
    await ledger.transaction(async (writer) => {
      await writer.holds.noteMirrored(recording.id, { state: 'none', why, objects: [] });
      await writer.custody.append(aCaseDraft('x'));
    });
    expect([await ledger.holds.unmirrored(recording.id), await ledger.holds.toMirror(START_MS * 2, 10)]).toEqual([false, []]);
    expect(await ledger.holds.refused(10)).toEqual([]);
    await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(original, { where: 's3' })));
    expect(await ledger.holds.unmirrored(recording.id)).toBe(true);
    // To verify the same copy once more changes nothing.
    await note(ledger, recording.id, 'held');
    await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(original, { where: 's3', verifiedAtMs: START_MS + 1 })));
    expect(await ledger.holds.unmirrored(recording.id)).toBe(false);
  });

  it('wait for no clock that was ahead once', async (ledger) => {
    const there = await taken(ledger, { officerId: 'A' });
    const id = await ledger.transaction((writer) => hold(writer, { officer: 'A' }));
    await spread(ledger, id);
    const why = because('hold-no-copy', {});
    const yearAhead = START_MS + 365 * DAY_MS;
    await ledger.transaction(async (writer) => {
      await writer.holds.postponeMirror(there, { dueAtMs: yearAhead, why });
      await writer.holds.noteReport(id, { atMs: yearAhead, recordings: 1, findings: [] }, yearAhead);
      await writer.custody.append(aCaseDraft('x'));
    });
    expect([await ledger.holds.toMirror(START_MS, 10), await ledger.holds.toCheck(START_MS, 10)]).toMatchObject([
      [{ recordingId: there }],
      [id],
    ]);
  });

  it('are listed, reviewed, and told within a scope', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.people.upsertUnit(aUnit('unt-a', null));
      await move(writer, 'A', 'unt-a', START_MS);
      await move(writer, 'B', null, START_MS);
    });
    const [mine, foreign] = [await taken(ledger, { officerId: 'A' }), await taken(ledger, { officerId: 'B' })];
    const set = (scope: Partial<HoldScope>, atMs: number) => ledger.transaction((writer) => hold(writer, scope, atMs));
    const [onForeign, onBoth, onUnit] = [
      await set({ officer: 'B' }, START_MS),
      await set({ recordings: [mine, foreign] }, START_MS + 1),
      await set({ unit: 'unt-a' }, START_MS + 2),
    ];
    for (const id of [onForeign, onBoth, onUnit]) await spread(ledger, id);
    const listed = async (of: Ledger, filter = {}) => (await of.holds.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await listed(ledger)).toEqual([onUnit, onBoth, onForeign]);
    expect(await listed(ledger, { after: onUnit, inForce: true })).toEqual([onBoth, onForeign]);
    expect(await listed(ledger, { recordingId: foreign })).toEqual([onBoth, onForeign]);
    expect((await ledger.holds.toReview(START_MS + DAY_MS + 2, 10)).map(({ id }) => id)).toEqual([onForeign, onBoth]);
    const within = ledger.within({ officers: [], units: ['unt-a'], cases: [], recordings: [] });
    expect([await listed(within), await within.holds.get(onForeign)]).toEqual([[onUnit, onBoth], null]);
    expect(await within.holds.get(onBoth)).toMatchObject({ scope: { recordings: [mine] }, mirrored: { of: 1 } });
    expect((await within.holds.recordingsOf(onBoth, { limit: 10 })).map(({ recordingId }) => recordingId)).toEqual([mine]);
    const sees = (scope: Partial<HoldScope>) => within.holds.withinSight({ ...EMPTY_SCOPE, ...scope });
    expect(await Promise.all([sees({ unit: 'unt-a' }), sees({ officer: 'A' }), sees({ recordings: [mine] })])).toEqual([true, true, true]);
    const beyond: Partial<HoldScope>[] = [
      { unit: 'unt-b' },
      { officer: 'B' },
      { recordings: [mine, foreign] },
      { case: 'C' },
      { recorder: 'R' },
    ];
    expect(await Promise.all([...beyond, { span: { fromMs: 0, toMs: 1 } }].map(sees))).toEqual(beyond.map(() => false).concat(false));
    expect(await Promise.all([onUnit, onBoth].map((id) => within.holds.seesWhole(id)))).toEqual([true, false]);
    // Whoever would delete is told the truth, whatever they see.
    expect(await within.holds.isHeld(foreign)).toBe(true);
    await release(ledger, onForeign);
    expect([await listed(ledger, { inForce: false }), await listed(ledger, { recordingId: foreign })]).toEqual([[onForeign], [onBoth]]);
  });
}

function note(ledger: Ledger, recordingId: string, state: 'held' | 'lifted') {
  return ledger.transaction(async (writer) => {
    await writer.custody.append(aCaseDraft('x'));
    return writer.holds.noteMirrored(recordingId, { state, why: null, objects: [] });
  });
}
