import { expect } from 'vitest';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { NOTHING_COUNTED } from '#domain/lock/comparison';
import type { ArchiveFinding } from '#domain/lock/finding';
import { type CopyLock, NO_LOCK } from '#domain/lock/lock';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { Ledger } from '#ports/ledger';
import { aCopy, anId, START_MS } from '#test/support/builders';
import { type It, listOne, refused } from './ledger-support.ts';

const DAY_MS = 86_400_000;

type Listed = Pick<Original, 'id' | 'recordingId' | 'vaultKey' | 'bytes'>;
const named = ({ id, recordingId }: Pick<Listed, 'id' | 'recordingId'>) => ({ itemId: id, recordingId, where: 's3' });

/** An original with a copy in the archive that was verified `n` ms after the start. */
async function archived(ledger: Ledger, n: number, more: Partial<CopyLock> & { key?: string } = {}): Promise<Listed> {
  return ledger.transaction(async (writer) => {
    const { original } = await listOne(writer, { original: { id: anId('org', START_MS + n) } });
    await writer.recordings.upsertCopy({ ...aCopy(original, { where: 's3', verifiedAtMs: START_MS + n }), ...more });
    return original;
  });
}

const lockedUntil = (untilMs: number, versionId = 'v1'): CopyLock => ({
  ...NO_LOCK,
  ...{ versionId, manifestVersionId: 'm1', lockMode: 'COMPLIANCE', lockedUntilMs: untilMs, lockCheckedAtMs: START_MS },
});

async function due(ledger: Ledger, atMs: number, limit = 10): Promise<string[]> {
  return (await ledger.archive.locksDue('s3', atMs, limit)).map(({ itemId }) => itemId);
}

/** What the ledger knows of locks in the archive, of the bucket, and of what the daily comparison found. */
export function archiveOfLedger(it: It): void {
  locks(it);
  findings(it);

  it('what a bucket can and how far its comparison is stand there as they were written last, one for each place', async (ledger) => {
    expect(await ledger.archive.capabilities('s3')).toBeNull();
    expect(await ledger.archive.comparison('s3')).toBeNull();
    const found: BucketCapabilities = {
      ...{ probedAtMs: START_MS, versioning: 'enabled', locks: true, mode: 'COMPLIANCE', defaultMode: null, defaultDays: null },
      ...{ lockDaysMax: 3649, hold: true, multipart: true, lifecycle: 'none', ownsBucket: false, mayBypass: null },
      ...{ mayChangePolicy: false, clockOffsetMs: -1000, refusal: null, promises: [because('field', { field: 'x' })], cannot: [] },
      fingerprint: { versioning: 'a', lock: 'b', lifecycle: 'c', policy: 'd', owner: 'e' },
    };
    const run = { startedAtMs: START_MS, endedAtMs: null, marker: '2026/01/01/rec-1', counts: { ...NOTHING_COUNTED, versions: 3 } };
    await ledger.transaction(async (writer) => {
      await writer.archive.putCapabilities('s3', found);
      await writer.archive.putCapabilities('other', { ...found, locks: false });
      await writer.archive.putComparison('s3', run);
    });
    expect(await ledger.archive.capabilities('s3')).toEqual(found);
    expect(await ledger.archive.comparison('s3')).toEqual(run);
    expect(await ledger.archive.comparison('other')).toBeNull();
    const ended = { ...run, endedAtMs: START_MS + 5, marker: '2026/02/01/rec-2' };
    await ledger.transaction(async (writer) => {
      await writer.archive.putCapabilities('s3', { ...found, mode: 'GOVERNANCE' });
      await writer.archive.putComparison('s3', ended);
    });
    expect((await ledger.archive.capabilities('s3'))?.mode).toBe('GOVERNANCE');
    expect((await ledger.archive.capabilities('other'))?.locks).toBe(false);
    expect(await ledger.archive.comparison('s3')).toEqual(ended);
  });
}

function locks(it: It): void {
  it('copies of one place come in the order of the bytes of their keys, page by page', async (ledger) => {
    // A locale would pass over the marks, and put letters before digits.
    const keys = ['a', 'a-z', 'a.1', 'a/b', 'a1', 'aa', 'b'];
    for (const [n, key] of ['aa', 'b', 'a', 'a1', 'a/b', 'a.1', 'a-z'].entries()) await archived(ledger, n, { key });
    const { original } = await ledger.transaction((writer) => listOne(writer));
    await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(original, { where: 'vault' })));
    const all: string[] = [];
    for (let page = await ledger.archive.copiesByKey('s3', '', 3); page.length > 0; ) {
      all.push(...page.map(({ key }) => key));
      page = await ledger.archive.copiesByKey('s3', all.at(-1) ?? '', 3);
    }
    expect(all).toEqual(keys);
    expect(await ledger.archive.copiesByKey('other', '', 3)).toEqual([]);
  });

  it('a lock is written with its versions, is never shortened, and may begin anew with another version', async (ledger) => {
    const original = await archived(ledger, 0);
    const now = async () => (await ledger.recordings.copies(original.recordingId)).find(({ where }) => where === 's3');
    const put = (lock: CopyLock) => ledger.transaction((writer) => writer.archive.setLock(named(original), lock, START_MS + 9));
    const lock = lockedUntil(START_MS + 30 * DAY_MS);
    await put(lock);
    expect(await now()).toMatchObject(lock);
    await put({ ...lock, legalHold: true });
    await put({ ...lock, lockedUntilMs: START_MS + 60 * DAY_MS });
    expect(await now()).toMatchObject({ lockedUntilMs: START_MS + 60 * DAY_MS, legalHold: false });
    for (const untilMs of [START_MS + 59 * DAY_MS, null]) {
      const error = await refused(put({ ...lock, lockedUntilMs: untilMs }));
      expect([error.code, error.reason.code]).toEqual(['station.internal', 'lock-would-fall']);
    }
    expect(await now()).toMatchObject({ lockedUntilMs: START_MS + 60 * DAY_MS });
    await put(lockedUntil(START_MS + DAY_MS, 'v2'));
    expect(await now()).toMatchObject({ versionId: 'v2', lockedUntilMs: START_MS + DAY_MS });
    const missing = { ...named(original), where: 'other' };
    await refused(ledger.transaction((writer) => writer.archive.setLock(missing, lock, 0)));
  });

  it('locks are looked at in the order in which they are due; a copy in the vault has none', async (ledger) => {
    const [first, second, third] = [await archived(ledger, 1), await archived(ledger, 2), await archived(ledger, 3)];
    await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(first, { where: 'vault', verifiedAtMs: START_MS })));
    expect(await due(ledger, START_MS)).toEqual([]);
    expect(await due(ledger, START_MS + 2)).toEqual([first.id, second.id]);
    expect(await due(ledger, START_MS + 3, 1)).toEqual([first.id]);
    const until = START_MS + 30 * DAY_MS;
    await ledger.transaction(async (writer) => {
      await writer.archive.setLock(named(first), lockedUntil(until), START_MS + 100);
      await writer.archive.noteLook(named(second), { checkedAtMs: START_MS + 7, nextLookMs: START_MS + 50 });
      await writer.archive.noteLook(named(third), { checkedAtMs: null, nextLookMs: START_MS + 60 });
    });
    expect(await due(ledger, START_MS + 49)).toEqual([]);
    expect(await due(ledger, START_MS + 100)).toEqual([second.id, third.id, first.id]);
    const [looked] = await ledger.archive.locksDue('s3', START_MS + 50, 1);
    expect(looked).toMatchObject({ lockCheckedAtMs: START_MS + 7, lockedUntilMs: null });
    await ledger.transaction(async (writer) => {
      await writer.archive.dueLocks(first.recordingId, START_MS + 10);
      // Never later than it was to be.
      await writer.archive.dueLocks(second.recordingId, START_MS + 500);
    });
    expect(await due(ledger, START_MS + 50)).toEqual([first.id, second.id]);
    expect((await ledger.recordings.copies(first.recordingId)).find(({ where }) => where === 's3')?.lockedUntilMs).toBe(until);
    // Stored once more, a copy keeps its turn.
    await ledger.transaction((writer) => writer.recordings.upsertCopy(aCopy(second, { where: 's3', verifiedAtMs: START_MS })));
    expect(await due(ledger, START_MS + 49)).toEqual([first.id]);
  });

  it('copies of originals are counted with what protects them now', async (ledger) => {
    expect(await ledger.archive.lockCounts('s3', START_MS)).toEqual({ originals: 0, unlocked: 0, firstEndMs: null });
    const [bare, held, early, late] = [
      await archived(ledger, 1),
      await archived(ledger, 2),
      await archived(ledger, 3),
      await archived(ledger, 4),
    ];
    await ledger.transaction(async (writer) => {
      await writer.archive.setLock(named(held), { ...NO_LOCK, versionId: 'v', legalHold: true }, 0);
      await writer.archive.setLock(named(early), { ...lockedUntil(START_MS + DAY_MS), lockMode: 'GOVERNANCE' }, 0);
      await writer.archive.setLock(named(late), lockedUntil(START_MS + 9 * DAY_MS), 0);
      // Neither a derivative nor a copy elsewhere counts.
      await writer.recordings.upsertCopy({ ...aCopy(bare, { where: 's3' }), itemId: anId('drv'), key: 'x/derived/1/y' });
      await writer.recordings.upsertCopy(aCopy(bare, { where: 'vault' }));
    });
    const counts = (nowMs: number) => ledger.archive.lockCounts('s3', nowMs);
    expect(await counts(START_MS)).toEqual({ originals: 4, unlocked: 1, firstEndMs: START_MS + DAY_MS });
    expect(await counts(START_MS + DAY_MS)).toEqual({ originals: 4, unlocked: 2, firstEndMs: START_MS + 9 * DAY_MS });
    expect(await ledger.archive.lockModes('s3')).toEqual(['COMPLIANCE', 'GOVERNANCE']);
    expect(await ledger.archive.lockModes('vault')).toEqual([]);
  });
}

function findings(it: It): void {
  const finding = (more: Partial<ArchiveFinding> = {}): ArchiveFinding => ({
    ...{ place: 's3', kind: 'missing', key: 'k', versionId: 'v', recordingId: null, what: because('field', { field: 'x' }) },
    ...{ foundAtMs: START_MS, settledAtMs: null, ...more },
  });

  it('a finding stays as it was found until it is settled, and is opened again when it comes back', async (ledger) => {
    const first = finding();
    const put = (one: ArchiveFinding) => ledger.transaction((writer) => writer.archive.putFinding(one));
    const settle = (atMs: number) => ledger.transaction((writer) => writer.archive.settleFinding('s3', first, atMs));
    await put(first);
    await put(finding({ foundAtMs: START_MS + 5, what: because('field', { field: 'y' }) }));
    expect(await ledger.archive.finding('s3', first)).toEqual(first);
    await settle(START_MS + 6);
    expect(await ledger.archive.finding('s3', first)).toEqual({ ...first, settledAtMs: START_MS + 6 });
    await refused(settle(START_MS + 7));
    const again = finding({ foundAtMs: START_MS + 8, recordingId: 'rec-x', what: because('field', { field: 'z' }) });
    await put(again);
    expect(await ledger.archive.finding('s3', first)).toEqual(again);
    expect(await ledger.archive.finding('other', first)).toBeNull();
  });

  it('findings come by kind, key and version, page by page, and are counted while they are open', async (ledger) => {
    const all = [
      finding({ kind: 'foreign', key: 'a-z', versionId: '2' }),
      finding({ kind: 'foreign', key: 'a/b', versionId: '1' }),
      finding({ kind: 'foreign', key: 'a/b', versionId: '2' }),
      finding({ kind: 'missing', key: 'a', versionId: '1' }),
    ];
    await ledger.transaction(async (writer) => {
      for (const one of all.toReversed()) await writer.archive.putFinding(one);
      await writer.archive.putFinding(finding({ place: 'other' }));
      await writer.archive.settleFinding('s3', all[1] ?? finding(), START_MS + 1);
    });
    const list = async (page: Partial<Parameters<Ledger['archive']['findings']>[1]>) =>
      (await ledger.archive.findings('s3', { limit: 10, ...page })).map(({ kind, key, versionId }) => `${kind} ${key} ${versionId}`);
    expect(await list({})).toEqual(['foreign a-z 2', 'foreign a/b 1', 'foreign a/b 2', 'missing a 1']);
    expect(await list({ limit: 2, after: all[0] ?? finding() })).toEqual(['foreign a/b 1', 'foreign a/b 2']);
    expect(await list({ open: true })).toEqual(['foreign a-z 2', 'foreign a/b 2', 'missing a 1']);
    expect(await list({ open: true, kind: 'foreign', after: all[0] ?? finding() })).toEqual(['foreign a/b 2']);
    expect(await ledger.archive.openFindings('s3')).toEqual({ foreign: 2, missing: 1 });
    expect(await ledger.archive.openFindings('none')).toEqual({});
  });
}
