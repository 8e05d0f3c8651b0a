import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { askFirstByte, Refused, urlOf } from '../client/request.ts';
import { ProblemNote } from '../kit/problem.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { useSay } from '../texts/say.ts';
import { useClaims } from './claims.ts';
import type { MasterClock, Track } from './master-clock.ts';
import styles from './player.module.css';
import { Still as StillOfFilm, useTiles } from './seek-pictures.tsx';
import { Watermark } from './watermark.tsx';

interface FilmProps {
  readonly recording: Schemas['Recording'];
  readonly track: Track;
  readonly clock: MasterClock;
  readonly stated: Stated;
  readonly label: string;
  /** What the clock on the wall showed, and what else stands under the picture. */
  readonly caption: string | null;
  readonly sound: boolean;
  readonly onSound: () => void;
  /** So fast that the pictures along the film are shown instead of it. */
  readonly fast: boolean;
  readonly atMs: number;
  /** The element, for stills and steps; null: it is gone. */
  readonly onVideo: (video: HTMLVideoElement | null) => void;
}

/** The address of the playable copy, with the reason in it: an element that plays can send no headers. What only the archive holds is played from there. */
function playbackUrl({ id, derivatives }: Schemas['Recording'], { reason, forCase }: Stated): string {
  const evicted = derivatives.some(({ kind, evictedAt }) => kind === 'playable' && evictedAt !== null);
  const query = {
    ...(evicted ? { from: 'archive' } : {}),
    ...(reason === null ? {} : { reason }),
    ...(forCase === null ? {} : { case: forCase }),
  };
  const path = urlOf('GET /api/v1/recordings/{id}/playback', { path: { id } });
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}

/** One camera. What went wrong with its picture is said in its place. */
export function Film(props: FilmProps) {
  const { recording, track, clock, stated, label, caption, sound, onSound, fast, atMs, onVideo } = props;
  const say = useSay();
  const ref = useRef<HTMLVideoElement>(null);
  const [broken, setBroken] = useState(false);
  const src = playbackUrl(recording, stated);
  // Opens the look before the element does, which tells neither its number nor why it was refused. A session that begins again asks again.
  const {
    data: look,
    error,
    refetch,
  } = useQuery({
    queryKey: [{ topics: [] }, 'look', src],
    queryFn: async ({ signal }) => (await askFirstByte(src, signal)).get('x-evidock-look'),
    retry: false,
  });
  const tell = useRef(onVideo);
  tell.current = onVideo;
  const { id, fromMs, lengthMs } = track;
  const may = look !== undefined && error === null && !broken;
  useEffect(() => {
    const video = ref.current;
    if (!video || !may) return;
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
  }, [clock, id, fromMs, lengthMs, may, src]);
  useClaims(() => ref.current, look ?? null);
  const tiles = useTiles(fast ? recording : undefined, stated);
  const covers = atMs >= fromMs && atMs < fromMs + lengthMs;
  const stills = fast && (tiles?.tiles.length ?? 0) > 0;
  useEffect(() => {
    clock.showStills(id, stills);
    return () => clock.showStills(id, false);
  }, [clock, id, stills]);
  const failed = async () => {
    if (!ref.current?.getAttribute('src')) return;
    const answer = await refetch();
    if (!answer.error) setBroken(true);
  };
  const again = () => {
    setBroken(false);
    void refetch();
  };
  return (
    <figure className={styles.film}>
      {error ? (
        <div className={styles.failed}>
          {error instanceof Refused ? <ProblemNote error={error} again={again} /> : <p role="alert">{say('player.unreached')}</p>}
        </div>
      ) : broken ? (
        <div className={styles.failed}>
          <p role="alert">{say('player.unplayable')}</p>
        </div>
      ) : (
        // What stands at the moment is fetched, so that its picture is there at once; of other films only their facts, because a browser opens six connections.
        <video ref={ref} preload={covers ? 'auto' : 'metadata'} playsInline muted={!sound} onError={() => void failed()} />
      )}
      {stills && tiles ? <StillOfFilm tiles={tiles} atMs={atMs - fromMs} /> : null}
      <Watermark />
      <figcaption className={styles.caption}>
        <span className={styles.captionText} title={label}>
          {label}
          {caption === null ? null : <small>{caption}</small>}
        </span>
        <button type="button" className={styles.sound} aria-pressed={sound} onClick={onSound}>
          {say(sound ? 'player.sound-on' : 'player.sound-off')}
        </button>
      </figcaption>
    </figure>
  );
}
