import { LRUCache } from 'lru-cache';
import type { Item, Stores } from '#desk/footage';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError } from '#domain/errors';
import { type Played, SPANS_MAX } from '#domain/look/look';
import { type MediaIndex, mediaIndexOf, playedOf } from '#domain/look/media-index';
import type { ReadAt } from '#domain/media/iso-bmff';

const INDEXED = /^(video|audio)\/(mp4|quicktime|3gpp|x-m4a)/;
/** Numbers of all indexes that are kept: 8 bytes each. */
const NUMBERS_MAX = 4_000_000;
/** An archive on a slow link is not waited for longer. Then the entry says that the media time is not known. */
const READ_MS_MAX = 5000;
/** The tables of an index lie together: few reads of this size find them. */
const BLOCK_BYTES = 1024 * 1024;
const BLOCKS_MAX = 40;

/** Says which media time the sent bytes of an item hold, by the file's own index. Indexes are kept, the bytes of the file are not. */
export class PlayedTimes {
  readonly #indexes = new LRUCache<string, { readonly index: MediaIndex | null }>({
    maxSize: NUMBERS_MAX,
    sizeCalculation: ({ index }) => 1 + (index?.chunks.length ?? 0),
  });

  /** null where the file has no index, or it cannot be read now. */
  async of(deps: Stores, item: Item, from: 'vault' | 'archive', ranges: readonly ByteRange[]): Promise<readonly Played[] | null> {
    if (!INDEXED.test(item.mediaType)) return null;
    const index = await this.#indexOf(deps, item, from);
    return index && playedOf(index, ranges, SPANS_MAX);
  }

  async #indexOf(deps: Stores, item: Item, from: 'vault' | 'archive'): Promise<MediaIndex | null> {
    const known = this.#indexes.get(item.id);
    if (known) return known.index;
    try {
      const index = await (from === 'vault' ? fromVault(deps, item) : fromArchive(deps, item));
      this.#indexes.set(item.id, { index });
      return index;
    } catch (error) {
      // The look itself is on record in bytes. That its media time is not known stands in the entry, as null.
      if (error instanceof EvidockError || (error instanceof Error && error.name === 'TimeoutError')) return null;
      throw error;
    }
  }
}

async function fromVault({ vault }: Pick<Stores, 'vault'>, { key, bytes }: Item): Promise<MediaIndex | null> {
  const file = await vault.openFile(key);
  try {
    const readAt: ReadAt = async (position, length) => {
      const target = new Uint8Array(Math.max(0, Math.min(length, bytes - position)));
      return target.subarray(0, await file.read(target, position));
    };
    return await mediaIndexOf(readAt, bytes);
  } finally {
    await file.close();
  }
}

async function fromArchive({ archive, archived }: Pick<Stores, 'archive' | 'archived'>, item: Item): Promise<MediaIndex | null> {
  if (!archive) return null;
  const { bytes } = item;
  const signal = AbortSignal.timeout(READ_MS_MAX);
  const blocks = new Map<number, Uint8Array>();
  const blockAt = async (start: number): Promise<Uint8Array> => {
    const before = blocks.get(start);
    if (before) return before;
    if (blocks.size >= BLOCKS_MAX) return new Uint8Array();
    const chunks: Buffer[] = [];
    const range = { start, end: Math.min(bytes, start + BLOCK_BYTES) };
    for await (const chunk of await archived.read({ ...item, itemId: item.id }, range, signal)) chunks.push(chunk);
    const block = Buffer.concat(chunks);
    blocks.set(start, block);
    return block;
  };
  return mediaIndexOf(async (position, length) => {
    const parts: Uint8Array[] = [];
    const end = Math.min(bytes, position + length);
    for (let at = position; at < end; ) {
      const start = Math.floor(at / BLOCK_BYTES) * BLOCK_BYTES;
      const part = (await blockAt(start)).subarray(at - start, end - start);
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }, bytes);
}
