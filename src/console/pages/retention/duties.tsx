import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Badge, Button, CheckField, Empty, Filters, Loading, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { dayOf, momentMs, Time } from '../../kit/time.tsx';
import { useLive } from '../../shell/live-mark.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { DutyState, DutySubject, useOwner } from './duty-parts.tsx';
import { Figure, Figures } from './parts.tsx';

type Duty = Schemas['Duty'];
type Query = NonNullable<Parameters<typeof useRows<'GET /api/v1/duties'>>[1]['query']>;

const LIMIT = 500;
const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const GROUPS = ['overdue', 'today', 'week', 'later'] as const;
const ROLES = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;

/** In which part of the board a duty stands. `today`: the calendar day of the station. */
function groupOf({ overdue, due }: Duty, today: string): (typeof GROUPS)[number] {
  if (overdue) return 'overdue';
  if (dayOf(due) <= today) return 'today';
  const days = (Date.parse(dayOf(due)) - Date.parse(today)) / DAY_MS;
  return days <= WEEK_DAYS ? 'week' : 'later';
}

/** What has to be seen to, by owner and due time. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const owner = useOwner();
  const [get, set] = useSearchState();
  const [kind, state, role] = [get('kind'), get('state'), get('role')];
  const query = {
    limit: LIMIT,
    ...(kind === '' ? {} : { kind }),
    ...(state === '' ? {} : { state }),
    ...(get('overdue') === 'true' ? { overdue: true } : {}),
  } as Query;
  const list = useRows('GET /api/v1/duties', { query }, { topics: ['duties'] });
  const counts = useAsk('GET /api/v1/duties/counts', {}, { topics: ['duties'] });
  const { at } = useLive();
  const kinds = counts.data?.kinds ?? [];
  const today = dayOf(at ?? new Date().toISOString());
  const rows = list.rows.filter((duty) => role === '' || duty.owner.role === role);
  const columns: readonly Column<Duty>[] = [
    { id: 'kind', title: say('duties.what'), cell: (duty) => <Link href={`/duties/${duty.id}`}>{word('duty-kind', duty.kind)}</Link> },
    { id: 'about', title: say('column.duty-about'), cell: (duty) => <DutySubject duty={duty} />, look: 'wrap' },
    { id: 'owner', title: say('column.duty-owner'), cell: (duty) => owner(duty) },
    { id: 'since', title: say('column.duty-since'), cell: (duty) => <Time at={duty.since} /> },
    { id: 'due', title: say('duties.due'), cell: (duty) => <Time at={duty.due} /> },
    { id: 'state', title: say('duties.state'), cell: (duty) => <DutyState duty={duty} /> },
  ];
  const filtered = kind !== '' || state !== '' || role !== '' || get('overdue') === 'true';
  return (
    <>
      <PageHead title={say('duties.title')} subtitle={say('duties.about-page')} />
      <Stack>
        <Figures>
          <Figure
            value={kinds.reduce((sum, { overdue }) => sum + overdue, 0)}
            label={say('duty-state.overdue')}
            alarm={kinds.some(({ overdue }) => overdue > 0)}
          />
          <Figure value={kinds.reduce((sum, { open }) => sum + open, 0)} label={say('duties.not-done')} />
        </Figures>
        <Filters>
          <SelectField
            label={say('duties.what')}
            value={kind}
            onChange={(event) => set({ kind: event.target.value })}
            choices={[
              { value: '', label: say('duties.all') },
              ...kinds.map((each) => ({ value: each.kind, label: `${word('duty-kind', each.kind)} (${each.open})` })),
              ...(kind !== '' && !kinds.some((each) => each.kind === kind) ? [{ value: kind, label: word('duty-kind', kind) }] : []),
            ]}
          />
          <SelectField
            label={say('column.duty-owner')}
            value={role}
            onChange={(event) => set({ role: event.target.value })}
            choices={[{ value: '', label: say('duties.all') }, ...ROLES.map((value) => ({ value, label: word('role', value) }))]}
          />
          <SelectField
            label={say('duties.state')}
            value={state}
            onChange={(event) => set({ state: event.target.value })}
            choices={[
              { value: '', label: say('duties.not-done') },
              ...(['open', 'acknowledged', 'done'] as const).map((value) => ({ value, label: word('duty-state', value) })),
            ]}
          />
          <CheckField
            label={say('duties.only-overdue')}
            checked={get('overdue') === 'true'}
            onChange={(event) => set({ overdue: event.target.checked ? 'true' : '' })}
          />
        </Filters>
        {list.error ? <ProblemNote error={list.error} again={list.again} /> : null}
        {list.loading ? <Loading /> : null}
        {!list.loading && !list.error && rows.length === 0 ? (
          <Panel>
            <Empty text={say(filtered ? 'duties.none-found' : 'duties.none-open')}>
              {filtered ? (
                <Button onClick={() => set({ kind: '', role: '', state: '', overdue: '' })}>{say('list.filters.clear')}</Button>
              ) : null}
            </Empty>
          </Panel>
        ) : null}
        {state === 'done' && rows.length > 0 ? (
          <Panel title={say('duty-state.done')} flush>
            <DataTable label={say('duty-state.done')} columns={columns} list={{ ...list, rows }} idOf={({ id }) => id} />
          </Panel>
        ) : (
          GROUPS.map((group) => {
            const inside = rows.filter((duty) => groupOf(duty, today) === group).sort((a, b) => momentMs(a.due) - momentMs(b.due));
            if (inside.length === 0) return null;
            const title = say(`duties.group.${group}`);
            return (
              <Panel
                key={group}
                title={title}
                actions={<Badge tone={group === 'overdue' ? 'bad' : group === 'today' ? 'warn' : 'plain'}>{inside.length}</Badge>}
                flush
              >
                <DataTable label={title} columns={columns} list={{ ...list, rows: inside, hasMore: false }} idOf={({ id }) => id} />
              </Panel>
            );
          })
        )}
        {list.hasMore && state !== 'done' ? (
          <Button onClick={list.more} busy={list.loadingMore}>
            {say('list.more')}
          </Button>
        ) : null}
      </Stack>
    </>
  );
}
