import type { Actor } from '#domain/custody/actor';
import { CopyDestroyed, CopyDestroying, CopySpared } from '#domain/custody/destruction-entries';
import { subject } from '#domain/custody/subject';
import type { DisposalFacts } from '#domain/destruction/disposal-facts';
import {
  type DestructionProof,
  type DisposalProof,
  type DoomedFile,
  disposalProof,
  type EvictionProof,
  evictionProof,
  mustBeProof,
} from '#domain/destruction/proof';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { workId } from '#domain/work';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { Destruction } from '#ports/ledger/disposals';
import type { OriginalEraser } from '#ports/original-eraser';
import { evictableNow } from './evictable-items.ts';

export interface DestroyDeps {
  readonly ledger: Pick<Ledger, 'transaction'>;
  /** One for each place in which something may be destroyed now. Without one, nothing is destroyed there. */
  readonly erasers: readonly OriginalEraser[];
  readonly clock: Clock;
  readonly faults: FaultPoints;
  /** Who has it done. */
  readonly actor: Actor;
  readonly signal?: AbortSignal;
  /** The facts of a disposal as they are in this transaction; only a disposal hands it in (`disposalFactsNow`). */
  readonly disposalNow?: (writer: LedgerWriter, doomed: DoomedFile) => Promise<DisposalFacts>;
  /** What else is written in the transaction that says that the file is gone. */
  readonly whenGone?: (writer: LedgerWriter, doomed: DoomedFile, atMs: number) => Promise<void>;
}

/**
 * Destroys one copy of an original, or a file that belongs to one or was made of one. This is the only function that does (test/one-destroyer.test.ts). The proof is checked again
 * in the transaction that puts the intention on record, against what the ledger says then. After it the file is erased, the place must list it no more, and a
 * second transaction says so and takes the row of the copy away. A crash in between leaves a row in `destructions`, from which its caller goes on or which
 * `settleDestruction` ends.
 * Throws request.conflict where the facts have changed, and then nothing was destroyed; else in the words of the ledger or of the place.
 */
export async function destroyCopy(deps: DestroyDeps, proof: DestructionProof): Promise<void> {
  mustBeProof(proof);
  const { ledger, faults } = deps;
  const { doomed } = proof;
  const eraser = deps.erasers.find(({ where }) => where === doomed.where);
  if (!eraser) throw new EvidockError('request.conflict', because('no-eraser', { place: doomed.where }));
  const destruction = await ledger.transaction(async (writer) => intend(writer, deps, await proofNow(writer, deps, proof)));
  faults.reached('w34-destruction-intended');
  const { removed } = await eraser.erase(doomed, deps.signal);
  faults.reached('w35-copy-erased');
  const left = await eraser.left(doomed, deps.signal);
  if (left.length > 0)
    throw new EvidockError('station.internal', because('destroy-left', { key: doomed.key, place: doomed.where, names: left.slice(0, 10) }));
  await ledger.transaction((writer) => recordGone(writer, deps, destruction, removed));
  faults.reached('w36-destruction-recorded');
}

/**
 * Ends an intention that a crash left. What the place lists no more was erased, and is put on record as destroyed; anything else stays and is spared. Returns
 * which. Nothing is erased by this: a caller that still wants the file gone hands a new proof to `destroyCopy`.
 */
export async function settleDestruction(
  deps: Pick<DestroyDeps, 'ledger' | 'clock' | 'actor' | 'whenGone' | 'signal'>,
  eraser: Pick<OriginalEraser, 'left'>,
  destruction: Destruction,
  reason: Reason,
): Promise<'destroyed' | 'spared'> {
  const { doomed } = destruction;
  const isGone = (await eraser.left(doomed, deps.signal)).length === 0;
  await deps.ledger.transaction(async (writer) => {
    if (isGone) return recordGone(writer, deps, destruction, 0);
    await writer.disposals.endDestruction(doomed);
    const atMs = deps.clock.nowMs();
    await writer.custody.append(CopySpared.make({ ...about(deps, doomed, atMs), data: fileData(destruction), personal: { reason } }));
  });
  return isGone ? 'destroyed' : 'spared';
}

async function recordGone(
  writer: LedgerWriter,
  deps: Pick<DestroyDeps, 'clock' | 'actor' | 'whenGone'>,
  destruction: Destruction,
  removed: number,
): Promise<void> {
  const { doomed } = destruction;
  const { recordingId, itemId, where } = doomed;
  const atMs = deps.clock.nowMs();
  await writer.disposals.endDestruction(doomed);
  // A manifest has the id of its original and no row of its own; what another version of the key says is not said of the row.
  if (doomed.what !== 'manifest') await writer.recordings.withdrawCopy({ recordingId, itemId, where });
  await writer.custody.append(CopyDestroyed.make({ ...about(deps, doomed, atMs), data: { ...fileData(destruction), removed } }));
  // If nothing more of a recording goes, this is an original that the vault gave up and the archive has. custody/apply/destruction.ts says the same.
  if (destruction.why === 'disposal' && doomed.what === 'original' && where === 'vault') await noteGone(writer, itemId, atMs);
  await deps.whenGone?.(writer, doomed, atMs);
}

/** What was evicted before may still have had a file there, such as one that was set aside: it is gone since now. */
async function noteGone({ originals }: LedgerWriter, id: string, atMs: number): Promise<void> {
  if ((await originals.get(id))?.evictedAtMs != null) await originals.markEvicted(id, null);
  await originals.markEvicted(id, atMs);
}

async function intend(writer: LedgerWriter, deps: DestroyDeps, proof: DestructionProof): Promise<Destruction> {
  const { doomed, kind } = proof;
  const disposalId = kind === 'disposal' ? proof.facts.disposal.id : null;
  const destruction: Destruction = { doomed, why: kind, disposalId, beganAtMs: deps.clock.nowMs() };
  await writer.disposals.beginDestruction(destruction);
  const { bytes, sha256 } = doomed;
  const data = { ...fileData(destruction), bytes, sha256 };
  const entry = { ...about(deps, doomed, destruction.beganAtMs), data, lists: { instead: insteadOf(proof) } };
  await writer.custody.append(CopyDestroying.make(entry));
  return destruction;
}

/** Where the same bytes stay. */
function insteadOf(proof: DestructionProof) {
  if (proof.kind === 'disposal') return [];
  return proof.facts.copies
    .filter(({ where }) => where !== proof.doomed.where)
    .map(({ where, key, verifiedAtMs }) => ({ place: where, key, at: verifiedAtMs }));
}

function about({ actor }: Pick<DestroyDeps, 'actor'>, { recordingId }: DoomedFile, atMs: number) {
  return { atMs, actor, subject: subject('recording', recordingId) };
}

function fileData({ doomed, why, disposalId }: Destruction) {
  const { itemId, what, where, key, version } = doomed;
  return { item: itemId, what, place: where, key, version, why, disposal: disposalId };
}

/** The same proof of what the ledger says in this transaction. Throws where it proves no more. */
function proofNow(writer: LedgerWriter, deps: DestroyDeps, proof: DestructionProof): Promise<DestructionProof> {
  return proof.kind === 'eviction' ? evictionNow(writer, deps, proof) : disposalNow(writer, deps, proof);
}

async function evictionNow(writer: LedgerWriter, { clock }: DestroyDeps, { facts, doomed }: EvictionProof): Promise<EvictionProof> {
  const { what, itemId: id, recordingId } = doomed;
  const item = await evictableNow(writer, { what, id, recordingId });
  if (!item) throw new EvidockError('request.conflict', because('destroy-no-such-copy', { id, place: doomed.where }));
  const copies = (await writer.recordings.copies(recordingId)).filter(({ itemId }) => itemId === id);
  return evictionProof({ ...facts, item, copies, busy: await isBusy(writer, recordingId), nowMs: clock.nowMs() });
}

async function disposalNow(writer: LedgerWriter, deps: DestroyDeps, { doomed }: DisposalProof): Promise<DisposalProof> {
  if (!deps.disposalNow) throw new EvidockError('station.internal', because('no-proof', {}));
  return disposalProof(doomed, await deps.disposalNow(writer, doomed));
}

/** Whether work of a recording waits or runs: it may read what is to be destroyed. */
export async function isBusy(writer: Pick<LedgerReader, 'work'>, recordingId: string): Promise<boolean> {
  for (const stage of ['derive', 'archive'] as const) {
    const work = await writer.work.get(workId(stage, recordingId));
    if (work && (work.state === 'running' || work.state === 'waiting')) return true;
  }
  return false;
}
