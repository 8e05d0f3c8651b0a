/*
 * Goal: only what two persons of two roles have decided on, by a list that is still the same, is destroyed, after its waiting period and only while neither hold nor
 * term nor clock speaks against it; what is destroyed leaves a tombstone, and what is interrupted goes on or stays. Method: a real ledger, a real vault and a real
 * archive on a disk; the fault points throw, which leaves what a kill leaves.
 */

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approveDisposal, cancelDisposal, excludeRecording } from '#desk/disposals/decide';
import type { By, DisposalDeps, DisposalParts } from '#desk/disposals/parts';
import { proposeDisposal } from '#desk/disposals/propose';
import { type RunLine, runDisposal } from '#desk/disposals/run';
import { sha256Hex } from '#domain/canonical-json';
import { STATION } from '#domain/custody/actor';
import { CopyWithdrawn } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import type { Disposal } from '#domain/destruction/disposal';
import { EvidockError } from '#domain/errors';
import { evictableOriginal } from '#domain/eviction/evictable';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { recordingPrefix } from '#domain/vault/vault-key';
import { evictFile } from '#evict/evict-file';
import { KeysInUse } from '#evict/keys-in-use';
import { StoredFiles } from '#evict/stored-files';
import type { FaultPoint } from '#ports/fault-points';
import type { OriginalEraser } from '#ports/original-eraser';
import { aDerivative, START_MS, STATION_ID } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
import { diskArchiveEraser, putSchedule, putTerm, quickDisposals, type SealedStation, sealedStation } from '#test/support/disposal';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { tellArchived, tellDerived } from '#test/support/ledger/told-ledger';
import { holdOfOthers } from '#test/support/retention/walk-holds';

const DAY_MS = 86_400_000;
const WANG: By = { actor: { kind: 'user', id: 'usr-wang', via: 'network', session: null }, person: 'usr-wang', roles: ['custodian'] };
const LI: By = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li', roles: ['reviewer'] };
let station: SealedStation;
let recordings: Original[];
let archive: string;

function deps(more: Partial<DisposalParts> & { readonly places?: readonly OriginalEraser[] } = {}): DisposalDeps {
  const { ledger, clock, directory } = station;
  const places = [station.vaultEraser, diskArchiveEraser(archive)];
  const disposals = quickDisposals(join(directory, 'vault'), { places, ...more });
  return {
    ledger,
    clock,
    facts: { stationId: STATION_ID },
    disposals,
    callUps: { ways: [], wake: () => undefined },
    pokeWork: () => undefined,
  };
}
/** Ends a run at a fault point, as a kill does: only a process that ends leaves the list as it is. */
async function interrupted(id: string, point: FaultPoint): Promise<void> {
  const ended = new AbortController();
  const reached = (found: FaultPoint) => {
    if (found !== point) return;
    ended.abort();
    throw new Error('killed');
  };
  await expect(run(id, deps({ faults: { reached } }), ended.signal)).rejects.toThrow('killed');
}
const propose = (more = {}) =>
  proposeDisposal(deps(more), { dueBeforeMs: station.clock.nowMs(), limit: 100, reviewers: async () => ['usr-li'] }, WANG);
const approve = ({ id, digest }: Disposal, by = LI) => approveDisposal(deps(), { id, digest }, by);
async function approved(): Promise<Disposal> {
  const made = await approve(await propose());
  station.clock.advance(7 * DAY_MS);
  return made;
}
async function run(id: string, parts: DisposalDeps = deps(), signal = new AbortController().signal): Promise<readonly RunLine[]> {
  const lines: RunLine[] = [];
  for await (const line of runDisposal(parts, { id, key: null, actor: WANG.actor, signal })) lines.push(line);
  return lines;
}
const filesIn = (root: string, { recordingId }: Original) => {
  const directory = join(root, recordingPrefix(recordingId));
  return existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String) : [];
};
const left = (original: Original) => [...filesIn(join(station.directory, 'vault'), original), ...filesIn(archive, original)];
const refused = (code: string) => expect.objectContaining({ reason: expect.objectContaining({ code }) });
const nth = (n: number) => recordings[n] as Original;
const stateOf = async (id: string, original: Original) => (await station.ledger.disposals.item(id, original.recordingId))?.state;
const differences = () =>
  contradictionsIn(station.file).filter(({ table }) =>
    ['disposals', 'disposal_items', 'destructions', 'tombstones', 'copies', 'originals', 'derivatives'].includes(table),
  );

beforeEach(async () => {
  station = await sealedStation();
  archive = join(station.directory, 'archive');
  recordings = [await station.seal(), await station.seal(), await station.seal()];
  await putSchedule(station.ledger);
  for (const { recordingId, vaultKey } of recordings) {
    mkdirSync(dirname(join(archive, vaultKey)), { recursive: true });
    for (const name of [vaultKey, `${recordingPrefix(recordingId)}/facts.json`, `${vaultKey}.00ff.aside`])
      writeFileSync(join(archive, name), 'bytes');
    await putTerm(station.ledger, recordingId, START_MS + DAY_MS);
  }
  station.clock.advance(2 * DAY_MS);
});
afterEach(() => station.close());

describe('a list', () => {
  it('has what is due by the schedule, and nothing that is held, not due, stale, or on another list', async () => {
    const { ledger } = station;
    await putTerm(ledger, nth(0).recordingId, null);
    await holdOfOthers(ledger, nth(1).recordingId);
    const made = await propose();
    const items = await ledger.disposals.items(made.id, { limit: 10 });
    expect(items.map(({ recordingId, state, files }) => [recordingId, state, files])).toEqual([[nth(2).recordingId, 'listed', 1]]);
    await expect(propose()).rejects.toEqual(refused('disposal-nothing-due'));
    expect((await ledger.callUps.notices({ user: 'usr-li', limit: 10 }))[0]).toMatchObject({ kind: 'disposal-waits', request: made.id });
  });

  it('is approved by another person of another role alone, and never at the machine itself', async () => {
    const made = await propose();
    await expect(approve(made, { ...LI, person: 'usr-wang' })).rejects.toEqual(refused('disposal-own'));
    await expect(approve(made, { ...LI, roles: ['custodian', 'reviewer'] })).rejects.toEqual(refused('disposal-same-role'));
    await expect(approve(made, { actor: STATION, person: 'machine', roles: [] })).rejects.toEqual(refused('disposal-same-role'));
    await expect(approve({ ...made, digest: 'ab'.repeat(32) })).rejects.toEqual(refused('disposal-list-changed'));
    expect(await approve(made)).toMatchObject({ state: 'approved', waitsUntilMs: station.clock.nowMs() + 7 * DAY_MS });
    await expect(approve(made)).rejects.toEqual(refused('disposal-not-in-state'));
  });

  it('that is changed is a new list: the approval before counts no more', async () => {
    const made = await approve(await propose());
    const changed = await excludeRecording(deps(), { id: made.id, recording: nth(0).recordingId, words: 'An appeal is open.' }, WANG);
    expect(changed).toMatchObject({ state: 'proposed', approved: null, waitsUntilMs: null });
    expect(changed.digest).not.toBe(made.digest);
    station.clock.advance(8 * DAY_MS);
    await expect(run(made.id)).rejects.toEqual(refused('disposal-not-in-state'));
    await expect(approve(made)).rejects.toEqual(refused('disposal-list-changed'));
    await approve(changed);
    station.clock.advance(7 * DAY_MS);
    await run(made.id);
    expect(left(nth(0)).length).toBeGreaterThan(0);
    expect(await stateOf(made.id, nth(0))).toBe('excluded');
    expect(await stateOf(made.id, nth(1))).toBe('destroyed');
    expect(differences()).toEqual([]);
  });

  it('is not carried out before its waiting period is over', async () => {
    const made = await approve(await propose());
    station.clock.advance(7 * DAY_MS - 1);
    await expect(run(made.id)).rejects.toEqual(refused('disposal-waits'));
    station.clock.advance(1);
    expect((await run(made.id)).at(-1)).toMatchObject({ type: 'summary', state: 'done', destroyed: 3 });
  });

  it('has not begun where its key cannot be read, and is carried out once it can be', async () => {
    const { id } = await approved();
    const parts = deps();
    const open = async () => {
      throw new EvidockError('archive.refused', because('thing-errno', { thing: 'key', errno: 'ENOENT' }));
    };
    await expect(run(id, { ...parts, disposals: { ...parts.disposals, open } })).rejects.toEqual(refused('thing-errno'));
    expect(await station.ledger.disposals.get(id)).toMatchObject({ state: 'approved', beganAtMs: null });
    expect((await run(id, parts)).at(-1)).toMatchObject({ type: 'summary', state: 'done' });
  });
});

describe('carrying it out', () => {
  it('destroys everything of each recording in every place, and leaves its tombstone', async () => {
    const { id } = await approved();
    const lines = await run(id);
    expect(lines.at(-1)).toEqual({ type: 'summary', state: 'done', destroyed: 3, kept: 0, left: 0, bytes: 3000 });
    for (const original of recordings) {
      expect(left(original)).toEqual([]);
      const stone = await station.ledger.disposals.tombstone(original.recordingId);
      expect(stone).toMatchObject({ disposalId: id, rule: 'ordinary', proposedBy: 'usr-wang', approvedBy: 'usr-li' });
      expect(stone?.originals).toEqual([
        {
          id: original.id,
          bytes: 1000,
          sha256: original.digests?.sha256,
          sm3: null,
          manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          sharedWith: [],
        },
      ]);
      expect((await station.ledger.recordings.get(original.recordingId))?.state).toBe('disposed');
      expect(await station.ledger.recordings.copies(original.recordingId)).toEqual([]);
      const types = (await station.ledger.custody.of(subject('recording', original.recordingId))).map(({ type }) => type);
      expect(types.filter((type) => type === 'copy.destroying').length).toBe(types.filter((type) => type === 'copy.destroyed').length);
    }
    expect(differences()).toEqual([]);
  });

  it('destroys a duplicate by its own name, and says who keeps the bytes', async () => {
    const bytes = Buffer.from('the same bytes');
    const [first, second] = [await station.seal({ bytes }), await station.seal({ bytes })];
    await putTerm(station.ledger, first.recordingId, START_MS);
    await putTerm(station.ledger, second.recordingId, null);
    const { id } = await approved();
    await run(id);
    expect(left(first)).toEqual([]);
    expect(existsSync(join(station.directory, 'vault', second.vaultKey))).toBe(true);
    expect((await station.ledger.disposals.tombstone(first.recordingId))?.originals[0]?.sharedWith).toEqual([second.id]);
  });

  it('says of nobody that they keep the bytes where all duplicates go', async () => {
    const bytes = Buffer.from('the same bytes');
    const twins = [await station.seal({ bytes }), await station.seal({ bytes })];
    for (const { recordingId } of twins) await putTerm(station.ledger, recordingId, START_MS);
    const { id } = await approved();
    await run(id);
    const stones = await Promise.all(twins.map(({ recordingId }) => station.ledger.disposals.tombstone(recordingId)));
    const shared = stones.map((stone) => stone?.originals[0]?.sharedWith.length);
    // The first left the second; the second left nothing. The certificate tells of what stays when it is printed.
    expect(shared.toSorted()).toEqual([0, 1]);
  });

  it('takes what was set aside of an original that the vault had evicted before', async () => {
    const original = nth(0);
    const { ledger, clock, vaultEraser: eraser } = station;
    const inUse = new KeysInUse();
    const needs = { copies: 1, freshMs: 100 * DAY_MS, readBack: true };
    const file = { bytes: original.bytes, names: [await new StoredFiles(ledger, inUse).nameFacts(evictableOriginal(original))] };
    await evictFile({ ledger, eraser, clock, faults: { reached: () => undefined }, inUse, needs }, file, 'asked');
    const quarantine = join(station.directory, 'vault/quarantine');
    mkdirSync(quarantine, { recursive: true });
    writeFileSync(join(quarantine, `${original.vaultKey.replaceAll('/', '_')}.0123456789ab`), 'rotten');
    const { id } = await approved();
    expect((await run(id)).at(-1)).toMatchObject({ state: 'done', destroyed: 3 });
    expect(readdirSync(quarantine)).toEqual([]);
    expect(differences()).toEqual([]);
  });

  it('takes the archived copy of a playable one that the vault had given up', async () => {
    const { ledger, clock, directory } = station;
    const { recordingId } = nth(0);
    const playable = aDerivative(recordingId, { bytes: 5, sha256: sha256Hex(Buffer.from('bytes')) });
    for (const root of [join(directory, 'vault'), archive]) {
      mkdirSync(dirname(join(root, playable.vaultKey)), { recursive: true });
      writeFileSync(join(root, playable.vaultKey), 'bytes');
    }
    const recording = await ledger.recordings.get(recordingId);
    if (!recording) throw new Error('no recording');
    await ledger.transaction(async (writer) => {
      await tellDerived(writer, recording, { derivatives: [playable], durationMs: 1000, atMs: START_MS });
      await writer.recordings.update(recordingId, { state: 'archived' });
      await tellArchived(writer, [playable]);
    });
    // Its term is counted anew after what was derived.
    await putTerm(ledger, recordingId, START_MS + DAY_MS);
    const inUse = new KeysInUse();
    const [file] = await new StoredFiles(ledger, inUse).playableOf({ recordingId });
    if (!file) throw new Error('no file');
    const needs = { copies: 1, freshMs: 100 * DAY_MS, readBack: true };
    const faults = { reached: () => undefined };
    await evictFile({ ledger, eraser: station.vaultEraser, clock, faults, inUse, needs }, file, 'space');
    expect(existsSync(join(directory, 'vault', playable.vaultKey))).toBe(false);
    const { id } = await approved();
    expect((await run(id)).at(-1)).toMatchObject({ state: 'done', destroyed: 3 });
    expect(left(nth(0))).toEqual([]);
    expect(await ledger.recordings.derivatives(recordingId)).toEqual([]);
    expect(differences()).toEqual([]);
  });

  it('keeps what is held or not due any more at the last second, in the transaction of the deletion, and goes on with the others', async () => {
    const { id } = await approved();
    await putTerm(station.ledger, nth(0).recordingId, station.clock.nowMs() + 1);
    let asked = 0;
    const held = nth(1);
    const setHold = () => holdOfOthers(station.ledger, held.recordingId);
    // The hold comes between the look at the recording and the transaction that would delete its first file.
    const late: OriginalEraser = {
      ...station.vaultEraser,
      keysUnder: async (prefix) => {
        if (prefix === recordingPrefix(held.recordingId) && asked++ === 0) await setHold();
        return station.vaultEraser.keysUnder(prefix);
      },
    };
    const lines = await run(id, deps({ places: [late, diskArchiveEraser(archive)] }));
    expect(lines.at(-1)).toMatchObject({ state: 'done', destroyed: 1, kept: 2 });
    expect(left(nth(0)).length).toBe(5);
    expect(left(nth(1)).length).toBe(5);
    expect(await stateOf(id, nth(0))).toBe('kept');
    expect((await station.ledger.disposals.item(id, nth(1).recordingId))?.why?.code).toBe('disposal-held');
    expect(differences()).toEqual([]);
  });

  it('stops where the clock is not steady, a place refuses, something stays behind, a copy failed a check, or an original was gone before', async () => {
    const { id } = await approved();
    const halted = async (more: Parameters<typeof deps>[0], code: string) => {
      const lines = await run(id, deps(more));
      expect(lines.find(({ type }) => type === 'halted')).toMatchObject({ reason: { code } });
      expect(await station.ledger.disposals.get(id)).toMatchObject({ state: 'halted', why: { code } });
    };
    await expect(run(id, deps({ isSteady: () => false }))).rejects.toEqual(refused('disposal-clock'));
    let steady = 2;
    await halted({ isSteady: () => steady-- > 0 }, 'disposal-clock');
    const place = station.vaultEraser;
    const denied = async () => {
      throw new EvidockError('archive.refused', because('access-denied', {}));
    };
    await halted({ places: [place, { ...diskArchiveEraser(archive), erase: denied }] }, 'access-denied');
    await halted({ places: [place, { ...diskArchiveEraser(archive), erase: async () => ({ removed: 0 }) }] }, 'destroy-left');
    await halted({ places: [place] }, 'no-eraser');
    await station.ledger.transaction(async (writer) => {
      const about = {
        atMs: station.clock.nowMs(),
        actor: STATION,
        subject: subject('recording', recordings.map(({ recordingId }) => recordingId).sort()[0] ?? ''),
      };
      await writer.custody.append(CopyWithdrawn.make({ ...about, data: { archive: 'disk' }, lists: { objects: [] } }));
    });
    await halted({}, 'disposal-fixity');
    expect(
      (await station.ledger.callUps.notices({ user: 'usr-li', limit: 100 })).filter(({ kind }) => kind === 'disposal-halted').length,
    ).toBeGreaterThan(0);
  });

  it('stops where the scrub has found a copy bad that is not mended, and where healing is stopped for too many', async () => {
    const { id } = await approved();
    const { ledger, clock } = station;
    const original = recordings.toSorted((a, b) => (a.recordingId < b.recordingId ? -1 : 1))[0] ?? nth(0);
    const fault = {
      itemId: original.id,
      recordingId: original.recordingId,
      where: 'disk',
      key: original.vaultKey,
      kind: 'unread' as const,
    };
    const put = (endedAtMs: number | null) =>
      ledger.transaction(async (writer) => {
        await writer.scrubs.putFault({ ...fault, foundAtMs: START_MS, dueAtMs: START_MS, endedAtMs });
        await writer.custody.append(aCustodyDraft());
      });
    const orders = (where: string, haltedAtMs: number | null) =>
      ledger.transaction(async (writer) => {
        await writer.scrubs.putOrders(where, { paused: false, haltedAtMs, confirmedAtMs: null, runSinceMs: null });
        await writer.custody.append(aCustodyDraft());
      });
    const halts = async () => (await run(id)).flatMap((line) => (line.type === 'halted' ? [line.reason.code] : []));
    await put(null);
    expect(await halts()).toEqual(['disposal-fixity']);
    await put(clock.nowMs());
    for (const where of ['vault', 'disk']) {
      await orders(where, clock.nowMs());
      expect(await halts()).toEqual(['disposal-scrub-halted']);
      await orders(where, null);
    }
    for (const each of recordings) expect(left(each).length).toBe(5);
    expect((await run(id)).at(-1)).toMatchObject({ state: 'done', destroyed: 3 });
  });

  it('stops where healing is stopped between two recordings of one batch', async () => {
    const { id } = await approved();
    const { ledger, clock } = station;
    let buried = 0;
    const reached = (point: FaultPoint) => {
      if (point === 'w37-recording-buried') buried += 1;
    };
    const vault: OriginalEraser = {
      ...station.vaultEraser,
      erase: async (doomed, signal) => {
        if (buried === 1)
          await ledger.transaction(async (writer) => {
            await writer.scrubs.putOrders('disk', { paused: false, haltedAtMs: clock.nowMs(), confirmedAtMs: null, runSinceMs: null });
            await writer.custody.append(aCustodyDraft());
          });
        return station.vaultEraser.erase(doomed, signal);
      },
    };
    const lines = await run(id, deps({ faults: { reached }, places: [vault, diskArchiveEraser(archive)] }));
    expect(lines.find(({ type }) => type === 'halted')).toMatchObject({ reason: { code: 'disposal-scrub-halted' }, left: 2 });
  });

  it('stops where an original was gone before', async () => {
    const { id } = await approved();
    for (const root of [join(station.directory, 'vault'), archive])
      for (const original of recordings) rmSync(join(root, original.vaultKey), { force: true });
    for (const original of recordings) rmSync(join(archive, `${original.vaultKey}.00ff.aside`), { force: true });
    expect((await run(id)).find(({ type }) => type === 'halted')).toMatchObject({ reason: { code: 'disposal-lost' } });
  });

  it('stops where the list in the ledger is not the one that was approved', async () => {
    const { id } = await approved();
    const raw = new DatabaseSync(station.file);
    raw.prepare("UPDATE disposal_items SET rule = 'another' WHERE recording_id = ?").run(nth(0).recordingId);
    raw.close();
    await expect(run(id)).rejects.toEqual(refused('disposal-list-changed'));
    expect(differences()).toMatchObject([{ table: 'disposal_items', column: 'rule', found: 'another', told: 'ordinary' }]);
    expect(left(nth(0)).length).toBe(5);
  });
});

describe('what is interrupted', () => {
  const POINTS = ['w34-destruction-intended', 'w35-copy-erased', 'w36-destruction-recorded', 'w37-recording-buried'] as const;

  it.each(POINTS)('at %s goes on when it is run again', async (point) => {
    const { id } = await approved();
    await interrupted(id, point);
    expect((await station.ledger.disposals.get(id))?.state).toBe('running');
    expect((await run(id)).at(-1)).toMatchObject({ state: 'done', destroyed: 3, kept: 0 });
    for (const original of recordings) expect(left(original)).toEqual([]);
    expect(await station.ledger.disposals.destructions({ limit: 10 })).toEqual([]);
    expect(differences()).toEqual([]);
  });

  it.each(POINTS)('at %s is wound back: what is not destroyed yet is kept', async (point) => {
    const { id } = await approved();
    await interrupted(id, point);
    const cancelled = await cancelDisposal(deps(), { id, words: 'Wrong week.' }, WANG);
    expect(cancelled.state).toBe('cancelled');
    const states = await Promise.all(recordings.map((original) => stateOf(id, original)));
    const buried = point === 'w37-recording-buried' ? 1 : 0;
    expect(states.filter((state) => state === 'destroyed').length).toBe(buried);
    expect(states.filter((state) => state === 'kept').length).toBe(3 - buried);
    expect(await station.ledger.disposals.destructions({ limit: 10 })).toEqual([]);
    // Every copy that the ledger still names is there, and every original that is kept has one.
    for (const [n, original] of recordings.entries()) {
      if (states[n] !== 'kept') continue;
      const copies = await station.ledger.recordings.copies(original.recordingId);
      for (const { where, key } of copies)
        expect(existsSync(join(where === 'vault' ? join(station.directory, 'vault') : archive, key)), where).toBe(true);
      expect(copies.length).toBeGreaterThan(0);
    }
    expect(differences()).toEqual([]);
    await expect(cancelDisposal(deps(), { id, words: 'again' }, WANG)).rejects.toEqual(refused('disposal-not-in-state'));
  });
});
