/*
 * Goal: whoever changes rows behind the station's back, to hide that a recording went or to have it taken for one that went, is found; and whoever decides on a list
 * sees what else was recorded at the same time (Waukesha: a use of force under a wrong tag went by its term). Method: a real ledger, changed by another connection.
 */

import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reviewOf } from '#desk/disposals/review';
import { disposedFaults } from '#desk/disposed-faults';
import { STATION } from '#domain/custody/actor';
import { RecordingDisposed } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import type { DisposalItem } from '#domain/destruction/disposal';
import type { Original } from '#domain/recording';
import { aCase, aHash, anId, START_MS } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
import { type SealedStation, sealedStation } from '#test/support/disposal';
import { contradictionsIn } from '#test/support/ledger/replayed';

let station: SealedStation;
let original: Original;
let other: Original;

beforeEach(async () => {
  station = await sealedStation();
  original = await station.seal();
  other = await station.seal();
});
afterEach(() => station.close());

const raw = (statement: string) => {
  const db = new DatabaseSync(station.file);
  db.exec(statement);
  db.close();
};
async function faults(id: string): Promise<readonly string[]> {
  const detail = await station.ledger.recordings.detail(id);
  if (!detail) throw new Error('it is not there');
  return disposedFaults(detail, await station.ledger.custody.of(subject('recording', id))).map(({ code }) => code);
}

it('a row that says disposed without an entry, or no more with one, and a tombstone that nobody wrote', async () => {
  const { recordingId: id } = original;
  expect(await faults(id)).toEqual([]);
  raw(`UPDATE recordings SET state = 'disposed' WHERE id = '${id}'`);
  expect(await faults(id)).toEqual(['disposed-unlogged']);
  const people = { proposedBy: 'usr-a', approvedBy: 'usr-b' };
  const data = { disposal: anId('dsp'), tombstone: anId('tmb'), rule: 'ordinary', ...people };
  const about = { atMs: START_MS, actor: STATION, subject: subject('recording', id) };
  await station.ledger.transaction((writer) => writer.custody.append(RecordingDisposed.make({ ...about, data, lists: { originals: [] } })));
  expect(await faults(id)).toEqual(['disposed-with-copies']);
  raw(`UPDATE recordings SET state = 'archived' WHERE id = '${id}'`);
  expect(await faults(id)).toEqual(['open-logged-disposed']);
  // The entry tells of a tombstone and of no copies: rows that say otherwise contradict the log.
  const tables = new Set(contradictionsIn(station.file).map(({ table }) => table));
  expect([...tables]).toEqual(expect.arrayContaining(['tombstones', 'copies']));
});

it('tombstones, lists and items cannot be taken away, and tombstones cannot be changed', async () => {
  await station.ledger.transaction(async (writer) => {
    const proposed = { person: 'usr-a', roles: ['custodian'], atMs: START_MS };
    const id = anId('dsp');
    const list = { id, state: 'running' as const, rule: 'schedule-1', dueBeforeMs: START_MS, digest: aHash(1), proposed, approved: null };
    await writer.disposals.insert({ ...list, waitsUntilMs: null, beganAtMs: null, endedAtMs: null, why: null });
    await writer.disposals.insertItem(itemOf(id, original.recordingId));
    const stone = {
      id: anId('tmb'),
      recordingId: original.recordingId,
      disposalId: id,
      rule: 'ordinary',
      proposedBy: 'usr-a',
      approvedBy: 'usr-b',
    };
    await writer.disposals.insertTombstone({ ...stone, atMs: START_MS, originals: [] });
    await writer.custody.append(aCustodyDraft());
  });
  for (const statement of [
    'DELETE FROM tombstones',
    "UPDATE tombstones SET approved_by = 'usr-c'",
    'DELETE FROM disposal_items',
    'DELETE FROM disposals',
  ])
    expect(() => raw(statement), statement).toThrow(/append-only/);
});

function itemOf(disposalId: string, recordingId: string): DisposalItem {
  const sums = { files: 1, bytes: 1000, durationMs: 60_000, contents: aHash(2), why: null };
  return { disposalId, recordingId, state: 'listed', rule: 'traffic', dueMs: START_MS, ...sums };
}

it('a review shows recordings of the same time, and marks one that belongs to a case to which this one does not', async () => {
  const { ledger } = station;
  const span = (startMs: number) => ({ startMs, durationMs: 60_000 });
  await ledger.transaction(async (writer) => {
    await writer.recordings.update(original.recordingId, { ...span(START_MS), category: 'traffic-accident' });
    await writer.recordings.update(other.recordingId, span(START_MS + 30_000));
    await writer.custody.append(aCustodyDraft());
  });
  const review = () => reviewOf(ledger, itemOf('dsp-1', original.recordingId));
  expect(await review()).toMatchObject({
    overlapCount: 1,
    casesBeside: false,
    overlaps: [{ recording: other.recordingId, overlapMs: 30_000 }],
  });
  const { number } = aCase();
  await ledger.transaction(async (writer) => {
    await writer.cases.upsert(aCase());
    await writer.recordings.addCase(other.recordingId, number);
    await writer.custody.append(aCustodyDraft());
  });
  expect(await review()).toMatchObject({ casesBeside: true, overlaps: [{ cases: [number] }] });
  await ledger.transaction(async (writer) => {
    await writer.recordings.addCase(original.recordingId, number);
    await writer.custody.append(aCustodyDraft());
  });
  expect(await review()).toMatchObject({ casesBeside: false, cases: [{ number }] });
  await ledger.transaction(async (writer) => {
    await writer.recordings.update(other.recordingId, span(START_MS + 60_000));
    await writer.custody.append(aCustodyDraft());
  });
  expect(await review()).toMatchObject({ overlapCount: 0, overlaps: [] });
});
