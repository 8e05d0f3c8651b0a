import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { ask } from '../../client/request.ts';
import { Dialog, DialogFoot } from '../../kit/dialog.tsx';
import { sizeText } from '../../kit/figures.ts';
import { AreaField, Button, SelectField, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSay } from '../../texts/say.ts';

type Counted = Schemas['DeriveAgain'];

/** Playable copies and pictures are made anew, such as after an update that makes them better: first it is told of how many. */
export function DeriveAgain() {
  const say = useSay();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{say('derive-again.open')}</Button>
      {open ? <DeriveAgainDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function DeriveAgainDialog({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['work', 'recordings']);
  const [which, setWhich] = useState<'failed' | 'all' | 'named'>('failed');
  const [ids, setIds] = useState('');
  const [counted, setCounted] = useState<Counted | null>(null);
  const named = ids.split(/[\s,，、]+/).filter(Boolean);
  const body = { ...(which === 'failed' ? { failed: true } : {}), ...(which === 'named' ? { recordings: named } : {}) };
  const change = (next: () => void) => {
    next();
    setCounted(null);
  };
  return (
    <Dialog title={say('derive-again.open')} onClose={onClose}>
      <Stack>
        <p>{say('derive-again.about')}</p>
        <SelectField
          label={say('derive-again.which')}
          value={which}
          onChange={(event) => change(() => setWhich(event.target.value as typeof which))}
          choices={(['failed', 'all', 'named'] as const).map((value) => ({ value, label: say(`derive-again.${value}`) }))}
        />
        {which === 'named' ? (
          <AreaField
            label={say('derive-again.ids')}
            needed
            rows={4}
            spellCheck={false}
            value={ids}
            onChange={(event) => change(() => setIds(event.target.value))}
          />
        ) : null}
        {counted ? (
          <p role="status">
            {counted.recordings === null
              ? say('derive-again.untold')
              : say('derive-again.counted', { count: counted.recordings, size: sizeText(counted.bytes ?? 0) })}
          </p>
        ) : null}
        {error ? <ProblemNote error={error} /> : null}
        <DialogFoot>
          <Button onClick={onClose}>{say('form.cancel')}</Button>
          <Button
            busy={busy}
            disabled={which === 'named' && named.length === 0}
            look={counted === null ? 'primary' : 'plain'}
            onClick={() => run(() => ask('POST /api/v1/derivatives/again', { body: { ...body, count: true } }), '', setCounted)}
          >
            {say('derive-again.count')}
          </Button>
          {counted !== null ? (
            <Button
              look="primary"
              busy={busy}
              disabled={counted.recordings === 0}
              onClick={() => run(() => ask('POST /api/v1/derivatives/again', { body }), say('derive-again.begun'), onClose)}
            >
              {say('derive-again.begin')}
            </Button>
          ) : null}
        </DialogFoot>
      </Stack>
    </Dialog>
  );
}
