/*
 * Goal: a copy goes only where the ledger proves, in the transaction of the intention, that it may; and a crash at any write leaves what is either gone and on
 * record, or there. Method: a real ledger and a real vault; the fault points throw, which leaves what a kill leaves.
 */

import { existsSync } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { subject } from '#domain/custody/subject';
import { corruptionProof } from '#domain/destruction/corruption';
import { type DestructionProof, type EvictionFacts, evictionProof } from '#domain/destruction/proof';
import { evictableOriginal } from '#domain/eviction/evictable';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { workId } from '#domain/work';
import type { FaultPoint } from '#ports/fault-points';
import { type DestroyDeps, destroyCopy, settleDestruction } from '#steps/destroy-copy';
import { setAside } from '#steps/set-aside';
import { aHash, START_MS } from '#test/support/builders';
import { type SealedStation, sealedStation } from '#test/support/disposal';
import { contradictionsIn } from '#test/support/ledger/replayed';

const DAY_MS = 86_400_000;
const NEEDS = { copies: 1, freshMs: 30 * DAY_MS, readBack: true };
let station: SealedStation;
let original: Original;

const deps = (more: Partial<DestroyDeps> = {}): DestroyDeps => ({
  ...{ ledger: station.ledger, erasers: [station.vaultEraser], clock: station.clock, faults: { reached: () => undefined }, actor: STATION },
  ...more,
});
const killedAt = (point: FaultPoint) => ({
  reached: (reached: FaultPoint) => {
    if (reached === point) throw new Error(`killed at ${point}`);
  },
});
async function evictionFacts(more: Partial<EvictionFacts> = {}): Promise<EvictionFacts> {
  const copies = await station.ledger.recordings.copies(original.recordingId);
  return { item: evictableOriginal(original), copies, needs: NEEDS, busy: false, nowMs: station.clock.nowMs(), ...more };
}
const isThere = () => existsSync(join(station.directory, 'vault', original.vaultKey));
const types = async () =>
  (await station.ledger.custody.of(subject('recording', original.recordingId)))
    .map(({ type }) => type)
    .filter((type) => type.startsWith('copy.'));
const places = async () => (await station.ledger.recordings.copies(original.recordingId)).map(({ where }) => where);

beforeEach(async () => {
  station = await sealedStation();
  original = await station.seal();
});
afterEach(() => station.close());

describe('a proof', () => {
  it('is only what its maker made', async () => {
    const proof = evictionProof(await evictionFacts());
    const copied = { ...proof } as unknown as DestructionProof;
    const parsed = JSON.parse(JSON.stringify(proof)) as DestructionProof;
    const alike = Object.create(Object.getPrototypeOf(proof) as object, Object.getOwnPropertyDescriptors(proof)) as DestructionProof;
    for (const forged of [copied, parsed, alike])
      await expect(destroyCopy(deps(), forged)).rejects.toMatchObject({ reason: { code: 'no-proof' } });
    expect(() => Object.assign(proof, { doomed: { ...proof.doomed, key: 'other' } })).toThrow(TypeError);
    expect(isThere()).toBe(true);
    expect(await types()).toEqual([]);
  });

  it('of eviction asks for a sealed original, the copy of this key, and enough archives whose check is read back, fresh and not of the future', async () => {
    const facts = await evictionFacts();
    const [vault, archived] = [facts.copies.find(({ where }) => where === 'vault'), facts.copies.find(({ where }) => where === 'disk')];
    if (!vault || !archived) throw new Error('no copies');
    const refused: readonly [Partial<EvictionFacts>, string][] = [
      [{ item: evictableOriginal({ ...original, state: 'copied' }) }, 'destroy-not-sealed'],
      [{ item: evictableOriginal({ ...original, evictedAtMs: 1 }) }, 'destroy-no-such-copy'],
      [{ copies: [archived] }, 'destroy-no-such-copy'],
      [{ copies: [{ ...vault, key: `${vault.key}x` }, archived] }, 'destroy-no-such-copy'],
      [{ busy: true }, 'destroy-busy'],
      [{ copies: [vault] }, 'destroy-too-few-copies'],
      [{ copies: [vault, { ...archived, verifiedBy: 'head' }] }, 'destroy-too-few-copies'],
      [{ copies: [vault, { ...archived, bytes: archived.bytes - 1 }] }, 'destroy-too-few-copies'],
      [{ copies: [vault, { ...archived, itemId: 'org-another' }] }, 'destroy-too-few-copies'],
      [{ copies: [vault, { ...archived, verifiedAtMs: facts.nowMs + 1 }] }, 'destroy-too-few-copies'],
      [{ nowMs: archived.verifiedAtMs + NEEDS.freshMs + 1 }, 'destroy-too-few-copies'],
      [{ needs: { ...NEEDS, copies: 2 }, copies: [vault, archived, archived] }, 'destroy-too-few-copies'],
      [{ needs: { ...NEEDS, copies: 0 }, copies: [vault] }, 'destroy-too-few-copies'],
    ];
    for (const [more, code] of refused)
      expect(() => evictionProof({ ...facts, ...more }), code).toThrow(
        expect.objectContaining({ reason: expect.objectContaining({ code }) }),
      );
    expect(evictionProof({ ...facts, nowMs: archived.verifiedAtMs + NEEDS.freshMs }).doomed.key).toBe(original.vaultKey);
  });
});

describe('destroyCopy', () => {
  it('destroys one copy, puts intention and outcome on record, and the log says the same', async () => {
    await destroyCopy(deps(), evictionProof(await evictionFacts()));
    expect(isThere()).toBe(false);
    expect(await places()).toEqual(['disk']);
    expect(await types()).toEqual(['copy.destroying', 'copy.destroyed']);
    expect(await station.ledger.disposals.destructions({ limit: 10 })).toEqual([]);
    expect(contradictionsIn(station.file).filter(({ table }) => table === 'destructions' || table === 'copies')).toEqual([]);
  });

  it('looks again in the transaction: what has changed since the proof stops it, and nothing is destroyed', async () => {
    const { ledger } = station;
    const { recordingId, id } = original;
    const proof = evictionProof(await evictionFacts());
    const work = { id: workId('derive', recordingId), stage: 'derive' as const, recordingId, priority: 5, dueAtMs: 0, nowMs: START_MS };
    await ledger.transaction((writer) => writer.work.insert(work));
    await expect(destroyCopy(deps(), proof)).rejects.toMatchObject({ reason: { code: 'destroy-busy' } });
    const claim = await ledger.transaction((writer) => writer.work.claim(work.id, { host: 'station', process: 'p' } as never, 1000));
    if (claim) await ledger.transaction((writer) => writer.work.finish(claim));
    await ledger.transaction(async (writer) => {
      await writer.recordings.withdrawCopy({ recordingId, itemId: id, where: 'disk' });
      await writer.custody.append((await import('#test/support/custody')).aCustodyDraft({ recordingId }));
    });
    await expect(destroyCopy(deps(), proof)).rejects.toMatchObject({ reason: { code: 'destroy-too-few-copies' } });
    station.clock.advance(NEEDS.freshMs + 1);
    await expect(destroyCopy(deps(), proof)).rejects.toMatchObject({ code: 'request.conflict' });
    expect(isThere()).toBe(true);
    expect(await types()).toEqual([]);
  });

  it('does nothing where nothing here can destroy in that place', async () => {
    await expect(destroyCopy(deps({ erasers: [] }), evictionProof(await evictionFacts()))).rejects.toMatchObject({
      reason: { code: 'no-eraser' },
    });
    expect(await types()).toEqual([]);
  });

  it('keeps the other name of a duplicate, and destroys what was set aside beside its key', async () => {
    const root = join(station.directory, 'vault');
    const twin = join(root, '2026/01/01/rec-twin/original-0001.mp4');
    await mkdir(dirname(twin), { recursive: true });
    await link(join(root, original.vaultKey), twin);
    await writeFile(join(root, `${original.vaultKey}.00ff.aside`), 'older');
    await destroyCopy(deps(), evictionProof(await evictionFacts()));
    expect(existsSync(twin)).toBe(true);
    expect(existsSync(join(root, `${original.vaultKey}.00ff.aside`))).toBe(false);
  });

  it.each(['w34-destruction-intended', 'w35-copy-erased', 'w36-destruction-recorded'] as const)(
    'killed at %s, goes on or is taken back',
    async (point) => {
      const { ledger, clock } = station;
      await expect(destroyCopy(deps({ faults: killedAt(point) }), evictionProof(await evictionFacts()))).rejects.toThrow(point);
      const [left] = await ledger.disposals.destructions({ limit: 10 });
      expect(left?.doomed.key).toBe(point === 'w36-destruction-recorded' ? undefined : original.vaultKey);
      expect(isThere()).toBe(point === 'w34-destruction-intended');
      if (left) {
        const ended = await settleDestruction({ ledger, clock, actor: STATION }, station.vaultEraser, left, because('disposal-clock', {}));
        expect(ended).toBe(point === 'w34-destruction-intended' ? 'spared' : 'destroyed');
      }
      expect(await ledger.disposals.destructions({ limit: 10 })).toEqual([]);
      expect(await places()).toEqual(point === 'w34-destruction-intended' ? ['disk', 'vault'] : ['disk']);
      if (point === 'w34-destruction-intended') await destroyCopy(deps(), evictionProof(await evictionFacts()));
      expect(isThere()).toBe(false);
      expect(contradictionsIn(station.file).filter(({ table }) => table === 'destructions')).toEqual([]);
    },
  );
});

describe('setting aside', () => {
  const about = () => ({ key: original.vaultKey, why: 'differs' as const });
  const parts = () => ({ vault: station.vault, ledger: station.ledger, clock: station.clock });

  it('takes nothing that is sealed, unless it is proven corrupt', async () => {
    await expect(setAside(parts(), original, about())).rejects.toMatchObject({ reason: { code: 'set-aside-sealed' } });
    const bad = { bytes: original.bytes, sha256: aHash('bad') };
    const facts = { original, key: original.vaultKey, readings: [bad, bad] };
    expect(() => corruptionProof({ ...facts, readings: [bad] })).toThrow();
    const otherFile = corruptionProof({ ...facts, key: 'another' });
    await expect(setAside(parts(), original, { ...about(), corrupt: otherFile })).rejects.toMatchObject({
      reason: { code: 'set-aside-sealed' },
    });
    expect(isThere()).toBe(true);
    await setAside(parts(), original, { ...about(), corrupt: corruptionProof(facts) });
    expect(isThere()).toBe(false);
  });
});
