import { spawnSync } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { pageMemory } from './page-memory.ts';

/** 4 MiB keep the disk busy. */
const BUFFER_BYTES = 4 * 1024 * 1024;
const buffer = pageMemory(BUFFER_BYTES);

interface Request {
  readonly id: number;
  readonly path: string;
  readonly sm3: boolean;
  /** Size of the blocks whose digests are wanted; 0: of none. */
  readonly blockBytes: number;
  /** One Int32: not 0 asks to stop. */
  readonly stop: Int32Array;
  /** One Int32, bytes a second; 0 or absent: no limit. */
  readonly pace?: Int32Array;
}

/** Opens past the page cache where the file system can; says which way it went. */
function openPastCache(path: string): { fd: number; method: 'direct' | 'nocache' | 'cached' } {
  try {
    return { fd: openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECT), method: 'direct' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  fdatasyncSync(fd);
  // dd asks the kernel to drop the file's pages; tmpfs and some FUSE file systems keep them all the same.
  const dropped = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'], { timeout: 60_000, stdio: 'ignore' });
  return { fd, method: dropped.status === 0 ? 'nocache' : 'cached' };
}

/** Waits as long as so many bytes may take, or until the reader is asked to stop. */
function keepPace({ pace, stop }: Request, bytes: number): void {
  const perSecond = pace ? Atomics.load(pace, 0) : 0;
  if (perSecond > 0) Atomics.wait(stop, 0, 0, (1000 * bytes) / perSecond);
}

/** Hashes the blocks of a file whose bytes come in order. */
class BlockDigests {
  readonly #blockBytes: number;
  readonly #digests: Buffer[] = [];
  #hash: Hash | null = null;
  #filled = 0;

  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
  }

  add(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#blockBytes - this.#filled);
      this.#hash ??= createHash('sha256');
      this.#hash.update(part);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#blockBytes) this.#close();
    }
  }

  #close(): void {
    if (this.#hash) this.#digests.push(this.#hash.digest());
    this.#hash = null;
    this.#filled = 0;
  }

  end(): Uint8Array {
    this.#close();
    return new Uint8Array(Buffer.concat(this.#digests));
  }
}

function reread(request: Request) {
  const { fd, method } = openPastCache(request.path);
  try {
    const sha256 = createHash('sha256');
    const sm3 = request.sm3 ? createHash('sm3') : null;
    const blocks = request.blockBytes > 0 ? new BlockDigests(request.blockBytes) : null;
    let position = 0;
    for (;;) {
      if (Atomics.load(request.stop, 0) !== 0) throw Object.assign(new Error('stopped'), { code: 'ABORT' });
      const bytes = readSync(fd, buffer, 0, BUFFER_BYTES, position);
      if (bytes === 0) break;
      const chunk = buffer.subarray(0, bytes);
      sha256.update(chunk);
      sm3?.update(chunk);
      blocks?.add(chunk);
      position += bytes;
      keepPace(request, bytes);
      // A read whose length is no multiple of the block size has reached the end of the file. O_DIRECT would refuse to read on from there.
      if (bytes % 512 !== 0) break;
      // A small file needs no progress message: its result tells all of it.
      if (bytes === BUFFER_BYTES) parentPort?.postMessage({ id: request.id, progress: position });
    }
    return { bytes: position, sha256: sha256.digest('hex'), sm3: sm3?.digest('hex') ?? null, method, blocks: blocks?.end() ?? null };
  } finally {
    closeSync(fd);
  }
}

parentPort?.on('message', (request: Request) => {
  try {
    parentPort?.postMessage({ id: request.id, result: reread(request) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    parentPort?.postMessage({ id: request.id, error: { code: code ?? '', message } });
  }
});
