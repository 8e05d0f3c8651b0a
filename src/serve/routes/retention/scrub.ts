import { type ScrubAnswer, ScrubJson, ScrubOrderBody } from '#api/retention/scrub';
import type { DeskDeps } from '#desk/deps';
import { orderScrub } from '#desk/scrub/orders';
import { scrubStanding } from '#desk/scrub/standing';
import { Presenter } from '#serve/present';
import { command, query, type Route } from '#serve/route';

const DAY_MS = 86_400_000;
const days = (ms: number) => Math.round((ms / DAY_MS) * 10) / 10;

export const scrubRoutes: readonly Route[] = [
  query({
    url: '/api/v1/scrub',
    needs: 'see-health',
    reads: 'station',
    summary: 'How the reading again of everything that is kept stands, for vault and archive',
    schema: { response: ScrubJson },
    handle: async ({ deps }) => shown(deps),
  }),
  command({
    method: 'POST',
    url: '/api/v1/scrub/orders',
    needs: 'verify',
    reads: 'station',
    summary: 'Pauses or resumes the reading again of a place, has it done at once, or confirms that healing may go on',
    custody: ['scrub.ordered'],
    schema: { body: ScrubOrderBody },
    handle: async ({ deps }, { body, actor }) => orderScrub(deps, { ...body, actor }),
  }),
];

async function shown({ ledger, clock, archive, scrub, facts }: DeskDeps): Promise<ScrubAnswer> {
  const times = new Presenter(facts.timezone);
  const standings = await scrubStanding({ ledger, clock, archive, limits: scrub.limits });
  const places = standings.map(({ place, items, bytes, overdue, bytesPerHour, keepsPeriod, paused, faults, ...timed }) => ({
    ...{ place, items, bytes, overdue, bytesPerHour, keepsPeriod, paused, faults },
    ...{ periodDays: days(timed.periodMs), roundDays: days(timed.roundMs) },
    ...{ oldestCheckAt: times.timeOrNull(timed.oldestCheckMs), haltedAt: times.timeOrNull(timed.haltedAtMs) },
  }));
  return { on: scrub.on, places };
}
