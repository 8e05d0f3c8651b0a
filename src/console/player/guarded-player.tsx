import { type ReactNode, useCallback, useState } from 'react';
import { ButtonLink } from '../kit/kit.tsx';
import styles from '../looks/looks.module.css';
import { ReasonGate, type Stated } from '../looks/reason-gate.tsx';
import { type Action, narrowest, useRights } from '../looks/rights.ts';
import { type TextKey, useSay } from '../texts/say.ts';

const PLAY: readonly Action[] = ['look', 'hear'];
/** For what has no sound. */
export const LOOK: readonly Action[] = ['look'];

interface GuardedProps {
  readonly recordings: readonly string[];
  readonly cases: readonly string[];
  /** What is done with them; left out: they are played. */
  readonly actions?: readonly Action[];
  /** Says how many are kept back. */
  readonly keptBack?: TextKey;
  /** `open`: those of them that may be shown now. */
  readonly children: (stated: Stated, open: ReadonlySet<string>) => ReactNode;
}

/** Shows films, or what else is footage, to who has stated why, for as long as they may see them: when that ends the picture goes at once, with the words for it. Films that may not be played do not keep the others back. */
export function Guarded({ recordings, cases, actions = PLAY, keptBack = 'player.kept-back', children }: GuardedProps) {
  const say = useSay();
  const [stated, setStated] = useState<Stated | null>(null);
  const effectOf = useRights(recordings);
  const state = useCallback((next: Stated) => setStated(next), []);
  const open = effectOf
    ? recordings.filter((id) => ['allow', 'allow-with-reason'].includes(narrowest(actions.map((action) => effectOf(id, action)))))
    : recordings;
  if (stated === null)
    return <ReasonGate recordings={open.length > 0 ? open : recordings} actions={actions} cases={cases} onStated={state} />;
  if (open.length === 0)
    return (
      <section className={styles.gate} role="alert">
        <h2>{say('player.ended')}</h2>
        <p>{say('player.ended.about')}</p>
      </section>
    );
  const kept = recordings.filter((id) => !open.includes(id));
  return (
    <>
      {children(stated, new Set(open))}
      {kept.length > 0 ? (
        <p className={styles.muted}>
          {say(keptBack, { count: kept.length })}{' '}
          <ButtonLink
            href={`/requests/new?${kept
              .slice(0, 20)
              .map((id) => `recording=${encodeURIComponent(id)}`)
              .join('&')}`}
          >
            {say('gate.ask')}
          </ButtonLink>
        </p>
      ) : null}
    </>
  );
}
