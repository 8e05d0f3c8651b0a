import { describe, expect, it } from 'vitest';
import { SharedBufferPool } from './shared-buffer-pool.ts';

const PAGE = 4096;
const CHUNK = 64 * 1024;

describe('the memory for bytes in flight', () => {
  it('is bounded over 24 recorders: each gets its chunk in turn, whole pages, no two the same at one time', async () => {
    const pool = new SharedBufferPool({ bytes: 5 * CHUNK, chunkBytes: CHUNK });
    const places = new Set<number>();
    const out = new Set<number>();
    const served: number[] = [];
    await Promise.all(
      Array.from({ length: 24 }, async (_, recorder) => {
        const chunk = await pool.acquire();
        expect(out.has(chunk.byteOffset)).toBe(false);
        out.add(chunk.byteOffset);
        places.add(chunk.byteOffset);
        expect([chunk.length, chunk.byteOffset % PAGE]).toEqual([CHUNK, 0]);
        served.push(recorder);
        await new Promise((resolve) => setTimeout(resolve, 2));
        out.delete(chunk.byteOffset);
        pool.release(chunk);
      }),
    );
    expect(places.size).toBe(5);
    expect(served).toEqual([...served].sort((a, b) => a - b));
  });

  it('is asked for no longer by whoever has gone', async () => {
    const pool = new SharedBufferPool({ bytes: 2 * CHUNK, chunkBytes: CHUNK });
    const held = await pool.acquire();
    await pool.acquire();
    const gone = new AbortController();
    const asked = pool.acquire(gone.signal);
    gone.abort(new Error('pulled'));
    await expect(asked).rejects.toThrow('pulled');
    const next = pool.acquire();
    pool.release(held);
    expect(await next).toBe(held);
  });
});
