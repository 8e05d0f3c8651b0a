import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { markOld } from '../client/queries.ts';
import { useToast } from './toasts.tsx';

export interface Deed {
  readonly busy: boolean;
  readonly error: Error | null;
  /** Runs it, tells that it is done, and has what it may have changed read again. `then` gets what it answered. */
  readonly run: <T>(deed: () => Promise<T>, done: string, then?: (answer: T) => void) => void;
}

/** Something that a person does on a page. What fails is kept to be shown, and what was typed stays. */
export function useDeed(topics: readonly string[]): Deed {
  const client = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async <T>(deed: () => Promise<T>, done: string, then?: (answer: T) => void) => {
    setBusy(true);
    setError(null);
    try {
      const answer = await deed();
      if (done !== '') toast(done);
      then?.(answer);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
      markOld(client, topics);
    }
  };
  return { busy, error, run: (deed, done, then) => void run(deed, done, then) };
}
