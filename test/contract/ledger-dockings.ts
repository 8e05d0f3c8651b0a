import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { DockingCompared } from '#domain/custody/docking-entries';
import { subject } from '#domain/custody/subject';
import { because } from '#domain/reason';
import { aDocking, anId, anOriginal, aRecording, START_MS, someDigests } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { type It, listOne, refused } from './ledger-support.ts';

// Dockings, their progress and refusals, and the slots they are in.

export function dockings(it: It): void {
  it('begin as reading and keep what is told of them', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.dockings.insert(docking));
    const fresh = { state: 'reading', problem: null, listedAtMs: null, unchangedAtMs: null, safeAtMs: null, removedAtMs: null };
    expect(await ledger.dockings.get(docking.id)).toEqual({
      ...docking,
      ...fresh,
      filesListed: 0,
      filesKnown: 0,
      filesRefused: 0,
      bytesListed: 0,
      filesToRecheck: 0,
      filesRechecked: 0,
    });
    const facts = {
      listedAtMs: 5,
      filesListed: 3,
      filesKnown: 2,
      filesRefused: 1,
      bytesListed: 9,
      filesToRecheck: 2,
      filesRechecked: 1,
      clockOffsetMs: 77,
    } as const;
    await ledger.transaction((writer) => writer.dockings.update(docking.id, facts));
    expect(await ledger.dockings.get(docking.id)).toMatchObject(facts);
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('safe'), 6));
    expect(await ledger.dockings.get(docking.id)).toMatchObject({ ...facts, state: 'safe', safeAtMs: 6, problem: null });
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('safe').removed(null), 7));
    expect(await ledger.dockings.get(docking.id)).toMatchObject({ ...facts, state: 'removed', safeAtMs: 6, removedAtMs: 7 });
  });

  it('keep a problem until it is taken back', async (ledger) => {
    const docking = aDocking();
    const problem = { code: 'vault.full', reason: because('nothing-free', {}) } as const;
    await ledger.transaction((writer) => writer.dockings.insert(docking));
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('copying').stoppedBy('copying', problem), 1));
    await ledger.transaction((writer) => writer.dockings.update(docking.id, { filesListed: 1 }));
    expect((await ledger.dockings.get(docking.id))?.problem).toEqual(problem);
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('copying'), 2));
    expect((await ledger.dockings.get(docking.id))?.problem).toBeNull();
  });

  it('are found by state, slot, officer, time and what went wrong, and counted the same way', async (ledger) => {
    const at = (n: number) => ({ id: anId('dck', START_MS + n), arrivedAtMs: START_MS + n });
    const [safe, refusing, left] = [aDocking({ ...at(1), slot: 3 }), aDocking({ ...at(2), recorderSerial: 'odd' }), aDocking(at(3))];
    const recording = aRecording({ dockingId: safe.id, recorderSerial: safe.recorderSerial, officerId: '7', officerSource: 'person' });
    await ledger.transaction(async (writer) => {
      for (const docking of [safe, refusing, left]) await writer.dockings.insert(docking);
      await writer.dockings.setStatus(safe.id, statusIn('safe'), START_MS + 5);
      await writer.dockings.update(refusing.id, { filesRefused: 2, filesListed: 4, bytesListed: 8 });
      await writer.dockings.setStatus(
        left.id,
        statusIn('copying').removed({ code: 'recorder.removed', reason: because('nothing-left', {}) }),
        START_MS + 6,
      );
      await writer.recordings.insert(recording);
      await writer.originals.insert(anOriginal(recording));
    });
    const found = async (filter: object) => (await ledger.dockings.list({ limit: 9, ...filter })).map(({ id }) => id);
    expect(await found({ problems: true })).toEqual([left.id, refusing.id]);
    expect(await found({ state: 'safe' })).toEqual([safe.id]);
    expect(await found({ slot: 3 })).toEqual([safe.id]);
    expect(await found({ officer: '7' })).toEqual([safe.id]);
    expect(await found({ officer: '8' })).toEqual([]);
    expect(await found({ sinceMs: START_MS + 2, untilMs: START_MS + 3 })).toEqual([refusing.id]);
    const span = { sinceMs: START_MS, untilMs: START_MS + 4 };
    const files = { filesListed: 4, filesRefused: 2, bytesListed: 8 };
    expect(await ledger.dockings.tally(span)).toEqual({ dockings: 3, reading: 1, safe: 1, failed: 1, ...files });
    const [first, second] = await ledger.dockings.talliesByRecorder({ ...span, limit: 5 });
    expect([first?.recorder, first?.dockings, first?.failed]).toEqual([left.recorderSerial, 2, 1]);
    expect(second).toEqual({ recorder: 'odd', dockings: 1, reading: 1, safe: 0, failed: 0, ...files });
    const hours = await ledger.recordings.hours({ sinceMs: START_MS - 2 * 3_600_000, untilMs: START_MS });
    const sums = { recordings: 1, ms: 0, notArchived: 1, notArchivedMs: 0, damaged: 0, unassigned: 1 };
    expect(hours).toEqual([{ hour: 1, unit: null, ...sums }]);
    const bounds = { lateMs: 1_800_000, boundsMs: [1000, 3_600_000] };
    const delays = await ledger.recordings.delays({ sinceMs: START_MS - 2 * 3_600_000, untilMs: START_MS, ...bounds });
    expect(delays).toEqual({ untimed: 0, inTime: 0, late: 1, counts: [0, 1], longer: 0 });
  });

  it('are listed newest first, all, the open ones, or those of one recorder', async (ledger) => {
    const three = [0, 1, 2].map((n) => aDocking({ arrivedAtMs: START_MS + n, recorderSerial: n === 1 ? 'another' : 'mine' }));
    await ledger.transaction(async (writer) => {
      for (const docking of three) await writer.dockings.insert(docking);
      await writer.dockings.setStatus(three[1]?.id ?? '', statusIn('removed'), START_MS);
    });
    const ids = three.map((docking) => docking.id);
    expect((await ledger.dockings.list({ limit: 10 })).map((docking) => docking.id)).toEqual([ids[2], ids[1], ids[0]]);
    expect((await ledger.dockings.list({ limit: 10, openOnly: true })).map((docking) => docking.id)).toEqual([ids[2], ids[0]]);
    const ofOne = async (filter: { recorder: string; openOnly?: boolean }) =>
      (await ledger.dockings.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await ofOne({ recorder: 'mine' })).toEqual([ids[2], ids[0]]);
    expect(await ofOne({ recorder: 'another' })).toEqual([ids[1]]);
    expect(await ofOne({ recorder: 'another', openOnly: true })).toEqual([]);
    expect((await ledger.dockings.list({ limit: 1 })).map((docking) => docking.id)).toEqual([ids[2]]);
  });

  it('count their originals and bytes by state; a moved original counts where it is now', async (ledger) => {
    const later = aDocking({ arrivedAtMs: START_MS + 1 });
    const card = await ledger.transaction(async (writer) => {
      const first = await listOne(writer, { original: { bytes: 100 } });
      const second = anOriginal(first.recording, { index: 2, bytes: 10 });
      await writer.originals.insert(second);
      await writer.originals.markCopied(second.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 });
      await writer.originals.markSealed(second.id, 2);
      await writer.dockings.insert(later);
      return first;
    });
    expect(await ledger.dockings.progress(card.docking.id)).toEqual({
      listed: 1,
      copied: 0,
      sealed: 1,
      bytes: 110,
      listedBytes: 100,
      sealedBytes: 10,
    });
    await ledger.transaction((writer) => writer.originals.moveToDocking(card.original.id, later.id, 'CARD/A.MP4'));
    expect((await ledger.originals.get(card.original.id))?.cardPath).toBe('CARD/A.MP4');
    expect(await ledger.dockings.progress(card.docking.id)).toEqual({
      listed: 0,
      copied: 0,
      sealed: 1,
      bytes: 10,
      listedBytes: 0,
      sealedBytes: 10,
    });
    expect(await ledger.dockings.progress(later.id)).toEqual({
      listed: 1,
      copied: 0,
      sealed: 0,
      bytes: 100,
      listedBytes: 100,
      sealedBytes: 0,
    });
  });

  it('are not safe any more where that is taken back', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.dockings.insert(docking));
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('safe'), 6));
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('safe').after('differs'), 7));
    expect(await ledger.dockings.get(docking.id)).toMatchObject({ state: 'reading', safeAtMs: null });
    const problem = { code: 'vault.full', reason: because('nothing-free', {}) } as const;
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, statusIn('safe'), 8));
    const stopped = statusIn('safe').after('differs').stoppedBy('copying', problem);
    await ledger.transaction((writer) => writer.dockings.setStatus(docking.id, stopped, 9));
    expect(await ledger.dockings.get(docking.id)).toMatchObject({ state: 'problem', safeAtMs: null, problem });
  });

  it('compare originals of others, by a sample or whole, and stand in the history of what they compared whole', async (ledger) => {
    const later = aDocking({ arrivedAtMs: START_MS + 1 });
    const card = await ledger.transaction(async (writer) => {
      const first = await listOne(writer);
      await writer.originals.markCopied(first.original.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 });
      await writer.dockings.insert(later);
      return first;
    });
    const { id } = card.original;
    const never = { copiedAtMs: 1, sampledAtMs: null, recheckedAtMs: null, recheckedIn: null };
    expect(await ledger.originals.compared([id, anId('org')])).toEqual(new Map([[id, never]]));
    await ledger.transaction(async (writer) => {
      await writer.custody.append(
        DockingCompared.make({ atMs: START_MS, actor: STATION, subject: subject('docking', later.id), data: DockingCompared.example.data }),
      );
      await writer.originals.markCompared([id], { how: 'sampled', dockingId: later.id, atMs: 2 });
      await writer.originals.markCompared([], { how: 'whole', dockingId: later.id, atMs: 9 });
    });
    expect((await ledger.originals.compared([id])).get(id)).toEqual({ ...never, sampledAtMs: 2 });
    expect((await ledger.custody.of(about(card.recording.id))).map(({ subject }) => subject.id)).not.toContain(later.id);
    await ledger.transaction((writer) => writer.originals.markCompared([id], { how: 'whole', dockingId: later.id, atMs: 3 }));
    expect((await ledger.originals.compared([id])).get(id)).toEqual({ ...never, sampledAtMs: 2, recheckedAtMs: 3, recheckedIn: later.id });
    expect((await ledger.custody.of(about(card.recording.id))).map(({ subject }) => subject.id)).toContain(later.id);
  });

  it('keep refusals in their order', async (ledger) => {
    const docking = aDocking();
    const refusals = ['b', 'a'].map((cardPath) => ({
      ...{ dockingId: docking.id, cardPath, code: 'recorder.not-regular' as const, reason: because('is-pipe', {}), atMs: START_MS },
    }));
    await ledger.transaction(async (writer) => {
      await writer.dockings.insert(docking);
      for (const refusal of refusals) await writer.dockings.insertRefusal(refusal);
    });
    expect(await ledger.dockings.refusals(docking.id)).toEqual(refusals);
    expect(await ledger.dockings.refusals(docking.id, { skip: 1, limit: 5 })).toEqual(refusals.slice(1));
    expect(await ledger.dockings.refusals(docking.id, { skip: 0, limit: 1 })).toEqual(refusals.slice(0, 1));
    expect(await ledger.dockings.refusals(anId('dck'))).toEqual([]);
  });

  it('give each port one slot', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.dockings.assignSlot('1-4.2', 2);
      await writer.dockings.assignSlot('1-4.1', 1);
    });
    expect(await ledger.dockings.slotOf('1-4.2')).toBe(2);
    expect(await ledger.dockings.slotOf('1-9')).toBeNull();
    expect((await ledger.dockings.slots()).map((row) => ({ ...row }))).toEqual([
      { slot: 1, port: '1-4.1' },
      { slot: 2, port: '1-4.2' },
    ]);
    expect((await refused(ledger.transaction((writer) => writer.dockings.assignSlot('1-9', 2)))).code).toBe('request.conflict');
    await ledger.transaction(async (writer) => {
      for (const port of ['1-4.1', '1-4.2']) await writer.dockings.releaseSlot(port);
      await writer.dockings.assignSlot('1-4.1', 2);
      await writer.dockings.assignSlot('1-4.2', 1);
    });
    expect([await ledger.dockings.slotOf('1-4.1'), await ledger.dockings.slotOf('1-4.2')]).toEqual([2, 1]);
  });
}
