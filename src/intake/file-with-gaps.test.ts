/*
 * Goal: a medium that takes seconds over each bad block does not hold a copy up for ever.
 * Method: a file whose every failing read takes 10 s of a clock that the test moves.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import type { VolumeFile } from '#ports/recorder-driver';
import { anOriginal, aRecording } from '#test/support/builders';
import { FileWithGaps } from './file-with-gaps.ts';

const MEBIBYTE = 1024 * 1024;
const PIECE = 64 * 1024;

const listed = anOriginal(aRecording(), { bytes: 8 * MEBIBYTE });
const original: Original = {
  ...listed,
  state: 'listed',
  digests: null,
  gaps: [],
  sourceReread: null,
  duplicateOf: null,
  copiedAtMs: null,
  sealedAtMs: null,
  durationMs: null,
  replacedBy: null,
  evictedAtMs: null,
  blocksSha256: null,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A file that fails slowly from `badFrom` on. */
function dying(badFrom: number) {
  const asked: number[] = [];
  const file: VolumeFile = {
    stat: async () => ({ bytes: original.bytes, mtimeMs: original.mtimeMs }),
    close: async () => undefined,
    read: async (target, position) => {
      if (position + target.length <= badFrom) return target.length;
      asked.push(target.length);
      vi.advanceTimersByTime(10_000);
      throw new EvidockError('recorder.read-failed', because('said', { text: 'EIO' }));
    },
  };
  const onGivenUp = vi.fn();
  const source = new FileWithGaps({ file, original, gapBytesMax: original.bytes, signal: new AbortController().signal, onGivenUp });
  return { source, asked, onGivenUp };
}

describe('a dying medium', () => {
  it('is read in blocks for two minutes, in pieces for ten, and is given up then', async () => {
    const { source, asked, onGivenUp } = dying(0);
    const chunk = new Uint8Array(MEBIBYTE);
    const failure = await (async () => {
      for (let position = 0; position < original.bytes; position += chunk.length) await source.read(chunk, position);
    })().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'recorder.read-failed', detail: expect.stringContaining('10 minutes') });
    expect(onGivenUp).toHaveBeenCalledOnce();
    // The first failure is not counted. Then the chunk as a whole is read, a piece, and its blocks, of which ten more fit into two minutes.
    expect(asked.slice(0, 4)).toEqual([MEBIBYTE, MEBIBYTE, PIECE, 4096]);
    expect(asked.filter((bytes) => bytes === 4096).length).toBeLessThanOrEqual(12);
    expect(asked.length).toBeLessThan(70);
  });

  it('gives up only what fails: zeros there, and everything else', async () => {
    const { source } = dying(4 * MEBIBYTE - 8192);
    const chunk = new Uint8Array(MEBIBYTE).fill(9);
    expect(await source.read(chunk, 3 * MEBIBYTE)).toBe(MEBIBYTE);
    expect(source.ranges).toEqual([{ start: 4 * MEBIBYTE - 8192, end: 4 * MEBIBYTE }]);
    expect(chunk.indexOf(0)).toBe(MEBIBYTE - 8192);
  });

  it('is not believed for a byte after the listed end', async () => {
    const { source } = dying(0);
    await expect(source.read(new Uint8Array(1), original.bytes)).rejects.toMatchObject({ code: 'recorder.read-failed' });
    expect(source.ranges).toEqual([]);
  });
});
