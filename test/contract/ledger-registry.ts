import { expect } from 'vitest';
import { because } from '#domain/reason';
import { STATION_HOST } from '#domain/work';
import { aCase, aCaseEvent, aCopy, anId, anOfficer, aRecorder, aSuggestion, START_MS, someWork } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { claimed } from '#test/support/ledger/claims';
import { type It, listOne, refused } from './ledger-support.ts';

// Registry, copies, uploads, start: what stages and people ask of a ledger beside recordings and work.

export function registry(it: It): void {
  it('keeps officers, recorders and cases; the last word holds', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.registry.upsertOfficer(anOfficer({ name: 'first' }));
      await writer.registry.upsertOfficer(anOfficer());
      await writer.registry.upsertOfficer(anOfficer({ id: '000001', unit: null }));
      await writer.registry.upsertRecorder(aRecorder({ model: null }));
      await writer.registry.upsertRecorder(aRecorder());
      await writer.cases.upsert(aCase({ title: 'first' }));
      await writer.cases.upsert(aCase({ createdAtMs: START_MS + 5 }));
      await writer.cases.upsert(aCase({ number: 'B-1', category: null, officerIds: [], createdAtMs: START_MS + 1 }));
    });
    expect(await ledger.registry.officer('041234')).toEqual(anOfficer());
    expect((await ledger.registry.officers()).map((officer) => officer.id)).toEqual(['000001', '041234']);
    expect(await ledger.registry.recorder('DSJ0012345')).toEqual(aRecorder());
    expect(await ledger.registry.recorders()).toEqual([aRecorder()]);
    // When a case came into the ledger does not change.
    expect(await ledger.cases.get('A-2026-0001')).toEqual(aCase());
    expect((await ledger.cases.list({ limit: 10 })).map((entry) => entry.number)).toEqual(['B-1', 'A-2026-0001']);
    expect((await ledger.cases.list({ limit: 1 })).length).toBe(1);
    expect([await ledger.registry.officer('x'), await ledger.registry.recorder('x'), await ledger.cases.get('x')]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('assigns recorders', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.registry.upsertRecorder(aRecorder());
      await writer.registry.assignRecorder('DSJ0012345', '041234', START_MS);
    });
    expect((await ledger.registry.recorder('DSJ0012345'))?.assignedOfficerId).toBe('041234');
    await ledger.transaction((writer) => writer.registry.assignRecorder('DSJ0012345', null, START_MS));
    expect((await ledger.registry.recorder('DSJ0012345'))?.assignedOfficerId).toBeNull();
  });

  it('finds events whose window, with the margin, touches a span', async (ledger) => {
    const event = aCaseEvent({ startMs: 10_000, endMs: 20_000 });
    const other = aCaseEvent({ startMs: 0, endMs: 1_000, place: null, officerIds: [] });
    await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase());
      await writer.cases.upsertEvent({ ...event, place: 'first' });
      await writer.cases.upsertEvent(event);
      await writer.cases.upsertEvent(other);
    });
    const touching = async (from: number, to: number, margin: number) =>
      (await ledger.cases.eventsTouching(from, to, margin)).map((found) => found.id);
    expect(await touching(20_000, 30_000, 0)).toEqual([event.id]);
    expect(await touching(20_001, 30_000, 0)).toEqual([]);
    expect(await touching(20_500, 30_000, 500)).toEqual([event.id]);
    expect(await touching(5_000, 9_999, 0)).toEqual([]);
    expect(await touching(5_000, 10_000, 0)).toEqual([event.id]);
    expect(await touching(12_000, 13_000, 0)).toEqual([event.id]);
    expect(await touching(0, 50_000, 0)).toEqual([other.id, event.id]);
    expect(await ledger.cases.events('A-2026-0001')).toEqual([other, event]);
    expect(await ledger.cases.events('x')).toEqual([]);
  });

  it('keeps a suggestion once for a recording and an event, and how it was decided', async (ledger) => {
    const event = aCaseEvent();
    const { first, second } = await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase());
      await writer.cases.upsertEvent(event);
      const one = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      const two = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      await writer.cases.insertSuggestion(one);
      await writer.cases.insertSuggestion(two);
      await writer.cases.insertSuggestion({ ...one, id: anId('sug'), reason: because('during-event', {}) });
      await writer.cases.decideSuggestion(two.id, 'declined', 'cli:root');
      return { first: one, second: two };
    });
    expect(await ledger.cases.suggestion(first.id)).toEqual(first);
    expect(await ledger.cases.suggestion(anId('sug'))).toBeNull();
    expect((await ledger.cases.suggestions({ limit: 10 })).length).toBe(2);
    expect(await ledger.cases.suggestions({ state: 'open', limit: 10 })).toEqual([first]);
    expect(await ledger.cases.suggestions({ recordingId: second.recordingId, limit: 10 })).toEqual([
      { ...second, state: 'declined', decidedBy: 'cli:root' },
    ]);
  });
}

export function uploads(it: It): void {
  const begun = { key: '2026/06/20/a/original-0001.mp4', uploadId: 'u1', partBytes: 8_388_608, startedAtMs: START_MS };

  it('are known with their parts until they are forgotten', async (ledger) => {
    expect(await ledger.uploads.load(begun.key)).toBeNull();
    await ledger.uploads.begin(begun);
    for (const number of [2, 1, 10]) await ledger.uploads.part(begun, { number, etag: `e${number}`, bytes: number });
    await ledger.uploads.part(begun, { number: 2, etag: 'again', bytes: 2 });
    const parts = [
      { number: 1, etag: 'e1', bytes: 1 },
      { number: 2, etag: 'again', bytes: 2 },
      { number: 10, etag: 'e10', bytes: 10 },
    ];
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...begun, parts });
    expect(await ledger.uploads.all()).toEqual([{ ...begun, parts }]);
    await ledger.uploads.forget(begun);
    await ledger.uploads.forget(begun);
    expect(await ledger.uploads.all()).toEqual([]);
  });

  it('begin anew without the parts of the upload before', async (ledger) => {
    await ledger.uploads.begin(begun);
    await ledger.uploads.part(begun, { number: 1, etag: 'old', bytes: 1 });
    await ledger.uploads.begin({ ...begun, uploadId: 'u2' });
    const other = { ...begun, uploadId: 'u2' };
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...other, parts: [] });
    // Whoever still sends parts of the first neither adds to the other nor ends it.
    const part = { number: 1, etag: 'late', bytes: 1 };
    expect((await refused(ledger.uploads.part(begun, part))).code).toBe('work.lease-lost');
    await ledger.uploads.forget(begun);
    await ledger.uploads.part(other, part);
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...other, parts: [part] });
  });

  it('take no part of an upload that nobody began', async (ledger) => {
    expect((await refused(ledger.uploads.part(begun, { number: 1, etag: 'e', bytes: 1 }))).code).toBe('work.lease-lost');
  });
}

export function copies(it: It): void {
  it('are withdrawn one by one, and keep their digest where they have one', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const facts = { ...aCopy(original, { where: 's3' }), itemId: 'facts', key: 'x/facts.json', sha256: 'ab'.repeat(32) };
    await ledger.transaction(async (writer) => {
      for (const where of ['vault', 's3']) await writer.recordings.upsertCopy(aCopy(original, { where }));
      await writer.recordings.upsertCopy(facts);
    });
    expect(await ledger.recordings.copies(recording.id)).toContainEqual(facts);
    const gone = { recordingId: recording.id, itemId: original.id, where: 's3' };
    expect(await ledger.transaction((writer) => writer.recordings.withdrawCopy(gone))).toBe(true);
    expect(await ledger.transaction((writer) => writer.recordings.withdrawCopy(gone))).toBe(false);
    expect((await ledger.recordings.copies(recording.id)).map(({ itemId, where }) => [itemId, where]).sort()).toEqual(
      [
        ['facts', 's3'],
        [original.id, 'vault'],
      ].sort(),
    );
  });
}

export function start(it: It): void {
  it('voids the claims and closes the dockings of an earlier process of the station, and leaves other hosts theirs', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const statuses = {
        reading: statusIn('copying'),
        safe: statusIn('safe'),
        problem: statusIn('copying').stoppedBy('copying', { code: 'vault.full', reason: because('nothing-free', {}) }),
        removed: statusIn('removed'),
      };
      const states = { reading: '', safe: '', problem: '', removed: '' };
      for (const state of ['reading', 'safe', 'problem', 'removed'] as const) {
        const { docking, recording } = await listOne(writer);
        await writer.dockings.setStatus(docking.id, statuses[state], START_MS);
        if (state !== 'removed') await writer.work.insert(someWork('derive', recording.id));
        states[state] = docking.id;
      }
      return states;
    });
    const [running, done, elsewhere] = (await ledger.work.due(START_MS, 'derive', 10)).map(({ id }) => id) as [string, string, string];
    const earlier = await ledger.transaction((writer) => claimed(writer, running, { host: STATION_HOST, instance: 'earlier' }));
    const theirs = await ledger.transaction((writer) => claimed(writer, elsewhere, { host: 'worker-2', instance: 'x' }));
    await ledger.transaction(async (writer) => writer.work.finish(await claimed(writer, done)));
    expect(await ledger.recover()).toEqual({ work: 1, dockings: 3 });
    expect((await ledger.dockings.get(ids.reading))?.state).toBe('interrupted');
    expect((await ledger.dockings.get(ids.removed))?.state).toBe('removed');
    expect((await ledger.work.due(START_MS, 'derive', 10)).map(({ id }) => id)).toEqual([running]);
    const renewal = { leaseMs: 1, percent: 1 };
    expect((await refused(ledger.transaction((writer) => writer.work.renew(earlier, renewal)))).code).toBe('work.lease-lost');
    await ledger.transaction((writer) => writer.work.renew(theirs, renewal));
    expect((await ledger.work.get(done))?.state).toBe('done');
    expect(await ledger.recover()).toEqual({ work: 0, dockings: 0 });
  });
}
