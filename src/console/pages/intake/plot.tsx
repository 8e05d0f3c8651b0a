import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

/** Tokens, in the order in which series take them. */
const COLOURS = ['--accent', '--good', '--warn', '--bad', '--muted', '--line-strong'];
const HEIGHT_PX = 220;

interface Series {
  readonly label: string;
  readonly values: readonly number[];
}

interface PlotProps {
  readonly label: string;
  readonly kind: 'line' | 'bars';
  readonly x: readonly number[];
  readonly xText: (value: number) => string;
  /** Bars are stacked in this order. */
  readonly series: readonly Series[];
  readonly unit: string;
}

/** A plot, with the same figures as a table for whoever does not see it. */
export function Plot({ label, kind, x, xText, series, unit }: PlotProps) {
  const say = useSay();
  const box = useRef<HTMLDivElement>(null);
  const text = useRef(xText);
  text.current = xText;
  const xName = say('figures.day');
  const shape = JSON.stringify([label, kind, x, series, unit]);
  useEffect(() => {
    const host = box.current;
    if (!host) return;
    const [, of, at, rows, named] = JSON.parse(shape) as [string, 'line' | 'bars', number[], Series[], string];
    const draw = () =>
      new uPlot(
        optionsOf({ host, kind: of, series: rows, unit: named, xName, xText: (value) => text.current(value) }),
        dataOf(of, at, rows),
        host,
      );
    let plot = draw();
    const sized = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT_PX }));
    sized.observe(host);
    // Colours are read once when it is drawn.
    const again = () => {
      plot.destroy();
      plot = draw();
    };
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', again);
    return () => {
      sized.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', again);
      plot.destroy();
    };
  }, [shape, xName]);
  return (
    <figure>
      <div ref={box} className={styles.plot} aria-hidden="true" />
      <details>
        <summary>{say('figures.table')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the region scrolls */}
        <section style={{ overflow: 'auto', maxHeight: 320 }} tabIndex={0} aria-label={label}>
          <table>
            <caption className="visually-hidden">{label}</caption>
            <thead>
              <tr>
                <th scope="col">{say('figures.day')}</th>
                {series.map((each) => (
                  <th key={each.label} scope="col">
                    {each.label} ({unit})
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {x.map((value, at) => (
                <tr key={value}>
                  <th scope="row">{xText(value)}</th>
                  {series.map((each) => (
                    <td key={each.label}>{round(each.values[at] ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Bars stand on one another, the whole first, so that later ones are drawn over its lower part. */
function dataOf(kind: 'line' | 'bars', x: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  if (kind === 'line') return [[...x], ...series.map(({ values }) => [...values])];
  const sums = series.map((_, upTo) =>
    x.map((__, at) => series.slice(0, upTo + 1).reduce((sum, { values }) => sum + (values[at] ?? 0), 0)),
  );
  return [[...x], ...sums.toReversed()];
}

interface Drawn {
  readonly host: HTMLElement;
  readonly kind: 'line' | 'bars';
  readonly series: readonly Series[];
  readonly unit: string;
  readonly xName: string;
  readonly xText: (value: number) => string;
}

const BARS = uPlot.paths.bars?.({ size: [0.7, 28] });

function optionsOf({ host, kind, series, unit, xText, xName }: Drawn): uPlot.Options {
  const style = getComputedStyle(host);
  // Canvas knows no light-dark(): the browser resolves a token where it is a colour of an element.
  const probe = document.createElement('span');
  host.append(probe);
  const colour = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line') },
    font: `12px ${style.fontFamily}`,
  };
  const drawn = series.map(({ label, values }, at) => {
    const paint = colour(COLOURS[at % COLOURS.length] ?? '--accent');
    return {
      ...{
        label,
        stroke: paint,
        width: 2,
        value: (_: uPlot, __: number, ___: number, index: number | null) => (index === null ? '—' : `${round(values[index] ?? 0)} ${unit}`),
      },
      ...(kind === 'bars'
        ? { fill: paint, ...(BARS ? { paths: BARS } : {}), points: { show: false } }
        : { points: { show: true, size: 6 } }),
    };
  });
  const options: uPlot.Options = {
    ...{ width: host.clientWidth, height: HEIGHT_PX, cursor: { drag: { x: false, y: false } } },
    scales: {
      x: { time: false, ...(kind === 'bars' ? { range: (_, low, high) => [low - 0.6, high + 0.6] } : {}) },
      ...(kind === 'bars' ? { y: { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] } } : {}),
    },
    axes: [
      { ...axis, values: (_, at) => at.map((value) => (kind === 'bars' && !Number.isInteger(value) ? '' : xText(value))), space: 80 },
      { ...axis, values: (_, at) => at.map((value) => `${value} ${unit}`), size: 64 },
    ],
    series: [
      { label: xName, value: (_, value) => (value === null ? '—' : xText(value)) },
      ...(kind === 'bars' ? drawn.toReversed() : drawn),
    ],
  };
  probe.remove();
  return options;
}
