import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { BufferPool } from '#ports/buffer-pool';
import type { Lanes, Passage } from '#ports/lanes';
import type { VaultDraft } from '#ports/vault';
import { addSpent, type InHand, type SpentSoFar } from './turns/waiting-sampler.ts';

/** So many chunks of one file may be between reading and writing. Reading and writing overlap then, and other files get their share. */
const CHUNKS_IN_FLIGHT = 4;
/** A file that is to be read. */
interface Source {
  /** Reads as VolumeFile.read does. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** For a lane that reads by itself. Where that lane meets an error, the file goes on by `read`. */
  readonly descriptor: number | undefined;
}

export interface Carriage {
  readonly source: Source;
  /** Size of the file as it was listed. */
  readonly bytes: number;
  readonly draft: VaultDraft;
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly signal: AbortSignal;
  readonly hand: InHand;
  readonly spent: SpentSoFar;
  readonly onBytes: (bytes: number) => void;
}

export interface Carried {
  /** How many bytes came: fewer than were listed if the file ends before, more if it is longer. */
  readonly bytes: number;
  /** Digest of all bytes that were read, taken as they were written. */
  readonly sha256: string;
}

/** Reads a file in order; a lane hashes and writes each chunk. When this has ended, also by an error, nothing reads or writes any more. */
export async function carry(carriage: Carriage): Promise<Carried> {
  return new Carrier(carriage).run();
}

interface Chunk {
  readonly memory: Uint8Array;
  readonly bytes: number;
}

class Carrier {
  readonly #carriage: Carriage;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown;
  #position = 0;
  /** A read gave fewer bytes than it was asked for: a regular file ends there. */
  #ended = false;

  constructor(carriage: Carriage) {
    this.#carriage = carriage;
  }

  async run(): Promise<Carried> {
    const { draft, lanes, source, buffers, bytes } = this.#carriage;
    const { descriptor } = source;
    const passage = lanes.open(draft, { reads: descriptor !== undefined && bytes > buffers.chunkBytes });
    try {
      try {
        if (passage.reads && descriptor !== undefined) await this.#pull(passage, descriptor);
        await this.#feed(passage);
      } finally {
        // Chunks and draft are in use until the last write has ended, also after an error.
        await Promise.all(this.#inFlight);
      }
      if (this.#failure !== undefined) throw this.#failure;
      return { bytes: this.#position, sha256: await passage.digest() };
    } finally {
      passage.abort();
    }
  }

  /** Lets the lane read by itself as long as the recorder delivers all bytes that are asked for. */
  async #pull(passage: Passage, descriptor: number): Promise<void> {
    const { bytes, signal, hand, spent, onBytes } = this.#carriage;
    hand.hold = 'lane';
    while (this.#position < bytes) {
      signal.throwIfAborted();
      const pulled = await passage.pull(descriptor, { start: this.#position, end: bytes });
      this.#position += pulled.bytes;
      addSpent(spent, pulled);
      onBytes(pulled.bytes);
      if (pulled.failed || pulled.bytes === 0) return;
    }
  }

  /** Reads to the listed end and one byte beyond it. Not further: a file that grows as fast as it is read would never end. */
  async #feed(passage: Passage): Promise<void> {
    const { bytes, hand } = this.#carriage;
    while (!this.#ended && this.#failure === undefined && this.#position <= bytes) {
      this.#send(passage, await this.#read());
      hand.hold = 'lane';
      while (this.#inFlight.size >= CHUNKS_IN_FLIGHT) await Promise.race(this.#inFlight);
    }
  }

  /** Reads the next chunk, which is shorter at the end of the file. */
  async #read(): Promise<Chunk> {
    const { source, buffers, signal, hand, bytes } = this.#carriage;
    hand.hold = 'lane';
    const memory = await buffers.acquire(signal);
    hand.hold = 'recorder';
    const start = this.#position;
    const wanted = Math.min(memory.length, bytes + 1 - start);
    const enough = Math.max(1, Math.min(memory.length, bytes - start));
    let filled = 0;
    try {
      while (filled < enough) {
        const got = await source.read(memory.subarray(filled, wanted), start + filled);
        if (got === 0) break;
        filled += got;
      }
    } catch (error) {
      buffers.release(memory);
      throw error;
    }
    this.#ended = filled < wanted;
    return { memory, bytes: filled };
  }

  #send(passage: Passage, { memory, bytes }: Chunk): void {
    const { buffers, spent, onBytes } = this.#carriage;
    if (bytes === 0) {
      buffers.release(memory);
      return;
    }
    const position = this.#position;
    this.#position += bytes;
    const taken: Promise<void> = passage
      .take(memory, bytes, position)
      .then((times) => {
        addSpent(spent, times);
        onBytes(bytes);
      })
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        buffers.release(memory);
        this.#inFlight.delete(taken);
      });
    this.#inFlight.add(taken);
  }
}

/** Throws unless exactly the listed bytes came. */
export function mustBeAll({ bytes }: Carried, cardPath: string, listed: number): void {
  if (bytes > listed) throw new EvidockError('recorder.file-changed', because('longer-than-listed', { path: cardPath, bytes: listed }));
  if (bytes < listed)
    throw new EvidockError('recorder.read-failed', because('bytes-came', { thing: cardPath, found: bytes, bytes: listed }));
}
