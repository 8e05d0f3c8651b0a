import { expect } from 'vitest';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { NewDocking } from '#ports/ledger/dockings';
import type { NewOriginal } from '#ports/ledger/originals';
import { aDocking, anId, anOriginal, aRecording, START_MS, someDigests } from '#test/support/builders';
import { type It, refused } from './ledger-support.ts';

// Files that changed on their recorder before they were copied, and what is known of their new versions.

/** `n` is where it stands in time: ids are in that order. */
async function list(writer: LedgerWriter, n: number, docking: NewDocking, original: Partial<NewOriginal> = {}) {
  const recording = aRecording({
    id: anId('rec', START_MS + n),
    dockingId: docking.id,
    recorderSerial: original.recorderSerial ?? docking.recorderSerial,
  });
  const row = anOriginal(recording, {
    id: anId('org', START_MS + n),
    dockingId: docking.id,
    cardPath: 'DCIM/A.MP4',
    bytes: 10 + n,
    ...original,
  });
  await writer.recordings.insert(recording);
  await writer.originals.insert(row);
  return row;
}

async function dock(writer: LedgerWriter, n: number, recorderSerial = 'R1') {
  const docking = aDocking({ id: anId('dck', START_MS + n), recorderSerial });
  await writer.dockings.insert(docking);
  return docking;
}

async function seal(writer: LedgerWriter, { id }: NewOriginal) {
  await writer.originals.markCopied(id, { digests: someDigests(id), duplicateOf: null, copiedAtMs: 1 });
  await writer.originals.markSealed(id, 2);
}

/** What both questions tell of `old` and `newer`; they must agree. */
async function isReplaced(ledger: Ledger, old: NewOriginal, newer: NewOriginal): Promise<boolean> {
  const versions = await ledger.originals.newerVersions([old.id]);
  const recordings = await ledger.recordings.replacedBy([newer.id]);
  expect(recordings.includes(old.recordingId)).toBe(versions.get(old.id) === newer.recordingId);
  return versions.has(old.id);
}

export function replaced(it: It): void {
  it('are known by a file of the same path that was listed later and is sealed; copied is not enough', async (ledger) => {
    const [old, newer] = await ledger.transaction(async (writer) => [
      await list(writer, 1, await dock(writer, 1)),
      await list(writer, 2, await dock(writer, 2)),
    ]);
    expect(await isReplaced(ledger, old, newer)).toBe(false);
    await ledger.transaction((writer) =>
      writer.originals.markCopied(newer.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 }),
    );
    expect(await isReplaced(ledger, old, newer)).toBe(false);
    await ledger.transaction((writer) => writer.originals.markSealed(newer.id, 2));
    expect(await isReplaced(ledger, old, newer)).toBe(true);
    expect(await isReplaced(ledger, newer, old)).toBe(false);
  });

  it('are known within one docking, and by the newest of several', async (ledger) => {
    const [first, second, third] = await ledger.transaction(async (writer) => {
      const docking = await dock(writer, 1);
      const rows = [await list(writer, 1, docking), await list(writer, 2, docking), await list(writer, 3, docking)] as const;
      await seal(writer, rows[2]);
      return rows;
    });
    expect(await ledger.originals.newerVersions([first.id, second.id, third.id])).toEqual(
      new Map([
        [first.id, third.recordingId],
        [second.id, third.recordingId],
      ]),
    );
    expect((await ledger.recordings.replacedBy([third.id])).toSorted()).toEqual([first.recordingId, second.recordingId].toSorted());
  });

  it('are not told by another path, another recorder, or the same recorder on the card of another', async (ledger) => {
    const [old, ...others] = await ledger.transaction(async (writer) => {
      const first = await list(writer, 1, await dock(writer, 1));
      const here = await dock(writer, 2);
      const elsewhere = await dock(writer, 3, 'R2');
      return [
        first,
        await list(writer, 2, here, { cardPath: 'DCIM/B.MP4' }),
        await list(writer, 3, elsewhere),
        await list(writer, 4, elsewhere, { recorderSerial: 'R1' }),
      ];
    });
    for (const other of others) {
      await ledger.transaction((writer) => seal(writer, other));
      expect(await isReplaced(ledger, old as NewOriginal, other)).toBe(false);
    }
  });

  it('come back with a docking after that of the new version, and are waited for then', async (ledger) => {
    const [old, newer, again] = await ledger.transaction(async (writer) => {
      const rows = [await list(writer, 1, await dock(writer, 1)), await list(writer, 2, await dock(writer, 2))] as const;
      await seal(writer, rows[1]);
      return [...rows, await dock(writer, 3)] as const;
    });
    expect(await isReplaced(ledger, old, newer)).toBe(true);
    await ledger.transaction((writer) => writer.originals.moveToDocking(old.id, again.id));
    expect(await isReplaced(ledger, old, newer)).toBe(false);
  });

  it('once marked, count for nobody who waits, are asked for no more, and stay as they are until the mark is taken away', async (ledger) => {
    const { docking, old, newer } = await ledger.transaction(async (writer) => {
      const docking = await dock(writer, 1);
      const rows = { docking, old: await list(writer, 1, docking), newer: await list(writer, 2, docking) };
      await seal(writer, rows.newer);
      return rows;
    });
    const before = await ledger.counts();
    expect(before).toMatchObject({ unsealed: 1, notArchived: 2 });
    expect(await ledger.dockings.progress(docking.id)).toMatchObject({ listed: 1, listedBytes: old.bytes, sealed: 1 });
    await ledger.transaction(async (writer) => {
      await writer.originals.markReplaced(old.id, newer.recordingId);
      await writer.recordings.update(old.recordingId, { state: 'replaced' });
    });
    expect(await ledger.originals.get(old.id)).toMatchObject({ state: 'listed', replacedBy: newer.recordingId });
    expect(await ledger.counts()).toEqual({ ...before, unsealed: 0, notArchived: 1 });
    expect(await ledger.dockings.progress(docking.id)).toMatchObject({ listed: 0, listedBytes: 0, sealed: 1, bytes: newer.bytes });
    expect(await ledger.recordings.replacedBy([newer.id])).toEqual([]);
    expect(await ledger.recordings.list({ state: 'copying', limit: 10 })).toMatchObject([{ recording: { id: newer.recordingId } }]);
    expect(await ledger.recordings.list({ state: 'replaced', limit: 10 })).toMatchObject([{ recording: { id: old.recordingId } }]);
    const copied = { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 };
    expect((await refused(ledger.transaction((writer) => writer.originals.markCopied(old.id, copied)))).code).toBe('request.conflict');
    // One that is sealed was never replaced.
    expect((await refused(ledger.transaction((writer) => writer.originals.markReplaced(newer.id, old.recordingId)))).code).toBe(
      'request.conflict',
    );
    await ledger.transaction(async (writer) => {
      await writer.originals.markReplaced(old.id, null);
      await writer.recordings.update(old.recordingId, { state: 'copying' });
    });
    expect(await ledger.counts()).toEqual(before);
    await ledger.transaction((writer) => seal(writer, old));
    expect(await ledger.counts()).toMatchObject({ unsealed: 0 });
  });
}
