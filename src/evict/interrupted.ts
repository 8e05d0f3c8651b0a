import { STATION } from '#domain/custody/actor';
import { because } from '#domain/reason';
import type { Destruction } from '#ports/ledger/disposals';
import { settleDestruction } from '#steps/destroy-copy';
import { type EvictDeps, evictedNow } from './evict-file.ts';
import { StoredFiles } from './stored-files.ts';

const INTERRUPTED_MAX = 1000;

/**
 * Ends evictions of which the intention is on record and the end is not. A file that is gone is put on record as evicted: the proof held when its destruction
 * was intended. One that is there stays, and is looked at like any other.
 */
export async function endInterrupted(deps: EvictDeps): Promise<void> {
  for (const begun of await deps.ledger.disposals.destructions({ limit: INTERRUPTED_MAX }))
    if (begun.why === 'eviction') await endOne(deps, begun);
}

async function endOne(deps: EvictDeps, begun: Destruction): Promise<void> {
  const { ledger, inUse, eraser, clock } = deps;
  const original = await ledger.originals.get(begun.doomed.itemId);
  // Claimed: this process itself is just evicting it.
  const release = original && inUse.claim([begun.doomed.key]);
  if (!original || !release) return;
  try {
    const name = await new StoredFiles(ledger, inUse).nameFacts(original);
    const by = { ledger, clock, actor: STATION, whenGone: evictedNow(name, 'space') };
    await settleDestruction(by, eraser, begun, because('evict-interrupted', {}));
  } finally {
    release();
  }
}
