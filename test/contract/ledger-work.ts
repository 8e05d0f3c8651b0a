import { expect } from 'vitest';
import { because } from '#domain/reason';
import { type Claim, workId } from '#domain/work';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { aCase, aDerivative, anId, START_MS, someWork } from '#test/support/builders';
import { claimed, tryToClaim } from '#test/support/ledger/claims';
import { type It, listOne, refused } from './ledger-support.ts';

// Work: who may have it, and what only whoever has it may do.

const A = { host: 'worker-1', instance: 'a' };
const B = { host: 'worker-2', instance: 'b' };

export function work(it: It): void {
  const LEASE_MS = 30_000;
  async function waiting(ledger: Ledger): Promise<{ id: string; recordingId: string }> {
    return ledger.transaction(async (writer) => {
      const { recording } = await listOne(writer);
      const added = someWork('derive', recording.id);
      await writer.work.insert(added);
      return { id: added.id, recordingId: recording.id };
    });
  }

  it('is added once under its fixed id', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const made = { id, stage: 'derive', recordingId, state: 'waiting', priority: 5, attempts: 0, dueAtMs: START_MS, percent: 0 };
    const full = { ...made, errorCode: null, errorReason: null, createdAtMs: START_MS, updatedAtMs: START_MS };
    expect(await ledger.work.get(id)).toEqual(full);
    await ledger.transaction((writer) => writer.work.insert(someWork('derive', recordingId, { priority: 1, dueAtMs: 9 })));
    expect(await ledger.work.get(id)).toEqual(full);
    expect(await ledger.work.get('derive.nothing')).toBeNull();
  });

  it('of the archive waits again, in the same transaction, when something changes that the archived facts tell; other work does not', async (ledger) => {
    const { recordingId } = await waiting(ledger);
    const [archive, derive] = (['archive', 'derive'] as const).map((stage) => workId(stage, recordingId)) as [string, string];
    const settle = () =>
      ledger.transaction(async (writer) => {
        await writer.work.insert(someWork('archive', recordingId));
        for (const id of [archive, derive])
          if ((await writer.work.get(id))?.state === 'waiting') await writer.work.finish(await claimed(writer, id));
      });
    await ledger.transaction((writer) => writer.cases.upsert(aCase({ number: 'A-1' })));
    const changes: ((writer: LedgerWriter) => Promise<void>)[] = [
      (writer) => writer.recordings.addCase(recordingId, 'A-1'),
      (writer) => writer.recordings.removeCase(recordingId, 'A-1'),
      (writer) => writer.recordings.update(recordingId, { category: 'fee' }),
      (writer) => writer.recordings.update(recordingId, { officerId: '1', officerSource: 'person' }),
      (writer) => writer.recordings.upsertDerivative(aDerivative(recordingId)),
    ];
    for (const change of changes) {
      await settle();
      const inside = await ledger.transaction(async (writer) => {
        await change(writer);
        return (await writer.work.get(archive))?.state;
      });
      expect(inside).toBe('waiting');
      expect((await ledger.work.due(START_MS, 'archive', 10)).map(({ id }) => id)).toEqual([archive]);
      expect((await ledger.work.get(derive))?.state).toBe('done');
    }
    // How the recording itself stands is none of the facts.
    await settle();
    await ledger.transaction((writer) => writer.recordings.update(recordingId, { state: 'derived' }));
    expect((await ledger.work.get(archive))?.state).toBe('done');
  });

  it('is claimed by one worker when it is due, and by another when the lease has ended; each claim has a larger token', async (ledger, time) => {
    const { id, recordingId } = await waiting(ledger);
    time.wall.advance(-1);
    expect(await tryToClaim(ledger, id, A)).toBeNull();
    time.wall.advance(1);
    const claims = await Promise.all([A, B, A].map((worker) => tryToClaim(ledger, id, worker, LEASE_MS)));
    const first = { workId: id, stage: 'derive', recordingId, token: 1, host: A.host } as const;
    expect(claims).toEqual([first, null, null]);
    expect(await ledger.work.get(id)).toMatchObject({ state: 'running', attempts: 1 });
    time.passMs(20_000);
    time.wall.advance(20_000);
    await ledger.transaction((writer) => writer.work.renew(first, { leaseMs: LEASE_MS, percent: 41.6 }));
    expect(await ledger.work.get(id)).toMatchObject({ percent: 42, updatedAtMs: time.wall.nowMs() });
    time.passMs(29_999);
    expect([await ledger.endLapsedLeases(), await tryToClaim(ledger, id, B)]).toEqual([0, null]);
    expect(await ledger.work.due(time.wall.nowMs(), 'derive', 10)).toEqual([]);
    time.passMs(1);
    const second = await tryToClaim(ledger, id, B, LEASE_MS);
    expect(second).toEqual({ ...first, token: 2, host: B.host });
    expect(await ledger.work.get(id)).toMatchObject({ attempts: 2, percent: 0 });
    await ledger.transaction((writer) => writer.work.renew(second ?? first, { leaseMs: LEASE_MS, percent: 500 }));
    expect((await ledger.work.get(id))?.percent).toBe(100);
    expect(await tryToClaim(ledger, 'derive.nothing', A)).toBeNull();
  });

  const ENDINGS: readonly [string, (writer: LedgerWriter, claim: Claim) => Promise<unknown>][] = [
    ['renewed', (writer, claim) => writer.work.renew(claim, { leaseMs: 1, percent: 99 })],
    ['finished', (writer, claim) => writer.work.finish(claim)],
    [
      'failed',
      (writer, claim) => writer.work.fail(claim, { code: 'transcoder.failed', reason: because('said', { text: '' }), retryInMs: null }),
    ],
    ['postponed', (writer, claim) => writer.work.postpone(claim, { delayMs: 0, priority: 9 })],
    ['recorded', (writer, claim) => writer.work.requireClaim(claim)],
  ];
  for (const [what, end] of ENDINGS) {
    it(`is not ${what} for whoever has lost it, and nothing of that transaction stays`, async (ledger, time) => {
      const { id, recordingId } = await waiting(ledger);
      const mine = await ledger.transaction((writer) => claimed(writer, id, A));
      const late = (claim: Claim) =>
        ledger.transaction(async (writer) => {
          await writer.recordings.update(recordingId, { category: 'mine' });
          await end(writer, claim);
        });
      const isRefused = async (claim: Claim) => {
        const before = await ledger.work.get(id);
        expect(await refused(late(claim))).toMatchObject({ code: 'work.lease-lost' });
        expect(await ledger.work.get(id)).toEqual(before);
        expect((await ledger.recordings.get(recordingId))?.category).toBeNull();
      };
      for (const never of [
        { ...mine, token: mine.token + 1 },
        { ...mine, workId: 'derive.nothing' },
      ])
        await isRefused(never);
      // The lease has ended: the work waits, another has it, the other has finished it, a person has opened it again.
      time.passMs(3_600_000);
      expect(await ledger.endLapsedLeases()).toBe(1);
      await isRefused(mine);
      const theirs = await ledger.transaction((writer) => claimed(writer, id, B));
      await isRefused(mine);
      await ledger.transaction((writer) => writer.work.finish(theirs));
      for (const claim of [mine, theirs]) await isRefused(claim);
      await ledger.transaction((writer) => writer.work.reopen(someWork('derive', recordingId)));
      for (const claim of [mine, theirs]) await isRefused(claim);
    });
  }

  it('is held for as long as its lease says, whatever the wall clock does', async (ledger, time) => {
    const { id } = await waiting(ledger);
    const claim = await tryToClaim(ledger, id, A, LEASE_MS);
    for (const jump of [86_400_000 * 4000, -86_400_000 * 8000]) {
      time.wall.advance(jump);
      expect([await ledger.endLapsedLeases(), await tryToClaim(ledger, id, B)]).toEqual([0, null]);
    }
    time.passMs(LEASE_MS);
    // Nobody has taken it yet: whoever held it may still hand its result in.
    if (claim) await ledger.transaction((writer) => writer.work.requireClaim(claim));
    expect(await ledger.endLapsedLeases()).toBe(1);
    expect((await ledger.work.due(time.wall.nowMs(), 'derive', 10)).map((due) => due.id)).toEqual([id]);
    expect(await ledger.endLapsedLeases()).toBe(0);
  });

  it('stays held when the transaction that ended it is rolled back', async (ledger) => {
    const { id } = await waiting(ledger);
    const claim = await ledger.transaction((writer) => claimed(writer, id, A));
    const failed = ledger.transaction(async (writer) => {
      await writer.work.finish(claim);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect([await ledger.endLapsedLeases(), await tryToClaim(ledger, id, B)]).toEqual([0, null]);
    await ledger.transaction((writer) => writer.work.finish(claim));
  });

  it('that failed is told of with its reason, given up or not, until it is done', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    expect(await ledger.work.troubled([recordingId])).toEqual([]);
    const failure = { code: 'transcoder.failed' as const, reason: because('said', { text: 'why' }) };
    for (const retryInMs of [0, null]) {
      await ledger.transaction(async (writer) => writer.work.fail(await claimed(writer, id), { ...failure, retryInMs }));
      const state = retryInMs === null ? 'failed' : 'waiting';
      expect(await ledger.work.troubled(['rec-other', recordingId])).toMatchObject([
        { id, recordingId, state, errorReason: failure.reason },
      ]);
      expect(await ledger.work.troubled(['rec-other'])).toEqual([]);
    }
    await ledger.transaction(async (writer) => {
      await writer.work.reopen(someWork('derive', recordingId));
      await writer.work.finish(await claimed(writer, id));
    });
    expect(await ledger.work.troubled([recordingId])).toEqual([]);
  });

  it('is due at once when a clock that was years ahead had put it off', async (ledger, time) => {
    const { id } = await waiting(ledger);
    const years = 12 * 365 * 86_400_000;
    time.wall.advance(years);
    await ledger.transaction(async (writer) => writer.work.postpone(await claimed(writer, id), { delayMs: 0 }));
    time.wall.advance(-years);
    expect((await ledger.work.due(START_MS, 'derive', 10)).map((due) => due.id)).toEqual([id]);
    // Until tomorrow evening is what an hour of opening may ask for.
    await ledger.transaction(async (writer) => writer.work.postpone(await claimed(writer, id), { delayMs: 25 * 3_600_000 }));
    expect(await ledger.work.due(START_MS, 'derive', 10)).toEqual([]);
    expect(await tryToClaim(ledger, id)).toBeNull();
  });

  it('is done, and stays so', async (ledger, time) => {
    const { id } = await waiting(ledger);
    const claim = await ledger.transaction((writer) => claimed(writer, id));
    time.wall.advance(5);
    await ledger.transaction((writer) => writer.work.finish(claim));
    expect(await ledger.work.get(id)).toMatchObject({ state: 'done', percent: 100, updatedAtMs: START_MS + 5, errorCode: null });
    time.wall.advance(1e9);
    time.passMs(1e9);
    expect([await ledger.endLapsedLeases(), await tryToClaim(ledger, id)]).toEqual([0, null]);
    expect(await ledger.work.due(START_MS + 1e9, 'derive', 10)).toEqual([]);
  });

  it('is put off without counting the try', async (ledger, time) => {
    const { id } = await waiting(ledger);
    await ledger.transaction(async (writer) => writer.work.postpone(await claimed(writer, id), { delayMs: 1000, priority: 9 }));
    expect(await ledger.work.get(id)).toMatchObject({
      ...{ state: 'waiting', attempts: 0, dueAtMs: START_MS + 1000, errorCode: null, priority: 9 },
    });
    time.wall.advance(999);
    expect(await tryToClaim(ledger, id)).toBeNull();
    time.wall.advance(1);
    expect(await tryToClaim(ledger, id)).toMatchObject({ token: 2 });
  });

  it('waits after a failure, fails in the end, and is tried again when a person says so', async (ledger, time) => {
    const { id, recordingId } = await waiting(ledger);
    const failure = { code: 'transcoder.failed', reason: because('said', { text: 'exit 1' }) } as const;
    await ledger.transaction(async (writer) => writer.work.fail(await claimed(writer, id), { ...failure, retryInMs: 500 }));
    const told = { errorCode: failure.code, errorReason: failure.reason };
    expect(await ledger.work.get(id)).toMatchObject({ state: 'waiting', attempts: 1, dueAtMs: START_MS + 500, ...told });
    time.wall.advance(500);
    await ledger.transaction(async (writer) => writer.work.fail(await claimed(writer, id), { ...failure, retryInMs: null }));
    expect(await ledger.work.get(id)).toMatchObject({ state: 'failed', attempts: 2, errorCode: failure.code });
    time.wall.advance(1e9);
    expect(await tryToClaim(ledger, id)).toBeNull();
    expect(await ledger.transaction((writer) => writer.work.retryFailed({ stage: 'archive' }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.work.retryFailed({ recordingId: anId('rec') }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.work.retryFailed({ stage: 'derive', recordingId }, START_MS + 2))).toBe(1);
    expect(await ledger.work.get(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 2 });
    await ledger.transaction(async (writer) => writer.work.finish(await claimed(writer, id)));
    expect(await ledger.work.get(id)).toMatchObject({ errorCode: null, errorReason: null });
  });

  it('opens again when it was done or failed, not while it runs', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const again = someWork('derive', recordingId, { dueAtMs: START_MS + 7, nowMs: START_MS + 7, priority: 1 });
    const claim = await ledger.transaction((writer) => claimed(writer, id));
    await ledger.transaction((writer) => writer.work.reopen(again));
    expect(await ledger.work.get(id)).toMatchObject({ state: 'running', priority: 5 });
    await ledger.transaction((writer) => writer.work.finish(claim));
    await ledger.transaction((writer) => writer.work.reopen(again));
    expect(await ledger.work.get(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 7, priority: 1, percent: 0 });
    await ledger.transaction((writer) => writer.work.reopen(someWork('archive', recordingId)));
    expect(await ledger.work.get(workId('archive', recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('is due in order of priority, then of time, waiting and lapsed together', async (ledger, time) => {
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
        await writer.work.insert(someWork('derive', recording.id, { priority, dueAtMs }));
        found.set(workId('derive', recording.id), name);
      }
      return found;
    });
    const order = async (limit: number) => (await ledger.work.due(START_MS, 'derive', limit)).map((row) => names.get(row.id));
    expect(await order(10)).toEqual(['urgent', 'early', 'late']);
    expect(await order(2)).toEqual(['urgent', 'early']);
    // A backlog of another stage neither shows here nor takes the places of what does.
    await ledger.transaction((writer) =>
      writer.work.insert(someWork('archive', [...names.keys()][0]?.slice('derive.'.length) ?? '', { priority: 0 })),
    );
    expect(await order(2)).toEqual(['urgent', 'early']);
    const early = [...names].find(([, name]) => name === 'early')?.[0] ?? '';
    expect(await tryToClaim(ledger, early, A, 10)).not.toBeNull();
    expect(await order(10)).toEqual(['urgent', 'late']);
    time.passMs(10);
    expect(await ledger.endLapsedLeases()).toBe(1);
    expect((await order(10)).toSorted()).toEqual(['early', 'late', 'urgent']);
  });

  it('is listed by stage, state and recording', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const other = await waiting(ledger);
    await ledger.transaction(async (writer) => {
      await writer.work.insert(someWork('archive', recordingId));
      await writer.work.finish(await claimed(writer, other.id));
    });
    const ids = async (filter: Parameters<Ledger['work']['list']>[0]) => (await ledger.work.list(filter)).map((row) => row.id).toSorted();
    const archive = workId('archive', recordingId);
    expect(await ids({ limit: 10 })).toEqual([archive, id, other.id].toSorted());
    expect((await ledger.work.list({ limit: 2 })).length).toBe(2);
    expect(await ids({ stage: 'archive', limit: 10 })).toEqual([archive]);
    expect(await ids({ stage: 'derive', limit: 10 })).toEqual([id, other.id].toSorted());
    expect(await ids({ state: 'done', limit: 10 })).toEqual([other.id]);
    expect(await ids({ recordingId, limit: 10 })).toEqual([archive, id].toSorted());
    expect(await ids({ stage: 'derive', state: 'waiting', recordingId, limit: 10 })).toEqual([id]);
  });
}
