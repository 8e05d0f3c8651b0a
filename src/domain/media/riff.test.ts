/* Shows when an AVI or WAV file counts as cut off: by the chunk that holds the media, not by headers that nobody finished. */

import { describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { missingOfRiff } from './riff.ts';

function riff(form: string, chunks: readonly { name: string; size: number; bytes: number; list?: string }[]): Uint8Array {
  const parts = chunks.map(({ name, size, bytes, list }) => {
    const chunk = Buffer.alloc(8 + bytes);
    chunk.write(list === undefined ? name : 'LIST', 0, 'latin1');
    chunk.writeUInt32LE(size, 4);
    if (list !== undefined) chunk.write(list, 8, 'latin1');
    return chunk;
  });
  const head = Buffer.from(`RIFF....${form}`, 'latin1');
  return Buffer.concat([head, ...parts]);
}

const judge = (file: Uint8Array) => missingOfRiff(async (at, length) => file.subarray(at, at + length), file.length);

describe('RIFF files', () => {
  it.each([
    [
      'a whole AVI',
      riff('AVI ', [
        { name: '', list: 'hdrl', size: 40, bytes: 40 },
        { name: '', list: 'movi', size: 100, bytes: 100 },
      ]),
    ],
    [
      'a WAV that was streamed',
      riff('WAVE', [
        { name: 'fmt ', size: 16, bytes: 16 },
        { name: 'data', size: 0xffffffff, bytes: 50 },
      ]),
    ],
    ['an AVI that was never finished', riff('AVI ', [{ name: '', list: 'movi', size: 0, bytes: 500 }])],
    ['another form', riff('WEBP', [{ name: 'data', size: 900, bytes: 10 }])],
    [
      'a whole QCP',
      riff('QLCM', [
        { name: 'fmt ', size: 150, bytes: 150 },
        { name: 'vrat', size: 8, bytes: 8 },
        { name: 'data', size: 35, bytes: 36 },
      ]),
    ],
    ['something else', Buffer.from('not a media file')],
    ['nothing', new Uint8Array(0)],
  ])('%s is whole', async (_, file) => {
    expect(await judge(file)).toBeNull();
  });

  it.each([
    [
      'an AVI',
      riff('AVI ', [
        { name: '', list: 'hdrl', size: 40, bytes: 40 },
        { name: '', list: 'movi', size: 100, bytes: 60 },
      ]),
      'movi',
    ],
    [
      'a WAV with an odd chunk before',
      riff('WAVE', [
        { name: 'fmt ', size: 17, bytes: 18 },
        { name: 'data', size: 99, bytes: 98 },
      ]),
      'data',
    ],
    [
      'a QCP',
      riff('QLCM', [
        { name: 'fmt ', size: 150, bytes: 150 },
        { name: 'data', size: 3500, bytes: 3400 },
      ]),
      'data',
    ],
  ])('%s that was cut off says so', async (_, file, chunk) => {
    expect(await judge(file)).toEqual(saying(`chunk ${chunk} ends`));
  });
});
