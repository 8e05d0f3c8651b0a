import Type, { type Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import { HubJson, LearningBody, PortSeenJson, SlotChangeBody, SlotChangeJson, SlotJson, SlotParams } from '#api/slots';
import type { DeskDeps } from '#desk/deps';
import { slotViews } from '#desk/dockings';
import { assignSlot, hubViews } from '#desk/slots';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { pageOfHeld as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import { Created, command, events, query, type Resource, type Route } from '#serve/route';
import { presentSlot, slotEvents } from '#serve/slots/slot-events';
import { BY_LEDGER, SlotSight, type SlotViewer } from '#serve/slots/slot-sight';

async function slotAs(who: SlotViewer, ledger: LedgerReader, deps: DeskDeps, { slot }: Static<typeof SlotParams>) {
  const view = (await slotViews({ board: deps.board, ledger })).find((each) => each.slot === slot);
  return view ? presentSlot(await new SlotSight(ledger, who).of(view), new Presenter(deps.facts.timezone)) : null;
}

/** By the ledger alone, which is that of whoever asks: a slot that is seen whole and one that is not have different ETags. */
const slotAt: Resource<Static<typeof SlotParams>> = (ledger, deps, params) => slotAs(BY_LEDGER, ledger, deps, params);

export const slotRoutes: readonly Route[] = [
  query({
    url: '/api/v1/slots',
    needs: 'see-slots',
    summary: 'The slots as they are now, by number',
    schema: { querystring: PageQuery, response: pageOf(SlotJson) },
    handle: async ({ deps }, { query, principal }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const sight = new SlotSight(deps.ledger, principal);
      const rows = await Promise.all((await slotViews(deps)).map((view) => sight.of(view)));
      return page({ list: 'slots', query, rows, keyOf: ({ slot }) => slot, show: (view) => presentSlot(view, presenter) });
    },
  }),
  query({
    url: '/api/v1/slots/:slot',
    needs: 'see-slots',
    summary: 'One slot as it is now',
    schema: { params: SlotParams, response: SlotJson },
    isResource: true,
    handle: async ({ deps }, { params, principal }) => {
      const slot = await slotAs(principal, deps.ledger, deps, params);
      if (slot === null) throw new EvidockError('request.not-found', because('no-slot', { slot: params.slot }));
      return slot;
    },
  }),
  query({
    url: '/api/v1/hubs',
    needs: 'see-slots',
    summary: 'The hubs of the slots, with what comes through each of them now, by port path',
    schema: { querystring: PageQuery, response: pageOf(HubJson) },
    handle: ({ deps }, { query }) => page({ list: 'hubs', query, rows: hubViews(deps), keyOf: ({ hub }) => hub, show: (hub) => hub }),
  }),
  events({
    url: '/api/v1/events',
    needs: 'see-slots',
    summary: 'Server-sent events: `slots` once, then `slot` for each change; `port` for what is plugged in while slots are learnt',
    schema: { events: { slots: Type.Array(SlotJson), slot: SlotJson, port: PortSeenJson } },
    handle: ({ deps, streams }, { principal, stillHolds, signal }) =>
      slotEvents(deps, streams, { ledger: deps.ledger, principal, stillHolds, signal }),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/slots/learning',
    needs: 'administer',
    summary: 'While slots are learnt, what is plugged in is told as event `port` and not taken in; 0 seconds ends it',
    custody: null,
    schema: { body: LearningBody },
    handle: async ({ deps }, { body }) => deps.learning.learn(body.seconds),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/slots/:slot',
    needs: 'administer',
    summary: 'Gives a port this number; another port that has it gets the old number of this one, or the next free one',
    custody: ['slots.changed'],
    creates: 'new',
    // The board shows the number only after it is on record.
    transactions: 'several',
    resource: slotAt,
    schema: { params: SlotParams, body: SlotChangeBody, response: SlotChangeJson },
    handle: async ({ deps }, { params: { slot }, body: { port }, actor, custody }) => {
      const change = await assignSlot(deps, { port, slot, actor });
      if (change.before === change.slot) custody.unchanged();
      return change.moved === null && change.before !== slot ? new Created(`/api/v1/slots/${slot}`, change) : change;
    },
  }),
];
