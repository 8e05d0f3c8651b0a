import { closeSync, constants, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { errnoOf } from '#domain/errors';

/** O_DIRECT takes whole pages, from and to places that begin at one. */
const PAGE_BYTES = 4096;
/** Less is not worth a second descriptor: the page cache takes it, and fsync brings it to the disk. */
export const DIRECT_BYTES_MIN = 256 * 1024;
/** What goes through the page cache is sent to the disk so often, so that no file leaves all of it to its last fsync. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

/** How a file system says that it has no O_DIRECT (ramfs, some FUSE); ENOENT: there is no /proc to open the file by. */
const REFUSALS: ReadonlySet<string | undefined> = new Set(['EINVAL', 'EOPNOTSUPP', 'ENOENT']);

/**
 * Writes a draft past the page cache where its file system allows that, and what is no whole page through it. For a thread that may wait for the
 * disk. The draft's own descriptor stays its owner's, who also makes it durable.
 */
export class DraftWriter {
  readonly #buffered: number;
  /** undefined: not tried yet; null: refused. */
  #direct: number | null | undefined;
  #unflushed = 0;

  constructor(descriptor: number) {
    this.#buffered = descriptor;
  }

  /** Something was written past the page cache. */
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

  /** Returns how many bytes went that way: whole pages, or none. */
  #writeDirect(bytes: Uint8Array, position: number): number {
    const whole = bytes.length - (bytes.length % PAGE_BYTES);
    if (whole < DIRECT_BYTES_MIN || position % PAGE_BYTES !== 0) return 0;
    try {
      this.#direct ??= this.#direct === undefined ? openDirect(this.#buffered) : null;
      if (this.#direct === null) return 0;
      return writeAll(this.#direct, bytes.subarray(0, whole), position);
    } catch (error) {
      // Refused when it is opened or at the first write: what was written before is written once more, in the other way.
      if (!REFUSALS.has(errnoOf(error))) throw error;
      this.close();
      return 0;
    }
  }
}

/** The same file once more, with O_DIRECT. */
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
