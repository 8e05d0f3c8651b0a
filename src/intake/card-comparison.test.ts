/*
 * Goal: a file that looks like a sealed original counts as the original only if its bytes are the same, as far as they are compared. A file that cannot be read
 * counts neither as the same nor as another.
 * Method: a real vault and real hash threads. The card is in memory, and the test chooses the places of the sample so that they miss the difference.
 */
import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiskVault } from '#adapters/disk/disk-vault';
import { WorkerLanes } from '#adapters/disk/lanes';
import { SharedBufferPool } from '#adapters/disk/shared-buffer-pool';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { RandomBelow } from '#domain/vault/file-sample';
import type { Volume } from '#ports/recorder-driver';
import { store } from '#test/contract/vault';
import { anOriginal, aRecording } from '#test/support/builders';
import { MemoryVolume } from '#test/support/card/memory-volume';
import { temporaryDirectory } from '#test/support/evidock';
import { CardComparison } from './card-comparison.ts';
import { compareWhole } from './compare-whole.ts';

const MEBIBYTE = 1024 * 1024;
const BLOCK = 4096;
const FIRST: RandomBelow = () => 0;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** A copy with one bit of one byte changed. */
const flipped = (bytes: Buffer, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let vault: DiskVault;
let lanes: WorkerLanes;
const buffers = new SharedBufferPool({ bytes: 2 * MEBIBYTE, chunkBytes: MEBIBYTE });
let count = 0;

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

async function sealed(bytes: Uint8Array, overrides: Partial<Original> = {}): Promise<Original> {
  count += 1;
  const original = anOriginal(aRecording(), {
    cardPath: 'a.mp4',
    bytes: bytes.length,
    mtimeMs: 1000,
    vaultKey: `2026/06/20/rec-${count}/o.mp4`,
  });
  await store(vault, original.vaultKey, bytes);
  const facts = {
    state: 'sealed',
    gaps: [],
    sourceReread: null,
    duplicateOf: null,
    copiedAtMs: 1,
    sealedAtMs: 2,
    durationMs: null,
    replacedBy: null,
    evictedAtMs: null,
    blocksSha256: null,
  } as const;
  return { ...original, ...facts, digests: { sha256: sha256(bytes), sm3: null }, ...overrides };
}

const cardOf = (content: Uint8Array) => new MemoryVolume([{ path: 'a.mp4', mtimeMs: 1000, content }]);
const comparison = (card: Volume, random = FIRST) =>
  new CardComparison({ vault, lanes, buffers, random }, card, new AbortController().signal);
const sampled = async (known: Original, card: Volume, random = FIRST) => (await comparison(card, random).sample(known, 256)).outcome;
/** A card on which some places cannot be read. */
function failing(content: Uint8Array, fails: (position: number, length: number) => boolean): Volume {
  const card = cardOf(content);
  return Object.assign(Object.create(card) as Volume, {
    open: async (path: string) => {
      const file = await card.open(path);
      return {
        ...file,
        read: async (target: Uint8Array, position: number) => {
          if (fails(position, target.length)) throw new EvidockError('recorder.read-failed', because('said', { text: 'EIO' }));
          return file.read(target, position);
        },
      };
    },
  });
}

describe('a small file', () => {
  it('is compared byte by byte: any one that differs is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), async (size, where) => {
        const bytes = randomBytes(size);
        const known = await sealed(bytes);
        expect(await comparison(cardOf(bytes)).whole(known)).toBe('same');
        expect(await comparison(cardOf(flipped(bytes, Math.floor(where * size)))).whole(known)).toBe('differs');
      }),
      { numRuns: 25 },
    );
  });

  it('of 4 MiB and of none as well, at every seam', async () => {
    const bytes = randomBytes(4 * MEBIBYTE);
    const known = await sealed(bytes);
    expect(await comparison(cardOf(bytes)).whole(known)).toBe('same');
    for (const at of [0, MEBIBYTE / 2 - 1, MEBIBYTE / 2, 3 * MEBIBYTE + 77, 4 * MEBIBYTE - 1])
      expect(await comparison(cardOf(flipped(bytes, at))).whole(known)).toBe('differs');
    expect(await comparison(cardOf(new Uint8Array())).whole(await sealed(new Uint8Array()))).toBe('same');
  });

  it('is judged by the sealed digest too: a vault and a card that agree on other bytes are both wrong', async () => {
    const bytes = randomBytes(5000);
    const known = await sealed(bytes, { digests: { sha256: sha256(randomBytes(5000)), sm3: null } });
    expect(await comparison(cardOf(bytes)).whole(known)).toBe('differs');
  });

  it('that cannot be read is neither the same nor another, unless another place proves it', async () => {
    const bytes = randomBytes(2 * MEBIBYTE);
    const known = await sealed(bytes);
    const bad = (position: number) => position === MEBIBYTE;
    expect(await comparison(failing(bytes, bad)).whole(known)).toBe('unread');
    expect(await comparison(failing(flipped(bytes, 100), bad)).whole(known)).toBe('differs');
    expect(await comparison(failing(flipped(bytes, 2 * MEBIBYTE - 1), bad)).whole(known)).toBe('differs');
    expect(await comparison(failing(bytes, () => true)).whole(known)).toBe('unread');
  });

  it('that the vault has lost is taken for lost', async () => {
    const bytes = randomBytes(5000);
    const known = await sealed(bytes);
    await vault.quarantine(known.vaultKey);
    expect(await comparison(cardOf(bytes)).whole(known)).toBe('lost');
    await store(vault, known.vaultKey, bytes.subarray(1));
    expect(await comparison(cardOf(bytes)).whole(known)).toBe('lost');
  });
});

describe('a large file', () => {
  const size = 6 * MEBIBYTE;
  /** A movie whose moov box lies between two parts of its media, and is longer than what is read at once. */
  const box = (type: string, length: number) => {
    const bytes = randomBytes(length);
    bytes.writeUInt32BE(length);
    bytes.write(type, 4, 'latin1');
    return bytes;
  };
  const movie = Buffer.concat([box('ftyp', 32), box('mdat', 2 * MEBIBYTE), box('moov', 400_000), box('mdat', 3 * MEBIBYTE)]);
  const moovAt = 32 + 2 * MEBIBYTE;

  it('is the same where nothing differs, and gives its memory back', async () => {
    const bytes = randomBytes(size + 5);
    const known = await sealed(bytes);
    for (let seed = 1; seed <= 5; seed += 1)
      expect(await sampled(known, cardOf(bytes), (below) => Math.floor(Math.random() * below))).toBe('same');
  });

  it.each([
    { what: 'in its first byte', at: 0 },
    { what: 'in its header', at: 200_000 },
    { what: 'in its tail', at: size - 1 },
    { what: 'at the beginning of its tail', at: size - 256 * 1024 },
  ])('that differs $what only is another, wherever the sample falls', async ({ at }) => {
    const bytes = randomBytes(size);
    expect(await sampled(await sealed(bytes), cardOf(flipped(bytes, at)))).toBe('differs');
  });

  it('that differs in its moov box only is another, wherever that lies', async () => {
    const known = await sealed(movie);
    for (const at of [moovAt + 8, moovAt + 300_001, moovAt + 399_999])
      expect(await sampled(known, cardOf(flipped(movie, at)))).toBe('differs');
    // Only the sample covers what lies beside the moov box, and this change lies between its places.
    expect(await sampled(known, cardOf(flipped(movie, moovAt + 400_000 + 5 * BLOCK + 1)))).toBe('same');
  });

  it('that differs in one block is found where the sample falls, and only there', async () => {
    const bytes = randomBytes(size);
    const known = await sealed(bytes);
    // 1,536 blocks: six to each part, of which the sample takes the first, or the fourth.
    const first = 600 * BLOCK + 4095;
    expect(await sampled(known, cardOf(flipped(bytes, first)))).toBe('differs');
    expect(await sampled(known, cardOf(flipped(bytes, first)), () => 3)).toBe('same');
    expect(await sampled(known, cardOf(flipped(bytes, first + 3 * BLOCK)), () => 3)).toBe('differs');
  });

  it('that differs in a run of one percent is another, with any places', async () => {
    const bytes = randomBytes(size);
    const known = await sealed(bytes);
    for (let start = 300_000; start < size - 400_000; start += 700_001) {
      const other = Buffer.from(bytes);
      randomBytes(Math.ceil(size / 100)).copy(other, start);
      expect(await sampled(known, cardOf(other), (below) => Math.floor(Math.random() * below))).toBe('differs');
    }
  });

  it('of which a place cannot be read is not the same, and another where another place proves it', async () => {
    const bytes = randomBytes(size);
    const known = await sealed(bytes);
    const bad = (position: number) => position === 600 * BLOCK;
    expect(await sampled(known, failing(bytes, bad))).toBe('unread');
    expect(await sampled(known, failing(flipped(bytes, 900 * BLOCK), bad))).toBe('differs');
    let reads = 0;
    const dead = failing(bytes, () => {
      reads += 1;
      return true;
    });
    expect(await sampled(known, dead)).toBe('unread');
    // Each place of a dying card may take half a minute.
    expect(reads).toBeLessThan(40);
  });

  it('that was read with gaps is compared around them', async () => {
    const bytes = randomBytes(size);
    const gap = { start: 600 * BLOCK, end: 602 * BLOCK };
    const kept = Buffer.from(bytes).fill(0, gap.start, gap.end);
    const known = await sealed(kept, { gaps: [gap] });
    const card = (content: Buffer) => failing(content, (position, length) => position < gap.end && position + length > gap.start);
    expect(await sampled(known, card(bytes))).toBe('same');
    expect(await sampled(known, card(flipped(bytes, 606 * BLOCK)))).toBe('differs');
    const tools = { lanes, buffers, signal: new AbortController().signal };
    expect(await compareWhole(known, card(bytes), tools)).toEqual({ verdict: 'same', sha256: null });
    expect((await compareWhole(known, card(flipped(bytes, 603 * BLOCK)), tools)).verdict).toBe('differs');
  });
});

describe('the whole comparison', () => {
  const tools = () => ({ lanes, buffers, signal: new AbortController().signal });

  it('finds any byte, and says what it found; the vault is not asked', async () => {
    const bytes = randomBytes(3 * MEBIBYTE + 1);
    const known = await sealed(bytes);
    await vault.quarantine(known.vaultKey);
    expect(await compareWhole(known, cardOf(bytes), tools())).toEqual({ verdict: 'same', sha256: null });
    for (const at of [0, 1_234_567, 3 * MEBIBYTE]) {
      const other = flipped(bytes, at);
      expect(await compareWhole(known, cardOf(other), tools())).toEqual({ verdict: 'differs', sha256: sha256(other) });
    }
  });

  it('does not believe a reader that gives other bytes each time', async () => {
    const bytes = randomBytes(MEBIBYTE);
    const known = await sealed(bytes);
    const card = cardOf(bytes);
    let reads = 0;
    const flaky = Object.assign(Object.create(card) as Volume, {
      open: async (path: string) => {
        const file = await card.open(path);
        const read = async (target: Uint8Array, position: number) => {
          const got = await file.read(target, position);
          reads += 1;
          target[0] = reads;
          return got;
        };
        return { ...file, read };
      },
    });
    expect((await compareWhole(known, flaky, tools())).verdict).toBe('unread');
  });

  it('says nothing of a file that has changed since it was listed, that cannot be read, or that is gone', async () => {
    const bytes = randomBytes(100_000);
    const known = await sealed(bytes);
    const changed = [
      new MemoryVolume([{ path: 'a.mp4', mtimeMs: 2000, content: bytes }]),
      cardOf(Buffer.concat([bytes, randomBytes(1)])),
      cardOf(bytes.subarray(1)),
      failing(bytes, () => true),
      new MemoryVolume([]),
    ];
    for (const card of changed) expect((await compareWhole(known, card, tools())).verdict).toBe('unread');
  });
});
