import { expect } from 'vitest';
import { KEPT_MS, type KeptAnswer } from '#domain/kept-answer';
import { because } from '#domain/reason';
import type { RecordingState } from '#domain/recording';
import { aCase, aCaseEvent, anId, START_MS, someWork } from '#test/support/builders';
import { claimed } from '#test/support/ledger/claims';
import { type It, listOne } from './ledger-support.ts';

// What the API asks of a ledger page by page, and what it keeps there.

export function pagesOfCases(it: It): void {
  it('come by start, then by id, and go on after any of them', async (ledger) => {
    const events = [5, 1, 1, 3].map((n) => aCaseEvent({ id: anId('evt'), caseNumber: 'A-1', startMs: START_MS + n }));
    await ledger.transaction(async (writer) => {
      for (const number of ['A-1', 'A-2']) await writer.cases.upsert(aCase({ number }));
      for (const event of events) await writer.cases.upsertEvent(event);
      await writer.cases.upsertEvent(aCaseEvent({ id: anId('evt'), caseNumber: 'A-2' }));
    });
    const [last, ...firsts] = events;
    const sorted = [...firsts.sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1)), last];
    expect(await ledger.cases.events('A-1')).toEqual(sorted);
    for (const [at, after] of sorted.entries())
      if (after) expect(await ledger.cases.events('A-1', { after, limit: 2 })).toEqual(sorted.slice(at + 1, at + 3));
    expect(await ledger.cases.event(last?.id ?? '')).toEqual(last);
    expect(await ledger.cases.event('evt-none')).toBeNull();
  });
}

export function workLeft(it: It): void {
  it('is that of its recorder in these states, of what else came with it, and what was given up of both', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const one = async (state: RecordingState, more: Parameters<typeof listOne>[1] = {}) => {
        const { docking, recording } = await listOne(writer, more);
        await writer.recordings.update(recording.id, { state });
        await writer.work.insert(someWork('derive', recording.id));
        return { docking: docking.id, recording: recording.id };
      };
      const own = await one('sealed');
      const earlier = await one('derived');
      const over = await one('archived');
      const others = await one('sealed', { recording: { recorderSerial: 'OTHER' } });
      return { own, earlier, over, others };
    });
    const left = async (dockingId: string, states: readonly RecordingState[]) =>
      (await ledger.work.list({ leftOf: { dockingId, states }, limit: 10 })).map(({ recordingId }) => recordingId).sort();
    const { own, earlier, over, others } = ids;
    expect(await left(own.docking, ['sealed'])).toEqual([own.recording]);
    expect(await left(own.docking, ['sealed', 'derived'])).toEqual([own.recording, earlier.recording].sort());
    expect(await left(over.docking, ['sealed'])).toEqual([own.recording]);
    expect(await left(others.docking, ['sealed'])).toEqual([own.recording, others.recording].sort());
    expect(await left('dck-none', ['sealed'])).toEqual([]);
    await ledger.transaction(async (writer) => {
      const failure = { code: 'transcoder.failed', reason: because('said', { text: 'x' }), retryInMs: null } as const;
      await writer.work.fail(await claimed(writer, `derive.${over.recording}`), failure);
      await writer.work.finish(await claimed(writer, `derive.${own.recording}`));
    });
    expect(await left(over.docking, ['sealed'])).toEqual([over.recording]);
    expect(await left(own.docking, ['sealed'])).toEqual([]);
  });
}

export function answers(it: It): void {
  const kept = (key: string, more: Partial<KeptAnswer> = {}): KeptAnswer => ({
    sight: 's',
    ...{ by: 'wang', key, request: 'r', status: 201, location: '/x', body: { text: '{"a":"王"}' }, atMs: START_MS },
    ...more,
  });

  it('are found by who asked and the key; the last word holds, and a day is enough', async (ledger) => {
    const all = [kept('a'), kept('b', { body: null, location: null, status: 204 }), kept('c', { body: 'not-kept' })];
    await ledger.transaction(async (writer) => {
      for (const answer of [kept('a', { status: 200 }), ...all]) await writer.answers.keep(answer);
      expect(await writer.answers.get('wang', 'a')).toEqual(all[0]);
    });
    for (const answer of all) expect(await ledger.answers.get('wang', answer.key)).toEqual(answer);
    expect(await ledger.answers.get('li', 'a')).toBeNull();
    await ledger.transaction((writer) => writer.answers.keep(kept('d', { atMs: START_MS + KEPT_MS })));
    expect(await ledger.answers.get('wang', 'a')).toBeNull();
    expect(await ledger.answers.get('wang', 'd')).not.toBeNull();
  });
}
