import type { Gatekeeper } from '#desk/access/gatekeeper';
import type { SignedIn } from '#desk/sign-in/signed-in';
import { TASKS, type Task } from '#domain/access/tasks';
import type { Scope } from '#domain/scope';
import type { Principal, PrincipalOf } from '#serve/principal';

/** A person at a server of the test's own, with every task and the whole footage where the test says nothing else. */
export function aPerson(overrides: Partial<Principal> = {}): Principal {
  const id = overrides.id ?? 'usr-wang';
  return {
    ...{ kind: 'user', id, name: 'Wang', asker: { id, roles: [], officer: null, unit: null }, tasks: new Set<Task>(TASKS), scope: 'all' },
    ...{ actions: null, slots: null },
    ...{ session: null, via: 'network', address: '127.0.0.1', encrypted: false, agent: null },
    ...{ knownBy: 'password', requestId: null },
    ...overrides,
  };
}

/** Lets this person ask, whoever sends the request. */
export function asking(principal: Principal | (() => Principal)): PrincipalOf {
  return async () => (typeof principal === 'function' ? principal() : principal);
}

/** Lets everybody do with a recording whatever their tasks let them ask for: for tests of scope and of tasks alone. */
export const ALLOWS_ALL: Gatekeeper = {
  whoIs: async () => null,
  tasksOf: () => new Set(),
  scopeFor: async () => 'all',
  decideFor: async () => ({ effect: 'allow', by: { rule: 'test' }, matched: ['test'], approval: null, policy: 1, grants: [], shown: null }),
  purposes: () => [],
  refused: async () => undefined,
  usedSocket: async () => undefined,
};

/** What a server needs to let this person do everything within a scope. */
export function openTo(scope: Scope = 'all'): { readonly principalOf: PrincipalOf; readonly gatekeeper: Gatekeeper } {
  return { principalOf: asking(aPerson({ scope })), gatekeeper: ALLOWS_ALL };
}

/** A person who has signed in with a password, as `whoIs` tells of them; null for nobody. */
export function signedInAs(user: SignedIn['user'], session: string | null = null): SignedIn | null {
  if (user === null) return null;
  const { id, name } = user;
  return { kind: 'user', id, name, user, session, knownBy: 'password', tokenScopes: null, tokenActions: null, slots: null };
}
