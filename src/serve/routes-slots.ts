import Type from 'typebox';
import { slotViews } from '#desk/dockings';
import { assignSlot, hubViews } from '#desk/slots';
import { Presenter } from './present.ts';
import { type Route, route } from './route.ts';
import { closed, Name, nullable, SlotJson } from './schemas.ts';
import { presentSlot, slotEvents } from './slot-events.ts';

const SLOT_MAX = 9999;
const LEARNING_SECONDS_MAX = 3600;

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
      response: Type.Array(
        Type.Object({
          hub: Type.String({ description: 'Port path of the hub.' }),
          recorders: Type.Integer({ description: 'Recorders that are docked.' }),
          bytesPerSecond: Type.Integer(),
          slots: Type.Array(Type.Integer()),
        }),
      ),
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
      body: closed({ seconds: Type.Integer({ minimum: 0, maximum: LEARNING_SECONDS_MAX }) }),
      response: Type.Object({ seconds: Type.Integer() }),
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
      body: closed({ port: Name(4096), slot: Type.Integer({ minimum: 1, maximum: SLOT_MAX }) }),
      response: Type.Object({
        port: Type.String(),
        slot: Type.Integer(),
        before: nullable.integer('The number that the port had.'),
        moved: Type.Unsafe<{ port: string; slot: number } | null>({
          type: ['object', 'null'],
          properties: { port: { type: 'string' }, slot: { type: 'integer' } },
          description: 'The port that had this number, and the one it has now.',
        }),
      }),
    },
    handle: ({ deps }, { body, actor }) => assignSlot(deps, { ...body, actor }),
  }),
];
