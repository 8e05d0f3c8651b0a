import type { Counted } from './convert.ts';

/** A way that loses a larger share of its frames is followed by another. */
const LOST_SHARE_MAX = 0.01;
/** So many frames may be lost at the ends, or beside a frame of the same time. */
const LOST_FRAMES_MAX = 2;

export interface FramesOut {
  /** Pictures; packets of sound where there is no picture. */
  readonly frames: number;
  /** True: too many of the frames that went in did not come out. */
  readonly lost: boolean;
}

/**
 * Counts the frames that came out at their own times. Copied frames whose time had passed all have the same time, so nobody sees them. `picture`: index of the
 * source stream, and whether it was copied; null if there is no picture, and then nothing is known to be lost.
 */
export function framesOut({ read, written }: Counted, picture: { readonly index: number; readonly copied: boolean } | null): FramesOut {
  const out = [...written.values()].find((each) => each.type === (picture ? 'video' : 'audio'));
  const frames = (out?.packets ?? 0) - (out?.late ?? 0);
  const into = picture ? read.get(`0:${picture.index}`) : undefined;
  const expected = (picture?.copied ? into?.packets : into?.frames) ?? 0;
  return { frames, lost: expected - frames > LOST_FRAMES_MAX + LOST_SHARE_MAX * expected };
}
