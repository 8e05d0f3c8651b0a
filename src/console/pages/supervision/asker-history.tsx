import { useRows } from '../../client/queries.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { Badge, Empty, Panel } from '../../kit/kit.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { useRequestColumns } from './request-columns.tsx';
import { type CallUp, STATES } from './request-words.tsx';
import styles from './supervision.module.css';

const PAGE = 20;

/** What else somebody has asked for, newest first, and how often with which end: as far as the reader may see those requests. */
export function AskerHistory({ request: { id, asker } }: { readonly request: CallUp }) {
  const say = useSay();
  const word = useWord();
  const list = useRows('GET /api/v1/requests', { query: { asker: asker.id, limit: PAGE } }, { topics: ['callUps'] });
  const others = list.rows.filter((each) => each.id !== id);
  const counted = STATES.map((state) => ({ state, count: others.filter((each) => each.state === state).length }));
  const columns = useRequestColumns().filter(({ id: column }) => column !== 'asker' && column !== 'until');
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
