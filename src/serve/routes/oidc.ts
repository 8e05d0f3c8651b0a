import { OidcQuery, OidcStepJson, SignInWaysJson } from '#api/doors';
import type { DeskDeps } from '#desk/deps';
import { beginOidc, finishOidc, type OidcParts, stepAfter } from '#desk/doors/oidc-sign-in';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { command, query, Redirect, type Route } from '#serve/route';

/** Signing in through a provider. The browser is sent there and comes back. */
export const oidcRoutes: readonly Route[] = [
  query({
    url: '/api/v1/sign-in',
    needs: 'nothing',
    reads: 'station',
    summary: 'How one may sign in beside account and password, and whether this browser has begun to',
    schema: { response: SignInWaysJson },
    handle: async ({ deps }, { cookies }) => ({ provider: deps.doors.oidc !== null, step: cookies.get('step') !== undefined }),
  }),
  query({
    url: '/api/v1/sign-in/oidc',
    needs: 'nothing',
    reads: 'station',
    summary: 'Sends the browser to the provider of sign-ins',
    redirects: true,
    schema: { querystring: OidcQuery },
    handle: async ({ deps }, { query: asked, cookies }) => {
      const { url, cookie, seconds } = await beginOidc(mustHave(deps), { returnTo: asked.return });
      cookies.set('oidc', cookie, seconds);
      return new Redirect(url);
    },
  }),
  command({
    method: 'GET',
    url: '/api/v1/sign-in/oidc/return',
    needs: 'nothing',
    reads: 'station',
    summary: 'The browser comes back from the provider; it gets the cookie of a session, or has to show a second factor',
    custody: ['session.began', 'session.ended'],
    redirects: true,
    schema: {},
    handle: async ({ deps }, { url, principal: { address, agent, session }, cookies, custody }) => {
      const cookie = cookies.get('oidc');
      const step = await finishOidc(deps, mustHave(deps), {
        query: new URL(url, 'http://station').search,
        cookie,
        from: { address, agent },
        present: session,
      });
      cookies.clear('oidc');
      if (step.state === 'signed-in') cookies.set('session', step.token, Math.round(deps.signIn.limits.wholeMs / 1000));
      else {
        cookies.set('step', step.pending, step.seconds);
        custody.unchanged();
      }
      return new Redirect(step.returnTo);
    },
  }),
  query({
    url: '/api/v1/sign-in/oidc/step',
    needs: 'nothing',
    reads: 'station',
    summary: 'What this browser has to show after the word of the provider: a code, sent on as after a password',
    schema: { response: OidcStepJson },
    handle: async ({ deps }, { cookies }) => {
      const pending = cookies.get('step');
      if (pending === undefined) throw new EvidockError('sign-in.ended', because('begin-again', {}));
      const step = await stepAfter(deps, pending);
      cookies.clear('step');
      return step;
    },
  }),
];

function mustHave({ doors: { oidc } }: Pick<DeskDeps, 'doors'>): OidcParts {
  if (oidc === null) throw new EvidockError('request.not-found', because('oidc-off', {}));
  return oidc;
}
