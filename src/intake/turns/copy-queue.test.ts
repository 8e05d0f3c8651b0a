import { describe, expect, it } from 'vitest';
import type { Original } from '#domain/recording';
import { anOriginal, aRecording } from '#test/support/builders';
import { CopyQueue } from './copy-queue.ts';

const MEBIBYTE = 1024 * 1024;
const recording = aRecording();

function queued(files: readonly { readonly bytes: number; readonly important?: boolean }[]): CopyQueue {
  const queue = new CopyQueue();
  for (const [place, { bytes, important = false }] of files.entries())
    queue.push({ ...anOriginal(recording, { bytes }), id: `org-${place}`, important } as Original);
  return queue;
}

describe('what is copied next', () => {
  it('is one large file, or the small ones before the next large one', () => {
    const queue = queued([{ bytes: 5 * MEBIBYTE }, { bytes: 1 }, { bytes: MEBIBYTE }, { bytes: MEBIBYTE + 1 }, { bytes: 2 }]);
    const taken = Array.from({ length: 5 }, () => queue.take().map(({ id }) => id));
    expect(taken).toEqual([['org-0'], ['org-1', 'org-2'], ['org-3'], ['org-4'], []]);
  });

  it('is a bounded number of small files', () => {
    const queue = queued(Array.from({ length: 70 }, () => ({ bytes: 10 })));
    expect([queue.take().length, queue.take().length, queue.take().length, queue.size]).toEqual([32, 32, 6, 0]);
  });

  it('is important before all else, and what is not so is in no handful with it', () => {
    const queue = queued([{ bytes: 1 }, { bytes: 2, important: true }, { bytes: 3 }, { bytes: 4, important: true }]);
    expect([queue.take(), queue.take()].map((taken) => taken.map(({ id }) => id))).toEqual([
      ['org-1', 'org-3'],
      ['org-0', 'org-2'],
    ]);
  });
});
