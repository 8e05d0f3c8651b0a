import type { Counted } from './convert.ts';

/** A way that loses more than this of the frames that went into it is not the last word. */
const LOST_SHARE_MAX = 0.01;
/** Lost at the ends, or beside a frame of the same time. */
const LOST_FRAMES_MAX = 2;

export interface FramesOut {
  /** Pictures, or packets of sound where there is no picture. */
  readonly frames: number;
  /** Too many of those that went in did not come out. */
  readonly lost: boolean;
}

/**
 * How many frames came out at their own times. Copied ones whose time had passed stand in one moment, where nobody sees them. `picture`: the index of the
 * stream that it was made of, and whether it was copied; null if there is none, and then nothing is known to be lost.
 */
export function framesOut({ read, written }: Counted, picture: { readonly index: number; readonly copied: boolean } | null): FramesOut {
  const out = [...written.values()].find((each) => each.type === (picture ? 'video' : 'audio'));
  const frames = (out?.packets ?? 0) - (out?.late ?? 0);
  const into = picture ? read.get(`0:${picture.index}`) : undefined;
  const expected = (picture?.copied ? into?.packets : into?.frames) ?? 0;
  return { frames, lost: expected - frames > LOST_FRAMES_MAX + LOST_SHARE_MAX * expected };
}
