/* Shows: a playable keeps the shape of its picture, is never larger than it may be, and has even sides. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inside, playableSize, shownSize } from './picture-size.ts';

const video = (fields: object) => ({ type: 'video', codec: 'h264', ...fields }) as const;

describe('the size of a playable', () => {
  it.each([
    [{ width: 1920, height: 1080 }, 1280, 720],
    [{ width: 1080, height: 1920 }, 720, 1280],
    [{ width: 1920, height: 1080, rotation: 90 }, 720, 1280],
    [{ width: 176, height: 143 }, 176, 144],
    [{ width: 720, height: 288, pixelAspect: 0.5 }, 720, 576],
    [{ width: 720, height: 576, pixelAspect: 16 / 15 }, 768, 576],
    [{ width: 320, height: 240 }, 320, 240],
    [{ width: 7680, height: 1080 }, 3862, 544],
  ])('of %o is %i × %i', (fields, width, height) => {
    expect(playableSize(video(fields), 720)).toEqual({ width, height });
  });

  it('holds for every shape that a camera may have', () => {
    const shape = fc.record({
      width: fc.integer({ min: 16, max: 8192 }),
      height: fc.integer({ min: 16, max: 8192 }),
      pixelAspect: fc.double({ min: 0.25, max: 4, noNaN: true }),
      rotation: fc.constantFrom(undefined, 90, 180, 270),
    });
    fc.assert(
      fc.property(shape, fc.integer({ min: 144, max: 2160 }), ({ rotation, ...fields }, short) => {
        const stream = video(rotation === undefined ? fields : { ...fields, rotation });
        const shown = shownSize(stream);
        const made = playableSize(stream, short);
        expect([made.width % 2, made.height % 2]).toEqual([0, 0]);
        expect(Math.min(made.width, made.height)).toBeLessThanOrEqual(short + 1);
        expect(made.width * made.height).toBeLessThanOrEqual(8192 * 256 * 1.02 + 8192);
        expect(made.width).toBeLessThanOrEqual(shown.width + 1);
        // Rounding to even sides changes a long and thin shape a little.
        const bend = made.width / made.height / (shown.width / shown.height);
        expect(Math.abs(Math.log(bend))).toBeLessThan(2 / Math.min(made.width, made.height) + 1e-9);
        const tile = inside(shown, { width: 160, height: 90 });
        expect(tile.width <= 160 && tile.height <= 90 && tile.width >= 2 && tile.height >= 2).toBe(true);
      }),
    );
  });
});
