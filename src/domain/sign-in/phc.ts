/** A hash of argon2id (RFC 9106) with everything that is needed to make it again. */
export interface Argon2Hash {
  readonly parameters: Argon2Parameters;
  readonly salt: Uint8Array;
  readonly tag: Uint8Array;
}

export interface Argon2Parameters {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane. They may be raised: a hash tells its own. */
export const ARGON2_TODAY: Argon2Parameters = { memory: 19_456, passes: 2, lanes: 1 };
/** A hash that asks for more was not made here. It would take the memory of the station. */
const MOST: Argon2Parameters = { memory: 1_048_576, passes: 64, lanes: 16 };

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag` (PHC string format), base 64 without padding. */
export function phcOf({ parameters: { memory, passes, lanes }, salt, tag }: Argon2Hash): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** null: the text is no such hash, or asks for more than a station gives. */
export function parsePhc(text: string): Argon2Hash | null {
  const [, m, t, p, salt = '', tag = ''] = PHC.exec(text) ?? [];
  const parameters = { memory: Number(m), passes: Number(t), lanes: Number(p) };
  const { memory, passes, lanes } = parameters;
  // Less than 8 KiB for a lane is no argon2 (RFC 9106, 3.1).
  const isPossible = passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
  if (!isPossible || memory > MOST.memory || passes > MOST.passes || lanes > MOST.lanes) return null;
  return { parameters, salt: Buffer.from(salt, 'base64'), tag: Buffer.from(tag, 'base64') };
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdated({ parameters }: Argon2Hash, today: Argon2Parameters = ARGON2_TODAY): boolean {
  return parameters.memory !== today.memory || parameters.passes !== today.passes || parameters.lanes !== today.lanes;
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
