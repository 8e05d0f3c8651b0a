import { STATION } from '#domain/custody/actor';
import { because } from '#domain/reason';
import type { Destruction } from '#ports/ledger/disposals';
import { settleDestruction } from '#steps/destroy-copy';
import { evictableNow } from '#steps/evictable-items';
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
  const { itemId: id, recordingId, what, key } = begun.doomed;
  const release = inUse.claim([key]);
  // Claimed: this process itself is just evicting it.
  if (!release) return;
  try {
    const item = await evictableNow(ledger, { what, id, recordingId });
    // A playable copy that was made again meanwhile has another row: of the file of the old one only the end of its destruction is told.
    const whenGone = item && evictedNow(await new StoredFiles(ledger, inUse).nameFacts(item), 'space');
    const by = { ledger, clock, actor: STATION, ...(whenGone ? { whenGone } : {}) };
    await settleDestruction(by, eraser, begun, because('evict-interrupted', {}));
  } finally {
    release();
  }
}
