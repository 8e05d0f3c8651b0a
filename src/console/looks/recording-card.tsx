import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../client/api.ts';
import { lengthText } from '../kit/figures.ts';
import { Badge } from '../kit/kit.tsx';
import { timeText } from '../kit/time.tsx';
import { useSay, useWord } from '../texts/say.ts';
import styles from './looks.module.css';
import { Poster } from './posters.tsx';

interface RecordingCardProps {
  readonly recording: Schemas['Recording'];
  readonly name: string;
  /** What else stands on it. */
  readonly children?: ReactNode;
}

/** A recording as a picture with its time, whom it shows and how long it is; leads to its page. Stands inside of `Posters`. */
export function RecordingCard({ recording, name, children }: RecordingCardProps) {
  const say = useSay();
  const word = useWord();
  const { id, start, kind, damaged, important, playable } = recording;
  return (
    <Link href={`/recordings/${id}`} className={styles.card}>
      <Poster recording={recording} />
      <span className={styles.cardHead}>
        <strong>{start === null ? say('case.untimed') : timeText(start, 'second')}</strong>
        {damaged ? <Badge tone="bad">{say('mark.damaged')}</Badge> : null}
        {important ? <Badge tone="warn">{say('mark.important')}</Badge> : null}
        {playable ? null : <Badge>{word('state', recording.state)}</Badge>}
      </span>
      <span className={styles.cardLine}>
        {name} · {word('kind', kind)} · {lengthText(recording.durationMs)}
      </span>
      {children}
    </Link>
  );
}
