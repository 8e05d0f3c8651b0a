import { useEffect, useState } from 'react';
import { timeText } from '../kit/time.tsx';
import { useLive } from '../shell/live-mark.tsx';
import { useSession } from '../shell/session.tsx';
import styles from './player.module.css';

const MOVED_MS = 8000;
const PLACES = [
  { top: '8%', left: '6%' },
  { top: '44%', left: '34%' },
  { top: '72%', left: '10%' },
  { top: '20%', left: '52%' },
  { top: '60%', left: '56%' },
] as const;

/** Who looks, when, and in which session: whatever films the screen films this too. */
export function useWatermark(): string {
  const { person } = useSession();
  const { at } = useLive();
  return [person.name, person.account, at === null ? '' : timeText(at), person.session?.id.slice(-6)].filter(Boolean).join(' · ');
}

export function Watermark() {
  const text = useWatermark();
  const [place, setPlace] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setPlace((at) => (at + 1) % PLACES.length), MOVED_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span aria-hidden="true" className={styles.watermark} style={PLACES[place]} data-untranslated>
      {text}
    </span>
  );
}
