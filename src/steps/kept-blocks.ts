import { sha256Hex } from '#domain/canonical-json';
import { isFailure } from '#domain/errors';
import { BlockList } from '#domain/eviction/block-digests';
import type { Original } from '#domain/recording';
import { blocksKey } from '#domain/vault/vault-key';
import type { VaultReader } from '#ports/vault';

/** The list of an original's blocks; null if none was kept, or it is not the one that was kept. */
export async function keptBlocks(vault: Pick<VaultReader, 'readSmall'>, original: Original): Promise<BlockList | null> {
  if (original.blocksSha256 === null) return null;
  try {
    const list = await vault.readSmall(blocksKey(original.recordingId, original.index));
    return sha256Hex(list) === original.blocksSha256 ? BlockList.of(list, original.bytes) : null;
  } catch (error) {
    if (isFailure(error, 'vault.missing', 'vault.read-failed')) return null;
    throw error;
  }
}
