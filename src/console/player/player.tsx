import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { Dialog, DialogFoot } from '../kit/dialog.tsx';
import { lengthText } from '../kit/figures.ts';
import { Button, Facts, SelectField } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { isTyping } from '../shell/keys.tsx';
import { useSay } from '../texts/say.ts';
import { Film } from './film.tsx';
import { FrameStepper } from './frame-step.ts';
import { Marks, useMarks } from './marks.tsx';
import { MasterClock, type Track, type Turn } from './master-clock.ts';
import styles from './player.module.css';
import { SeekTiles, useTiles, Waveform } from './seek-pictures.tsx';
import { type Still, takeStill } from './still.ts';
import { useWatermark } from './watermark.tsx';

type Recording = Schemas['Recording'];

interface PlayerTrack extends Track {
  readonly recording: Recording;
  readonly label: string;
}

interface PlayerProps {
  readonly tracks: readonly PlayerTrack[];
  readonly stated: Stated;
  readonly lengthMs: number;
  readonly startMs: number;
  /** What the clock on the wall showed at a moment of the line; null: not known. */
  readonly wallTime: (atMs: number) => string | null;
  readonly onMove?: (atMs: number) => void;
  /** A moment that somebody chose elsewhere on the page; another number of `seekTo.n` is another choice. */
  readonly seekTo?: { readonly n: number; readonly atMs: number };
}

const RATES = [0.25, 0.5, 1, 1.5, 2, 4, 8, 16] as const;
const STEP_S = 5;
const LONG_STEP_S = 30;
/** From here on decoders fall behind, and the pictures along the film are shown. */
const FAST = 8;

/** Films of one line on one clock: plays, steps, seeks, takes stills. `?` of the page shows the keys. */
export function Player({ tracks, stated, lengthMs, startMs, wallTime, onMove, seekTo }: PlayerProps) {
  const say = useSay();
  const watermark = useWatermark();
  const root = useRef<HTMLElement>(null);
  const [turn, setTurn] = useState<Turn>({ atMs: startMs, playing: false, waiting: false, spreadMs: 0, skippedMs: 0 });
  const [rate, setRate] = useState(1);
  const [sound, setSound] = useState(tracks[0]?.id ?? '');
  const [still, setStill] = useState<Still | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const videos = useRef(new Map<string, HTMLVideoElement>());
  const [clock] = useState(() => new MasterClock(startMs, lengthMs, setTurn));
  const [stepper] = useState(() => new FrameStepper());
  useEffect(() => clock.start(), [clock]);
  useEffect(() => {
    clock.endMs = lengthMs;
  }, [clock, lengthMs]);
  // The keys are the player's from the start: whoever has stated why wants to see.
  useEffect(() => root.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    if (seekTo && seekTo.n > 0) clock.seek(seekTo.atMs);
  }, [seekTo, clock]);
  useEffect(() => {
    onMove?.(turn.atMs);
  }, [turn.atMs, onMove]);
  const first = tracks.find(({ id }) => id === sound) ?? tracks[0];
  const marks = useMarks(tracks, stated);
  const tiles = useTiles(tracks.length === 1 ? first?.recording : undefined, stated);

  const toggle = useCallback(() => (clock.playing ? clock.pause() : clock.play()), [clock]);
  const changeRate = useCallback(
    (next: number) => {
      clock.setRate(next);
      setRate(next);
    },
    [clock],
  );
  const seek = (toMs: number) => stepper.after(() => clock.seek(toMs));
  const move = (byMs: number) => stepper.after(() => clock.seek(clock.atMs + byMs));
  const frame = (by: 1 | -1) => {
    clock.pause();
    const video = first ? videos.current.get(first.id) : undefined;
    if (!video || !first) return;
    stepper.step(video, by, (atMs) => clock.seek(atMs + first.fromMs));
  };
  const press = (event: KeyboardEvent) => {
    if (isTyping(event.target) && (event.target as HTMLElement).getAttribute('type') !== 'range') return;
    const faster = RATES[Math.min(RATES.length - 1, RATES.indexOf(rate as 1) + 1)] ?? 1;
    const deeds: Readonly<Record<string, () => void>> = {
      ' ': toggle,
      k: toggle,
      l: () => {
        if (clock.playing) changeRate(faster);
        else clock.play();
      },
      j: () => move(-STEP_S * 1000),
      arrowleft: () => move(-STEP_S * 1000),
      arrowright: () => move(STEP_S * 1000),
      arrowup: () => move(LONG_STEP_S * 1000),
      arrowdown: () => move(-LONG_STEP_S * 1000),
      ',': () => frame(-1),
      '.': () => frame(1),
      '0': () => seek(0),
      '1': () => changeRate(1),
      s: () => void take(),
      m: () => root.current?.querySelector<HTMLInputElement>('[data-mark-words]')?.focus(),
      f: () => void root.current?.requestFullscreen(),
    };
    const deed = deeds[event.key.toLowerCase()];
    if (!deed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  };
  const take = async () => {
    const video = first ? videos.current.get(first.id) : undefined;
    if (!video || !first) return;
    clock.pause();
    const at = video.currentTime * 1000;
    const { recording } = first;
    const digests = recording.originals.filter(({ role }) => role === 'segment').map(({ sha256 }) => sha256 ?? '—');
    const lines = [
      `${recording.id} · ${first.label}`,
      `${say('player.still.moment')} ${lengthText(at)} · ${wallTime(first.fromMs + at) ?? ''}`,
      ...digests.slice(0, 4).map((digest) => `${say('player.still.original')} SHA-256 ${digest}`),
      watermark,
    ];
    try {
      setStill(await takeStill({ video, watermark, lines, name: `${recording.id}-${Math.round(at)}.png` }));
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const columns = tracks.length === 1 ? 1 : 2;
  const rows = Math.ceil(tracks.length / columns);
  const wall = wallTime(turn.atMs);
  return (
    <section ref={root} className={styles.player} aria-label={say('player.label')} onKeyDown={press} tabIndex={-1}>
      <div className={styles.films} style={{ ['--columns' as string]: columns, ['--rows' as string]: rows }}>
        {tracks.map((track) => (
          <div key={track.id} className={turn.atMs < track.fromMs || turn.atMs >= track.fromMs + track.lengthMs ? styles.off : undefined}>
            <Film
              recording={track.recording}
              track={track}
              clock={clock}
              stated={stated}
              label={track.label}
              caption={captionOf(track, turn.atMs, wallTime)}
              fast={rate >= FAST && turn.playing}
              atMs={turn.atMs}
              sound={sound === track.id}
              onSound={() => setSound(sound === track.id ? '' : track.id)}
              onVideo={(video) => {
                if (video) videos.current.set(track.id, video);
                else videos.current.delete(track.id);
              }}
            />
          </div>
        ))}
      </div>
      <div>
        <div className={styles.ticks} aria-hidden="true">
          {marks.map(({ id, onLineMs, words }) => (
            <span key={id} title={words ?? ''} style={{ left: `${(onLineMs / Math.max(1, lengthMs)) * 100}%` }} />
          ))}
        </div>
        <SeekTiles tiles={tiles} atMs={turn.atMs} lengthMs={lengthMs} />
        {tracks.length === 1 && first ? <Waveform recording={first.recording} stated={stated} /> : null}
        <input
          type="range"
          className={styles.seek}
          min={0}
          max={Math.max(1, Math.round(lengthMs))}
          step={100}
          value={Math.round(turn.atMs)}
          aria-label={say('player.seek')}
          aria-valuetext={wall ?? lengthText(turn.atMs)}
          onChange={(event) => seek(Number(event.target.value))}
        />
      </div>
      <div className={styles.bar}>
        <Button look="primary" onClick={toggle}>
          {say(turn.playing ? 'player.pause' : 'player.play')}
        </Button>
        <Button onClick={() => frame(-1)} title=",">
          {say('player.frame-back')}
        </Button>
        <Button onClick={() => frame(1)} title=".">
          {say('player.frame-on')}
        </Button>
        <span className={styles.time} data-at={Math.round(turn.atMs)} data-spread={Math.round(turn.spreadMs)} role="timer">
          {lengthText(turn.atMs)} / {lengthText(lengthMs)}
          {wall === null ? '' : ` · ${wall}`}
          {turn.waiting ? ` · ${say('player.waiting')}` : ''}
          {turn.skippedMs > 0 ? ` · ${say('player.skipped', { length: lengthText(turn.skippedMs) })}` : ''}
        </span>
        <SelectField
          label={say('player.rate')}
          value={String(rate)}
          onChange={(event) => changeRate(Number(event.target.value))}
          choices={RATES.map((each) => ({ value: String(each), label: `${each}×` }))}
        />
        <Button onClick={() => void take()} title="S">
          {say('player.still')}
        </Button>
        <Button onClick={() => void root.current?.requestFullscreen()}>{say('player.whole-screen')}</Button>
      </div>
      {first ? (
        <Marks
          marks={marks}
          recording={first.id}
          momentMs={turn.atMs - first.fromMs}
          moment={wall ?? lengthText(turn.atMs)}
          stated={stated}
          onSeek={seek}
        />
      ) : null}
      {error ? <ProblemNote error={error} /> : null}
      {still ? (
        <Dialog
          title={say('player.still.title')}
          wide
          onClose={() => {
            URL.revokeObjectURL(still.url);
            setStill(null);
          }}
        >
          <img className={styles.still} src={still.url} alt={still.name} />
          <Facts rows={[[say('player.still.digest'), <code key="sha256">{still.sha256}</code>]]} />
          <DialogFoot>
            <a href={still.url} download={still.name}>
              {say('player.still.save')}
            </a>
          </DialogFoot>
        </Dialog>
      ) : null}
    </section>
  );
}

/** What a reader of the picture has to know of it, beside who filmed. */
function captionOf({ recording, fromMs, lengthMs }: PlayerTrack, atMs: number, wallTime: PlayerProps['wallTime']): string {
  const wall = atMs >= fromMs && atMs < fromMs + lengthMs ? wallTime(atMs) : null;
  return [wall, ...recording.caseNumbers, recording.id].filter(Boolean).join(' · ');
}
