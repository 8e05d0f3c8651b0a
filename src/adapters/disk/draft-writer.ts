import { closeSync, constants, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { errnoOf } from '#domain/errno';

/** O_DIRECT takes whole pages only, and the place in memory and the place in the file must begin at a page. */
const PAGE_BYTES = 4096;
/** Less is not worth a second descriptor: the page cache takes it, and fsync brings it to the disk. */
export const DIRECT_BYTES_MIN = 256 * 1024;
/** Bytes that go through the page cache are flushed this often, so that the last fsync of a large file has little to do. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

/** How a file system says that it has no O_DIRECT (ramfs, some FUSE); ENOENT: there is no /proc to open the file by. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(['EINVAL', 'EOPNOTSUPP', 'ENOENT']);

/**
 * Writes a draft past the page cache where its file system allows that. Bytes that fill no whole page go through the cache. Every call
 * waits for the disk: use it on a thread that may wait. The draft's descriptor belongs to the caller, who also makes the draft durable.
 */
export class DraftWriter {
  readonly #buffered: number;
  /** undefined: not tried yet; null: refused. */
  #direct: number | null | undefined;
  #unflushed = 0;

  constructor(descriptor: number) {
    this.#buffered = descriptor;
  }

  /** Whether something was written past the page cache. */
  get direct(): boolean {
    return typeof this.#direct === 'number';
  }

  /** Throws what the system says (ENOSPC, EIO, …): the draft can only be discarded then. */
  write(bytes: Uint8Array, position: number): void {
    const done = this.#writeDirect(bytes, position);
    if (done === bytes.length) return;
    writeAll(this.#buffered, bytes.subarray(done), position + done);
    this.#unflushed += bytes.length - done;
    if (this.#unflushed < FLUSH_EVERY_BYTES) return;
    fdatasyncSync(this.#buffered);
    this.#unflushed = 0;
  }

  close(): void {
    const direct = this.#direct;
    this.#direct = null;
    if (typeof direct === 'number') closeSync(direct);
  }

  /** Returns how many bytes it wrote past the page cache: whole pages, or none. */
  #writeDirect(bytes: Uint8Array, position: number): number {
    const whole = bytes.length - (bytes.length % PAGE_BYTES);
    if (whole < DIRECT_BYTES_MIN || position % PAGE_BYTES !== 0) return 0;
    try {
      this.#direct ??= this.#direct === undefined ? openDirect(this.#buffered) : null;
      if (this.#direct === null) return 0;
      return writeAll(this.#direct, bytes.subarray(0, whole), position);
    } catch (error) {
      // A file system refuses O_DIRECT when the file is opened or at a write. The caller then writes all of these bytes through the page
      // cache.
      if (!REFUSALS.has(errnoOf(error))) throw error;
      this.close();
      return 0;
    }
  }
}

/** Opens the same file once more, with O_DIRECT. */
function openDirect(descriptor: number): number {
  return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_DIRECT);
}

function writeAll(descriptor: number, bytes: Uint8Array, position: number): number {
  let done = 0;
  while (done < bytes.length) {
    const written = writeSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (written === 0) throw new Error('the system wrote nothing');
    done += written;
  }
  return done;
}
