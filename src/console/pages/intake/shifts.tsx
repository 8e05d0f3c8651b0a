import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { DayField } from '../../kit/day-field.tsx';
import { ImportDialog } from '../../kit/import-dialog.tsx';
import { Button, CheckField, Empty, Filters, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { OfficerField, useOfficerNames } from '../../people/officers.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

const LINES = 20;

/** Who is on duty when. */
export function Page() {
  const say = useSay();
  const nameOf = useOfficerNames({ none: '—', numbered: true });
  const [get, set] = useSearchState();
  const [importing, setImporting] = useState(false);
  const [whole, setWhole] = useState(false);
  const query = Object.fromEntries(['officer', 'from', 'to'].filter((name) => get(name) !== '').map((name) => [name, get(name)]));
  const list = useRows('GET /api/v1/shifts', { query: { limit: 500, ...query } }, { topics: ['shifts'] });
  return (
    <>
      <PageHead
        title={say('shifts.title')}
        subtitle={say('shifts.about-here')}
        actions={
          <Button look="primary" onClick={() => setImporting(true)}>
            {say('import.open')}
          </Button>
        }
      />
      <Stack>
        <Panel>
          <Filters>
            <OfficerField label={say('shifts.officer')} value={get('officer')} onChange={(officer) => set({ officer })} />
            <DayField label={say('intake.since')} type="date" value={get('from')} onChange={(value) => set({ from: value })} />
            <DayField label={say('intake.until')} type="date" value={get('to')} onChange={(value) => set({ to: value })} />
          </Filters>
        </Panel>
        <Panel flush>
          <DataTable
            label={say('shifts.title')}
            list={list}
            idOf={({ id }) => id}
            empty={<Empty text={say('shifts.none-here')} />}
            columns={[
              { id: 'officer', title: say('shifts.officer'), cell: ({ officer }) => nameOf(officer) },
              { id: 'start', title: say('shifts.start'), cell: ({ start }) => <Time at={start} /> },
              { id: 'end', title: say('shifts.end'), cell: ({ end }) => <Time at={end} /> },
            ]}
          />
        </Panel>
      </Stack>
      {importing ? (
        <ImportDialog
          title={say('shifts.import')}
          hint={say('shifts.import-hint')}
          onClose={() => setImporting(false)}
          options={<CheckField label={say('shifts.whole')} checked={whole} onChange={(event) => setWhole(event.target.checked)} />}
          ask={(source, dryRun) => ask('POST /api/v1/shifts/import', { body: { ...source, whole, dryRun } })}
          preview={(found) => <Preview found={found} nameOf={nameOf} />}
        />
      ) : null}
    </>
  );
}

/** Every shift that would come, end at another time, or go. */
function Preview({ found, nameOf }: { readonly found: Schemas['ShiftImport']; readonly nameOf: (id: string) => string }) {
  const say = useSay();
  const { rows, same, added, changed, removed, unmatched } = found;
  const part = (name: 'added' | 'changed' | 'removed', { count, first }: { readonly count: number; readonly first: typeof added.first }) =>
    count === 0 ? null : (
      <details open={name === 'removed'}>
        <summary>{say(`shifts.would-${name}`, { count })}</summary>
        <ul>
          {first.slice(0, LINES).map(({ officer, start, end }) => (
            <li key={`${officer} ${start}`}>
              {nameOf(officer)} <Time at={start} /> – <Time at={end} />
            </li>
          ))}
        </ul>
        {count > LINES ? <p className={styles.muted}>{say('shifts.and-more', { count: count - LINES })}</p> : null}
      </details>
    );
  return (
    <>
      <p>{say('shifts.rows', { rows, same })}</p>
      {part('added', added)}
      {part('changed', changed)}
      {part('removed', removed)}
      {unmatched.count > 0 ? (
        <p>
          {say('shifts.unmatched-here', { count: unmatched.count })}{' '}
          {unmatched.first
            .slice(0, LINES)
            .map(({ officer, line }) => say('shifts.unmatched-line', { line, officer }))
            .join(' · ')}
        </p>
      ) : null}
    </>
  );
}
