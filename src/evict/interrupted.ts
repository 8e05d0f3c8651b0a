import { STATION } from '#domain/custody/actor';
import { isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { Destruction } from '#ports/ledger/disposals';
import type { VaultReader } from '#ports/vault';
import { recordDestroyed, spareCopy } from '#steps/destroy-copy';
import { type EvictDeps, evictedNow, evictName } from './evict-file.ts';
import { StoredFiles } from './stored-files.ts';

const INTERRUPTED_MAX = 1000;

/**
 * Ends evictions of which the intention is on record and the end is not. A file that is gone is put on record as evicted: the proof held when its destruction
 * was intended. One that is there is evicted if it still may be, else spared.
 */
export async function endInterrupted(deps: EvictDeps, vault: Pick<VaultReader, 'stat'>): Promise<void> {
  for (const begun of await deps.ledger.disposals.destructions({ limit: INTERRUPTED_MAX }))
    if (begun.why === 'eviction') await endOne(deps, vault, begun);
}

async function endOne(deps: EvictDeps, vault: Pick<VaultReader, 'stat'>, { doomed }: Destruction): Promise<void> {
  const { ledger, inUse } = deps;
  const original = await ledger.originals.get(doomed.itemId);
  // Claimed: this process itself is just evicting it.
  const release = original && inUse.claim([doomed.key]);
  if (!original || !release) return;
  const begun = { doomed, kind: 'eviction' as const };
  const by = { ...deps, actor: STATION };
  try {
    const name = await new StoredFiles(ledger, inUse).nameFacts(original);
    if ((await vault.stat(doomed.key)) === null) return await recordDestroyed({ ...by, whenGone: evictedNow(name, 'space') }, begun, 0);
    await evictName(deps, name, 'space').catch((error: unknown) => {
      if (!isFailure(error, 'request.conflict')) throw error;
      return spareCopy(by, begun, because('evict-may-not', {}));
    });
  } finally {
    release();
  }
}
