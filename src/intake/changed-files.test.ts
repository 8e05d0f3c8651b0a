import { expect, it } from 'vitest';
import { MemoryVolume } from '#test/support/card/memory-volume';
import { changedSince } from './changed-files.ts';

// Shows: a file that came, grew, shrank or was written anew since a listing is found; one that stayed or went is not.
it('tells what is not as it was listed', async () => {
  const file = (path: string, bytes: number, mtimeMs: number) => ({ path, mtimeMs, content: new Uint8Array(bytes) });
  const seen = new Map(['same', 'grown', 'shrunk', 'anew', 'gone'].map((path) => [path, { bytes: 5, mtimeMs: 7 }]));
  const now = [file('same', 5, 7), file('grown', 6, 7), file('shrunk', 4, 7), file('anew', 5, 8), file('come', 5, 7)];
  const changed = await changedSince(new MemoryVolume(now), seen, new AbortController().signal);
  expect(changed.map(({ path }) => path).sort()).toEqual(['anew', 'come', 'grown', 'shrunk']);
});
