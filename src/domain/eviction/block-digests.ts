/**
 * Digests of the blocks of an original, kept beside its manifest from its sealing on. They tell whether a place of a file on a card is the same while only the
 * archive holds the bytes. Format: the 16 characters of HEADER, the size of a block (4 bytes, big-endian), then SHA-256 of each block; the last may be shorter.
 */
const HEADER = 'evidock-blocks/1';
const BLOCK_BYTES_MIN = 256 * 1024;
/** More than this doubles the size of a block, so a list has at most 512 KiB. */
const BLOCKS_MAX = 16_384;
const DIGEST_BYTES = 32;
const DATA_AT = HEADER.length + 4;

export function blockBytesOf(bytes: number): number {
  let size = BLOCK_BYTES_MIN;
  while (Math.ceil(bytes / size) > BLOCKS_MAX) size *= 2;
  return size;
}

/** `digests`: those of all blocks, one behind the other. */
export function blockList(bytes: number, digests: Uint8Array): Uint8Array {
  const list = new Uint8Array(DATA_AT + digests.length);
  list.set(new TextEncoder().encode(HEADER));
  new DataView(list.buffer).setUint32(HEADER.length, blockBytesOf(bytes));
  list.set(digests, DATA_AT);
  return list;
}

export interface Block {
  readonly start: number;
  readonly end: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly sha256: string;
}

/** A list of blocks as it was read. */
export class BlockList {
  readonly #bytes: number;
  readonly #blockBytes: number;
  readonly #digests: Uint8Array;

  private constructor(bytes: number, blockBytes: number, digests: Uint8Array) {
    this.#bytes = bytes;
    this.#blockBytes = blockBytes;
    this.#digests = digests;
  }

  /** null for what is no list of an original of `bytes` bytes. */
  static of(list: Uint8Array, bytes: number): BlockList | null {
    if (list.length < DATA_AT || new TextDecoder().decode(list.subarray(0, HEADER.length)) !== HEADER) return null;
    const blockBytes = new DataView(list.buffer, list.byteOffset, list.byteLength).getUint32(HEADER.length);
    if (blockBytes === 0 || list.length !== DATA_AT + Math.ceil(bytes / blockBytes) * DIGEST_BYTES) return null;
    return new BlockList(bytes, blockBytes, list.subarray(DATA_AT));
  }

  /** The blocks that hold the bytes of `[start, end)`, in order. */
  of(start: number, end: number): readonly Block[] {
    const first = Math.floor(start / this.#blockBytes);
    const last = Math.floor((Math.min(end, this.#bytes) - 1) / this.#blockBytes);
    const blocks: Block[] = [];
    for (let index = first; index <= last; index += 1) {
      const digest = this.#digests.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
      const from = index * this.#blockBytes;
      blocks.push({
        start: from,
        end: Math.min(this.#bytes, from + this.#blockBytes),
        sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      });
    }
    return blocks;
  }
}
