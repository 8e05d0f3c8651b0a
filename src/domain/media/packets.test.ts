/* Shows when a stream of packets counts as cut off: by its last packet, or by the size that it tells itself. */

import { describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { missingOfAsf, missingOfFlv, missingOfTransportStream } from './packets.ts';

const reader = (file: Uint8Array) => async (at: number, length: number) => file.subarray(at, at + length);

function transportStream(bytes: number, packet: number): Uint8Array {
  const file = new Uint8Array(bytes);
  for (let at = packet - 188; at < bytes; at += packet) file[at] = 0x47;
  return file;
}

/** Tags with as many bytes of content each; behind each stands what `told` makes of its size. */
function flv(sizes: readonly number[], told = (size: number) => size): Buffer {
  const tags = sizes.map((size, place) => {
    const tag = Buffer.alloc(11 + size + 4, 0x55);
    tag.writeUIntBE(size, 1, 3);
    tag[0] = place === 0 ? 18 : place % 2 === 0 ? 8 : 9;
    tag.writeUInt32BE(told(11 + size), 11 + size);
    return tag;
  });
  return Buffer.concat([Buffer.from('FLV\x01\x05\0\0\0\x09\0\0\0\0', 'latin1'), ...tags]);
}

/** Header object, one object before the file properties, file properties. */
function asf(told: number, flags: number, bytes: number): Uint8Array {
  const file = Buffer.alloc(bytes);
  Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex').copy(file);
  file.writeBigUInt64LE(40n, 30 + 16);
  Buffer.from('a1dcab8c47a9cf118ee400c00c205365', 'hex').copy(file, 70);
  file.writeBigUInt64LE(104n, 70 + 16);
  file.writeBigUInt64LE(BigInt(told), 70 + 40);
  file.writeUInt32LE(flags, 70 + 88);
  return file;
}

describe('streams of packets', () => {
  it.each([
    [188 * 40, 188, null],
    [188 * 40 + 100, 188, 'the last packet has 100 of 188'],
    [188 * 2, 188, null],
    [192 * 40, 192, null],
    [192 * 40 + 188, 192, 'the last packet has 188 of 192'],
    // A multiple of the other length.
    [192 * 47, 192, null],
    [188 * 48 * 2, 188, null],
    [188 * 40, 192, 'the last packet has 32 of 192'],
  ])('a transport stream of %i bytes, in packets of %i', async (bytes, packet, words) => {
    const found = await missingOfTransportStream(reader(transportStream(bytes, packet)), bytes);
    if (words === null) expect(found).toBeNull();
    else expect(found).toEqual(saying(words));
  });

  it.each([
    ['whole', asf(400, 2, 400), null],
    ['cut off', asf(900, 2, 400), '900 bytes, and has 400'],
    ['a broadcast', asf(900, 3, 400), null],
    ['longer than it says', asf(300, 2, 400), null],
    ['something else', Buffer.alloc(500, 1), null],
  ])('an ASF file that is %s', async (_, file, words) => {
    const found = await missingOfAsf(reader(file), file.length);
    if (words === null) expect(found).toBeNull();
    else expect(found).toEqual(saying(words));
  });

  const film = flv([200, 5000, 300, 4000]);
  it.each([
    ['whole', film, null],
    ['with a head alone', film.subarray(0, 13), null],
    ['without its last four bytes', film.subarray(0, -4), 'it ends within a tag'],
    ['cut off in its last tag', film.subarray(0, -2000), 'it ends within a tag'],
    ['cut off in the head of a tag', film.subarray(0, 13 + 215 + 5015 + 5), 'it ends within a tag'],
    ['cut off behind a tag', film.subarray(0, 13 + 215 + 5015), null],
    ['that tells sizes of its own kind', flv([200, 5000], (size) => size - 11), null],
    ['that tells no sizes', flv([200, 5000], () => 0).subarray(0, -7), null],
    ['cut off behind zeros of a picture', Buffer.concat([film.subarray(0, -2000), Buffer.alloc(8)]), 'it ends within a tag'],
    ['with room behind it', Buffer.concat([film, Buffer.alloc(512)]), null],
    ['that is something else', Buffer.from('MPEG'), null],
  ])('an FLV file %s', async (_, file, words) => {
    const found = await missingOfFlv(reader(file), file.length);
    if (words === null) expect(found).toBeNull();
    else expect(found).toEqual(saying(words));
  });
});
