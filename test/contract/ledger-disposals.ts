/*
 * Goal: what a ledger keeps of lists for disposal, of what is being destroyed and of tombstones is found again by what it is asked by, and what must stay stays.
 */
import { expect } from 'vitest';
import type { Disposal, DisposalItem, Tombstone } from '#domain/destruction/disposal';
import { because } from '#domain/reason';
import type { Destruction } from '#ports/ledger/disposals';
import { aCopy, aDerivative, aHash, anId, START_MS } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
import { type It, listOne, refused } from './ledger-support.ts';

function aDisposal(n: number, more: Partial<Disposal> = {}): Disposal {
  return {
    ...{ id: anId('dsp', START_MS + n), state: 'proposed', rule: 'schedule-1', dueBeforeMs: START_MS, digest: aHash(n), approved: null },
    ...{
      proposed: { person: 'usr-a', roles: ['custodian'], atMs: START_MS },
      waitsUntilMs: null,
      beganAtMs: null,
      endedAtMs: null,
      why: null,
    },
    ...more,
  };
}

function anItem(disposalId: string, recordingId: string, more: Partial<DisposalItem> = {}): DisposalItem {
  return {
    ...{ disposalId, recordingId, state: 'listed', rule: 'ordinary', dueMs: START_MS, files: 1, bytes: 10, durationMs: 1000 },
    ...{ contents: aHash(recordingId), why: null },
    ...more,
  };
}

const told = () => aCustodyDraft();

export function disposals(it: It): void {
  it('finds lists by id and state, newest first, with what became of them', async (ledger) => {
    const [one, two, three] = [aDisposal(1), aDisposal(2), aDisposal(3)];
    await ledger.transaction(async (writer) => {
      for (const each of [two, one, three]) await writer.disposals.insert(each);
      await writer.custody.append(told());
    });
    expect(await ledger.disposals.get(one.id)).toEqual(one);
    expect(await ledger.disposals.get('dsp-none')).toBeNull();
    expect((await ledger.disposals.list({ limit: 10 })).map(({ id }) => id)).toEqual([three.id, two.id, one.id]);
    expect((await ledger.disposals.list({ limit: 10, after: three.id })).map(({ id }) => id)).toEqual([two.id, one.id]);
    const approved = { person: 'usr-b', roles: ['reviewer'], atMs: START_MS + 5, digest: one.digest };
    const halted = because('disposal-clock', {});
    await ledger.transaction(async (writer) => {
      await writer.disposals.update(one.id, { state: 'approved', approved, waitsUntilMs: START_MS + 9 });
      await writer.disposals.update(two.id, { state: 'halted', beganAtMs: START_MS + 1, why: halted });
      await writer.custody.append(told());
    });
    expect(await ledger.disposals.get(one.id)).toEqual({ ...one, state: 'approved', approved, waitsUntilMs: START_MS + 9 });
    expect(await ledger.disposals.get(two.id)).toEqual({ ...two, state: 'halted', beganAtMs: START_MS + 1, why: halted });
    expect((await ledger.disposals.list({ limit: 10, states: ['approved', 'halted'] })).map(({ id }) => id)).toEqual([two.id, one.id]);
    await ledger.transaction(async (writer) => {
      await writer.disposals.update(one.id, { state: 'proposed', approved: null, waitsUntilMs: null });
      await writer.disposals.update(two.id, { why: null });
      await writer.custody.append(told());
    });
    expect(await ledger.disposals.get(one.id)).toEqual(one);
    expect((await ledger.disposals.get(two.id))?.why).toBeNull();
    const none = ledger.transaction((writer) => writer.disposals.update('dsp-none', { state: 'done' }));
    expect((await refused(none)).code).toBe('request.not-found');
  });

  it('finds the recordings of a list, and the open list of a recording', async (ledger) => {
    const [old, open] = [aDisposal(1, { state: 'cancelled' }), aDisposal(2)];
    const ids = await ledger.transaction(async (writer) => {
      const made: string[] = [];
      for (let n = 0; n < 3; n += 1)
        made.push(
          (await listOne(writer, { docking: { id: anId('dck', START_MS + n) }, recording: { id: anId('rec', START_MS + n) } })).recording
            .id,
        );
      await writer.disposals.insert(old);
      await writer.disposals.insert(open);
      for (const id of made) await writer.disposals.insertItem(anItem(old.id, id, { state: 'kept' }));
      for (const id of made.slice(0, 2)) await writer.disposals.insertItem(anItem(open.id, id));
      await writer.custody.append(told());
      return made;
    });
    const [first = '', second = '', third = ''] = ids.toSorted();
    const why = because('words', { text: 'appeal' });
    await ledger.transaction(async (writer) => {
      await writer.disposals.updateItem(open.id, ids[0] ?? '', { state: 'excluded', why });
      await writer.custody.append(told());
    });
    expect(await ledger.disposals.item(open.id, ids[0] ?? '')).toEqual(anItem(open.id, ids[0] ?? '', { state: 'excluded', why }));
    expect(await ledger.disposals.item(open.id, ids[2] ?? '')).toBeNull();
    expect((await ledger.disposals.items(old.id, { limit: 10 })).map(({ recordingId }) => recordingId)).toEqual([first, second, third]);
    expect((await ledger.disposals.items(old.id, { limit: 1, after: first })).map(({ recordingId }) => recordingId)).toEqual([second]);
    expect((await ledger.disposals.items(open.id, { limit: 10, state: 'listed' })).map(({ recordingId }) => recordingId)).toEqual([ids[1]]);
    expect((await ledger.disposals.openOf(ids[1] ?? ''))?.id).toBe(open.id);
    expect(await ledger.disposals.openOf(ids[2] ?? '')).toBeNull();
    const nowhere = ledger.transaction((writer) => writer.disposals.updateItem(open.id, ids[2] ?? '', { state: 'kept' }));
    expect((await refused(nowhere)).code).toBe('request.not-found');
  });

  it('notes what is being destroyed until it is ended, once for each file', async (ledger) => {
    await ledger.transaction(async (writer) => {
      const { recording, original } = await listOne(writer);
      const doomed = { recordingId: recording.id, itemId: original.id, what: 'original' as const, where: 'vault', key: original.vaultKey };
      const first: Destruction = {
        doomed: { ...doomed, version: null, bytes: 10, sha256: aHash(1) },
        ...{ why: 'eviction', disposalId: null, beganAtMs: START_MS },
      };
      const again: Destruction = { ...first, why: 'disposal', disposalId: 'dsp-1', beganAtMs: START_MS + 1 };
      const other: Destruction = { ...first, doomed: { ...first.doomed, where: 's3', version: 'v1', bytes: null, sha256: null } };
      for (const each of [first, other, again]) await writer.disposals.beginDestruction(each);
      expect(await writer.disposals.destructions({ limit: 10 })).toEqual([other, again]);
      expect(await writer.disposals.destructions({ recordingId: 'rec-none', limit: 10 })).toEqual([]);
      await writer.disposals.endDestruction({ where: 's3', key: doomed.key });
      expect(await writer.disposals.destructions({ recordingId: recording.id, limit: 10 })).toEqual([again]);
      await writer.custody.append(told());
    });
  });

  it('buries a recording: tombstone and rows of what it was stay, those of what is gone go', async (ledger) => {
    const disposal = aDisposal(1);
    const stone = await ledger.transaction(async (writer) => {
      const { recording, original } = await listOne(writer);
      const { id: recordingId } = recording;
      await writer.recordings.upsertCopy(aCopy(original));
      await writer.recordings.upsertDerivative(aDerivative(recordingId));
      const work = { id: `archive.${recordingId}`, stage: 'archive' as const, recordingId, priority: 5, dueAtMs: 0, nowMs: START_MS };
      await writer.work.insert(work);
      await writer.disposals.insert(disposal);
      const buried = { id: original.id, bytes: 10, sha256: aHash(1), sm3: null, manifestSha256: aHash(2), sharedWith: ['org-other'] };
      const made: Tombstone = {
        ...{ id: anId('tmb'), recordingId, disposalId: disposal.id, rule: 'ordinary', proposedBy: 'usr-a', approvedBy: 'usr-b' },
        ...{ atMs: START_MS, originals: [buried] },
      };
      await writer.disposals.insertTombstone(made);
      await writer.custody.append(told());
      return made;
    });
    const { recordingId } = stone;
    expect(await ledger.disposals.tombstone(recordingId)).toEqual(stone);
    expect(await ledger.disposals.tombstone('rec-none')).toBeNull();
    expect(await ledger.disposals.tombstones(disposal.id, { limit: 10 })).toEqual([stone]);
    expect(await ledger.disposals.tombstones(disposal.id, { limit: 10, after: recordingId })).toEqual([]);
    const detail = await ledger.recordings.detail(recordingId);
    expect(detail?.recording.state).toBe('disposed');
    expect([detail?.originals.length, detail?.copies, detail?.derivatives]).toEqual([1, [], []]);
    expect(await ledger.work.get(`archive.${recordingId}`)).toBeNull();
    expect((await ledger.counts()).notArchived).toBe(0);
    const twice = ledger.transaction((writer) => writer.disposals.insertTombstone({ ...stone, id: anId('tmb') }));
    expect(await refused(twice)).toBeDefined();
  });
}
