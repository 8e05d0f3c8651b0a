/** @jsxImportSource preact */
import { useEffect, useState } from 'preact/hooks';
import styles from './header.module.css';
import type { Beat, Station } from './station.ts';
import { useSay, useStore } from './texts.ts';

const DAY_MS = 86_400_000;

/** The clock of the station, moving. It stands still once the station is not heard any more. */
export function Clock({ station }: { readonly station: Station }) {
  const say = useSay();
  const standing = useStore(station.standing);
  const [text, setText] = useState('--:--:--');
  useEffect(() => {
    if (standing !== 'live') return undefined;
    const show = () => setText((shown) => (station.beat.value ? clockText(station.beat.value, performance.now()) : shown));
    show();
    const timer = setInterval(show, 500);
    return () => clearInterval(timer);
  }, [standing, station]);
  return (
    <time class={styles.clock} title={say('kiosk.clock')} data-live={standing === 'live'}>
      {text}
    </time>
  );
}

function clockText({ dayMs, heardMs }: Beat, nowMs: number): string {
  return new Date((dayMs + nowMs - heardMs) % DAY_MS).toISOString().slice(11, 19);
}
