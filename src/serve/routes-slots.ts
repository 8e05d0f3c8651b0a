import Type from 'typebox';
import { HubJson, LearningBody, LearningJson, SlotChangeBody, SlotChangeJson, SlotJson } from '#api/slots';
import { slotViews } from '#desk/dockings';
import { assignSlot, hubViews } from '#desk/slots';
import { Presenter } from './present.ts';
import { type Route, route } from './route.ts';
import { presentSlot, slotEvents } from './slot-events.ts';

export const slotRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/slots',
    access: 'viewer',
    summary: 'The slots as they are now',
    custody: null,
    schema: { response: Type.Array(SlotJson) },
    handle: async ({ deps }) => {
      const presenter = new Presenter(deps.facts.timezone);
      return (await slotViews(deps)).map((view) => presentSlot(view, presenter));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/hubs',
    access: 'viewer',
    summary: 'The hubs of the slots, with what comes through each of them now',
    custody: null,
    schema: {
      response: Type.Array(HubJson),
    },
    handle: async ({ deps }) => hubViews(deps),
  }),
  route({
    method: 'GET',
    url: '/api/v1/events',
    access: 'viewer',
    summary: 'Server-sent events: `slots` once, then `slot` for each change; `port` for what is plugged in while slots are learnt',
    custody: null,
    schema: {},
    produces: 'text/event-stream',
    handle: ({ deps, streams }, { signal }) => slotEvents(deps, streams, signal),
  }),
  route({
    method: 'POST',
    url: '/api/v1/slots/learning',
    access: 'operator',
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
  route({
    method: 'POST',
    url: '/api/v1/slots/assign',
    access: 'operator',
    summary: 'Gives a port a number; a port that has it gets the old number of this one, or the next free one',
    custody: 'slots.changed',
    schema: {
      body: SlotChangeBody,
      response: SlotChangeJson,
    },
    handle: ({ deps }, { body, actor }) => assignSlot(deps, { ...body, actor }),
  }),
];
