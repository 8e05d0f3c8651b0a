import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original, SourceReread } from '#domain/recording';
import type { BufferPool } from '#ports/buffer-pool';
import type { Lanes } from '#ports/lanes';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { Vault, VaultDraft } from '#ports/vault';
import { carry, mustBeAll } from './carry-bytes.ts';
import { FileWithGaps } from './file-with-gaps.ts';
import { readAgain } from './second-read.ts';
import type { InHand, SpentSoFar } from './turns/waiting-sampler.ts';

export interface CopyTools {
  readonly vault: Vault;
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  /** Bytes that cannot be read and that a file may have; 0: none. */
  readonly gapBytesMax: number;
  /** The file is read from the recorder a second time and must be the same. */
  readonly readTwice: boolean;
  readonly spent: SpentSoFar;
}

export interface CopyOptions {
  readonly signal: AbortSignal;
  readonly hand: InHand;
  readonly onBytes: (bytes: number) => void;
  /** It has more gaps than are allowed: no use in trying again now. */
  readonly onGivenUp: () => void;
}

export interface CopiedFile {
  readonly draft: VaultDraft;
  /** SM3 comes with the seal. */
  readonly digests: Digests;
  readonly gaps: readonly ByteRange[];
  readonly sourceReread: SourceReread | null;
}

/**
 * One read of the recorder: bytes go to a finished draft and through the digest at once. The caller commits or discards the draft.
 * Throws recorder.file-changed if the file is not what was listed, before or after, recorder.unstable if a second read differs. A draft never
 * survives an error.
 */
export async function copyFile(original: Original, volume: Volume, tools: CopyTools, options: CopyOptions): Promise<CopiedFile> {
  const file = await volume.open(original.cardPath);
  try {
    await unchanged(file, original);
    const draft = await tools.vault.draft(original.vaultKey, original.bytes);
    const { signal, hand, onBytes, onGivenUp } = options;
    const source = new FileWithGaps({ file, original, gapBytesMax: tools.gapBytesMax, signal, onGivenUp });
    try {
      const carried = await carry({ ...tools, source, draft, bytes: original.bytes, signal, hand, onBytes });
      await unchanged(file, original);
      mustBeAll(carried, original.cardPath, original.bytes);
      await source.settle();
      const { sha256 } = carried;
      const gaps = source.ranges;
      const again = { ...tools, file, original, sha256, gaps, signal };
      const [finished, reread] = await Promise.allSettled([finish(draft, original.bytes, hand), tools.readTwice ? readAgain(again) : null]);
      if (finished.status === 'rejected') throw finished.reason;
      // A file that is being changed is no sign of a recorder that cannot be trusted.
      if (tools.readTwice) await unchanged(file, original);
      if (reread.status === 'rejected') throw reread.reason;
      return { draft, digests: { sha256, sm3: null }, gaps, sourceReread: reread.value };
    } catch (error) {
      await draft.discard();
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function finish(draft: VaultDraft, bytes: number, hand: InHand): Promise<void> {
  hand.hold = 'flush';
  await draft.finish(bytes);
  hand.hold = 'recorder';
}

async function unchanged(file: VolumeFile, original: Original): Promise<void> {
  const now = await file.stat();
  if (now.bytes !== original.bytes || Math.floor(now.mtimeMs) !== original.mtimeMs) {
    throw new EvidockError(
      'recorder.file-changed',
      because('size-changed', { path: original.cardPath, bytes: original.bytes, found: now.bytes }),
    );
  }
}
