import { useState } from 'react';
import { Refused } from '../client/request.ts';
import { useReason, useSay } from '../texts/say.ts';
import styles from './kit.module.css';
import { Button } from './kit.tsx';

/** What failed, why, and what to do, with the number of the request to copy. */
export function ProblemNote({ error, again }: { readonly error: Error; readonly again?: () => void }) {
  const say = useSay();
  const words = useReason();
  const refused = error instanceof Refused ? error : null;
  const told = refused
    ? { ...words.error(refused.problem.code), why: words.reason(refused.problem.reason) }
    : { what: say('problem.unreached'), remedy: say('problem.unreached.remedy'), why: '' };
  return <ProblemText {...told} requestId={refused?.requestId ?? null} {...(again ? { again } : {})} />;
}

interface ProblemTextProps {
  readonly what: string;
  readonly why?: string;
  readonly remedy: string;
  /** null: nothing was answered. */
  readonly requestId: string | null;
  readonly again?: () => void;
}

export function ProblemText({ what, why, remedy, requestId, again }: ProblemTextProps) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div className={styles.problem} role="alert">
      <strong>{what}</strong>
      {why ? <p>{why}</p> : null}
      {remedy ? <p>{remedy}</p> : null}
      {requestId !== null || again ? (
        <footer>
          {again ? (
            <Button look="quiet" onClick={again}>
              {say('problem.again')}
            </Button>
          ) : null}
          {requestId !== null ? (
            <>
              <span>
                {say('problem.request')} <code>{requestId}</code>
              </span>
              <Button look="quiet" onClick={() => void copy(requestId)}>
                {say(copied ? 'problem.copied' : 'problem.copy')}
              </Button>
            </>
          ) : null}
        </footer>
      ) : null}
    </div>
  );
}
