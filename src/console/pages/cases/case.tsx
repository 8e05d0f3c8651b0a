import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAsk, useRows } from '../../client/queries.ts';
import { Badge, Button, ButtonLink, Facts, Loading, PageHead, Panel, Stack } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { zoned } from '../../kit/moments.ts';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { momentMs, Time, timeText } from '../../kit/time.tsx';
import { Posters } from '../../looks/posters.tsx';
import { RecordingCard } from '../../looks/recording-card.tsx';
import { TracksPanel } from '../../map/tracks-panel.tsx';
import { useOfficerNames } from '../../people/officers.tsx';
import { Guarded } from '../../player/guarded-player.tsx';
import { Player } from '../../player/player.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { type CaseLine, caseLineOf } from './case-line.ts';
import { CaseLog, ProtectCase } from './case-record.tsx';
import styles from './cases.module.css';
import { TimeLine } from './time-line.tsx';

/** Cameras that play at once: browsers open six connections to one station. */
const CAMERAS_MAX = 4;
const PAGE = 200;
/** So often the address follows the film. */
const ADDRESS_MS = 2000;

/** The case with all its cameras on one clock. `?t=` a moment (ISO 8601; a line grows with what arrives, so no count from its beginning would last), `?cams=` the lanes that are played. */
export function Page({ params: { number = '' } }: PageProps) {
  const say = useSay();
  const word = useWord();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const found = useAsk('GET /api/v1/cases/{number}', { path: { number } }, { topics: ['cases'] });
  const events = useRows('GET /api/v1/cases/{number}/events', { path: { number } }, { topics: ['cases'] });
  const list = useRows('GET /api/v1/recordings', { query: { case: number, limit: PAGE } }, { topics: ['recordings', 'cases'] });
  const nameOf = useOfficerNames({ none: say('case.no-officer') });
  const { hasMore, loadingMore, more } = list;
  // The line needs all of them.
  useEffect(() => {
    if (hasMore && !loadingMore) more();
  }, [hasMore, loadingMore, more]);
  const line = useMemo(() => caseLineOf(list.rows, events.rows), [list.rows, events.rows]);
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data || list.loading) return <Loading />;
  const { title, stage, category, state, confidentiality, privacy, officerIds, openedOn, decidedOn, closedOn } = found.data;
  return (
    <>
      <PageHead
        title={`${number} ${title}`}
        subtitle={[
          word('stage', stage),
          word('category', category),
          word('case-state', state),
          say('case.count', { count: list.rows.length }),
        ].join(' · ')}
        actions={
          has('request-call-up') ? (
            <ButtonLink href={`/requests/new?case=${encodeURIComponent(number)}`}>{say('gate.ask')}</ButtonLink>
          ) : undefined
        }
      />
      <Stack>
        <ListState list={list} empty={say('case.empty')} />
        {line && !hasMore ? (
          <LineAndFilms
            key={`${number} ${line.beginMs}`}
            number={number}
            line={line}
            events={events.rows}
            nameOf={nameOf}
            cams={get('cams')}
            startMs={onLine(line, get('t'))}
            onAddress={(changes) => set(changes)}
          />
        ) : null}
        <Posters recordings={list.rows} forCase={number}>
          <Panel title={say('case.films')}>
            <ul className={styles.grid}>
              {list.rows.map((recording) => (
                <li key={recording.id}>
                  <RecordingCard recording={recording} name={nameOf(recording.officerId)} />
                </li>
              ))}
            </ul>
          </Panel>
        </Posters>
        <Panel title={say('case.facts')} actions={has('change-cases') ? <ProtectCase entry={found.data} /> : undefined}>
          <Facts
            rows={[
              [say('case.officers'), officerIds.map((id) => nameOf(id)).join('、') || '—'],
              [say('case.opened'), openedOn],
              [say('case.decided'), decidedOn],
              [say('case.closed'), closedOn],
              [say('case.level'), confidentiality === null ? null : word('level', confidentiality)],
              [say('case.privacy'), privacy.map((mark) => word('privacy', mark)).join('、') || null],
            ]}
          />
          {events.rows.length > 0 ? (
            <ul>
              {events.rows.map(({ id, start, end, place, stage: step }) => (
                <li key={id}>
                  <Badge>{word('stage', step)}</Badge> <Time at={start} /> – <Time at={end} /> {place}
                </li>
              ))}
            </ul>
          ) : null}
        </Panel>
        <CaseLog number={number} />
      </Stack>
    </>
  );
}

interface LineAndFilmsProps {
  readonly number: string;
  readonly line: CaseLine;
  readonly events: readonly Schemas['CaseEvent'][];
  readonly nameOf: (officer: string | null) => string;
  readonly cams: string;
  /** null: no moment is named. */
  readonly startMs: number | null;
  readonly onAddress: (changes: Readonly<Record<string, string>>) => void;
}

/** The line, and above it the films of the cameras that were chosen, once somebody wants to play. */
function LineAndFilms({ number, line, events, nameOf, cams, startMs, onAddress }: LineAndFilmsProps) {
  const say = useSay();
  // A link to a moment is a wish to see it.
  const [begunMs] = useState(startMs);
  const [open, setOpen] = useState(begunMs !== null);
  const [atMs, setAtMs] = useState<number | null>(null);
  const [seekTo, setSeekTo] = useState({ n: 0, atMs: 0 });
  const chosen = useMemo(() => {
    const named = new Set(cams.split(',').filter((cam) => line.lanes.some(({ key }) => keyText(key) === cam)));
    const lanes = line.lanes.filter(({ key }) => named.size === 0 || named.has(keyText(key)));
    return new Set(lanes.slice(0, CAMERAS_MAX).map(({ key }) => key));
  }, [cams, line]);
  const tracks = useMemo(
    () =>
      line.lanes
        .filter(({ key }) => chosen.has(key))
        .flatMap((lane) => lane.placed.map((placed) => ({ lane, placed })))
        .filter(({ placed }) => placed.recording.playable && placed.recording.kind !== 'photo')
        .map(({ lane, placed }) => ({
          ...{ id: placed.recording.id, fromMs: placed.fromMs, lengthMs: placed.lengthMs, recording: placed.recording },
          label: `${nameOf(lane.officer)} · ${lane.recorder}`,
        })),
    [line, chosen, nameOf],
  );
  // Films of cameras that play now or soon, one for each camera: what is far away is opened when the clock comes there.
  const nowMs = atMs ?? begunMs ?? firstMoment(tracks);
  const near = nearOf(tracks, nowMs);
  const nearIds = near.map(({ id }) => id).join(' ');
  // The same films are the same list, ten times a second.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `nearIds` stands for what `near` holds.
  const shown = useMemo(() => near, [nearIds, tracks]);
  const ids = useMemo(() => tracks.map(({ id }) => id), [tracks]);
  const told = useRef(0);
  const address = useRef(onAddress);
  address.current = onAddress;
  const like = line.lanes[0]?.placed[0]?.recording.start ?? 'Z';
  const { beginMs } = line;
  const move = useCallback(
    (next: number) => {
      setAtMs(next);
      if (performance.now() - told.current < ADDRESS_MS) return;
      told.current = performance.now();
      address.current({ t: toSecond(beginMs + next, like) });
    },
    [beginMs, like],
  );
  const choose = (key: string) => {
    const next = new Set(chosen);
    if (next.has(key)) next.delete(key);
    else if (next.size < CAMERAS_MAX) next.add(key);
    onAddress({ cams: [...next].map(keyText).join(',') });
  };
  const seek = (next: number) => {
    setAtMs(next);
    setSeekTo(({ n }) => ({ n: n + 1, atMs: next }));
    onAddress({ t: toSecond(beginMs + next, like) });
  };
  const recordings = useMemo(() => line.lanes.flatMap(({ placed }) => placed.map(({ recording }) => recording)), [line]);
  const cases = useMemo(() => [number], [number]);
  return (
    <>
      <Panel
        title={say('case.cameras')}
        actions={
          open || tracks.length === 0 ? undefined : (
            <Button look="primary" onClick={() => setOpen(true)}>
              {say('case.play', { count: chosen.size })}
            </Button>
          )
        }
      >
        {open ? (
          <Guarded recordings={ids} cases={cases}>
            {(stated, permitted) => (
              <Player
                tracks={shown.filter(({ id }) => permitted.has(id))}
                stated={stated}
                lengthMs={line.lengthMs}
                startMs={begunMs ?? firstMoment(tracks)}
                wallTime={(ms) => timeText(zoned(line.beginMs + ms, like), 'second')}
                onMove={move}
                seekTo={seekTo}
              />
            )}
          </Guarded>
        ) : null}
        <TimeLine line={line} events={events} nameOf={nameOf} chosen={chosen} onChoose={choose} atMs={atMs} onSeek={seek} />
      </Panel>
      <TracksPanel
        recordings={recordings}
        cases={cases}
        nameOf={nameOf}
        atMs={atMs === null ? null : Math.round(line.beginMs + atMs)}
        onMoment={(ms) => {
          const onLineMs = ms - line.beginMs;
          if (onLineMs >= 0 && onLineMs <= line.lengthMs) seek(onLineMs);
        }}
      />
    </>
  );
}

/** A moment in the address. */
function toSecond(ms: number, like: string): string {
  return zoned(Math.round(ms / 1000) * 1000, like).replace('.000', '');
}

/** A lane in the address. */
function keyText(key: string): string {
  return key.trim().replace(/[^\w-]+/g, '_');
}

interface OnLine {
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly label: string;
}

/** Where a moment lies on the line, ms; null: it is none. What lies outside is its beginning or its end. */
function onLine({ beginMs, lengthMs }: CaseLine, moment: string): number | null {
  const ms = momentMs(moment) - beginMs;
  return Number.isNaN(ms) ? null : Math.max(0, Math.min(lengthMs, ms));
}

function firstMoment(tracks: readonly OnLine[]): number {
  return tracks.length === 0 ? 0 : Math.min(...tracks.map(({ fromMs }) => fromMs));
}

/** Of each camera the film that covers the moment, else its next one. */
function nearOf<T extends OnLine>(tracks: readonly T[], atMs: number): readonly T[] {
  return [...Map.groupBy(tracks, ({ label }) => label).values()].flatMap((own) => {
    const near = own.find(({ fromMs, lengthMs }) => atMs < fromMs + lengthMs) ?? own.at(-1);
    return near ? [near] : [];
  });
}
