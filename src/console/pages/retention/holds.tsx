import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Badge, ButtonLink, Empty, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { dayOf, Time } from '../../kit/time.tsx';
import { useUnitNames } from '../../people/units.tsx';
import { useLive } from '../../shell/live-mark.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import { useJoin, useScope, useWho } from './words.ts';

type Hold = Schemas['Hold'];

/** Legal holds: what is kept whatever its term says, since when, why, and when somebody looks again. */
export function Page() {
  const say = useSay();
  const who = useWho();
  const scope = useScope();
  const join = useJoin();
  const units = useUnitNames();
  const { at } = useLive();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const [state, recording] = [get('state'), get('recording')];
  const query = {
    limit: 100,
    ...(state === 'all' || recording !== '' ? {} : { inForce: state !== 'released' }),
    ...(recording === '' ? {} : { recording }),
  };
  const list = useRows('GET /api/v1/holds', { query }, { topics: ['holds'] });
  const today = at === null ? null : dayOf(at);
  const columns: readonly Column<Hold>[] = [
    {
      id: 'scope',
      title: say('column.hold-scope'),
      cell: (hold) => <Link href={`/holds/${hold.id}`}>{join(scope(hold.scope, units.get(hold.scope.unit ?? '')))}</Link>,
      look: 'wrap',
    },
    { id: 'reason', title: say('column.hold-reason'), cell: ({ reason }) => reason, look: 'wrap' },
    { id: 'by', title: say('column.hold-author'), cell: ({ authorName, author }) => who(authorName, author) },
    { id: 'set', title: say('column.hold-set'), cell: ({ setAt }) => <Time at={setAt} to="day" /> },
    {
      id: 'review',
      title: say('column.hold-review'),
      cell: ({ reviewAt, releasedAt }) =>
        releasedAt === null && today !== null && dayOf(reviewAt) <= today ? (
          <Badge tone="bad">{say('holds.review-due', { day: dayOf(reviewAt) })}</Badge>
        ) : (
          <Time at={reviewAt} to="day" />
        ),
    },
    { id: 'reached', title: say('column.hold-reached'), cell: ({ mirrored }) => mirrored.of, look: 'number' },
    {
      id: 'state',
      title: say('duties.state'),
      cell: ({ releasedAt }) =>
        releasedAt === null ? <Badge tone="good">{say('holds.in-force')}</Badge> : <Badge>{say('holds.released')}</Badge>,
    },
  ];
  return (
    <>
      <PageHead
        title={say('holds.title')}
        subtitle={say('holds.about')}
        actions={
          has('set-hold') ? (
            <ButtonLink look="primary" href="/holds/new">
              {say('holds.new')}
            </ButtonLink>
          ) : null
        }
      />
      <Stack>
        <Filters>
          <SelectField
            label={say('duties.state')}
            value={state}
            onChange={(event) => set({ state: event.target.value })}
            disabled={recording !== ''}
            choices={[
              { value: '', label: say('holds.in-force') },
              { value: 'released', label: say('holds.released') },
              { value: 'all', label: say('duties.all') },
            ]}
          />
          <TextField
            label={say('holds.covering')}
            value={recording}
            maxLength={64}
            placeholder="rec-…"
            onChange={(event) => set({ recording: event.target.value.trim() })}
          />
        </Filters>
        <Panel flush>
          <DataTable
            label={say('holds.title')}
            columns={columns}
            list={list}
            idOf={({ id }) => id}
            empty={<Empty text={say('holds.none')} />}
          />
        </Panel>
      </Stack>
    </>
  );
}
