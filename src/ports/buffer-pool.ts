/** Memory for bytes in flight, bounded over all recorders together. */
export interface BufferPool {
  readonly chunkBytes: number;
  /** Waits its turn, first come first served. The chunk lies on shared memory and begins at a page. */
  acquire(signal?: AbortSignal): Promise<Uint8Array>;
  release(chunk: Uint8Array): void;
}
