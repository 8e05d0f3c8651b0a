import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { DayField } from '../../kit/day-field.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { sizeText } from '../../kit/figures.ts';
import { FormFoot } from '../../kit/form-foot.tsx';
import { Badge, Button, Empty, Filters, PageHead, Panel, SelectField, Stack, TextField, type Tone } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';

import styles from './retention.module.css';

type Disposal = Schemas['Disposal'];

export const DISPOSAL_TONES: Readonly<Record<Disposal['state'], Tone>> = {
  proposed: 'warn',
  approved: 'info',
  running: 'info',
  halted: 'bad',
  done: 'good',
  cancelled: 'plain',
};
const STATES = Object.keys(DISPOSAL_TONES) as Disposal['state'][];

/** Lists of what is to be destroyed, each with how far its decision is. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const [proposing, setProposing] = useState(false);
  const state = STATES.find((each) => each === get('state'));
  const query = { limit: 50, ...(state === undefined ? {} : { state }) };
  const list = useRows('GET /api/v1/disposals', { query }, { topics: ['disposals'] });
  const columns: readonly Column<Disposal>[] = [
    { id: 'list', title: say('disposal.column.list'), cell: ({ id }) => <Link href={`/disposals/${id}`}>{id}</Link> },
    {
      id: 'state',
      title: say('duties.state'),
      cell: (each) => <Badge tone={DISPOSAL_TONES[each.state]}>{word('disposal-state', each.state)}</Badge>,
    },
    { id: 'recordings', title: say('disposal.column.recordings'), cell: ({ counts }) => counts.recordings, look: 'number' },
    { id: 'hours', title: say('disposal.column.hours'), cell: ({ counts }) => counts.hours.toFixed(1), look: 'number' },
    { id: 'size', title: say('disposal.column.size'), cell: ({ counts }) => sizeText(counts.bytes), look: 'number' },
    { id: 'by', title: say('certificate.proposed'), cell: ({ proposed }) => proposed.name },
    { id: 'at', title: say('retention.column.proposed'), cell: ({ proposed }) => <Time at={proposed.at} /> },
    { id: 'second', title: say('certificate.approved'), cell: ({ approved }) => approved?.name ?? '—' },
    { id: 'waits', title: say('disposal.column.waits'), cell: ({ waitsUntil }) => <Time at={waitsUntil} /> },
  ];
  return (
    <>
      <PageHead
        title={say('disposals.title')}
        subtitle={say('disposals.about')}
        actions={
          has('propose-disposal') ? (
            <Button look="primary" onClick={() => setProposing(true)}>
              {say('disposals.propose')}
            </Button>
          ) : null
        }
      />
      <Stack>
        <Filters>
          <SelectField
            label={say('duties.state')}
            value={state ?? ''}
            onChange={(event) => set({ state: event.target.value })}
            choices={[{ value: '', label: say('duties.all') }, ...STATES.map((value) => ({ value, label: word('disposal-state', value) }))]}
          />
        </Filters>
        <Panel flush>
          <DataTable
            label={say('disposals.title')}
            columns={columns}
            list={list}
            idOf={({ id }) => id}
            empty={<Empty text={say(state === undefined ? 'disposals.none' : 'disposals.none-found')} />}
          />
        </Panel>
      </Stack>
      {proposing ? <Propose onClose={() => setProposing(false)} /> : null}
    </>
  );
}

function Propose({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const [, go] = useLocation();
  const [before, setBefore] = useState('');
  const [limit, setLimit] = useState('');
  const work = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(async () => {
      const body = { ...(before === '' ? {} : { dueBefore: before }), ...(limit === '' ? {} : { limit: Number(limit) }) };
      const made = await ask('POST /api/v1/disposals', { body });
      go(`/disposals/${made.id}`);
    });
  };
  return (
    <Dialog title={say('disposals.propose')} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p>{say('disposals.propose.about')}</p>
        <DayField label={say('disposals.before')} hint={say('disposals.before.hint')} type="date" value={before} onChange={setBefore} />
        <TextField
          label={say('disposals.limit')}
          hint={say('disposals.limit.hint')}
          type="number"
          min={1}
          value={limit}
          onChange={(event) => setLimit(event.target.value)}
        />
        <FormFoot of={work} onClose={onClose} button={say('disposals.propose')} />
      </form>
    </Dialog>
  );
}
