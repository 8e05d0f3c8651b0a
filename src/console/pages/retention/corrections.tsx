import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { AreaField, Badge, Button, Empty, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { KeepingTabs, RecordingLink } from './parts.tsx';
import styles from './retention.module.css';
import { useWho } from './words.ts';

type Correction = Schemas['RetentionCorrection'];
const STATES = ['proposed', 'approved', 'refused'] as const;
const TONES = { proposed: 'warn', approved: 'good', refused: 'bad' } as const;

/** Terms that were earned by an error: said by one person, decided by another. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const who = useWho();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const state = STATES.find((each) => each === get('state'));
  const query = { limit: 100, ...(state === undefined ? {} : { state }) };
  const list = useRows('GET /api/v1/retention/corrections', { query }, { topics: ['retention'] });
  const columns: readonly Column<Correction>[] = [
    { id: 'number', title: say('corrections.number'), cell: ({ number }) => number },
    {
      id: 'recording',
      title: say('retention.column.recording'),
      cell: ({ recording }) => (recording === null ? say('corrections.unseen') : <RecordingLink id={recording} />),
    },
    { id: 'reason', title: say('retention.column.reason'), cell: ({ reason }) => reason ?? '—', look: 'wrap' },
    { id: 'by', title: say('certificate.proposed'), cell: (each) => who(each.proposedByName, each.proposedBy) },
    { id: 'at', title: say('retention.column.proposed'), cell: ({ proposedAt }) => <Time at={proposedAt} /> },
    {
      id: 'state',
      title: say('duties.state'),
      cell: (each) => <Badge tone={TONES[each.state]}>{word('correction-state', each.state)}</Badge>,
    },
    {
      id: 'decide',
      title: say('retention.column.decided'),
      cell: (each) =>
        each.state === 'proposed' && has('approve-correction') ? <Decide number={each.number} /> : who(each.decidedByName, each.decidedBy),
    },
  ];
  return (
    <>
      <PageHead title={say('corrections.title')} subtitle={say('corrections.about')} />
      <KeepingTabs current="/retention/corrections" />
      <Stack>
        <Filters>
          <SelectField
            label={say('duties.state')}
            value={state ?? ''}
            onChange={(event) => set({ state: event.target.value })}
            choices={[
              { value: '', label: say('duties.all') },
              ...STATES.map((value) => ({ value, label: word('correction-state', value) })),
            ]}
          />
        </Filters>
        <Panel flush>
          <DataTable
            label={say('corrections.title')}
            columns={columns}
            list={list}
            idOf={({ number }) => String(number)}
            empty={<Empty text={say('corrections.none')} />}
          />
        </Panel>
        {has('manage-retention') ? <Propose recording={get('recording')} /> : null}
      </Stack>
    </>
  );
}

function Decide({ number }: { readonly number: number }) {
  const say = useSay();
  const work = useWork();
  const decide = (decision: 'approved' | 'refused') =>
    void work.begin(async () => {
      await ask('PUT /api/v1/retention/corrections/{number}/decision', { path: { number }, body: { decision } });
    });
  return (
    <div className={styles.row}>
      <Button busy={work.busy} onClick={() => decide('approved')}>
        {say('corrections.approve')}
      </Button>
      <Button look="quiet" busy={work.busy} onClick={() => decide('refused')}>
        {say('corrections.refuse')}
      </Button>
      {work.error ? <ProblemNote error={work.error} /> : null}
    </div>
  );
}

function Propose({ recording: named }: { readonly recording: string }) {
  const say = useSay();
  const tell = useToast();
  const [recording, setRecording] = useState(named);
  const [reason, setReason] = useState('');
  const work = useWork();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.begin(async () => {
      await ask('POST /api/v1/retention/corrections', { body: { recording: recording.trim(), reason: reason.trim() } });
      setReason('');
      tell(say('corrections.proposed'));
    });
  };
  return (
    <Panel title={say('corrections.propose')}>
      <form className={styles.form} onSubmit={submit}>
        <p>{say('corrections.propose.about')}</p>
        <TextField
          label={say('retention.column.recording')}
          needed
          maxLength={128}
          value={recording}
          onChange={(event) => setRecording(event.target.value)}
        />
        <AreaField
          label={say('retention.correct.reason')}
          needed
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {work.error ? <ProblemNote error={work.error} /> : null}
        <div className={styles.row}>
          <Button type="submit" look="primary" busy={work.busy} disabled={recording.trim() === '' || reason.trim() === ''}>
            {say('corrections.propose.button')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
