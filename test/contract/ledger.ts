import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EvidockError } from '#domain/errors';
import { workId } from '#domain/work';
import type { Ledger, LedgerWriter, NewDocking, NewOriginal, NewRecording, RecordingFilter } from '#ports/ledger';
import {
  aCase,
  aCaseEvent,
  aCopy,
  aCustodyDraft,
  aDerivative,
  aDocking,
  aHash,
  anId,
  anOfficer,
  anOriginal,
  aRecorder,
  aRecording,
  aSuggestion,
  fixedClock,
  START_MS,
  someDigests,
  someWork,
} from '#test/support/builders';

/** An empty ledger of its own for each test. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  dispose(): Promise<void>;
}

export interface Card {
  readonly docking: NewDocking;
  readonly recording: NewRecording;
  readonly original: NewOriginal;
}

/** A docking with one recording of one original, as the intake lists it. */
export async function listOne(
  writer: LedgerWriter,
  overrides: { docking?: Partial<NewDocking>; recording?: Partial<NewRecording>; original?: Partial<NewOriginal> } = {},
): Promise<Card> {
  const docking = aDocking(overrides.docking);
  const recording = aRecording({ dockingId: docking.id, ...overrides.recording });
  const original = anOriginal(recording, overrides.original);
  await writer.insertDocking(docking);
  await writer.insertRecording(recording);
  await writer.insertOriginal(original);
  return { docking, recording, original };
}

/** The EvidockError that `promise` is rejected with; fails if it resolves. */
export async function refused(promise: Promise<unknown>): Promise<EvidockError> {
  return promise.then(
    () => expect.fail('was not refused'),
    (error: EvidockError) => error,
  );
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Everything that the port promises, asked of one implementation. */
export function describeLedgerContract(name: string, make: () => Promise<LedgerUnderTest>): void {
  describe(`${name}: the Ledger contract`, () => {
    let under: LedgerUnderTest;
    const it = (title: string, body: (ledger: Ledger) => Promise<void>) => test(title, () => body(under.ledger));
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.dispose());

    describe('transactions', () => transactions(it));
    describe('dockings', () => dockings(it));
    describe('originals', () => originals(it));
    describe('recordings', () => recordings(it));
    describe('lists of recordings', () => lists(it));
    describe('copies and derivatives', () => files(it));
    describe('work', () => work(it));
    describe('registry', () => registry(it));
    describe('custody', () => custody(it));
    describe('uploads', () => uploads(it));
    describe('start', () => start(it));
  });
}

type It = (title: string, body: (ledger: Ledger) => Promise<void>) => void;

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
      await writer.appendCustody(aCustodyDraft({ subject: docking.id }));
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
        await writer.appendCustody(aCustodyDraft({ data: { n } }));
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

  it('do not let a write through that nobody awaited', async (ledger) => {
    let late: Promise<unknown> | undefined;
    await ledger.transaction(async (writer) => {
      late = writer.upsertOfficer(anOfficer()).then(
        () => 'written',
        () => 'refused',
      );
    });
    // Either it was part of the transaction or it was refused; it never commits by itself after a rollback.
    const outcome = await late;
    expect(await ledger.officer('041234')).toEqual(outcome === 'written' ? anOfficer() : null);
  });

  it('refuse a row that exists, and one that points nowhere, as request.conflict', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.insertDocking(docking));
    expect((await refused(ledger.transaction((writer) => writer.insertDocking(docking)))).code).toBe('request.conflict');
    expect((await refused(ledger.transaction((writer) => writer.insertRecording(aRecording())))).code).toBe('request.conflict');
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

function dockings(it: It): void {
  it('begin as reading and keep what is told of them', async (ledger) => {
    const docking = aDocking();
    await ledger.transaction((writer) => writer.insertDocking(docking));
    const fresh = { state: 'reading', problem: null, listedAtMs: null, safeAtMs: null, removedAtMs: null };
    expect(await ledger.docking(docking.id)).toEqual({ ...docking, ...fresh, filesListed: 0, filesKnown: 0, filesRefused: 0, bytesListed: 0 });
    const facts = { state: 'safe', listedAtMs: 5, safeAtMs: 6, filesListed: 3, filesKnown: 2, filesRefused: 1, bytesListed: 9, clockOffsetMs: 77 } as const;
    await ledger.transaction((writer) => writer.updateDocking(docking.id, facts));
    expect(await ledger.docking(docking.id)).toMatchObject(facts);
  });

  it('keep a problem until it is taken back', async (ledger) => {
    const docking = aDocking();
    const problem = { code: 'vault.full', detail: '3 GB short' } as const;
    await ledger.transaction((writer) => writer.insertDocking(docking));
    await ledger.transaction((writer) => writer.updateDocking(docking.id, { state: 'problem', problem }));
    await ledger.transaction((writer) => writer.updateDocking(docking.id, { filesListed: 1 }));
    expect((await ledger.docking(docking.id))?.problem).toEqual(problem);
    await ledger.transaction((writer) => writer.updateDocking(docking.id, { state: 'reading', problem: null }));
    expect((await ledger.docking(docking.id))?.problem).toBeNull();
  });

  it('are listed newest first, all or the open ones', async (ledger) => {
    const three = [0, 1, 2].map((n) => aDocking({ arrivedAtMs: START_MS + n }));
    await ledger.transaction(async (writer) => {
      for (const docking of three) await writer.insertDocking(docking);
      await writer.updateDocking(three[1]?.id ?? '', { state: 'removed', removedAtMs: START_MS });
    });
    const ids = three.map((docking) => docking.id);
    expect((await ledger.dockings({ limit: 10 })).map((docking) => docking.id)).toEqual([ids[2], ids[1], ids[0]]);
    expect((await ledger.dockings({ limit: 10, openOnly: true })).map((docking) => docking.id)).toEqual([ids[2], ids[0]]);
    expect((await ledger.dockings({ limit: 1 })).map((docking) => docking.id)).toEqual([ids[2]]);
  });

  it('count their originals and bytes by state; a moved original counts where it is now', async (ledger) => {
    const later = aDocking({ arrivedAtMs: START_MS + 1 });
    const card = await ledger.transaction(async (writer) => {
      const first = await listOne(writer, { original: { bytes: 100 } });
      const second = anOriginal(first.recording, { index: 2, bytes: 10 });
      await writer.insertOriginal(second);
      await writer.markCopied(second.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 });
      await writer.markSealed(second.id, 2);
      await writer.insertDocking(later);
      return first;
    });
    expect(await ledger.dockingProgress(card.docking.id)).toEqual({ listed: 1, copied: 0, sealed: 1, bytes: 110, sealedBytes: 10 });
    await ledger.transaction((writer) => writer.moveOriginal(card.original.id, later.id));
    expect(await ledger.dockingProgress(card.docking.id)).toEqual({ listed: 0, copied: 0, sealed: 1, bytes: 10, sealedBytes: 10 });
    expect(await ledger.dockingProgress(later.id)).toEqual({ listed: 1, copied: 0, sealed: 0, bytes: 100, sealedBytes: 0 });
  });

  it('keep refusals in their order', async (ledger) => {
    const docking = aDocking();
    const refusals = ['b', 'a'].map((cardPath) => ({
      ...{ dockingId: docking.id, cardPath, code: 'recorder.not-regular' as const, detail: 'a pipe', atMs: START_MS },
    }));
    await ledger.transaction(async (writer) => {
      await writer.insertDocking(docking);
      for (const refusal of refusals) await writer.insertRefusal(refusal);
    });
    expect(await ledger.refusals(docking.id)).toEqual(refusals);
    expect(await ledger.refusals(anId('dck'))).toEqual([]);
  });

  it('give each port one slot', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.assignSlot('1-4.2', 2);
      await writer.assignSlot('1-4.1', 1);
    });
    expect(await ledger.slotOf('1-4.2')).toBe(2);
    expect(await ledger.slotOf('1-9')).toBeNull();
    expect((await ledger.slots()).map((row) => ({ ...row }))).toEqual([
      { slot: 1, port: '1-4.1' },
      { slot: 2, port: '1-4.2' },
    ]);
    expect((await refused(ledger.transaction((writer) => writer.assignSlot('1-9', 2)))).code).toBe('request.conflict');
  });
}

function originals(it: It): void {
  it('go from listed to copied to sealed and no other way', async (ledger) => {
    const { original } = await ledger.transaction((writer) => listOne(writer));
    const copied = { digests: someDigests(), duplicateOf: null, copiedAtMs: START_MS + 1 };
    const listed = { ...original, state: 'listed', digests: null, duplicateOf: null, copiedAtMs: null, sealedAtMs: null };
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
    const identity = { recorderSerial: original.recorderSerial, cardPath: original.cardPath, bytes: original.bytes, mtimeMs: START_MS + 0.75 };
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

function recordings(it: It): void {
  it('keep what they are and what is changed, and nothing else', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const fresh = { ...recording, state: 'copying', damaged: false, damageReason: null, durationMs: null, duplicateOf: null };
    expect(await ledger.recording(recording.id)).toEqual(fresh);
    const patch = { state: 'sealed', damaged: true, damageReason: 'no moov box', durationMs: 5, important: true, category: 'penalty' } as const;
    await ledger.transaction((writer) => writer.updateRecording(recording.id, patch));
    expect(await ledger.recording(recording.id)).toEqual({ ...fresh, ...patch });
    await ledger.transaction((writer) => writer.updateRecording(recording.id, { officerId: null, officerSource: null, category: null }));
    const cleared = { officerId: null, officerSource: null, category: null };
    expect(await ledger.recording(recording.id)).toEqual({ ...fresh, ...patch, ...cleared });
    await ledger.transaction((writer) => writer.updateRecording(recording.id, {}));
    expect(await ledger.recordingDetail(recording.id)).toMatchObject({
      ...{ recording: { ...fresh, ...patch, ...cleared }, caseNumbers: [], copies: [], derivatives: [] },
      originals: [{ id: original.id }],
    });
    expect(await ledger.recording(anId('rec'))).toBeNull();
    expect(await ledger.recordingDetail(anId('rec'))).toBeNull();
  });

  it('give their originals in the order of the index', async (ledger) => {
    const { recording } = await ledger.transaction(async (writer) => {
      const card = await listOne(writer, { original: { index: 3 } });
      for (const index of [12, 1, 2]) await writer.insertOriginal(anOriginal(card.recording, { index }));
      return card;
    });
    expect((await ledger.originalsOf(recording.id)).map((original) => original.index)).toEqual([1, 2, 3, 12]);
  });

  it('walk through all ids, over page borders', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.insertDocking(docking);
      const made = Array.from({ length: 2001 }, (_, n) => aRecording({ dockingId: docking.id, createdAtMs: START_MS + n }));
      for (const recording of made) await writer.insertRecording(recording);
      return made.map((recording) => recording.id);
    });
    expect(await collect(ledger.recordingIds())).toEqual(ids);
  });

  it('add up in the counts', async (ledger) => {
    const zero = { recordings: 0, originals: 0, originalBytes: 0, unsealed: 0, notArchived: 0, workWaiting: 0, workFailed: 0, custodyEntries: 0 };
    expect(await ledger.counts()).toEqual(zero);
    const { recording, original } = await ledger.transaction(async (writer) => {
      await listOne(writer, { original: { bytes: 7 } });
      const card = await listOne(writer, { original: { bytes: 5 } });
      await writer.insertWork(someWork('derive', card.recording.id));
      await writer.appendCustody(aCustodyDraft());
      return card;
    });
    const two = { ...zero, recordings: 2, originals: 2, originalBytes: 12, unsealed: 2, notArchived: 2, workWaiting: 1, custodyEntries: 1 };
    expect(await ledger.counts()).toEqual(two);
    await ledger.transaction(async (writer) => {
      await writer.markCopied(original.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 });
      await writer.markSealed(original.id, 2);
      await writer.updateRecording(recording.id, { state: 'archived' });
      await writer.failWork(workId('derive', recording.id), { code: 'transcoder.failed', detail: '', nowMs: 1, nextDueAtMs: null });
    });
    expect(await ledger.counts()).toEqual({ ...two, unsealed: 1, notArchived: 1, workWaiting: 0, workFailed: 1 });
    await ledger.transaction((writer) => writer.updateRecording(recording.id, { state: 'derived' }));
    expect((await ledger.counts()).notArchived).toBe(2);
  });
}

function lists(it: It): void {
  /** Eight recordings, a to h, each a minute later than the one before. */
  async function eight(ledger: Ledger): Promise<Record<string, NewRecording>> {
    return ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.insertDocking(docking);
      await writer.upsertCase(aCase({ number: 'A-1' }));
      await writer.upsertCase(aCase({ number: 'A-2' }));
      const made: Record<string, NewRecording> = {};
      for (const [n, letter] of [...'abcdefgh'].entries()) {
        const recording = aRecording({
          ...{ dockingId: docking.id, createdAtMs: START_MS, startMs: n === 7 ? null : START_MS - 480_000 + n * 60_000 },
          ...{ officerId: n % 2 === 0 ? '041234' : null, recorderSerial: n < 4 ? 'R1' : 'R2' },
        });
        made[letter] = recording;
        await writer.insertRecording(recording);
        await writer.insertOriginal(anOriginal(recording));
        if (n < 3) await writer.updateRecording(recording.id, { state: 'archived' });
        if (n === 5) await writer.updateRecording(recording.id, { damaged: true, damageReason: 'cut' });
        if (n % 3 === 0) await writer.addRecordingCase(recording.id, 'A-1');
      }
      await writer.addRecordingCase(made['a']?.id ?? '', 'A-2');
      return made;
    });
  }
  function lettersOf(made: Record<string, NewRecording>, found: readonly { recording: { id: string } }[]): string {
    return found.map((row) => Object.keys(made).find((letter) => made[letter]?.id === row.recording.id) ?? '?').join('');
  }

  it('hold what every filter says, newest first', async (ledger) => {
    const made = await eight(ledger);
    const at = (letter: string) => made[letter]?.startMs ?? START_MS;
    const expected: [string, Omit<RecordingFilter, 'limit'>][] = [
      ['hgfedcba', {}],
      ['gda', { caseNumber: 'A-1' }],
      ['a', { caseNumber: 'A-2' }],
      ['', { caseNumber: 'A-3' }],
      ['geca', { officerId: '041234' }],
      ['dcba', { recorderSerial: 'R1' }],
      ['cba', { state: 'archived' }],
      ['hgfed', { state: 'copying' }],
      ['hgf', { sinceMs: at('f') }],
      ['edcba', { untilMs: at('f') }],
      ['h', { sinceMs: START_MS }],
      ['f', { damaged: true }],
      ['hgedcba', { damaged: false }],
      ['hfedcb', { unassigned: true }],
      ['hgfedcba', { unassigned: false }],
      ['da', { caseNumber: 'A-1', recorderSerial: 'R1' }],
      ['ca', { officerId: '041234', state: 'archived' }],
      ['cb', { unassigned: true, state: 'archived' }],
      ['dc', { recorderSerial: 'R1', sinceMs: at('c') }],
      ['g', { caseNumber: 'A-1', officerId: '041234', state: 'copying', sinceMs: at('b'), untilMs: START_MS, damaged: false }],
    ];
    for (const [letters, filter] of expected) {
      expect([filter, lettersOf(made, await ledger.recordings({ ...filter, limit: 100 }))]).toEqual([filter, letters]);
    }
  });

  it('give page after page without losing or doubling one, under every filter', async (ledger) => {
    const made = await eight(ledger);
    const filters: Omit<RecordingFilter, 'limit'>[] = [
      ...[{}, { caseNumber: 'A-1' }, { officerId: '041234' }, { recorderSerial: 'R2' }, { state: 'archived' as const }],
      ...[{ sinceMs: 0 }, { untilMs: START_MS }, { unassigned: true }, { damaged: false }],
    ];
    for (const filter of filters) {
      const whole = lettersOf(made, await ledger.recordings({ ...filter, limit: 100 }));
      let pages = '';
      for (let after: string | undefined; ; ) {
        const page = await ledger.recordings({ ...filter, limit: 2, ...(after === undefined ? {} : { after }) });
        if (page.length === 0) break;
        pages += lettersOf(made, page);
        after = page.at(-1)?.recording.id;
      }
      expect([filter, pages]).toEqual([filter, whole]);
    }
    expect(await ledger.recordings({ after: anId('rec'), limit: 2 })).toEqual([]);
  });

  it('order recordings of the same moment by their id', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.insertDocking(docking);
      const made = Array.from({ length: 5 }, () => aRecording({ dockingId: docking.id, startMs: START_MS }));
      for (const recording of made) await writer.insertRecording(recording);
      return made.map((recording) => recording.id);
    });
    const newest = ids.toSorted().reverse();
    const first = await ledger.recordings({ limit: 3 });
    const second = await ledger.recordings({ limit: 3, after: first.at(-1)?.recording.id ?? '' });
    expect([...first, ...second].map((row) => row.recording.id)).toEqual(newest);
  });

  it('follow a corrected start, also within a case', async (ledger) => {
    const made = await eight(ledger);
    await ledger.transaction((writer) => writer.updateRecording(made['a']?.id ?? '', { startMs: START_MS + 1 }));
    expect(lettersOf(made, await ledger.recordings({ caseNumber: 'A-1', limit: 100 }))).toBe('agd');
    expect(lettersOf(made, await ledger.recordings({ sinceMs: START_MS + 1, limit: 100 }))).toBe('a');
    await ledger.transaction((writer) => writer.updateRecording(made['g']?.id ?? '', { startMs: null }));
    expect(lettersOf(made, await ledger.recordings({ caseNumber: 'A-1', limit: 100 }))).toBe('agd');
    expect(lettersOf(made, await ledger.recordings({ caseNumber: 'A-1', sinceMs: START_MS, limit: 100 }))).toBe('ag');
  });

  it('follow cases that are added, added again and taken away', async (ledger) => {
    const made = await eight(ledger);
    const id = made['a']?.id ?? '';
    await ledger.transaction((writer) => writer.addRecordingCase(id, 'A-1'));
    expect((await ledger.recordingDetail(id))?.caseNumbers).toEqual(['A-1', 'A-2']);
    await ledger.transaction(async (writer) => {
      await writer.removeRecordingCase(id, 'A-1');
      await writer.removeRecordingCase(id, 'A-1');
    });
    expect((await ledger.recordingDetail(id))?.caseNumbers).toEqual(['A-2']);
    expect(lettersOf(made, await ledger.recordings({ unassigned: true, limit: 100 }))).toBe('hfedcb');
    await ledger.transaction((writer) => writer.removeRecordingCase(id, 'A-2'));
    expect(lettersOf(made, await ledger.recordings({ unassigned: true, limit: 100 }))).toBe('hfedcba');
    expect((await refused(ledger.transaction((writer) => writer.addRecordingCase(id, 'A-99')))).code).toBe('request.conflict');
  });
}

function files(it: It): void {
  it('are replaced where they are made again', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const first = aDerivative(recording.id);
    const second = aDerivative(recording.id, { bytes: 9, recipe: 'remux/2' });
    await ledger.transaction(async (writer) => {
      await writer.upsertCopy(aCopy(original));
      await writer.upsertDerivative(first);
      await writer.upsertCopy(aCopy(first, { where: 's3', verifiedBy: 'head' }));
    });
    expect(await ledger.derivatives(recording.id)).toEqual([first]);
    await ledger.transaction(async (writer) => {
      await writer.upsertDerivative(second);
      await writer.upsertDerivative(aDerivative(recording.id, { kind: 'poster' }));
      await writer.upsertCopy(aCopy(original, { verifiedAtMs: START_MS + 9, verifiedBy: 'nocache' }));
      await writer.upsertCopy(aCopy(original, { where: 's3', verifiedBy: 'readback' }));
    });
    expect((await ledger.derivatives(recording.id)).find((made) => made.kind === 'playable')).toEqual(second);
    expect((await ledger.derivatives(recording.id)).length).toBe(2);
    // The copy of the derivative that is no more went with it: it would stand for bytes that the archive does not hold.
    const copies = await ledger.copies(recording.id);
    expect(copies.toSorted((a, b) => a.where.localeCompare(b.where))).toEqual([
      aCopy(original, { where: 's3', verifiedBy: 'readback' }),
      aCopy(original, { verifiedAtMs: START_MS + 9, verifiedBy: 'nocache' }),
    ]);
    const detail = await ledger.recordingDetail(recording.id);
    expect([detail?.copies.length, detail?.derivatives.length]).toEqual([2, 2]);
  });
}

function work(it: It): void {
  const LEASE_MS = 30_000;
  async function waiting(ledger: Ledger): Promise<{ id: string; recordingId: string }> {
    return ledger.transaction(async (writer) => {
      const { recording } = await listOne(writer);
      const added = someWork('derive', recording.id);
      await writer.insertWork(added);
      return { id: added.id, recordingId: recording.id };
    });
  }

  it('is added once under its fixed id', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const made = { id, stage: 'derive', recordingId, state: 'waiting', priority: 5, attempts: 0, dueAtMs: START_MS, percent: 0 };
    const full = { ...made, errorCode: null, errorDetail: null, createdAtMs: START_MS, updatedAtMs: START_MS };
    expect(await ledger.work(id)).toEqual(full);
    await ledger.transaction((writer) => writer.insertWork(someWork('derive', recordingId, { priority: 1, dueAtMs: 9 })));
    expect(await ledger.work(id)).toEqual(full);
    expect(await ledger.work('derive.nothing')).toBeNull();
  });

  it('is claimed by one owner when it is due, and by another when the lease has ended', async (ledger) => {
    const clock = fixedClock();
    const { id } = await waiting(ledger);
    expect(await ledger.claimWork(id, 'early', START_MS - 1, LEASE_MS)).toBe(false);
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => ledger.claimWork(id, owner, clock.nowMs(), LEASE_MS)));
    expect(claims).toEqual([true, false, false]);
    expect(await ledger.work(id)).toMatchObject({ state: 'running', attempts: 1 });
    expect(await ledger.dueWork(clock.nowMs(), 10)).toEqual([]);
    expect(await ledger.renewWork(id, 'a', clock.advance(20_000), LEASE_MS, 41.6)).toBe(true);
    expect(await ledger.work(id)).toMatchObject({ percent: 42, updatedAtMs: clock.nowMs() });
    expect(await ledger.claimWork(id, 'b', clock.advance(29_999), LEASE_MS)).toBe(false);
    clock.advance(1);
    expect((await ledger.dueWork(clock.nowMs(), 10)).map((due) => due.id)).toEqual([id]);
    expect(await ledger.claimWork(id, 'b', clock.nowMs(), LEASE_MS)).toBe(true);
    expect(await ledger.work(id)).toMatchObject({ attempts: 2, percent: 0 });
    expect(await ledger.renewWork(id, 'a', clock.nowMs(), LEASE_MS, 50)).toBe(false);
    expect(await ledger.renewWork(id, 'b', clock.nowMs(), LEASE_MS, 500)).toBe(true);
    expect((await ledger.work(id))?.percent).toBe(100);
    expect(await ledger.claimWork('derive.nothing', 'a', clock.nowMs(), LEASE_MS)).toBe(false);
  });

  it('is done, and stays so', async (ledger) => {
    const { id } = await waiting(ledger);
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 5));
    expect(await ledger.work(id)).toMatchObject({ state: 'done', percent: 100, updatedAtMs: START_MS + 5, errorCode: null });
    expect(await ledger.renewWork(id, 'a', START_MS + 6, LEASE_MS, 1)).toBe(false);
    expect(await ledger.claimWork(id, 'a', START_MS + 1e9, LEASE_MS)).toBe(false);
    expect(await ledger.dueWork(START_MS + 1e9, 10)).toEqual([]);
  });

  it('is put off without counting the try', async (ledger) => {
    const { id } = await waiting(ledger);
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.postponeWork(id, START_MS + 1000, START_MS + 1));
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 1000, errorCode: null });
    expect(await ledger.claimWork(id, 'a', START_MS + 999, LEASE_MS)).toBe(false);
    expect(await ledger.claimWork(id, 'a', START_MS + 1000, LEASE_MS)).toBe(true);
  });

  it('waits after a failure, fails in the end, and is tried again when a person says so', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const failure = { code: 'transcoder.failed', detail: 'exit 1', nowMs: START_MS + 1 } as const;
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.failWork(id, { ...failure, nextDueAtMs: START_MS + 500 }));
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 1, dueAtMs: START_MS + 500, errorCode: failure.code, errorDetail: 'exit 1' });
    await ledger.claimWork(id, 'a', START_MS + 500, LEASE_MS);
    await ledger.transaction((writer) => writer.failWork(id, { ...failure, nextDueAtMs: null }));
    expect(await ledger.work(id)).toMatchObject({ state: 'failed', attempts: 2, errorCode: failure.code });
    expect(await ledger.claimWork(id, 'a', START_MS + 1e9, LEASE_MS)).toBe(false);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ stage: 'archive' }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ recordingId: anId('rec') }, START_MS + 2))).toBe(0);
    expect(await ledger.transaction((writer) => writer.retryFailedWork({ stage: 'derive', recordingId }, START_MS + 2))).toBe(1);
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 2 });
    expect(await ledger.claimWork(id, 'a', START_MS + 2, LEASE_MS)).toBe(true);
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 3));
    expect(await ledger.work(id)).toMatchObject({ errorCode: null, errorDetail: null });
  });

  it('opens again when it was done or failed, not while it runs', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const again = someWork('derive', recordingId, { dueAtMs: START_MS + 7, nowMs: START_MS + 7, priority: 1 });
    await ledger.claimWork(id, 'a', START_MS, LEASE_MS);
    await ledger.transaction((writer) => writer.reopenWork(again));
    expect(await ledger.work(id)).toMatchObject({ state: 'running', priority: 5 });
    await ledger.transaction((writer) => writer.finishWork(id, START_MS + 1));
    await ledger.transaction((writer) => writer.reopenWork(again));
    expect(await ledger.work(id)).toMatchObject({ state: 'waiting', attempts: 0, dueAtMs: START_MS + 7, priority: 1, percent: 0 });
    await ledger.transaction((writer) => writer.reopenWork(someWork('archive', recordingId)));
    expect(await ledger.work(workId('archive', recordingId))).toMatchObject({ state: 'waiting' });
  });

  it('is due in order of priority, then of time, waiting and lapsed together', async (ledger) => {
    const due: [string, number, number][] = [
      ['late', 5, START_MS],
      ['early', 5, START_MS - 10],
      ['urgent', 1, START_MS],
      ['future', 1, START_MS + 1],
    ];
    const names = await ledger.transaction(async (writer) => {
      const found = new Map<string, string>();
      for (const [name, priority, dueAtMs] of due) {
        const { recording } = await listOne(writer);
        await writer.insertWork(someWork('derive', recording.id, { priority, dueAtMs }));
        found.set(workId('derive', recording.id), name);
      }
      return found;
    });
    const order = async (limit: number) => (await ledger.dueWork(START_MS, limit)).map((row) => names.get(row.id));
    expect(await order(10)).toEqual(['urgent', 'early', 'late']);
    expect(await order(2)).toEqual(['urgent', 'early']);
    const early = [...names].find(([, name]) => name === 'early')?.[0] ?? '';
    await ledger.claimWork(early, 'a', START_MS - 10, 10);
    expect(await order(10)).toEqual(['urgent', 'early', 'late']);
  });

  it('is listed by stage, state and recording', async (ledger) => {
    const { id, recordingId } = await waiting(ledger);
    const other = await waiting(ledger);
    await ledger.transaction(async (writer) => {
      await writer.insertWork(someWork('archive', recordingId));
      await writer.finishWork(other.id, START_MS);
    });
    const ids = async (filter: Parameters<Ledger['listWork']>[0]) => (await ledger.listWork(filter)).map((row) => row.id).toSorted();
    const archive = workId('archive', recordingId);
    expect(await ids({ limit: 10 })).toEqual([archive, id, other.id].toSorted());
    expect((await ledger.listWork({ limit: 2 })).length).toBe(2);
    expect(await ids({ stage: 'archive', limit: 10 })).toEqual([archive]);
    expect(await ids({ stage: 'derive', limit: 10 })).toEqual([id, other.id].toSorted());
    expect(await ids({ state: 'done', limit: 10 })).toEqual([other.id]);
    expect(await ids({ recordingId, limit: 10 })).toEqual([archive, id].toSorted());
    expect(await ids({ stage: 'derive', state: 'waiting', recordingId, limit: 10 })).toEqual([id]);
  });
}

function registry(it: It): void {
  it('keeps officers, recorders and cases; the last word holds', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.upsertOfficer(anOfficer({ name: 'first' }));
      await writer.upsertOfficer(anOfficer());
      await writer.upsertOfficer(anOfficer({ id: '000001', unit: null }));
      await writer.upsertRecorder(aRecorder({ model: null }));
      await writer.upsertRecorder(aRecorder());
      await writer.upsertCase(aCase({ title: 'first' }));
      await writer.upsertCase(aCase({ createdAtMs: START_MS + 5 }));
      await writer.upsertCase(aCase({ number: 'B-1', category: null, officerIds: [], createdAtMs: START_MS + 1 }));
    });
    expect(await ledger.officer('041234')).toEqual(anOfficer());
    expect((await ledger.officers()).map((officer) => officer.id)).toEqual(['000001', '041234']);
    expect(await ledger.recorder('DSJ0012345')).toEqual(aRecorder());
    expect(await ledger.recorders()).toEqual([aRecorder()]);
    // When a case came into the ledger does not change.
    expect(await ledger.case('A-2026-0001')).toEqual(aCase());
    expect((await ledger.cases({ limit: 10 })).map((entry) => entry.number)).toEqual(['B-1', 'A-2026-0001']);
    expect((await ledger.cases({ limit: 1 })).length).toBe(1);
    expect([await ledger.officer('x'), await ledger.recorder('x'), await ledger.case('x')]).toEqual([null, null, null]);
  });

  it('assigns recorders', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.upsertRecorder(aRecorder());
      await writer.assignRecorder('DSJ0012345', '041234', START_MS);
    });
    expect((await ledger.recorder('DSJ0012345'))?.assignedOfficerId).toBe('041234');
    await ledger.transaction((writer) => writer.assignRecorder('DSJ0012345', null, START_MS));
    expect((await ledger.recorder('DSJ0012345'))?.assignedOfficerId).toBeNull();
  });

  it('finds events whose window, with the margin, touches a span', async (ledger) => {
    const event = aCaseEvent({ startMs: 10_000, endMs: 20_000 });
    const other = aCaseEvent({ startMs: 0, endMs: 1_000, place: null, officerIds: [] });
    await ledger.transaction(async (writer) => {
      await writer.upsertCase(aCase());
      await writer.upsertCaseEvent({ ...event, place: 'first' });
      await writer.upsertCaseEvent(event);
      await writer.upsertCaseEvent(other);
    });
    const touching = async (from: number, to: number, margin: number) => (await ledger.eventsTouching(from, to, margin)).map((found) => found.id);
    expect(await touching(20_000, 30_000, 0)).toEqual([event.id]);
    expect(await touching(20_001, 30_000, 0)).toEqual([]);
    expect(await touching(20_500, 30_000, 500)).toEqual([event.id]);
    expect(await touching(5_000, 9_999, 0)).toEqual([]);
    expect(await touching(5_000, 10_000, 0)).toEqual([event.id]);
    expect(await touching(12_000, 13_000, 0)).toEqual([event.id]);
    expect(await touching(0, 50_000, 0)).toEqual([other.id, event.id]);
    expect(await ledger.caseEvents('A-2026-0001')).toEqual([other, event]);
    expect(await ledger.caseEvents('x')).toEqual([]);
  });

  it('keeps a suggestion once for a recording and an event, and how it was decided', async (ledger) => {
    const event = aCaseEvent();
    const { first, second } = await ledger.transaction(async (writer) => {
      await writer.upsertCase(aCase());
      await writer.upsertCaseEvent(event);
      const one = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      const two = aSuggestion({ recordingId: (await listOne(writer)).recording.id, eventId: event.id });
      await writer.insertSuggestion(one);
      await writer.insertSuggestion(two);
      await writer.insertSuggestion({ ...one, id: anId('sug'), reason: 'again' });
      await writer.decideSuggestion(two.id, 'declined', 'cli:root');
      return { first: one, second: two };
    });
    expect(await ledger.suggestion(first.id)).toEqual(first);
    expect(await ledger.suggestion(anId('sug'))).toBeNull();
    expect((await ledger.suggestions({ limit: 10 })).length).toBe(2);
    expect(await ledger.suggestions({ state: 'open', limit: 10 })).toEqual([first]);
    expect(await ledger.suggestions({ recordingId: second.recordingId, limit: 10 })).toEqual([{ ...second, state: 'declined', decidedBy: 'cli:root' }]);
  });
}

function custody(it: It): void {
  it('is a chain in which every entry names the one before', async (ledger) => {
    const entries = await ledger.transaction(async (writer) => [
      await writer.appendCustody(aCustodyDraft({ data: { n: 1, text: '执法', list: [null, true, { a: 0.5 }] } })),
      await writer.appendCustody(aCustodyDraft({ subject: 'A-2026-0001', type: 'case.changed', actor: 'cli:root' })),
    ]);
    expect(entries.map((entry) => entry.seq)).toEqual([0, 1]);
    expect(entries[0]?.prev).toBe('0'.repeat(64));
    expect(entries[1]?.prev).toBe(entries[0]?.hash);
    expect(await ledger.custodyHead()).toEqual({ seq: 1, hash: entries[1]?.hash });
    expect(await ledger.custodyOf(entries[0]?.subject ?? '')).toEqual([entries[0]]);
    expect(await ledger.custodyOf('A-2026-0001')).toEqual([entries[1]]);
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
      for (const subject of subjects) await writer.appendCustody(aCustodyDraft({ subject }));
      return card;
    });
    const told = (await ledger.custodyOf(recording.id)).map((entry) => entry.subject);
    expect(told).toEqual([docking.id, later.id, original.id, recording.id]);
    expect((await ledger.custodyOf(original.id)).map((entry) => entry.subject)).toEqual([original.id]);
    expect(await ledger.custodyOf(anId('rec'))).toEqual([]);
  });
}

function uploads(it: It): void {
  const begun = { key: '2026/06/20/a/original-0001.mp4', uploadId: 'u1', partBytes: 8_388_608, startedAtMs: START_MS };

  it('are known with their parts until they are forgotten', async (ledger) => {
    expect(await ledger.uploads.load(begun.key)).toBeNull();
    await ledger.uploads.begin(begun);
    for (const number of [2, 1, 10]) await ledger.uploads.part(begun.key, { number, etag: `e${number}`, bytes: number });
    await ledger.uploads.part(begun.key, { number: 2, etag: 'again', bytes: 2 });
    const parts = [
      { number: 1, etag: 'e1', bytes: 1 },
      { number: 2, etag: 'again', bytes: 2 },
      { number: 10, etag: 'e10', bytes: 10 },
    ];
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...begun, parts });
    expect(await ledger.uploads.all()).toEqual([{ ...begun, parts }]);
    await ledger.uploads.forget(begun.key);
    await ledger.uploads.forget(begun.key);
    expect(await ledger.uploads.all()).toEqual([]);
  });

  it('begin anew without the parts of the upload before', async (ledger) => {
    await ledger.uploads.begin(begun);
    await ledger.uploads.part(begun.key, { number: 1, etag: 'old', bytes: 1 });
    await ledger.uploads.begin({ ...begun, uploadId: 'u2' });
    expect(await ledger.uploads.load(begun.key)).toEqual({ ...begun, uploadId: 'u2', parts: [] });
  });

  it('take no part of an upload that nobody began', async (ledger) => {
    expect((await refused(ledger.uploads.part('nothing', { number: 1, etag: 'e', bytes: 1 }))).code).toBe('request.conflict');
  });
}

function start(it: It): void {
  it('voids the claims and closes the dockings of an earlier process', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const states = { reading: '', safe: '', problem: '', removed: '' };
      for (const state of ['reading', 'safe', 'problem', 'removed'] as const) {
        const { docking, recording } = await listOne(writer);
        await writer.updateDocking(docking.id, { state });
        if (state !== 'removed') await writer.insertWork(someWork('derive', recording.id));
        states[state] = docking.id;
      }
      return states;
    });
    const [running, done] = await ledger.dueWork(START_MS, 10);
    await ledger.claimWork(running?.id ?? '', 'earlier', START_MS, 1e9);
    await ledger.transaction((writer) => writer.finishWork(done?.id ?? '', START_MS));
    expect(await ledger.recover(START_MS + 5)).toEqual({ work: 1, dockings: 3 });
    expect((await ledger.docking(ids.reading))?.state).toBe('interrupted');
    expect((await ledger.docking(ids.removed))?.state).toBe('removed');
    expect((await ledger.dueWork(START_MS + 5, 10)).map((due) => due.id)).toContain(running?.id);
    expect(await ledger.renewWork(running?.id ?? '', 'earlier', START_MS + 5, 1, 1)).toBe(false);
    expect((await ledger.work(done?.id ?? ''))?.state).toBe('done');
    expect(await ledger.recover(START_MS + 6)).toEqual({ work: 0, dockings: 0 });
  });
}
