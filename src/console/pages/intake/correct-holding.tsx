import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { ask } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { FormFoot } from '../../kit/form-foot.tsx';
import { Button, CheckField, Stack } from '../../kit/kit.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useSend } from '../../kit/use-send.ts';
import { OfficerField } from '../../people/officers.tsx';
import { useSay } from '../../texts/say.ts';

type Holding = Schemas['Holding'];

/** A moment as a field of the browser has it: without its zone, which is that of the station. */
const fieldTime = (at: string | null) => (at === null ? '' : at.slice(0, 16));

/** Puts right who had a recorder and when. Recordings of that time get the officer that this gives them. */
export function CorrectHolding({ holding, onClose }: { readonly holding: Holding; readonly onClose: () => void }) {
  const say = useSay();
  const tell = useToast();
  const { busy, error, send } = useSend();
  const [officer, setOfficer] = useState(holding.officerId);
  const [from, setFrom] = useState(fieldTime(holding.from));
  const [until, setUntil] = useState(fieldTime(holding.until));
  const [lasts, setLasts] = useState(holding.until === null);
  const { id, serial } = holding;
  const path = { serial, id };
  const done = (held: Schemas['Held']) => {
    if (held.redecided > 0) tell(say('holding.redecided', { count: held.redecided }));
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const body = {
      ...(officer === holding.officerId ? {} : { officer }),
      ...(from === fieldTime(holding.from) ? {} : { from }),
      ...(lasts === (holding.until === null) && (lasts || until === fieldTime(holding.until)) ? {} : { until: lasts ? null : until }),
    };
    void send(async () => done(await ask('PATCH /api/v1/recorders/{serial}/holdings/{id}', { path, body })));
  };
  const remove = () =>
    void send(async () => done(await ask('DELETE /api/v1/recorders/{serial}/holdings/{id}', { path })), say('holding.removed'));
  return (
    <Dialog title={say('holding.correct.title', { serial })} onClose={onClose}>
      <form onSubmit={save}>
        <Stack>
          <p>{say('holding.correct.about')}</p>
          <OfficerField label={say('recorders.to')} needed value={officer} onChange={setOfficer} />
          <DayField label={say('holding.from')} type="datetime-local" needed value={from} onChange={setFrom} />
          <CheckField label={say('holding.lasts')} checked={lasts} onChange={(event) => setLasts(event.target.checked)} />
          {lasts ? null : <DayField label={say('holding.until')} type="datetime-local" needed value={until} onChange={setUntil} />}
          <FormFoot of={{ busy, error }} onClose={onClose}>
            <Button look="danger" busy={busy} onClick={remove}>
              {say('holding.remove')}
            </Button>
          </FormFoot>
        </Stack>
      </form>
    </Dialog>
  );
}
