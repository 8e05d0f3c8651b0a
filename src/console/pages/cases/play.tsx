import { useMemo } from 'react';
import { useAsk } from '../../client/queries.ts';
import { ButtonLink, Empty, Loading, PageHead } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { momentMs, timeText } from '../../kit/time.tsx';
import { Guarded } from '../../player/guarded-player.tsx';
import { Player } from '../../player/player.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSay } from '../../texts/say.ts';
import { zoned } from './moments.ts';

/** One recording, played. `?t=` seconds. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const [get] = useSearchState();
  const { data: recording, error, refetch } = useAsk('GET /api/v1/recordings/{id}', { path: { id } }, { topics: ['recordings'] });
  const startMs = useMemo(() => Math.max(0, Number(get('t')) * 1000 || 0), [get]);
  const ids = useMemo(() => [id], [id]);
  if (error) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!recording) return <Loading />;
  const { start, durationMs } = recording;
  const label = [recording.officerId, recording.recorderSerial].filter(Boolean).join(' · ');
  return (
    <>
      <PageHead
        title={say('player.page', { id })}
        subtitle={[label, start === null ? '' : timeText(start, 'second'), ...recording.caseNumbers].filter(Boolean).join(' · ')}
        actions={<ButtonLink href={`/recordings/${id}`}>{say('player.back')}</ButtonLink>}
      />
      {recording.playable ? (
        <Guarded recordings={ids} cases={recording.caseNumbers}>
          {(stated) => (
            <Player
              tracks={[{ id, fromMs: 0, lengthMs: durationMs ?? 0, recording, label }]}
              stated={stated}
              lengthMs={durationMs ?? 0}
              startMs={startMs}
              wallTime={(atMs) => (start === null ? null : timeText(zoned(momentMs(start) + atMs, start), 'second'))}
            />
          )}
        </Guarded>
      ) : (
        <Empty text={say('player.not-made')}>
          <p>{say(recording.trouble.length > 0 || recording.state === 'archived' ? 'player.not-made.never' : 'player.not-made.waits')}</p>
        </Empty>
      )}
    </>
  );
}
