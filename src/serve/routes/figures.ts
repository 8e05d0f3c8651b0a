import { FiguresJson, FiguresQuery } from '#api/figures';
import type { DeskDeps } from '#desk/deps';

import { daysOf, delaySteps, lastDays } from '#desk/figures/figures';
import { pathOfUnit } from '#desk/people/find-unit';
import { Presenter } from '#serve/present';
import { query, type Route } from '#serve/route';

const DAYS = 30;
const RECORDERS_MAX = 50;

export const figureRoutes: readonly Route[] = [
  query({
    url: '/api/v1/figures',
    needs: 'see-work',
    summary: 'What came in on the last days, by day and unit; how late, what failed, what is not archived, and when the disk is full',
    schema: { querystring: FiguresQuery, response: FiguresJson },
    handle: async ({ deps }, { query }) => {
      const { ledger, clock, facts } = deps;
      const presenter = new Presenter(facts.timezone);
      const days = lastDays(clock.nowMs(), query.days ?? DAYS, facts.timezone);
      const [first, today] = [days[0], days.at(-1)];
      const span = { sinceMs: first?.fromMs ?? 0, untilMs: today?.untilMs ?? 0 };
      const pathOf = unitPaths(deps);
      const figures = daysOf(days, await ledger.recordings.hours(span));
      const shown = [];
      for (const { units, ...day } of figures) {
        const named = [];
        for (const unit of units) named.push({ ...unit, path: unit.unit === null ? null : await pathOf(unit.unit) });
        shown.push({ ...day, units: named });
      }
      const counts = await ledger.counts();
      const recorders = await ledger.dockings.talliesByRecorder({ ...span, limit: RECORDERS_MAX });
      return {
        ...{ since: presenter.time(span.sinceMs), until: presenter.time(span.untilMs), days: shown },
        delays: await delaySteps(ledger, span, facts.lateMs),
        dockings: await ledger.dockings.tally(span),
        today: await ledger.dockings.tally({ sinceMs: today?.fromMs ?? 0, untilMs: span.untilMs }),
        recorders: recorders.map(({ recorder, ...tally }) => ({ serial: recorder, ...tally })),
        work: { waiting: counts.workWaiting, failed: counts.workFailed, notArchived: counts.notArchived },
        space: await spaceOf(deps, presenter),
      };
    },
  }),
];

/** Names of units by id, each asked once. */
function unitPaths({ ledger }: DeskDeps): (unit: string) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  const read = async (unit: string) => (await pathOfUnit(ledger, unit)) || null;
  return (unit) => {
    const path = known.get(unit) ?? read(unit);
    known.set(unit, path);
    return path;
  };
}

/** The forecast is that of the watch over the machine; where it watches nothing, the disk itself tells what is free. */
async function spaceOf(deps: DeskDeps, presenter: Presenter) {
  const watched = deps.machine()?.space;
  if (watched && 'freeBytes' in watched) {
    const { freeBytes, bytesPerDay, fullAtMs } = watched;
    return { freeBytes, bytesPerDay, fullAt: fullAtMs === null ? null : presenter.time(fullAtMs) };
  }
  const freeBytes = await deps.vault.freeBytes().catch(() => null);
  return freeBytes === null ? null : { freeBytes, bytesPerDay: null, fullAt: null };
}
