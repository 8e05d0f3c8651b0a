import { useQueryClient } from '@tanstack/react-query';
import { markOld } from '../client/queries.ts';
import { useToast } from './toasts.tsx';
import { useWork, type Work } from './use-work.ts';

export interface Deed extends Pick<Work, 'busy' | 'error'> {
  /** Runs it, tells that it is done, and has what it may have changed read again. `then` gets what it answered. */
  readonly run: <T>(deed: () => Promise<T>, done: string, then?: (answer: T) => void) => void;
}

/** Something that a person does on a page. What fails is kept to be shown, and what was typed stays. */
export function useDeed(topics: readonly string[]): Deed {
  const client = useQueryClient();
  const toast = useToast();
  const { busy, error, begin } = useWork();
  const run = async <T>(deed: () => Promise<T>, done: string, then?: (answer: T) => void) => {
    await begin(async () => {
      const answer = await deed();
      if (done !== '') toast(done);
      then?.(answer);
    });
    markOld(client, topics);
  };
  return { busy, error, run: (deed, done, then) => void run(deed, done, then) };
}
