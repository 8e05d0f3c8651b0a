/*
 * Goal: whatever the length of a file and of its chunks, what stands in the draft is what was given, byte by byte, with O_DIRECT and without.
 * Method: random lengths around pages and chunks, written to a real ext4 (or whatever /tmp is) and to a ramfs, which refuses O_DIRECT.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directWrites } from './direct-writes.ts';
import { DIRECT_BYTES_MIN, DraftWriter } from './draft-writer.ts';
import { pageMemory } from './page-memory.ts';

const PAGE = 4096;
const CHUNK = 512 * 1024;

let home: string;
let ramfs: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'evidock-draft-'));
  ramfs = mkdtempSync(join(tmpdir(), 'evidock-ramfs-'));
  execFileSync('mount', ['-t', 'ramfs', 'evidock-test', ramfs]);
});

afterAll(() => {
  execFileSync('umount', [ramfs]);
  for (const place of [home, ramfs]) rmSync(place, { recursive: true });
});

const memory = pageMemory(CHUNK);

/** Writes `bytes` in chunks of `chunkBytes`; returns what stands in the file, and whether it went past the page cache. */
function written(directory: string, bytes: Buffer, chunkBytes: number): { found: Buffer; direct: boolean } {
  const path = join(directory, 'draft');
  const descriptor = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY);
  const writer = new DraftWriter(descriptor);
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const part = bytes.subarray(at, at + chunkBytes);
      memory.set(part);
      writer.write(memory.subarray(0, part.length), at);
    }
    const { direct } = writer;
    return { direct, found: readFileSync(path) };
  } finally {
    writer.close();
    closeSync(descriptor);
    rmSync(path);
  }
}

describe('a draft that is written past the page cache', () => {
  it('has every byte, whatever remains after its last page and wherever its chunks end', () => {
    const random = randomBytes(3 * CHUNK + PAGE);
    const length = fc
      .tuple(
        fc.integer({ min: 0, max: 3 * (CHUNK / PAGE) }),
        fc.constantFrom(0, 1, 2, 511, 512, 513, 4095),
        fc.integer({ min: 0, max: PAGE - 1 }),
      )
      .map(([pages, edge, rest]) => pages * PAGE + (rest % 3 === 0 ? rest : edge));
    const chunk = fc.constantFrom(CHUNK, DIRECT_BYTES_MIN, DIRECT_BYTES_MIN + 1, DIRECT_BYTES_MIN - PAGE, 100_003);
    fc.assert(
      fc.property(length, chunk, (bytes, chunkBytes) => {
        const given = random.subarray(0, bytes);
        expect(written(home, given, chunkBytes).found.equals(given)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('has every byte for residues all over a page, and all of those around its sectors', () => {
    const random = randomBytes(DIRECT_BYTES_MIN + PAGE);
    for (let rest = 0; rest < PAGE; rest += 1) {
      if (rest % 37 !== 0 && (rest + 2) % 512 > 4) continue;
      const given = random.subarray(0, DIRECT_BYTES_MIN + rest);
      const { found, direct } = written(home, given, CHUNK);
      if (!found.equals(given) || !direct) expect.fail(`residue ${rest}: direct ${direct}`);
    }
  });

  it('goes through the page cache where that is refused, and says so', () => {
    const given = randomBytes(3 * CHUNK + 5);
    expect(directWrites(home)).toBe(true);
    expect(directWrites(ramfs)).toBe(false);
    const { found, direct } = written(ramfs, given, CHUNK);
    expect(direct).toBe(false);
    expect(found.equals(given)).toBe(true);
  });

  it('says what the system says when it cannot write: a descriptor that may only read', () => {
    const path = join(home, 'read-only');
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL));
    const descriptor = openSync(path, constants.O_RDONLY);
    const writer = new DraftWriter(descriptor);
    expect(() => writer.write(memory.subarray(0, 100), 0)).toThrow(/EBADF/);
    writer.close();
    closeSync(descriptor);
  });
});
