/** Memory for bytes on their way. One bound holds over all recorders together. */
export interface BufferPool {
  readonly chunkBytes: number;
  /** Gives a free chunk, first come first served, and waits until one is free. The chunk is shared memory and begins at a page. */
  acquire(signal?: AbortSignal): Promise<Uint8Array>;
  release(chunk: Uint8Array): void;
}
