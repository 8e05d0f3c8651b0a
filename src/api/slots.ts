import Type, { type Static } from 'typebox';
import { type Battery, SLOT_PHASES } from '#domain/docking';
import { closed, Name, nullable, oneOf, ProblemJson, ReasonSchema } from './common.ts';

/** Schemas of slots, and of the hubs that slots share. */

/** The re-check of a docking: of its `files` known files, `done` have the sealed digest, and `unread` could not be read to their end. */
export interface RecheckAnswer {
  readonly files: number;
  readonly done: number;
  readonly unread: number;
}

const RecheckJson = Type.Unsafe<RecheckAnswer | null>({
  type: ['object', 'null'],
  properties: { files: { type: 'integer' }, done: { type: 'integer' }, unread: { type: 'integer' } },
  required: ['files', 'done', 'unread'],
  description: 'Known files that are compared whole: how many, how many have the sealed digest, how many could not be read; null: none.',
});

export const BatteryJson = Type.Unsafe<Battery | null>({
  type: ['object', 'null'],
  properties: { percent: { type: 'integer' }, percentMin: { type: 'integer' }, low: { type: 'boolean' } },
  required: ['percent', 'percentMin', 'low'],
  description:
    'Charge of its battery when it came, the charge that a shift needs, and whether it had less; null: the recorder did not tell.',
});

export const SlotJson = Type.Object({
  slot: Type.Integer(),
  port: Type.String(),
  dockingId: nullable.text(),
  recorderSerial: nullable.text(),
  driverId: nullable.text(),
  officerId: nullable.text(),
  phase: oneOf(SLOT_PHASES),
  hub: nullable.text('Port path of the hub whose bandwidth it shares.'),
  waiting: Type.Unsafe<'disk' | 'turn' | null>({ enum: ['disk', 'turn', null], description: 'What its files wait for.' }),
  first: Type.Boolean({ description: 'Somebody has put it first: its files are copied before those of the others.' }),
  warning: ProblemJson,
  clockOffsetMs: nullable.integer('Station clock minus recorder clock.'),
  battery: BatteryJson,
  explain: Type.Array(ReasonSchema, { description: 'Why it was taken for what it is.' }),
  filesListed: Type.Integer(),
  filesSealed: Type.Integer(),
  filesRefused: Type.Integer(),
  bytesListed: Type.Integer(),
  bytesCopied: Type.Integer(),
  bytesPerSecond: Type.Integer(),
  secondsLeft: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  recheck: RecheckJson,
  problem: ProblemJson,
  updatedAt: nullable.text(),
});

const SLOT_MAX = 9999;

const LEARNING_SECONDS_MAX = 3600;

export const SlotParams = closed({ slot: Type.Integer({ minimum: 1, maximum: SLOT_MAX }) });

export const SlotChangeBody = closed({ port: Name(4096) });

export const SlotChangeJson = Type.Object({
  port: Type.String(),
  slot: Type.Integer(),
  before: nullable.integer('The number that the port had.'),
  moved: Type.Unsafe<{ port: string; slot: number } | null>({
    type: ['object', 'null'],
    properties: { port: { type: 'string' }, slot: { type: 'integer' } },
    description: 'The port that had this number, and the one it has now.',
  }),
});

export const LearningBody = closed({ seconds: Type.Integer({ minimum: 0, maximum: LEARNING_SECONDS_MAX }) });

/** A device that was plugged in while slots are being numbered. */
export const PortSeenJson = Type.Object({
  port: Type.String(),
  hub: nullable.text(),
  slot: nullable.integer('The number that the port has already.'),
  facts: Type.Array(ReasonSchema),
});

export const HubJson = Type.Object({
  hub: Type.String({ description: 'Port path of the hub.' }),
  recorders: Type.Integer({ description: 'Recorders that are docked.' }),
  bytesPerSecond: Type.Integer(),
  slots: Type.Array(Type.Integer()),
});

export type SlotAnswer = Static<typeof SlotJson>;
export type HubAnswer = Static<typeof HubJson>;
export type SlotChangeAnswer = Static<typeof SlotChangeJson>;
