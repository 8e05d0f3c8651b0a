import { ROLES, type Role, rolesThatExclude } from '#domain/access/roles';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { accountOf, NAME_MAX, type User, type UserState } from './user.ts';

/*
 * The one place of the rules that hold for every account, whoever changes it and however: by request, by a roster, over the control socket. Separation of three
 * (三员分立); nobody changes what they may do themselves; there is always somebody who keeps the accounts; whoever asks never decides.
 */

/** Who makes a change, and who else keeps the accounts. */
export interface Standing {
  /** Id of the user who makes it; null: it is nobody with an account, as over the control socket. */
  readonly by: string | null;
  /** How many other users than the one to be changed are active security administrators. */
  readonly otherSecurityAdministrators: number;
}

export interface UserDraft {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly officer?: string | null;
  readonly unit?: string | null;
  readonly roles?: readonly Role[];
}

/** What is left out stays. An account never changes. */
export interface UserChange {
  readonly name?: string;
  readonly officer?: string | null;
  readonly unit?: string | null;
  readonly roles?: readonly Role[];
  readonly state?: UserState;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** A name as it is kept. Throws request.invalid. */
export function nameOf(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > NAME_MAX || CONTROL.test(name) || !name.isWellFormed())
    throw new EvidockError('request.invalid', because('name-unfit', { limit: NAME_MAX }));
  return name;
}

/** A new user, active from now on. Throws request.invalid. */
export function newUser({ officer = null, unit = null, roles = [], ...draft }: UserDraft, createdAtMs: number): User {
  const account = accountOf(draft.account);
  if (account === null) throw new EvidockError('request.invalid', because('account-unfit', { account: draft.account }));
  return { id: draft.id, account, name: nameOf(draft.name), officer, unit, roles: rolesOf(roles), state: 'active', createdAtMs };
}

/**
 * The user as a change leaves them. Whoever leaves loses roles and unit, and whoever comes back has neither until they are given anew. Throws request.invalid
 * for what no account may have, request.forbidden for what this person may not do, request.conflict for what nobody may do now.
 */
export function changedUser(user: User, change: UserChange, standing: Standing): User {
  const state = change.state ?? user.state;
  const name = change.name === undefined ? user.name : nameOf(change.name);
  const wanted = { ...user, name, officer: valueOr(change.officer, user.officer), unit: valueOr(change.unit, user.unit), state };
  const fresh: User = { ...wanted, roles: change.roles === undefined ? user.roles : rolesOf(change.roles) };
  if (state === 'left') mustGiveNothing(user, change);
  const next = state === 'left' ? { ...fresh, roles: [], unit: null } : fresh;
  if (standing.by === user.id && whatCounts(next) !== whatCounts(user))
    throw new EvidockError('request.forbidden', because('own-account', {}));
  if (keepsAccounts(user) && !keepsAccounts(next) && standing.otherSecurityAdministrators === 0)
    throw new EvidockError('request.conflict', because('last-security-administrator', { account: user.account }));
  return next;
}

/** Throws where no link to set a password may be made for this user: it would let somebody in who may not, or be a way around one's own password. */
export function mustBeInvitable({ id, state, account }: User, by: string | null): void {
  if (by === id) throw new EvidockError('request.forbidden', because('own-account', {}));
  if (state !== 'active') throw new EvidockError('request.conflict', because('user-not-active', { account }));
}

/** Whether this person may decide what that person asked for: nobody decides what they asked for themselves. null: nobody with an account. */
export function mayDecide(askedBy: string | null, decidedBy: string | null): boolean {
  return askedBy !== decidedBy;
}

export function keepsAccounts({ state, roles }: Pick<User, 'state' | 'roles'>): boolean {
  return state === 'active' && roles.includes('security-administrator');
}

/** Everything by which it is decided what somebody may do. */
function whatCounts({ officer, unit, roles, state }: User): string {
  return JSON.stringify([officer, unit, roles, state]);
}

function valueOr<T>(value: T | undefined, otherwise: T): T {
  return value === undefined ? otherwise : value;
}

/** Throws request.conflict where a role, a unit or a number is to be given to somebody who has left, or leaves by the same change. */
function mustGiveNothing(user: User, { officer, unit, roles }: UserChange): void {
  const given = (roles !== undefined && roles.length > 0) || (unit !== undefined && unit !== null);
  if (given || (officer !== undefined && officer !== null && officer !== user.officer))
    throw new EvidockError('request.conflict', because('user-left', { account: user.account }));
}

/** In the order of ROLES, each once. Throws request.invalid for roles that exclude each other. */
function rolesOf(roles: readonly Role[]): readonly Role[] {
  const once = ROLES.filter((role) => roles.includes(role));
  const apart = rolesThatExclude(once);
  if (apart.length > 0) throw new EvidockError('request.invalid', because('roles-exclude', { roles: apart }));
  return once;
}
