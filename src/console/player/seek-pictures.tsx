import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { urlOf } from '../client/request.ts';
import type { Stated } from '../looks/reason-gate.tsx';
import styles from './player.module.css';

type Recording = Schemas['Recording'];
type Kind = Schemas['Derivative']['kind'];

/** A picture of the contact sheet and the time for which it stands. */
interface Tile {
  readonly fromMs: number;
  readonly toMs: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Tiles {
  readonly sheet: string;
  readonly tiles: readonly Tile[];
}

const CUE = /(\d+):(\d{2}):(\d{2})\.(\d{3}) --> (\d+):(\d{2}):(\d{2})\.(\d{3})\s+\S*#xywh=(\d+),(\d+),(\d+),(\d+)/g;

function derivativeUrl(id: string, kind: Kind, { reason, forCase }: Stated): string {
  const query = new URLSearchParams({ ...(reason === null ? {} : { reason }), ...(forCase === null ? {} : { case: forCase }) }).toString();
  const path = urlOf('GET /api/v1/recordings/{id}/derivatives/{kind}', { path: { id, kind } });
  return query === '' ? path : `${path}?${query}`;
}

const has = (recording: Recording, kind: Kind) => recording.derivatives.some((derivative) => derivative.kind === kind);

/** The pictures along a film, of the contact sheet and its WebVTT track; undefined: there are none. */
export function useTiles(recording: Recording | undefined, stated: Stated): Tiles | undefined {
  const known = recording && has(recording, 'thumbnails') && has(recording, 'contact-sheet') ? recording : undefined;
  const { data } = useQuery({
    queryKey: [{ topics: [] }, 'tiles', known?.id],
    queryFn: async ({ signal }) => {
      const id = known?.id ?? '';
      const answer = await fetch(derivativeUrl(id, 'thumbnails', stated), { signal });
      // Without them one seeks by the bar alone.
      return { sheet: derivativeUrl(id, 'contact-sheet', stated), tiles: answer.ok ? tilesOf(await answer.text()) : [] };
    },
    enabled: known !== undefined,
  });
  return data;
}

function tilesOf(track: string): readonly Tile[] {
  const ms = (hours: string, minutes: string, seconds: string, rest: string) =>
    Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(rest);
  return [...track.matchAll(CUE)].map(([, a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', x, y, width, height]) => ({
    ...{ fromMs: ms(a, b, c, d), toMs: ms(e, f, g, h) },
    ...{ x: Number(x), y: Number(y), width: Number(width), height: Number(height) },
  }));
}

/** Shows the picture of the moment over which the pointer is, or of the one that is played while one seeks by keys. */
export function SeekTiles({ tiles, lengthMs }: { readonly tiles: Tiles | undefined; readonly atMs: number; readonly lengthMs: number }) {
  const [over, setOver] = useState<number | null>(null);
  const tile = over === null ? undefined : tiles?.tiles.find(({ fromMs, toMs }) => over >= fromMs && over < toMs);
  return (
    <div
      className={styles.preview}
      ref={(element) => {
        const bar = element?.parentElement?.querySelector('input[type=range]');
        if (!(bar instanceof HTMLElement)) return;
        bar.onpointermove = (event) => {
          const { left, width } = bar.getBoundingClientRect();
          setOver(Math.max(0, Math.min(1, (event.clientX - left) / width)) * lengthMs);
        };
        bar.onpointerleave = () => setOver(null);
      }}
    >
      {tile && tiles && over !== null ? (
        <span
          className={styles.tile}
          style={{
            left: `${(over / lengthMs) * 100}%`,
            width: tile.width,
            height: tile.height,
            backgroundImage: `url("${tiles.sheet}")`,
            backgroundPosition: `-${tile.x}px -${tile.y}px`,
          }}
        />
      ) : null}
    </div>
  );
}

/** The picture that stands for a moment of a film, over the whole place of the film. */
export function Still({ tiles: { sheet, tiles }, atMs }: { readonly tiles: Tiles; readonly atMs: number }) {
  const tile = tiles.find(({ toMs }) => atMs < toMs) ?? tiles.at(-1);
  if (!tile) return null;
  const { x, y, width, height } = tile;
  return (
    <svg className={styles.stillOfFilm} viewBox={`${x} ${y} ${width} ${height}`} aria-hidden="true" data-still={tile.fromMs}>
      <image href={sheet} />
    </svg>
  );
}

/** The sound as a picture, so that one finds the moment when somebody speaks. */
export function Waveform({ recording, stated }: { readonly recording: Recording; readonly stated: Stated }) {
  const [failed, setFailed] = useState(false);
  if (failed || !has(recording, 'waveform')) return null;
  return <img className={styles.wave} src={derivativeUrl(recording.id, 'waveform', stated)} alt="" onError={() => setFailed(true)} />;
}
