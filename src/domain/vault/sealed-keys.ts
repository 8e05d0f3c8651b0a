import type { Original } from '#domain/recording';
import { blocksKey, manifestKey } from './vault-key.ts';

type Sealed = Pick<Original, 'recordingId' | 'index' | 'vaultKey' | 'evictedAtMs' | 'blocksSha256'>;

/** Keys of the vault's files that never change again once an original is sealed: itself unless it was evicted, its manifest, and the list of its blocks. */
export function sealedKeys({ recordingId, index, vaultKey, evictedAtMs, blocksSha256 }: Sealed): readonly string[] {
  const blocks = blocksSha256 === null ? [] : [blocksKey(recordingId, index)];
  return [...(evictedAtMs === null ? [vaultKey] : []), manifestKey(recordingId, index), ...blocks];
}
