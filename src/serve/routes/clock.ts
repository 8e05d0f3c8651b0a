import { type ClockAnswer, ClockJson, ConfirmClockBody } from '#api/clock';
import type { DeskDeps } from '#desk/deps';
import { Presenter } from '#serve/present';
import { command, query, type Route } from '#serve/route';

export const clockRoutes: readonly Route[] = [
  query({
    url: '/api/v1/clock',
    needs: 'see-health',
    reads: 'station',
    summary: 'How the clock of the station stands: whether it went back or jumped, and nobody confirmed it since',
    schema: { response: ClockJson },
    handle: async ({ deps }) => shown(deps),
  }),
  command({
    method: 'POST',
    url: '/api/v1/clock/confirmation',
    needs: 'administer',
    reads: 'station',
    summary: 'Somebody says that the clock of the station is right now',
    custody: ['clock.confirmed'],
    schema: { body: ConfirmClockBody },
    handle: async ({ deps }, { body, actor, custody }) => {
      const by = { actor, words: body.words, seenAtMs: Date.parse(body.seenAt) };
      if (!(await deps.clockWatch.confirm(deps.ledger, by, (task) => custody.afterwards(task)))) custody.unchanged();
    },
  }),
];

function shown({ clock, clockWatch, facts }: DeskDeps): ClockAnswer {
  const state = clockWatch.state();
  const found = state.kind === 'steady' ? null : state;
  return {
    state: state.kind,
    byMs: found?.byMs ?? null,
    seenAt: found && new Date(found.seenAtMs).toISOString(),
    now: new Presenter(facts.timezone).time(clock.nowMs()),
    limitSeconds: facts.clockLimitSeconds,
  };
}
