import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import { asEvidockError, EvidockError, failureReason, isFailure } from '#domain/errors';
import type { Block } from '#domain/eviction/block-digests';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { WHOLE_BYTES_MAX } from '#domain/vault/file-sample';
import { type Log, scrubNoticed, servedUnchecked } from '#events';
import type { Archive, ObjectName } from '#ports/archive';
import type { ArchivedCopies, ArchivedItem } from '#ports/archived-copies';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { VaultReader } from '#ports/vault';
import { keptBlocks } from '#steps/kept-blocks';
import { isKnownBad, noteBadCopy } from '#steps/note-bad-copy';
import { twinCopies } from './twin-copies.ts';

interface Options {
  readonly ledger: Ledger;
  /** Holds the lists of blocks. */
  readonly vault: Pick<VaultReader, 'readSmall'>;
  /** null: there is none, and nothing can be read. */
  readonly archive: Archive | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a copy was found bad: the scrub is to read it whole now. */
  readonly foundBad: () => void;
}

/** The digests of an original's blocks, as far as they are known. */
interface Blocks {
  of(start: number, end: number): readonly Block[];
}

/** Reads archived copies for whoever shows or parses them, each block of an original compared with what was sealed before its bytes go out. */
export class CheckedArchivedCopies implements ArchivedCopies {
  readonly #options: Options;
  /** The last original of which was told that it is shown unchecked. */
  #toldOf: string | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  get #archive(): Archive {
    if (this.#options.archive === null) throw new EvidockError('archive.missing', because('none-configured', {}));
    return this.#options.archive;
  }

  async mustBeThere(item: ArchivedItem): Promise<void> {
    let failure: EvidockError | null = null;
    for await (const copy of this.#copies(item)) {
      const found = await this.#archive.head(copy);
      if (found?.bytes === item.bytes) return;
      failure ??= found
        ? new EvidockError('archive.mismatch', because('size-sealed', { key: copy.key, found: found.bytes, bytes: item.bytes }))
        : new EvidockError('archive.missing', because('key', { key: copy.key }));
    }
    throw failure ?? new EvidockError('archive.missing', because('not-archived', { id: item.itemId }));
  }

  async read(item: ArchivedItem, range: ByteRange, signal?: AbortSignal): Promise<Readable> {
    const original = await this.#options.ledger.originals.get(item.itemId);
    if (original === null) return this.#archive.read(item, range, signal);
    const blocks = await this.#blocksOf(original);
    if (blocks === null) return this.#unchecked(item, range, signal);
    const closed = new AbortController();
    const ends = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal;
    const parts = this.#checked(item, { original, blocks, range, signal: ends });
    // The first block comes before anybody is told that there is an answer.
    return streamOf(await parts.next(), parts, closed);
  }

  async #unchecked(item: ArchivedItem, range: ByteRange, signal?: AbortSignal): Promise<Readable> {
    let failure: unknown;
    for await (const copy of this.#copies(item)) {
      try {
        return await this.#archive.read(copy, range, signal);
      } catch (error) {
        if (!isOfCopy(error)) throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  /** null where nothing is known of a part of it alone: it was sealed before lists of blocks were kept, or its list is lost. */
  async #blocksOf(original: Original): Promise<Blocks | null> {
    const { id: originalId, recordingId, bytes, digests, blocksSha256 } = original;
    // A small one has no list, and is one block.
    if (digests && bytes <= WHOLE_BYTES_MAX) return { of: () => [{ start: 0, end: bytes, sha256: digests.sha256 }] };
    const list = await keptBlocks(this.#options.vault, original);
    // Whoever reads a file in many small pieces is told of once.
    if (list === null && this.#toldOf !== originalId) {
      this.#toldOf = originalId;
      servedUnchecked(this.#options.log, { recordingId, originalId, why: blocksSha256 === null ? 'no-block-list' : 'block-list-lost' });
    }
    return list;
  }

  /** This copy, then those of other names of the same bytes. */
  async *#copies(item: ArchivedItem): AsyncGenerator<ArchivedItem> {
    yield item;
    const original = await this.#options.ledger.originals.get(item.itemId);
    if (original) yield* twinCopies(this.#options.ledger, this.#archive.name, original);
  }

  async *#checked(
    item: ArchivedItem,
    { original, blocks, range, signal }: { original: Original; blocks: Blocks; range: ByteRange; signal: AbortSignal },
  ): AsyncGenerator<Buffer> {
    let at = range.start;
    let failure: unknown;
    for await (const copy of this.#copies(item)) {
      const parts = this.#ofCopy(copy, { blocks, range: { start: at, end: range.end }, signal });
      try {
        for await (const part of parts) {
          at += part.length;
          yield part;
        }
        return;
      } catch (error) {
        if (!isOfCopy(error)) throw error;
        await this.#noteBad(copy, original, error);
        failure ??= error;
      }
    }
    throw failure;
  }

  /** The range from one copy. Throws archive.mismatch or archive.missing at the first block that two readings do not give. */
  async *#ofCopy(
    copy: ArchivedItem,
    { blocks, range, signal }: { blocks: Blocks; range: ByteRange; signal: AbortSignal },
  ): AsyncGenerator<Buffer> {
    const blockAt = (position: number): Block => {
      const [block] = blocks.of(position, position + 1);
      if (!block) throw new EvidockError('archive.mismatch', because('key', { key: copy.key }));
      return block;
    };
    if (range.start >= range.end) return;
    const taken = new Pieces(this.#archive, copy, { start: blockAt(range.start).start, end: blockAt(range.end - 1).end }, signal);
    try {
      for (let at = range.start; at < range.end; ) {
        const block = blockAt(at);
        const bytes = await this.#whole(copy, block, { taken, signal });
        yield bytes.subarray(at - block.start, Math.min(range.end, block.end) - block.start);
        at = block.end;
      }
    } finally {
      await taken.close();
    }
  }

  /** One block. A single reading may be a fault of the way, so one that differs is read once more, alone. */
  async #whole(copy: ArchivedItem, block: Block, { taken, signal }: { taken: Pieces; signal: AbortSignal }): Promise<Buffer> {
    const { start, end } = block;
    const first = await taken.next(end - start).catch((error: unknown) => {
      if (isOfCopy(error)) return null;
      throw error;
    });
    if (first && digestOf(first) === block.sha256) return first;
    const again = new Pieces(this.#archive, copy, { start, end }, signal);
    try {
      const second = await again.next(end - start);
      const found = digestOf(second);
      if (found === block.sha256) return second;
      throw new EvidockError('archive.mismatch', because('block-differs', { key: copy.key, start, end, found, sha256: block.sha256 }));
    } finally {
      await again.close();
    }
  }

  /** Puts a bad copy on record as the scrub does, which reads it whole next. What is on record already, or was withdrawn meanwhile, stays as it is. */
  async #noteBad({ itemId, recordingId, key, versionId = null }: ArchivedItem, original: Original, error: EvidockError): Promise<void> {
    const { ledger, clock, log, foundBad } = this.#options;
    const place = this.#archive.name;
    const atMs = clock.nowMs();
    const isNew = await ledger.transaction(async (writer) => {
      const copies = await writer.recordings.copies(recordingId);
      const copy = copies.find((each) => each.itemId === itemId && each.where === place && each.key === key);
      if (copy?.versionId !== versionId || (await isKnownBad(writer, copy))) return false;
      const found = failureReason(asEvidockError(error));
      return noteBadCopy(writer, copy, { sha256: original.digests?.sha256 ?? '', found, atMs, dueAtMs: atMs });
    });
    if (!isNew) return;
    scrubNoticed(log, { what: 'bad', place, recordingId, key });
    foundBad();
  }
}

const digestOf = (bytes: Uint8Array) => hash('sha256', bytes);

/** A failure of this copy, and not of the way to the archive. */
const isOfCopy = (error: unknown) => isFailure(error, 'archive.mismatch', 'archive.missing');

/** Gives one part at a time, the first of which has come already. Whoever destroys the stream ends what the archive still sends. */
function streamOf(first: IteratorResult<Buffer>, parts: AsyncGenerator<Buffer>, closed: AbortController): Readable {
  let next: Promise<IteratorResult<Buffer>> | null = Promise.resolve(first);
  return new Readable({
    highWaterMark: 1,
    read() {
      const coming = next ?? parts.next();
      next = null;
      coming.then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      closed.abort();
      const end = () => done(error);
      parts.return(undefined).then(end, end);
    },
  });
}

/** A range of an archived object, taken in pieces. Holds one piece and what the archive gave beyond it. */
class Pieces {
  readonly #open: () => Promise<Readable>;
  #stream: Readable | null = null;
  #chunks: AsyncIterator<Buffer> | null = null;
  #left: Buffer = Buffer.alloc(0);

  constructor(archive: Pick<Archive, 'read'>, object: ObjectName, range: ByteRange, signal: AbortSignal) {
    this.#open = () => archive.read(object, range, signal);
  }

  /** The next so many bytes; fewer where the object ends. Throws archive.*. */
  async next(bytes: number): Promise<Buffer> {
    await this.#more();
    // What came in one chunk is not copied.
    if (this.#left.length >= bytes) return this.#take(bytes);
    const piece = Buffer.allocUnsafe(bytes);
    let filled = 0;
    while (filled < bytes && (await this.#more())) filled += this.#take(bytes - filled).copy(piece, filled);
    return piece.subarray(0, filled);
  }

  /** Has something left, if there is more. Returns whether there is. */
  async #more(): Promise<boolean> {
    if (this.#left.length > 0) return true;
    if (this.#chunks === null) {
      this.#stream = await this.#open();
      this.#chunks = (this.#stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    }
    const { done, value } = await this.#chunks.next();
    if (!done) this.#left = value;
    return !done;
  }

  #take(bytes: number): Buffer {
    const taken = this.#left.subarray(0, bytes);
    this.#left = this.#left.subarray(taken.length);
    return taken;
  }

  async close(): Promise<void> {
    this.#stream?.destroy();
    await this.#chunks?.return?.();
  }
}
