import { useEffect, useRef, useState } from 'react';
import { useAsk } from '../client/queries.ts';
import { ask } from '../client/request.ts';
import { Loading } from '../kit/kit.tsx';
import { ProblemNote, ProblemText } from '../kit/problem.tsx';
import { useReason, useSay } from '../texts/say.ts';
import { ProviderLink } from './provider-link.tsx';
import styles from './shell.module.css';
import { type NextStep, SignInForm } from './sign-in-form.tsx';
import { LanguageSwitch } from './switches.tsx';

/** Why the provider did not lead in, as the station wrote it into the address; taken out of it at once, so that it is told once. */
function takeRefused(): { readonly code: string; readonly request: string } | null {
  const query = new URLSearchParams(location.search);
  const code = query.get('refused');
  if (code === null) return null;
  history.replaceState(null, '', location.pathname);
  return { code, request: (query.get('request') ?? '').slice(0, 36) };
}

/** The page before every page. The address stays, so a link leads on after it. */
export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const say = useSay();
  const { error } = useReason();
  const [refused] = useState(takeRefused);
  const ways = useAsk('GET /api/v1/sign-in', {}, { topics: [] });
  // Once they have come back it stays so: the station forgets it as soon as it was told.
  const [isBack, setIsBack] = useState(false);
  const waits = ways.data?.step ?? false;
  useEffect(() => {
    if (waits) setIsBack(true);
  }, [waits]);
  return (
    <main className={styles.door}>
      <section className={styles.doorCard} aria-labelledby="sign-in-title">
        <header className={styles.doorHead}>
          <h1 id="sign-in-title">{say('sign-in.title')}</h1>
          <LanguageSwitch />
        </header>
        <p className={styles.muted}>{say('sign-in.about')}</p>
        {refused ? <ProblemText {...error(refused.code)} requestId={refused.request} /> : null}
        {isBack ? <AfterProvider onDone={onDone} /> : <SignInForm onDone={onDone} />}
        {isBack ? null : <ProviderLink />}
      </section>
    </main>
  );
}

/** The provider has said who it is, and the station asks for the second factor. What is to be shown is told once, so the question is never asked again. */
function AfterProvider({ onDone }: { readonly onDone: () => void }) {
  const [step, setStep] = useState<NextStep | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    ask('GET /api/v1/sign-in/oidc/step', {}).then(setStep, setError);
  }, []);
  if (error)
    return (
      <>
        <ProblemNote error={error} />
        <SignInForm onDone={onDone} />
      </>
    );
  return step ? <SignInForm first={step} onDone={onDone} /> : <Loading />;
}
