/*
 * Shows that a file on a card counts as a known original also where the vault does not hold its bytes: by digests of blocks that were kept at its sealing. Method:
 * a real vault that has only the list of blocks, real hash threads, a card in memory; the test chooses where the sample looks.
 */

import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import { WorkerLanes } from '#adapters/disk/lanes';
import { SharedBufferPool } from '#adapters/disk/shared-buffer-pool';
import { BlockList, blockBytesOf, blockList } from '#domain/eviction/block-digests';
import type { Original } from '#domain/recording';
import type { RandomBelow } from '#domain/vault/file-sample';
import { blocksKey } from '#domain/vault/vault-key';
import { store } from '#test/contract/vault';
import { anOriginal, aRecording } from '#test/support/builders';
import { MemoryVolume } from '#test/support/card/memory-volume';
import { temporaryDirectory } from '#test/support/evidock';
import { hasSameBytes } from '../dock/same-bytes.ts';
import { CardComparison } from './card-comparison.ts';

const MEBIBYTE = 1024 * 1024;
const BLOCK = 256 * 1024;
const FIRST: RandomBelow = () => 0;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let vault: DiskVault;
let lanes: WorkerLanes;
const buffers = new SharedBufferPool({ bytes: 2 * MEBIBYTE, chunkBytes: MEBIBYTE });

beforeAll(async () => {
  home = await temporaryDirectory();
  vault = new DiskVault({ directory: home.path, reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
  lanes = new WorkerLanes({ threads: 1 });
});
afterAll(async () => {
  await lanes.close();
  await vault.close();
  await home.remove();
});

/** An original that the vault does not hold; it has the list of its blocks, made by the vault's own re-read. */
async function evicted(bytes: Uint8Array, lists = true): Promise<Original> {
  const recording = aRecording();
  const original = anOriginal(recording, { cardPath: 'a.mp4', bytes: bytes.length, mtimeMs: 1000 });
  const scratch = `2026/06/20/${recording.id}/scratch.mp4`;
  await store(vault, scratch, bytes);
  const { blocks } = await vault.reread(scratch, { sm3: false, blockBytes: blockBytesOf(bytes.length) });
  const list = blockList(bytes.length, blocks ?? new Uint8Array());
  if (lists) await vault.putSmall(blocksKey(recording.id, original.index), list);
  return {
    ...original,
    ...{
      state: 'sealed',
      gaps: [],
      sourceReread: null,
      duplicateOf: null,
      copiedAtMs: 1,
      sealedAtMs: 2,
      durationMs: null,
      replacedBy: null,
    },
    ...{ digests: { sha256: sha256(bytes), sm3: null }, evictedAtMs: 3, blocksSha256: lists ? sha256(list) : null },
  };
}

const cardOf = (content: Uint8Array) => new MemoryVolume([{ path: 'a.mp4', mtimeMs: 1000, content }]);
const comparison = (content: Uint8Array, random = FIRST) =>
  new CardComparison({ lanes, buffers, vault, random }, cardOf(content), new AbortController().signal);
const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
const box = (type: string, content: Uint8Array) => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, content]);
};
/** A film whose moov box stands behind its media, as recorders write it. */
const film = () =>
  Buffer.concat([
    box('ftyp', randomBytes(16)),
    box('mdat', randomBytes(9 * MEBIBYTE)),
    box('moov', randomBytes(700_000)),
    randomBytes(3 * MEBIBYTE),
  ]);

describe('a file whose original was evicted', () => {
  it('is known by the blocks that were kept, and another one is not', async () => {
    const bytes = film();
    const known = await evicted(bytes);
    expect(await comparison(bytes).sample(known, 256)).toMatchObject({ outcome: 'same' });
    expect((await comparison(randomBytes(bytes.length)).sample(known, 256)).outcome).toBe('differs');
    expect(await hasSameBytes(known, cardOf(bytes), vault)).toBe(true);
    expect(await hasSameBytes(known, cardOf(randomBytes(bytes.length)), vault)).toBe(false);
  });

  it('is looked at in its beginning, its end and its index, wherever the sample falls', async () => {
    const bytes = film();
    const known = await evicted(bytes);
    const index = bytes.indexOf('moov');
    for (const at of [0, 12, bytes.length - 1, bytes.length - BLOCK, index, index + 400_000])
      expect((await comparison(flipped(bytes, at)).sample(known, 1)).outcome, String(at)).toBe('differs');
    // Elsewhere one look may miss one byte: that is what a sample is.
    expect((await comparison(flipped(bytes, 4 * MEBIBYTE)).sample(known, 1)).outcome).toBe('same');
  });

  it('differs wherever a byte of a block differs that the sample looks at', async () => {
    const bytes = randomBytes(5 * MEBIBYTE + 123);
    const known = await evicted(bytes);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (at) => {
        expect((await comparison(flipped(bytes, at)).sample(known, 256)).outcome).toBe('differs');
      }),
      { numRuns: 15 },
    );
  });

  it('is read whole where no blocks were kept, or where the list is not the one that was kept', async () => {
    const bytes = randomBytes(5 * MEBIBYTE);
    const known = await evicted(bytes, false);
    const other = flipped(bytes, 2 * MEBIBYTE + 5);
    expect([(await comparison(bytes).sample(known, 1)).outcome, (await comparison(other).sample(known, 1)).outcome]).toEqual([
      'same',
      'differs',
    ]);
    const forged = { ...(await evicted(bytes)), blocksSha256: sha256(other) };
    expect((await comparison(other).sample(forged, 1)).outcome).toBe('differs');
    expect(await hasSameBytes(known, cardOf(bytes), vault)).toBe(false);
  });

  it('is compared by its digest where it is small', async () => {
    const bytes = randomBytes(100_000);
    const known = await evicted(bytes, false);
    expect([await comparison(bytes).whole(known), await comparison(flipped(bytes, 5)).whole(known)]).toEqual(['same', 'differs']);
  });
});

describe('a list of blocks', () => {
  it('has the digest of each block, the last one shorter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * BLOCK }), (length) => {
        const bytes = Buffer.alloc(length, 7);
        const size = blockBytesOf(length);
        const parts = Array.from({ length: Math.ceil(length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
        const digests = Buffer.concat(parts.map((part) => createHash('sha256').update(part).digest()));
        const list = BlockList.of(blockList(length, digests), length);
        expect(list?.of(0, length).map((block) => block.sha256)).toEqual(parts.map(sha256));
        expect(list?.of(length - 1, length).at(-1)).toMatchObject({ end: length });
      }),
      { numRuns: 50 },
    );
  });

  it('is at most 512 KiB, and none of another length is taken', () => {
    for (const bytes of [1, BLOCK, 4 * 1024 ** 3, 4 * 1024 ** 3 + 1, 10 ** 13])
      expect(Math.ceil(bytes / blockBytesOf(bytes))).toBeLessThanOrEqual(16_384);
    const list = blockList(BLOCK, new Uint8Array(32));
    expect(BlockList.of(list, BLOCK)).not.toBeNull();
    expect([BlockList.of(list, BLOCK + 1), BlockList.of(list.subarray(1), BLOCK), BlockList.of(new Uint8Array(), 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
