import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import type { Rows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DataTable } from '../../kit/data-table.tsx';
import { Badge, Button, Empty, type Tone } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

type Work = Schemas['Work'];

const TONES: Readonly<Record<Work['state'], Tone>> = { waiting: 'plain', running: 'info', done: 'good', failed: 'bad' };

/** Work on recordings, each with why it failed the last time. */
export function WorkTable({ list }: { readonly list: Rows<Work> }) {
  const say = useSay();
  const { reason, error } = useReason();
  const { has } = useSession();
  return (
    <DataTable
      label={say('jobs.title')}
      list={list}
      idOf={({ id }) => id}
      empty={<Empty text={say('jobs.nothing')} />}
      columns={[
        { id: 'state', title: say('jobs.state'), cell: ({ state }) => <Badge tone={TONES[state]}>{say(`job-state.${state}`)}</Badge> },
        { id: 'stage', title: say('jobs.stage'), cell: ({ stage }) => say(`job-stage.${stage}`) },
        {
          ...{ id: 'recording', title: say('docking.recording') },
          cell: ({ recordingId }) =>
            has('find-footage') ? <Link href={`/recordings/${recordingId}`}>{recordingId}</Link> : <code>{recordingId}</code>,
        },
        {
          id: 'percent',
          title: say('jobs.percent'),
          look: 'number',
          cell: ({ state, percent }) => (state === 'running' ? `${percent} %` : '—'),
        },
        { id: 'attempts', title: say('jobs.attempts'), look: 'number', cell: ({ attempts }) => attempts },
        { id: 'updated', title: say('jobs.updated'), cell: ({ updatedAt }) => <Time at={updatedAt} to="second" /> },
        { id: 'due', title: say('jobs.due'), cell: ({ state, dueAt }) => (state === 'waiting' ? <Time at={dueAt} to="second" /> : '—') },
        {
          ...{ id: 'why', title: say('jobs.why'), look: 'wrap' },
          cell: ({ errorReason, errorCode }) => {
            if (errorCode === null) return '—';
            const { what, remedy } = error(errorCode);
            return (
              <>
                <strong>{what}</strong>
                {errorReason ? ` ${reason(errorReason)}` : ''}
                {remedy ? <div className={styles.muted}>{remedy}</div> : null}
              </>
            );
          },
        },
        ...(has('retry-work')
          ? [
              {
                ...{ id: 'retry', title: say('jobs.retry') },
                cell: ({ state, recordingId, stage }: Work) =>
                  state === 'failed' || state === 'waiting' ? <RetryButton recording={recordingId} stage={stage} /> : null,
              },
            ]
          : []),
      ]}
    />
  );
}

/** Tries failed work again: of one recording, or all. Says how much that is; nothing for who may not. */
export function RetryButton({ recording, stage }: { readonly recording?: string; readonly stage?: Work['stage'] }) {
  const say = useSay();
  const tell = useToast();
  const { has } = useSession();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Error | null>(null);
  const [count, setCount] = useState<number | null>(null);
  const may = has('retry-work');
  const all = recording === undefined;
  useEffect(() => {
    if (!may || !all) return;
    const stop = new AbortController();
    ask('POST /api/v1/jobs/retry', { body: { dryRun: true }, signal: stop.signal }).then(
      ({ retried }) => setCount(retried),
      () => undefined,
    );
    return () => stop.abort();
  }, [may, all]);
  if (!may) return null;
  const retry = async () => {
    setBusy(true);
    setFailed(null);
    try {
      const body = { ...(recording === undefined ? {} : { recording }), ...(stage === undefined ? {} : { stage }) };
      const { retried } = await ask('POST /api/v1/jobs/retry', { body });
      tell(retried === null ? say('jobs.retry-told') : say('jobs.retried', { count: retried }));
      setCount(0);
    } catch (error) {
      setFailed(error as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button onClick={() => void retry()} busy={busy} disabled={all && count === 0}>
        {all && count !== null && count > 0 ? say('jobs.retry-all', { count }) : say('jobs.retry')}
      </Button>
      {failed ? <ProblemNote error={failed} /> : null}
    </>
  );
}
