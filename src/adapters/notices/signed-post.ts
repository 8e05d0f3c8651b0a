import { createHmac } from 'node:crypto';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import type { Clock } from '#ports/clock';
import { secretIn } from './secret-file.ts';

export interface SignedPostOptions {
  /** Only from the configuration: nobody who uses the station can name a target. */
  readonly url: string;
  readonly secretFile: string;
  readonly clock: Clock;
}

/** The signature of a body that was sent at `seconds` (Unix time): HMAC-SHA-256 (RFC 2104) of `<seconds>.<body>`, hexadecimal. */
export function signatureOf(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}

/**
 * Posts `value` as JSON. Header `x-evidock-signature` is `t=<seconds>,v1=<signatureOf>`: the receiver checks it, and refuses old times. A redirection is a failure,
 * because it would carry the words elsewhere. Resolves when the other side has taken it. Throws notices.failed.
 */
export async function postSigned({ url, secretFile, clock }: SignedPostOptions, value: object, signal: AbortSignal): Promise<void> {
  const body = JSON.stringify(value);
  const seconds = Math.floor(clock.nowMs() / 1000);
  const signature = signatureOf(await secretIn(secretFile), seconds, body);
  const headers = { 'content-type': 'application/json', 'x-evidock-signature': `t=${seconds},v1=${signature}` };
  let status: number;
  try {
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal });
    status = response.status;
    // What it says does not matter, and may be endless.
    await response.body?.cancel();
  } catch (error) {
    throw new EvidockError('notices.failed', said(error instanceof Error ? error : new Error(String(error))), error);
  }
  if (status < 200 || status > 299) throw new EvidockError('notices.failed', because('answered-status', { status }));
}
