import Type, { type TSchema } from 'typebox';
import type { Reason } from '#domain/reason';

/** Longest id, key and name in an entry, characters. An entry has few such fields, so it stays below ENTRY_BYTES_MAX. */
const ID_MAX = 1024;
const KEY_MAX = 4096;

export const id = (description?: string) => Type.String({ maxLength: ID_MAX, ...(description === undefined ? {} : { description }) });
/** A key in vault or archive. */
export const key = () => Type.String({ maxLength: KEY_MAX });
/** A code of a table of this program, or one of a few fixed words. */
export const code = (description?: string) => Type.String({ maxLength: 200, ...(description === undefined ? {} : { description }) });
export const flag = (description?: string) => Type.Boolean(description === undefined ? {} : { description });
/** A personal text, or one of any length. It is kept beside the log. */
export const words = (description?: string) => Type.String(description === undefined ? {} : { description });
/** A reason of the catalogue; in older entries an English sentence. It may name a path or a person, so it is kept beside the log. */
export const why = (description?: string) =>
  Type.Unsafe<Reason | string>(
    Type.Union([Type.String(), Type.Object({ code: Type.String({ maxLength: 200 }), params: Type.Object({}) })], {
      ...(description === undefined ? {} : { description }),
    }),
  );
export const count = (description?: string) => Type.Integer({ minimum: 0, ...(description === undefined ? {} : { description }) });
export const bytes = () => Type.Integer({ minimum: 0, description: 'Bytes.' });
export const slot = () => Type.Integer({ minimum: 1, description: 'Number of the slot.' });
export const ms = (description = 'Milliseconds.') => Type.Number({ description });
/** RFC 3339, in UTC. */
export const time = () => Type.String({ maxLength: 40, description: 'RFC 3339, in UTC.' });
export const sha256 = () => Type.String({ maxLength: 64, description: 'SHA-256, lower-case hexadecimal.' });
export const sm3 = () =>
  Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { description: 'SM3, lower-case hexadecimal; null: not computed.' });
export const wallClock = () =>
  Type.Union([Type.String({ maxLength: 40 }), Type.Null()], { description: 'What the clock showed, without zone: `2019-06-27T15:30:12`.' });
export const closed = <P extends Record<string, TSchema>>(properties: P) => Type.Object(properties, { additionalProperties: false });
/** Calendar date in the station's zone. */
export const date = () => Type.String({ maxLength: 10, description: "Calendar date in the station's zone: `2026-06-20`." });
