import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { OriginalEvicted, OriginalFetched, OriginalSealed } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { LedgerWriter } from '#ports/ledger';
import { aDerivative, anId, START_MS, someDigests } from '#test/support/builders';
import { aLook } from './ledger-looks.ts';
import { type It, listOne, refused } from './ledger-support.ts';

type Listed = Pick<Original, 'id' | 'recordingId' | 'bytes' | 'vaultKey'>;

async function sealed(writer: LedgerWriter, n: number, digest: string): Promise<Listed> {
  const { original } = await listOne(writer, { original: { id: anId('org', START_MS + n), bytes: 10 } });
  await writer.originals.markCopied(original.id, { digests: someDigests(digest), duplicateOf: null, copiedAtMs: 1 });
  await writer.originals.markSealed(original.id, 2, null, 'ab'.repeat(32));
  const data = { ...of(original), sm3: null, manifestSha256: '', reread: 'direct' };
  await writer.custody.append(OriginalSealed.make({ ...about(original, START_MS + n), data }));
  return original;
}

const of = ({ recordingId, vaultKey, bytes }: Listed) => ({ recording: recordingId, key: vaultKey, bytes, sha256: '' });
const about = ({ id }: Listed, atMs: number) => ({ atMs, actor: STATION, subject: subject('original', id) });

async function evict(writer: LedgerWriter, original: Listed, atMs: number): Promise<void> {
  await writer.originals.markEvicted(original.id, atMs);
  const data = { ...of(original), why: 'space', neededAt: new Date(START_MS).toISOString() };
  await writer.custody.append(OriginalEvicted.make({ ...about(original, atMs), data, lists: { copies: [] } }));
}

/** What the ledger knows of eviction. */
export function eviction(it: It): void {
  it('recordings are listed by when they were needed last, as long as the vault holds something of them', async (ledger) => {
    const [first, second, third] = await ledger.transaction(async (writer) => [
      await sealed(writer, 1, 'a'),
      await sealed(writer, 2, 'b'),
      await sealed(writer, 3, 'c'),
    ]);
    if (!first || !second || !third) throw new Error('none');
    const needed = async () =>
      (await ledger.eviction.needed({ limit: 10 })).map(({ recordingId, atMs }) => `${recordingId} ${atMs - START_MS}`);
    const as = (original: Listed, atMs: number) => `${original.recordingId} ${atMs}`;
    expect(await needed()).toEqual([as(first, 1), as(second, 2), as(third, 3)]);
    await ledger.transaction((writer) =>
      writer.custody.append(aLook({ user: 'usr-1', recording: first.recordingId, atMs: START_MS + 50 })),
    );
    // An older use changes nothing.
    await ledger.transaction((writer) => writer.custody.append(aLook({ user: 'usr-1', recording: third.recordingId, atMs: START_MS })));
    await ledger.transaction((writer) =>
      writer.originals.markCompared([second.id], { how: 'sampled', dockingId: 'dck-x', atMs: START_MS + 60 }),
    );
    expect(await needed()).toEqual([as(third, 3), as(first, 50), as(second, 60)]);
    const [after] = await ledger.eviction.needed({ limit: 1 });
    if (!after) throw new Error('none');
    expect(await ledger.eviction.needed({ limit: 1, after })).toEqual([{ recordingId: first.recordingId, atMs: START_MS + 50 }]);
    await ledger.transaction((writer) => evict(writer, third, START_MS + 70));
    expect(await needed()).toEqual([as(first, 50), as(second, 60)]);
    expect(await ledger.eviction.neededAt(third.recordingId)).toBeNull();
    // What is not in the vault is not brought there by a look.
    await ledger.transaction((writer) =>
      writer.custody.append(aLook({ user: 'usr-1', recording: third.recordingId, atMs: START_MS + 80 })),
    );
    expect(await ledger.eviction.neededAt(third.recordingId)).toBeNull();
    await ledger.transaction(async (writer) => {
      await writer.originals.markEvicted(third.id, null);
      const data = { ...of(third), archive: 's3', reread: 'direct' };
      await writer.custody.append(OriginalFetched.make({ ...about(third, START_MS + 90), data }));
    });
    expect(await ledger.eviction.neededAt(third.recordingId)).toBe(START_MS + 90);
  });

  it('names of the same bytes are those that the vault holds', async (ledger) => {
    const [first, second] = await ledger.transaction(async (writer) => [await sealed(writer, 1, 'a'), await sealed(writer, 2, 'a')]);
    await ledger.transaction((writer) => sealed(writer, 3, 'b'));
    const { sha256 } = someDigests('a');
    const names = async (bytes = 10) => (await ledger.eviction.names({ sha256, bytes }, 5)).map(({ id }) => id);
    expect(await names()).toEqual([first?.id, second?.id]);
    expect(await names(11)).toEqual([]);
    await ledger.transaction((writer) => evict(writer, first as Listed, START_MS + 5));
    expect(await names()).toEqual([second?.id]);
    // What left the vault is a twin all the same.
    const twins = async (bytes = 10) => (await ledger.eviction.twins({ sha256, bytes }, 5)).map(({ id }) => id);
    expect([await twins(), await twins(11)]).toEqual([[first?.id, second?.id], []]);
    expect(await ledger.eviction.evicted()).toEqual({ files: 1, bytes: 10, playable: { files: 0, bytes: 0 } });
    expect(await ledger.originals.get(first?.id ?? '')).toMatchObject({ evictedAtMs: START_MS + 5, blocksSha256: 'ab'.repeat(32) });
  });

  it('playable copies are listed by when their recording was looked at, derived or fetched last, as long as the vault holds them', async (ledger) => {
    const [first, second] = await ledger.transaction(async (writer) => [await sealed(writer, 1, 'a'), await sealed(writer, 2, 'b')]);
    if (!first || !second) throw new Error('none');
    const made = (original: Listed, n: number, more = {}) =>
      aDerivative(original.recordingId, { id: anId('drv', START_MS + n), bytes: 30, createdAtMs: START_MS + n, ...more });
    const playable = made(first, 10);
    await ledger.transaction(async (writer) => {
      await writer.recordings.upsertDerivative(playable);
      await writer.recordings.upsertDerivative(made(first, 12, { kind: 'poster' }));
      await writer.recordings.upsertDerivative(made(second, 11));
      // A card that shows the file again needs the original alone.
      await writer.originals.markCompared([first.id], { how: 'sampled', dockingId: 'dck-x', atMs: START_MS + 60 });
      await writer.custody.append(aLook({ user: 'usr-1', recording: second.recordingId, atMs: START_MS + 5 }));
    });
    const listed = async () =>
      (await ledger.eviction.playables({ limit: 10 })).map(({ recordingId, atMs }) => `${recordingId} ${atMs - START_MS}`);
    expect(await listed()).toEqual([`${first.recordingId} 10`, `${second.recordingId} 11`]);
    await ledger.transaction((writer) =>
      writer.custody.append(aLook({ user: 'usr-1', recording: first.recordingId, atMs: START_MS + 50 })),
    );
    expect(await listed()).toEqual([`${second.recordingId} 11`, `${first.recordingId} 50`]);
    const [after] = await ledger.eviction.playables({ limit: 1 });
    expect(await ledger.eviction.playables({ limit: 1, ...(after ? { after } : {}) })).toEqual([
      { recordingId: first.recordingId, atMs: START_MS + 50 },
    ]);
    expect(await ledger.eviction.playableNeededAt(first.recordingId)).toBe(START_MS + 50);
    const evictNow = (derivativeId: string) =>
      ledger.transaction(async (writer) => {
        await writer.custody.append(aLook({ user: 'usr-1', recording: second.recordingId, atMs: START_MS }));
        return writer.recordings.markPlayableEvicted(derivativeId, START_MS + 70);
      });
    const [poster] = (await ledger.recordings.derivatives(first.recordingId)).filter(({ kind }) => kind === 'poster');
    expect([await evictNow(poster?.id ?? ''), await evictNow(playable.id), await evictNow(playable.id)]).toEqual([false, true, false]);
    expect(await listed()).toEqual([`${second.recordingId} 11`]);
    expect(await ledger.eviction.playableNeededAt(first.recordingId)).toBeNull();
    expect((await ledger.eviction.evicted()).playable).toEqual({ files: 1, bytes: 30 });
    await ledger.transaction((writer) => writer.recordings.upsertDerivative(made(first, 80)));
    expect(await listed()).toEqual([`${second.recordingId} 11`, `${first.recordingId} 80`]);
  });

  it('an original is evicted once, and only when it is sealed', async (ledger) => {
    const listed = await ledger.transaction(async (writer) => (await listOne(writer, {})).original);
    expect((await refused(ledger.transaction((writer) => writer.originals.markEvicted(listed.id, 5)))).code).toBe('request.conflict');
    const original = await ledger.transaction((writer) => sealed(writer, 1, 'a'));
    expect((await refused(ledger.transaction((writer) => writer.originals.markEvicted(original.id, null)))).code).toBe('request.conflict');
    await ledger.transaction((writer) => evict(writer, original, 5));
    expect((await refused(ledger.transaction((writer) => writer.originals.markEvicted(original.id, 6)))).code).toBe('request.conflict');
  });

  it('what is being fetched is noted once, oldest first', async (ledger) => {
    const [first, second] = await ledger.transaction(async (writer) => [await sealed(writer, 1, 'a'), await sealed(writer, 2, 'b')]);
    await ledger.transaction(async (writer) => {
      await writer.eviction.noteFetch(second?.id ?? '', 10);
      await writer.eviction.noteFetch(first?.id ?? '', 20);
      await writer.eviction.noteFetch(second?.id ?? '', 30);
    });
    expect(await ledger.eviction.fetches(5)).toEqual([second?.id, first?.id]);
    const why = because('none-configured', {});
    const due = async (nowMs: number) =>
      (await ledger.eviction.dueFetches(nowMs, 5)).map(({ originalId, attempts }) => [originalId, attempts]);
    const ofSecond = second?.recordingId ?? '';
    expect([await due(0), await ledger.eviction.waitingFetches([ofSecond])]).toEqual([
      [
        [first?.id, 0],
        [second?.id, 0],
      ],
      [],
    ]);
    const waiting = { originalId: second?.id, recordingId: ofSecond, why };
    await ledger.transaction((writer) => writer.eviction.postponeFetch(second?.id ?? '', { dueAtMs: 500, why }));
    expect(await ledger.eviction.waitingFetches([first?.recordingId ?? '', ofSecond])).toEqual([{ ...waiting, attempts: 1, dueAtMs: 500 }]);
    // It is noted once, however often somebody asks for it meanwhile.
    await ledger.transaction((writer) => writer.eviction.noteFetch(second?.id ?? '', 40));
    await ledger.transaction((writer) => writer.eviction.postponeFetch(second?.id ?? '', { dueAtMs: 600, why }));
    expect(await ledger.eviction.waitingFetches([ofSecond])).toEqual([{ ...waiting, attempts: 2, dueAtMs: 600 }]);
    expect([await due(599), await due(600)]).toEqual([
      [[first?.id, 0]],
      [
        [first?.id, 0],
        [second?.id, 2],
      ],
    ]);
    // A clock that was ahead keeps nothing waiting.
    const aheadMs = 600 + 3 * 3_600_000;
    await ledger.transaction((writer) => writer.eviction.postponeFetch(second?.id ?? '', { dueAtMs: aheadMs, why }));
    expect(await due(600)).toHaveLength(2);
    await ledger.transaction((writer) => writer.eviction.forgetFetch(second?.id ?? ''));
    expect([await ledger.eviction.fetches(5), await ledger.eviction.fetches(0)]).toEqual([[first?.id], []]);
  });
}
