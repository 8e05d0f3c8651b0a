/*
 * Goal: what the ledger promises the scrub. The copy that was checked longest ago is next; a check from the future cannot push one out of the round; what was
 * evicted and what has a fault that is not due are left out; faults are counted from a moment on.
 */

import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { ScrubOrdered } from '#domain/custody/scrub-entries';
import { subject } from '#domain/custody/subject';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { ScrubFault } from '#ports/ledger/scrubs';
import { aCopy, anId, START_MS, someDigests } from '#test/support/builders';
import { type It, listOne } from './ledger-support.ts';

const tell = (writer: LedgerWriter) =>
  writer.custody.append(
    ScrubOrdered.make({ atMs: START_MS, actor: STATION, subject: subject('station', 'test1'), data: { place: 'vault', order: 'run' } }),
  );

/** Sealed originals whose copies in the vault were last checked at these moments; their ids. */
async function checkedAt(ledger: Ledger, times: readonly number[], place = 'vault'): Promise<readonly string[]> {
  return ledger.transaction(async (writer) => {
    const ids: string[] = [];
    for (const [n, verifiedAtMs] of times.entries()) {
      const serial = `${place}${n}`;
      const { original } = await listOne(writer, {
        docking: { id: anId('dck', START_MS + n + place.length * 100), recorderSerial: serial },
        recording: { id: anId('rec', START_MS + n + place.length * 100), recorderSerial: serial },
      });
      await writer.originals.markCopied(original.id, { digests: someDigests(serial), duplicateOf: null, copiedAtMs: START_MS });
      await writer.originals.markSealed(original.id, START_MS);
      const listed = await writer.originals.get(original.id);
      if (listed) await writer.recordings.upsertCopy(aCopy(listed, { where: place, verifiedAtMs }));
      ids.push(original.id);
    }
    await tell(writer);
    return ids;
  });
}

const aFault = (itemId: string, recordingId: string, more: Partial<ScrubFault> = {}): ScrubFault => ({
  ...{ itemId, recordingId, where: 'vault', key: 'k', kind: 'bad', foundAtMs: START_MS, dueAtMs: START_MS + 500, endedAtMs: null },
  ...more,
});

async function put(ledger: Ledger, fault: ScrubFault): Promise<void> {
  await ledger.transaction(async (writer) => {
    await writer.scrubs.putFault(fault);
    await tell(writer);
  });
}

export function scrubs(it: It): void {
  it('gives the copy that was checked longest ago, of its place alone', async (ledger) => {
    const [, oldest] = await checkedAt(ledger, [START_MS + 20, START_MS + 10, START_MS + 30]);
    const [archived] = await checkedAt(ledger, [START_MS + 1], 'disk');
    expect((await ledger.scrubs.next('vault', START_MS + 100))?.itemId).toBe(oldest);
    expect((await ledger.scrubs.next('disk', START_MS + 100))?.itemId).toBe(archived);
    expect(await ledger.scrubs.next('s3', START_MS + 100)).toBeNull();
    const { bytes, ...vault } = await ledger.scrubs.tally('vault', START_MS + 30);
    expect(vault).toEqual({ items: 3, oldestMs: START_MS + 10, overdue: 2 });
    expect(await ledger.scrubs.tally('disk', START_MS)).toEqual({ items: 1, bytes: bytes / 3, oldestMs: START_MS + 1, overdue: 0 });
    expect(await ledger.scrubs.tally('s3', START_MS)).toEqual({ items: 0, bytes: 0, oldestMs: null, overdue: 0 });
  });

  it('gives a copy first whose check lies in the future', async (ledger) => {
    const [, future] = await checkedAt(ledger, [START_MS, START_MS + 1_000_000]);
    expect((await ledger.scrubs.next('vault', START_MS + 100))?.itemId).toBe(future);
  });

  it('leaves out what was evicted', async (ledger) => {
    const [first = '', second] = await checkedAt(ledger, [START_MS, START_MS + 10]);
    await ledger.transaction(async (writer) => {
      await writer.originals.markEvicted(first, START_MS);
      await tell(writer);
    });
    expect((await ledger.scrubs.next('vault', START_MS + 100))?.itemId).toBe(second);
    expect((await ledger.scrubs.tally('vault', 0)).items).toBe(1);
  });

  it('leaves a fault out until it is due, and takes it up then, and when it has ended', async (ledger) => {
    const [first = '', second] = await checkedAt(ledger, [START_MS, START_MS + 10]);
    const recordingId = (await ledger.originals.get(first))?.recordingId ?? '';
    await put(ledger, aFault(first, recordingId));
    expect((await ledger.scrubs.next('vault', START_MS + 499))?.itemId).toBe(second);
    expect((await ledger.scrubs.next('vault', START_MS + 500))?.itemId).toBe(first);
    expect(await ledger.scrubs.openFaults('vault', 5)).toEqual([aFault(first, recordingId)]);
    await put(ledger, aFault(first, recordingId, { endedAtMs: START_MS + 50 }));
    expect((await ledger.scrubs.next('vault', START_MS + 100))?.itemId).toBe(first);
    expect(await ledger.scrubs.openFaults('vault', 5)).toEqual([]);
    expect([await ledger.scrubs.faultsSince('vault', START_MS), await ledger.scrubs.faultsSince('vault', START_MS + 1)]).toEqual([1, 0]);
    expect(await ledger.scrubs.faultsSince('disk', START_MS)).toBe(0);
  });

  it('gives the copy whose fault is due, however lately it was checked', async (ledger) => {
    const [first, , faulty = ''] = await checkedAt(ledger, [START_MS, START_MS + 10, START_MS + 90]);
    const recordingId = (await ledger.originals.get(faulty))?.recordingId ?? '';
    await put(ledger, aFault(faulty, recordingId, { dueAtMs: START_MS + 100 }));
    const due = async (ms: number, place = 'vault') => (await ledger.scrubs.dueFault(place, START_MS + ms))?.itemId;
    expect([await due(99), await due(100), await due(100, 'disk')]).toEqual([undefined, faulty, undefined]);
    // What was checked longest ago is another one all the same.
    expect((await ledger.scrubs.next('vault', START_MS + 100))?.itemId).toBe(first);
    await put(ledger, aFault(faulty, recordingId, { dueAtMs: START_MS + 100, endedAtMs: START_MS + 100 }));
    expect(await due(100)).toBeUndefined();
  });

  it('keeps what people have ordered', async (ledger) => {
    const none = { paused: false, haltedAtMs: null, confirmedAtMs: null, runSinceMs: null };
    expect(await ledger.scrubs.orders('vault')).toEqual(none);
    const ordered = { paused: true, haltedAtMs: 5, confirmedAtMs: 6, runSinceMs: 7 };
    await ledger.transaction(async (writer) => {
      await writer.scrubs.putOrders('vault', ordered);
      await tell(writer);
    });
    expect(await ledger.scrubs.orders('vault')).toEqual(ordered);
    expect(await ledger.scrubs.orders('disk')).toEqual(none);
  });
}
