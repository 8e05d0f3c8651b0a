import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { Button, Empty, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { useSend } from '../../kit/use-send.ts';
import { OfficerField, useOfficerNames } from '../../people/officers.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';

/** The registry of recorders, with who has which. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const [adding, setAdding] = useState(false);
  const nameOf = useOfficerNames({ none: '—', numbered: true });
  const list = useRows('GET /api/v1/recorders', { query: { limit: 500 } }, { topics: ['registry', 'dockings'] });
  return (
    <>
      <PageHead
        title={say('recorders.title')}
        subtitle={say('recorders.about')}
        actions={
          has('change-registry') ? (
            <Button look="primary" onClick={() => setAdding(true)}>
              {say('recorders.add')}
            </Button>
          ) : undefined
        }
      />
      <Panel flush>
        <DataTable
          label={say('recorders.title')}
          list={list}
          idOf={({ serial }) => serial}
          empty={<Empty text={say('recorders.none')} />}
          columns={[
            {
              id: 'serial',
              title: say('recorders.serial'),
              cell: ({ serial }) => <Link href={`/recorders/${encodeURIComponent(serial)}`}>{serial}</Link>,
            },
            { id: 'model', title: say('recorders.model'), look: 'wrap', cell: ({ model }) => model ?? '—' },
            { id: 'assigned', title: say('recorders.assigned'), cell: ({ assignedOfficerId }) => nameOf(assignedOfficerId) },
            { id: 'holding', title: say('recorders.holding'), cell: ({ holding }) => nameOf(holding?.officerId ?? null) },
            { id: 'seen', title: say('recorders.seen'), cell: ({ lastSeenAt }) => <Time at={lastSeenAt} /> },
          ]}
        />
      </Panel>
      {adding ? <AddRecorder onClose={() => setAdding(false)} /> : null}
    </>
  );
}

function AddRecorder({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, send } = useSend();
  const [form, setForm] = useState({ serial: '', model: '', officer: '' });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { serial: form.serial.trim(), model: form.model.trim() || null, officer: form.officer || null };
    if (await send(() => ask('POST /api/v1/recorders', { body }))) onClose();
  };
  return (
    <Dialog title={say('recorders.add')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextField
            label={say('recorders.serial')}
            needed
            value={form.serial}
            onChange={(event) => setForm({ ...form, serial: event.target.value })}
          />
          <TextField
            label={say('recorders.model')}
            value={form.model}
            onChange={(event) => setForm({ ...form, model: event.target.value })}
          />
          <OfficerField label={say('recorders.assigned')} value={form.officer} onChange={(officer) => setForm({ ...form, officer })} />
          <FormFoot of={{ busy, error }} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  );
}
