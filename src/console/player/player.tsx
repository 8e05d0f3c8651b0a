import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { Dialog, DialogFoot } from '../kit/dialog.tsx';
import { Button, Facts, SelectField } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import { lengthText } from '../kit/time.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { isTyping } from '../shell/keys.tsx';
import { useSay } from '../texts/say.ts';
import { Film } from './film.tsx';
import { MasterClock, type Track, type Turn } from './master-clock.ts';
import styles from './player.module.css';
import { SeekTiles, useTiles, Waveform } from './seek-pictures.tsx';
import { type Still, takeStill } from './still.ts';
import { useFrameLength } from './use-frame-length.ts';
import { useWatermark } from './watermark.tsx';

type Recording = Schemas['Recording'];

export interface PlayerTrack extends Track {
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

/** Films of one line on one clock: plays, steps, seeks, takes stills. `?` of the page shows the keys. */
export function Player({ tracks, stated, lengthMs, startMs, wallTime, onMove, seekTo }: PlayerProps) {
  const say = useSay();
  const watermark = useWatermark();
  const root = useRef<HTMLElement>(null);
  const [turn, setTurn] = useState<Turn>({ atMs: startMs, playing: false, waiting: false, spreadMs: 0 });
  const [rate, setRate] = useState(1);
  const [sound, setSound] = useState(tracks[0]?.id ?? '');
  const [still, setStill] = useState<Still | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const videos = useRef(new Map<string, HTMLVideoElement>());
  const clock = useMemo(() => new MasterClock(startMs, lengthMs, setTurn), [startMs, lengthMs]);
  useEffect(() => () => clock.stop(), [clock]);
  useEffect(() => {
    if (seekTo && seekTo.n > 0) clock.seek(seekTo.atMs);
  }, [seekTo, clock]);
  useEffect(() => {
    onMove?.(turn.atMs);
  }, [turn.atMs, onMove]);
  const first = tracks.find(({ id }) => id === sound) ?? tracks[0];
  const frameMs = useFrameLength(() => videos.current.get(first?.id ?? ''));
  const tiles = useTiles(tracks.length === 1 ? first?.recording : undefined, stated);

  const toggle = useCallback(() => (clock.playing ? clock.pause() : clock.play()), [clock]);
  const changeRate = useCallback(
    (next: number) => {
      clock.setRate(next);
      setRate(next);
    },
    [clock],
  );
  const move = (byMs: number) => clock.seek(clock.atMs + byMs);
  const frame = (by: 1 | -1) => {
    clock.pause();
    const video = first ? videos.current.get(first.id) : undefined;
    // From the middle of the picture that stands: a seek to its edge may show either neighbour.
    const at = video && first ? video.currentTime * 1000 + first.fromMs : clock.atMs;
    const middle = Math.floor((at + 0.5) / frameMs.current) * frameMs.current + frameMs.current / 2;
    clock.seek(middle + by * frameMs.current);
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
      '0': () => clock.seek(0),
      '1': () => changeRate(1),
      s: () => void take(),
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
    const original = recording.originals[0];
    const lines = [
      `${recording.id} · ${first.label}`,
      `${say('player.still.moment')} ${lengthText(at)} · ${wallTime(first.fromMs + at) ?? ''}`,
      `${say('player.still.original')} SHA-256 ${original?.sha256 ?? '—'}`,
      watermark,
    ];
    try {
      setStill(await takeStill({ video, watermark, lines, name: `${recording.id}-${Math.round(at)}.png` }));
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const columns = tracks.length === 1 ? 1 : tracks.length <= 4 ? 2 : 3;
  const wall = wallTime(turn.atMs);
  return (
    <section ref={root} className={styles.player} aria-label={say('player.label')} onKeyDown={press} tabIndex={-1}>
      <div className={styles.films} style={{ ['--columns' as string]: columns }}>
        {tracks.map((track) => (
          <div key={track.id} className={turn.atMs < track.fromMs || turn.atMs >= track.fromMs + track.lengthMs ? styles.off : undefined}>
            <Film
              recording={track.recording}
              track={track}
              clock={clock}
              stated={stated}
              label={track.label}
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
          onChange={(event) => clock.seek(Number(event.target.value))}
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
        </span>
        <SelectField
          label={say('player.rate')}
          value={String(rate)}
          onChange={(event) => changeRate(Number(event.target.value))}
          choices={RATES.map((each) => ({ value: String(each), label: `${each}×` }))}
        />
        <Button onClick={() => void take()}>{say('player.still')}</Button>
        <Button onClick={() => void root.current?.requestFullscreen()}>{say('player.whole-screen')}</Button>
      </div>
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
