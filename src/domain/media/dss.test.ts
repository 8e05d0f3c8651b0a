/* Shows when a dictation counts as cut off or wrong, and that one whose last block is filled up, as every one is, does not. */
import { describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { missingOfDss } from './dss.ts';

/** Header, then blocks of 506 bytes of stream behind 6 of head; filled up. */
function dss(codec: number, stream: Uint8Array, version = 2): Buffer {
  const header = Buffer.alloc(version * 512);
  header.write(`${String.fromCharCode(version)}dss`, 'latin1');
  header[0x2a4] = codec;
  const blocks = Array.from({ length: Math.ceil(stream.length / 506) }, (_, place) => {
    const part = stream.subarray(506 * place, 506 * (place + 1));
    return Buffer.concat([Buffer.alloc(6, 1), part, Buffer.alloc(506 - part.length, 0xff)]);
  });
  return Buffer.concat([header, ...blocks]);
}

/** Frames of G.723.1 of each size in turn, with fill bytes within them. */
const SIZES = [24, 20, 4, 1];
const lp = (count: number) =>
  Buffer.concat(
    Array.from({ length: count }, (_, place) => {
      const type = (place * 7) % 4;
      return Buffer.concat([Buffer.from([type]), Buffer.alloc((SIZES[type] ?? 1) - 1, place % 3 === 0 ? 0xff : 7)]);
    }),
  );

const judge = (file: Uint8Array) => missingOfDss(async (at, length) => file.subarray(at, at + length), file.length);

describe('dictations', () => {
  it.each([
    ['SP', dss(0, Buffer.alloc(5000, 9))],
    ['SP in a file of version 3', dss(0, Buffer.alloc(5000, 9), 3)],
    ['LP', dss(2, lp(100))],
    ['LP over more blocks than are read at once', dss(2, lp(8000))],
    ['LP whose last frame ends with its block', dss(2, Buffer.alloc(506, 3))],
    ['DS2, of which nothing is known', Buffer.concat([Buffer.from('\x03ds2'), Buffer.alloc(3000)])],
    ['another file', Buffer.from('RIFF and more')],
    ['nothing', new Uint8Array(0)],
  ])('%s is whole', async (_, file) => {
    expect(await judge(file)).toBeNull();
  });

  it.each([
    ['SP that was cut off', dss(0, Buffer.alloc(5000, 9)).subarray(0, 3000), 'the last block has 440 of 512 bytes'],
    ['LP that was cut off', dss(2, lp(100)).subarray(0, 1030), 'the last block has 6 of 512 bytes'],
    ['a header alone', dss(2, Buffer.alloc(0)), 'no sound behind the header'],
    ['a header that was cut off', dss(2, lp(100)).subarray(0, 1000), 'the last block has 488 of 512 bytes'],
  ])('%s says so', async (_, file, words) => {
    expect(await judge(file)).toEqual(saying(`truncated: ${words}`));
  });

  it('LP with a place where no frame begins says where, if frames follow', async () => {
    const file = dss(2, Buffer.concat([lp(200), Buffer.alloc(30, 0xff), lp(200)]));
    const at = lp(200).length;
    const position = 1024 + 512 * Math.floor(at / 506) + 6 + (at % 506);
    expect(await judge(file)).toEqual(saying(`no frame begins at byte ${position}, and more than fill follows`));
  });
});
