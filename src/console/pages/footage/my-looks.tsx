import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { keyOf } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, Empty, Loading, Panel } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';
import { LookRow } from './look-row.tsx';

/** Of so many recordings, the newest, it is told; of an older one on its own page. */
const ASKED_MAX = 20;
const LOOKS_MAX = 20;
const ROUTE = 'GET /api/v1/recordings/{id}/looks';

/** Who looked at an officer's newest recordings. It is asked for when the officer wants to know: that is one question for each recording. */
export function MyLooks({ recordings }: { readonly recordings: readonly Schemas['Recording'][] }) {
  const say = useSay();
  const { has } = useSession();
  const [open, setOpen] = useState(false);
  const asked = recordings.slice(0, ASKED_MAX);
  const found = useQueries({
    queries: asked.map(({ id }) => {
      const input = { path: { id }, query: { limit: LOOKS_MAX } };
      return {
        queryKey: [...keyOf(ROUTE, input, []), 'mine'],
        queryFn: () => ask(ROUTE, input),
        enabled: open,
      };
    }),
  });
  if (!has('see-own-looks')) return null;
  const error = found.find((query) => query.error)?.error ?? null;
  const looks = found
    .flatMap(({ data }, at) => (data?.items ?? []).map((look) => ({ look, recording: asked[at] })))
    .toSorted((one, other) => (one.look.at < other.look.at ? 1 : -1));
  return (
    <Panel
      title={say('recording.looks')}
      actions={open ? undefined : <Button onClick={() => setOpen(true)}>{say('mine.looks.show', { count: asked.length })}</Button>}
    >
      {open ? (
        <>
          {error ? <ProblemNote error={error} /> : null}
          {found.some(({ isPending }) => isPending) ? <Loading /> : looks.length === 0 ? <Empty text={say('mine.looks.none')} /> : null}
          <ul>
            {looks.map(({ look, recording }) => (
              <LookRow key={`${recording?.id} ${look.at} ${look.look} ${look.part}`} look={look}>
                {recording ? (
                  <Link href={`/recordings/${recording.id}`}>
                    <Time at={recording.start} to="second" />
                  </Link>
                ) : null}
              </LookRow>
            ))}
          </ul>
        </>
      ) : (
        <p className={styles.muted}>{say('mine.looks.about')}</p>
      )}
    </Panel>
  );
}
