import { expect } from 'vitest';
import type { Role } from '#domain/access/roles';
import { DutyAcknowledged, DutyDone } from '#domain/custody/duty-entries';
import type { CustodyDraft } from '#domain/custody/entry';
import { subject } from '#domain/custody/subject';
import { NO_LOCK } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { Ledger } from '#ports/ledger';
import { aCopy, START_MS } from '#test/support/builders';
import { aCaseDraft, anyDraft, cli } from '#test/support/custody';
import { foundDuty, openDuty } from '#test/support/retention/walk-duties';
import { type It, listOne } from './ledger-support.ts';

const ALL = { after: '', upTo: null };
const LI = cli('root');
const about = (id: string) => ({ atMs: START_MS, actor: LI, subject: subject('duty', id) });

async function end(ledger: Ledger, id: string): Promise<void> {
  await ledger.transaction(async (writer) => {
    await writer.duties.end(id, START_MS);
    await writer.custody.append(DutyDone.make(about(id)));
  });
}

export function dutiesOfLedger(it: It): void {
  it('follow from numbers of the card that are on no record, from locks that end, and from locks that are refused', async (ledger) => {
    const numbered = (sequence: number, minute: number) => ({
      original: {
        take: { sequence, sequenceMax: 9999, contiguousMs: 2000, durationMs: null, containerMs: null },
        mtimeMs: START_MS + minute * 60_000,
      },
    });
    const [third, fourth, eighth] = await ledger.transaction(async (writer) => [
      await listOne(writer, numbered(3, 1)),
      await listOne(writer, numbered(4, 2)),
      await listOne(writer, numbered(8, 9000)),
    ]);
    const factsOf = async (id = '') => (await ledger.duties.recordingFacts({ ids: [id] }))[0];
    expect((await factsOf(third?.recording.id))?.numbersMissing).toBeNull();
    expect((await factsOf(fourth?.recording.id))?.numbersMissing).toEqual({ count: 3, sinceMs: START_MS });
    expect((await factsOf(eighth?.recording.id))?.numbersMissing).toBeNull();
    if (!third) return expect.fail('no card');
    const copy = aCopy(third.original, { where: 's3', key: 'key' });
    await ledger.transaction(async (writer) => {
      await writer.recordings.upsertCopy(copy);
      await writer.archive.setLock(copy, { ...NO_LOCK, lockCheckedAtMs: 1, lockMode: 'GOVERNANCE', lockedUntilMs: START_MS + 5 }, START_MS);
      const what = because('hold-no-copy', {});
      const named = { place: 's3', kind: 'unlocked', key: 'key', versionId: '', recordingId: copy.recordingId } as const;
      await writer.archive.putFinding({ ...named, what, foundAtMs: START_MS + 7, settledAtMs: null });
      await writer.custody.append(anyDraft(copy.recordingId));
    });
    expect((await factsOf(copy.recordingId))?.locks).toMatchObject({ unlocked: 0, endsMs: START_MS + 5, refusedSinceMs: START_MS + 7 });
  });

  it('are looked at again where entries of the log are about what they follow from', async (ledger) => {
    const { recording, original, docking } = await ledger.transaction((writer) => listOne(writer, {}));
    const other = await ledger.transaction((writer) => listOne(writer, { recording: { recorderSerial: 'R2' } }));
    const touchedBy = async (...drafts: CustodyDraft[]) => {
      const after = (await ledger.custody.head())?.seq ?? -1;
      for (const draft of drafts) await ledger.transaction((writer) => writer.custody.append(draft));
      const upTo = (await ledger.custody.head())?.seq ?? -1;
      expect(await ledger.duties.touched({ after: upTo, upTo: upTo + 5 })).toEqual({ recordings: [], recorders: [], others: false });
      return ledger.duties.touched({ after, upTo });
    };
    const of = (recordings: readonly string[], others = false) => ({ recordings, recorders: [], others });
    expect(await touchedBy(anyDraft(recording.id))).toEqual(of([recording.id]));
    expect(await touchedBy(anyDraft(original.id))).toEqual(of([recording.id]));
    const both = await touchedBy(anyDraft(other.recording.id), anyDraft(recording.id));
    expect(both.recordings.toSorted()).toEqual([recording.id, other.recording.id].toSorted());
    expect(await touchedBy(anyDraft(docking.id))).toEqual({ ...of([recording.id]), recorders: [docking.recorderSerial] });
    expect(await touchedBy(aCaseDraft('LY-1'))).toEqual(of([], true));
    expect(await touchedBy(DutyDone.make(about('dty-1')))).toEqual(of([]));
  });

  it('are told of once, the longest due first, and anew when they come back; and listed by owner', async (ledger) => {
    const [second, first, later] = await ledger.transaction(async (writer) => [
      await openDuty(writer, { kind: 'damaged', dueMs: START_MS + 2, owner: { role: 'custodian', unit: 'unt-a' } }),
      await openDuty(writer, { kind: 'untagged', dueMs: START_MS + 1, owner: { role: 'custodian', unit: 'unt-b' } }),
      await openDuty(writer, { kind: 'station-clock', dueMs: START_MS + 9, owner: { role: 'system-administrator', unit: null } }),
    ]);
    const untold = async (nowMs: number, limit = 9) => (await ledger.duties.untold(nowMs, limit)).map(({ id }) => id);
    expect(await untold(START_MS)).toEqual([]);
    expect(await untold(START_MS + 2)).toEqual([first, second]);
    expect(await untold(START_MS + 9, 1)).toEqual([first]);
    await ledger.transaction((writer) => writer.duties.noteTold(first ?? '', START_MS));
    expect(await untold(START_MS + 9)).toEqual([second, later]);
    await ledger.transaction(async (writer) => {
      await writer.duties.putBack(first ?? '');
      await writer.custody.append(DutyDone.make(about(first ?? '')));
    });
    expect(await untold(START_MS + 9)).toEqual([first, second, later]);
    await end(ledger, first ?? '');
    expect(await untold(START_MS + 9)).toEqual([second, later]);
    const owned = async (roles: readonly Role[], units: readonly string[] | null) =>
      (await ledger.duties.list({ limit: 9, ownedBy: { roles, units } })).map(({ id }) => id).toSorted();
    expect(await owned(['custodian'], ['unt-a'])).toEqual([second]);
    expect(await owned(['custodian'], [])).toEqual([]);
    expect(await owned(['custodian', 'system-administrator'], [])).toEqual([later]);
    expect(await owned(['custodian', 'system-administrator'], null)).toEqual([second, later].toSorted());
  });

  it('stand until their cause is gone, and of one cause at most one does', async (ledger) => {
    const id = await ledger.transaction((writer) => openDuty(writer));
    expect(await ledger.duties.get(id)).toEqual({
      ...foundDuty(),
      ...{ id, state: 'open', openedAtMs: START_MS, acknowledgement: null, doneAtMs: null },
    });
    await expect(ledger.transaction((writer) => openDuty(writer))).rejects.toThrow();
    await end(ledger, id);
    expect(await ledger.duties.standing({ subjects: ['recording'], ...ALL })).toEqual([]);
    const again = await ledger.transaction((writer) => openDuty(writer));
    expect((await ledger.duties.standing({ subjects: ['recording'], ...ALL })).map((each) => each.id)).toEqual([again]);
    expect((await ledger.duties.list({ state: 'done', limit: 10 })).map((each) => each.id)).toEqual([id]);
    await expect(end(ledger, id)).rejects.toThrow(expect.objectContaining({ code: 'request.not-found' }));
  });

  it('are acknowledged, handed over and put back', async (ledger) => {
    const id = await ledger.transaction((writer) => openDuty(writer));
    const acknowledgement = { by: 'usr-a', atMs: START_MS, untilMs: START_MS + 5000, reason: 'on leave' };
    await ledger.transaction(async (writer) => {
      await writer.duties.acknowledge(id, acknowledgement);
      await writer.duties.handOver(id, { role: 'custodian', unit: 'unt-b' });
      const data = { by: 'usr-a', until: new Date(START_MS + 5000).toISOString() };
      await writer.custody.append(DutyAcknowledged.make({ ...about(id), data, personal: { reason: 'on leave' } }));
    });
    expect(await ledger.duties.get(id)).toMatchObject({ state: 'acknowledged', acknowledgement, owner: { unit: 'unt-b' } });
    await ledger.transaction(async (writer) => {
      await writer.duties.putBack(id);
      await writer.custody.append(DutyDone.make(about(id)));
    });
    expect(await ledger.duties.get(id)).toMatchObject({ state: 'open', acknowledgement: null });
  });

  it('are listed by kind, state and what is overdue, page by page, and counted', async (ledger) => {
    const [first, second, third] = await ledger.transaction(async (writer) => [
      await openDuty(writer, { kind: 'damaged' }, START_MS),
      await openDuty(writer, { kind: 'untagged', dueMs: START_MS + 9000 }, START_MS + 1),
      await openDuty(writer, { kind: 'damaged', subject: { kind: 'recording', id: 'rec-z' } }, START_MS + 2),
    ]);
    const ids = async (filter: object) => (await ledger.duties.list({ limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({})).toEqual([third, second, first]);
    expect(await ids({ limit: 1, after: third })).toEqual([second]);
    expect(await ids({ kind: 'damaged' })).toEqual([third, first]);
    expect(await ids({ overdueAtMs: START_MS + 1000 })).toEqual([third, first]);
    expect(await ids({ overdueAtMs: START_MS + 999 })).toEqual([]);
    expect(await ids({ state: 'acknowledged' })).toEqual([]);
    expect(await ledger.duties.counts(START_MS + 1000)).toEqual([
      { kind: 'damaged', open: 2, overdue: 2 },
      { kind: 'untagged', open: 1, overdue: 0 },
    ]);
    const span = { subjects: ['recording' as const], after: 'rec-none', upTo: 'rec-z' };
    expect((await ledger.duties.standing(span)).map(({ id }) => id)).toEqual([third]);
    expect(await ledger.duties.standing({ ...span, upTo: 'rec-y' })).toEqual([]);
  });

  it('about footage are told only within a scope that sees it', async (ledger) => {
    const { recording } = await ledger.transaction((writer) => listOne(writer, { recording: { officerId: '041234' } }));
    const other = await ledger.transaction((writer) => listOne(writer, { recording: { officerId: null, officerSource: null } }));
    const [seen, unseen, machine] = await ledger.transaction(async (writer) => [
      await openDuty(writer, { subject: { kind: 'recording', id: recording.id } }, START_MS),
      await openDuty(writer, { subject: { kind: 'recording', id: other.recording.id } }, START_MS + 1),
      await openDuty(writer, { kind: 'station-clock', subject: { kind: 'clock', id: 'station' } }, START_MS + 2),
    ]);
    const { duties } = ledger.within({ officers: ['041234'], units: [], cases: [], recordings: [] });
    expect((await duties.list({ limit: 10 })).map(({ id }) => id)).toEqual([machine, seen]);
    expect(await duties.get(unseen ?? '')).toBeNull();
    expect((await duties.counts(START_MS)).reduce((sum, each) => sum + each.open, 0)).toBe(2);
  });

  it('follow from facts of recordings and recorders, page by page', async (ledger) => {
    const made = await ledger.transaction(async (writer) => [await listOne(writer, {}), await listOne(writer, {})]);
    const [first, second] = made.map(({ recording }) => recording).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const facts = await ledger.duties.recordingFacts({ after: '', limit: 1 });
    expect(facts).toMatchObject([{ id: first?.id, state: 'copying', category: null, cases: 0, damaged: false, numbersMissing: null }]);
    expect(facts[0]?.locks).toEqual({ neededUntil: null, unlocked: 0, endsMs: null, refusedSinceMs: null });
    const ids = [second?.id ?? '', 'rec-none'];
    expect((await ledger.duties.recordingFacts({ ids })).map(({ id }) => id)).toEqual([second?.id]);
    expect((await ledger.duties.recordingFacts({ after: first?.id ?? '', limit: 9 })).map(({ id }) => id)).toEqual([second?.id]);
    const [recorder] = await ledger.duties.recorderFacts({ after: '', limit: 1 });
    expect(recorder === undefined ? [] : await ledger.duties.recorderFacts({ after: recorder.serial, limit: 9 })).not.toContainEqual(
      recorder,
    );
  });
}
