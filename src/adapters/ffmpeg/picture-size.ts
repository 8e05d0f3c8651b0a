import type { MediaStream } from '#ports/transcoder';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest picture at H.264 level 4.0 (ITU-T H.264, table A-1, in macroblocks), pixels. Every browser's decoder takes it. */
const PIXELS_OF_LEVEL_4 = 8192 * 256;

/** The size that a person sees: upright, with square pixels. A pixel that is not square is stretched and never squeezed, so that nothing is lost. */
export function shownSize(video: MediaStream): Size {
  const aspect = video.pixelAspect ?? 1;
  const wide = (video.width ?? 0) * Math.max(1, aspect);
  const high = (video.height ?? 0) / Math.min(1, aspect);
  const lies = video.rotation === 90 || video.rotation === 270;
  return lies ? { width: high, height: wide } : { width: wide, height: high };
}

/** The size of a transcoded picture: short side at most `shortMax`, never enlarged, both sides even as 4:2:0 needs it. */
export function playableSize(video: MediaStream, shortMax: number): Size {
  const { width, height } = shownSize(video);
  const scale = Math.min(1, shortMax / Math.min(width, height), Math.sqrt(PIXELS_OF_LEVEL_4 / (width * height)));
  return { width: even(width * scale), height: even(height * scale) };
}

/** The largest size of that shape inside a box. */
export function inside(size: Size, box: Size): Size {
  const scale = Math.min(box.width / size.width, box.height / size.height);
  return { width: Math.min(box.width, even(size.width * scale)), height: Math.min(box.height, even(size.height * scale)) };
}

function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2));
}
