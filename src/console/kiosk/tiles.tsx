/** @jsxImportSource preact */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Layout, layoutOf, TILES_MAX } from './layout.ts';
import type { Slot, Station } from './station.ts';
import { useSay, useStore } from './texts.ts';
import { Tile } from './tile.tsx';
import styles from './tiles.module.css';

/** One tile for each slot, as large as the screen allows, none of them outside it. */
export function Tiles({ station, onOpen }: { readonly station: Station; readonly onOpen: (slot: number) => void }) {
  const say = useSay();
  const standing = useStore(station.standing);
  const all = useStore(station.slots);
  const grid = useRef<HTMLElement>(null);
  const shown: readonly Slot[] = all.slice(0, TILES_MAX);
  const { columns, rows } = useLayout(grid, shown.length);
  const isLive = standing === 'live';
  if (shown.length === 0 && standing === 'connecting') return <p class={styles.note}>{say('kiosk.connecting')}</p>;
  return (
    <>
      {standing === 'lost' && (
        <p class={styles.lost} role="alert">
          {say('kiosk.lost')}
        </p>
      )}
      {shown.length === 0 && <p class={styles.note}>{say(isLive ? 'kiosk.slots.none' : 'kiosk.connecting')}</p>}
      {all.length > shown.length && <p class={styles.many}>{say('kiosk.slots.many', { count: all.length, shown: shown.length })}</p>}
      {shown.length > 0 && (
        <section ref={grid} class={styles.tiles} style={{ '--columns': String(columns), '--rows': String(rows) }}>
          {shown.map((slot) => (
            <Tile key={slot.slot} slot={slot} isLive={isLive} onOpen={onOpen} />
          ))}
        </section>
      )}
    </>
  );
}

function useLayout(grid: { readonly current: HTMLElement | null }, tiles: number): Layout {
  const [layout, setLayout] = useState<Layout>({ columns: 1, rows: 1 });
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return undefined;
    const measure = () => {
      const next = layoutOf(tiles, element.clientWidth, element.clientHeight);
      setLayout((known) => (known.columns === next.columns && known.rows === next.rows ? known : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [grid, tiles]);
  return layout;
}
