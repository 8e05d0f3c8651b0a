import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useAsk } from '../../client/queries.ts';
import { Badge, Empty, Filters, Loading, PageHead, Panel, SelectField, Stack } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useNumber } from '../../kit/time.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }));
const SPANS = [7, 30, 92, 366] as const;
const HOUR_MS = 3_600_000;
/** More would not be told apart by colour. */
const UNITS_MAX = 4;
const FAILING_MAX = 12;

type Figures = Schemas['Figures'];

/** What came in, how late, what failed, and what is not archived. */
export function Page() {
  const say = useSay();
  const [get, set] = useSearchState();
  const days = SPANS.find((span) => String(span) === get('days')) ?? 30;
  const found = useAsk('GET /api/v1/figures', { query: { days } }, { topics: ['recordings', 'dockings'] });
  return (
    <>
      <PageHead title={say('figures.title')} subtitle={say('figures.about')} />
      <Stack>
        <Panel>
          <Filters>
            <SelectField
              label={say('figures.span')}
              value={String(days)}
              onChange={(event) => set({ days: event.target.value })}
              choices={SPANS.map((span) => ({ value: String(span), label: say('figures.days', { days: span }) }))}
            />
          </Filters>
        </Panel>
        {found.error ? <ProblemNote error={found.error} again={() => void found.refetch()} /> : null}
        {found.isPending ? <Loading /> : null}
        {found.data ? <Plots figures={found.data} /> : null}
      </Stack>
    </>
  );
}

function Plots({ figures: { days, delays, recorders } }: { readonly figures: Figures }) {
  const say = useSay();
  const number = useNumber();
  const x = days.map((_, at) => at);
  const dayText = (at: number) => (days[at]?.day ?? '').slice(5);
  // A quiet station records minutes, and nobody reads parts of an hour.
  const longestMs = Math.max(...days.map(({ ms }) => ms));
  const [unit, unitMs] =
    longestMs < 2 * HOUR_MS ? ([say('figures.minutes'), HOUR_MS / 60] as const) : ([say('figures.hours'), HOUR_MS] as const);
  const recorded = days.some(({ recordings }) => recordings > 0);
  const failing = recorders.filter(({ failed, filesRefused }) => failed > 0 || filesRefused > 0).slice(0, FAILING_MAX);
  const most = Math.max(1, ...failing.map(({ failed, filesRefused }) => failed + filesRefused));
  const steps = delays.steps.map(({ hours: upTo, recordings }) => ({ upTo, recordings }));
  const stepsMost = Math.max(1, ...steps.map(({ recordings }) => recordings));
  return (
    <div className={styles.plots}>
      <Panel title={say('figures.footage')}>
        {recorded ? (
          <Suspense fallback={<Loading />}>
            <Plot
              label={say('figures.footage')}
              kind="bars"
              x={x}
              xText={dayText}
              series={unitSeries(days, { unitMs, none: say('figures.no-unit'), other: say('figures.other-units') })}
              unit={unit}
            />
          </Suspense>
        ) : (
          <Empty text={say('figures.nothing')} />
        )}
      </Panel>
      <Panel title={say('figures.not-archived')}>
        {recorded ? (
          <Suspense fallback={<Loading />}>
            <Plot
              label={say('figures.not-archived')}
              kind="bars"
              x={x}
              xText={dayText}
              series={[{ label: say('figures.not-archived'), values: days.map(({ notArchivedMs }) => notArchivedMs / unitMs) }]}
              unit={unit}
            />
          </Suspense>
        ) : (
          <Empty text={say('figures.nothing')} />
        )}
      </Panel>
      <Panel title={say('figures.delay', { hours: delays.limitHours })}>
        <p>
          {delays.late > 0 ? (
            <Badge tone="bad">{say('figures.late', { count: number(delays.late), hours: delays.limitHours })}</Badge>
          ) : (
            <Badge tone="good">{say('figures.none-late')}</Badge>
          )}{' '}
          {say('figures.in-time', { count: number(delays.inTime) })}
          {delays.untimed > 0 ? ` · ${say('figures.untimed', { count: number(delays.untimed) })}` : ''}
        </p>
        <ul className={styles.bars}>
          {steps.map(({ upTo, recordings }) => (
            <li key={upTo ?? 'longer'} className={styles.bar}>
              <span className={styles.barLabel}>
                {upTo === null ? say('figures.longer', { hours: steps.at(-2)?.upTo ?? 0 }) : say('figures.up-to', { hours: upTo })}
              </span>
              <Bar share={recordings / stepsMost} bad={upTo === null || upTo > delays.limitHours} />
              <strong>{number(recordings)}</strong>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={say('figures.failures')}>
        {failing.length === 0 ? <Empty text={say('figures.no-failures')} /> : null}
        <ul className={styles.bars}>
          {failing.map(({ serial, failed, filesRefused, dockings }) => (
            <li key={serial} className={styles.bar}>
              <Link className={styles.barLabel} href={`/intake?recorder=${encodeURIComponent(serial)}&problems=true`}>
                {serial}
              </Link>
              <Bar share={(failed + filesRefused) / most} bad={failed > 0} />
              <span>{say('figures.failed-of', { failed: number(failed), dockings: number(dockings), refused: number(filesRefused) })}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}

/** The figure beside it says the same. */
function Bar({ share, bad }: { readonly share: number; readonly bad: boolean }) {
  return (
    <span className={styles.track} aria-hidden="true">
      <span className={styles.fill} data-bad={bad} style={{ width: `${Math.round(share * 100)}%` }} />
    </span>
  );
}

function unitSeries(
  days: Figures['days'],
  { unitMs, none, other }: { readonly unitMs: number; readonly none: string; readonly other: string },
) {
  const totals = new Map<string, number>();
  const nameOf = ({ unit, path }: Figures['days'][number]['units'][number]) => path ?? unit ?? none;
  for (const { units } of days) for (const unit of units) totals.set(nameOf(unit), (totals.get(nameOf(unit)) ?? 0) + unit.ms);
  const named = [...totals].sort(([, one], [, another]) => another - one).map(([name]) => name);
  const shown = named.slice(0, UNITS_MAX);
  const sum = (of: (name: string) => boolean) =>
    days.map(({ units }) => units.filter((unit) => of(nameOf(unit))).reduce((all, { ms }) => all + ms, 0) / unitMs);
  return [
    ...shown.map((label) => ({ label, values: sum((name) => name === label) })),
    ...(named.length > shown.length ? [{ label: other, values: sum((name) => !shown.includes(name)) }] : []),
  ];
}
