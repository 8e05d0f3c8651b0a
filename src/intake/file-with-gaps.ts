import { setTimeout as wait } from 'node:timers/promises';
import { appendRange, type ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { VolumeFile } from '#ports/recorder-driver';

/** A chunk that fails is read in pieces, and a piece that fails in blocks. */
const PIECE_BYTES = 64 * 1024;
/** The kernel reads, and fails, by pages: nothing can be won by asking for less. */
const BLOCK_BYTES = 4096;
const RANGES_MAX = 10_000;
/**
 * Pulling a recorder looks like a bad sector at first: its reads fail about 0.15 s before the system tells that it is gone. So much is waited
 * before an error is taken for a gap, and before a file with gaps is taken for whole.
 */
const PULL_NOTICE_MS = 500;
/** Dying media take seconds over each bad block: after so long at gaps, a failing piece of this file is given up at its first error. */
const FINE_MS_MAX = 2 * 60_000;
/** And after so long the file is. */
const SPENT_MS_MAX = 10 * 60_000;

interface Options {
  readonly file: VolumeFile;
  readonly original: Original;
  /** Bytes that cannot be read and that a file may have; 0: none. */
  readonly gapBytesMax: number;
  readonly signal: AbortSignal;
  /** The file has more gaps than are allowed: reading it again would only wear out what is left of the medium. */
  readonly onGivenUp: () => void;
}

/** A file of a recorder, read past its gaps: what cannot be read becomes zeros, and its range is remembered. */
export class FileWithGaps {
  /** In order, joined where they touch. */
  readonly ranges: ByteRange[] = [];
  readonly #options: Options;
  #gapBytes = 0;
  #spentMs = 0;
  #lastAtMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** A lane that reads for itself gets whole what can be read; where it cannot go on, `read` does. */
  get descriptor(): number | undefined {
    return this.#options.file.descriptor;
  }

  /** As VolumeFile.read. Throws recorder.read-failed only beyond the limits, and for a byte after the listed end. */
  async read(target: Uint8Array, position: number): Promise<number> {
    const { file, original, gapBytesMax, signal } = this.#options;
    try {
      return await file.read(target, position, signal);
    } catch (error) {
      if (!isFailure(error, 'recorder.read-failed') || gapBytesMax === 0 || position >= original.bytes) throw error;
    }
    return this.#readAround(target.subarray(0, Math.min(target.length, original.bytes - position)), position);
  }

  /** Once more as a whole, for errors that pass (a reset of the bus); then piece by piece. */
  async #readAround(target: Uint8Array, position: number): Promise<number> {
    if (this.ranges.length === 0) await wait(PULL_NOTICE_MS, undefined, { signal: this.#options.signal });
    const again = await this.#try(target, position);
    if (again !== null) return again;
    let filled = 0;
    while (filled < target.length) {
      const size = toNext(PIECE_BYTES, position + filled, target.length - filled);
      const bytes = await this.#readPiece(target.subarray(filled, filled + size), position + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  async #readPiece(target: Uint8Array, position: number): Promise<number> {
    const whole = await this.#try(target, position);
    if (whole !== null) return whole;
    let filled = 0;
    while (filled < target.length) {
      const left = target.length - filled;
      const size = this.#spentMs > FINE_MS_MAX ? left : toNext(BLOCK_BYTES, position + filled, left);
      const block = target.subarray(filled, filled + size);
      const bytes = (await this.#try(block, position + filled)) ?? this.#giveUp(block, position + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return filled;
  }

  /** null if the recorder could not deliver it. */
  async #try(target: Uint8Array, position: number): Promise<number | null> {
    const { file, signal } = this.#options;
    signal.throwIfAborted();
    const begun = performance.now();
    try {
      return await file.read(target, position, signal);
    } catch (error) {
      if (!isFailure(error, 'recorder.read-failed')) throw error;
      this.#lastAtMs = performance.now();
      this.#spentMs += this.#lastAtMs - begun;
      if (this.#spentMs > SPENT_MS_MAX) this.#refuse(because('gaps-late', { minutes: SPENT_MS_MAX / 60_000 }), error);
      return null;
    }
  }

  /** The bytes become zeros. Returns how many. */
  #giveUp(target: Uint8Array, position: number): number {
    target.fill(0);
    appendRange(this.ranges, { start: position, end: position + target.length });
    this.#gapBytes += target.length;
    if (this.#gapBytes > this.#options.gapBytesMax) this.#refuse(because('gaps-bytes', {}));
    if (this.ranges.length > RANGES_MAX) this.#refuse(because('gaps-many', { limit: RANGES_MAX }));
    return target.length;
  }

  #refuse(why: Reason, cause?: unknown): never {
    this.#options.onGivenUp();
    throw new EvidockError('recorder.read-failed', because('of', { thing: this.#options.original.cardPath, why }), cause);
  }

  /**
   * Called after the last read: the gaps are believed only if the recorder is still there. It has to deliver a block that it delivered before,
   * past the page cache where that can be had. Throws recorder.read-failed if it does not, or if nothing of the file could be read at all.
   */
  async settle(): Promise<void> {
    const { file, original, signal } = this.#options;
    if (this.ranges.length === 0) return;
    const left = PULL_NOTICE_MS - (performance.now() - this.#lastAtMs);
    if (left > 0) await wait(left, undefined, { signal });
    const readable = firstBetween(this.ranges, original.bytes);
    if (readable.start >= readable.end) this.#refuse(because('nothing-readable', {}));
    await file.forget?.();
    await file.read(new Uint8Array(Math.min(BLOCK_BYTES, readable.end - readable.start)), readable.start, signal);
  }
}

/** The first stretch that is in no range; empty if they cover all `bytes`. */
function firstBetween([first, second]: readonly ByteRange[], bytes: number): ByteRange {
  if (!first || first.start > 0) return { start: 0, end: first?.start ?? bytes };
  return { start: first.end, end: second?.start ?? bytes };
}

/** Bytes from `position` to the next multiple of `step`, at most `left`. */
function toNext(step: number, position: number, left: number): number {
  return Math.min(left, step - (position % step));
}
