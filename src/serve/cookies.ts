import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The cookies of the station. `Lax`: it comes along where a link in a mail, or the provider of a sign-in, sends the browser to the station. `Strict`: it is sent
 * by pages of the station alone. None can be read by a script, and none is sent to another host.
 */
export const COOKIES = {
  /** Session of a person. */
  session: { name: 'evidock_session', sameSite: 'Lax' },
  /** Sign-in that is at the provider. */
  oidc: { name: 'evidock_oidc', sameSite: 'Lax' },
  /** Sign-in through the provider that waits for a second factor. */
  step: { name: 'evidock_step', sameSite: 'Strict' },
  /** Kiosk that this browser is paired as. */
  kiosk: { name: 'evidock_kiosk', sameSite: 'Strict' },
  /** Officer who stands before the kiosk. */
  visit: { name: 'evidock_visit', sameSite: 'Strict' },
} as const;
export type CookieName = keyof typeof COOKIES;

/** Values are of base64url, so that nothing of them has to be quoted. */
const VALUE = /^[A-Za-z0-9_-]{1,4000}$/;

/** The cookies of one request, and those that its answer sets once it has succeeded. */
export class Cookies {
  readonly #request: Pick<FastifyRequest, 'headers' | 'protocol'>;
  readonly #set = new Map<CookieName, string>();

  constructor(request: Pick<FastifyRequest, 'headers' | 'protocol'>) {
    this.#request = request;
  }

  /**
   * The value of a cookie; undefined where there is none. Under TLS only the name with the prefix `__Host-` counts, which no page of another host and no page
   * without TLS can have set (RFC 6265bis, 4.1.3.2). Two cookies of that name: neither counts, as one of them was put there by somebody else.
   */
  get(cookie: CookieName): string | undefined {
    const name = this.#nameOf(cookie);
    const values = (this.#request.headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${name}=`))
      .map((pair) => pair.slice(name.length + 1));
    return values.length === 1 && values[0] !== '' ? values[0] : undefined;
  }

  /** `seconds`: for how long the browser keeps it; null: until it is closed. */
  set(cookie: CookieName, value: string, seconds: number | null): void {
    if (!VALUE.test(value)) throw new TypeError(`${cookie}: no value for a cookie`);
    this.#put(cookie, value, seconds);
  }

  /** The browser forgets it. */
  clear(cookie: CookieName): void {
    this.#put(cookie, '', 0);
  }

  /** Puts them on the answer. */
  send(reply: FastifyReply): void {
    for (const text of this.#set.values()) reply.header('set-cookie', text);
    if (this.#set.size > 0) reply.header('cache-control', 'no-store');
  }

  #put(cookie: CookieName, value: string, seconds: number | null): void {
    const parts = [`${this.#nameOf(cookie)}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${COOKIES[cookie].sameSite}`];
    if (this.#isTls()) parts.push('Secure');
    if (seconds !== null) parts.push(`Max-Age=${seconds}`);
    this.#set.set(cookie, parts.join('; '));
  }

  #nameOf(cookie: CookieName): string {
    return this.#isTls() ? `__Host-${COOKIES[cookie].name}` : COOKIES[cookie].name;
  }

  #isTls(): boolean {
    return this.#request.protocol === 'https';
  }
}
