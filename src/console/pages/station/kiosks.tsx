import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSay } from '../../texts/say.ts';
import styles from './station.module.css';

/** Screens at the slots: a code pairs one; each can be sent away. */
export function Page() {
  const say = useSay();
  const { busy, error, run } = useDeed(['doors']);
  const list = useRows('GET /api/v1/kiosks', {}, { topics: ['doors'] });
  const [name, setName] = useState('');
  const [slots, setSlots] = useState('');
  const [code, setCode] = useState<Schemas['KioskCode'] | null>(null);
  const make = (event: FormEvent) => {
    event.preventDefault();
    const numbers = slots
      .split(/[\s,，、]+/)
      .filter(Boolean)
      .map(Number);
    run(() => ask('POST /api/v1/kiosks', { body: { name, ...(numbers.length > 0 ? { slots: numbers } : {}) } }), '', setCode);
  };
  return (
    <>
      <PageHead title={say('kiosks.title')} subtitle={say('kiosks.about')} />
      <Stack>
        <Panel title={say('kiosks.pair')}>
          <form className={styles.form} onSubmit={make}>
            <TextField label={say('kiosks.name')} needed value={name} maxLength={64} onChange={(event) => setName(event.target.value)} />
            <TextField
              label={say('kiosks.slots')}
              hint={say('kiosks.slots.hint')}
              value={slots}
              onChange={(event) => setSlots(event.target.value)}
            />
            {error ? <ProblemNote error={error} /> : null}
            <Button type="submit" busy={busy}>
              {say('kiosks.code')}
            </Button>
          </form>
          {code ? (
            <div role="status">
              <p>{say('kiosks.code.about', { url: `${location.origin}/kiosk` })}</p>
              <p className={styles.code}>{code.code}</p>
              <p className={styles.muted}>
                {say('tokens.until')} <Time at={code.until} to="second" />
              </p>
            </div>
          ) : null}
        </Panel>
        <Panel title={say('kiosks.paired')}>
          <ListState list={list} empty={say('kiosks.none')} />
          <ul>
            {list.rows.map((kiosk) => (
              <li key={kiosk.id} className={styles.row}>
                <span className={styles.grow}>
                  <strong>{kiosk.name}</strong>
                  <p className={styles.muted}>
                    {kiosk.slots.length === 0 ? say('kiosks.all-slots') : kiosk.slots.join('、')} · {say('kiosks.seen')}{' '}
                    <Time at={kiosk.lastSeenAt} />
                  </p>
                </span>
                {kiosk.revokedAt === null ? (
                  <Button
                    look="danger"
                    busy={busy}
                    onClick={() => run(() => ask('DELETE /api/v1/kiosks/{id}', { path: { id: kiosk.id } }), say('kiosks.revoked'))}
                  >
                    {say('kiosks.revoke')}
                  </Button>
                ) : (
                  <Badge>{say('kiosks.is-revoked')}</Badge>
                )}
              </li>
            ))}
          </ul>
        </Panel>
      </Stack>
    </>
  );
}
