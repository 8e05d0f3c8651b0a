import Type, { type Static } from 'typebox';
import { DOCKING_STATES } from '#domain/docking';
import { closed, ErrorCodeText, Name, nullable, oneOf, PAGE, ProblemJson, ReasonSchema } from './common.ts';

/** Schemas of dockings. */

export const DockingJson = Type.Object({
  id: Type.String(),
  slot: Type.Integer(),
  port: Type.String(),
  recorderSerial: Type.String(),
  toldSerial: nullable.text('Serial that the bus told.'),
  driverId: Type.String(),
  driverScore: Type.Integer(),
  driverWhy: Type.Array(ReasonSchema),
  clockOffsetMs: nullable.integer(),
  batteryPercent: nullable.integer('Charge of its battery when it came, percent; null: it did not tell.'),
  state: oneOf(DOCKING_STATES),
  problem: ProblemJson,
  arrivedAt: Type.String(),
  listedAt: nullable.text(),
  unchangedAt: nullable.text('Everything was copied, and the card still was as it was listed.'),
  safeAt: nullable.text(),
  removedAt: nullable.text(),
  filesListed: Type.Integer(),
  filesKnown: Type.Integer({ description: 'Sealed in an earlier docking, not copied again.' }),
  filesRefused: Type.Integer(),
  bytesListed: Type.Integer(),
  filesToRecheck: Type.Integer({ description: 'Known files that are compared whole while the recorder stays.' }),
  filesRechecked: Type.Integer({ description: 'Of those, the ones that were, and have the sealed digest.' }),
});

export const RemovalParams = closed({ id: Name(64) });

export const IngestBody = closed({
  directory: Type.String({ minLength: 1, maxLength: 4096 }),
  slot: Type.Optional(nullable.integer()),
  serial: Type.Optional(nullable.text()),
  clockOffsetMs: Type.Optional(nullable.integer()),
});

export const IngestJson = Type.Object({ dockingId: Type.String() });

export const DockingReportParams = closed({ id: Name(64) });

export const DockingReportJson = Type.Object({
  docking: DockingJson,
  progress: Type.Object({
    listed: Type.Integer(),
    copied: Type.Integer(),
    sealed: Type.Integer(),
    bytes: Type.Integer(),
    listedBytes: Type.Integer({ description: 'Still on the recorder only.' }),
    sealedBytes: Type.Integer(),
  }),
});

/** An entry of the card that the station left there. */
export const RefusalJson = Type.Object({ cardPath: Type.String(), code: ErrorCodeText, reason: ReasonSchema });

export const DockingsQuery = closed({
  open: Type.Optional(Type.Boolean()),
  state: Type.Optional(oneOf(DOCKING_STATES)),
  recorder: Type.Optional(Name()),
  officer: Type.Optional(Name()),
  slot: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  since: Type.Optional(Type.String({ maxLength: 40, description: "Arrived at or after; without an offset in the station's zone." })),
  until: Type.Optional(Type.String({ maxLength: 40, description: 'Arrived before.' })),
  problems: Type.Optional(
    Type.Boolean({ description: 'Those with a problem now, cut off, gone before they were safe, or with files that were refused.' }),
  ),
  ...PAGE,
});

export type DockingReportAnswer = Static<typeof DockingReportJson>;
export type RefusalAnswer = Static<typeof RefusalJson>;
export type IngestAnswer = Static<typeof IngestJson>;
