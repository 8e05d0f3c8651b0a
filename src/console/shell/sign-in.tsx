import { useSay } from '../texts/say.ts';
import styles from './shell.module.css';
import { SignInForm } from './sign-in-form.tsx';
import { LanguageSwitch } from './switches.tsx';

/** The page before every page. The address stays, so a link leads on after it. */
export function SignIn({ onDone }: { readonly onDone: () => void }) {
  const say = useSay();
  return (
    <main className={styles.door}>
      <section className={styles.doorCard} aria-labelledby="sign-in-title">
        <header className={styles.doorHead}>
          <h1 id="sign-in-title">{say('sign-in.title')}</h1>
          <LanguageSwitch />
        </header>
        <p className={styles.muted}>{say('sign-in.about')}</p>
        <SignInForm onDone={onDone} />
      </section>
    </main>
  );
}
