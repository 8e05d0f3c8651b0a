import type { ByteRange } from '#domain/byte-range';
import type { Copy } from '#domain/recording';
import type { Archive, ObjectName } from '#ports/archive';
import type { VaultFile } from '#ports/vault';

/** So much is asked of the archive at once for small reads. */
const BLOCK_BYTES = 1024 * 1024;
/** Headers and indexes lie together, so few blocks serve many reads. */
const BLOCKS_KEPT = 4;

/** An evicted original as a file for many small reads, served by ranges of its archived copy. Holds 4 MiB at most. */
export function archivedFile(archive: Pick<Archive, 'read'>, copy: Pick<Copy, 'key' | 'versionId' | 'bytes'>): VaultFile {
  const { bytes } = copy;
  const stop = new AbortController();
  const blocks = new Map<number, Uint8Array>();
  const blockAt = async (start: number): Promise<Uint8Array> => {
    const kept = blocks.get(start);
    if (kept) return kept;
    const block = await readRange(archive, copy, { start, end: Math.min(bytes, start + BLOCK_BYTES) }, stop.signal);
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
        const start = at - (at % BLOCK_BYTES);
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

async function readRange(archive: Pick<Archive, 'read'>, object: ObjectName, range: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
  const target = new Uint8Array(range.end - range.start);
  let filled = 0;
  for await (const chunk of (await archive.read(object, range, signal)) as AsyncIterable<Buffer>) {
    target.set(chunk.subarray(0, target.length - filled), filled);
    filled += Math.min(chunk.length, target.length - filled);
  }
  return target.subarray(0, filled);
}
