import { Link } from 'wouter';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, CheckField, PageHead, Panel } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { More } from '../../kit/more.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

/** What one was told: of requests, disposals and duties. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const [get, set] = useSearchState();
  const { busy, error, run } = useDeed(['callUps']);
  const unread = get('all') !== 'true';
  const list = useRows('GET /api/v1/notices', { query: unread ? { unread: true } : {} }, { topics: ['callUps', 'duties', 'disposals'] });
  return (
    <>
      <PageHead title={say('notices.title')} />
      <Panel
        title={say(unread ? 'notices.unread' : 'notices.all')}
        actions={
          <CheckField
            label={say('notices.show-all')}
            checked={!unread}
            onChange={(event) => set({ all: event.target.checked ? 'true' : '' })}
          />
        }
      >
        <ListState list={list} empty={say('notices.none')} />
        {error ? <ProblemNote error={error} /> : null}
        <ul>
          {list.rows.map((notice) => (
            <li key={notice.id} className={styles.row}>
              <span className={styles.grow}>
                <Link href={placeOf(notice.kind, notice.request)}>{word('notice-kind', notice.kind)}</Link>
                <p className={styles.muted}>
                  <Time at={notice.at} /> · {notice.request}
                </p>
              </span>
              {notice.readAt === null ? (
                <Button busy={busy} onClick={() => run(() => ask('POST /api/v1/notices/{id}/read', { path: { id: notice.id } }), '')}>
                  {say('notices.read')}
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
        <More list={list} />
      </Panel>
    </>
  );
}

/** The page of what a notice is about. */
function placeOf(kind: string, id: string): string {
  if (kind.startsWith('disposal')) return `/disposals/${id}`;
  return kind.startsWith('dut') ? '/duties' : `/requests/${id}`;
}
