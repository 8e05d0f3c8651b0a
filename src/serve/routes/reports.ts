import type { Readable } from 'node:stream';
import { MonthParams, ReportDeedBody, ReportQuery, TrailParams } from '#api/reports';
import { DutyReportJson } from '#api/retention/duty-report';
import { tellReportDeed } from '#desk/audit/report-deeds';
import type { DeskDeps } from '#desk/deps';
import { type DutyReport, dutyReport } from '#desk/duties/month-report';
import { monthReport } from '#desk/reports/month';
import { mustHaveRecording } from '#desk/tagging';
import { sha256Hex } from '#domain/canonical-json';
import { actorText } from '#domain/custody/actor';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { hoursOf, isOutside, monthSpan } from '#domain/reports/calendar';
import type { Language } from '#messages/language';
import type { StreamPlaces } from '#serve/limits';
import { Presenter } from '#serve/present';
import { actorOf, type Principal, viewerOf } from '#serve/principal';
import { printDutyReport, shownReport } from '#serve/reports/duties-month';
import { monthPage, PAGE_RULES } from '#serve/reports/month-page';
import { printTrail } from '#serve/reports/trail';
import { command, query, RawAnswer, type Route } from '#serve/route';

const FORMATS = { trail: 'pdf', month: 'html', duties: 'pdf' } as const;

export const reportRoutes: readonly Route[] = [
  command({
    method: 'POST',
    url: '/api/v1/reports/deeds',
    needs: 'read-audit',
    reads: 'station',
    summary: 'A report was printed, copied or saved, as whoever did it says',
    custody: ['report.issued'],
    schema: { body: ReportDeedBody },
    handle: async ({ deps }, { body: { report, of, how, copies, sha256 = null, to = null }, principal }) => {
      if (report !== 'trail' && !monthSpan(of, deps.facts.timezone))
        throw new EvidockError('request.invalid', because('no-month', { month: of }));
      if (report === 'trail') await mustHaveRecording(deps.ledger, of);
      const about = report === 'trail' ? subject('recording', of) : subject('station', deps.facts.stationId);
      const which = { ...(report === 'trail' ? {} : { month: of }), ...(copies === undefined ? {} : { copies }) };
      await tellReportDeed(deps, viewerOf(principal), { about, report, how, format: FORMATS[report], sha256, to, ...which });
    },
  }),
  query({
    url: '/api/v1/reports/trail/:recording',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The trail of one recording for a court, as PDF: digests, every entry of the log, every look; on record before its first byte',
    produces: 'application/pdf',
    records: ['report.issued'],
    schema: { params: TrailParams, querystring: ReportQuery },
    handle: async ({ deps, streams }, { params, query, principal, signal }) => {
      const { recording } = params;
      const language = query.lang ?? 'zh-CN';
      const give = async () => {
        const body = await printTrail(deps, { recording, language, who: whoText(principal) });
        try {
          await tellReport(deps, principal, {
            about: subject('recording', recording),
            report: 'trail',
            format: 'pdf',
            to: query.to ?? null,
            sha256: null,
          });
        } catch (error) {
          body.destroy();
          throw error;
        }
        return body;
      };
      return fileAnswer(await inTurn(streams, signal, give), 'application/pdf', `trail-${recording}.pdf`);
    },
  }),
  query({
    url: '/api/v1/reports/month/:month',
    needs: 'read-audit',
    reads: 'station',
    summary: 'What was looked at in a month, and what stands out, as one HTML file; on record before its first byte',
    produces: 'text/html',
    records: ['report.issued'],
    schema: { params: MonthParams, querystring: ReportQuery },
    handle: async ({ deps, streams }, { params, query, principal, signal }) => {
      const text = await pageOfMonth(deps, { month: params.month, language: query.lang ?? 'zh-CN', principal, signal, streams });
      const about = subject('station', deps.facts.stationId);
      const sha256 = sha256Hex(new TextEncoder().encode(text));
      await tellReport(deps, principal, { about, report: 'month', format: 'html', to: query.to ?? null, sha256, month: params.month });
      const named = `attachment; filename="looks-${deps.facts.stationId}-${params.month}.html"`;
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_RULES, 'content-disposition': named };
      return new RawAnswer(200, { ...headers, 'cache-control': 'no-store' }, text);
    },
  }),
  query({
    url: '/api/v1/reports/duties/:month',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The duties of a month by kind and unit: opened, met in time, met late, acknowledged with which reason, still open; on record',
    records: ['report.issued'],
    schema: { params: MonthParams, response: DutyReportJson },
    handle: async ({ deps, streams }, { params: { month }, principal, signal }) => {
      const report = await dutiesOfMonth(deps, { month, signal, streams });
      const about = subject('station', deps.facts.stationId);
      await tellReport(deps, principal, { about, report: 'duties', format: 'json', to: null, sha256: null, month });
      return shownReport(deps, report);
    },
  }),
  query({
    url: '/api/v1/reports/duties/:month/pdf',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The same as PDF; on record before its first byte',
    produces: 'application/pdf',
    records: ['report.issued'],
    schema: { params: MonthParams, querystring: ReportQuery },
    handle: async ({ deps, streams }, { params: { month }, query, principal, signal }) => {
      const report = await dutiesOfMonth(deps, { month, signal, streams });
      const give = async () => {
        const body = await printDutyReport(deps, report, { language: query.lang ?? 'zh-CN', who: whoText(principal) });
        const about = subject('station', deps.facts.stationId);
        await tellReport(deps, principal, { about, report: 'duties', format: 'pdf', to: query.to ?? null, sha256: null, month });
        return body;
      };
      return fileAnswer(await inTurn(streams, signal, give), 'application/pdf', `duties-${deps.facts.stationId}-${month}.pdf`);
    },
  }),
];

async function dutiesOfMonth(
  { ledger, facts, clock }: DeskDeps,
  { month, signal, streams }: Pick<Month, 'month' | 'signal' | 'streams'>,
): Promise<DutyReport> {
  const found = monthSpan(month, facts.timezone);
  if (!found || found.span.fromMs > clock.nowMs()) throw new EvidockError('request.invalid', because('no-month', { month }));
  const giveBack = streams.take();
  try {
    return await dutyReport(ledger, found.span, signal);
  } finally {
    giveBack();
  }
}

interface Month {
  readonly month: string;
  readonly language: Language;
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly streams: StreamPlaces;
}

async function pageOfMonth(deps: DeskDeps, { month, language, principal, signal, streams }: Month): Promise<string> {
  const { facts, clock } = deps;
  const found = monthSpan(month, facts.timezone);
  const nowMs = clock.nowMs();
  if (!found || found.span.fromMs > nowMs) throw new EvidockError('request.invalid', because('no-month', { month }));
  const hours = hoursOf(facts.audit.hours);
  const giveBack = streams.take();
  try {
    const outside = (atMs: number) => hours !== null && isOutside(hours, atMs, facts.timezone);
    const report = await monthReport(deps, { ...found, isOutside: outside, signal });
    const station = { id: facts.stationId, name: facts.stationName };
    const presenter = new Presenter(facts.timezone);
    return monthPage(report, { language, presenter, hours: facts.audit.hours, station, who: whoText(principal), nowMs });
  } finally {
    giveBack();
  }
}

interface Told {
  readonly about: ReturnType<typeof subject<'recording' | 'station'>>;
  readonly report: string;
  readonly format: string;
  readonly to: string | null;
  /** null: it is not known before it is sent. */
  readonly sha256: string | null;
  readonly month?: string;
}

function tellReport({ deeds }: Pick<DeskDeps, 'deeds'>, principal: Principal, told: Told): Promise<void> {
  return deeds.reported(viewerOf(principal), { ...told, how: 'downloaded' });
}

function whoText(principal: Principal): string {
  const actor = actorText(actorOf(principal));
  return principal.name === null || principal.name === principal.id ? actor : `${principal.name} (${actor})`;
}

/** Reports take a place among the streams, so that not many are made at a time. */
async function inTurn(streams: StreamPlaces, signal: AbortSignal, give: () => Promise<Readable>): Promise<Readable> {
  const giveBack = streams.take();
  try {
    const body = await give();
    body.once('close', giveBack);
    const stop = () => body.destroy();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return body;
  } catch (error) {
    giveBack();
    throw error;
  }
}

function fileAnswer(body: Readable, type: string, name: string): RawAnswer {
  return new RawAnswer(
    200,
    { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
    body,
  );
}
