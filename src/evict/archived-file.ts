import type { ByteRange } from '#domain/byte-range';
import { WHOLE_BYTES_MAX } from '#domain/vault/file-sample';
import type { ArchivedCopies, ArchivedItem } from '#ports/archived-copies';
import type { VaultFile } from '#ports/vault';

/** So much is asked of the archive at once for small reads. */
const BLOCK_BYTES = 1024 * 1024;
/** Headers and indexes lie together, so few blocks serve many reads. */
const BLOCKS_KEPT = 4;

/** An evicted original as a file for many small reads, served by ranges of its archived copy. Holds 4 MiB at most. */
export function archivedFile(archived: Pick<ArchivedCopies, 'read'>, copy: ArchivedItem): VaultFile {
  const { bytes } = copy;
  // What is compared as a whole comes as a whole, once.
  const blockBytes = bytes > 0 && bytes <= WHOLE_BYTES_MAX ? bytes : BLOCK_BYTES;
  const stop = new AbortController();
  const blocks = new Map<number, Uint8Array>();
  const blockAt = async (start: number): Promise<Uint8Array> => {
    const kept = blocks.get(start);
    if (kept) return kept;
    const block = await readRange(archived, copy, { start, end: Math.min(bytes, start + blockBytes) }, stop.signal);
    const [oldest] = blocks.keys();
    if (blocks.size >= BLOCKS_KEPT && oldest !== undefined) blocks.delete(oldest);
    blocks.set(start, block);
    return block;
  };
  return {
    bytes,
    read: async (target, position) => {
      let filled = 0;
      while (filled < target.length && position + filled < bytes) {
        const at = position + filled;
        const start = at - (at % blockBytes);
        const part = (await blockAt(start)).subarray(at - start, at - start + target.length - filled);
        if (part.length === 0) break;
        target.set(part, filled);
        filled += part.length;
      }
      return filled;
    },
    close: async () => stop.abort(),
  };
}

async function readRange(
  archived: Pick<ArchivedCopies, 'read'>,
  copy: ArchivedItem,
  range: ByteRange,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const target = new Uint8Array(range.end - range.start);
  let filled = 0;
  for await (const chunk of (await archived.read(copy, range, signal)) as AsyncIterable<Buffer>) {
    target.set(chunk.subarray(0, target.length - filled), filled);
    filled += Math.min(chunk.length, target.length - filled);
  }
  return target.subarray(0, filled);
}
