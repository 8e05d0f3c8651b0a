import { describe, expect, it } from 'vitest';
import type { Original } from '#domain/recording';
import { aCopy, anOriginal, aRecording } from '#test/support/builders';
import { placesOf } from './present.ts';

const recording = aRecording();
const originals = [1, 2].map((index): Original => {
  const blank = {
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
  return { ...anOriginal(recording, { index }), state: 'sealed', ...blank };
});
const copy = (index: number, where: string, verifiedAtMs: number) => aCopy(originals[index]!, { where, verifiedAtMs });

describe('placesOf', () => {
  it('names a place only if it holds every original, with the oldest verification', () => {
    const copies = [copy(0, 'vault', 30), copy(1, 'vault', 20), copy(0, 's3', 40)];
    expect(placesOf(originals, copies)).toEqual([{ where: 'vault', verifiedAtMs: 20 }]);
    expect(placesOf(originals, [...copies, copy(1, 's3', 50)])).toEqual([
      { where: 's3', verifiedAtMs: 40 },
      { where: 'vault', verifiedAtMs: 20 },
    ]);
  });

  it('does not count the copy of a derivative for an original', () => {
    const derivative = aCopy({ id: 'drv-1', recordingId: recording.id, vaultKey: 'k', bytes: 1 }, { where: 's3' });
    expect(placesOf(originals, [copy(0, 's3', 1), derivative])).toEqual([]);
    expect(placesOf([], [])).toEqual([]);
  });
});
