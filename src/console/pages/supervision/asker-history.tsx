import { Link } from 'wouter';
import { useRows } from '../../client/queries.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Badge, Empty, Panel } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import { useSay, useWord } from '../../texts/say.ts';
import { type CallUp, RequestState, STATES, Target, useActions } from './request-words.tsx';
import styles from './supervision.module.css';

const PAGE = 20;

/** What else somebody has asked for, newest first, and how often with which end: as far as the reader may see those requests. */
export function AskerHistory({ request: { id, asker } }: { readonly request: CallUp }) {
  const say = useSay();
  const word = useWord();
  const actions = useActions();
  const purposeOf = usePurposes();
  const list = useRows('GET /api/v1/requests', { query: { asker: asker.id, limit: PAGE } }, { topics: ['callUps'] });
  const others = list.rows.filter((each) => each.id !== id);
  const counted = STATES.map((state) => ({ state, count: others.filter((each) => each.state === state).length }));
  const columns: readonly Column<CallUp>[] = [
    {
      id: 'asked',
      title: say('request.asked-at'),
      cell: (request) => (
        <Link href={`/requests/${request.id}`}>
          <Time at={request.askedAt} />
        </Link>
      ),
    },
    { id: 'target', title: say('request.target'), look: 'wrap', cell: ({ target }) => <Target target={target} /> },
    { id: 'actions', title: say('request.actions'), cell: (request) => actions(request.actions) },
    {
      id: 'why',
      title: say('request.why'),
      look: 'wrap',
      cell: ({ purpose, words }) => [purposeOf(purpose), words].filter(Boolean).join('：'),
    },
    { id: 'state', title: say('recording-list.state'), cell: ({ state }) => <RequestState state={state} /> },
  ];
  return (
    <Panel title={say('request.history', { who: asker.name ?? asker.account ?? asker.id })} flush>
      {others.length > 0 ? (
        <p className={styles.counts}>
          {counted
            .filter(({ count }) => count > 0)
            .map(({ state, count }) => (
              <Badge key={state}>
                {word('request-state', state)} {count}
                {list.hasMore ? '+' : ''}
              </Badge>
            ))}
        </p>
      ) : null}
      <DataTable
        label={say('request.history', { who: asker.name ?? asker.account ?? asker.id })}
        columns={columns}
        list={{ ...list, rows: others }}
        idOf={(request) => request.id}
        empty={<Empty text={say('request.history.none')} />}
      />
    </Panel>
  );
}
