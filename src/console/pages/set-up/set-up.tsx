import { type FormEvent, useState } from 'react';
import { ask } from '../../client/request.ts';
import { Button, ButtonLink, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import styles from '../../shell/shell.module.css';
import { LanguageSwitch } from '../../shell/switches.tsx';
import { useSay } from '../../texts/say.ts';

/** Whoever opens a one-time link sets their password. The token stands behind the `#`, which no server is sent. */
export function SetUp() {
  const say = useSay();
  const [token] = useState(() => location.hash.slice(1));
  const [password, setPassword] = useState('');
  const [repeat, setRepeat] = useState('');
  const [account, setAccount] = useState<string | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const differs = repeat !== '' && repeat !== password;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== repeat) return;
    setBusy(true);
    setError(null);
    try {
      setAccount((await ask('POST /api/v1/set-up', { body: { token, password } })).account);
      // The link is used up: it does not stay in the history of this browser.
      history.replaceState(null, '', '/setup');
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className={styles.door}>
      <section className={styles.doorCard} aria-labelledby="set-up-title">
        <header className={styles.doorHead}>
          <h1 id="set-up-title">{say('set-up.title')}</h1>
          <LanguageSwitch />
        </header>
        {account !== null ? (
          <>
            <p role="status">{say('set-up.done', { account })}</p>
            <ButtonLink href="/" look="primary">
              {say('sign-in.title')}
            </ButtonLink>
          </>
        ) : token === '' ? (
          <p role="alert">{say('set-up.no-token')}</p>
        ) : (
          <form className={styles.form} onSubmit={(event) => void save(event)}>
            <p>{say('set-up.about')}</p>
            <TextField
              label={say('set-up.password')}
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              needed
            />
            <TextField
              label={say('set-up.repeat')}
              type="password"
              autoComplete="new-password"
              value={repeat}
              onChange={(event) => setRepeat(event.target.value)}
              error={differs ? say('set-up.differs') : null}
              needed
            />
            {error ? <ProblemNote error={error} /> : null}
            <Button type="submit" look="primary" busy={busy} disabled={differs}>
              {say('set-up.save')}
            </Button>
          </form>
        )}
      </section>
    </main>
  );
}
