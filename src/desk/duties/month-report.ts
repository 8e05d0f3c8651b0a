import type { DutyKind } from '#domain/duties/duty';
import { type DutyFigures, DutyMonth } from '#domain/duties/month';
import type { MonthSpan } from '#domain/reports/month';
import type { Ledger } from '#ports/ledger';

const PAGE = 1000;
/** Acknowledgements that a report names with their reasons. Of more it tells how many. */
export const ACKNOWLEDGEMENTS_MAX = 2000;

/** An acknowledgement of the month. */
interface ReportedAcknowledgement {
  readonly duty: string;
  readonly kind: DutyKind | null;
  readonly by: string;
  readonly atMs: number;
  readonly untilMs: number | null;
  /** null: it was erased. */
  readonly reason: string | null;
}

export interface DutyReport {
  readonly span: MonthSpan;
  readonly rows: readonly DutyFigures[];
  readonly total: DutyMonth['total'];
  /** In the order of the log. */
  readonly acknowledgements: readonly ReportedAcknowledgement[];
  readonly acknowledgementsCount: number;
  /** Names of units by id. */
  readonly units: ReadonlyMap<string, string>;
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

/** Adds up the duties of a month: what was opened, met, acknowledged and left, by kind and unit. Throws what the signal is aborted with. */
export async function dutyReport(ledger: Ledger, span: MonthSpan, signal: AbortSignal): Promise<DutyReport> {
  const head = await ledger.custody.head();
  const { acknowledgements, acknowledged, count } = await acknowledgementsOf(ledger, span, signal);
  const month = new DutyMonth(span);
  const kinds = new Map<string, DutyKind>();
  for (let after: string | undefined; ; ) {
    const page = await ledger.duties.during(span, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const duty of page) {
      month.add(duty, acknowledged.has(duty.id));
      if (acknowledged.has(duty.id)) kinds.set(duty.id, duty.kind);
    }
    await breath(signal);
    if (page.length < PAGE) break;
    after = page.at(-1)?.id;
  }
  const { rows, total } = month;
  const named = acknowledgements.map((each) => ({ ...each, kind: kinds.get(each.duty) ?? null }));
  return { span, rows, total, acknowledgements: named, acknowledgementsCount: count, units: await unitNames(ledger, rows), head };
}

async function acknowledgementsOf({ looks }: Pick<Ledger, 'looks'>, { fromMs, untilMs }: MonthSpan, signal: AbortSignal) {
  const question = { type: 'duty.acknowledged', fromMs, untilMs };
  const acknowledgements: Omit<ReportedAcknowledgement, 'kind'>[] = [];
  const acknowledged = new Set<string>();
  let count = 0;
  for (let after: number | null | undefined; after !== null; ) {
    const { entries, next } = await looks.answer(question, { limit: PAGE, order: 'oldest', ...(after === undefined ? {} : { after }) });
    for (const { subject, atMs, data, personal } of entries) {
      count += 1;
      acknowledged.add(subject.id);
      const { by, until } = data as { readonly by: string; readonly until: string | null };
      const { reason } = (personal ?? {}) as { readonly reason?: string | null };
      const untilMs = until === null ? null : Date.parse(until);
      if (acknowledgements.length < ACKNOWLEDGEMENTS_MAX)
        acknowledgements.push({ duty: subject.id, by, atMs, untilMs, reason: reason ?? null });
    }
    after = next;
    await breath(signal);
  }
  return { acknowledgements, acknowledged, count };
}

async function unitNames({ people }: Pick<Ledger, 'people'>, rows: readonly DutyFigures[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const unit of new Set(rows.flatMap(({ unit: id }) => id ?? []))) names.set(unit, (await people.unit(unit))?.name ?? unit);
  return names;
}

/** Lets the rest of the daemon run. */
async function breath(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setImmediate(resolve));
}
