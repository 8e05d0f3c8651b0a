import Type, { type Static } from 'typebox';
import { closed, nullable, oneOf, ReasonSchema } from './common.ts';

/** Schemas of the station itself: health, readiness, backup. */

export const CheckJson = Type.Object({ ok: Type.Boolean(), code: nullable.text(), reason: ReasonSchema });

export const BackupBody = closed({ file: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })) });

export const BackupJson = Type.Object({ file: Type.String(), bytes: Type.Integer() });

export const ReadyQuery = closed({ fresh: Type.Optional(Type.Boolean({ description: 'Waits for a new probe of the archive.' })) });

export const ReadyJson = Type.Object({
  status: Type.String(),
  checks: Type.Optional(
    Type.Object(
      { ledger: CheckJson, vault: CheckJson, queue: CheckJson, archive: Type.Union([CheckJson, Type.Null()]) },
      { description: 'Told to those alone who may see the health of the station.' },
    ),
  ),
});

export const LogLagJson = Type.Object({
  places: Type.Array(
    Type.Object({
      place: Type.Union([Type.Literal('vault'), Type.Literal('archive')]),
      entries: Type.Integer({ description: 'Custody entries that are not there yet.' }),
      ageSeconds: Type.Integer({ description: 'Age of the oldest of them.' }),
      erased: Type.Integer({ description: 'Entries of which an erased personal value still stands there.' }),
    }),
    { description: 'None where the log is not shipped.' },
  ),
});

/** What is optional is told to those alone who have signed in. */
export const HealthJson = Type.Object({
  status: Type.String(),
  version: Type.Optional(Type.String()),
  stationId: Type.Optional(Type.String()),
  stationName: Type.Optional(Type.String()),
  archive: Type.Optional(nullable.text()),
});

export const SettingJson = Type.Object({
  path: Type.String({ description: 'Such as `archive.s3.bucket`.' }),
  value: Type.Unknown({ description: 'In force: text, number, truth, list or null. `***` for a secret that is set.' }),
  from: oneOf(['default', 'file', 'environment', 'command-line'], 'Where the value comes from; each outranks those before it.'),
  environment: Type.String({ description: 'The variable that outranks the file.' }),
});

export const DiagnosisJson = Type.Object({
  findings: Type.Array(
    Type.Object({
      name: Type.String({ description: 'What was looked at.' }),
      state: oneOf(['good', 'warning', 'bad']),
      reason: ReasonSchema,
      remedy: Type.Union([ReasonSchema, Type.Null()], { description: 'What a person should do; null: nothing.' }),
    }),
  ),
});

export type BackupAnswer = Static<typeof BackupJson>;
