import { useState } from 'react';
import { useAsk } from '../client/queries.ts';
import { Loading } from '../kit/kit.tsx';
import { ProblemNote, ProblemText } from '../kit/problem.tsx';
import { useReason, useSay } from '../texts/say.ts';
import { ProviderLink } from './provider-link.tsx';
import styles from './shell.module.css';
import { SignInForm } from './sign-in-form.tsx';
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
  return (
    <main className={styles.door}>
      <section className={styles.doorCard} aria-labelledby="sign-in-title">
        <header className={styles.doorHead}>
          <h1 id="sign-in-title">{say('sign-in.title')}</h1>
          <LanguageSwitch />
        </header>
        <p className={styles.muted}>{say('sign-in.about')}</p>
        {refused ? <ProblemText {...error(refused.code)} requestId={refused.request} /> : null}
        {ways.data?.step ? <AfterProvider onDone={onDone} /> : <SignInForm onDone={onDone} />}
        {ways.data?.step ? null : <ProviderLink />}
      </section>
    </main>
  );
}

/** The provider has said who it is, and the station asks for the second factor. */
function AfterProvider({ onDone }: { readonly onDone: () => void }) {
  const step = useAsk('GET /api/v1/sign-in/oidc/step', {}, { topics: [] });
  if (step.error)
    return (
      <>
        <ProblemNote error={step.error} />
        <SignInForm onDone={onDone} />
      </>
    );
  return step.data ? <SignInForm first={step.data} onDone={onDone} /> : <Loading />;
}
