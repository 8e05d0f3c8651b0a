import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { aDerivative, aDocking, aHash, anId, anOfficer, aRecording, START_MS, someDigests } from '#test/support/builders';
import { statusIn } from '#test/support/card/shown-docking';
import { about, aCaseDraft, aCustodyDraft, anyDraft, aRefusalDraft } from '#test/support/custody';
import { answers, pagesOfCases, workLeft } from './ledger-api.ts';
import { archiveOfLedger } from './ledger-archive.ts';
import { callUps } from './ledger-call-ups.ts';
import { disposals } from './ledger-disposals.ts';
import { dockings } from './ledger-dockings.ts';
import { doors } from './ledger-doors.ts';
import { dutiesOfLedger } from './ledger-duties.ts';
import { eviction } from './ledger-eviction.ts';
import { courses, holdings } from './ledger-holdings.ts';
import { holdsOfLedger } from './ledger-holds.ts';
import { files, lists, recordings } from './ledger-lists.ts';
import { looksOfLedger } from './ledger-looks.ts';
import { people } from './ledger-people.ts';
import { policies } from './ledger-policies.ts';
import { copies, registry, start, uploads } from './ledger-registry.ts';
import { replaced } from './ledger-replaced.ts';
import { retention } from './ledger-retention.ts';
import { scopesOfLedger } from './ledger-scope.ts';
import { scopeOfMethods } from './ledger-scope-methods.ts';
import { scrubs } from './ledger-scrubs.ts';
import { shiftsOfLedger } from './ledger-shifts.ts';
import { signIn } from './ledger-sign-in.ts';
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
    describe('people', () => people(it));
    describe('originals', () => originals(it));
    describe('replaced originals', () => replaced(it));
    describe('recordings', () => recordings(it));
    describe('lists of recordings', () => lists(it));
    describe('copies and derivatives', () => files(it));
    describe('the archive', () => archiveOfLedger(it));
    describe('work', () => work(it));
    describe('registry', () => registry(it));
    describe('events of a case', () => pagesOfCases(it));
    describe('work that is left of a docking', () => workLeft(it));
    describe('kept answers', () => answers(it));
    describe('sign-in', () => signIn(it));
    describe('courses of cases', () => courses(it));
    describe('ways in', () => doors(it));
    describe('call-up', () => callUps(it));
    describe('take-outs', () => holdings(it));
    describe('duties', () => dutiesOfLedger(it));
    describe('shifts', () => shiftsOfLedger(it));
    describe('eviction', () => eviction(it));
    describe('legal holds', () => holdsOfLedger(it));
    describe('disposals', () => disposals(it));
    describe('custody', () => custody(it));
    describe('questions to the log', () => looksOfLedger(it));
    describe('copies', () => copies(it));
    describe('uploads', () => uploads(it));
    describe('start', () => start(it));
    describe('policies', () => policies(it));
    describe('retention', () => retention(it));
    describe('scrubs', () => scrubs(it));
    describe('a scope', () => scopesOfLedger(it));
    describe('within a scope', () => scopeOfMethods(it));
  });
}

function transactions(it: It): void {
  it('are seen by other readers after they committed, and not before', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction(async (writer) => {
      await writer.dockings.insert(docking);
      expect((await writer.dockings.get(docking.id))?.id).toBe(docking.id);
      expect(await ledger.dockings.get(docking.id)).toBeNull();
    });
    expect((await ledger.dockings.get(docking.id))?.id).toBe(docking.id);
  });

  it('leave nothing behind when the body throws, and hand its error on as it is', async (ledger) => {
    const own = new Error('the body gave up');
    const docking = aDocking();
    const run = ledger.transaction(async (writer) => {
      await writer.dockings.insert(docking);
      await writer.custody.append(aRefusalDraft('x', docking.id));
      throw own;
    });
    await expect(run).rejects.toBe(own);
    expect(await ledger.dockings.get(docking.id)).toBeNull();
    expect(await ledger.custody.head()).toBeNull();
    // And the ledger is free for the next one.
    await ledger.transaction((writer) => writer.dockings.insert(docking));
  });

  it('run one after the other, in the order in which they were asked for', async (ledger) => {
    const seen: string[] = [];
    const runs = Array.from({ length: 20 }, (_, n) =>
      ledger.transaction(async (writer) => {
        seen.push(`begin ${n}`);
        await writer.custody.append(aCustodyDraft({ n }));
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
    const after = ledger.transaction(async (writer) => writer.custody.append(aCustodyDraft()));
    await expect(failed).rejects.toThrow('no');
    expect((await after).seq).toBe(0);
  });

  it('take their writer away when they end', async (ledger) => {
    let kept: LedgerWriter | undefined;
    await ledger.transaction(async (writer) => {
      kept = writer;
    });
    await expect(async () => kept?.custody.append(aCustodyDraft())).rejects.toThrow();
    // Nor does it write into the transaction of somebody else.
    await ledger.transaction(() => expect(async () => kept?.custody.append(aCustodyDraft())).rejects.toThrow());
    expect(await ledger.custody.head()).toBeNull();
  });

  it('do not let a write that nobody awaited commit by itself after the rollback', async (ledger) => {
    let late: Promise<unknown> | undefined;
    await refused(
      ledger.transaction(async (writer) => {
        late = writer.registry.upsertOfficer(anOfficer()).catch(() => undefined);
        throw new Error('no');
      }),
    );
    await late;
    expect(await ledger.registry.officer('041234')).toBeNull();
  });

  it('nor the rest of one that takes several statements', async (ledger) => {
    const { recording } = await ledger.transaction((writer) => listOne(writer));
    const first = aDerivative(recording.id);
    await ledger.transaction((writer) => writer.recordings.upsertDerivative(first));
    let late: Promise<unknown> | undefined;
    await refused(
      ledger.transaction(async (writer) => {
        late = writer.recordings.upsertDerivative(aDerivative(recording.id, { bytes: 9 })).catch((error: Error) => error);
        throw new Error('no');
      }),
    );
    expect(await late).toBeInstanceOf(Error);
    expect(await ledger.recordings.derivatives(recording.id)).toEqual([first]);
  });

  it('refuse a row that exists, and one that points nowhere, as request.conflict', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.dockings.insert(docking));
    expect((await refused(ledger.transaction((writer) => writer.dockings.insert(docking)))).code).toBe('request.conflict');
    expect((await refused(ledger.transaction((writer) => writer.recordings.insert(aRecording())))).code).toBe('request.conflict');
  });

  it('let an original that has not come move to another recording, and only then', async (ledger) => {
    const { from, into } = await ledger.transaction(async (writer) => {
      const one = await listOne(writer);
      const other = aRecording({ dockingId: one.docking.id });
      await writer.recordings.insert(other);
      return { from: one, into: other.id };
    });
    const to = { recordingId: into, index: 1, vaultKey: `${from.original.vaultKey}-moved` };
    await ledger.transaction((writer) => writer.originals.moveToRecording(from.original.id, to));
    expect(await ledger.originals.ofRecording(from.recording.id)).toEqual([]);
    expect(await ledger.originals.ofRecording(into)).toMatchObject([{ id: from.original.id, ...to }]);
    const digests = { sha256: 'a'.repeat(64), sm3: null };
    await ledger.transaction((writer) =>
      writer.originals.markCopied(from.original.id, { digests, duplicateOf: null, copiedAtMs: START_MS }),
    );
    const back = { recordingId: from.recording.id, index: 1, vaultKey: from.original.vaultKey };
    expect((await refused(ledger.transaction((writer) => writer.originals.moveToRecording(from.original.id, back)))).code).toBe(
      'request.conflict',
    );
  });

  it('refuse to change what is not there', async (ledger) => {
    const changes: ((writer: LedgerWriter) => Promise<void>)[] = [
      (writer) => writer.recordings.update(anId('rec'), { state: 'sealed' }),
      (writer) => writer.dockings.update(anId('dck'), { filesListed: 1 }),
      (writer) => writer.dockings.setStatus(anId('dck'), statusIn('safe'), 1),
      (writer) => writer.originals.moveToDocking(anId('org'), anId('dck')),
      (writer) => writer.cases.decideSuggestion(anId('sug'), 'accepted', 'cli:root'),
      (writer) => writer.registry.assignRecorder('nobody', '041234', START_MS),
      (writer) => writer.recordings.addCase(anId('rec'), 'A-1'),
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
      evictedAtMs: null,
      blocksSha256: null,
    };
    expect(await ledger.originals.get(original.id)).toEqual(listed);
    expect((await refused(ledger.transaction((writer) => writer.originals.markSealed(original.id, 1)))).code).toBe('request.conflict');
    await ledger.transaction((writer) => writer.originals.markCopied(original.id, copied));
    expect(await ledger.originals.get(original.id)).toEqual({ ...listed, ...copied, state: 'copied' });
    expect((await refused(ledger.transaction((writer) => writer.originals.markCopied(original.id, copied)))).code).toBe('request.conflict');
    await ledger.transaction((writer) => writer.originals.unmarkCopied(original.id));
    expect(await ledger.originals.get(original.id)).toEqual(listed);
    await ledger.transaction((writer) => writer.originals.markCopied(original.id, copied));
    await ledger.transaction((writer) => writer.originals.markSealed(original.id, START_MS + 2));
    expect(await ledger.originals.get(original.id)).toEqual({ ...listed, ...copied, state: 'sealed', sealedAtMs: START_MS + 2 });
    expect((await refused(ledger.transaction((writer) => writer.originals.unmarkCopied(original.id)))).code).toBe('request.conflict');
  });

  it('are found again by recorder, path, size and time', async (ledger) => {
    const { original } = await ledger.transaction((writer) => listOne(writer, { original: { mtimeMs: START_MS + 0.75 } }));
    const identity = {
      recorderSerial: original.recorderSerial,
      cardPath: original.cardPath,
      bytes: original.bytes,
      mtimeMs: START_MS + 0.75,
    };
    expect((await ledger.originals.find(identity))?.id).toBe(original.id);
    for (const other of [{ recorderSerial: 'x' }, { cardPath: 'x' }, { bytes: 1 }, { mtimeMs: START_MS + 1000 }]) {
      expect(await ledger.originals.find({ ...identity, ...other })).toBeNull();
    }
  });

  it('keep times that no calendar holds: 1970, 2107, before 1970', async (ledger) => {
    for (const mtimeMs of [0, 4_354_819_198_000, -86_400_000]) {
      const { original } = await ledger.transaction((writer) => listOne(writer, { original: { mtimeMs } }));
      expect((await ledger.originals.get(original.id))?.mtimeMs).toBe(mtimeMs);
    }
  });

  it('are found by their bytes once sealed; the first, and never an empty file', async (ledger) => {
    const digests = someDigests('same');
    const ids = await ledger.transaction(async (writer) => {
      const found: string[] = [];
      for (const [n, bytes] of [10, 10, 0].entries()) {
        const { original } = await listOne(writer, { original: { bytes, id: anId('org', START_MS + n) } });
        await writer.originals.markCopied(original.id, { digests, duplicateOf: null, copiedAtMs: 1 });
        found.push(original.id);
      }
      return found;
    });
    expect(await ledger.originals.findSealedByDigest(digests.sha256, 10)).toBeNull();
    await ledger.transaction(async (writer) => {
      for (const id of ids) await writer.originals.markSealed(id, 2);
    });
    expect((await ledger.originals.findSealedByDigest(digests.sha256, 10))?.id).toBe(ids[0]);
    expect(await ledger.originals.findSealedByDigest(digests.sha256, 11)).toBeNull();
    expect(await ledger.originals.findSealedByDigest(digests.sha256, 0)).toBeNull();
    expect(await ledger.originals.findSealedByDigest(aHash('other'), 10)).toBeNull();
  });

  it('wait for their seal important first, then oldest first', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const found: string[] = [];
      for (const [n, important] of [false, true, false, true].entries()) {
        const { original } = await listOne(writer, { original: { important, id: anId('org', START_MS + n) } });
        if (n > 0) await writer.originals.markCopied(original.id, { digests: someDigests(n), duplicateOf: null, copiedAtMs: 1 });
        found.push(original.id);
      }
      return found;
    });
    expect((await ledger.originals.copied(10)).map((original) => original.id)).toEqual([ids[1], ids[3], ids[2]]);
    expect((await ledger.originals.copied(1)).map((original) => original.id)).toEqual([ids[1]]);
  });
}

function custody(it: It): void {
  it('tells what its entries say of a thing, from when on and by whom, page by page; what is rolled back was never said', async (ledger) => {
    const said = (stage: string, officers: readonly string[]) => (writer: LedgerWriter) => {
      const draft = aCaseDraft('A-1', officers);
      return writer.custody.append({ ...draft, data: { ...draft.data, new: { stage, category: null, officers } } });
    };
    await ledger.transaction(said('filing', ['2']));
    await refused(ledger.transaction(async (writer) => said('review', [])(writer).then(() => Promise.reject(new Error('no')))));
    await ledger.transaction(said('decision', []));
    const facts = await ledger.custody.factsOf(about('case:A-1'), { limit: 10 });
    expect(facts).toEqual([
      { name: 'officers', value: ['2'], fromMs: START_MS, actor: 'cli:root', seq: 0 },
      { name: 'stage', value: 'filing', fromMs: START_MS, actor: 'cli:root', seq: 0 },
      { name: 'stage', value: 'decision', fromMs: START_MS, actor: 'cli:root', seq: 1 },
    ]);
    const [first, second] = facts;
    expect(await ledger.custody.factsOf(about('case:A-1'), { limit: 1, after: first ?? expect.fail() })).toEqual([second]);
    expect(await ledger.custody.factsOf(about('case:A-2'), { limit: 10 })).toEqual([]);
  });

  it('is a chain in which every entry names the one before', async (ledger) => {
    const entries = await ledger.transaction(async (writer) => [
      await writer.custody.append(aRefusalDraft('执法')),
      await writer.custody.append(aCaseDraft('A-2026-0001')),
    ]);
    expect(entries.map((entry) => entry.seq)).toEqual([0, 1]);
    expect(entries[0]?.prev).toBe('0'.repeat(64));
    expect(entries[1]?.prev).toBe(entries[0]?.hash);
    expect(await ledger.custody.head()).toEqual({ seq: 1, hash: entries[1]?.hash });
    expect(await ledger.custody.of(entries[0]?.subject ?? expect.fail())).toEqual([entries[0]]);
    expect(await ledger.custody.of(about('case:A-2026-0001'))).toEqual([entries[1]]);
    const seen: number[] = [];
    expect(await collect(ledger.custody.verify((seq) => seen.push(seq)))).toEqual([]);
    expect(seen).toEqual([0, 1]);
  });

  it('goes on where it was after a transaction that failed', async (ledger) => {
    const first = await ledger.transaction((writer) => writer.custody.append(aCustodyDraft()));
    await refused(
      ledger.transaction(async (writer) => {
        await writer.custody.append(aCustodyDraft());
        throw new Error('no');
      }),
    );
    const second = await ledger.transaction((writer) => writer.custody.append(aCustodyDraft()));
    expect([second.seq, second.prev]).toEqual([1, first.hash]);
    expect(await collect(ledger.custody.verify())).toEqual([]);
  });

  it('tells of a recording what happened to it, its originals and its dockings, oldest first', async (ledger) => {
    const later = aDocking({ arrivedAtMs: START_MS + 1 });
    const { recording, original, docking } = await ledger.transaction(async (writer) => {
      const card = await listOne(writer);
      await writer.dockings.insert(later);
      await writer.originals.moveToDocking(card.original.id, later.id);
      const subjects = [card.docking.id, later.id, card.original.id, card.recording.id, anId('org'), anId('rec'), anId('dck')];
      for (const id of subjects) await writer.custody.append(anyDraft(id));
      return card;
    });
    const told = (await ledger.custody.of(about(recording.id))).map((entry) => entry.subject.id);
    expect(told).toEqual([docking.id, later.id, original.id, recording.id]);
    expect((await ledger.custody.of(about(original.id))).map((entry) => entry.subject.id)).toEqual([original.id]);
    expect(await ledger.custody.of(about(anId('rec')))).toEqual([]);
    // What its docking refused is told of the docking: a hostile card would bury the recording's own entries under it.
    await ledger.transaction((writer) => writer.custody.append(aRefusalDraft('a pipe', docking.id)));
    expect((await ledger.custody.of(about(recording.id))).map((entry) => entry.subject.id)).toEqual(told);
    expect((await ledger.custody.of(about(docking.id))).map((entry) => entry.type)).toContain('file.refused');
  });
}
