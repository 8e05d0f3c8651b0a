import { useEffect } from 'react';
import { Dialog } from '../kit/dialog.tsx';
import { useSay } from '../texts/say.ts';
import { ProviderLink } from './provider-link.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** Over a page whose session has ended: what was typed there stays. The same person signs in again; another one begins anew. */
export function SignInAgain({ account, onDone }: { readonly account: string | null; readonly onDone: () => void }) {
  const say = useSay();
  // They may have signed in in another tab.
  useEffect(() => {
    window.addEventListener('focus', onDone);
    return () => window.removeEventListener('focus', onDone);
  }, [onDone]);
  return (
    <Dialog title={say('sign-in.title')} onClose={() => undefined} modalOnly>
      <p>{say('sign-in.again')}</p>
      <SignInForm account={account} onDone={onDone} />
      <ProviderLink newTab />
      <a href="/">{say('problem.home')}</a>
    </Dialog>
  );
}
