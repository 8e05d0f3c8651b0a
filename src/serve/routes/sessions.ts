import type { Static } from 'typebox';
import { pageOf } from '#api/common';
import { SessionJson, SessionParams, SessionsQuery, WhoAmIJson } from '#api/sign-in';
import type { DeskDeps } from '#desk/deps';
import { revokeSession, standingSession } from '#desk/sign-in/sessions';
import type { Session } from '#domain/sign-in/session';
import { pageOf as page } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { command, query, type Route } from '#serve/route';

/** Whose sessions somebody may see and end: null for everybody's. */
function ownerFor({ tasks, asker }: Principal): string | null {
  return tasks.has('manage-accounts') ? null : asker.id;
}

async function shownSession(deps: DeskDeps, { session: present }: Principal, session: Session): Promise<Static<typeof SessionJson>> {
  const presenter = new Presenter(deps.facts.timezone);
  const { user, usedAtMs, endsMs, limitMs } = await standingSession(deps, session);
  return {
    ...{ id: session.id, user: session.user, account: user?.account ?? null, name: user?.name ?? null, method: session.method },
    ...{ address: session.address, agent: session.agent, began: presenter.time(session.beganAtMs), used: presenter.time(usedAtMs) },
    ...{ endsSeconds: Math.floor(endsMs / 1000), limitSeconds: Math.floor(limitMs / 1000), present: session.id === present },
  };
}

export const sessionRoutes: readonly Route[] = [
  query({
    url: '/api/v1/session',
    needs: 'nothing',
    reads: 'station',
    summary: 'Who asks: the person, their roles and what they may ask for',
    schema: { response: WhoAmIJson },
    handle: async ({ deps }, { principal }) => {
      const { kind, id, name, tasks, asker, session } = principal;
      const user = kind === 'user' || kind === 'token' ? await deps.ledger.people.user(asker.id) : null;
      const known = session === null ? null : await deps.ledger.signIn.session(session);
      const credentials = user && kind === 'user' ? await deps.ledger.signIn.credentials(user.id) : null;
      const needed = asker.roles.some((role) => deps.signIn.totpRoles.includes(role));
      return {
        ...{ kind, id, name, account: user?.account ?? null, officer: asker.officer, unit: asker.unit },
        ...{ roles: asker.roles, tasks: [...tasks] },
        session: known === null ? null : await shownSession(deps, principal, known),
        secondFactor:
          user && kind === 'user'
            ? { set: (credentials?.totp ?? null) !== null, needed, recoveryCodesLeft: credentials?.codesLeft ?? 0 }
            : null,
      };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/session',
    needs: 'nothing',
    reads: 'station',
    summary: 'Signs out: the session ends, and the cookie is taken away',
    custody: ['session.ended'],
    schema: {},
    handle: async ({ deps }, { principal: { session, id }, actor, custody, cookies }) => {
      // Whoever has no session any more is signed out already.
      if (session === null) custody.unchanged();
      else await revokeSession(deps, { id: session, owner: id, actor });
      cookies.clear('session');
    },
  }),
  query({
    url: '/api/v1/sessions',
    needs: 'own-account',
    reads: 'station',
    summary: 'Sessions that hold: one’s own; those of everybody for a security administrator',
    schema: { querystring: SessionsQuery, response: pageOf(SessionJson) },
    handle: async ({ deps }, { query, principal }) => {
      const owner = ownerFor(principal);
      const user = owner ?? query.user;
      const { items, next } = await page({
        ...{ list: 'sessions', query, keyOf: ({ id }: Session) => id, show: (session: Session) => session },
        // A foreign user is answered like one who has no session.
        read: async ({ limit, after }) => {
          if (owner !== null && query.user !== undefined && query.user !== owner) return [];
          return deps.ledger.signIn.sessions({ limit, ...(after === undefined ? {} : { after }), ...(user === undefined ? {} : { user }) });
        },
      });
      return { items: await Promise.all(items.map((session) => shownSession(deps, principal, session))), next };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/sessions/:id',
    needs: 'own-account',
    reads: 'station',
    summary: 'Ends a session: one of one’s own, or anybody’s for a security administrator',
    custody: ['session.ended'],
    schema: { params: SessionParams },
    handle: ({ deps }, { params, principal, actor }) => revokeSession(deps, { id: params.id, owner: ownerFor(principal), actor }),
  }),
];
