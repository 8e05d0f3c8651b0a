import Type, { type Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import { HubJson, LearningBody, PortSeenJson, SlotChangeBody, SlotChangeJson, SlotJson, SlotParams } from '#api/slots';
import { slotViews } from '#desk/dockings';
import { assignSlot, hubViews } from '#desk/slots';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { pageOfHeld as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import { Created, command, events, query, type Resource, type Route, shown } from '#serve/route';
import { everySlot, presentSlot, slotEvents } from '#serve/slot-events';

const slotAt: Resource<Static<typeof SlotParams>> = async (ledger, deps, { slot }) => {
  const view = (await slotViews({ board: deps.board, ledger })).find((each) => each.slot === slot);
  return view ? presentSlot(view, new Presenter(deps.facts.timezone)) : null;
};

export const slotRoutes: readonly Route[] = [
  query({
    url: '/api/v1/slots',
    needs: 'see-slots',
    summary: 'The slots as they are now, by number',
    schema: { querystring: PageQuery, response: pageOf(SlotJson) },
    handle: async ({ deps }, { query }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const rows = await slotViews(deps);
      return page({ list: 'slots', query, rows, keyOf: ({ slot }) => slot, show: (view) => presentSlot(view, presenter) });
    },
  }),
  shown({
    url: '/api/v1/slots/:slot',
    needs: 'see-slots',
    summary: 'One slot as it is now',
    schema: { params: SlotParams, response: SlotJson },
    resource: async (ledger, deps, params) => {
      const slot = await slotAt(ledger, deps, params);
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
    handle: ({ deps, streams }, { signal }) => slotEvents(deps, streams, signal, everySlot(new Presenter(deps.facts.timezone))),
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
    reads: 'station',
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
