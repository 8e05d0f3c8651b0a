import { expect } from 'vitest';
import { NOTES_MAX } from '#domain/notes';
import { because } from '#domain/reason';
import type { StartClaim } from '#domain/start/claim';
import { workId } from '#domain/work';
import type { Ledger } from '#ports/ledger';
import type { NewRecording, RecordingFilter } from '#ports/ledger/recordings';
import { aCase, aCopy, aDerivative, aDocking, anId, anOriginal, aRecording, START_MS, someDigests, someWork } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { collect, type It, listOne, refused } from './ledger-support.ts';

// Lists of recordings and what belongs to a recording.

export function recordings(it: It): void {
  it('keep what they are and what is changed, and nothing else', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const fresh = {
      ...recording,
      state: 'copying',
      damaged: false,
      damageReason: null,
      durationMs: null,
      duplicateOf: null,
      missingCount: 0,
      confidentiality: null,
      privacy: [],
    };
    expect(await ledger.recordings.get(recording.id)).toEqual(fresh);
    const patch = {
      state: 'sealed',
      damaged: true,
      damageReason: because('no-index', {}),
      durationMs: 5,
      missingCount: 2,
      important: true,
      category: 'penalty',
      confidentiality: 'secret',
      privacy: ['minor'],
    } as const;
    await ledger.transaction((writer) => writer.recordings.update(recording.id, patch));
    expect(await ledger.recordings.get(recording.id)).toEqual({ ...fresh, ...patch });
    await ledger.transaction((writer) => writer.recordings.update(recording.id, { officerId: null, officerSource: null, category: null }));
    const cleared = { officerId: null, officerSource: null, category: null };
    expect(await ledger.recordings.get(recording.id)).toEqual({ ...fresh, ...patch, ...cleared });
    await ledger.transaction((writer) => writer.recordings.update(recording.id, {}));
    expect(await ledger.recordings.detail(recording.id)).toMatchObject({
      ...{ recording: { ...fresh, ...patch, ...cleared }, caseNumbers: [], copies: [], derivatives: [] },
      originals: [{ id: original.id }],
    });
    expect(await ledger.recordings.get(anId('rec'))).toBeNull();
    expect(await ledger.recordings.detail(anId('rec'))).toBeNull();
  });

  it('keep what told their start, as it was decided first and as it is decided later', async (ledger) => {
    const claim: StartClaim = {
      ...{ source: 'container', reading: 'utc-end', written: '2026-06-20T07:30:12', until: null, durationMs: 90_000 },
      ...{ startMs: START_MS, verdict: 'not-used', why: 'before-make' },
    };
    const { recording } = await ledger.transaction((writer) => listOne(writer, { recording: { startClaims: [claim] } }));
    expect((await ledger.recordings.get(recording.id))?.startClaims).toEqual([claim]);
    const later: StartClaim = { ...claim, verdict: 'used', why: null };
    await ledger.transaction((writer) => writer.recordings.update(recording.id, { startClaims: [later, claim], startMs: null }));
    expect(await ledger.recordings.get(recording.id)).toMatchObject({ startClaims: [later, claim], startMs: null });
    await ledger.transaction((writer) => writer.recordings.update(recording.id, { important: true }));
    expect((await ledger.recordings.get(recording.id))?.startClaims).toEqual([later, claim]);
  });

  it('have notes and links; a link stands on both sides, and once', async (ledger) => {
    const note = (number: number) => ({ code: 'segment-missing', parameters: { number } }) as const;
    const first = await ledger.transaction((writer) => listOne(writer, { recording: { notes: [note(2)] } }));
    const second = await ledger.transaction((writer) => listOne(writer, { original: { cardPath: 'b.MP4' } }));
    expect((await ledger.recordings.get(first.recording.id))?.notes).toEqual([note(2)]);
    const many = Array.from({ length: NOTES_MAX + 1 }, (_, number) => note(number));
    await ledger.transaction(async (writer) => {
      await writer.recordings.update(second.recording.id, { notes: many });
      await writer.recordings.link(first.recording.id, 'continues-in', second.recording.id);
      await writer.recordings.link(second.recording.id, 'continues-from', first.recording.id);
      await writer.recordings.link(second.recording.id, 'other-view', first.recording.id);
    });
    expect((await ledger.recordings.get(second.recording.id))?.notes).toEqual(many.slice(0, NOTES_MAX));
    const linksOf = async (id: string) => new Set((await ledger.recordings.detail(id))?.links.map((link) => Object.values(link).join(' ')));
    expect(await linksOf(first.recording.id)).toEqual(
      new Set([`continues-in ${second.recording.id}`, `other-view ${second.recording.id}`]),
    );
    expect(await linksOf(second.recording.id)).toEqual(
      new Set([`continues-from ${first.recording.id}`, `other-view ${first.recording.id}`]),
    );
  });

  it('keep where a file stands in a take, and how long it turned out to be', async (ledger) => {
    const take = {
      claimedStart: '2026-06-20T15:30:12',
      sequence: 7,
      sequenceMax: 9999,
      contiguousMs: 3000,
      durationMs: null,
      containerMs: null,
    };
    const { original } = await ledger.transaction((writer) => listOne(writer, { original: { take } }));
    expect(await ledger.originals.get(original.id)).toMatchObject({ take, durationMs: null });
    await ledger.transaction((writer) => writer.originals.measure(original.id, 299_960.4));
    expect(await ledger.originals.get(original.id)).toMatchObject({ take, durationMs: 299_960, state: 'listed' });
    const nobody = ledger.transaction((writer) => writer.originals.measure(anId('org'), 1));
    await expect(nobody).rejects.toMatchObject({ code: 'request.not-found' });
  });

  it('give their originals in the order of the index', async (ledger) => {
    const { recording } = await ledger.transaction(async (writer) => {
      const card = await listOne(writer, { original: { index: 3 } });
      for (const index of [12, 1, 2]) await writer.originals.insert(anOriginal(card.recording, { index }));
      return card;
    });
    expect((await ledger.originals.ofRecording(recording.id)).map((original) => original.index)).toEqual([1, 2, 3, 12]);
  });

  it('walk through all ids, over page borders', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.dockings.insert(docking);
      const made = Array.from({ length: 2001 }, (_, n) => aRecording({ dockingId: docking.id, createdAtMs: START_MS + n }));
      for (const recording of made) await writer.recordings.insert(recording);
      return made.map((recording) => recording.id);
    });
    expect(await collect(ledger.recordings.ids())).toEqual(ids);
  });

  it('add up in the counts', async (ledger) => {
    const zero = {
      recordings: 0,
      originals: 0,
      originalBytes: 0,
      unsealed: 0,
      notArchived: 0,
      workWaiting: 0,
      workFailed: 0,
      custodyEntries: 0,
    };
    expect(await ledger.counts()).toEqual(zero);
    const { recording, original } = await ledger.transaction(async (writer) => {
      await listOne(writer, { original: { bytes: 7 } });
      const card = await listOne(writer, { original: { bytes: 5 } });
      await writer.work.insert(someWork('derive', card.recording.id));
      await writer.custody.append(aCustodyDraft());
      return card;
    });
    const two = { ...zero, recordings: 2, originals: 2, originalBytes: 12, unsealed: 2, notArchived: 2, workWaiting: 1, custodyEntries: 1 };
    expect(await ledger.counts()).toEqual(two);
    await ledger.transaction(async (writer) => {
      await writer.originals.markCopied(original.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: 1 });
      await writer.originals.markSealed(original.id, 2);
      await writer.recordings.update(recording.id, { state: 'archived' });
      const claim = await claimed(writer, workId('derive', recording.id));
      await writer.work.fail(claim, { code: 'transcoder.failed', reason: because('said', { text: '' }), retryInMs: null });
    });
    expect(await ledger.counts()).toEqual({ ...two, unsealed: 1, notArchived: 1, workWaiting: 0, workFailed: 1 });
    await ledger.transaction((writer) => writer.recordings.update(recording.id, { state: 'derived' }));
    expect((await ledger.counts()).notArchived).toBe(2);
  });
}

export function lists(it: It): void {
  /** Eight recordings, a to h, each a minute later than the one before. */
  async function eight(ledger: Ledger): Promise<Record<string, NewRecording>> {
    return ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.dockings.insert(docking);
      await writer.cases.upsert(aCase({ number: 'A-1' }));
      await writer.cases.upsert(aCase({ number: 'A-2' }));
      const made: Record<string, NewRecording> = {};
      for (const [n, letter] of [...'abcdefgh'].entries()) {
        const recording = aRecording({
          ...{ dockingId: docking.id, createdAtMs: START_MS, startMs: n === 7 ? null : START_MS - 480_000 + n * 60_000 },
          ...{ officerId: n % 2 === 0 ? '041234' : null, recorderSerial: n < 4 ? 'R1' : 'R2' },
        });
        made[letter] = recording;
        await writer.recordings.insert(recording);
        await writer.originals.insert(anOriginal(recording));
        if (n < 3) await writer.recordings.update(recording.id, { state: 'archived' });
        if (n === 5) await writer.recordings.update(recording.id, { damaged: true, damageReason: because('no-index', {}) });
        if (n % 3 === 0) await writer.recordings.addCase(recording.id, 'A-1');
      }
      await writer.recordings.addCase(made['a']?.id ?? '', 'A-2');
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
      expect([filter, lettersOf(made, await ledger.recordings.list({ ...filter, limit: 100 }))]).toEqual([filter, letters]);
    }
  });

  it('give page after page without losing or doubling one, under every filter', async (ledger) => {
    const made = await eight(ledger);
    const filters: Omit<RecordingFilter, 'limit'>[] = [
      ...[{}, { caseNumber: 'A-1' }, { officerId: '041234' }, { recorderSerial: 'R2' }, { state: 'archived' as const }],
      ...[{ sinceMs: 0 }, { untilMs: START_MS }, { unassigned: true }, { damaged: false }],
    ];
    for (const filter of filters) {
      const whole = lettersOf(made, await ledger.recordings.list({ ...filter, limit: 100 }));
      let pages = '';
      for (let after: string | undefined; ; ) {
        const page = await ledger.recordings.list({ ...filter, limit: 2, ...(after === undefined ? {} : { after }) });
        if (page.length === 0) break;
        pages += lettersOf(made, page);
        after = page.at(-1)?.recording.id;
      }
      expect([filter, pages]).toEqual([filter, whole]);
    }
    expect(await ledger.recordings.list({ after: anId('rec'), limit: 2 })).toEqual([]);
  });

  it('order recordings of the same moment by their id', async (ledger) => {
    const ids = await ledger.transaction(async (writer) => {
      const docking = aDocking();
      await writer.dockings.insert(docking);
      const made = Array.from({ length: 5 }, () => aRecording({ dockingId: docking.id, startMs: START_MS }));
      for (const recording of made) await writer.recordings.insert(recording);
      return made.map((recording) => recording.id);
    });
    const newest = ids.toSorted().reverse();
    const first = await ledger.recordings.list({ limit: 3 });
    const second = await ledger.recordings.list({ limit: 3, after: first.at(-1)?.recording.id ?? '' });
    expect([...first, ...second].map((row) => row.recording.id)).toEqual(newest);
  });

  it('follow a corrected start, also within a case', async (ledger) => {
    const made = await eight(ledger);
    await ledger.transaction((writer) => writer.recordings.update(made['a']?.id ?? '', { startMs: START_MS + 1 }));
    expect(lettersOf(made, await ledger.recordings.list({ caseNumber: 'A-1', limit: 100 }))).toBe('agd');
    expect(lettersOf(made, await ledger.recordings.list({ sinceMs: START_MS + 1, limit: 100 }))).toBe('a');
    await ledger.transaction((writer) => writer.recordings.update(made['g']?.id ?? '', { startMs: null }));
    expect(lettersOf(made, await ledger.recordings.list({ caseNumber: 'A-1', limit: 100 }))).toBe('agd');
    expect(lettersOf(made, await ledger.recordings.list({ caseNumber: 'A-1', sinceMs: START_MS, limit: 100 }))).toBe('ag');
  });

  it('follow cases that are added, added again and taken away', async (ledger) => {
    const made = await eight(ledger);
    const id = made['a']?.id ?? '';
    await ledger.transaction((writer) => writer.recordings.addCase(id, 'A-1'));
    expect((await ledger.recordings.detail(id))?.caseNumbers).toEqual(['A-1', 'A-2']);
    await ledger.transaction(async (writer) => {
      await writer.recordings.removeCase(id, 'A-1');
      await writer.recordings.removeCase(id, 'A-1');
    });
    expect((await ledger.recordings.detail(id))?.caseNumbers).toEqual(['A-2']);
    expect(lettersOf(made, await ledger.recordings.list({ unassigned: true, limit: 100 }))).toBe('hfedcb');
    await ledger.transaction((writer) => writer.recordings.removeCase(id, 'A-2'));
    expect(lettersOf(made, await ledger.recordings.list({ unassigned: true, limit: 100 }))).toBe('hfedcba');
    expect((await refused(ledger.transaction((writer) => writer.recordings.addCase(id, 'A-99')))).code).toBe('request.conflict');
  });
}

export function files(it: It): void {
  it('that are to be removed are noted once, told of one recording or of all, and forgotten', async (ledger) => {
    const [one, other] = await ledger.transaction(async (writer) => [
      (await listOne(writer)).recording.id,
      (await listOne(writer)).recording.id,
    ]);
    await ledger.transaction(async (writer) => {
      await writer.recordings.noteLeftovers(one ?? '', ['a/derived/x.mp4', 'a/derived/y.mp4']);
      await writer.recordings.noteLeftovers(one ?? '', ['a/derived/x.mp4']);
      await writer.recordings.noteLeftovers(other ?? '', []);
      await writer.recordings.noteLeftovers(other ?? '', ['b/derived/x.mp4']);
    });
    const keysOf = async (...asked: [number, string?]) => (await ledger.recordings.leftovers(...asked)).map(({ key }) => key);
    expect(await ledger.recordings.leftovers(5, other)).toEqual([{ key: 'b/derived/x.mp4', recordingId: other }]);
    expect(await keysOf(5)).toEqual(['a/derived/x.mp4', 'a/derived/y.mp4', 'b/derived/x.mp4']);
    expect(await keysOf(2)).toEqual(['a/derived/x.mp4', 'a/derived/y.mp4']);
    await ledger.transaction((writer) => writer.recordings.forgetLeftover('a/derived/x.mp4'));
    expect(await keysOf(5, one)).toEqual(['a/derived/y.mp4']);
  });
  it('are replaced where they are made again', async (ledger) => {
    const { recording, original } = await ledger.transaction((writer) => listOne(writer));
    const first = aDerivative(recording.id);
    const second = aDerivative(recording.id, { bytes: 9, recipe: 'remux/2' });
    await ledger.transaction(async (writer) => {
      await writer.recordings.upsertCopy(aCopy(original));
      await writer.recordings.upsertDerivative(first);
      await writer.recordings.upsertCopy(aCopy(first, { where: 's3', verifiedBy: 'head' }));
    });
    expect(await ledger.recordings.derivatives(recording.id)).toEqual([first]);
    await ledger.transaction(async (writer) => {
      await writer.recordings.upsertDerivative(second);
      await writer.recordings.upsertDerivative(aDerivative(recording.id, { kind: 'poster' }));
      await writer.recordings.upsertCopy(aCopy(original, { verifiedAtMs: START_MS + 9, verifiedBy: 'nocache' }));
      await writer.recordings.upsertCopy(aCopy(original, { where: 's3', verifiedBy: 'readback' }));
    });
    expect((await ledger.recordings.derivatives(recording.id)).find((made) => made.kind === 'playable')).toEqual(second);
    expect((await ledger.recordings.derivatives(recording.id)).length).toBe(2);
    // The copy of the derivative that is no more went with it: it would stand for bytes that the archive does not hold.
    const copies = await ledger.recordings.copies(recording.id);
    expect(copies.toSorted((a, b) => a.where.localeCompare(b.where))).toEqual([
      aCopy(original, { where: 's3', verifiedBy: 'readback' }),
      aCopy(original, { verifiedAtMs: START_MS + 9, verifiedBy: 'nocache' }),
    ]);
    const detail = await ledger.recordings.detail(recording.id);
    expect([detail?.copies.length, detail?.derivatives.length]).toEqual([2, 2]);
  });
}
