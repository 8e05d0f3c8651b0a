import { type PointerEvent, useRef, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { lengthText } from '../kit/figures.ts';
import { useTiles } from '../player/seek-pictures.tsx';
import styles from './looks.module.css';

/** A pointer that only passes over asks for nothing: what is shown is a look, and stands on record. */
const DWELL_MS = 300;
const AT_ONCE = { reason: null, forCase: null };

/** Over a poster: the pictures along the film, at the place of the pointer. They are asked for when the pointer stays, and never before. */
export function Along({ recording }: { readonly recording: Schemas['Recording'] }) {
  const [stayed, setStayed] = useState(false);
  const [at, setAt] = useState<{ readonly part: number; readonly widthPx: number } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tiles = useTiles(stayed ? recording : undefined, AT_ONCE);
  const { durationMs } = recording;
  if (durationMs === null || durationMs === 0 || !recording.derivatives.some(({ kind }) => kind === 'thumbnails')) return null;
  const move = (event: PointerEvent<HTMLSpanElement>) => {
    if (event.pointerType === 'touch') return;
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setAt({ part: Math.max(0, Math.min(0.999, (event.clientX - left) / width)), widthPx: width });
  };
  const atMs = at === null ? 0 : at.part * durationMs;
  const tile = at === null ? undefined : (tiles?.tiles.find(({ toMs }) => atMs < toMs) ?? tiles?.tiles.at(-1));
  return (
    <span
      className={styles.along}
      data-along={tile ? 'shown' : undefined}
      onPointerEnter={(event) => {
        if (event.pointerType !== 'touch') timer.current = setTimeout(() => setStayed(true), DWELL_MS);
      }}
      onPointerMove={move}
      onPointerLeave={() => {
        clearTimeout(timer.current);
        setAt(null);
      }}
    >
      {tile && tiles && at ? (
        <>
          <span
            className={styles.tile}
            style={{
              width: tile.width,
              height: tile.height,
              transform: `scale(${at.widthPx / tile.width})`,
              backgroundImage: `url("${tiles.sheet}")`,
              backgroundPosition: `-${tile.x}px -${tile.y}px`,
            }}
          />
          <span className={styles.needle} style={{ left: `${at.part * 100}%` }} />
          <span className={styles.moment}>{lengthText(atMs)}</span>
        </>
      ) : null}
    </span>
  );
}
