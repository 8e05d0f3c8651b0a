import { useState } from 'react';
import { Refused } from '../client/request.ts';
import { useReason, useSay } from '../texts/say.ts';
import styles from './kit.module.css';
import { Button } from './kit.tsx';

/** What failed, why, and what to do, with the number of the request to copy. */
export function ProblemNote({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  const say = useSay();
  const words = useReason();
  const [copied, setCopied] = useState(false);
  const refused = error instanceof Refused ? error : null;
  const told = refused
    ? { ...words.error(refused.problem.code), why: words.reason(refused.problem.reason) }
    : { what: say('problem.unreached'), remedy: say('problem.unreached.remedy'), why: '' };
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div className={styles.problem} role="alert">
      <strong>{told.what}</strong>
      {told.why ? <p>{told.why}</p> : null}
      {told.remedy ? <p>{told.remedy}</p> : null}
      {refused || again ? (
        <footer>
          {again ? (
            <Button look="quiet" onClick={again}>
              {say('problem.again')}
            </Button>
          ) : null}
          {refused ? (
            <>
              <span>
                {say('problem.request')} <code>{refused.requestId}</code>
              </span>
              <Button look="quiet" onClick={() => void copy(refused.requestId)}>
                {say(copied ? 'problem.copied' : 'problem.copy')}
              </Button>
            </>
          ) : null}
        </footer>
      ) : null}
    </div>
  );
}
