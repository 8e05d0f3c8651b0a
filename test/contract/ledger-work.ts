import { expect } from 'vitest';
import { workId } from '#domain/work';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import {
  aCase,
  aCaseEvent,
  aCopy,
  aDerivative,
  anId,
  anOfficer,
  aRecorder,
  aSuggestion,
  fixedClock,
  START_MS,
  someWork,
} from '#test/support/builders';
import { type It, listOne, refused } from './ledger-support.ts';

// Work, registry, uploads: what stages and people ask of a ledger beside the recordings.

export function work(it: It): void {
  const LEASE_MS = 30_000;
  async function waiting(ledger: Ledger): Promise<{ id: string; recordingId: string }> {
    return ledger.transaction(async (writer) => {
      const { recording } = await listOne(writer);
      const added = someWork('derive', recording.id);
      await writer.insertWork(added);
      return { id: added.id, recordingId: recording.id };
    });
  }

  it('is added once under its fixed id', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const made = { id, stage: 'derive', recordingId, state: 'waiting', priority: 5, attempts: 0, dueAtMs: START_MS, percent: 0 };
    const full = { ...made, errorCode: null, errorDetail: null, createdAtMs: START_MS, updatedAtMs: START_MS };
    expect(await ledger.work(id)).toEqual(full);
    await ledger.transaction((writer) => writer.insertWork(someWork('derive', recordingId, { priority: 1, dueAtMs: 9 })));
    expect(await ledger.work(id)).toEqual(full);
    expect(await ledger.work('derive.nothing')).toBeNull();
  });

  it('of the archive waits again, in the same transaction, when something changes that the archived facts tell; other work does not', async (ledger) => {
    const { recordingId } = await waiting(ledger);
    const [archive, derive] = (['archive', 'derive'] as const).map((stage) => workId(stage, recordingId)) as [string, string];
    const settle = () =>
      ledger.transaction(async (writer) => {
        await writer.insertWork(someWork('archive', recordingId));
        for (const id of [archive, derive]) await writer.finishWork(id, START_MS);
      });
    await ledger.transaction((writer) => writer.upsertCase(aCase({ number: 'A-1' })));
    const changes: ((writer: LedgerWriter) => Promise<void>)[] = [
      (writer) => writer.addRecordingCase(recordingId, 'A-1'),
      (writer) => writer.removeRecordingCase(recordingId, 'A-1'),
      (writer) => writer.updateRecording(recordingId, { category: 'fee' }),
      (writer) => writer.updateRecording(recordingId, { officerId: '1', officerSource: 'person' }),
      (writer) => writer.upsertDerivative(aDerivative(recordingId)),
    ];
    for (const change of changes) {
      await settle();
      const inside = await ledger.transaction(async (writer) => {
        await change(writer);
        return (await writer.work(archive))?.state;
      });
      expect(inside).toBe('waiting');
      expect((await ledger.dueWork(START_MS, 'archive', 10)).map(({ id }) => id)).toEqual([archive]);
      expect((await ledger.work(derive))?.state).toBe('done');
    }
    // How the recording itself stands is none of the facts.
    await settle();
    await ledger.transaction((writer) => writer.updateRecording(recordingId, { state: 'derived' }));
    expect((await ledger.work(archive))?.state).toBe('done');
  });

  it('is claimed by one owner when it is due, and by another when the lease has ended', async (ledger) => {
    const clock = fixedClock();
    const { id } = await waiting(ledger);
    expect(await ledger.claimWork(id, 'early', START_MS - 1, LEASE_MS)).toBe(false);
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => ledger.claimWork(id, owner, clock.nowMs(), LEASE_MS)));
    expect(claims).toEqual([true, false, false]);
    expect(await ledger.work(id)).toMatchObject({ state: 'running', attempts: 1 });
    expect(await ledger.dueWork(clock.nowMs(), 'derive', 10)).toEqual([]);
    expect(await ledger.renewWork(id, 'a', clock.advance(20_000), LEASE_MS, 41.6)).toBe(true);
    expect(await ledger.work(id)).toMatchObject({ percent: 42, updatedAtMs: clock.nowMs() });
    expect(await ledger.claimWork(id, 'b', clock.advance(29_999), LEASE_MS)).toBe(false);
    clock.advance(1);
    expect((await ledger.dueWork(clock.nowMs(), 'derive', 10)).map((due) => due.id)).toEqual([id]);
    expect(await ledger.claimWork(id, 'b', clock.nowMs(), LEASE_MS)).toBe(true);
    expect(await ledger.work(id)).toMatchObject({ attempts: 2, percent: 0 });
    expect(await ledger.renewWork(id, 'a', clock.nowMs(), LEASE_MS, 50)).toBe(false);
    expect(await ledger.renewWork(id, 'b', clock.nowMs(), LEASE_MS, 500)).toBe(true);
    expect((await ledger.work(id))?.percent).toBe(100);
    expect(await ledger.claimWork('derive.nothing', 'a', clock.nowMs(), LEASE_MS)).toBe(false);
  });

  it('that failed is told of with its reason, given up or not, until it is done', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    expect(await ledger.troubledWork([recordingId])).toEqual([]);
    const failure = { code: 'transcoder.failed' as const, detail: 'why', nowMs: START_MS };
    for (const nextDueAtMs of [START_MS + 1, null]) {
      await ledger.transaction((writer) => writer.failWork(id, { ...failure, nextDueAtMs }));
      const state = nextDueAtMs === null ? 'failed' : 'waiting';
      expect(await ledger.troubledWork(['rec-other', recordingId])).toMatchObject([{ id, recordingId, state, errorDetail: 'why' }]);
      expect(await ledger.troubledWork(['rec-other'])).toEqual([]);
    }
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 2));
    expect(await ledger.troubledWork([recordingId])).toEqual([]);
  });

  it('is due at once when a clock that was years ahead had put it off', async (ledger) => {
    const { id } = await waiting(ledger);
    const years = 12 * 365 * 86_400_000;
    await ledger.claimWork(id, 'a', START_MS + years, LEASE_MS);
    await ledger.transaction((writer) => writer.postponeWork(id, START_MS + years, START_MS + years));
    expect((await ledger.dueWork(START_MS, 'derive', 10)).map((due) => due.id)).toEqual([id]);
    expect(await ledger.claimWork(id, 'a', START_MS, LEASE_MS)).toBe(true);
    // Until tomorrow evening is what an hour of opening may ask for.
    await ledger.transaction((writer) => writer.postponeWork(id, START_MS + 25 * 3_600_000, START_MS));
    expect(await ledger.dueWork(START_MS, 'derive', 10)).toEqual([]);
    expect(await ledger.claimWork(id, 'a', START_MS, LEASE_MS)).toBe(false);
  });

  it('is done, and stays so', async (ledger) => {
    const { id } = await waiting(ledger);
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 5));
    expect(await ledger.work(id)).toMatchObject({ state: 'done', percent: 100, updatedAtMs: START_MS + 5, errorCode: null });
    expect(await ledger.renewWork(id, 'a', START_MS + 6, LEASE_MS, 1)).toBe(false);
    expect(await ledger.claimWork(id, 'a', START_MS + 1e9, LEASE_MS)).toBe(false);
    expect(await ledger.dueWork(START_MS + 1e9, 'derive', 10)).toEqual([]);
  });

  it('is put off without counting the try', async (ledger) => {
    const { id } = await waiting(ledger);
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.postponeWork(id, START_MS + 1000, START_MS + 1));
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 1000, errorCode: null });
    expect(await ledger.claimWork(id, 'a', START_MS + 999, LEASE_MS)).toBe(false);
    expect(await ledger.claimWork(id, 'a', START_MS + 1000, LEASE_MS)).toBe(true);
  });

  it('waits after a failure, fails in the end, and is tried again when a person says so', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const failure = { code: 'transcoder.failed', detail: 'exit 1', nowMs: START_MS + 1 } as const;
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.failWork(id, { ...failure, nextDueAtMs: START_MS + 500 }));
    expect(await ledger.work(id)).toMatchObject({
      state: 'waiting',
      attempts: 1,
      dueAtMs: START_MS + 500,
      errorCode: failure.code,
      errorDetail: 'exit 1',
    });
    await ledger.claimWork(id, 'a', START_MS + 500, LEASE_MS);
    await ledger.transaction((writer) => writer.failWork(id, { ...failure, nextDueAtMs: null }));
    expect(await ledger.work(id)).toMatchObject({ state: 'failed', attempts: 2, errorCode: failure.code });
    expect(await ledger.claimWork(id, 'a', START_MS + 1e9, LEASE_MS)).toBe(false);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ stage: 'archive' }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ recordingId: anId('rec') }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ stage: 'derive', recordingId }, START_MS + 2))).toBe(1);
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 2 });
    expect(await ledger.claimWork(id, 'a', START_MS + 2, LEASE_MS)).toBe(true);
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 3));
    expect(await ledger.work(id)).toMatchObject({ errorCode: null, errorDetail: null });
  });

  it('opens again when it was done or failed, not while it runs', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const again = someWork('derive', recordingId, { dueAtMs: START_MS + 7, nowMs: START_MS + 7, priority: 1 });
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.reopenWork(again));
    expect(await ledger.work(id)).toMatchObject({ state: 'running', priority: 5 });
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 1));
    await ledger.transaction((writer) => writer.reopenWork(again));
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 7, priority: 1, percent: 0 });
    await ledger.transaction((writer) => writer.reopenWork(someWork('archive', recordingId)));
    expect(await ledger.work(workId('archive', recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('is due in order of priority, then of time, waiting and lapsed together', async (ledger) => {
    const due: [string, number, number][] = [
      ['late', 5, START_MS],
      ['early', 5, START_MS - 10],
      ['urgent', 1, START_MS],
      ['future', 1, START_MS + 1],
    ];
    const names = await ledger.transaction(async (writer) => {
      const found = new Map<string, string>();
      for (const [name, priority, dueAtMs] of due) {
        const { recording } = await listOne(writer);
        await writer.insertWork(someWork('derive', recording.id, { priority, dueAtMs }));
        found.set(workId('derive', recording.id), name);
      }
      return found;
    });
    const order = async (limit: number) => (await ledger.dueWork(START_MS, 'derive', limit)).map((row) => names.get(row.id));
    expect(await order(10)).toEqual(['urgent', 'early', 'late']);
    expect(await order(2)).toEqual(['urgent', 'early']);
    // A backlog of another stage neither shows here nor takes the places of what does.
    await ledger.transaction((writer) =>
      writer.insertWork(someWork('archive', [...names.keys()][0]?.slice('derive.'.length) ?? '', { priority: 0 })),
    );
    expect(await order(2)).toEqual(['urgent', 'early']);
    const early = [...names].find(([, name]) => name === 'early')?.[0] ?? '';
    await ledger.claimWork(early, 'a', START_MS - 10, 10);
    expect(await order(10)).toEqual(['urgent', 'early', 'late']);
  });

  it('is listed by stage, state and recording', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const other = await waiting(ledger);
    await ledger.transaction(async (writer) => {
      await writer.insertWork(someWork('archive', recordingId));
      await writer.finishWork(other.id, START_MS);
    });
    const ids = async (filter: Parameters<Ledger['listWork']>[0]) => (await ledger.listWork(filter)).map((row) => row.id).toSorted();
    const archive = workId('archive', recordingId);
    expect(await ids({ limit: 10 })).toEqual([archive, id, other.id].toSorted());
    expect((await ledger.listWork({ limit: 2 })).length).toBe(2);
    expect(await ids({ stage: 'archive', limit: 10 })).toEqual([archive]);
    expect(await ids({ stage: 'derive', limit: 10 })).toEqual([id, other.id].toSorted());
    expect(await ids({ state: 'done', limit: 10 })).toEqual([other.id]);
    expect(await ids({ recordingId, limit: 10 })).toEqual([archive, id].toSorted());
    expect(await ids({ stage: 'derive', state: 'waiting', recordingId, limit: 10 })).toEqual([id]);
  });
}

export function registry(it: It): void {
  it('keeps officers, recorders and cases; the last word holds', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.upsertOfficer(anOfficer({ name: 'first' }));
      await writer.upsertOfficer(anOfficer());
      await writer.upsertOfficer(anOfficer({ id: '000001', unit: null }));
      await writer.upsertRecorder(aRecorder({ model: null }));
      await writer.upsertRecorder(aRecorder());
      await writer.upsertCase(aCase({ title: 'first' }));
      await writer.upsertCase(aCase({ createdAtMs: START_MS + 5 }));
      await writer.upsertCase(aCase({ number: 'B-1', category: null, officerIds: [], createdAtMs: START_MS + 1 }));
    });
    expect(await ledger.officer('041234')).toEqual(anOfficer());
    expect((await ledger.officers()).map((officer) => officer.id)).toEqual(['000001', '041234']);
    expect(await ledger.recorder('DSJ0012345')).toEqual(aRecorder());
    expect(await ledger.recorders()).toEqual([aRecorder()]);
    // When a case came into the ledger does not change.
    expect(await ledger.case('A-2026-0001')).toEqual(aCase());
    expect((await ledger.cases({ limit: 10 })).map((entry) => entry.number)).toEqual(['B-1', 'A-2026-0001']);
    expect((await ledger.cases({ limit: 1 })).length).toBe(1);
    expect([await ledger.officer('x'), await ledger.recorder('x'), await ledger.case('x')]).toEqual([null, null, null]);
  });

  it('assigns recorders', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.upsertRecorder(aRecorder());
      await writer.assignRecorder('DSJ0012345', '041234', START_MS);
    });
    expect((await ledger.recorder('DSJ0012345'))?.assignedOfficerId).toBe('041234');
    await ledger.transaction((writer) => writer.assignRecorder('DSJ0012345', null, START_MS));
    expect((await ledger.recorder('DSJ0012345'))?.assignedOfficerId).toBeNull();
  });

  it('finds events whose window, with the margin, touches a span', async (ledger) => {
    const event = aCaseEvent({ startMs: 10_000, endMs: 20_000 });
    const other = aCaseEvent({ startMs: 0, endMs: 1_000, place: null, officerIds: [] });
    await ledger.transaction(async (writer) => {
      await writer.upsertCase(aCase());
      await writer.upsertCaseEvent({ ...event, place: 'first' });
      await writer.upsertCaseEvent(event);
      await writer.upsertCaseEvent(other);
    });
    const touching = async (from: number, to: number, margin: number) =>
      (await ledger.eventsTouching(from, to, margin)).map((found) => found.id);
    expect(await touching(20_000, 30_000, 0)).toEqual([event.id]);
    expect(await touching(20_001, 30_000, 0)).toEqual([]);
    expect(await touching(20_500, 30_000, 500)).toEqual([event.id]);
    expect(await touching(5_000, 9_999, 0)).toEqual([]);
    expect(await touching(5_000, 10_000, 0)).toEqual([event.id]);
    expect(await touching(12_000, 13_000, 0)).toEqual([event.id]);
    expect(await touching(0, 50_000, 0)).toEqual([other.id, event.id]);
    expect(await ledger.caseEvents('A-2026-0001')).toEqual([other, event]);
    expect(await ledger.caseEvents('x')).toEqual([]);
  });

  it('keeps a suggestion once for a recording and an event, and how it was decided', async (ledger) => {
    const event = aCaseEvent();
    const { first, second } = await ledger.transaction(async (writer) => {
      await writer.upsertCase(aCase());
      await writer.upsertCaseEvent(event);
      const one = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      const two = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      await writer.insertSuggestion(one);
      await writer.insertSuggestion(two);
      await writer.insertSuggestion({ ...one, id: anId('sug'), reason: 'again' });
      await writer.decideSuggestion(two.id, 'declined', 'cli:root');
      return { first: one, second: two };
    });
    expect(await ledger.suggestion(first.id)).toEqual(first);
    expect(await ledger.suggestion(anId('sug'))).toBeNull();
    expect((await ledger.suggestions({ limit: 10 })).length).toBe(2);
    expect(await ledger.suggestions({ state: 'open', limit: 10 })).toEqual([first]);
    expect(await ledger.suggestions({ recordingId: second.recordingId, limit: 10 })).toEqual([
      { ...second, state: 'declined', decidedBy: 'cli:root' },
    ]);
  });
}

export function uploads(it: It): void {
  const begun = { key: '2026/06/20/a/original-0001.mp4', uploadId: 'u1', partBytes: 8_388_608, startedAtMs: START_MS };

  it('are known with their parts until they are forgotten', async (ledger) => {
    expect(await ledger.uploads.load(begun.key)).toBeNull();
    await ledger.uploads.begin(begun);
    for (const number of [2, 1, 10]) await ledger.uploads.part(begun.key, { number, etag: `e${number}`, bytes: number });
    await ledger.uploads.part(begun.key, { number: 2, etag: 'again', bytes: 2 });
    const parts = [
      { number: 1, etag: 'e1', bytes: 1 },
      { number: 2, etag: 'again', bytes: 2 },
      { number: 10, etag: 'e10', bytes: 10 },
    ];
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...begun, parts });
    expect(await ledger.uploads.all()).toEqual([{ ...begun, parts }]);
    await ledger.uploads.forget(begun.key);
    await ledger.uploads.forget(begun.key);
    expect(await ledger.uploads.all()).toEqual([]);
  });

  it('begin anew without the parts of the upload before', async (ledger) => {
    await ledger.uploads.begin(begun);
    await ledger.uploads.part(begun.key, { number: 1, etag: 'old', bytes: 1 });
    await ledger.uploads.begin({ ...begun, uploadId: 'u2' });
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...begun, uploadId: 'u2', parts: [] });
  });

  it('take no part of an upload that nobody began', async (ledger) => {
    expect((await refused(ledger.uploads.part('nothing', { number: 1, etag: 'e', bytes: 1 }))).code).toBe('request.conflict');
  });
}

export function copies(it: It): void {
  it('are withdrawn one by one, and keep their digest where they have one', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const facts = { ...aCopy(original, { where: 's3' }), itemId: 'facts', key: 'x/facts.json', sha256: 'ab'.repeat(32) };
    await ledger.transaction(async (writer) => {
      for (const where of ['vault', 's3']) await writer.upsertCopy(aCopy(original, { where }));
      await writer.upsertCopy(facts);
    });
    expect(await ledger.copies(recording.id)).toContainEqual(facts);
    const gone = { recordingId: recording.id, itemId: original.id, where: 's3' };
    expect(await ledger.transaction((writer) => writer.withdrawCopy(gone))).toBe(true);
    expect(await ledger.transaction((writer) => writer.withdrawCopy(gone))).toBe(false);
    expect((await ledger.copies(recording.id)).map(({ itemId, where }) => [itemId, where]).sort()).toEqual(
      [
        ['facts', 's3'],
        [original.id, 'vault'],
      ].sort(),
    );
  });
}

export function start(it: It): void {
  it('voids the claims and closes the dockings of an earlier process', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const states = { reading: '', safe: '', problem: '', removed: '' };
      for (const state of ['reading', 'safe', 'problem', 'removed'] as const) {
        const { docking, recording } = await listOne(writer);
        await writer.updateDocking(docking.id, { state });
        if (state !== 'removed') await writer.insertWork(someWork('derive', recording.id));
        states[state] = docking.id;
      }
      return states;
    });
    const [running, done] = await ledger.dueWork(START_MS, 'derive', 10);
    await ledger.claimWork(running?.id ?? '', 'earlier', START_MS, 1e9);
    await ledger.transaction((writer) => writer.finishWork(done?.id ?? '', START_MS));
    expect(await ledger.recover(START_MS + 5)).toEqual({ work: 1, dockings: 3 });
    expect((await ledger.docking(ids.reading))?.state).toBe('interrupted');
    expect((await ledger.docking(ids.removed))?.state).toBe('removed');
    expect((await ledger.dueWork(START_MS + 5, 'derive', 10)).map((due) => due.id)).toContain(running?.id);
    expect(await ledger.renewWork(running?.id ?? '', 'earlier', START_MS + 5, 1, 1)).toBe(false);
    expect((await ledger.work(done?.id ?? ''))?.state).toBe('done');
    expect(await ledger.recover(START_MS + 6)).toEqual({ work: 0, dockings: 0 });
  });
}
