import { type RefObject, useEffect, useRef } from 'react';

/** Of a film whose pictures were not seen yet. */
const FRAME_MS = 40;
/** Pictures follow each other within these times; anything else is a seek or a gap. */
const FRAME_MS_MIN = 5;
const FRAME_MS_MAX = 120;

/** How long one picture of the film stands, ms, measured while it plays: the smallest distance between pictures that were shown. */
export function useFrameLength(videoOf: () => HTMLVideoElement | undefined): RefObject<number> {
  const length = useRef(FRAME_MS);
  const find = useRef(videoOf);
  find.current = videoOf;
  useEffect(() => {
    let stopped = false;
    let beforeS: number | null = null;
    let seen: HTMLVideoElement | undefined;
    let least = Number.POSITIVE_INFINITY;
    const wait = () => {
      if (stopped) return;
      const video = find.current();
      if (!video) return void setTimeout(wait, 200);
      if (video !== seen) [seen, beforeS, least] = [video, null, Number.POSITIVE_INFINITY];
      video.requestVideoFrameCallback((_, { mediaTime }) => {
        const ms = beforeS === null ? 0 : (mediaTime - beforeS) * 1000;
        beforeS = mediaTime;
        if (ms >= FRAME_MS_MIN && ms <= FRAME_MS_MAX && ms < least - 0.5) {
          least = ms;
          length.current = ms;
        }
        wait();
      });
    };
    wait();
    return () => {
      stopped = true;
    };
  }, []);
  return length;
}
