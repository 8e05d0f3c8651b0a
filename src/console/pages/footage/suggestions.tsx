import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { markOld, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, Panel } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';

type Suggestion = Schemas['Suggestion'];

/** Cases that recordings may belong to, with the reason for it: one touch accepts, one accepts all. */
export function Suggestions({ recordings }: { readonly recordings: readonly Schemas['Recording'][] }) {
  const say = useSay();
  const word = useWord();
  const words = useReason();
  const toast = useToast();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const list = useRows('GET /api/v1/suggestions', { query: { state: 'open', limit: 100 } }, { topics: ['cases', 'recordings'] });
  const own = new Map(recordings.map((recording) => [recording.id, recording]));
  const rows = list.rows.filter(({ recordingId }) => own.has(recordingId));
  if (rows.length === 0) return null;
  // Where several cases may be meant, a person chooses among them.
  const plain = rows.filter(({ recordingId }) => rows.filter((other) => other.recordingId === recordingId).length === 1);
  const accept = async (accepted: readonly Suggestion[]) => {
    setBusy(true);
    setError(null);
    const done: Suggestion[] = [];
    try {
      for (const suggestion of accepted) {
        await ask('PUT /api/v1/suggestions/{id}/decision', { path: { id: suggestion.id }, body: { decision: 'accepted' } });
        done.push(suggestion);
      }
    } catch (failure) {
      setError(failure as Error);
    }
    setBusy(false);
    if (done.length > 0) toast(say('mine.accepted', { count: done.length }), () => void takeBack(done));
    markOld(client, ['cases', 'recordings']);
  };
  const takeBack = async (done: readonly Suggestion[]) => {
    const tagged = done.filter(({ recordingId, caseNumber }) => !own.get(recordingId)?.caseNumbers.includes(caseNumber));
    try {
      for (const { recordingId, caseNumber } of tagged)
        await ask('DELETE /api/v1/recordings/{id}/cases/{number}', { path: { id: recordingId, number: caseNumber } });
      toast(say('form.undone'));
    } catch (failure) {
      setError(failure as Error);
    }
    markOld(client, ['cases', 'recordings']);
  };
  const decline = async (id: string) => {
    try {
      await ask('PUT /api/v1/suggestions/{id}/decision', { path: { id }, body: { decision: 'declined' } });
      toast(say('mine.declined'));
    } catch (failure) {
      setError(failure as Error);
    }
    markOld(client, ['cases', 'recordings']);
  };
  return (
    <Panel
      title={say('mine.suggestions', { count: rows.length })}
      actions={
        plain.length > 1 ? (
          <Button look="primary" busy={busy} onClick={() => void accept(plain)}>
            {say('mine.accept-all', { count: plain.length })}
          </Button>
        ) : undefined
      }
    >
      {error ? <ProblemNote error={error} /> : null}
      <ul>
        {rows.map((suggestion) => {
          const { id, recordingId, caseNumber, reason } = suggestion;
          return (
            <li key={id} className={styles.row}>
              <span className={styles.grow}>
                <Link href={`/recordings/${recordingId}`}>
                  <Time at={own.get(recordingId)?.start ?? null} /> {word('kind', own.get(recordingId)?.kind ?? null)}
                </Link>{' '}
                → <strong>{caseNumber}</strong>
                <p className={styles.muted}>{words.reason(reason)}</p>
              </span>
              <Button busy={busy} onClick={() => void accept([suggestion])}>
                {say('mine.accept')}
              </Button>
              <Button look="quiet" onClick={() => void decline(id)}>
                {say('mine.decline')}
              </Button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
