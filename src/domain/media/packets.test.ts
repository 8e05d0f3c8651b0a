/* Shows when a stream of packets counts as cut off: by its last packet, or by the size that it tells itself. */

import { describe, expect, it } from 'vitest';
import { saying } from '#test/support/saying';
import { missingOfAsf, missingOfTransportStream } from './packets.ts';

const reader = (file: Uint8Array) => async (at: number, length: number) => file.subarray(at, at + length);

function transportStream(bytes: number): Uint8Array {
  const file = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 188) file[at] = 0x47;
  return file;
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
    [188 * 40, null],
    [188 * 40 + 100, 'the last packet has 100 of 188'],
    [188 * 2, null],
  ])('a transport stream of %i bytes', async (bytes, words) => {
    const found = await missingOfTransportStream(reader(transportStream(bytes)), bytes);
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
});
