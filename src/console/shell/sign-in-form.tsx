import { type FormEvent, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { ask } from '../client/request.ts';
import { Button, TextField } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import { QrCode } from '../kit/qr-code.tsx';
import { useSay } from '../texts/say.ts';
import styles from './shell.module.css';

type Step = Schemas['SignIn'];

/** What is asked for after the first proof of who somebody is; `secret` and `uri` where a second factor is set up now. */
export type NextStep = Pick<Step, 'pending' | 'secret' | 'uri'> & Partial<Pick<Step, 'state' | 'recoveryCodes'>>;

interface SignInFormProps {
  /** Filled in, and not to be changed: who was signed in here. */
  readonly account?: string | null;
  /** They have shown who they are elsewhere, and only this is left. */
  readonly first?: NextStep | null;
  readonly onDone: () => void;
}

/** Account and password, then the second factor where there is one. */
export function SignInForm({ account: known = null, first = null, onDone }: SignInFormProps) {
  const say = useSay();
  const [account, setAccount] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [step, setStep] = useState<NextStep | null>(first);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const send = async (event: FormEvent, request: () => Promise<Step>) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const next = await request();
      setPassword('');
      setCode('');
      if (next.state === 'signed-in' && next.recoveryCodes === null) onDone();
      else setStep(next);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };

  if (step?.state === 'signed-in' && step.recoveryCodes) {
    return (
      <div className={styles.form}>
        <h2>{say('sign-in.recovery.title')}</h2>
        <p>{say('sign-in.recovery.about')}</p>
        <ul className={styles.codes}>
          {step.recoveryCodes.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
        <Button look="primary" onClick={onDone}>
          {say('sign-in.recovery.done')}
        </Button>
      </div>
    );
  }
  if (step) {
    const pending = step.pending ?? '';
    return (
      <form
        className={styles.form}
        onSubmit={(event) => void send(event, () => ask('POST /api/v1/session/code', { body: { pending, code } }))}
      >
        {step.uri && step.secret ? (
          <>
            <p>{say('sign-in.enrol.about')}</p>
            <QrCode text={step.uri} />
            <p>
              {say('sign-in.enrol.secret')} <code>{step.secret}</code>
            </p>
          </>
        ) : (
          <p>{say('sign-in.code.about')}</p>
        )}
        <TextField
          label={say('sign-in.code')}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          autoComplete="one-time-code"
          needed
          autoFocus
        />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" look="primary" busy={busy}>
          {say('sign-in.enter')}
        </Button>
        <Button look="quiet" onClick={() => setStep(null)}>
          {say('sign-in.back')}
        </Button>
      </form>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => void send(event, () => ask('POST /api/v1/session', { body: { account, password } }))}
    >
      <TextField
        label={say('sign-in.account')}
        name="account"
        value={account}
        readOnly={known !== null}
        onChange={(event) => setAccount(event.target.value)}
        autoComplete="username"
        needed
      />
      <TextField
        label={say('sign-in.password')}
        name="password"
        type="password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        autoComplete="current-password"
        needed
      />
      {error ? <ProblemNote error={error} /> : null}
      <Button type="submit" look="primary" busy={busy}>
        {say('sign-in.enter')}
      </Button>
    </form>
  );
}
