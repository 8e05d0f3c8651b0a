import { type PointerEvent, useRef, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { lengthText } from '../../kit/figures.ts';
import { Button, classes } from '../../kit/kit.tsx';
import { zoned } from '../../kit/moments.ts';
import { momentMs, timeText } from '../../kit/time.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { type CaseLine, rulerOf } from './case-line.ts';
import styles from './cases.module.css';

interface TimeLineProps {
  readonly line: CaseLine;
  readonly events: readonly Schemas['CaseEvent'][];
  readonly nameOf: (officer: string | null) => string;
  /** Cameras that are played. */
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (lane: string) => void;
  readonly atMs: number | null;
  readonly onSeek: (atMs: number) => void;
}

const LANE_PX = 40;
const RULER_PX = 26;
const EVENT_PX = 18;
const WIDTH_PX = 1000;
const BAR_PX_MIN = 3;
const ZOOM = 1.6;
const SPAN_MS_MIN = 2000;
/** Between two recordings of one camera: shorter ones are the change of files. */
const GAP_MS = 2000;

/** All cameras of a case on one line of time: zoomed by buttons, wheel or keys, moved by dragging. */
export function TimeLine({ line, events, nameOf, chosen, onChoose, atMs, onSeek }: TimeLineProps) {
  const say = useSay();
  const word = useWord();
  const [view, setView] = useState({ fromMs: 0, toMs: line.lengthMs });
  const drag = useRef<{ x: number; fromMs: number } | null>(null);
  const area = useRef<SVGSVGElement>(null);
  const span = view.toMs - view.fromMs;
  const x = (ms: number) => ((ms - view.fromMs) / span) * WIDTH_PX;
  const like = line.lanes[0]?.placed[0]?.recording.start ?? 'Z';
  const offsetMs = momentMs(zoned(0, like).replace(/(Z|[+-]\d{2}:\d{2})$/, 'Z'));
  const zoom = (by: number, aroundMs = atMs ?? view.fromMs + span / 2) => {
    const next = Math.max(SPAN_MS_MIN, Math.min(line.lengthMs, span / by));
    const share = (aroundMs - view.fromMs) / span;
    const fromMs = Math.max(0, Math.min(line.lengthMs - next, aroundMs - share * next));
    setView({ fromMs, toMs: fromMs + next });
  };
  const momentAt = (event: { clientX: number }) => {
    const { left, width } = area.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return view.fromMs + ((event.clientX - left) / width) * span;
  };
  const moveTo = (event: PointerEvent) => {
    if (!drag.current) return;
    const width = area.current?.getBoundingClientRect().width ?? 1;
    const fromMs = Math.max(0, Math.min(line.lengthMs - span, drag.current.fromMs - ((event.clientX - drag.current.x) / width) * span));
    setView({ fromMs, toMs: fromMs + span });
  };
  const height = RULER_PX + EVENT_PX + line.lanes.length * LANE_PX;
  return (
    <section className={styles.line} aria-label={say('case.line')}>
      <div className={styles.lineTools}>
        <Button onClick={() => zoom(ZOOM)} aria-label={say('case.zoom-in')}>
          ＋
        </Button>
        <Button onClick={() => zoom(1 / ZOOM)} aria-label={say('case.zoom-out')}>
          －
        </Button>
        <Button onClick={() => setView({ fromMs: 0, toMs: line.lengthMs })}>{say('case.zoom-all')}</Button>
        <span className={styles.muted}>
          {timeText(zoned(line.beginMs + view.fromMs, like), 'second')} – {timeText(zoned(line.beginMs + view.toMs, like), 'second')}
        </span>
      </div>
      <div className={styles.lineGrid} style={{ gridTemplateColumns: 'clamp(96px, 30%, 190px) minmax(0, 1fr)' }}>
        <div className={styles.laneLabels} style={{ paddingTop: RULER_PX + EVENT_PX }}>
          {line.lanes.map((lane) => (
            <label key={lane.key} className={styles.lane} style={{ height: LANE_PX }}>
              <input type="checkbox" checked={chosen.has(lane.key)} onChange={() => onChoose(lane.key)} />
              <span title={`${nameOf(lane.officer)} · ${lane.recorder}`}>
                <strong>{nameOf(lane.officer)}</strong>
                <small>{lane.recorder}</small>
              </span>
            </label>
          ))}
        </div>
        <svg
          ref={area}
          className={styles.lineArea}
          viewBox={`0 0 ${WIDTH_PX} ${height}`}
          preserveAspectRatio="none"
          style={{ height }}
          role="img"
          aria-label={say('case.line.about', { cameras: line.lanes.length })}
          onWheel={(event) => {
            if (event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
            zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM, momentAt(event));
          }}
          onPointerDown={(event) => {
            drag.current = { x: event.clientX, fromMs: view.fromMs };
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={moveTo}
          onPointerUp={(event) => {
            const moved = drag.current !== null && Math.abs(event.clientX - drag.current.x) > 4;
            drag.current = null;
            if (!moved) onSeek(Math.max(0, Math.min(line.lengthMs, momentAt(event))));
          }}
        >
          <g className={styles.ruler}>
            {rulerOf(line.beginMs, view.fromMs, view.toMs, 8, offsetMs).map((ms) => (
              <line key={ms} x1={x(ms)} x2={x(ms)} y1={RULER_PX - 6} y2={height} />
            ))}
          </g>
          {events.map(({ id, start, end, stage, place }) => {
            const [from, to] = [momentMs(start) - line.beginMs, momentMs(end) - line.beginMs];
            return (
              <rect
                key={id}
                className={styles.event}
                x={x(from)}
                width={Math.max(BAR_PX_MIN, x(to) - x(from))}
                y={RULER_PX}
                height={EVENT_PX - 4}
              >
                <title>{[word('stage', stage), place, timeText(start), timeText(end)].filter(Boolean).join(' · ')}</title>
              </rect>
            );
          })}
          {line.lanes.map((lane, row) => {
            const top = RULER_PX + EVENT_PX + row * LANE_PX;
            return (
              <g key={lane.key} className={classes(!chosen.has(lane.key) && styles.unchosen)}>
                {lane.placed.map(({ recording, fromMs, lengthMs }, at) => {
                  const before = lane.placed[at - 1];
                  const endMs = before ? before.fromMs + before.lengthMs : null;
                  const gap = endMs !== null && fromMs - endMs > GAP_MS;
                  return (
                    <g key={recording.id}>
                      {gap && endMs !== null ? (
                        <rect className={styles.gap} x={x(endMs)} width={Math.max(1, x(fromMs) - x(endMs))} y={top + 17} height={6}>
                          <title>{say('case.gap', { span: lengthText(fromMs - endMs) })}</title>
                        </rect>
                      ) : null}
                      <rect
                        className={classes(styles.bar, recording.damaged && styles.damaged, !recording.playable && styles.unplayable)}
                        x={x(fromMs)}
                        width={Math.max(BAR_PX_MIN, x(fromMs + lengthMs) - x(fromMs))}
                        y={top + 6}
                        height={LANE_PX - 14}
                        rx={2}
                      >
                        <title>
                          {[
                            word('kind', recording.kind),
                            timeText(recording.start ?? '', 'second'),
                            lengthText(recording.durationMs),
                            recording.id,
                          ].join(' · ')}
                        </title>
                      </rect>
                    </g>
                  );
                })}
              </g>
            );
          })}
          {atMs === null ? null : <line className={styles.head} x1={x(atMs)} x2={x(atMs)} y1={0} y2={height} />}
        </svg>
        <div className={styles.rulerTexts} aria-hidden="true">
          {rulerOf(line.beginMs, view.fromMs, view.toMs, 8, offsetMs).map((ms) => (
            <span key={ms} style={{ left: `${(x(ms) / WIDTH_PX) * 100}%` }}>
              {timeText(zoned(line.beginMs + ms, like), span > 86_400_000 ? 'minute' : 'clock')}
            </span>
          ))}
        </div>
      </div>
    </section>
  );
}
