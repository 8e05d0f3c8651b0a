import { because, type Reason } from '#domain/reason';
import type { ReadAt } from './iso-bmff.ts';

/** Sound is stored in blocks of this many bytes, each behind a head of its own; the frames go on from one block to the next. */
const BLOCK = 512;
const BLOCK_HEAD = 6;
/** Where the header tells the codec: 0 is SP, whose frames are all of one size; 2 is LP, which is G.723.1. */
const CODEC_AT = 0x2a4;
const LP = 2;
/** Bytes of a frame of G.723.1, by the two lowest bits of its first byte (ITU-T G.723.1 §4). */
const LP_FRAME = [24, 20, 4, 1] as const;
/** Behind the last frame the block is filled up with these. No frame begins with one. */
const FILL = 0xff;
const BLOCKS_AT_ONCE = 128;

/** Digital Speech Standard, as dictation machines write it (version 2, and 3 where it is not DS2). */
function isDss(head: Uint8Array): boolean {
  return (head[0] === 2 || head[0] === 3) && String.fromCharCode(...head.subarray(1, 4)) === 'dss';
}

/** What a DSS file lacks: a part of its last block, or frames behind a place where no frame begins. null if it is whole, or is none. */
export async function missingOfDss(readAt: ReadAt, bytes: number): Promise<Reason | null> {
  const head = await readAt(0, CODEC_AT + 1);
  if (!isDss(head)) return null;
  const blocksOfHeader = head[0] ?? 0;
  const rest = bytes % BLOCK;
  if (rest !== 0) return because('block-truncated', { found: rest, bytes: BLOCK });
  if (bytes <= blocksOfHeader * BLOCK) return because('header-alone', {});
  return head[CODEC_AT] === LP ? wrongFrame(readAt, blocksOfHeader, bytes / BLOCK) : null;
}

/** Goes from frame to frame. A demuxer ends where a frame would begin with a fill byte: what follows there has to be fill as well. */
async function wrongFrame(readAt: ReadAt, first: number, end: number): Promise<Reason | null> {
  let skip = 0;
  let filledFrom: number | null = null;
  for (let block = first; block < end; block += BLOCKS_AT_ONCE) {
    const bytes = await readAt(block * BLOCK, BLOCK * Math.min(BLOCKS_AT_ONCE, end - block));
    for (let at = 0; at < bytes.length; at += 1) {
      if (at % BLOCK < BLOCK_HEAD) continue;
      const byte = bytes[at] ?? 0;
      if (filledFrom !== null) {
        if (byte !== FILL) return because('no-frame-begins', { at: filledFrom });
      } else if (skip > 0) skip -= 1;
      else if (byte === FILL) filledFrom = block * BLOCK + at;
      else skip = (LP_FRAME[byte & 3] ?? 1) - 1;
    }
  }
  return null;
}
