import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { ImportDialog } from '../../kit/import-dialog.tsx';
import { Button, Empty, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { useSend } from '../../kit/use-send.ts';
import { UnitField } from '../../people/units.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';

/** The registry of officers. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const [open, setOpen] = useState<'add' | 'import' | null>(null);
  const list = useRows('GET /api/v1/officers', { query: { limit: 500 } }, { topics: ['registry', 'people'] });
  const close = () => setOpen(null);
  return (
    <>
      <PageHead
        title={say('officers.title')}
        subtitle={say('officers.about')}
        actions={
          has('change-registry') ? (
            <>
              <Button onClick={() => setOpen('import')}>{say('import.open')}</Button>
              <Button look="primary" onClick={() => setOpen('add')}>
                {say('officers.add')}
              </Button>
            </>
          ) : undefined
        }
      />
      <Panel flush>
        <DataTable
          label={say('officers.title')}
          list={list}
          idOf={({ id }) => id}
          empty={<Empty text={say('officers.none')} />}
          columns={[
            { id: 'id', title: say('officers.number'), cell: ({ id }) => <Link href={`/officers/${encodeURIComponent(id)}`}>{id}</Link> },
            { id: 'name', title: say('officers.name'), look: 'wrap', cell: ({ name }) => name },
            { id: 'unit', title: say('accounts.unit'), look: 'wrap', cell: ({ unitPath, unit }) => unitPath ?? unit ?? '—' },
          ]}
        />
      </Panel>
      {open === 'add' ? <AddOfficer onClose={close} /> : null}
      {open === 'import' ? (
        <ImportDialog
          title={say('officers.import')}
          hint={say('officers.import-hint')}
          onClose={close}
          ask={(source, dryRun) => ask('POST /api/v1/officers/import', { body: { ...source, dryRun } })}
          preview={({ added, updated }) => say('import.counts', { added, updated })}
        />
      ) : null}
    </>
  );
}

function AddOfficer({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, send } = useSend();
  const [form, setForm] = useState({ id: '', name: '', unit: '' });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { id: form.id.trim(), name: form.name.trim(), unit: form.unit || null };
    if (await send(() => ask('POST /api/v1/officers', { body }))) onClose();
  };
  return (
    <Dialog title={say('officers.add')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextField
            label={say('officers.number')}
            needed
            value={form.id}
            onChange={(event) => setForm({ ...form, id: event.target.value })}
          />
          <TextField
            label={say('officers.name')}
            needed
            value={form.name}
            onChange={(event) => setForm({ ...form, name: event.target.value })}
          />
          <UnitField value={form.unit} onChange={(unit) => setForm({ ...form, unit })} />
          <FormFoot of={{ busy, error }} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
