import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { markOld, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, Empty, Loading, PageHead, Panel, Stack, type Tone } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { dayOf, Time } from '../../kit/time.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useSession } from '../../shell/session.tsx';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';
import { RecordingList } from './recording-list.tsx';

const STATE_TONES: Readonly<Record<string, Tone>> = { safe: 'good', problem: 'bad', interrupted: 'bad', reading: 'info', removed: 'plain' };

/** An officer's own day: what was docked, what it holds, what is to be tagged. */
export function Page() {
  const say = useSay();
  const { person } = useSession();
  const officer = person.officer ?? '';
  const dockings = useRows('GET /api/v1/own/dockings', { query: { limit: 8 } }, { topics: ['dockings', 'slots'] });
  const list = useRows('GET /api/v1/recordings', { query: { officer, limit: 100 } }, { topics: ['recordings'], enabled: officer !== '' });
  const untagged = list.rows.filter(({ caseNumbers, state }) => caseNumbers.length === 0 && state !== 'replaced' && state !== 'disposed');
  const days = useMemo(
    () =>
      [...Map.groupBy(list.rows, ({ start, createdAt }) => dayOf(start ?? createdAt))].toSorted(([one], [other]) => (one < other ? 1 : -1)),
    [list.rows],
  );
  return (
    <>
      <PageHead
        title={say('mine.title', { name: person.name ?? '' })}
        subtitle={officer === '' ? say('mine.no-number') : say('mine.about', { officer, untagged: untagged.length })}
      />
      <Stack>
        <Suggestions recordings={list.rows} />
        <Panel title={say('mine.dockings')}>
          <Dockings list={dockings} />
        </Panel>
        {list.loading ? <Loading /> : null}
        {list.error ? <ProblemNote error={list.error} again={list.again} /> : null}
        {!list.loading && list.rows.length === 0 && !list.error ? <Empty text={say('mine.nothing')} /> : null}
        {days.map(([day, recordings]) => (
          <Panel key={day} title={say('mine.day', { day, count: recordings.length })}>
            <RecordingList list={{ ...list, rows: recordings, hasMore: false }} look="grid" empty={say('mine.nothing')} />
          </Panel>
        ))}
        {list.hasMore ? (
          <Button onClick={list.more} busy={list.loadingMore}>
            {say('list.more')}
          </Button>
        ) : null}
      </Stack>
    </>
  );
}

function Dockings({ list }: { readonly list: ReturnType<typeof useRows<'GET /api/v1/own/dockings'>> }) {
  const say = useSay();
  if (list.loading) return <Loading />;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  if (list.rows.length === 0) return <Empty text={say('mine.no-dockings')} />;
  return (
    <ul>
      {list.rows.map((docking) => (
        <li key={docking.id} className={styles.row}>
          <Badge tone={STATE_TONES[docking.state] ?? 'plain'}>{say(`docking-state.${docking.state}`)}</Badge>
          <span className={styles.grow}>
            <Time at={docking.arrivedAt} /> · {say('mine.slot', { slot: docking.slot })}
          </span>
          <span className={styles.muted}>
            {say('mine.files', { files: docking.filesListed, known: docking.filesKnown, refused: docking.filesRefused })}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Cases that recordings may belong to, with the reason for it: one touch accepts. */
function Suggestions({ recordings }: { readonly recordings: readonly Schemas['Recording'][] }) {
  const say = useSay();
  const word = useWord();
  const words = useReason();
  const toast = useToast();
  const client = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const list = useRows('GET /api/v1/suggestions', { query: { state: 'open', limit: 100 } }, { topics: ['cases', 'recordings'] });
  const own = new Map(recordings.map((recording) => [recording.id, recording]));
  const rows = list.rows.filter(({ recordingId }) => own.has(recordingId));
  if (rows.length === 0) return null;
  const decide = async (id: string, decision: 'accepted' | 'declined') => {
    try {
      await ask('PUT /api/v1/suggestions/{id}/decision', { path: { id }, body: { decision } });
      toast(say(decision === 'accepted' ? 'mine.accepted' : 'mine.declined'));
    } catch (failure) {
      setError(failure as Error);
    }
    markOld(client, ['cases', 'recordings']);
  };
  return (
    <Panel title={say('mine.suggestions', { count: rows.length })}>
      {error ? <ProblemNote error={error} /> : null}
      <ul>
        {rows.map(({ id, recordingId, caseNumber, reason }) => (
          <li key={id} className={styles.row}>
            <span className={styles.grow}>
              <Link href={`/recordings/${recordingId}`}>
                <Time at={own.get(recordingId)?.start ?? null} /> {word('kind', own.get(recordingId)?.kind ?? null)}
              </Link>{' '}
              → <strong>{caseNumber}</strong>
              <p className={styles.muted}>{words.reason(reason)}</p>
            </span>
            <Button look="primary" onClick={() => void decide(id, 'accepted')}>
              {say('mine.accept')}
            </Button>
            <Button onClick={() => void decide(id, 'declined')}>{say('mine.decline')}</Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
