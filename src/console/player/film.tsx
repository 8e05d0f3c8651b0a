import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { Refused, urlOf } from '../client/request.ts';
import { ProblemNote } from '../kit/problem.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { useSay } from '../texts/say.ts';
import type { MasterClock, Track } from './master-clock.ts';
import styles from './player.module.css';
import { Watermark } from './watermark.tsx';

interface FilmProps {
  readonly recording: Schemas['Recording'];
  readonly track: Track;
  readonly clock: MasterClock;
  readonly stated: Stated;
  readonly label: string;
  readonly sound: boolean;
  readonly onSound: () => void;
  /** The element, for stills and steps; null: it is gone. */
  readonly onVideo: (video: HTMLVideoElement | null) => void;
}

/** The address of the playable copy, with the reason in it: an element that plays can send no headers. */
export function playbackUrl(id: string, { reason, forCase }: Stated): string {
  const query = { ...(reason === null ? {} : { reason }), ...(forCase === null ? {} : { case: forCase }) };
  const path = urlOf('GET /api/v1/recordings/{id}/playback', { path: { id } });
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** One camera. What went wrong with its picture is said in its place. */
export function Film({ recording, track, clock, stated, label, sound, onSound, onVideo }: FilmProps) {
  const say = useSay();
  const ref = useRef<HTMLVideoElement>(null);
  const [error, setError] = useState<Error | null>(null);
  const src = playbackUrl(recording.id, stated);
  const tell = useRef(onVideo);
  tell.current = onVideo;
  const { id, fromMs, lengthMs } = track;
  useEffect(() => {
    const video = ref.current;
    if (!video || error) return;
    // Set here and not by React: the same element gets its film again after it has let go of it.
    video.src = src;
    tell.current(video);
    const remove = clock.add({ id, fromMs, lengthMs }, video);
    return () => {
      remove();
      tell.current(null);
      // Lets go of the connection: browsers open six to one station.
      video.removeAttribute('src');
      video.load();
    };
  }, [clock, id, fromMs, lengthMs, error, src]);
  const failed = async () => {
    const answer = await fetch(src, { headers: { range: 'bytes=0-0' } }).catch(() => null);
    const problem = answer && !answer.ok ? ((await answer.json().catch(() => null)) as Schemas['Problem'] | null) : null;
    setError(problem ? new Refused(problem) : new Error(say('player.unplayable')));
  };
  return (
    <figure className={styles.film}>
      {error ? (
        <div className={styles.failed}>
          {error instanceof Refused ? <ProblemNote error={error} again={() => setError(null)} /> : <p role="alert">{error.message}</p>}
        </div>
      ) : (
        <video ref={ref} preload="auto" playsInline muted={!sound} onError={() => void failed()} />
      )}
      <Watermark />
      <figcaption className={styles.caption}>
        <span className={styles.captionText} title={label}>
          {label}
        </span>
        <button type="button" className={styles.sound} aria-pressed={sound} onClick={onSound}>
          {say(sound ? 'player.sound-on' : 'player.sound-off')}
        </button>
      </figcaption>
    </figure>
  );
}
