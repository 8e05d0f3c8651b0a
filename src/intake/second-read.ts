import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import type { Original, SourceReread } from '#domain/recording';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import { type Carriage, carry, type Source } from './carry.ts';

interface SecondRead extends Omit<Carriage, 'source' | 'draft' | 'onBytes'> {
  readonly file: VolumeFile;
  readonly original: Original;
  /** What the first read gave. */
  readonly sha256: string;
  /** Not tried again, and zeros as in the copy. */
  readonly unreadable: readonly ByteRange[];
}

/** Reads the file from the recorder once more, past the page cache where that can be had. Throws recorder.unstable if it is not the same. */
export async function readAgain(again: SecondRead): Promise<SourceReread> {
  const { file, original, unreadable, sha256 } = again;
  const forgotten = (await file.forget?.()) ?? false;
  const source = { read: aroundGaps(again), descriptor: unreadable.length === 0 ? file.descriptor : undefined };
  const carried = await carry({ ...again, source, draft: null, onBytes: () => undefined });
  if (carried.bytes < original.bytes)
    throw new EvidockError('recorder.unstable', `${original.cardPath}: ends after ${carried.bytes} bytes this time`);
  if (carried.sha256 !== sha256) throw new EvidockError('recorder.unstable', original.cardPath);
  return forgotten ? 'nocache' : 'cached';
}

/** Reads up to the next gap, or fills what lies in one with zeros. */
function aroundGaps({ file, unreadable, signal }: SecondRead): Source['read'] {
  return async (target, position) => {
    const gap = unreadable.find(({ end }) => end > position);
    if (!gap || gap.start >= position + target.length) return file.read(target, position, signal);
    if (gap.start > position) return file.read(target.subarray(0, gap.start - position), position, signal);
    const bytes = Math.min(target.length, gap.end - position);
    target.fill(0, 0, bytes);
    return bytes;
  };
}

const LOOK_BYTES = 64 * 1024;

/**
 * Whether all that an earlier docking could not read of a file can be read now. Only those places are tried, and none after `endMs` (of the
 * monotonic clock). Throws recorder.removed.
 */
export async function gapsReadNow(volume: Volume, original: Original, options: { signal: AbortSignal; endMs: number }): Promise<boolean> {
  const file = await volume.open(original.cardPath);
  try {
    const target = new Uint8Array(LOOK_BYTES);
    for (const { start, end } of original.unreadable) {
      for (let at = start; at < end; ) {
        if (performance.now() > options.endMs) return false;
        const bytes = await file.read(target.subarray(0, Math.min(LOOK_BYTES, end - at)), at, options.signal);
        if (bytes === 0) return false;
        at += bytes;
      }
    }
    return true;
  } catch (error) {
    if (isFailure(error, 'recorder.read-failed')) return false;
    throw error;
  } finally {
    await file.close();
  }
}
