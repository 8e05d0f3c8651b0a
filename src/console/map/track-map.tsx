import { type KeyboardEvent, memo, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../kit/kit.tsx';
import { zoned } from '../kit/moments.ts';
import { timeText } from '../kit/time.tsx';
import { useSay } from '../texts/say.ts';
import {
  bounded,
  fromScreen,
  graticule,
  latitudeText,
  longitudeText,
  metresText,
  placeText,
  type Size,
  type Spot,
  scaleBar,
  toScreen,
  type View,
  viewOf,
  zoomed,
} from './geo.ts';
import { DASHES, inkOf, type Lane } from './lanes.ts';
import styles from './map.module.css';
import { type Step, stepAt, type Walk, type Walks } from './walks.ts';

interface TrackMapProps {
  readonly lanes: readonly Lane[];
  readonly laid: Pick<Walks, 'aroundLongitude' | 'origin'>;
  /** The moment of which it is shown where everybody was; null: of none. */
  readonly atMs: number | null;
  /** A time of the station, for its zone. */
  readonly like: string;
  readonly onChoose: (step: Step) => void;
  /** The camera whose ways are to fill the map; another number of `n` is another wish. null: none. */
  readonly aim: { readonly n: number; readonly key: string } | null;
}

const ZOOM = 1.6;
const WHEEL_ZOOM = 1.25;
const STEP_PX = 80;
/** As far from a way its place is meant. */
const NEAR_PX = 24;
/** A hand that only clicks moves by so much. */
const CLICK_PX = 4;
const LINES_APART_PX = 130;
const BAR_PX = 140;
const HEIGHT_SHARE = 0.58;
/** Where other texts stand: those of the meridians, the bar, the arrow of the north. */
const TOP_PX = 34;
const BOTTOM_PX = 34;
const RIGHT_PX = 120;

interface Pointed {
  readonly lane: Lane;
  readonly step: Step;
}

/** Where recorders were, without a map behind it: nothing is asked of any other server. Moved by dragging and arrows, zoomed by buttons, keys and, once it has the keys, the wheel. */
export function TrackMap({ lanes, laid, atMs, like, onChoose, aim }: TrackMapProps) {
  const say = useSay();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  const [moved, setMoved] = useState<View | null>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const drag = useRef<{ readonly from: Spot; readonly view: View; moves: boolean } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const whole = useMemo(() => viewOf(stepsOf(lanes), size ?? { width: 1, height: 1 }), [lanes, size]);
  const view = moved ?? whole;
  const state = useRef({ view, size });
  state.current = { view, size };
  // React listens to the wheel without the right to keep the page from scrolling.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      const { view: now, size: of } = state.current;
      const hasKeys = element.contains(document.activeElement);
      if (!of || event.deltaY === 0 || event.shiftKey || !(hasKeys || event.ctrlKey)) return;
      event.preventDefault();
      setMoved(zoomed(now, event.deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, spotIn(element, event), of));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each wish
  useEffect(() => {
    const lane = lanes.find(({ key }) => key === aim?.key);
    if (lane && size) setMoved(viewOf(stepsOf([lane]), size));
  }, [aim]);
  const zoom = (by: number) => size && setMoved(zoomed(view, by, { x: size.width / 2, y: size.height / 2 }, size));
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !size) return;
    const move = (x: number, y: number) => () =>
      setMoved(bounded({ ...view, x: view.x + x * view.perPx, y: view.y + y * view.perPx }, size));
    const deeds: Readonly<Record<string, () => unknown>> = {
      ArrowLeft: move(-STEP_PX, 0),
      ArrowRight: move(STEP_PX, 0),
      ArrowUp: move(0, -STEP_PX),
      ArrowDown: move(0, STEP_PX),
      '+': () => zoom(ZOOM),
      '=': () => zoom(ZOOM),
      '-': () => zoom(1 / ZOOM),
      '0': () => setMoved(null),
    };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  };
  const down = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0 || !box.current) return;
    drag.current = { from: spotIn(box.current, event), view, moves: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<SVGSVGElement>) => {
    if (!size || !box.current) return;
    const at = spotIn(box.current, event);
    const held = drag.current;
    if (!held) return setPointed(nearest(lanes, fromScreen(at, view, size), view));
    held.moves ||= Math.hypot(at.x - held.from.x, at.y - held.from.y) > CLICK_PX;
    if (!held.moves) return;
    const { x, y, perPx } = held.view;
    setPointed(null);
    setMoved(bounded({ x: x - (at.x - held.from.x) * perPx, y: y - (at.y - held.from.y) * perPx, perPx }, size));
  };
  const up = (event: PointerEvent<SVGSVGElement>) => {
    const clicked = drag.current !== null && !drag.current.moves;
    drag.current = null;
    if (!clicked || !size || !box.current) return;
    const found = nearest(lanes, fromScreen(spotIn(box.current, event), view, size), view);
    if (found) onChoose(found.step);
  };
  return (
    <div className={styles.frame}>
      <div className={styles.tools}>
        <Button onClick={() => zoom(ZOOM)} aria-label={say('case.zoom-in')}>
          ＋
        </Button>
        <Button onClick={() => zoom(1 / ZOOM)} aria-label={say('case.zoom-out')}>
          －
        </Button>
        <Button onClick={() => setMoved(null)}>{say('case.zoom-all')}</Button>
        <small className={styles.muted}>{say('map.keys')}</small>
      </div>
      {/* The picture itself says nothing to a screen reader: the moments and the table below it do. */}
      <div
        ref={box}
        className={styles.map}
        style={{ height: `clamp(280px, ${HEIGHT_SHARE * 100}vh, 520px)` }}
        role="application"
        aria-label={say('map.label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        onKeyDown={press}
      >
        {size ? (
          <svg
            className={styles.plane}
            width={size.width}
            height={size.height}
            aria-hidden="true"
            onPointerDown={down}
            onPointerMove={move}
            onPointerUp={up}
            onPointerCancel={() => {
              drag.current = null;
            }}
            onPointerLeave={() => setPointed(null)}
          >
            <Graticule view={view} size={size} aroundLongitude={laid.aroundLongitude} />
            <Ways lanes={lanes} transform={transformOf(laid.origin, view, size)} />
            <Signs lanes={lanes} view={view} size={size} />
            {lanes.flatMap((lane) =>
              lane.walks.map((walk) => <Now key={walk.recording.id} lane={lane} walk={walk} atMs={atMs} view={view} size={size} />),
            )}
            {pointed ? <circle className={styles.pointed} {...centre(toScreen(pointed.step, view, size))} r={7} /> : null}
          </svg>
        ) : null}
        <North />
        {size ? <ScaleBar view={view} /> : null}
        {pointed && size ? <Tip pointed={pointed} at={toScreen(pointed.step, view, size)} size={size} like={like} /> : null}
      </div>
    </div>
  );
}

function stepsOf(lanes: readonly Lane[]): readonly Step[] {
  return lanes.flatMap(({ walks }) => walks.flatMap(({ steps }) => steps));
}

function spotIn(element: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }): Spot {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left - element.clientLeft, y: clientY - top - element.clientTop };
}

const centre = ({ x, y }: Spot) => ({ cx: x, cy: y });

function transformOf(origin: Spot, view: View, size: Size): string {
  const { x, y } = toScreen(origin, view, size);
  return `translate(${x} ${y}) scale(${1 / view.perPx})`;
}

/** The step that somebody points at; null: there is none near. */
function nearest(lanes: readonly Lane[], { x, y }: Spot, { perPx }: View): Pointed | null {
  let found: Pointed | null = null;
  let least = (NEAR_PX * perPx) ** 2;
  for (const lane of lanes)
    for (const { steps } of lane.walks)
      for (const step of steps) {
        const far = (step.x - x) ** 2 + (step.y - y) ** 2;
        if (far > least) continue;
        least = far;
        found = { lane, step };
      }
  return found;
}

/** The ways themselves, which stay as they are while the map is moved. */
const Ways = memo(function Ways({ lanes, transform }: { readonly lanes: readonly Lane[]; readonly transform: string }) {
  return (
    <g transform={transform}>
      {lanes.flatMap(({ walks }) => walks.map(({ recording, path }) => <path key={recording.id} className={styles.halo} d={path} />))}
      {lanes.flatMap(({ number, walks }) =>
        walks.map(({ recording, path }) => (
          <path
            key={recording.id}
            className={styles.way}
            style={{ color: inkOf(number) }}
            strokeDasharray={DASHES[(number - 1) % DASHES.length]}
            d={path}
          />
        )),
      )}
    </g>
  );
});

interface PlacedProps {
  readonly view: View;
  readonly size: Size;
}

/** Begin: a disc. End: a square. Both carry the number of the camera. */
function Signs({ lanes, view, size }: PlacedProps & { readonly lanes: readonly Lane[] }) {
  return lanes.map(({ number, walks }) => (
    <g key={number} style={{ color: inkOf(number) }}>
      {walks.map(({ recording, steps }) => {
        const [first, last] = [steps[0], steps.at(-1)];
        if (!first || !last) return null;
        const [begin, end] = [toScreen(first, view, size), toScreen(last, view, size)];
        return (
          <g key={recording.id} className={styles.sign}>
            {steps.length > 1 ? (
              <>
                <rect data-end={number} x={end.x - 9} y={end.y - 9} width={18} height={18} rx={2} />
                <text x={end.x} y={end.y}>
                  {number}
                </text>
              </>
            ) : null}
            <circle {...centre(begin)} r={10} data-begin={number} />
            <text x={begin.x} y={begin.y}>
              {number}
            </text>
          </g>
        );
      })}
    </g>
  ));
}

/** Where a recorder was at the moment that is shown. */
function Now({ lane, walk, atMs, view, size }: PlacedProps & { readonly lane: Lane; readonly walk: Walk; readonly atMs: number | null }) {
  const step = atMs === null ? null : stepAt(walk, atMs);
  if (!step) return null;
  const { x, y } = toScreen(step, view, size);
  return (
    <g className={styles.now} style={{ color: inkOf(lane.number) }} data-now={lane.number}>
      <circle cx={x} cy={y} r={17} />
      <circle cx={x} cy={y} r={10} />
      <text x={x} y={y}>
        {lane.number}
      </text>
    </g>
  );
}

function Graticule({ view, size, aroundLongitude }: PlacedProps & { readonly aroundLongitude: number }) {
  const { parallels, meridians, decimals } = graticule(view, size, aroundLongitude, LINES_APART_PX);
  return (
    <g className={styles.graticule}>
      {parallels.map(({ degrees, px }) => (
        <g key={`p${degrees}`}>
          <line x1={0} x2={size.width} y1={px} y2={px} />
          {px > TOP_PX && px < size.height - BOTTOM_PX ? (
            <text x={6} y={px - 4}>
              {latitudeText(degrees, decimals)}
            </text>
          ) : null}
        </g>
      ))}
      {meridians.map(({ degrees, px }) => (
        <g key={`m${px}`}>
          <line x1={px} x2={px} y1={0} y2={size.height} />
          {px > 0 && px < size.width - RIGHT_PX ? (
            <text x={px + 4} y={14}>
              {longitudeText(degrees, decimals)}
            </text>
          ) : null}
        </g>
      ))}
    </g>
  );
}

/** The map never turns. */
function North() {
  const say = useSay();
  return (
    <svg className={styles.north} width={30} height={44} viewBox="0 0 30 44" role="img" aria-label={say('map.north')}>
      <path d="M15 2 L25 30 L15 24 L5 30 Z" />
      <text x={15} y={42}>
        N
      </text>
    </svg>
  );
}

function ScaleBar({ view }: { readonly view: View }) {
  const { metres, px } = scaleBar(view, BAR_PX);
  return (
    <div className={styles.scale} style={{ width: px }}>
      {metresText(metres)}
    </div>
  );
}

function Tip({
  pointed: { lane, step },
  at,
  size,
  like,
}: {
  readonly pointed: Pointed;
  readonly at: Spot;
  readonly size: Size;
  readonly like: string;
}) {
  const right = at.x > size.width / 2;
  const low = at.y > size.height / 2;
  return (
    <div
      className={styles.tip}
      style={{
        ...(right ? { right: size.width - at.x + 14 } : { left: at.x + 14 }),
        ...(low ? { bottom: size.height - at.y + 14 } : { top: at.y + 14 }),
      }}
    >
      <strong>
        {lane.number} · {lane.name}
      </strong>
      <span>{timeText(zoned(step.atMs, like), 'second')}</span>
      <span>{placeText(step)}</span>
      {step.kmh === null ? null : <span>{Math.round(step.kmh)} km/h</span>}
    </div>
  );
}
