import { setTimeout as wait } from 'node:timers/promises';
import { appendRange, type ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { VolumeFile } from '#ports/recorder-driver';

/** A chunk that fails is read in pieces, and a piece that fails in blocks. */
const PIECE_BYTES = 64 * 1024;
/** The kernel reads, and fails, by pages: smaller reads would save nothing more. */
const BLOCK_BYTES = 4096;
const RANGES_MAX = 10_000;
/**
 * How long an error waits before it counts as a gap, and a file with gaps before it counts as complete, ms. A recorder that is pulled looks like a bad sector
 * at first: its reads fail about 0.15 s before the system tells that it is gone.
 */
const PULL_NOTICE_MS = 500;
/** After so long at gaps of one file, ms, a failing piece is given up at its first error. Dying media take seconds over each bad block. */
const FINE_MS_MAX = 2 * 60_000;
/** After so long at gaps the whole file is given up, ms. */
const SPENT_MS_MAX = 10 * 60_000;

interface Options {
  readonly file: VolumeFile;
  readonly original: Original;
  /** How many bytes of a file may be unreadable for it to be copied; 0: none. */
  readonly gapBytesMax: number;
  readonly signal: AbortSignal;
  /** Called when the file has more gaps than are allowed. Reading it again would only wear out the medium further. */
  readonly onGivenUp: () => void;
}

/** Reads a file of a recorder past its gaps. Bytes that cannot be read become zeros, and their range is remembered. */
export class FileWithGaps {
  /** The gaps in order; those that touch are joined. */
  readonly ranges: ByteRange[] = [];
  readonly #options: Options;
  #gapBytes = 0;
  #spentMs = 0;
  #lastAtMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** For a lane that reads by itself: it reads up to the first error, and `read` goes on from there. */
  get descriptor(): number | undefined {
    return this.#options.file.descriptor;
  }

  /** Reads as VolumeFile.read does. Throws recorder.read-failed only beyond the limits, and for a byte after the listed end. */
  async read(target: Uint8Array, position: number): Promise<number> {
    const { file, original, gapBytesMax, signal } = this.#options;
    try {
      return await file.read(target, position, signal);
    } catch (error) {
      if (!isFailure(error, 'recorder.read-failed') || gapBytesMax === 0 || position >= original.bytes) throw error;
    }
    return this.#readAround(target.subarray(0, Math.min(target.length, original.bytes - position)), position);
  }

  /** Reads a failed chunk once more as a whole, because some errors pass (a reset of the bus), and then piece by piece. */
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

  /** Reads once; null if the recorder could not deliver the bytes. */
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

  /** Fills the bytes with zeros and notes the gap. Returns how many bytes. */
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
   * Called after the last read. The gaps count only if the recorder is still there: it has to deliver once more a block that it delivered before, past the page
   * cache where that is possible. Throws recorder.read-failed if it does not, or if nothing of the file could be read at all.
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
