import type { ByteRange } from '#domain/byte-range';
import type { Digests } from '#domain/digest';
import { EvidockError } from '#domain/errors';
import type { Original, SourceReread } from '#domain/recording';
import type { BufferPool } from '#ports/buffer-pool';
import type { Hasher, HashStream } from '#ports/hasher';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { Vault, VaultDraft } from '#ports/vault';
import { BadSpots } from './bad-spots.ts';
import { readAgain } from './second-read.ts';
import type { InFlight, Lane } from './waiting.ts';

/** Chunks of one file that may be between reading and written at once: enough to overlap, few enough to be fair. */
const CHUNKS_IN_FLIGHT = 4;
/** The disk starts writing while the rest is still being read. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

export interface CopyTools {
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly buffers: BufferPool;
  readonly sm3: boolean;
  /** Unreadable bytes that a file may have; 0: none. */
  readonly unreadableBytesMax: number;
  /** The file is read from the recorder a second time and must be the same. */
  readonly readTwice: boolean;
  readonly inFlight: InFlight;
}

export interface CopyOptions {
  readonly signal: AbortSignal;
  readonly lane: Lane;
  readonly onBytes: (bytes: number) => void;
  /** It has more unreadable places than are allowed: no use in trying again now. */
  readonly onGivenUp: () => void;
}

export interface CopiedFile {
  readonly draft: VaultDraft;
  readonly digests: Digests;
  readonly unreadable: readonly ByteRange[];
  readonly sourceReread: SourceReread | null;
}

/**
 * One read of the recorder: bytes go to a finished draft and through the digests at once. The caller commits or discards the draft.
 * Throws recorder.file-changed if the file is not what was listed, before or after, recorder.unstable if a second read differs. A draft never
 * survives an error.
 */
export async function copyFile(original: Original, volume: Volume, tools: CopyTools, options: CopyOptions): Promise<CopiedFile> {
  const file = await volume.open(original.cardPath);
  try {
    await unchanged(file, original);
    const draft = await tools.vault.draft(original.vaultKey, original.bytes);
    const hash = tools.hasher.open({ sm3: tools.sm3 });
    const { signal, onGivenUp } = options;
    const source = new BadSpots({ file, original, unreadableBytesMax: tools.unreadableBytesMax, signal, onGivenUp });
    try {
      const copied = await new Flow(source, draft, hash, tools, options).run(original);
      await unchanged(file, original);
      if (copied !== original.bytes)
        throw new EvidockError('recorder.read-failed', `${original.cardPath}: ${copied} of ${original.bytes} bytes came`);
      await source.settle();
      const digests = await hash.digest();
      const unreadable = source.ranges;
      const again = { ...tools, file, original, sha256: digests.sha256, unreadable, signal };
      const [finished, reread] = await Promise.allSettled([finish(draft, copied, options.lane), tools.readTwice ? readAgain(again) : null]);
      if (finished.status === 'rejected') throw finished.reason;
      // A file that is being changed is no sign of a recorder that cannot be trusted.
      if (tools.readTwice) await unchanged(file, original);
      if (reread.status === 'rejected') throw reread.reason;
      return { draft, digests, unreadable, sourceReread: reread.value };
    } catch (error) {
      hash.abort();
      await draft.discard();
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function finish(draft: VaultDraft, bytes: number, lane: Lane): Promise<void> {
  lane.hold = 'flush';
  await draft.finish(bytes);
  lane.hold = 'recorder';
}

async function unchanged(file: VolumeFile, original: Original): Promise<void> {
  const now = await file.stat();
  if (now.bytes !== original.bytes || Math.floor(now.mtimeMs) !== original.mtimeMs) {
    throw new EvidockError('recorder.file-changed', `${original.cardPath}: ${original.bytes} bytes were listed, now ${now.bytes}`);
  }
}

/** Reads in order; each chunk is hashed and written while the next ones are read. */
class Flow {
  readonly #source: BadSpots;
  readonly #draft: VaultDraft;
  readonly #hash: HashStream;
  readonly #tools: CopyTools;
  readonly #options: CopyOptions;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown;
  #flushing = false;
  #unflushed = 0;
  #pendingFlush: Promise<void> = Promise.resolve();

  constructor(source: BadSpots, draft: VaultDraft, hash: HashStream, tools: CopyTools, options: CopyOptions) {
    this.#source = source;
    this.#draft = draft;
    this.#hash = hash;
    this.#tools = tools;
    this.#options = options;
  }

  /** A file that grows as fast as it is read would never end: one byte more than was listed is enough to know. */
  async run(original: Original): Promise<number> {
    const end = original.bytes + 1;
    const { buffers } = this.#tools;
    const { lane, signal } = this.#options;
    let position = 0;
    try {
      for (;;) {
        if (this.#failure !== undefined) break;
        lane.hold = 'chunk';
        const chunk = await buffers.acquire(signal);
        lane.hold = 'recorder';
        const wanted = Math.min(chunk.length, end - position);
        const bytes = await this.#fill(chunk, wanted, position);
        if (bytes === 0) break;
        this.#send(chunk, bytes, position);
        position += bytes;
        lane.hold = 'chunk';
        while (this.#inFlight.size >= CHUNKS_IN_FLIGHT) await Promise.race(this.#inFlight);
        if (position >= end)
          throw new EvidockError('recorder.file-changed', `${original.cardPath}: longer than the ${original.bytes} bytes that were listed`);
        if (bytes < wanted) break;
      }
    } finally {
      // Buffers and the draft are in use until the last of them is done, also after an error.
      await Promise.all(this.#inFlight);
      await this.#pendingFlush;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return position;
  }

  /** Reads `wanted` bytes, fewer at the end of the file; gives the chunk back if there is nothing to send. */
  async #fill(chunk: Uint8Array, wanted: number, position: number): Promise<number> {
    let filled = 0;
    try {
      while (filled < wanted) {
        const target = filled === 0 && wanted === chunk.length ? chunk : chunk.subarray(filled, wanted);
        const bytes = await this.#source.read(target, position + filled);
        if (bytes === 0) break;
        filled += bytes;
      }
    } catch (error) {
      this.#tools.buffers.release(chunk);
      throw error;
    }
    if (filled === 0) this.#tools.buffers.release(chunk);
    return filled;
  }

  #send(chunk: Uint8Array, bytes: number, position: number): void {
    // The chunk goes back only when both have let go of it, also where one of them failed.
    const { buffers, inFlight } = this.#tools;
    inFlight.hashing += 1;
    inFlight.writing += 1;
    const hashed = this.#hash.update(chunk, bytes).finally(() => {
      inFlight.hashing -= 1;
    });
    const written = this.#draft.write(chunk, bytes, position).finally(() => {
      inFlight.writing -= 1;
    });
    const halves = Promise.allSettled([hashed, written]);
    this.#track(
      halves.then((outcomes) => {
        buffers.release(chunk);
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
        this.#options.onBytes(bytes);
        this.#flushSometimes(bytes);
      }),
    );
  }

  #flushSometimes(bytes: number): void {
    this.#unflushed += bytes;
    if (this.#flushing || this.#unflushed < FLUSH_EVERY_BYTES) return;
    this.#flushing = true;
    this.#unflushed = 0;
    const flush = this.#draft.flush().then(() => {
      this.#flushing = false;
    });
    // Not one of the chunks in flight: the copy goes on while the disk writes.
    this.#pendingFlush = flush.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#inFlight.delete(tracked));
    this.#inFlight.add(tracked);
  }
}
