import { type ReactNode, useCallback, useState } from 'react';
import styles from '../looks/looks.module.css';
import { ReasonGate, type Stated } from '../looks/reason-gate.tsx';
import { type Action, narrowest, useRights } from '../looks/rights.ts';
import { useSay } from '../texts/say.ts';

const PLAY: readonly Action[] = ['look', 'hear'];

interface GuardedProps {
  readonly recordings: readonly string[];
  readonly cases: readonly string[];
  readonly children: (stated: Stated) => ReactNode;
}

/** Shows films to who has stated why, for as long as they may see them: when that ends the picture goes at once, with the words for it. */
export function Guarded({ recordings, cases, children }: GuardedProps) {
  const say = useSay();
  const [stated, setStated] = useState<Stated | null>(null);
  const effectOf = useRights(recordings);
  const state = useCallback((next: Stated) => setStated(next), []);
  if (stated === null) return <ReasonGate recordings={recordings} actions={PLAY} cases={cases} onStated={state} />;
  const effect = effectOf ? narrowest(recordings.flatMap((id) => PLAY.map((action) => effectOf(id, action)))) : 'allow';
  if (effect === 'refuse' || effect === 'needs-approval')
    return (
      <section className={styles.gate} role="alert">
        <h2>{say('player.ended')}</h2>
        <p>{say('player.ended.about')}</p>
      </section>
    );
  return <>{children(stated)}</>;
}
