import { UserAdded, UserChanged, UserLeft, UserReinstated, UserRolesChanged, UserSuspended } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { changedUser, newUser, type UserChange, type UserDraft } from '#domain/people/rules';
import { accountOf, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { type By, changePeople, type PeopleDeps, type PeopleWork } from './change-people.ts';
import { mustHaveOpenUnit } from './find-unit.ts';
import { keepInStep } from './officers.ts';

/** The user with this id or this account. Throws request.not-found. */
export async function mustHaveUser(reader: LedgerReader, text: string): Promise<User> {
  const account = accountOf(text);
  const user = (await reader.people.user(text)) ?? (account === null ? null : await reader.people.userByAccount(account));
  if (!user) throw new EvidockError('request.not-found', because('user-unknown', { user: text }));
  return user;
}

/** Adds a user. `unit`: as `findUnit` takes it. Throws request.conflict where the account or the officer number is somebody's. */
export function addUser(deps: PeopleDeps, draft: Omit<UserDraft, 'id'>, by: By): Promise<User> {
  return changePeople(deps, { by }, (work) => makeUser(work, draft));
}

export async function makeUser(work: PeopleWork, draft: Omit<UserDraft, 'id'>): Promise<User> {
  const { writer, atMs, by, stationId } = work;
  const unit = await unitOf(writer, draft.unit ?? null);
  const user = newUser({ ...draft, unit, id: newId('usr', atMs, stationId) }, atMs);
  if (await writer.people.userByAccount(user.account))
    throw new EvidockError('request.conflict', because('account-taken', { account: user.account }));
  await mustHaveNumberAlone(writer, user);
  await writer.people.upsertUser(user);
  if (unit !== null) await writer.people.insertMembership({ user: user.id, unit, fromMs: atMs });
  const { account, name, officer, roles } = user;
  const about = { atMs, actor: by.actor, subject: subject('user', user.id) };
  await writer.custody.append(UserAdded.make({ ...about, data: { officer, unit, roles: [...roles] }, personal: { account, name } }));
  await keepInStep(work, user);
  work.tell({ user: { old: null, new: user } });
  return user;
}

/** Changes a user. `unit`: as `findUnit` takes it. `why`: words for a suspension, a leave or a return. Returns false where all was so already. */
export function changeUser(
  deps: PeopleDeps,
  id: string,
  { why = null, ...change }: UserChange & { readonly why?: string | null | undefined },
  by: By,
): Promise<boolean> {
  return changePeople(deps, { by }, async (work) => saveUser(work, await mustHaveUser(work.writer, id), change, why));
}

/** Makes a change of one user; the rules are those of domain/people/rules.ts. Returns false where all was so already. */
export async function saveUser(work: PeopleWork, old: User, change: UserChange, why: string | null): Promise<boolean> {
  const { writer, by } = work;
  const unit = change.unit === undefined ? {} : { unit: await unitOf(writer, change.unit, old.unit) };
  const otherSecurityAdministrators = await writer.people.countActive('security-administrator', old.id);
  const next = changedUser(old, { ...change, ...unit }, { by: by.user, otherSecurityAdministrators });
  if (JSON.stringify(next) === JSON.stringify(old)) return false;
  await mustHaveNumberAlone(writer, next);
  await writer.people.upsertUser(next);
  const since = next.unit === old.unit ? undefined : await move(work, next);
  // Whoever may not sign in must not be let in by a link that was made before.
  if (next.state !== 'active') await writer.people.removeSetUpLink(next.id);
  await tellLog(work, { old, next, since, why });
  if (next.officer !== old.officer || next.unit !== old.unit) await keepInStep(work, next);
  work.tell({ user: { old, new: next } });
  return true;
}

async function unitOf(reader: LedgerReader, text: string | null, today: string | null = null): Promise<string | null> {
  // A unit to which somebody belongs is never closed, and it need not be found by its name.
  return text === null || text === today ? text : (await mustHaveOpenUnit(reader, text)).id;
}

async function mustHaveNumberAlone(reader: LedgerReader, { id, officer, state }: User): Promise<void> {
  if (officer === null || state === 'left') return;
  const other = await reader.people.userByOfficer(officer);
  if (other && other.id !== id) throw new EvidockError('request.conflict', because('officer-taken', { officer, account: other.account }));
}

/** Writes from when on a user belongs to another unit: from now on, but always after the last time, even where the clock was set back. */
async function move({ writer, atMs }: PeopleWork, { id, unit }: User): Promise<string> {
  const [last] = await writer.people.membershipsOf(id, { limit: 1 });
  const fromMs = Math.max(atMs, (last?.fromMs ?? 0) + 1);
  await writer.people.insertMembership({ user: id, unit, fromMs });
  return new Date(fromMs).toISOString();
}

interface Told {
  readonly old: User;
  readonly next: User;
  /** From when on they belong to the new unit. */
  readonly since: string | undefined;
  readonly why: string | null;
}

/** Leaving takes roles and unit with it, so one entry tells all of that. Each other kind of change has an entry of its own. */
async function tellLog({ writer, by, atMs }: PeopleWork, { old, next, since, why }: Told): Promise<void> {
  const about = { atMs, actor: by.actor, subject: subject('user', old.id) };
  const then = { old: old.state, roles: [...old.roles], unit: old.unit };
  const leaves = next.state === 'left' && old.state !== 'left';
  const when = since === undefined ? {} : { since };
  if (next.state !== old.state && !leaves) {
    const entry = next.state === 'suspended' ? UserSuspended : UserReinstated;
    await writer.custody.append(entry.make({ ...about, data: then, personal: { why } }));
  }
  const officer = next.officer === old.officer ? {} : { officer: { old: old.officer, new: next.officer } };
  const unit = next.unit === old.unit || leaves ? {} : { unit: { old: old.unit, new: next.unit }, ...when };
  const name = next.name === old.name ? {} : { name: { old: old.name, new: next.name } };
  if (Object.keys({ ...officer, ...unit, ...name }).length > 0)
    await writer.custody.append(UserChanged.make({ ...about, data: { ...officer, ...unit, roles: [...old.roles] }, personal: name }));
  if (leaves) await writer.custody.append(UserLeft.make({ ...about, data: { ...then, ...when }, personal: { why } }));
  else if (next.roles.join() !== old.roles.join())
    await writer.custody.append(
      UserRolesChanged.make({ ...about, data: { roles: { old: [...old.roles], new: [...next.roles] }, unit: next.unit } }),
    );
}
