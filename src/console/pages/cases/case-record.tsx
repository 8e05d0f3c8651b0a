import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { Button, Panel, Stack } from '../../kit/kit.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { History } from '../../looks/history.tsx';
import { useProtection } from '../../looks/protection.tsx';
import { useSay } from '../../texts/say.ts';

type Case = Schemas['Case'];

/** Everything that was done with a case. */
export function CaseLog({ number }: { readonly number: string }) {
  const say = useSay();
  const list = useRows('GET /api/v1/cases/{number}/custody', { path: { number } }, { topics: ['cases', 'recordings'] });
  return (
    <Panel title={say('case.log')}>
      <History list={list} />
    </Panel>
  );
}

/** Level and marks of the case, which all its recordings have by it. */
export function ProtectCase({ entry }: { readonly entry: Case }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {say('case.protect')}
      </Button>
      {open ? <ProtectDialog entry={entry} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function ProtectDialog({ entry, onClose }: { readonly entry: Case; readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['cases', 'recordings']);
  const { fields, body } = useProtection(entry);
  const path = { number: entry.number };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (body) run(() => ask('PATCH /api/v1/cases/{number}/protection', { path, body }), say('form.saved'), onClose);
  };
  return (
    <Dialog title={say('case.protect')} onClose={onClose}>
      <form onSubmit={save}>
        <Stack>
          <p>{say('case.protect.about')}</p>
          {fields}
          <FormFoot of={{ busy, error }} onClose={onClose} disabled={body === null} />
        </Stack>
      </form>
    </Dialog>
  );
}
