import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original, SourceReread } from '#domain/recording';
import type { BufferPool } from '#ports/buffer-pool';
import type { Lanes, Passage } from '#ports/lanes';
import type { Volume, VolumeFile } from '#ports/recorder-driver';

interface CardRead {
  readonly file: VolumeFile;
  readonly original: Pick<Original, 'cardPath' | 'bytes'>;
  /** Gaps of the copy. They are not read, and count as zeros as in the copy. */
  readonly gaps: readonly ByteRange[];
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly signal: AbortSignal;
  /** Awaited before each chunk. A reader with the lowest priority waits here for the others. */
  readonly gate?: () => Promise<void>;
}

interface SecondRead extends CardRead {
  /** Digest of the first read. */
  readonly sha256: string;
}

/** Reads the file from the recorder once more, past the page cache where that is possible. Throws recorder.unstable if the bytes are not the same. */
export async function readAgain(read: SecondRead): Promise<SourceReread> {
  const forgotten = (await read.file.forget?.()) ?? false;
  if ((await digestOnCard(read)) !== read.sha256)
    throw new EvidockError('recorder.unstable', because('path', { path: read.original.cardPath }));
  return forgotten ? 'nocache' : 'cached';
}

/** SHA-256 of a file on the recorder, with zeros at the gaps as in its copy. Throws recorder.*. */
export async function digestOnCard(read: CardRead): Promise<string> {
  // The chunks are read here, so that a copy can have the lane that reads by itself.
  const passage = read.lanes.open(null, { reads: false });
  try {
    await hashAll(read, passage);
    return await passage.digest();
  } finally {
    passage.abort();
  }
}

/** Hashes one chunk while the next one is read. */
async function hashAll(read: CardRead, passage: Passage): Promise<void> {
  const { original, buffers, signal, gate } = read;
  let hashing: Promise<unknown> = Promise.resolve();
  try {
    for (let position = 0; position < original.bytes; ) {
      await gate?.();
      const chunk = await buffers.acquire(signal);
      const bytes = Math.min(chunk.length, original.bytes - position);
      try {
        await readKept(read, chunk.subarray(0, bytes), position);
        await hashing;
      } catch (error) {
        buffers.release(chunk);
        throw error;
      }
      hashing = passage.take(chunk, bytes, position).finally(() => buffers.release(chunk));
      // The promise is awaited below in any case. Until then its failure must not count as an unhandled one.
      hashing.catch(() => undefined);
      position += bytes;
    }
  } finally {
    await hashing;
  }
}

/** Fills `target` with the file's bytes from `position` on. Gaps of the copy are not read and become zeros. */
export async function readKept(
  { file, original, gaps, signal }: Pick<CardRead, 'file' | 'original' | 'gaps' | 'signal'>,
  target: Uint8Array,
  position: number,
): Promise<void> {
  const end = position + target.length;
  let at = position;
  for (const gap of [...gaps.filter((range) => range.end > position && range.start < end), { start: end, end }]) {
    while (at < gap.start) {
      const bytes = await file.read(target.subarray(at - position, gap.start - position), at, signal);
      if (bytes === 0) throw new EvidockError('recorder.unstable', because('ends-after', { path: original.cardPath, bytes: at }));
      at += bytes;
    }
    target.fill(0, at - position, Math.min(gap.end, end) - position);
    at = Math.max(at, Math.min(gap.end, end));
  }
}

const LOOK_BYTES = 64 * 1024;

/** Whether all gaps of an original can be read now. Only the gaps are tried, and none after `endMs` (of performance.now()). Throws recorder.removed. */
export async function gapsReadNow(volume: Volume, original: Original, options: { signal: AbortSignal; endMs: number }): Promise<boolean> {
  const file = await volume.open(original.cardPath);
  try {
    const target = new Uint8Array(LOOK_BYTES);
    for (const { start, end } of original.gaps) {
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
