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
  /** How many bytes of a file may be unreadable for it to be copied; 0: none. */
  readonly gapBytesMax: number;
  /** True: the file is read from the recorder a second time, and must give the same bytes. */
  readonly readTwice: boolean;
  readonly spent: SpentSoFar;
}

export interface CopyOptions {
  readonly signal: AbortSignal;
  readonly hand: InHand;
  readonly onBytes: (bytes: number) => void;
  /** Called when the file has more gaps than are allowed, so that another try now is of no use. */
  readonly onGivenUp: () => void;
}

export interface CopiedFile {
  readonly draft: VaultDraft;
  /** Without SM3, which is computed when the copy is sealed. */
  readonly digests: Digests;
  readonly gaps: readonly ByteRange[];
  readonly sourceReread: SourceReread | null;
}

/**
 * Reads a file of the recorder once, into a finished draft, and hashes it on the way. The caller commits or discards the draft. Throws recorder.file-changed if
 * the file is not as it was listed, before or after the read, and recorder.unstable if a second read differs. After an error no draft is left.
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
      // A file that the recorder still changes is no sign that the recorder cannot be trusted.
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
