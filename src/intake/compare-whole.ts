import { isCardFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Verdict } from '#ports/known-proof';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { ComparisonTools } from './comparison.ts';
import { digestOnCard } from './second-read.ts';

export async function isAsListed(file: VolumeFile, { bytes, mtimeMs }: Pick<Original, 'bytes' | 'mtimeMs'>): Promise<boolean> {
  const now = await file.stat();
  return now.bytes === bytes && Math.floor(now.mtimeMs) === mtimeMs;
}

export interface WholeComparison {
  readonly verdict: Verdict;
  /** Digest of the file on the card, if it differs; else null. */
  readonly sha256: string | null;
}

interface WholeTools extends Pick<ComparisonTools, 'lanes' | 'buffers'> {
  readonly signal: AbortSignal;
  readonly gate?: () => Promise<void>;
}

/**
 * Reads a file of any size once from its first byte to its last, past the page cache where that is possible, and compares its digest with the sealed one. The
 * vault's copy is not read. A difference counts only when a second read gives the same digest. Throws recorder.removed.
 */
export async function compareWhole(known: Original, volume: Volume, tools: WholeTools): Promise<WholeComparison> {
  const unread: WholeComparison = { verdict: 'unread', sha256: null };
  let file: VolumeFile | undefined;
  try {
    file = await volume.open(known.cardPath);
    const read = { ...tools, file, original: known, gaps: known.gaps };
    const digest = async (card: VolumeFile) => {
      await card.forget?.();
      return digestOnCard(read);
    };
    const sha256 = await digest(file);
    const differs = sha256 !== known.digests?.sha256;
    // A reader that gives other bytes at each read proves nothing.
    if (differs && (await digest(file)) !== sha256) return unread;
    if (!(await isAsListed(file, known))) return unread;
    return differs ? { verdict: 'differs', sha256 } : { verdict: 'same', sha256: null };
  } catch (error) {
    if (isCardFailure(error)) return unread;
    throw error;
  } finally {
    await file?.close();
  }
}
