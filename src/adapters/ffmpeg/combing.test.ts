/* Shows: pictures count as combed when two moments are interleaved in them, and not because they have a fine pattern. */
import { describe, expect, it } from 'vitest';
import { combedBlocks } from './combing.ts';

const WIDTH = 160;
const HEIGHT = 128;

/** Eight pictures; `at` gives the brightness of a place at a moment, two moments to a picture. */
function film(at: (x: number, y: number, moment: number) => number, interlaced: boolean): Uint8Array {
  const all = new Uint8Array(8 * WIDTH * HEIGHT);
  for (let picture = 0; picture < 8; picture += 1)
    for (let y = 0; y < HEIGHT; y += 1)
      for (let x = 0; x < WIDTH; x += 1) all[(picture * HEIGHT + y) * WIDTH + x] = at(x, y, 2 * picture + (interlaced ? y % 2 : 0));
  return all;
}

const bar = (x: number, _: number, moment: number) => ((x + 5 * moment) % 48 < 24 ? 40 : 200);
const slanted = (x: number, y: number, moment: number) => ((x + y + 5 * moment) % 48 < 24 ? 40 : 200);
const blinds = (_: number, y: number) => (y % 2 === 0 ? 40 : 200);
const noise = (x: number, y: number, moment: number) => (x * 7919 + y * 104_729 + moment * 1_299_709) % 251;

describe('combed pictures', () => {
  it.each([
    ['a bar that moves', bar],
    ['an edge on the slant', slanted],
  ] as const)('are found with %s, and only where fields are interleaved', (_, at) => {
    const interlaced = combedBlocks(film(at, true), WIDTH, HEIGHT);
    expect(interlaced.combed).toBeGreaterThan(interlaced.moving / 4);
    expect(combedBlocks(film(at, false), WIDTH, HEIGHT).combed).toBe(0);
  });

  it('are not what stands still, however fine, nor noise', () => {
    expect(combedBlocks(film(blinds, false), WIDTH, HEIGHT)).toEqual({ moving: 0, combed: 0 });
    const { moving, combed } = combedBlocks(film(noise, false), WIDTH, HEIGHT);
    expect(moving).toBeGreaterThan(0);
    expect(combed).toBeLessThan(moving / 50);
  });
});
