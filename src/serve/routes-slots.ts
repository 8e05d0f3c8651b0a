import Type from 'typebox';
import { HubJson, LearningBody, LearningJson, SlotChangeBody, SlotChangeJson, SlotJson } from '#api/slots';
import { slotViews } from '#desk/dockings';
import { assignSlot, hubViews } from '#desk/slots';
import { Presenter } from './present.ts';
import { command, events, query, type Route } from './route.ts';
import { presentSlot, slotEvents } from './slot-events.ts';

export const slotRoutes: readonly Route[] = [
  query({
    url: '/api/v1/slots',
    needs: 'viewer',
    summary: 'The slots as they are now',
    schema: { response: Type.Array(SlotJson) },
    handle: async ({ deps }) => {
      const presenter = new Presenter(deps.facts.timezone);
      return (await slotViews(deps)).map((view) => presentSlot(view, presenter));
    },
  }),
  query({
    url: '/api/v1/hubs',
    needs: 'viewer',
    summary: 'The hubs of the slots, with what comes through each of them now',
    schema: {
      response: Type.Array(HubJson),
    },
    handle: async ({ deps }) => hubViews(deps),
  }),
  events({
    url: '/api/v1/events',
    needs: 'viewer',
    summary: 'Server-sent events: `slots` once, then `slot` for each change; `port` for what is plugged in while slots are learnt',
    schema: {},
    handle: ({ deps, streams }, { signal }) => slotEvents(deps, streams, signal),
  }),
  command({
    method: 'PUT',
    url: '/api/v1/slots/learning',
    needs: 'operator',
    summary: 'While slots are learnt, what is plugged in is told as event `port` and not taken in; 0 seconds ends it',
    custody: null,
    schema: {
      body: LearningBody,
      response: LearningJson,
    },
    handle: async ({ deps }, { body }) => {
      deps.learning.learn(body.seconds);
      return { seconds: body.seconds };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/slots/assign',
    needs: 'operator',
    summary: 'Gives a port a number; a port that has it gets the old number of this one, or the next free one',
    custody: ['slots.changed'],
    schema: {
      body: SlotChangeBody,
      response: SlotChangeJson,
    },
    handle: async ({ deps }, { body, actor, custody }) => {
      const change = await assignSlot(deps, { ...body, actor });
      if (change.before === change.slot) custody.unchanged();
      return change;
    },
  }),
];
