import { Link } from 'wouter';
import { useRows } from '../../client/queries.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { ButtonLink, CheckField, Empty, Filters, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { useRequestColumns } from './request-columns.tsx';
import { STATES, Target, useActions } from './request-words.tsx';

/** Requests: one's own, those that wait for one, for auditors all. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const state = STATES.find((each) => each === get('state'));
  const query = { ...(state === undefined ? {} : { state }), ...(get('unconfirmed') === 'true' ? { unconfirmed: true } : {}) };
  const list = useRows('GET /api/v1/requests', { query }, { topics: ['callUps'] });
  const columns = useRequestColumns();
  return (
    <>
      <PageHead
        title={say('requests.title')}
        subtitle={say(has('decide-call-up') ? 'requests.about.reviewer' : 'requests.about')}
        actions={
          has('request-call-up') ? (
            <ButtonLink href="/requests/new" look="primary">
              {say('requests.new')}
            </ButtonLink>
          ) : undefined
        }
      />
      <Stack>
        {has('decide-call-up') && state !== 'asked' ? <Waiting /> : null}
        <Panel
          title={say('requests.all')}
          actions={
            <Filters>
              <SelectField
                label={say('recording-list.state')}
                value={get('state')}
                onChange={(event) => set({ state: event.target.value })}
                choices={[
                  { value: '', label: say('recordings.any-state') },
                  ...STATES.map((each) => ({ value: each, label: word('request-state', each) })),
                ]}
              />
              <CheckField
                label={say('requests.unconfirmed')}
                checked={get('unconfirmed') === 'true'}
                onChange={(event) => set({ unconfirmed: event.target.checked ? 'true' : '' })}
              />
            </Filters>
          }
          flush
        >
          <DataTable
            label={say('requests.title')}
            columns={columns}
            list={list}
            idOf={({ id }) => id}
            empty={<Empty text={say('requests.none')} />}
          />
        </Panel>
        <Grants />
      </Stack>
    </>
  );
}

/** What a reviewer has to decide: nobody decides what they asked for themselves. */
function Waiting() {
  const say = useSay();
  const { person } = useSession();
  const columns = useRequestColumns();
  const list = useRows('GET /api/v1/requests', { query: { state: 'asked' } }, { topics: ['callUps'] });
  const rows = list.rows.filter(({ asker }) => asker.id !== person.id);
  return (
    <Panel title={say('requests.waiting')} flush>
      <DataTable
        label={say('requests.waiting')}
        columns={columns.filter(({ id }) => id !== 'state')}
        list={{ ...list, rows }}
        idOf={({ id }) => id}
        empty={<Empty text={say('requests.waiting.none')} />}
      />
    </Panel>
  );
}

/** What one may see now by grants, and until when. */
function Grants() {
  const say = useSay();
  const actions = useActions();
  const list = useRows('GET /api/v1/grants', { query: { holding: true } }, { topics: ['callUps'] });
  const columns: readonly Column<(typeof list.rows)[number]>[] = [
    { id: 'user', title: say('request.asker'), cell: ({ user }) => user.name ?? user.account ?? user.id },
    { id: 'target', title: say('request.target'), look: 'wrap', cell: ({ target }) => <Target target={target} /> },
    { id: 'actions', title: say('request.actions'), cell: (grant) => actions(grant.actions) },
    { id: 'until', title: say('request.until'), cell: ({ until }) => <Time at={until} /> },
    {
      id: 'request',
      title: say('request.thread'),
      cell: ({ request }) => <Link href={`/requests/${request}`}>{say('request.open')}</Link>,
    },
  ];
  return (
    <Panel title={say('grants.title')} flush>
      <DataTable
        label={say('grants.title')}
        columns={columns}
        list={list}
        idOf={({ id }) => id}
        empty={<Empty text={say('grants.none')} />}
      />
    </Panel>
  );
}
