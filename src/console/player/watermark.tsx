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
function useParts(): readonly string[] {
  const { person } = useSession();
  const { at } = useLive();
  return [person.name ?? '', person.account ?? '', at === null ? '' : timeText(at), person.session?.id.slice(-6) ?? ''].filter(
    (part) => part !== '',
  );
}

export function useWatermark(): string {
  return useParts().join(' · ');
}

export function Watermark() {
  const parts = useParts();
  const [place, setPlace] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setPlace((at) => (at + 1) % PLACES.length), MOVED_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span aria-hidden="true" className={styles.watermark} style={PLACES[place]} data-untranslated>
      {parts.map((part, at) => (
        // A name or a time is broken only where it is wider than the film.
        <span key={part} className={styles.part}>
          {at === 0 ? part : `\u00b7 ${part}`}
        </span>
      ))}
    </span>
  );
}
