import { useState } from 'react';
import { Refused } from '../../client/request.ts';
import { useToast } from '../../kit/toasts.tsx';
import { useSay } from '../../texts/say.ts';

const CHANGED = 412;

interface Sending {
  readonly busy: boolean;
  readonly error: Error | null;
  /** Sends; `true` if it was done. What was typed stays where it is if it was not. */
  readonly send: (work: () => Promise<unknown>, told?: string) => Promise<boolean>;
}

/** A command of a form: busy while it is sent, and what went wrong. `changed`: somebody else changed it meanwhile. */
export function useSend(changed?: () => void): Sending {
  const say = useSay();
  const tell = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const send = async (work: () => Promise<unknown>, told = say('form.saved')) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      tell(told);
      return true;
    } catch (caught) {
      if (caught instanceof Refused && caught.problem.status === CHANGED && changed) {
        changed();
        tell(say('form.changed'));
      } else setError(caught as Error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, send };
}
