import { createHash, type Hash } from 'node:crypto';
import { sha256Hex } from '#domain/canonical-json';
import type { Actor } from '#domain/custody/actor';
import { CopyFailedVerification, OriginalFetched } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { corruptionProof } from '#domain/destruction/corruption';
import { asEvidockError, EvidockError, failureReason, isFailure } from '#domain/errors';
import { blockBytesOf, blockList } from '#domain/eviction/block-digests';
import { because } from '#domain/reason';
import type { Copy, Original } from '#domain/recording';
import { WHOLE_BYTES_MAX } from '#domain/vault/file-sample';
import { sealedKeys } from '#domain/vault/sealed-keys';
import { blocksKey } from '#domain/vault/vault-key';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { ResumedDraft, Vault } from '#ports/vault';
import type { VaultRoom } from '#ports/vault-room';
import { setAside } from '#steps/set-aside';
import { twinCopies } from './twin-copies.ts';
import { withRoom } from './with-room.ts';

type Reread = Awaited<ReturnType<Vault['reread']>>;
type ReadBack = Pick<Reread, 'method' | 'blocks'>;

const CHUNK_BYTES = 1024 * 1024;

export interface FetchDeps {
  readonly ledger: Ledger;
  readonly vault: Pick<Vault, 'stat' | 'resumeDraft' | 'reread' | 'link' | 'quarantine' | 'makeReadOnly' | 'makeImmutable' | 'putSmall'>;
  readonly archive: Archive;
  readonly room: VaultRoom;
  readonly clock: Clock;
  readonly faults: FaultPoints;
}

export interface FetchRun {
  readonly actor: Actor;
  /** Nobody wants it any more: what came is thrown away. */
  readonly cancelled: AbortSignal;
  /** The station stops: what came stays for the next start. */
  readonly stopping: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Brings one evicted original back: draft, sealed digest, commit, read back, record. Throws vault.*, archive.*, or the reason of an abort. */
export async function fetchOne(deps: FetchDeps, original: Original, run: FetchRun): Promise<void> {
  const { ledger, archive, clock, faults } = deps;
  const { id, recordingId, digests, bytes } = original;
  const own = (await ledger.recordings.copies(recordingId)).filter(({ itemId, where }) => itemId === id && where === archive.name);
  // A file that was docked twice lies in the archive twice, and one of the two is enough.
  const copies = [...own, ...(await Array.fromAsync(twinCopies(ledger, archive.name, original)))];
  if (copies.length === 0 || !digests) throw new EvidockError('archive.missing', because('not-archived', { id }));
  await ledger.transaction((writer) => writer.eviction.noteFetch(id, clock.nowMs()));
  faults.reached('w30-fetch-begun');
  try {
    // Another name of the same bytes may be in the vault: then no byte has to come.
    const [same] = await ledger.eviction.names({ sha256: digests.sha256, bytes }, 1);
    if (!(await isThere(deps, original))) {
      if (!same || !(await linked(deps, same, original))) await bringFromAny(deps, original, run, copies);
      faults.reached('w32-fetched-linked');
    }
    await record(deps, original, run);
  } catch (error) {
    if (!run.stopping.aborted) await noteFailure(deps, original, run, error);
    throw error;
  }
  faults.reached('w33-fetched-recorded');
}

/** The longest wait for the next attempt, ms; the first is a minute, each later one twice as long. */
const WAIT_MS_MAX = 3_600_000;
const WAIT_MS = 60_000;
/** Doublings until WAIT_MS_MAX is reached. */
const DOUBLINGS_MAX = 6;

async function noteFailure({ ledger, clock }: FetchDeps, { id, recordingId }: Original, run: FetchRun, error: unknown): Promise<void> {
  await ledger.transaction(async (writer) => {
    if (mayForget(error, run)) return writer.eviction.forgetFetch(id);
    const waiting = (await writer.eviction.waitingFetches([recordingId])).find(({ originalId }) => originalId === id);
    const waitMs = Math.min(WAIT_MS_MAX, WAIT_MS * 2 ** Math.min(waiting?.attempts ?? 0, DOUBLINGS_MAX));
    const why = failureReason(asEvidockError(error));
    return writer.eviction.postponeFetch(id, { dueAtMs: clock.nowMs() + waitMs, why });
  });
}

/** An archive that is away comes back, and a part of the file is here by then. Everything else is for who asks again. */
function mayForget(error: unknown, { cancelled }: FetchRun): boolean {
  return cancelled.aborted || !(error instanceof EvidockError) || error.side !== 'archive' || isLost(error);
}

/** Whether a file of the right bytes stands there already, as a crash before the record leaves it. One with other bytes is set aside. */
async function isThere(deps: FetchDeps, original: Original): Promise<boolean> {
  if ((await deps.vault.stat(original.vaultKey)) === null) return false;
  return (await readBack(deps, original)) !== null;
}

/** Whether the file of that other name gave the sealed bytes. One that has lost its file, or rots, gives none, and they come from the archive. */
async function linked(deps: FetchDeps, same: Original, original: Original): Promise<boolean> {
  try {
    await deps.vault.link(same.vaultKey, original.vaultKey);
  } catch (error) {
    if (isFailure(error, 'vault.missing')) return false;
    throw error;
  }
  return (await readBack(deps, original)) !== null;
}

/** Whether it was sealed before lists of blocks were kept. It gets one now, so that a card can be compared with it when it is evicted again. */
const lacksBlocks = ({ bytes, blocksSha256 }: Original) => blocksSha256 === null && bytes > WHOLE_BYTES_MAX;

/** How the file was read back; null where two readings are not what was sealed: then it has been set aside. */
async function readBack(deps: FetchDeps, original: Original): Promise<ReadBack | null> {
  const { vault } = deps;
  const { vaultKey: key, bytes, digests } = original;
  const readings: { bytes: number; sha256: string }[] = [];
  for (let time = 0; time < 2; time += 1) {
    const found: Reread = await vault.reread(key, { sm3: false, ...(lacksBlocks(original) ? { blockBytes: blockBytesOf(bytes) } : {}) });
    if (found.bytes === bytes && found.digests.sha256 === digests?.sha256) return found;
    readings.push({ bytes: found.bytes, sha256: found.digests.sha256 });
  }
  await setAside(deps, original, { key, why: 'differs', corrupt: corruptionProof({ original, key, readings }) });
  return null;
}

/** Brings it from the first copy that holds what was sealed. Throws what the first one failed with, or what keeps the archive from being read. */
async function bringFromAny(deps: FetchDeps, original: Original, run: FetchRun, copies: readonly Copy[]): Promise<void> {
  let failure: unknown;
  for (const copy of copies) {
    try {
      return await bring(deps, original, { ...run, copy });
    } catch (error) {
      if (!isLost(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

interface Bringing extends FetchRun {
  /** Where the bytes come from. */
  readonly copy: Copy;
}

async function bring(deps: FetchDeps, original: Original, run: Bringing): Promise<void> {
  const { vault, room, faults } = deps;
  const { vaultKey: key, bytes } = original;
  const draft = await withRoom(room, bytes, () => vault.resumeDraft(key, bytes)).catch((error: unknown) => {
    throw noRoom(original, error);
  });
  try {
    await fill(deps, original, draft, run);
    await draft.finish(bytes);
    faults.reached('w31-fetch-flushed');
    // A file that appeared meanwhile can only be one that is not on record: the record reads it back.
    if ((await draft.commit()) === 'exists') await draft.discard();
  } catch (error) {
    await (run.cancelled.aborted || isOfVault(error) || isLost(error) ? draft.discard() : draft.leave());
    throw noRoom(original, error);
  }
}

/** A full vault in the words of who wants footage back; anything else as it is. */
function noRoom({ cardPath, bytes }: Original, error: unknown): unknown {
  if (!isFailure(error, 'vault.full')) return error;
  return new EvidockError(
    'vault.full',
    because('fetch-no-room', { path: cardPath, size: bytes, why: asEvidockError(error).reason }),
    error,
  );
}

const isOfVault = (error: unknown) => error instanceof EvidockError && error.side === 'vault';
/** The archive answers and does not have the sealed bytes: to wait for it would bring nothing. */
const isLost = (error: unknown) => isFailure(error, 'archive.mismatch', 'archive.missing');

/**
 * Fills the draft and compares it with the sealed digest. Where it is wrong, all of it comes once more: an earlier attempt may have left other bytes, or a byte may
 * have changed on the way. Only then the archive is called wrong.
 */
async function fill(deps: FetchDeps, original: Original, draft: ResumedDraft, run: Bringing): Promise<void> {
  const sealed = original.digests?.sha256 ?? '';
  const hash = await keptHash(draft, run);
  let found = await rest(deps, original, draft, { hash, from: draft.keptBytes, run });
  if (found !== sealed) {
    await draft.restart();
    found = await rest(deps, original, draft, { hash: createHash('sha256'), from: 0, run });
  }
  if (found !== sealed) await tellWrong(deps, original, { actor: run.actor, copy: run.copy, sha256: found });
}

async function keptHash(draft: ResumedDraft, run: FetchRun): Promise<Hash> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; position < draft.keptBytes; ) {
    mustGoOn(run);
    const came = await draft.read(chunk.subarray(0, Math.min(CHUNK_BYTES, draft.keptBytes - position)), position);
    if (came === 0) break;
    hash.update(chunk.subarray(0, came));
    position += came;
    run.onBytes(position);
  }
  return hash;
}

/** Writes what is missing from `from` on. Returns the SHA-256 of the whole. */
async function rest(
  { archive }: FetchDeps,
  { bytes }: Original,
  draft: ResumedDraft,
  { hash, from, run }: { hash: Hash; from: number; run: Bringing },
): Promise<string> {
  let position = from;
  if (from < bytes) {
    const signal = AbortSignal.any([run.cancelled, run.stopping]);
    for await (const chunk of (await archive.read(run.copy, { start: from, end: bytes }, signal)) as AsyncIterable<Buffer>) {
      mustGoOn(run);
      await draft.write(chunk, chunk.length, position);
      hash.update(chunk);
      position += chunk.length;
      run.onBytes(position);
    }
  }
  return hash.digest('hex');
}

function mustGoOn({ cancelled, stopping }: FetchRun): void {
  cancelled.throwIfAborted();
  stopping.throwIfAborted();
}

/** The archive gave other bytes than were sealed. Its copy stays on record: it may be the only one, and a check or a healing decides on it. */
async function tellWrong(
  { ledger, archive, clock }: FetchDeps,
  { digests }: Original,
  { actor, copy, sha256 }: { actor: Actor; copy: Copy; sha256: string },
) {
  const { itemId, recordingId, key } = copy;
  const sealed = digests?.sha256 ?? '';
  const found = because('fetched-differs', { key, found: sha256, sha256: sealed });
  await ledger.transaction(async (writer) => {
    const about = { atMs: clock.nowMs(), actor, subject: subject('recording', recordingId) };
    const data = { where: archive.name, item: itemId, key, expected: sealed };
    await writer.custody.append(CopyFailedVerification.make({ ...about, data, personal: { found } }));
  });
  throw new EvidockError('archive.mismatch', found);
}

async function record(deps: FetchDeps, original: Original, run: FetchRun): Promise<void> {
  const { ledger, vault, archive, clock } = deps;
  const { id, recordingId, vaultKey: key, bytes, digests } = original;
  const reread = await readBack(deps, original);
  if (reread === null) throw new EvidockError('vault.mismatch', because('vault-not-sealed', { path: original.cardPath }));
  await vault.makeReadOnly(key);
  const list = reread.blocks && blockList(bytes, reread.blocks);
  if (list) await vault.putSmall(blocksKey(recordingId, original.index), list);
  const blocks = list && { blocksSha256: sha256Hex(list) };
  await ledger.transaction(async (writer) => {
    const atMs = clock.nowMs();
    await writer.originals.markEvicted(id, null, blocks?.blocksSha256);
    await writer.recordings.upsertCopy({
      itemId: id,
      recordingId,
      where: 'vault',
      key,
      bytes,
      verifiedAtMs: atMs,
      verifiedBy: reread.method,
    });
    await writer.eviction.forgetFetch(id);
    const data = {
      recording: recordingId,
      key,
      bytes,
      sha256: digests?.sha256 ?? '',
      archive: archive.name,
      reread: reread.method,
      ...blocks,
    };
    await writer.custody.append(OriginalFetched.make({ atMs, actor: run.actor, subject: subject('original', id), data }));
  });
  await vault.makeImmutable(sealedKeys({ ...original, evictedAtMs: null, ...blocks }));
}
