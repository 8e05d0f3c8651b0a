import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, Facts, PageHead, Panel, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { QrCode } from '../../kit/qr-code.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { Sessions } from './sessions.tsx';
import styles from './station.module.css';

/** One's own account: password, second factor, PIN of kiosks, sessions, tokens. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const { person } = useSession();
  return (
    <>
      <PageHead title={say('account.title')} subtitle={person.account} />
      <div className={styles.two}>
        <Panel title={person.name ?? ''}>
          <Facts
            rows={[
              [say('account.roles'), person.roles.map((role) => word('role', role)).join('、')],
              person.officer === null ? null : [say('search.officer'), person.officer],
              [
                say('account.factor'),
                person.secondFactor?.set
                  ? say('account.factor.set', { left: person.secondFactor.recoveryCodesLeft })
                  : say('account.factor.none'),
              ],
            ]}
          />
        </Panel>
        <Password />
        <SecondFactor />
        {person.officer === null ? null : <Pin />}
        <Panel title={say('sessions.own')}>
          <Sessions user={person.id ?? ''} />
        </Panel>
        <Tokens />
      </div>
    </>
  );
}

function Password() {
  const say = useSay();
  const { busy, error, run } = useDeed(['signIn']);
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('PUT /api/v1/session/password', { body: { old, password } }),
      say('form.saved'),
      () => {
        setOld('');
        setPassword('');
      },
    );
  };
  return (
    <Panel title={say('account.password')}>
      <form className={styles.form} onSubmit={save}>
        <TextField
          label={say('account.password.old')}
          type="password"
          autoComplete="current-password"
          needed
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
        <TextField
          label={say('set-up.password')}
          hint={say('account.password.hint')}
          type="password"
          autoComplete="new-password"
          needed
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" busy={busy}>
          {say('account.password.save')}
        </Button>
      </form>
    </Panel>
  );
}

/** A second factor is begun with the password, and counts once a code of it was typed. */
function SecondFactor() {
  const say = useSay();
  const { person } = useSession();
  const { busy, error, run } = useDeed(['people', 'signIn']);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [shown, setShown] = useState<Schemas['SecondFactorShown'] | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = (event: FormEvent) => {
    event.preventDefault();
    run(() => ask('POST /api/v1/session/second-factor', { body: { password } }), '', setShown);
  };
  const prove = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('PUT /api/v1/session/second-factor', { body: { pending: shown?.pending ?? '', code } }),
      say('form.saved'),
      ({ recoveryCodes }) => {
        setShown(null);
        setCodes(recoveryCodes);
        setPassword('');
        setCode('');
      },
    );
  };
  const set = person.secondFactor?.set ?? false;
  return (
    <Panel title={say('account.factor')}>
      {codes ? (
        <>
          <p>{say('sign-in.recovery.about')}</p>
          <ul className={styles.codes}>
            {codes.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </ul>
          <Button onClick={() => setCodes(null)}>{say('sign-in.recovery.done')}</Button>
        </>
      ) : shown ? (
        <form className={styles.form} onSubmit={prove}>
          <p>{say('account.factor.scan')}</p>
          <QrCode text={shown.uri} />
          <p>
            {say('sign-in.enrol.secret')} <code>{shown.secret}</code>
          </p>
          <TextField
            label={say('sign-in.code')}
            autoComplete="one-time-code"
            needed
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
          {error ? <ProblemNote error={error} /> : null}
          <Button type="submit" look="primary" busy={busy}>
            {say('account.factor.prove')}
          </Button>
        </form>
      ) : (
        <form className={styles.form} onSubmit={begin}>
          <TextField
            label={say('sign-in.password')}
            type="password"
            autoComplete="current-password"
            needed
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          {error ? <ProblemNote error={error} /> : null}
          <div className={styles.actions}>
            <Button type="submit" busy={busy}>
              {say(set ? 'account.factor.renew' : 'account.factor.begin')}
            </Button>
            {set ? (
              <>
                <Button
                  busy={busy}
                  disabled={password === ''}
                  onClick={() =>
                    run(
                      () => ask('POST /api/v1/session/recovery-codes', { body: { password } }),
                      '',
                      ({ recoveryCodes }) => setCodes(recoveryCodes),
                    )
                  }
                >
                  {say('account.codes.renew')}
                </Button>
                <Button
                  look="danger"
                  busy={busy}
                  disabled={password === ''}
                  onClick={() =>
                    run(
                      () => ask('POST /api/v1/session/second-factor/removal', { body: { password } }),
                      say('form.saved'),
                      () => setPassword(''),
                    )
                  }
                >
                  {say('account.factor.remove')}
                </Button>
              </>
            ) : null}
          </div>
        </form>
      )}
    </Panel>
  );
}

function Pin() {
  const say = useSay();
  const { busy, error, run } = useDeed([]);
  const [pin, setPin] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('PUT /api/v1/session/pin', { body: { pin } }),
      say('form.saved'),
      () => setPin(''),
    );
  };
  return (
    <Panel title={say('account.pin')}>
      <form className={styles.form} onSubmit={save}>
        <TextField
          label={say('account.pin')}
          hint={say('account.pin.hint')}
          type="password"
          inputMode="numeric"
          autoComplete="off"
          needed
          value={pin}
          onChange={(event) => setPin(event.target.value)}
        />
        {error ? <ProblemNote error={error} /> : null}
        <div className={styles.actions}>
          <Button type="submit" busy={busy}>
            {say('form.save')}
          </Button>
          <Button busy={busy} onClick={() => run(() => ask('DELETE /api/v1/session/pin', {}), say('account.pin.removed'))}>
            {say('account.pin.remove')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** Tokens for programs that act as oneself. A new one is shown once. */
function Tokens() {
  const say = useSay();
  const word = useWord();
  const { person } = useSession();
  const { busy, error, run } = useDeed(['doors']);
  const list = useRows('GET /api/v1/tokens', { query: { owner: person.account ?? '' } }, { topics: ['doors'] });
  const [name, setName] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const scopes = person.tasks.filter((task) => task !== 'own-account' && task !== 'kiosk') as Schemas['TokenBody']['scopes'][number][];
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/tokens', { body: { name, scopes, days: 90 } }),
      '',
      ({ text }) => {
        setMade(text);
        setName('');
      },
    );
  };
  return (
    <Panel title={say('tokens.title')}>
      <ul>
        {list.rows.map((token) => (
          <li key={token.id} className={styles.row}>
            <span className={styles.grow}>
              {token.name}
              <p className={styles.muted}>
                {say('tokens.until')} <Time at={token.expiresAt} to="day" />
                {token.lastUseAt === null ? '' : ` · ${say('tokens.used')} ${token.lastUseAt.slice(0, 16).replace('T', ' ')}`}
              </p>
            </span>
            {token.good ? (
              <Button
                busy={busy}
                onClick={() => run(() => ask('DELETE /api/v1/tokens/{id}', { path: { id: token.id } }), say('tokens.ended'))}
              >
                {say('sessions.end')}
              </Button>
            ) : (
              <Badge>{token.ended === null ? say('tokens.over') : word('token.ended', token.ended)}</Badge>
            )}
          </li>
        ))}
      </ul>
      {made ? (
        <p role="status">
          {say('tokens.made')} <code>{made}</code>
        </p>
      ) : null}
      <form className={styles.form} onSubmit={add}>
        <TextField
          label={say('tokens.name')}
          hint={say('tokens.hint')}
          needed
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.target.value)}
        />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" busy={busy}>
          {say('tokens.add')}
        </Button>
      </form>
    </Panel>
  );
}
