import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { AreaField, Badge, Button, Empty, Filters, PageHead, Panel, SelectField, Stack, type Tone } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import { KeepingTabs } from './parts.tsx';
import styles from './retention.module.css';
import { useWho } from './words.ts';

type Schedule = Schemas['RetentionSchedule'];

export const SCHEDULE_TONES: Readonly<Record<Schedule['state'], Tone>> = {
  proposed: 'warn',
  adopted: 'info',
  'in-force': 'good',
  former: 'plain',
  refused: 'bad',
  withdrawn: 'plain',
};
const STATES = Object.keys(SCHEDULE_TONES) as Schedule['state'][];

/** Versions of the schedule, and where a new one is handed in. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const who = useWho();
  const language = useLanguage();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const state = STATES.find((each) => each === get('state'));
  const query = { limit: 100, ...(state === undefined ? {} : { state }) };
  const list = useRows('GET /api/v1/retention/schedules', { query }, { topics: ['retention'] });
  const columns: readonly Column<Schedule>[] = [
    {
      id: 'version',
      title: say('keeping.version'),
      cell: ({ version }) => <Link href={`/retention/schedules/${version}`}>{say('keeping.version.number', { version })}</Link>,
    },
    { id: 'title', title: say('retention.column.title'), cell: ({ title }) => title[language], look: 'wrap' },
    {
      id: 'state',
      title: say('duties.state'),
      cell: (each) => <Badge tone={SCHEDULE_TONES[each.state]}>{word('schedule-state', each.state)}</Badge>,
    },
    { id: 'by', title: say('certificate.proposed'), cell: (each) => who(each.proposedByName, each.proposedBy) },
    { id: 'at', title: say('retention.column.proposed'), cell: ({ proposedAt }) => <Time at={proposedAt} /> },
    { id: 'force', title: say('retention.column.in-force'), cell: ({ inForceAt }) => <Time at={inForceAt} /> },
  ];
  return (
    <>
      <PageHead title={say('versions.title')} subtitle={say('versions.about')} />
      <KeepingTabs current="/retention/schedules" />
      <Stack>
        <Filters>
          <SelectField
            label={say('duties.state')}
            value={state ?? ''}
            onChange={(event) => set({ state: event.target.value })}
            choices={[{ value: '', label: say('duties.all') }, ...STATES.map((value) => ({ value, label: word('schedule-state', value) }))]}
          />
        </Filters>
        <Panel flush>
          <DataTable
            label={say('versions.title')}
            columns={columns}
            list={list}
            idOf={({ version }) => String(version)}
            empty={<Empty text={say('versions.none')} />}
          />
        </Panel>
        {has('manage-retention') ? <Propose /> : null}
      </Stack>
    </>
  );
}

function Propose() {
  const say = useSay();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const work = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(async () => {
      const { version } = await ask('POST /api/v1/retention/schedules', { body: { text } });
      go(`/retention/schedules/${version}`);
    });
  };
  const take = (file: File | undefined) => {
    if (file) void file.text().then(setText);
  };
  return (
    <Panel title={say('versions.propose')}>
      <form id="propose" className={styles.form} onSubmit={submit}>
        <p>{say('versions.propose.about')}</p>
        <label className={styles.row}>
          <span>{say('versions.file')}</span>
          <input type="file" accept=".yaml,.yml,text/plain" onChange={(event) => take(event.target.files?.[0])} />
        </label>
        <AreaField
          label={say('versions.text')}
          hint={say('versions.text.hint')}
          needed
          rows={10}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {work.error ? <ProblemNote error={work.error} /> : null}
        <div className={styles.row}>
          <Button type="submit" look="primary" busy={work.busy} disabled={text.trim() === ''}>
            {say('versions.propose.button')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
