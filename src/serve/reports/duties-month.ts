import type { Readable } from 'node:stream';
import type { DutyReportAnswer } from '#api/retention/duty-report';
import type { DeskDeps } from '#desk/deps';
import { ACKNOWLEDGEMENTS_MAX, type DutyReport } from '#desk/duties/month-report';
import type { DutyFigures } from '#domain/duties/month';
import { type Language, type Say, speaker } from '#messages/language';
import type { Block } from '#ports/document-printer';
import { Presenter } from '#serve/present';

type Deps = Pick<DeskDeps, 'facts' | 'clock' | 'printer'>;

/** The report in the form of the API. */
export function shownReport({ facts }: Pick<DeskDeps, 'facts'>, report: DutyReport): DutyReportAnswer {
  const times = new Presenter(facts.timezone);
  const { span, rows, total, acknowledgements, acknowledgementsCount, units, head } = report;
  return {
    ...{ month: span.month, from: times.time(span.fromMs), until: times.time(span.untilMs) },
    rows: rows.map((row) => ({ ...row, unitName: row.unit === null ? null : (units.get(row.unit) ?? null) })),
    total: { ...total },
    acknowledgements: acknowledgements.map(({ atMs, untilMs, ...rest }) => ({
      ...rest,
      at: times.time(atMs),
      until: times.timeOrNull(untilMs),
    })),
    acknowledgementsCount,
    log: head && { ...head },
  };
}

/** The report as PDF, in one language. Throws station.font-missing. */
export async function printDutyReport(
  { facts, clock, printer }: Deps,
  report: DutyReport,
  { language, who }: { readonly language: Language; readonly who: string },
): Promise<Readable> {
  await printer.check();
  const say = speaker(language);
  const times = new Presenter(facts.timezone);
  const utc = new Date(clock.nowMs()).toISOString();
  const { span, rows, total, acknowledgements, acknowledgementsCount, units, head } = report;
  const title = say('duty-report.title', { month: span.month });
  const made = say('report.made', { at: times.time(clock.nowMs()), utc, who, station: facts.stationId, name: facts.stationName });
  async function* blocks(): AsyncGenerator<Block> {
    yield { kind: 'title', text: title };
    yield { kind: 'note', text: made };
    yield { kind: 'note', text: say('duty-report.how', { from: times.time(span.fromMs), until: times.time(span.untilMs) }) };
    yield { kind: 'heading', text: say('duty-report.total') };
    yield { kind: 'pairs', rows: figureRows(say, total) };
    for (const [kind, of] of Map.groupBy(rows, (row) => row.kind)) {
      yield { kind: 'heading', text: say(`duty-kind.${kind}`) };
      const unitName = (unit: string | null) => (unit === null ? say('duty-report.all-units') : (units.get(unit) ?? unit));
      yield { kind: 'pairs', rows: of.map((row) => [unitName(row.unit), lineOf(say, row)] as const) };
    }
    yield { kind: 'heading', text: say('duty-report.acknowledgements', { count: acknowledgementsCount }) };
    if (acknowledgementsCount > acknowledgements.length)
      yield { kind: 'note', text: say('duty-report.acknowledgements-first', { count: ACKNOWLEDGEMENTS_MAX }) };
    for (const { duty, kind, by, atMs, untilMs, reason } of acknowledgements) {
      const named = kind === null ? duty : `${say(`duty-kind.${kind}`)} · ${duty}`;
      const until = untilMs === null ? say('duty-report.for-good') : say('duty-report.until', { until: times.time(untilMs) });
      yield { kind: 'pairs', rows: [[named, `${reason ?? '—'}\n${by} · ${times.time(atMs)} · ${until}`]] };
    }
    yield { kind: 'note', text: say('duty-report.log', { seq: head?.seq ?? '—', hash: head?.hash ?? '—' }) };
  }
  const foot = (page: number) => say('duty-report.foot', { month: span.month, page, station: facts.stationId, utc });
  return printer.print({ title, language, foot }, blocks());
}

const FIGURES = ['opened', 'metInTime', 'metLate', 'acknowledged', 'open', 'pastDue'] as const;
type Figures = Pick<DutyFigures, (typeof FIGURES)[number]>;

function figureRows(say: Say, figures: Figures): readonly (readonly [string, string])[] {
  return FIGURES.map((name) => [say(`duty-report.${name}`), String(figures[name])] as const);
}

function lineOf(say: Say, figures: Figures): string {
  return figureRows(say, figures)
    .map(([label, value]) => `${label} ${value}`)
    .join(' · ');
}
