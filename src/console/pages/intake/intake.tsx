import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { Button, CheckField, Empty, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useToast } from '../../kit/toasts.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { saveCsv } from './csv-file.ts';
import { SHOWN, useDockingColumns } from './docking-columns.tsx';
import styles from './intake.module.css';
import { SavedViews } from './saved-views.tsx';

const STATES = ['reading', 'safe', 'problem', 'removed', 'interrupted'] as const;
const FIELDS = ['state', 'recorder', 'officer', 'slot', 'since', 'until', 'problems'] as const;
const PAGE = 500;
/** A file holds no more: it is for people, and a spreadsheet is slow beyond. */
const FILE_MAX = 100_000;

/** The ingest log. Filters and columns stand in the address. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const tell = useToast();
  const [, go] = useLocation();
  const [get, set] = useSearchState();
  const all = useDockingColumns();
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<Error | null>(null);
  const chosen = get('cols') === '' ? [...SHOWN] : get('cols').split(',');
  const columns = all.filter(({ id }) => chosen.includes(id));
  const filter = { ...Object.fromEntries(FIELDS.filter((name) => get(name) !== '').map((name) => [name, get(name)])) };
  const filtered = Object.keys(filter).length > 0;
  const list = useRows('GET /api/v1/dockings', { query: { limit: PAGE, ...filter } }, { topics: ['dockings'] });
  const choose = (id: string, on: boolean) => {
    const next = all.map((column) => column.id).filter((each) => (each === id ? on : chosen.includes(each)));
    set({ cols: next.join(',') === SHOWN.join(',') ? '' : next.join(',') });
  };
  const save = async () => {
    setSaving(true);
    setFailed(null);
    try {
      const rows: Schemas['Docking'][] = [];
      let cursor: string | null = null;
      do {
        const page: Schemas['DockingPage'] = await ask('GET /api/v1/dockings', {
          query: { limit: 1000, ...filter, ...(cursor === null ? {} : { cursor }) },
        });
        rows.push(...page.items);
        cursor = page.next;
      } while (cursor !== null && rows.length < FILE_MAX);
      saveCsv('dockings.csv', columns, rows);
      tell(say('intake.saved-csv', { count: rows.length }));
    } catch (error) {
      setFailed(error as Error);
    } finally {
      setSaving(false);
    }
  };
  const text = (name: 'recorder' | 'officer' | 'slot' | 'since' | 'until', type: string) => (
    <TextField
      key={`${name} ${get(name)}`}
      label={say(`intake.${name}` as 'intake.recorder')}
      type={type}
      defaultValue={get(name)}
      {...(name === 'slot' ? { min: 1 } : {})}
      onBlur={(event) => set({ [name]: event.target.value.trim() })}
      onKeyDown={(event) => {
        if (event.key === 'Enter') set({ [name]: event.currentTarget.value.trim() });
      }}
      {...(type === 'date' ? { onChange: (event) => set({ [name]: event.target.value }) } : {})}
    />
  );
  return (
    <>
      <PageHead
        title={say('intake.title')}
        subtitle={say('intake.about')}
        actions={
          <Button onClick={() => void save()} busy={saving} disabled={list.rows.length === 0}>
            {say('list.csv')}
          </Button>
        }
      />
      <Stack>
        <Panel>
          <Filters>
            <SelectField
              label={say('intake.col.state')}
              value={get('state')}
              onChange={(event) => set({ state: event.target.value })}
              choices={[
                { value: '', label: say('intake.any') },
                ...STATES.map((value) => ({ value, label: word('docking-state', value) })),
              ]}
            />
            {text('recorder', 'search')}
            {text('officer', 'search')}
            {text('slot', 'number')}
            {text('since', 'date')}
            {text('until', 'date')}
            <CheckField
              label={say('intake.only-problems')}
              checked={get('problems') === 'true'}
              onChange={(event) => set({ problems: event.target.checked ? 'true' : '' })}
            />
            {filtered ? (
              <Button look="quiet" onClick={() => set(Object.fromEntries(FIELDS.map((name) => [name, ''])))}>
                {say('list.filters.clear')}
              </Button>
            ) : null}
          </Filters>
          <details>
            <summary>{say('list.columns')}</summary>
            <div className={styles.chosen}>
              {all.map(({ id, title }) => (
                <CheckField key={id} label={title} checked={chosen.includes(id)} onChange={(event) => choose(id, event.target.checked)} />
              ))}
            </div>
          </details>
        </Panel>
        <SavedViews of="intake" />
        {failed ? <ProblemNote error={failed} /> : null}
        <Panel flush>
          <DataTable
            label={say('intake.title')}
            columns={columns}
            list={list}
            idOf={({ id }) => id}
            onOpen={({ id }) => go(`/intake/${id}`)}
            empty={<Empty text={say(filtered ? 'intake.none-found' : 'intake.none')} />}
          />
        </Panel>
      </Stack>
    </>
  );
}
