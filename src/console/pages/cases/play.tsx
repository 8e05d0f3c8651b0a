import { useCallback, useMemo, useRef, useState } from 'react';
import { useAsk } from '../../client/queries.ts';
import { ButtonLink, Empty, Loading, PageHead } from '../../kit/kit.tsx';
import { zoned } from '../../kit/moments.ts';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { momentMs, timeText } from '../../kit/time.tsx';
import { Guarded, LOOK } from '../../player/guarded-player.tsx';
import { Photo } from '../../player/photo.tsx';
import { Player } from '../../player/player.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSay } from '../../texts/say.ts';

/** So often the address follows the film. */
const ADDRESS_MS = 2000;

/** One recording, played. `?t=` seconds. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const [get, set] = useSearchState();
  const { data: recording, error, refetch } = useAsk('GET /api/v1/recordings/{id}', { path: { id } }, { topics: ['recordings'] });
  const [startMs] = useState(() => Math.max(0, Number(get('t')) * 1000 || 0));
  const told = useRef({ atMs: performance.now(), t: get('t') });
  const setAddress = useRef(set);
  setAddress.current = set;
  const follow = useCallback((atMs: number) => {
    const t = String(Math.round(atMs / 1000));
    if (t === told.current.t || performance.now() - told.current.atMs < ADDRESS_MS) return;
    told.current = { atMs: performance.now(), t };
    setAddress.current({ t: t === '0' ? '' : t });
  }, []);
  const ids = useMemo(() => [id], [id]);
  // Whose grant has ended may not even see it any more; what plays is then ended in words by the guard below.
  if (!recording) return error ? <ProblemNote error={error} again={() => void refetch()} /> : <Loading />;
  const { start, durationMs } = recording;
  const label = [recording.officerId, recording.recorderSerial].filter(Boolean).join(' · ');
  return (
    <>
      <PageHead
        title={say('player.page', { id })}
        subtitle={[label, start === null ? '' : timeText(start, 'second'), ...recording.caseNumbers].filter(Boolean).join(' · ')}
        actions={<ButtonLink href={`/recordings/${id}`}>{say('player.back')}</ButtonLink>}
      />
      {recording.derivatives.some(({ kind, evictedAt }) => kind === 'playable' && evictedAt !== null) ? (
        <p role="note">{say('player.from-archive')}</p>
      ) : null}
      {recording.derivatives.some(({ kind }) => kind === 'preview') ? (
        <Guarded recordings={ids} cases={recording.caseNumbers} actions={LOOK}>
          {(stated) => <Photo id={id} stated={stated} label={label} />}
        </Guarded>
      ) : recording.playable ? (
        <Guarded recordings={ids} cases={recording.caseNumbers}>
          {(stated) => (
            <Player
              tracks={[{ id, fromMs: 0, lengthMs: durationMs ?? 0, recording, label }]}
              stated={stated}
              lengthMs={durationMs ?? 0}
              startMs={startMs}
              onMove={follow}
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
