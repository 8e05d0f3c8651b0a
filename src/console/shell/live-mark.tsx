import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import { type Live, listenToChanges } from '../client/live.ts';
import { markOld } from '../client/queries.ts';
import { classes } from '../kit/kit.tsx';
import { timeText } from '../kit/time.tsx';
import { useSay } from '../texts/say.ts';
import styles from './shell.module.css';

const Heard = createContext<Live>({ state: 'connecting', at: null });

/** Whether the station is heard, and its time. */
export function useLive(): Live {
  return use(Heard);
}

/** Has everything that is shown read again when the station tells that it changed. */
export function Listening({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<Live>({ state: 'connecting', at: null });
  useEffect(() => listenToChanges({ changed: (topics) => markOld(client, topics), state: setLive }), [client]);
  return <Heard value={live}>{children}</Heard>;
}

/** Live or not, and the clock of the station. */
export function LiveMark() {
  const say = useSay();
  const { state, at } = useLive();
  return (
    <span
      className={classes(styles.mark, state === 'lost' && styles.isLost)}
      role="status"
      title={state === 'lost' ? say('live.lost.about') : undefined}
    >
      <span aria-hidden="true" className={classes(styles.dot, styles[state])} />
      <span>{say(`live.${state}`)}</span>
      {at === null ? null : (
        <time dateTime={at} title={say('live.clock.about')} aria-hidden="true">
          {timeText(at, 'clock')}
        </time>
      )}
    </span>
  );
}
