import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../client/api.ts';
import { Button, CheckField, Empty, Loading, Panel } from '../kit/kit.tsx';
import { zoned } from '../kit/moments.ts';
import { ProblemNote } from '../kit/problem.tsx';
import { momentMs, timeText } from '../kit/time.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import type { Action } from '../looks/rights.ts';
import { Guarded } from '../player/guarded-player.tsx';
import { useSession } from '../shell/session.tsx';
import { useReason, useSay } from '../texts/say.ts';
import { placeText } from './geo.ts';
import { DASHES, inkOf, type Lane, lanesOf } from './lanes.ts';
import styles from './map.module.css';
import { TrackMap } from './track-map.tsx';
import { TrackTable } from './track-table.tsx';
import { hasTrack, stepAt, useWalks, WALKS_MAX, type Walk, type Walks } from './walks.ts';

type Recording = Schemas['Recording'];

/** Where somebody was is footage, and no sound. */
const LOOK: readonly Action[] = ['look'];
const KEPT_BACK = 'map.kept-back';

interface TracksPanelProps {
  readonly recordings: readonly Recording[];
  /** Cases to choose from where a reason is stated. */
  readonly cases: readonly string[];
  readonly nameOf: (officer: string | null) => string;
  /** The moment that is shown elsewhere on the page, ms since 1970; null: none. */
  readonly atMs?: number | null;
  /** Somebody chose a moment on the map. */
  readonly onMoment?: (atMs: number) => void;
}

/** The map of the recordings that have a track; nothing where none has. It asks for nothing before somebody wants to see it: each track is a look on record. */
export function TracksPanel({ recordings, cases, ...rest }: TracksPanelProps) {
  const say = useSay();
  const { has } = useSession();
  const [open, setOpen] = useState(false);
  const mapped = useMemo(
    () => recordings.filter(hasTrack).toSorted((one, other) => ((one.start ?? '') < (other.start ?? '') ? -1 : 1)),
    [recordings],
  );
  const shown = useMemo(() => mapped.slice(0, WALKS_MAX), [mapped]);
  const ids = useMemo(() => shown.map(({ id }) => id), [shown]);
  if (mapped.length === 0 || !has('show-footage')) return null;
  return (
    <Panel title={say('map.title')} actions={open ? undefined : <Button onClick={() => setOpen(true)}>{say('map.show')}</Button>}>
      {open ? (
        <Guarded recordings={ids} cases={cases} actions={LOOK} keptBack={KEPT_BACK}>
          {(stated, permitted) => <Tracks recordings={shown} permitted={permitted} stated={stated} {...rest} />}
        </Guarded>
      ) : (
        <p className={styles.muted}>{say('map.about', { count: mapped.length })}</p>
      )}
      {open && mapped.length > WALKS_MAX ? <p className={styles.muted}>{say('map.first', { count: WALKS_MAX })}</p> : null}
    </Panel>
  );
}

interface TracksProps extends Omit<TracksPanelProps, 'cases'> {
  readonly permitted: ReadonlySet<string>;
  readonly stated: Stated;
}

function Tracks({ recordings, permitted, stated, ...rest }: TracksProps) {
  const say = useSay();
  const words = useReason();
  const allowed = useMemo(() => recordings.filter(({ id }) => permitted.has(id)), [recordings, permitted]);
  const { data, error, refetch } = useWalks(allowed, stated);
  if (error) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Loading />;
  const { walks, empty, failed } = data;
  return (
    <>
      {failed ? <ProblemNote error={failed} again={() => void refetch()} /> : null}
      {walks.length > 0 ? <Drawn laid={data} {...rest} /> : failed ? null : <Empty text={say('map.empty')} />}
      {empty.length > 0 ? (
        <ul className={styles.muted}>
          {empty.map(({ recording, problem }) => (
            <li key={recording.id}>{words.reason(problem.reason)}</li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

interface DrawnProps extends Pick<TracksPanelProps, 'nameOf' | 'atMs' | 'onMoment'> {
  readonly laid: Walks;
}

/** The map, the moment of which it tells, and the same in words. */
function Drawn({ laid, nameOf, atMs = null, onMoment }: DrawnProps) {
  const say = useSay();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<number | null>(null);
  const [aim, setAim] = useState<{ readonly n: number; readonly key: string } | null>(null);
  // What is chosen elsewhere later counts.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it changes
  useEffect(() => setChosen(null), [atMs]);
  const moment = chosen ?? atMs;
  const choose = (next: number) => {
    setChosen(next);
    onMoment?.(next);
  };
  const lanes = useMemo(() => lanesOf(laid.walks, nameOf), [laid, nameOf]);
  const visible = useMemo(() => lanes.filter(({ key }) => !hidden.has(key)), [lanes, hidden]);
  const like = laid.walks[0]?.track.begin ?? 'Z';
  const [firstMs, lastMs] = spanOf(laid.walks);
  const show = (key: string, on: boolean) =>
    setHidden((before) => {
      const next = new Set(before);
      if (on) next.delete(key);
      else next.add(key);
      return next;
    });
  return (
    <>
      <ul className={styles.legend}>
        {lanes.map((lane) => (
          <li key={lane.key}>
            <CheckField
              label={`${lane.number} · ${lane.name} · ${lane.recorder}`}
              checked={!hidden.has(lane.key)}
              onChange={(event) => show(lane.key, event.target.checked)}
            />
            <svg width={64} height={16} aria-hidden="true" style={{ color: inkOf(lane.number) }}>
              <line className={styles.way} x1={2} x2={62} y1={8} y2={8} strokeDasharray={DASHES[(lane.number - 1) % DASHES.length]} />
            </svg>
            {lanes.length > 1 && !hidden.has(lane.key) ? (
              <Button
                look="quiet"
                aria-label={say('map.aim.of', { name: lane.name })}
                onClick={() => setAim({ n: (aim?.n ?? 0) + 1, key: lane.key })}
              >
                {say('map.aim')}
              </Button>
            ) : null}
          </li>
        ))}
        <li className={styles.muted}>{say('map.signs')}</li>
      </ul>
      <TrackMap lanes={visible} laid={laid} atMs={moment} like={like} onChoose={(step) => choose(step.atMs)} aim={aim} />
      <label className={styles.moment}>
        <span>{say('map.moment')}</span>
        <input
          type="range"
          min={firstMs}
          max={Math.max(firstMs + 1000, lastMs)}
          step={1000}
          value={Math.max(firstMs, Math.min(lastMs, moment ?? firstMs))}
          aria-valuetext={timeText(zoned(moment ?? firstMs, like), 'second')}
          onChange={(event) => choose(Number(event.target.value))}
        />
      </label>
      {moment === null ? (
        <p className={styles.muted}>{say('map.choose')}</p>
      ) : (
        <Whereabouts lanes={visible} atMs={moment} time={timeText(zoned(moment, like), 'second')} />
      )}
      <TrackTable lanes={lanes} />
      <p className={styles.caption}>{say('map.caption')}</p>
    </>
  );
}

function spanOf(walks: readonly Walk[]): readonly [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { steps } of walks) {
    first = Math.min(first, steps[0]?.atMs ?? first);
    last = Math.max(last, steps.at(-1)?.atMs ?? last);
  }
  return [first, last];
}

/** Who was where at one moment, and the way to the film. */
function Whereabouts({ lanes, atMs, time }: { readonly lanes: readonly Lane[]; readonly atMs: number; readonly time: string }) {
  const say = useSay();
  const there = lanes.flatMap((lane) =>
    lane.walks.flatMap((walk) => {
      const step = stepAt(walk, atMs);
      return step ? [{ lane, step, recording: walk.recording }] : [];
    }),
  );
  return (
    <div className={styles.whereabouts} data-moment={atMs}>
      <strong>{time}</strong>
      {there.length === 0 ? <span className={styles.muted}>{say('map.nobody')}</span> : null}
      <ul>
        {there.map(({ lane, step, recording }) => {
          const seconds = secondOf(recording, step.atMs);
          return (
            <li key={recording.id}>
              <span className={styles.number} style={{ background: inkOf(lane.number) }}>
                {lane.number}
              </span>
              <span>
                {lane.name} · {placeText(step)}
                {step.kmh === null ? '' : ` · ${Math.round(step.kmh)} km/h`}
              </span>
              {seconds === null ? (
                <span className={styles.muted}>{say('map.not-filmed')}</span>
              ) : (
                <Link href={`/recordings/${recording.id}/play?t=${seconds}`}>{say('map.play')}</Link>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Second of the film at that moment; null: it was not filmed, or cannot be played. */
function secondOf({ start, durationMs, playable }: Recording, atMs: number): number | null {
  if (start === null || !playable) return null;
  const ms = atMs - momentMs(start);
  // Files begin and end with some second's difference to their tracks.
  return ms < -2000 || ms > (durationMs ?? 0) + 2000 ? null : Math.max(0, Math.floor(ms / 1000));
}
