import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { useAsk } from '../client/queries.ts';
import { ask, whenSignedOut } from '../client/request.ts';
import { Loading } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import { SignIn } from './sign-in.tsx';
import { SignInAgain } from './sign-in-again.tsx';

type Person = Schemas['WhoAmI'];
export type Task = Person['tasks'][number];

interface Session {
  readonly person: Person;
  readonly has: (task: Task) => boolean;
  readonly signOut: () => void;
}

const Known = createContext<Session | null>(null);

/** Who is signed in. Only pages inside the gate ask this. */
export function useSession(): Session {
  const session = use(Known);
  if (!session) throw new Error('used outside of the gate');
  return session;
}

/** Lets through who is signed in, and else asks for that at the same address. When a session ends on a page, the page stays as it is behind a window for signing in. */
export function Gate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const who = useAsk('GET /api/v1/session', {}, { topics: ['people', 'signIn'] });
  const [ended, setEnded] = useState(false);
  useEffect(() => whenSignedOut(() => setEnded(true)), []);
  const began = useCallback(async () => {
    await client.invalidateQueries();
    setEnded(false);
  }, [client]);
  const onDone = useCallback(() => void began(), [began]);
  const signOut = useCallback(async () => {
    await ask('DELETE /api/v1/session', {});
    // What the next person at this screen must not find.
    client.clear();
    location.assign('/');
  }, [client]);
  const person = who.data;
  const value = useMemo<Session | null>(() => {
    if (!person) return null;
    const tasks = new Set(person.tasks);
    return { person, has: (task) => tasks.has(task), signOut: () => void signOut() };
  }, [person, signOut]);
  // Once somebody was in, the page stays while they sign in again.
  const [inside, setInside] = useState<Session | null>(null);
  const signedIn = person?.kind === 'user';
  useEffect(() => {
    if (!signedIn || !value) return;
    // Somebody else has signed in, here or in another tab: nothing of the person before stays on the page.
    if (inside && inside.person.id !== value.person.id) location.assign('/');
    else setInside(value);
  }, [signedIn, value, inside]);
  if (who.isPending) return <Loading />;
  if (who.error && !inside) return <ProblemNote error={who.error} again={() => void who.refetch()} />;
  const shown = signedIn ? value : inside;
  if (!shown) return <SignIn onDone={onDone} />;
  return (
    <Known value={shown}>
      {children}
      {ended || !signedIn ? <SignInAgain account={shown.person.account} onDone={onDone} /> : null}
    </Known>
  );
}
