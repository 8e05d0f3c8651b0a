import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { saveText } from '../../kit/save-file.ts';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSay } from '../../texts/say.ts';
import styles from './station.module.css';

type Worker = Schemas['Worker'];
/** A worker says every minute that it is there. */
const SILENT_S = 300;

/** Other hosts that make copies for this station, each with a key of its own. */
export function Page() {
  const say = useSay();
  const list = useRows('GET /api/v1/workers', {}, { topics: ['work'] });
  return (
    <>
      <PageHead title={say('workers.title')} subtitle={say('workers.about')} />
      <Stack>
        <Invite />
        <Panel title={say('workers.known')}>
          <ListState list={list} empty={say('workers.none')} />
          <ul>
            {list.rows.map((worker) => (
              <WorkerRow key={worker.name} worker={worker} onChanged={list.again} />
            ))}
          </ul>
        </Panel>
      </Stack>
    </>
  );
}

function WorkerRow({ worker, onChanged }: { readonly worker: Worker; readonly onChanged: () => void }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['work']);
  const { name, keySha256, invitedAt, revokedAt, running, heardSecondsAgo: heard } = worker;
  const silent = heard === null || heard > SILENT_S;
  return (
    <li className={styles.row}>
      <span className={styles.grow}>
        <strong>{name}</strong>
        <p className={styles.muted}>
          {say('workers.invited')} <Time at={invitedAt} /> · <code title={keySha256}>{keySha256.slice(0, 12)}…</code>
        </p>
      </span>
      {revokedAt === null ? (
        <>
          <Badge tone={silent ? 'warn' : 'good'}>
            {heard === null ? say('workers.not-heard') : say('workers.heard', { seconds: heard, running })}
          </Badge>
          <Button
            look="danger"
            busy={busy}
            onClick={() => run(() => ask('DELETE /api/v1/workers/{name}', { path: { name } }), say('workers.revoked'), onChanged)}
          >
            {say('workers.revoke')}
          </Button>
        </>
      ) : (
        <Badge>
          {say('workers.is-revoked')} <Time at={revokedAt} />
        </Badge>
      )}
      {error ? <ProblemNote error={error} /> : null}
    </li>
  );
}

/** Makes a key; the text that the other host needs is shown once. */
function Invite() {
  const say = useSay();
  const { busy, error, run } = useDeed(['work']);
  const [name, setName] = useState('');
  const [invited, setInvited] = useState<Schemas['Invitation'] | null>(null);
  const make = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/workers', { body: { name } }),
      '',
      (invitation) => {
        setInvited(invitation);
        setName('');
      },
    );
  };
  return (
    <Panel title={say('workers.invite')}>
      <form className={styles.form} onSubmit={make}>
        <TextField
          label={say('workers.name')}
          hint={say('workers.name.hint')}
          needed
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
        />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" busy={busy}>
          {say('workers.invite')}
        </Button>
      </form>
      {invited ? (
        <div role="status">
          <p>{say('workers.invitation', { worker: invited.worker })}</p>
          <pre className={styles.text}>{`evidock --config worker.yaml worker --invite ${invited.worker}.json`}</pre>
          <div className={styles.actions}>
            <Button look="primary" onClick={() => saveText(`${invited.worker}.json`, `${JSON.stringify(invited, null, 2)}\n`)}>
              {say('workers.save')}
            </Button>
          </div>
          <p className={styles.muted}>{say('workers.invitation.once')}</p>
        </div>
      ) : null}
    </Panel>
  );
}
