import { Link } from 'wouter';
import type { Column } from '../../kit/data-table.tsx';
import { Time } from '../../kit/time.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import { useSay } from '../../texts/say.ts';
import { type CallUp, RequestState, Target, useActions } from './request-words.tsx';

/** Columns of a table of requests; one may leave out those that say the same in every row. */
export function useRequestColumns(): readonly Column<CallUp>[] {
  const say = useSay();
  const actions = useActions();
  const purposeOf = usePurposes();
  return [
    {
      id: 'asked',
      title: say('request.asked-at'),
      cell: ({ id, askedAt }) => (
        <Link href={`/requests/${id}`}>
          <Time at={askedAt} />
        </Link>
      ),
    },
    { id: 'asker', title: say('request.asker'), cell: ({ asker }) => asker.name ?? asker.account ?? asker.id },
    { id: 'target', title: say('request.target'), look: 'wrap', cell: ({ target }) => <Target target={target} /> },
    { id: 'actions', title: say('request.actions'), cell: (request) => actions(request.actions) },
    {
      id: 'why',
      title: say('request.why'),
      look: 'wrap',
      cell: ({ purpose, words }) => [purposeOf(purpose), words].filter(Boolean).join('：'),
    },
    { id: 'until', title: say('request.until'), cell: ({ until }) => <Time at={until} /> },
    { id: 'state', title: say('recording-list.state'), cell: ({ state: stands }) => <RequestState state={stands} /> },
  ];
}
