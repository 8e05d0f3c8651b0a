/*
 * The smallest file whose head tells how long it is (ISO/IEC 14496-12): ftyp, moov with mvhd, and bytes that nothing reads.
 */

const SINCE_1904_S = 2_082_844_800;

/** `createdAt`: what the container tells of its time, as ISO 8601 in UTC; not set if left out. */
export function movieHead({ seconds, createdAt, content = 'x' }: { seconds: number; createdAt?: string; content?: string }): Buffer {
  const mvhd = Buffer.alloc(100);
  if (createdAt !== undefined) mvhd.writeUInt32BE(Date.parse(createdAt) / 1000 + SINCE_1904_S, 4);
  mvhd.writeUInt32BE(1000, 12);
  mvhd.writeUInt32BE(Math.round(seconds * 1000), 16);
  return Buffer.concat([box('ftyp', Buffer.from('isomisom')), box('moov', box('mvhd', mvhd)), box('mdat', Buffer.from(content))]);
}

function box(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}
