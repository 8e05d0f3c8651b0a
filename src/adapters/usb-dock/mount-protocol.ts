import Type, { type Static } from 'typebox';
import { Errors } from 'typebox/value';
import type { Reason } from '#domain/reason';
import { ATTRIBUTE_KEYS_MAX } from '#ports/immutable-files';
import { DEVICE_NAME, PORT_NAME } from './mounter.ts';

/*
 * What the station and its mount helper say to each other over a unix socket: one JSON object in one line each way, one request per
 * connection. A request carries names; the helper decides on paths, types and options.
 */

/** The longest request names 64 files of the vault. */
export const REQUEST_BYTES_MAX = 16_384;
/** A label and an uuid at their longest, and a complaint of mount. */
export const REPLY_BYTES_MAX = 8192;

const path = Type.String({ maxLength: 200 });
const address = Type.Integer({ minimum: 1, maximum: 999 });
const strict = { additionalProperties: false };

const RequestSchema = Type.Union([
  Type.Object(
    {
      do: Type.Literal('mount'),
      device: Type.String({ pattern: DEVICE_NAME.source, maxLength: 16 }),
      utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840 }),
    },
    strict,
  ),
  Type.Object({ do: Type.Literal('mountMtp'), busNumber: address, deviceNumber: address }, strict),
  Type.Object(
    { do: Type.Literal('remount'), path, mode: Type.Union([Type.Literal('ro'), Type.Literal('rw'), Type.Literal('rw-unclean')]) },
    strict,
  ),
  Type.Object({ do: Type.Literal('unmount'), path }, strict),
  Type.Object({ do: Type.Literal('unmountAll') }, strict),
  Type.Object(
    {
      do: Type.Literal('attribute'),
      want: Type.Union([Type.Literal('set'), Type.Literal('clear'), Type.Literal('look')]),
      keys: Type.Array(Type.String({ maxLength: 200 }), { maxItems: ATTRIBUTE_KEYS_MAX }),
    },
    strict,
  ),
  Type.Object({ do: Type.Literal('powerOff'), sysName: Type.String({ pattern: PORT_NAME.source, maxLength: 40 }) }, strict),
]);
export type HelperRequest = Static<typeof RequestSchema>;

export type HelperReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly reason: Reason };

/** A request as it came off the socket; null if it is none. */
export function readRequest(line: string): HelperRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not JSON: then it is no request, which is all that the caller wants to know.
    return null;
  }
  return Errors(RequestSchema, value).length === 0 ? (value as HelperRequest) : null;
}
