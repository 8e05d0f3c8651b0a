/*
 * Goal: no method of a reader is forgotten by the scope. Method: two owners with one of everything each; every method is asked for what is one's own, which is
 * told, and for what is the other's, which is answered as what never was. The table has every method there is.
 */

import { expect } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { OriginalSealed } from '#domain/custody/original-entries';
import { RecordingTagged } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { because } from '#domain/reason';
import type { NarrowScope } from '#domain/scope';
import { workId } from '#domain/work';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import {
  aCase,
  aCaseEvent,
  aCopy,
  aDerivative,
  aDocking,
  anId,
  anOriginal,
  aRecording,
  aSuggestion,
  START_MS,
  someDigests,
  someWork,
} from '#test/support/builders';
import { cli } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { collect, type It } from './ledger-support.ts';

/** A recording that waits for its file, and one that has a newer version of the file. */
interface Owned {
  readonly officer: string;
  readonly recording: string;
  readonly original: string;
  readonly waiting: string;
  readonly waitingOriginal: string;
  readonly copied: string;
  readonly docking: string;
  readonly caseNumber: string;
  readonly event: string;
  readonly suggestion: string;
  readonly bytes: number;
  readonly evicted: string;
  readonly evictedRecording: string;
  readonly evictedBytes: number;
}

async function own(writer: LedgerWriter, officer: string, n: number): Promise<Owned> {
  const docking = aDocking({ id: anId('dck', START_MS + n), recorderSerial: `R${officer}`, toldSerial: `T${officer}`, port: officer });
  await writer.dockings.insert(docking);
  await writer.registry.upsertRecorder({
    ...{ serial: docking.recorderSerial, model: null, driverId: null, assignedOfficerId: null, firstSeenAtMs: 1, lastSeenAtMs: 1 },
  });
  const cardPath = 'DCIM/A.MP4';
  const listed = async (at: number, path = cardPath) => {
    const base = { dockingId: docking.id, recorderSerial: docking.recorderSerial };
    const recording = aRecording({ ...base, id: anId('rec', START_MS + at), officerId: officer, officerSource: 'person' });
    const original = anOriginal(recording, { id: anId('org', START_MS + at), cardPath: path, bytes: 10 + at, mtimeMs: START_MS });
    await writer.recordings.insert(recording);
    await writer.originals.insert(original);
    return { recording, original };
  };
  const old = await listed(n + 1);
  const { recording, original } = await listed(n + 2);
  const third = await listed(n + 3, 'DCIM/B.MP4');
  const facts = (id: string) => ({ digests: someDigests(id), duplicateOf: null, copiedAtMs: 1 });
  await writer.originals.markCopied(third.original.id, facts(third.original.id));
  await writer.originals.markCopied(original.id, facts(`sealed ${officer}`));
  await writer.originals.markSealed(original.id, 2);
  await writer.recordings.upsertCopy(aCopy(original));
  const { original: evicted } = await listed(n + 4, 'DCIM/C.MP4');
  await writer.originals.markCopied(evicted.id, facts(evicted.id));
  await writer.originals.markSealed(evicted.id, 2);
  await writer.originals.markEvicted(evicted.id, 3);
  await writer.eviction.noteFetch(evicted.id, 4);
  await writer.eviction.postponeFetch(evicted.id, { dueAtMs: 5, why: because('none-configured', {}) });
  await writer.recordings.upsertDerivative(aDerivative(recording.id, { recipe: 'remux/1', id: anId('drv', START_MS + n) }));
  await writer.recordings.noteLeftovers(recording.id, [`left/${officer}`]);
  await writer.dockings.insertRefusal({
    ...{ dockingId: docking.id, cardPath: 'x', code: 'recorder.not-regular', reason: because('is-pipe', {}), atMs: 1 },
  });
  await writer.work.insert(someWork('derive', recording.id));
  const claim = await claimed(writer, workId('derive', recording.id));
  await writer.work.fail(claim, { code: 'transcoder.failed', reason: because('said', { text: '' }), retryInMs: null });
  const number = `C-${officer}`;
  await writer.cases.upsert(aCase({ number, officerIds: [officer], createdAtMs: START_MS + n }));
  const event = aCaseEvent({ id: anId('evt', START_MS + n), caseNumber: number });
  await writer.cases.upsertEvent(event);
  const suggestion = aSuggestion({ id: anId('sug', START_MS + n), recordingId: recording.id, eventId: event.id, caseNumber: number });
  await writer.cases.insertSuggestion(suggestion);
  const data = { important: { old: false, new: true } };
  await writer.custody.append(
    RecordingTagged.make({ atMs: START_MS, actor: cli('root'), subject: subject('recording', recording.id), data }),
  );
  const sealed = { recording: recording.id, key: original.vaultKey, bytes: 10, sha256: '', sm3: null, manifestSha256: '' };
  const about = { atMs: START_MS, actor: STATION, subject: subject('original', original.id) };
  await writer.custody.append(OriginalSealed.make({ ...about, data: { ...sealed, reread: 'direct' } }));
  return {
    ...{ officer, recording: recording.id, original: original.id, waiting: old.recording.id, waitingOriginal: old.original.id },
    ...{ copied: third.original.id, docking: docking.id, caseNumber: number, event: event.id, suggestion: suggestion.id },
    ...{ bytes: original.bytes, evicted: evicted.id, evictedRecording: evicted.recordingId, evictedBytes: evicted.bytes },
  };
}

type Ask = (reader: LedgerReader, of: Owned) => Promise<unknown>;
/** What all are told: the log as a chain of hashes, slots, and what the work of this host is. No route shows a narrow principal work that is due. */
type Open =
  | 'dockings.slotOf'
  | 'dockings.slots'
  | 'work.due'
  | 'work.claimsOf'
  | 'custody.head'
  | 'custody.hashOf'
  | 'custody.verify'
  | 'custody.sharedDockings';
type Footage = 'eviction' | 'recordings' | 'originals' | 'dockings' | 'work' | 'custody' | 'cases';
type Methods = { [G in Footage]: `${G}.${keyof LedgerReader[G] & string}` }[Footage];

const identity = ({ officer, bytes }: Owned) => ({ recorderSerial: `R${officer}`, cardPath: 'DCIM/A.MP4', bytes, mtimeMs: START_MS });
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const among = <T>(rows: readonly T[], wanted: T) => rows.filter((row) => row === wanted);

/** Each answers null, or a list or map of nothing, for what is not there. */
const ASKED: Readonly<Record<Exclude<Methods, Open>, Ask>> = {
  'recordings.get': (reader, of) => reader.recordings.get(of.recording),
  'recordings.detail': (reader, of) => reader.recordings.detail(of.recording),
  'recordings.list': (reader, of) => reader.recordings.list({ officerId: of.officer, limit: 10 }),
  'recordings.ids': async (reader, of) => among(await collect(reader.recordings.ids()), of.recording),
  'recordings.copies': (reader, of) => reader.recordings.copies(of.recording),
  'recordings.derivatives': (reader, of) => reader.recordings.derivatives(of.recording),
  'recordings.leftovers': async (reader, of) => [
    ...(await reader.recordings.leftovers(10, of.recording)),
    ...(await reader.recordings.leftovers(10)).filter(({ recordingId }) => recordingId === of.recording),
  ],
  'recordings.byRecipe': async (reader, of) => among(await reader.recordings.byRecipe('remux/1', '', 10), of.recording),
  'recordings.replacedBy': (reader, of) => reader.recordings.replacedBy([of.original]),
  'originals.get': (reader, of) => reader.originals.get(of.original),
  'originals.ofRecording': (reader, of) => reader.originals.ofRecording(of.recording),
  'originals.find': (reader, of) => reader.originals.find(identity(of)),
  'originals.named': (reader, of) => reader.originals.named(identity(of), 5),
  'originals.like': (reader, of) => reader.originals.like(identity(of), 5),
  'originals.findSealedByDigest': (reader, of) => reader.originals.findSealedByDigest(someDigests(`sealed ${of.officer}`).sha256, of.bytes),
  'originals.copied': async (reader, of) => among(ids(await reader.originals.copied(10)), of.copied),
  'originals.compared': (reader, of) => reader.originals.compared([of.original]),
  'originals.newerVersions': (reader, of) => reader.originals.newerVersions([of.waitingOriginal]),
  'dockings.get': (reader, of) => reader.dockings.get(of.docking),
  'dockings.list': (reader, of) => reader.dockings.list({ recorder: `R${of.officer}`, limit: 5 }),
  'dockings.refusals': (reader, of) => reader.dockings.refusals(of.docking),
  'dockings.progress': async (reader, of) => ((await reader.dockings.progress(of.docking)).bytes > 0 ? of : null),
  'work.get': (reader, of) => reader.work.get(workId('derive', of.recording)),
  'work.troubled': (reader, of) => reader.work.troubled([of.recording]),
  'work.list': (reader, of) => reader.work.list({ recordingId: of.recording, limit: 5 }),
  'custody.of': (reader, of) => reader.custody.of(subject('recording', of.recording)),
  'custody.ofTypes': (reader, of) => reader.custody.ofTypes(subject('recording', of.recording), ['recording.tagged'], 5),
  'custody.factsOf': (reader, of) => reader.custody.factsOf(subject('recording', of.recording), { limit: 5 }),
  'eviction.needed': async (reader, of) =>
    (await reader.eviction.needed({ limit: 10 })).filter(({ recordingId }) => recordingId === of.recording),
  'eviction.playables': async (reader, of) =>
    (await reader.eviction.playables({ limit: 10 })).filter(({ recordingId }) => recordingId === of.recording),
  'eviction.neededAt': (reader, of) => reader.eviction.neededAt(of.recording),
  'eviction.playableNeededAt': (reader, of) => reader.eviction.playableNeededAt(of.recording),
  'eviction.names': (reader, of) => reader.eviction.names({ sha256: someDigests(`sealed ${of.officer}`).sha256, bytes: of.bytes }, 5),
  'eviction.dueFetches': async (reader, of) =>
    (await reader.eviction.dueFetches(10, 10)).filter(({ originalId }) => originalId === of.evicted),
  'eviction.waitingFetches': (reader, of) => reader.eviction.waitingFetches([of.evictedRecording]),
  'eviction.twins': (reader, of) => reader.eviction.twins({ sha256: someDigests(`sealed ${of.officer}`).sha256, bytes: of.bytes }, 5),
  'eviction.fetches': async (reader, of) => among(await reader.eviction.fetches(10), of.evicted),
  'eviction.evicted': async (reader, of) => ((await reader.eviction.evicted()).bytes >= of.evictedBytes ? of : null),
  'cases.get': (reader, of) => reader.cases.get(of.caseNumber),
  'cases.numbered': (reader, of) => reader.cases.numbered([of.caseNumber]),
  'cases.list': async (reader, of) => (await reader.cases.list({ limit: 5 })).filter(({ number }) => number === of.caseNumber),
  'cases.beginning': (reader, of) => reader.cases.beginning(of.caseNumber, { limit: 5 }),
  'cases.events': (reader, of) => reader.cases.events(of.caseNumber),
  'cases.event': (reader, of) => reader.cases.event(of.event),
  'cases.eventsTouching': async (reader, of) => among(ids(await reader.cases.eventsTouching(0, START_MS, 0)), of.event),
  'cases.suggestion': (reader, of) => reader.cases.suggestion(of.suggestion),
  'cases.suggestions': (reader, of) => reader.cases.suggestions({ recordingId: of.recording, limit: 5 }),
};

function isNothing(answer: unknown): boolean {
  if (answer instanceof Map) return answer.size === 0;
  return answer === null || (Array.isArray(answer) && answer.length === 0);
}

export function scopeOfMethods(it: It): void {
  it('every method tells of what is seen, and of the rest as of what never was', async (ledger) => {
    const [mine, theirs] = await ledger.transaction(async (writer) => [await own(writer, '7', 0), await own(writer, '8', 100)]);
    const nobody: NarrowScope = { officers: [], units: [], cases: [], recordings: [] };
    const within = ledger.within({ ...nobody, officers: ['7'] });
    for (const [name, ask] of Object.entries(ASKED)) {
      const told = async (reader: LedgerReader) => [isNothing(await ask(reader, mine)), isNothing(await ask(reader, theirs))];
      expect(await told(ledger), `${name} for all`).toEqual([false, false]);
      expect(await told(within), name).toEqual([false, true]);
      expect(await within.transaction(told), `${name} in a transaction`).toEqual([false, true]);
    }
  });

  it('a card on which others filmed too is told of, to whoever sees their own footage of it alone', async (ledger) => {
    const [mine, theirs] = await ledger.transaction(async (writer) => {
      const [one, other] = [await own(writer, '7', 0), await own(writer, '8', 100)];
      const docking = { dockingId: one.docking, recorderSerial: 'R7' };
      await writer.recordings.insert(aRecording({ ...docking, id: anId('rec', START_MS + 200), officerId: '8' }));
      return [one, other];
    });
    const within = (...officers: string[]) => ledger.within({ officers, units: [], cases: [], recordings: [] }).custody;
    expect(await within('7').sharedDockings(mine.recording)).toEqual([mine.docking]);
    expect(await within('8').sharedDockings(theirs.recording)).toEqual([]);
    expect(await within('8').sharedDockings(mine.recording)).toEqual([]);
    expect(await within('7', '8').sharedDockings(mine.recording)).toEqual([]);
    expect(await ledger.custody.sharedDockings(mine.recording)).toEqual([]);
  });

  it('a page after what is not seen is empty', async (ledger) => {
    const theirs = await ledger.transaction((writer) => own(writer, '8', 0));
    const mine = await ledger.transaction((writer) => own(writer, '7', -100));
    const within = ledger.within({ officers: ['7'], units: [], cases: [], recordings: [] });
    const pages = async (reader: LedgerReader) => [
      (await reader.recordings.list({ after: theirs.recording, officerId: '7', limit: 5 })).length,
      (await reader.cases.list({ after: theirs.caseNumber, limit: 5 })).length,
    ];
    expect(await pages(ledger)).toEqual([4, 1]);
    expect(await pages(within)).toEqual([0, 0]);
    expect((await within.recordings.list({ after: mine.copied, limit: 5 })).length).toBe(0);
  });
}
