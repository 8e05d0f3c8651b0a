import type { Static } from 'typebox';
import { pageOf as pageSchema } from '#api/common';
import { TokenBody, TokenJson, TokenMadeJson, TokenParams, TokensQuery } from '#api/doors';
import { addToken, revokeToken } from '#desk/doors/tokens';
import { DEFAULT_TASKS, tasksOf } from '#domain/access/tasks';
import { type ApiToken, isTokenGood } from '#domain/doors/api-token';
import { EvidockError } from '#domain/errors';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { pageOf } from '#serve/pages';
import { Presenter } from '#serve/present';
import type { Principal } from '#serve/principal';
import { command, query, type Route } from '#serve/route';

/** Routes of API tokens. A person sees and ends their own; who manages accounts sees and ends those of all, and makes none for others. */
export const tokenRoutes: readonly Route[] = [
  query({
    url: '/api/v1/tokens',
    needs: 'own-account',
    reads: 'station',
    summary: 'Tokens of programs, oldest first: one’s own; all of them for who manages accounts',
    schema: { querystring: TokensQuery, response: pageSchema(TokenJson) },
    handle: async ({ deps: { ledger, clock, facts } }, { query: asked, principal }) => {
      const owner = await ownerAsked(ledger, principal, asked.owner);
      const show = presentToken(new Presenter(facts.timezone), clock.nowMs());
      const read = (page: { limit: number; after?: string }) => ledger.doors.tokens(owner === null ? page : { ...page, owner });
      return pageOf({ list: 'tokens', query: asked, read, keyOf: ({ id }) => id, show });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/tokens',
    needs: 'own-account',
    reads: 'station',
    summary: 'Makes a token; it is shown in this answer and never again',
    // Those of the same owner that have expired make room, on record.
    custody: ['token.added', 'token.revoked'],
    secret: true,
    schema: { body: TokenBody, response: TokenMadeJson },
    handle: async ({ deps }, { body, principal, actor }) => {
      const { owner, tasks } = await maker(deps.ledger, principal, body.owner);
      const { token, text } = await addToken(deps, {
        ...{ owner, tasks, name: body.name, scopes: body.scopes, days: body.days },
        ...{ daysMax: deps.doors.tokenDays, actor },
      });
      return { ...presentToken(new Presenter(deps.facts.timezone), deps.clock.nowMs())(token), text };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/tokens/:id',
    needs: 'own-account',
    reads: 'station',
    summary: 'The token is good no more',
    custody: ['token.revoked'],
    schema: { params: TokenParams },
    handle: ({ deps }, { params: { id }, principal, actor }) =>
      revokeToken(deps, { id, owner: managesAll(principal) ? null : principal.asker.id, actor }),
  }),
];

function managesAll({ tasks }: Principal): boolean {
  return tasks.has('manage-accounts');
}

/** Whose tokens are listed; null: everybody's. */
async function ownerAsked(ledger: LedgerReader, principal: Principal, account: string | undefined): Promise<string | null> {
  if (!managesAll(principal)) {
    const own = account === undefined ? null : await ledger.people.user(principal.asker.id);
    if (account !== undefined && own?.account !== accountOf(account))
      throw new EvidockError('request.not-found', because('no-account', { account }));
    return principal.asker.id;
  }
  return account === undefined ? null : (await userByAccount(ledger, account)).id;
}

/** Whose token is made. Nobody makes one for somebody else, but over the control socket. */
async function maker(
  ledger: LedgerReader,
  principal: Principal,
  account: string | undefined,
): Promise<{ owner: User; tasks: Principal['tasks'] }> {
  if (principal.kind === 'cli') {
    if (account === undefined) throw new EvidockError('request.invalid', because('token-owner', {}));
    const owner = await userByAccount(ledger, account);
    return { owner, tasks: tasksOf(owner.roles, DEFAULT_TASKS) };
  }
  const owner = await ledger.people.user(principal.asker.id);
  if (!owner || (account !== undefined && accountOf(account) !== owner.account))
    throw new EvidockError('request.forbidden', because('token-of-other', {}));
  return { owner, tasks: principal.tasks };
}

async function userByAccount(ledger: LedgerReader, account: string): Promise<User> {
  const known = await ledger.people.userByAccount(accountOf(account) ?? '');
  if (!known) throw new EvidockError('request.not-found', because('no-account', { account }));
  return known;
}

function presentToken(presenter: Presenter, nowMs: number): (token: ApiToken) => Static<typeof TokenJson> {
  return (token) => ({
    ...{ id: token.id, owner: token.owner, name: token.name, scopes: [...token.scopes] },
    madeAt: presenter.time(token.madeAtMs),
    expiresAt: presenter.time(token.expiresAtMs),
    lastUseAt: presenter.timeOrNull(token.lastUseAtMs),
    endedAt: presenter.timeOrNull(token.endedAtMs),
    ended: token.ended,
    good: isTokenGood(token, nowMs),
  });
}
