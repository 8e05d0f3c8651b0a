import type { ClockKind } from '#domain/clock/clock-state';
import { ReportIssued } from '#domain/custody/audit-entries';
import type { CustodyDraft } from '#domain/custody/entry';
import { describeViewer, wordsOfViewer } from '#domain/custody/looked';
import type { Subject } from '#domain/custody/subject';
import type { Viewer } from '#domain/look/look';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
}

/** What somebody does with a report. `saved`, `printed` and `copied` are what they say that they did: the station sees it go out alone. */
const REPORT_DEEDS = ['printed', 'copied', 'saved'] as const;

/** A report, or a trail of one thing, that goes out or is said to have been printed, copied or saved. */
export interface Report {
  readonly about: Subject<'station' | 'recording' | 'case'>;
  readonly report: string;
  readonly how: 'shown' | 'downloaded' | (typeof REPORT_DEEDS)[number];
  readonly format: string;
  readonly sha256: string | null;
  readonly to: string | null;
  /** Of a report of a month: which, `2026-06`. */
  readonly month?: string;
  /** How many copies. */
  readonly copies?: number;
}

/** When, and how the clock stood then. */
interface Moment {
  readonly atMs: number;
  readonly clock: ClockKind;
}

export function reportDraft(
  { atMs, clock }: Moment,
  viewer: Viewer,
  { about, report, how, format, sha256, to, month, copies }: Report,
): CustodyDraft {
  const which = { ...(month === undefined ? {} : { month }), ...(copies === undefined ? {} : { copies }) };
  return ReportIssued.make({
    ...{ atMs, actor: viewer.actor, subject: about },
    data: { report, how, format, sha256, ...which, ...describeViewer(viewer, clock) },
    personal: { ...wordsOfViewer(viewer), ...(to === null ? {} : { to }) },
  });
}

/** Puts on record what somebody says that they did with a report. */
export async function tellReportDeed({ ledger, clock, clockWatch }: Deps, viewer: Viewer, report: Report): Promise<void> {
  const moment = { atMs: clock.nowMs(), clock: clockWatch.state().kind };
  await ledger.transaction((writer) => writer.custody.append(reportDraft(moment, viewer, report)));
}
