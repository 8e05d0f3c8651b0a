import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { aDocking, aHash, anId, anOfficer, aRecording, START_MS, someDigests } from '#test/support/builders';
import { about, aCaseDraft, aCustodyDraft, anyDraft, aRefusalDraft } from '#test/support/custody';
import { dockings } from './ledger-dockings.ts';
import { files, lists, recordings } from './ledger-lists.ts';
import { copies, registry, start, uploads } from './ledger-registry.ts';
import { replaced } from './ledger-replaced.ts';
import { collect, type It, type LedgerTime, listOne, refused } from './ledger-support.ts';
import { work } from './ledger-work.ts';

/** An empty ledger of its own for each test. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  readonly time: LedgerTime;
  dispose(): Promise<void>;
}

/** Everything that the port promises, asked of one implementation. */
export function describeLedgerContract(name: string, make: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: the Ledger contract`, () => {
    let under: LedgerUnderTest;
    const it: It = (title, body) => test(title, () => body(under.ledger, under.time));
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.dispose());

    describe('transactions', () => transactions(it));
    describe('dockings', () => dockings(it));
    describe('originals', () => originals(it));
    describe('replaced originals', () => replaced(it));
    describe('recordings', () => recordings(it));
    describe('lists of recordings', () => lists(it));
    describe('copies and derivatives', () => files(it));
    describe('work', () => work(it));
    describe('registry', () => registry(it));
    describe('custody', () => custody(it));
    describe('copies', () => copies(it));
    describe('uploads', () => uploads(it));
    describe('start', () => start(it));
  });
}

function transactions(it: It): void {
  it('are seen by other readers after they committed, and not before', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction(async (writer) => {
      await writer.insertDocking(docking);
      expect((await writer.docking(docking.id))?.id).toBe(docking.id);
      expect(await ledger.docking(docking.id)).toBeNull();
    });
    expect((await ledger.docking(docking.id))?.id).toBe(docking.id);
  });

  it('leave nothing behind when the body throws, and hand its error on as it is', async (ledger) => {
    const own = new Error('the body gave up');
    const docking = aDocking();
    const run = ledger.transaction(async (writer) => {
      await writer.insertDocking(docking);
      await writer.appendCustody(aRefusalDraft('x', docking.id));
      throw own;
    });
    await expect(run).rejects.toBe(own);
    expect(await ledger.docking(docking.id)).toBeNull();
    expect(await ledger.custodyHead()).toBeNull();
    // And the ledger is free for the next one.
    await ledger.transaction((writer) => writer.insertDocking(docking));
  });

  it('run one after the other, in the order in which they were asked for', async (ledger) => {
    const seen: string[] = [];
    const runs = Array.from({ length: 20 }, (_, n) =>
      ledger.transaction(async (writer) => {
        seen.push(`begin ${n}`);
        await writer.appendCustody(aCustodyDraft({ n }));
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(`end ${n}`);
        return n;
      }),
    );
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, n) => [`begin ${n}`, `end ${n}`]).flat());
  });

  it('go on after one that failed', async (ledger) => {
    const failed = ledger.transaction(() => Promise.reject(new Error('no')));
    const after = ledger.transaction(async (writer) => writer.appendCustody(aCustodyDraft()));
    await expect(failed).rejects.toThrow('no');
    expect((await after).seq).toBe(0);
  });

  it('take their writer away when they end', async (ledger) => {
    let kept: LedgerWriter | undefined;
    await ledger.transaction(async (writer) => {
      kept = writer;
    });
    await expect(async () => kept?.appendCustody(aCustodyDraft())).rejects.toThrow();
    expect(await ledger.custodyHead()).toBeNull();
  });

  it('do not let a write that nobody awaited commit by itself after the rollback', async (ledger) => {
    let late: Promise<unknown> | undefined;
    await refused(
      ledger.transaction(async (writer) => {
        late = writer.upsertOfficer(anOfficer()).catch(() => undefined);
        throw new Error('no');
      }),
    );
    await late;
    expect(await ledger.officer('041234')).toBeNull();
  });

  it('refuse a row that exists, and one that points nowhere, as request.conflict', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.insertDocking(docking));
    expect((await refused(ledger.transaction((writer) => writer.insertDocking(docking)))).code).toBe('request.conflict');
    expect((await refused(ledger.transaction((writer) => writer.insertRecording(aRecording())))).code).toBe('request.conflict');
  });

  it('let an original that has not come move to another recording, and only then', async (ledger) => {
    const { from, into } = await ledger.transaction(async (writer) => {
      const one = await listOne(writer);
      const other = aRecording({ dockingId: one.docking.id });
      await writer.insertRecording(other);
      return { from: one, into: other.id };
    });
    const to = { recordingId: into, index: 1, vaultKey: `${from.original.vaultKey}-moved` };
    await ledger.transaction((writer) => writer.moveToRecording(from.original.id, to));
    expect(await ledger.originalsOf(from.recording.id)).toEqual([]);
    expect(await ledger.originalsOf(into)).toMatchObject([{ id: from.original.id, ...to }]);
    const digests = { sha256: 'a'.repeat(64), sm3: null };
    await ledger.transaction((writer) => writer.markCopied(from.original.id, { digests, duplicateOf: null, copiedAtMs: START_MS }));
    const back = { recordingId: from.recording.id, index: 1, vaultKey: from.original.vaultKey };
    expect((await refused(ledger.transaction((writer) => writer.moveToRecording(from.original.id, back)))).code).toBe('request.conflict');
  });

  it('refuse to change what is not there', async (ledger) => {
    const changes: ((writer: LedgerWriter) => Promise<void>)[] = [
      (writer) => writer.updateRecording(anId('rec'), { state: 'sealed' }),
      (writer) => writer.updateDocking(anId('dck'), { state: 'safe' }),
      (writer) => writer.moveOriginal(anId('org'), anId('dck')),
      (writer) => writer.decideSuggestion(anId('sug'), 'accepted', 'cli:root'),
      (writer) => writer.assignRecorder('nobody', '041234', START_MS),
      (writer) => writer.addRecordingCase(anId('rec'), 'A-1'),
    ];
    for (const change of changes) expect((await refused(ledger.transaction(change))).code).toBe('request.not-found');
  });
}

function originals(it: It): void {
  it('go from listed to copied to sealed and no other way', async (ledger) => {
    const { original } = await ledger.transaction((writer) => listOne(writer));
    const copied = { digests: someDigests(), duplicateOf: null, copiedAtMs: START_MS + 1 };
    const listed = {
      ...original,
      state: 'listed',
      digests: null,
      gaps: [],
      sourceReread: null,
      duplicateOf: null,
      copiedAtMs: null,
      sealedAtMs: null,
      durationMs: null,
      replacedBy: null,
    };
    expect(await ledger.original(original.id)).toEqual(listed);
    expect((await refused(ledger.transaction((writer) => writer.markSealed(original.id, 1)))).code).toBe('request.conflict');
    await ledger.transaction((writer) => writer.markCopied(original.id, copied));
    expect(await ledger.original(original.id)).toEqual({ ...listed, ...copied, state: 'copied' });
    expect((await refused(ledger.transaction((writer) => writer.markCopied(original.id, copied)))).code).toBe('request.conflict');
    await ledger.transaction((writer) => writer.unmarkCopied(original.id));
    expect(await ledger.original(original.id)).toEqual(listed);
    await ledger.transaction((writer) => writer.markCopied(original.id, copied));
    await ledger.transaction((writer) => writer.markSealed(original.id, START_MS + 2));
    expect(await ledger.original(original.id)).toEqual({ ...listed, ...copied, state: 'sealed', sealedAtMs: START_MS + 2 });
    expect((await refused(ledger.transaction((writer) => writer.unmarkCopied(original.id)))).code).toBe('request.conflict');
  });

  it('are found again by recorder, path, size and time', async (ledger) => {
    const { original } = await ledger.transaction((writer) => listOne(writer, { original: { mtimeMs: START_MS + 0.75 } }));
    const identity = {
      recorderSerial: original.recorderSerial,
      cardPath: original.cardPath,
      bytes: original.bytes,
      mtimeMs: START_MS + 0.75,
    };
    expect((await ledger.findOriginal(identity))?.id).toBe(original.id);
    for (const other of [{ recorderSerial: 'x' }, { cardPath: 'x' }, { bytes: 1 }, { mtimeMs: START_MS + 1000 }]) {
      expect(await ledger.findOriginal({ ...identity, ...other })).toBeNull();
    }
  });

  it('keep times that no calendar holds: 1970, 2107, before 1970', async (ledger) => {
    for (const mtimeMs of [0, 4_354_819_198_000, -86_400_000]) {
      const { original } = await ledger.transaction((writer) => listOne(writer, { original: { mtimeMs } }));
      expect((await ledger.original(original.id))?.mtimeMs).toBe(mtimeMs);
    }
  });

  it('are found by their bytes once sealed; the first, and never an empty file', async (ledger) => {
    const digests = someDigests('same');
    const ids = await ledger.transaction(async (writer) => {
      const found: string[] = [];
      for (const [n, bytes] of [10, 10, 0].entries()) {
        const { original } = await listOne(writer, { original: { bytes, id: anId('org', START_MS + n) } });
        await writer.markCopied(original.id, { digests, duplicateOf: null, copiedAtMs: 1 });
        found.push(original.id);
      }
      return found;
    });
    expect(await ledger.findSealedByDigest(digests.sha256, 10)).toBeNull();
    await ledger.transaction(async (writer) => {
      for (const id of ids) await writer.markSealed(id, 2);
    });
    expect((await ledger.findSealedByDigest(digests.sha256, 10))?.id).toBe(ids[0]);
    expect(await ledger.findSealedByDigest(digests.sha256, 11)).toBeNull();
    expect(await ledger.findSealedByDigest(digests.sha256, 0)).toBeNull();
    expect(await ledger.findSealedByDigest(aHash('other'), 10)).toBeNull();
  });

  it('wait for their seal important first, then oldest first', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const found: string[] = [];
      for (const [n, important] of [false, true, false, true].entries()) {
        const { original } = await listOne(writer, { original: { important, id: anId('org', START_MS + n) } });
        if (n > 0) await writer.markCopied(original.id, { digests: someDigests(n), duplicateOf: null, copiedAtMs: 1 });
        found.push(original.id);
      }
      return found;
    });
    expect((await ledger.copiedOriginals(10)).map((original) => original.id)).toEqual([ids[1], ids[3], ids[2]]);
    expect((await ledger.copiedOriginals(1)).map((original) => original.id)).toEqual([ids[1]]);
  });
}

function custody(it: It): void {
  it('is a chain in which every entry names the one before', async (ledger) => {
    const entries = await ledger.transaction(async (writer) => [
      await writer.appendCustody(aRefusalDraft('执法')),
      await writer.appendCustody(aCaseDraft('A-2026-0001')),
    ]);
    expect(entries.map((entry) => entry.seq)).toEqual([0, 1]);
    expect(entries[0]?.prev).toBe('0'.repeat(64));
    expect(entries[1]?.prev).toBe(entries[0]?.hash);
    expect(await ledger.custodyHead()).toEqual({ seq: 1, hash: entries[1]?.hash });
    expect(await ledger.custodyOf(entries[0]?.subject ?? expect.fail())).toEqual([entries[0]]);
    expect(await ledger.custodyOf(about('case:A-2026-0001'))).toEqual([entries[1]]);
    const seen: number[] = [];
    expect(await collect(ledger.verifyCustody((seq) => seen.push(seq)))).toEqual([]);
    expect(seen).toEqual([0, 1]);
  });

  it('goes on where it was after a transaction that failed', async (ledger) => {
    const first = await ledger.transaction((writer) => writer.appendCustody(aCustodyDraft()));
    await refused(
      ledger.transaction(async (writer) => {
        await writer.appendCustody(aCustodyDraft());
        throw new Error('no');
      }),
    );
    const second = await ledger.transaction((writer) => writer.appendCustody(aCustodyDraft()));
    expect([second.seq, second.prev]).toEqual([1, first.hash]);
    expect(await collect(ledger.verifyCustody())).toEqual([]);
  });

  it('tells of a recording what happened to it, its originals and its dockings, oldest first', async (ledger) => {
    const later = aDocking({ arrivedAtMs: START_MS + 1 });
    const { recording, original, docking } = await ledger.transaction(async (writer) => {
      const card = await listOne(writer);
      await writer.insertDocking(later);
      await writer.moveOriginal(card.original.id, later.id);
      const subjects = [card.docking.id, later.id, card.original.id, card.recording.id, anId('org'), anId('rec'), anId('dck')];
      for (const id of subjects) await writer.appendCustody(anyDraft(id));
      return card;
    });
    const told = (await ledger.custodyOf(about(recording.id))).map((entry) => entry.subject.id);
    expect(told).toEqual([docking.id, later.id, original.id, recording.id]);
    expect((await ledger.custodyOf(about(original.id))).map((entry) => entry.subject.id)).toEqual([original.id]);
    expect(await ledger.custodyOf(about(anId('rec')))).toEqual([]);
    // What its docking refused is told of the docking: a hostile card would bury the recording's own entries under it.
    await ledger.transaction((writer) => writer.appendCustody(aRefusalDraft('a pipe', docking.id)));
    expect((await ledger.custodyOf(about(recording.id))).map((entry) => entry.subject.id)).toEqual(told);
    expect((await ledger.custodyOf(about(docking.id))).map((entry) => entry.type)).toContain('file.refused');
  });
}
