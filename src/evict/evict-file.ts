import { STATION } from '#domain/custody/actor';
import { PlayableEvicted } from '#domain/custody/destruction-entries';
import { OriginalEvicted } from '#domain/custody/original-entries';
import { subject } from '#domain/custody/subject';
import { type DoomedFile, evictionProof } from '#domain/destruction/proof';
import type { EvictionNeeds, NameFacts, StoredFile } from '#domain/eviction/choose';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { OriginalEraser } from '#ports/original-eraser';
import { destroyCopy } from '#steps/destroy-copy';
import type { KeysInUse } from './keys-in-use.ts';

export type EvictReason = 'space' | 'intake' | 'asked';

export interface EvictDeps {
  readonly ledger: Ledger;
  readonly eraser: OriginalEraser;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly inUse: KeysInUse;
  readonly needs: EvictionNeeds;
}

/**
 * Removes every name of a file from the vault, each with its own proof, which the ledger checks again. Returns how many bytes that freed: 0 where a name is in
 * use by now. Throws request.conflict where the facts have changed; names that went before stay evicted.
 */
export async function evictFile(deps: EvictDeps, file: StoredFile, why: EvictReason): Promise<number> {
  const release = deps.inUse.claim(file.names.map(({ item }) => item.vaultKey));
  if (!release) return 0;
  try {
    for (const name of file.names) await evictName(deps, name, why);
    return file.bytes;
  } finally {
    release();
  }
}

/** Throws request.conflict where the item may not leave the vault. The caller has claimed its key. */
async function evictName(deps: EvictDeps, name: NameFacts, why: EvictReason): Promise<void> {
  const { ledger, eraser, clock, faults, needs } = deps;
  const { item, copies, busy } = name;
  const proof = evictionProof({ item, copies, needs, busy, nowMs: clock.nowMs() });
  await destroyCopy({ ledger, erasers: [eraser], clock, faults, actor: STATION, whenGone: evictedNow(name, why) }, proof);
}

/** What is written in the transaction that says that the vault's copy is gone. */
export function evictedNow(name: NameFacts, why: EvictReason) {
  return async (writer: LedgerWriter, _: DoomedFile, atMs: number): Promise<void> => {
    const { item, neededAtMs } = name;
    const { id, recordingId, vaultKey: key, bytes } = item;
    const told = { key, bytes, sha256: item.sha256 ?? '', why, neededAt: new Date(neededAtMs).toISOString() };
    const lists = { copies: keptCopies(name) };
    const about = { atMs, actor: STATION };
    if (item.what === 'original') {
      await writer.originals.markEvicted(id, atMs);
      const data = { recording: recordingId, ...told };
      await writer.custody.append(OriginalEvicted.make({ ...about, subject: subject('original', id), data, lists }));
    } else if (await writer.recordings.markPlayableEvicted(id, atMs)) {
      const data = { derivative: id, ...told };
      await writer.custody.append(PlayableEvicted.make({ ...about, subject: subject('recording', recordingId), data, lists }));
    }
  };
}

function keptCopies({ copies }: NameFacts) {
  const kept = copies.filter(({ where }) => where !== 'vault');
  return kept.map((copy) => ({
    ...{ archive: copy.where, key: copy.key, verifiedAt: new Date(copy.verifiedAtMs).toISOString(), verifiedBy: copy.verifiedBy },
  }));
}
