/*
 * Shows that everything that ffmpeg can decode plays: each clip of the matrix becomes a playable whose pictures are all there, in their order, and
 * which a real browser plays and seeks. What is made of each, and by which recipe, is written to docs/media.md; EVIDOCK_WRITE_DOCS=1 writes it anew,
 * else the file must be what would be written. EVIDOCK_TEST_CLIPS chooses clips by their names, as a regular expression. The long form, with more
 * containers and defects: scripts/media-matrix.ts.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { partOfToday } from '../support/part-of-today.ts';
import { combinations, everyCombination } from './clips.ts';
import { mediaPage } from './page.ts';
import { specialClips } from './special-clips.ts';
import { speechClips } from './speech-clips.ts';
import { faultsOf, type Result, tryClips } from './try-clip.ts';

const PAGE = new URL('../../docs/media.md', import.meta.url);

describe('everything that decodes plays', () => {
  const all = [...combinations(), ...specialClips(), ...speechClips()];
  const only = new RegExp(process.env['EVIDOCK_TEST_CLIPS'] ?? '');
  const clips = process.env['EVIDOCK_TEST_CLIPS'] === undefined ? partOfToday(all, 6) : all.filter(({ name }) => only.test(name));
  const results = new Map<string, Result | Error>();

  beforeAll(() => tryClips(clips, ({ name }, outcome) => void results.set(name, outcome)), 1_500_000);

  it('has at least sixty combinations, no two of them alike', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('is a part of the long form', () => {
    const names = new Set(everyCombination().map(({ name }) => name));
    expect(combinations().filter(({ name }) => !names.has(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(3 * combinations().length);
  });

  it.each(clips.map((clip) => [clip.name, clip] as const))('%s', (name, clip) => {
    expect(faultsOf(clip, results.get(name))).toEqual([]);
  });

  it.skipIf(clips.length < all.length)('is told in docs/media.md', async () => {
    const made = clips.flatMap((clip) => {
      const result = results.get(clip.name);
      return result && !(result instanceof Error) ? [{ clip, outcome: result }] : [];
    });
    const page = mediaPage(made);
    if (process.env['EVIDOCK_WRITE_DOCS'] === '1') await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });
});
