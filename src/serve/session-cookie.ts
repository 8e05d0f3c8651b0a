import type { Caller } from './network/caller.ts';

const COOKIE = 'evidock_session';
type Scheme = Caller['scheme'];

/** Under TLS the prefix `__Host-` shows that no page of another host and no page without TLS can have set it (RFC 6265bis, 4.1.3.2). */
function nameFor(scheme: Scheme): string {
  return scheme === 'https' ? `__Host-${COOKIE}` : COOKIE;
}

/** The value of the session cookie; undefined where there is none. Of two cookies of that name one was put there by somebody else, so neither counts. */
export function sessionCookie(header: string | undefined, scheme: Scheme): string | undefined {
  const name = nameFor(scheme);
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/**
 * The header that gives a browser its session, or takes it away (`token` null). No script can read it, and it is not sent with what a page of another site
 * asks for, except where a person follows a link from there: links in mail must arrive.
 */
export function setCookie(scheme: Scheme, { token, seconds }: { token: string | null; seconds: number }): string {
  const secure = scheme === 'https' ? '; Secure' : '';
  return `${nameFor(scheme)}=${token ?? ''}; Path=/; Max-Age=${token === null ? 0 : seconds}; HttpOnly; SameSite=Lax${secure}`;
}
