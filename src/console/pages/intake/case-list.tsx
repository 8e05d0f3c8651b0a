import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask, askTagged } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { DayField } from '../../kit/day-field.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { ImportDialog } from '../../kit/import-dialog.tsx';
import { Badge, Button, Empty, PageHead, Panel, SelectField, Stack, TextField, type Tone } from '../../kit/kit.tsx';
import { useSend } from '../../kit/use-send.ts';
import { OfficerField } from '../../people/officers.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './intake.module.css';

type Case = Schemas['Case'];
type Step = 'decide' | 'close' | 'reopen';

const STAGES = ['filing', 'investigation', 'evidence', 'review', 'decision', 'service', 'execution'] as const;
const CATEGORIES = ['permit', 'penalty', 'coercion', 'levy', 'fee', 'inspection', 'other'] as const;
const TONES: Readonly<Record<Case['state'], Tone>> = { open: 'info', decided: 'good', closed: 'plain', reopened: 'warn' };

type Open = { readonly kind: 'add' | 'import' } | { readonly kind: 'edit'; readonly of: Case } | { readonly kind: Step; readonly of: Case };

/** All cases: added, changed, decided, closed, opened again. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const [open, setOpen] = useState<Open | null>(null);
  const list = useRows('GET /api/v1/cases', { query: { limit: 500 } }, { topics: ['cases'] });
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={say('case-list.title')}
        subtitle={say('case-list.about')}
        actions={
          <>
            <Button onClick={() => setOpen({ kind: 'import' })}>{say('import.open')}</Button>
            <Button look="primary" onClick={() => setOpen({ kind: 'add' })}>
              {say('case-list.add')}
            </Button>
          </>
        }
      />
      <Panel flush>
        <DataTable
          label={say('case-list.title')}
          list={list}
          idOf={({ number }) => number}
          empty={<Empty text={say('case-list.none')} />}
          columns={[
            {
              id: 'number',
              title: say('case-list.number'),
              cell: ({ number }) => <Link href={`/cases/${encodeURIComponent(number)}`}>{number}</Link>,
            },
            { id: 'name', title: say('case-list.name'), look: 'wrap', cell: ({ title }) => title },
            {
              id: 'state',
              title: say('case-list.state'),
              cell: ({ state }) => <Badge tone={TONES[state]}>{word('case-state', state)}</Badge>,
            },
            { id: 'stage', title: say('case-list.stage'), cell: ({ stage }) => word('stage', stage) },
            { id: 'category', title: say('case-list.category'), cell: ({ category }) => word('category', category) },
            { id: 'opened', title: say('case-list.opened'), cell: ({ openedOn }) => openedOn ?? '—' },
            {
              ...{ id: 'do', title: say('case-list.do') },
              cell: (entry) => (
                <span className={styles.views}>
                  <Button
                    look="quiet"
                    aria-label={say('case-list.edit-of', { number: entry.number })}
                    onClick={() => setOpen({ kind: 'edit', of: entry })}
                  >
                    {say('case-list.edit')}
                  </Button>
                  {stepsOf(entry).map((step) => (
                    <Button
                      key={step}
                      look="quiet"
                      aria-label={`${say(`case-list.${step}`)} ${entry.number}`}
                      onClick={() => setOpen({ kind: step, of: entry })}
                    >
                      {say(`case-list.${step}`)}
                    </Button>
                  ))}
                </span>
              ),
            },
          ]}
        />
      </Panel>
      {open?.kind === 'import' ? (
        <ImportDialog
          title={say('case-list.import')}
          hint={say('case-list.import-hint')}
          onClose={close}
          ask={(source, dryRun) => ask('POST /api/v1/cases/import', { body: { ...source, dryRun } })}
          preview={({ added, updated, events = 0, suggestions = 0 }) => (
            <>
              <p>{say('import.counts', { added, updated })}</p>
              <p>{say('case-list.import-more', { events, suggestions })}</p>
            </>
          )}
        />
      ) : null}
      {open?.kind === 'add' ? <CaseForm entry={null} onClose={close} /> : null}
      {open?.kind === 'edit' ? <CaseForm entry={open.of} onClose={close} /> : null}
      {open?.kind === 'decide' || open?.kind === 'close' || open?.kind === 'reopen' ? (
        <StepForm step={open.kind} entry={open.of} onClose={close} />
      ) : null}
    </>
  );
}

/** What the course of a case offers next; the station decides. */
function stepsOf({ state }: Case): readonly Step[] {
  if (state === 'closed') return ['reopen'];
  return state === 'decided' ? ['close', 'reopen'] : ['decide', 'close'];
}

function CaseForm({ entry, onClose }: { readonly entry: Case | null; readonly onClose: () => void }) {
  const say = useSay();
  const word = useWord();
  const { busy, error, send } = useSend();
  const [form, setForm] = useState({
    ...{ number: entry?.number ?? '', title: entry?.title ?? '', stage: entry?.stage ?? 'filing', category: entry?.category ?? '' },
    ...{ officer: entry?.officerIds[0] ?? '', openedOn: entry?.openedOn ?? '' },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const officers = form.officer === '' ? [] : [form.officer, ...(entry?.officerIds.slice(1) ?? [])];
    const fields = {
      ...{ title: form.title.trim(), stage: form.stage as Case['stage'], officers: [...new Set(officers)] },
      category: (form.category || null) as (typeof CATEGORIES)[number] | null,
      ...(form.openedOn === '' ? {} : { openedOn: form.openedOn }),
    };
    const done = await send(async () => {
      if (entry === null) return ask('POST /api/v1/cases', { body: { number: form.number.trim(), ...fields } });
      const path = { number: entry.number };
      const { etag } = await askTagged('GET /api/v1/cases/{number}', { path });
      return ask('PATCH /api/v1/cases/{number}', { path, body: fields, ...(etag === null ? {} : { ifMatch: etag }) });
    });
    if (done) onClose();
  };
  const choices = (family: string, values: readonly string[]) => values.map((value) => ({ value, label: word(family, value) }));
  return (
    <Dialog title={entry === null ? say('case-list.add') : say('case-list.edit-of', { number: entry.number })} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {entry === null ? (
            <TextField
              label={say('case-list.number')}
              needed
              value={form.number}
              onChange={(event) => setForm({ ...form, number: event.target.value })}
              maxLength={128}
            />
          ) : null}
          <TextField
            label={say('case-list.name')}
            needed
            value={form.title}
            onChange={(event) => setForm({ ...form, title: event.target.value })}
          />
          <SelectField
            label={say('case-list.stage')}
            value={form.stage}
            onChange={(event) => setForm({ ...form, stage: event.target.value as Case['stage'] })}
            choices={choices('stage', STAGES)}
          />
          <SelectField
            label={say('case-list.category')}
            value={form.category}
            onChange={(event) => setForm({ ...form, category: event.target.value })}
            choices={[{ value: '', label: '—' }, ...choices('category', CATEGORIES)]}
          />
          {/* Whoever sees a unit's footage sees a case by its officers: one without any would vanish from their list. */}
          <OfficerField
            needed={entry === null}
            label={say('case-list.officer')}
            value={form.officer}
            onChange={(officer) => setForm({ ...form, officer })}
          />
          <DayField
            label={say('case-list.opened')}
            type="date"
            value={form.openedOn}
            onChange={(value) => setForm({ ...form, openedOn: value })}
          />
          <FormFoot of={{ busy, error }} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}

const ROUTES = {
  decide: 'PUT /api/v1/cases/{number}/decision',
  close: 'PUT /api/v1/cases/{number}/closing',
} as const;

function StepForm({ step, entry, onClose }: { readonly step: Step; readonly entry: Case; readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, send } = useSend();
  const [on, setOn] = useState('');
  const [reason, setReason] = useState('');
  const path = { number: entry.number };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const work = () =>
      step === 'reopen'
        ? ask('PUT /api/v1/cases/{number}/reopening', { path, body: { on, reason: reason.trim() } })
        : ask(ROUTES[step], { path, body: { on } });
    if (await send(work)) onClose();
  };
  return (
    <Dialog title={`${say(`case-list.${step}`)} ${entry.number}`} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <p className={styles.muted}>{say(`case-list.${step}.about`)}</p>
          <DayField label={say('case-list.on')} type="date" needed value={on} onChange={setOn} />
          {step === 'reopen' ? (
            <TextField label={say('case-list.reason')} needed value={reason} onChange={(event) => setReason(event.target.value)} />
          ) : null}
          <FormFoot of={{ busy, error }} onClose={onClose} button={say(`case-list.${step}`)} />
        </Stack>
      </form>
    </Dialog>
  );
}
