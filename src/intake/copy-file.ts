import type { Digests } from '#domain/digest';
import { EvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { BufferPool } from '#ports/buffer-pool';
import type { Hasher, HashStream } from '#ports/hasher';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { Vault, VaultDraft } from '#ports/vault';

/** Chunks of one file that may be between reading and written at once: enough to overlap, few enough to be fair. */
const CHUNKS_IN_FLIGHT = 4;
/** The disk starts writing while the rest is still being read. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

export interface CopyTools {
  readonly vault: Vault;
  readonly hasher: Hasher;
  readonly buffers: BufferPool;
  readonly sm3: boolean;
}

/**
 * One read of the recorder: bytes go to a finished draft and through the digests at once. The caller commits or discards the draft.
 * Throws recorder.file-changed if the file is not what was listed, before or after. A draft never survives an error.
 */
export async function copyFile(
  original: Original,
  volume: Volume,
  tools: CopyTools,
  options: { signal: AbortSignal; onBytes: (bytes: number) => void },
): Promise<{ draft: VaultDraft; digests: Digests }> {
  const file = await volume.open(original.cardPath);
  try {
    await unchanged(file, original);
    const draft = await tools.vault.draft(original.vaultKey, original.bytes);
    const hash = tools.hasher.open({ sm3: tools.sm3 });
    try {
      const copied = await new Flow(file, draft, hash, tools.buffers, options).run(original);
      await unchanged(file, original);
      if (copied !== original.bytes)
        throw new EvidockError('recorder.read-failed', `${original.cardPath}: ${copied} of ${original.bytes} bytes came`);
      const digests = await hash.digest();
      await draft.finish(copied);
      return { draft, digests };
    } catch (error) {
      hash.abort();
      await draft.discard();
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function unchanged(file: VolumeFile, original: Original): Promise<void> {
  const now = await file.stat();
  if (now.bytes !== original.bytes || Math.floor(now.mtimeMs) !== original.mtimeMs) {
    throw new EvidockError('recorder.file-changed', `${original.cardPath}: ${original.bytes} bytes were listed, now ${now.bytes}`);
  }
}

/** Reads in order; each chunk is hashed and written while the next ones are read. */
class Flow {
  readonly #file: VolumeFile;
  readonly #draft: VaultDraft;
  readonly #hash: HashStream;
  readonly #buffers: BufferPool;
  readonly #options: { signal: AbortSignal; onBytes: (bytes: number) => void };
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown;
  #flushing = false;
  #unflushed = 0;
  #pendingFlush: Promise<void> = Promise.resolve();

  constructor(
    file: VolumeFile,
    draft: VaultDraft,
    hash: HashStream,
    buffers: BufferPool,
    options: { signal: AbortSignal; onBytes: (bytes: number) => void },
  ) {
    this.#file = file;
    this.#draft = draft;
    this.#hash = hash;
    this.#buffers = buffers;
    this.#options = options;
  }

  /** A file that grows as fast as it is read would never end: one byte more than was listed is enough to know. */
  async run(original: Original): Promise<number> {
    const end = original.bytes + 1;
    let position = 0;
    try {
      for (;;) {
        if (this.#failure !== undefined) break;
        const chunk = await this.#buffers.acquire(this.#options.signal);
        const wanted = Math.min(chunk.length, end - position);
        const bytes = await this.#fill(chunk, wanted, position);
        if (bytes === 0) break;
        this.#send(chunk, bytes, position);
        position += bytes;
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
        const bytes = await this.#file.read(target, position + filled, this.#options.signal);
        if (bytes === 0) break;
        filled += bytes;
      }
    } catch (error) {
      this.#buffers.release(chunk);
      throw error;
    }
    if (filled === 0) this.#buffers.release(chunk);
    return filled;
  }

  #send(chunk: Uint8Array, bytes: number, position: number): void {
    // The chunk goes back only when both have let go of it, also where one of them failed.
    const halves = Promise.allSettled([this.#hash.update(chunk, bytes), this.#draft.write(chunk, bytes, position)]);
    this.#track(
      halves.then((outcomes) => {
        this.#buffers.release(chunk);
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
