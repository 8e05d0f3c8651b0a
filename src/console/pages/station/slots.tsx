import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { sizeText } from '../../kit/figures.ts';
import { FormFoot } from '../../kit/form-foot.tsx';
import { Badge, Button, Empty, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import { SlotLesson } from './slot-lesson.tsx';
import styles from './station.module.css';

type Slot = Schemas['Slot'];
const SLOT_MAX = 9999;

/** Which port has which number, what is in it now, and the hubs that slots share. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  const slots = useRows('GET /api/v1/slots', { query: { limit: 1000 } }, { topics: ['slots'] });
  const hubs = useRows('GET /api/v1/hubs', {}, { topics: ['slots'] });
  const [lesson, setLesson] = useState(false);
  const [changed, setChanged] = useState<Slot | null>(null);
  const columns: readonly Column<Slot>[] = [
    { id: 'slot', title: say('slots-page.slot'), look: 'number', cell: ({ slot }) => <strong>{slot}</strong> },
    { id: 'port', title: say('slots-page.port'), cell: ({ port }) => <code>{port}</code> },
    { id: 'hub', title: say('slots-page.hub'), cell: ({ hub }) => (hub === null ? '—' : <code>{hub}</code>) },
    {
      id: 'phase',
      title: say('slots-page.now'),
      look: 'wrap',
      cell: ({ phase, problem }) => (
        <>
          <Badge tone={phase === 'problem' ? 'bad' : phase === 'safe' ? 'good' : phase === 'unknown' ? 'warn' : 'plain'}>
            {word('phase', phase)}
          </Badge>{' '}
          {problem?.reason ? reason(problem.reason) : null}
        </>
      ),
    },
    { id: 'since', title: say('slots-page.since'), cell: ({ updatedAt }) => (updatedAt === null ? '—' : <Time at={updatedAt} />) },
    {
      id: 'change',
      title: '',
      cell: (slot) => (
        <Button look="quiet" onClick={() => setChanged(slot)}>
          {say('slots-page.change')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={say('slots-page.title')}
        subtitle={say('slots-page.about')}
        actions={
          lesson ? undefined : (
            <Button look="primary" onClick={() => setLesson(true)}>
              {say('slots-page.learn')}
            </Button>
          )
        }
      />
      <Stack>
        {lesson ? <SlotLesson first={slots.rows.length + 1} onEnd={() => setLesson(false)} /> : null}
        <Panel flush>
          <DataTable
            label={say('slots-page.title')}
            columns={columns}
            list={slots}
            idOf={({ port }) => port}
            empty={<Empty text={say('slots-page.none')} />}
          />
        </Panel>
        {hubs.rows.length > 0 ? (
          <Panel title={say('slots-page.hubs')}>
            <p className={styles.muted}>{say('slots-page.hubs.about')}</p>
            <ul>
              {hubs.rows.map(({ hub, slots: numbers, recorders, bytesPerSecond }) => (
                <li key={hub} className={styles.row}>
                  <code>{hub}</code>
                  <span className={styles.grow}>{say('slots-page.hubs.slots', { slots: numbers.join('、') || '—', recorders })}</span>
                  <span>{sizeText(bytesPerSecond)}/s</span>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
      </Stack>
      {changed ? <ChangeNumber slot={changed} onClose={() => setChanged(null)} /> : null}
    </>
  );
}

function ChangeNumber({ slot, onClose }: { readonly slot: Slot; readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['slots']);
  const [number, setNumber] = useState(String(slot.slot));
  const save = (event: FormEvent) => {
    event.preventDefault();
    const asked = { path: { slot: Number(number) }, body: { port: slot.port } };
    run(() => ask('PUT /api/v1/slots/{slot}', asked), say('slots.assigned', { port: slot.port, slot: number }), onClose);
  };
  return (
    <Dialog title={say('slots-page.change.title', { port: slot.port })} onClose={onClose}>
      <form className={styles.form} onSubmit={save}>
        <TextField
          label={say('slots-page.slot')}
          hint={say('slots-page.change.hint')}
          type="number"
          min={1}
          max={SLOT_MAX}
          needed
          value={number}
          onChange={(event) => setNumber(event.target.value)}
        />
        <FormFoot of={{ busy, error }} onClose={onClose} disabled={Number(number) === slot.slot} />
      </form>
    </Dialog>
  );
}
