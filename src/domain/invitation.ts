import { EvidockError } from './errors.ts';
import { because } from './reason.ts';
import { STATION_HOST } from './work.ts';

/** A worker that may take work of this station, by its key. */
export interface InvitedWorker {
  /** Host name of its claims. */
  readonly name: string;
  /** SHA-256 of its key, hex: the key itself is never kept. */
  readonly keySha256: string;
  readonly invitedAtMs: number;
  /** null while the key is good. */
  readonly revokedAtMs: number | null;
}

/** What a worker needs to come to its station: shown once, kept by the worker alone. */
export interface Invitation {
  readonly station: string;
  readonly worker: string;
  /** `https://host:port` */
  readonly url: string;
  /** 32 random bytes, base64url. */
  readonly key: string;
  /** SHA-256 of the station's certificate (DER), hex: no other is spoken to. */
  readonly certificateSha256: string;
}

/** Of the file; another form is another version. */
export const INVITATION_FORM = 'evidock-invitation/1';
const NAME = /^[a-z][0-9a-z-]{0,31}$/;
const KEY = /^[A-Za-z0-9_-]{43}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** A worker's name is the host of its claims, so it must not be that of the station. */
export function isWorkerName(name: string): boolean {
  return NAME.test(name) && name !== STATION_HOST;
}

export function isWorkerKey(key: string): boolean {
  return KEY.test(key);
}

/** The text of the file that `evidock worker --invite` reads. */
export function invitationText(invitation: Invitation): string {
  return `${JSON.stringify({ form: INVITATION_FORM, ...invitation }, null, 2)}\n`;
}

/** Throws request.invalid for anything that is no invitation, without telling the key. */
export function parseInvitation(text: string): Invitation {
  const { form, station, worker, url, key, certificateSha256 } = fieldsOf(text);
  const refuse = (field: string) => new EvidockError('request.invalid', because('invitation-field', { field }));
  if (form !== INVITATION_FORM) throw refuse('form');
  if (typeof station !== 'string' || !/^[0-9a-z]{2,12}$/.test(station)) throw refuse('station');
  if (typeof worker !== 'string' || !isWorkerName(worker)) throw refuse('worker');
  if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'https:') throw refuse('url');
  if (typeof key !== 'string' || !isWorkerKey(key)) throw refuse('key');
  if (typeof certificateSha256 !== 'string' || !SHA256.test(certificateSha256)) throw refuse('certificateSha256');
  return { station, worker, url, key, certificateSha256 };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Told below, without the text: a key may be in it.
  }
  throw new EvidockError('request.invalid', because('invitation-not-json', {}));
}
