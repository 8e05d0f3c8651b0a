import { useEffect, useRef } from 'react';
import { ask } from '../client/request.ts';

interface Span {
  fromMs: number;
  toMs: number;
}

/** So often what was played is told; the rest when the film goes. */
const TELL_MS = 10_000;
/** Between two looks at the clock of a film; anything longer is a jump. */
const STEP_S_MAX = 1.5;
const SPANS_MAX = 100;

/** Tells the station which parts of a film were played: what was sent is known there, what was shown is the claim of the player. `look`: null until it is on record. */
export function useClaims(video: () => HTMLVideoElement | null, look: string | null): void {
  const find = useRef(video);
  find.current = video;
  useEffect(() => {
    if (look === null) return;
    const spans: Span[] = [];
    let lastS: number | null = null;
    const note = () => {
      const film = find.current();
      if (!film || film.paused || film.seeking) {
        lastS = null;
        return;
      }
      const nowS = film.currentTime;
      const rate = Math.max(1, film.playbackRate);
      const open = spans.at(-1);
      if (lastS !== null && nowS > lastS && nowS - lastS < STEP_S_MAX * rate) {
        if (open && open.toMs === Math.round(lastS * 1000)) open.toMs = Math.round(nowS * 1000);
        else spans.push({ fromMs: Math.round(lastS * 1000), toMs: Math.round(nowS * 1000) });
      }
      lastS = nowS;
    };
    const tell = () => {
      const played = spans.splice(0, SPANS_MAX);
      if (played.length === 0) return;
      // A claim that does not arrive is one that the log does not have: what was sent it has anyway.
      void ask('POST /api/v1/looks/{id}/claims', { path: { id: look }, body: { played }, keepalive: true }).catch(() => undefined);
    };
    const noting = setInterval(note, 500);
    const telling = setInterval(tell, TELL_MS);
    addEventListener('pagehide', tell);
    return () => {
      clearInterval(noting);
      clearInterval(telling);
      removeEventListener('pagehide', tell);
      note();
      tell();
    };
  }, [look]);
}
