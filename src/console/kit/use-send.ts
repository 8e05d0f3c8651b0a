import { Refused } from '../client/request.ts';
import { useSay } from '../texts/say.ts';
import { useToast } from './toasts.tsx';
import { useWork, type Work } from './use-work.ts';

const CHANGED = 412;

interface Sending extends Pick<Work, 'busy' | 'error'> {
  /** Sends; `true` if it was done. What was typed stays where it is if it was not. */
  readonly send: (work: () => Promise<unknown>, told?: string) => Promise<boolean>;
}

/** A command of a form: busy while it is sent, and what went wrong. `changed`: somebody else changed it meanwhile. */
export function useSend(changed?: () => void): Sending {
  const say = useSay();
  const tell = useToast();
  const { busy, error, begin } = useWork();
  const send = async (work: () => Promise<unknown>, told = say('form.saved')) => {
    let overtaken = false;
    const done = await begin(async () => {
      try {
        await work();
      } catch (failure) {
        overtaken = changed !== undefined && failure instanceof Refused && failure.problem.status === CHANGED;
        if (!overtaken) throw failure;
      }
    });
    if (overtaken) changed?.();
    if (done) tell(overtaken ? say('form.changed') : told);
    return done && !overtaken;
  };
  return { busy, error, send };
}
