import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import { AcknowledgementBody, DutiesQuery, type DutyAnswer, DutyCountsJson, DutyJson, DutyParams } from '#api/retention/duties';
import type { Deciding } from '#desk/access/policies';
import type { DeskDeps } from '#desk/deps';
import { acknowledgeDuty, mustHaveDuty } from '#desk/duties/acknowledge';
import { momentOf } from '#desk/registry';
import { subject } from '#domain/custody/subject';
import { type Duty, isOverdue } from '#domain/duties/duty';
import { custodyPage } from '#serve/custody-page';
import { shownPage } from '#serve/pages';
import { personName } from '#serve/person-name';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { command, query, type Route } from '#serve/route';

async function shownDuty({ facts, clock, ledger }: Pick<DeskDeps, 'facts' | 'clock' | 'ledger'>, duty: Duty): Promise<DutyAnswer> {
  const times = new Presenter(facts.timezone);
  const { id, kind, subject: about, owner, sinceMs, dueMs, state, openedAtMs, acknowledgement, doneAtMs } = duty;
  return {
    ...{ id, kind, subject: { ...about }, state, overdue: isOverdue(duty, clock.nowMs()) },
    ...{ since: times.time(sinceMs), due: times.time(dueMs), openedAt: times.time(openedAtMs), doneAt: times.timeOrNull(doneAtMs) },
    owner: { ...owner, unitName: owner.unit === null ? null : ((await ledger.people.unit(owner.unit))?.name ?? null) },
    acknowledgement: acknowledgement && {
      ...{ by: acknowledgement.by, byName: await personName(ledger, acknowledgement.by), reason: acknowledgement.reason },
      ...{ at: times.time(acknowledgement.atMs), until: times.timeOrNull(acknowledgement.untilMs) },
    },
  };
}

/** The person behind a request: a token of theirs is them, and all who act on the machine are one. */
function decidingOf({ kind, asker }: Principal, actor: Deciding['actor']): Deciding {
  return { actor, person: kind === 'cli' ? 'machine' : asker.id };
}

/** Routes of duties. */
export const dutyRoutes: readonly Route[] = [
  query({
    url: '/api/v1/duties',
    needs: 'see-duties',
    summary: 'What has to be seen to, newest first: of footage only what whoever asks may see',
    schema: { querystring: DutiesQuery, response: pageOf(DutyJson) },
    handle: async ({ deps }, { query: asked }) =>
      shownPage({
        list: 'duties',
        query: asked,
        read: ({ limit, after }) =>
          deps.ledger.duties.list({
            ...{ limit, ...(after === undefined ? {} : { after }) },
            ...(asked.state === undefined ? {} : { state: asked.state }),
            ...(asked.kind === undefined ? {} : { kind: asked.kind }),
            ...(asked.overdue ? { overdueAtMs: deps.clock.nowMs() } : {}),
          }),
        keyOf: ({ id }) => id,
        show: (duty) => shownDuty(deps, duty),
      }),
  }),
  query({
    url: '/api/v1/duties/counts',
    needs: 'see-duties',
    summary: 'How many duties of each kind are not done, and how many are overdue',
    schema: { response: DutyCountsJson },
    handle: async ({ deps: { ledger, clock } }) => ({ kinds: (await ledger.duties.counts(clock.nowMs())).map((each) => ({ ...each })) }),
  }),
  query({
    url: '/api/v1/duties/:id',
    needs: 'see-duties',
    summary: 'One duty',
    schema: { params: DutyParams, response: DutyJson },
    handle: async ({ deps }, { params: { id } }) => shownDuty(deps, await mustHaveDuty(deps.ledger, id)),
  }),
  query({
    url: '/api/v1/duties/:id/custody',
    needs: 'see-duties',
    summary: 'History of a duty, oldest first',
    reads: 'station',
    names: async (seen, { params: { id } }) => mustHaveDuty(seen, id),
    schema: { params: DutyParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params: { id }, query: asked, principal }) =>
      custodyPage(serving, { about: subject('duty', id), query: asked, principal }),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/duties/:id/acknowledgement',
    needs: 'answer-duties',
    summary: 'Acknowledges a duty with a reason; it comes back when the time is over and its cause is still there',
    custody: ['duty.acknowledged'],
    schema: { params: DutyParams, body: AcknowledgementBody, response: DutyJson },
    handle: async ({ deps }, { params: { id }, body: { reason, until }, principal, actor }) => {
      const untilMs = until === undefined ? null : momentOf(until, deps.facts.timezone, 'until');
      return shownDuty(deps, await acknowledgeDuty(deps, { id, reason, untilMs }, decidingOf(principal, actor)));
    },
  }),
];
