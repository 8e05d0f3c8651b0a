import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, Empty, Loading, PageHead, Panel } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './station.module.css';

/** Who is signed in where; each session can be ended. `user`: of this account alone. */
export function Sessions({ user }: { readonly user?: string }) {
  const say = useSay();
  const word = useWord();
  const { busy, error, run } = useDeed(['signIn']);
  const list = useRows('GET /api/v1/sessions', { query: user === undefined ? {} : { user } }, { topics: ['signIn'] });
  if (list.loading) return <Loading />;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  if (list.rows.length === 0) return <Empty />;
  return (
    <>
      {error ? <ProblemNote error={error} /> : null}
      <ul>
        {list.rows.map((session) => (
          <li key={session.id} className={styles.row}>
            <span className={styles.grow}>
              {session.name ?? session.account} · {word('method', session.method)}
              <p className={styles.muted}>
                {[session.address, session.agent].filter(Boolean).join(' · ')} · <Time at={session.used} />
              </p>
            </span>
            {session.present ? (
              <Badge tone="info">{say('sessions.present')}</Badge>
            ) : (
              <Button
                busy={busy}
                onClick={() => run(() => ask('DELETE /api/v1/sessions/{id}', { path: { id: session.id } }), say('sessions.ended'))}
              >
                {say('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

export function Page() {
  const say = useSay();
  return (
    <>
      <PageHead title={say('sessions.title')} subtitle={say('sessions.about')} />
      <Panel>
        <Sessions />
      </Panel>
    </>
  );
}
