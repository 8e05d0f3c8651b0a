import { sealedEntries } from '#desk/sealed-entries';
import type { Actor } from '#domain/custody/actor';
import { CopyDestroyed } from '#domain/custody/destruction-entries';
import { RecordingDisposed } from '#domain/custody/disposal-entries';
import { subject } from '#domain/custody/subject';
import type { BuriedOriginal, Disposal, DisposalItem } from '#domain/destruction/disposal';
import { approvalFault, type DisposalFacts } from '#domain/destruction/disposal-facts';
import { disposalProof } from '#domain/destruction/proof';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import { recordingPrefix } from '#domain/vault/vault-key';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { OriginalEraser } from '#ports/original-eraser';
import { type DestroyDeps, destroyCopy, isBusy, settleDestruction } from '#steps/destroy-copy';
import { filesOf } from './files.ts';
import { contentsNow, dueOf, failingOf, isKeptByHold, lockOf, mustHaveDisposal } from './lists.ts';
import type { DisposalDeps } from './parts.ts';

export interface Run {
  readonly disposal: Disposal;
  /** SHA-256 of the list as it was read at the start of this batch. */
  readonly digest: string;
  readonly places: readonly OriginalEraser[];
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

const SHARED_MAX = 20;
const OPEN_MAX = 1000;

/** What decides about a recording, as the transaction of this one deletion sees it. */
async function disposalFactsNow(
  { clock, disposals }: DisposalDeps,
  writer: LedgerReader,
  { disposal: { id }, digest, places }: Pick<Run, 'disposal' | 'digest' | 'places'>,
  recordingId: string,
): Promise<DisposalFacts> {
  return {
    disposal: await mustHaveDisposal(writer, id),
    item: await writer.disposals.item(id, recordingId),
    digest,
    contents: await contentsNow(writer, recordingId),
    held: await isKeptByHold(writer, recordingId),
    dueMs: await dueOf(writer, recordingId),
    locked: await lockOf(writer, recordingId),
    busy: await isBusy(writer, recordingId),
    steady: disposals.isSteady(),
    failing: await failingOf(writer, places),
    nowMs: clock.nowMs(),
  };
}

/**
 * Destroys every copy of a recording of an approved list, proves that nothing is left, and writes its tombstone. Each single file is proven and checked again.
 * Throws request.conflict with the reason of `disposalFault` where it may not go, or not any more; any other error is an anomaly.
 */
export async function disposeOfRecording(deps: DisposalDeps, run: Run, item: DisposalItem): Promise<void> {
  const { ledger } = deps;
  const { recordingId } = item;
  const { places, signal } = run;
  await settleOpen(deps, run, recordingId);
  const { files, nowhere } = await filesOf(ledger, recordingId, places, signal);
  const custody = await ledger.custody.of(subject('recording', recordingId));
  // Also by an earlier list that was ended half-way.
  const destroyed = new Set(custody.map(CopyDestroyed.parse).flatMap((entry) => (entry?.data.why === 'disposal' ? [entry.data.item] : [])));
  const lost = nowhere.filter(({ id }) => !destroyed.has(id));
  if (lost.length > 0)
    throw new EvidockError('station.internal', because('disposal-lost', { recording: recordingId, names: lost.map(({ id }) => id) }));
  await mustHaveEveryPlace(ledger, recordingId, places);
  const failed = custody.some(({ type, atMs }) => isFixityFault(type) && atMs > run.disposal.proposed.atMs);
  if (files.length > 0 && (failed || (await hasOpenFault(ledger, recordingId, places))))
    throw new EvidockError('station.internal', because('disposal-fixity', { recording: recordingId }));
  for (const doomed of files) {
    signal.throwIfAborted();
    const proof = disposalProof(doomed, await disposalFactsNow(deps, ledger, run, recordingId));
    await destroyCopy(destroying(deps, run), proof);
  }
  for (const place of places) {
    const left = await place.keysUnder(recordingPrefix(recordingId), signal);
    if (left.length > 0)
      throw new EvidockError(
        'station.internal',
        because('destroy-left', { key: recordingPrefix(recordingId), place: place.where, names: left.slice(0, 10) }),
      );
  }
  await bury(deps, run, item);
  deps.disposals.faults.reached('w37-recording-buried');
}

/** What an earlier run intended and a crash interrupted: it is gone and on record, or it is spared and its turn comes again. */
async function settleOpen(deps: DisposalDeps, run: Run, recordingId: string): Promise<void> {
  for (const destruction of await deps.ledger.disposals.destructions({ recordingId, limit: OPEN_MAX })) {
    const place = run.places.find(({ where }) => where === destruction.doomed.where);
    if (destruction.disposalId === run.disposal.id && place)
      await settleDestruction(destroying(deps, run), place, destruction, because('disposal-resumed', {}));
  }
}

/** A copy that failed a check while the list waited, also one that was healed: somebody has to look at the medium before anything is destroyed by what it says. */
function isFixityFault(type: string): boolean {
  return ['copy.failed-verification', 'copy.withdrawn', 'copy.corrupt', 'copy.none-good'].includes(type);
}

/** Whether the scrub found a copy bad, lost or unreadable, whenever that was, and it is not mended. */
async function hasOpenFault(
  { originals, scrubs }: Pick<LedgerReader, 'originals' | 'scrubs'>,
  recordingId: string,
  places: readonly OriginalEraser[],
): Promise<boolean> {
  for (const { id } of await originals.ofRecording(recordingId))
    for (const { where } of places) {
      const fault = await scrubs.fault(id, where);
      if (fault !== null && fault.endedAtMs === null) return true;
    }
  return false;
}

function destroying({ ledger, clock, disposals, ...rest }: DisposalDeps, run: Run): DestroyDeps {
  const deps = { ledger, clock, disposals, ...rest };
  return {
    ...{ ledger, clock, erasers: run.places, faults: disposals.faults, actor: run.actor, signal: run.signal },
    disposalNow: (writer, { recordingId }) => disposalFactsNow(deps, writer, run, recordingId),
  };
}

/** Throws where the ledger knows of a copy in a place that this run cannot reach: it would stay behind. */
async function mustHaveEveryPlace(
  { recordings }: Pick<LedgerReader, 'recordings'>,
  recordingId: string,
  places: readonly OriginalEraser[],
) {
  const other = (await recordings.copies(recordingId)).find(({ where }) => !places.some((place) => place.where === where));
  if (other) throw new EvidockError('request.forbidden', because('no-eraser', { place: other.where }));
}

async function bury({ ledger, clock, facts }: DisposalDeps, { disposal, actor, digest }: Run, item: DisposalItem): Promise<void> {
  const { recordingId, rule } = item;
  await ledger.transaction(async (writer) => {
    const now = await mustHaveDisposal(writer, disposal.id);
    // Nothing is left, so neither hold nor term can be kept by refusing this; only that somebody ended the list meanwhile stops it.
    const fault = approvalFault({ disposal: now, digest, steady: true, failing: null, nowMs: clock.nowMs() });
    if (fault) throw new EvidockError('request.conflict', fault);
    const atMs = clock.nowMs();
    const originals = await buriedOriginals(writer, recordingId);
    const people = { proposedBy: now.proposed.person, approvedBy: now.approved?.person ?? '' };
    const tombstone = { id: newId('tmb', atMs, facts.stationId), recordingId, disposalId: disposal.id, rule, ...people, atMs, originals };
    await writer.disposals.insertTombstone(tombstone);
    await writer.disposals.updateItem(disposal.id, recordingId, { state: 'destroyed', why: null });
    const about = { atMs, actor, subject: subject('recording', recordingId) };
    const data = { disposal: disposal.id, tombstone: tombstone.id, rule, ...people };
    const lists = { originals: originals.map((original) => ({ ...original, sharedWith: [...original.sharedWith] })) };
    await writer.custody.append(RecordingDisposed.make({ ...about, data, lists }));
  });
}

async function buriedOriginals(writer: LedgerWriter, recordingId: string): Promise<readonly BuriedOriginal[]> {
  const sealed = sealedEntries(await writer.custody.of(subject('recording', recordingId)));
  const buried: BuriedOriginal[] = [];
  for (const { id, bytes, digests } of await writer.originals.ofRecording(recordingId)) {
    const sha256 = digests?.sha256 ?? '';
    const names = await writer.eviction.names({ sha256, bytes }, SHARED_MAX);
    const sharedWith: string[] = [];
    // Rows of what was disposed of stay, and hold no bytes.
    for (const other of names)
      if (other.recordingId !== recordingId && (await writer.recordings.get(other.recordingId))?.state !== 'disposed')
        sharedWith.push(other.id);
    buried.push({ id, bytes, sha256, sm3: digests?.sm3 ?? null, manifestSha256: sealed.get(id)?.manifestSha256 ?? null, sharedWith });
  }
  return buried;
}
