import { createHash, randomBytes } from 'node:crypto';
import type { Actor } from '#domain/custody/actor';
import { SessionBegan, SessionEnded } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import {
  AGENT_MAX,
  endedByTime,
  hasSameRoles,
  SESSIONS_MAX,
  type Session,
  type SessionEnd,
  type SignInMethod,
} from '#domain/sign-in/session';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { Origin, SignInDeps } from './parts.ts';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const PAGE = 1000;

/** A session and the token that only the browser gets. */
export interface NewSession {
  readonly session: Session;
  readonly token: string;
}

interface Beginning {
  readonly user: User;
  readonly method: SignInMethod;
  readonly from: Origin;
  /** Id of the session that this browser had before; null: none. It ends, so that nobody who knew its token comes in with the new one. */
  readonly replaces: string | null;
}

/** Begins a session, with a token that nobody knew before. Ends the one that it replaces, and that which was used longest ago where there are too many. */
export async function beginSession(
  writer: LedgerWriter,
  deps: SignInDeps,
  { user, method, from, replaces }: Beginning,
): Promise<NewSession> {
  const atMs = deps.clock.nowMs();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const id = newId('ssn', atMs, deps.facts.stationId);
  const session: Session = {
    ...{ id, user: user.id, tokenSha256: tokenDigest(token), method, roles: user.roles, address: from.address },
    ...{ agent: from.agent?.slice(0, AGENT_MAX) ?? null, beganAtMs: atMs, usedAtMs: atMs, ageMs: 0 },
  };
  const actor: Actor = { kind: 'user', id: user.id, via: 'network', session: id };
  const replaced = replaces === null ? null : await writer.signIn.session(replaces);
  if (replaced) await endSession(writer, deps, { session: replaced, why: 'replaced', actor });
  await makeRoom(writer, deps, user.id, actor);
  await writer.signIn.insertSession(session);
  deps.signIn.times.begun(session);
  const { address, agent } = session;
  await writer.custody.append(
    SessionBegan.make({
      ...{ atMs, actor, subject: subject('user', user.id), data: { session: id, method } },
      personal: { ...(address === null ? {} : { address }), ...(agent === null ? {} : { agent }) },
    }),
  );
  return { session, token };
}

async function makeRoom(writer: LedgerWriter, deps: SignInDeps, user: string, actor: Actor): Promise<void> {
  const known = await writer.signIn.sessions({ user, limit: PAGE });
  const byUse = known
    .map((session) => ({ session, idleMs: deps.signIn.times.of(session).idleMs }))
    .toSorted((one, other) => one.idleMs - other.idleMs);
  for (const { session } of byUse.slice(SESSIONS_MAX - 1)) await endSession(writer, deps, { session, why: 'too-many', actor });
}

/** Ends a session, on record. Nothing is written of one that has ended already. */
export async function endSession(
  writer: LedgerWriter,
  { clock }: Pick<SignInDeps, 'clock'>,
  { session, why, actor }: { session: Pick<Session, 'id' | 'user'>; why: SessionEnd; actor: Actor },
): Promise<boolean> {
  if (!(await writer.signIn.removeSession(session.id))) return false;
  const data = { session: session.id, why };
  await writer.custody.append(SessionEnded.make({ atMs: clock.nowMs(), actor, subject: subject('user', session.user), data }));
  return true;
}

/** Ends all sessions of a user. Returns how many. */
export async function endSessionsOf(
  writer: LedgerWriter,
  deps: Pick<SignInDeps, 'clock'>,
  { user, why, actor }: { user: string; why: SessionEnd; actor: Actor },
): Promise<number> {
  const sessions = await writer.signIn.sessions({ user, limit: PAGE });
  for (const session of sessions) await endSession(writer, deps, { session, why, actor });
  return sessions.length;
}

/** The session of a token and the person behind it; null: it holds no more, or never did. */
export async function sessionOfToken(
  { ledger, signIn }: { readonly ledger: LedgerReader; readonly signIn: SignInDeps['signIn'] },
  token: string,
): Promise<{ readonly session: Session; readonly user: User } | null> {
  if (!TOKEN.test(token)) return null;
  const session = await ledger.signIn.sessionByToken(tokenDigest(token));
  if (!session || endedByTime(signIn.times.of(session), signIn.limits) !== null) return null;
  const user = await ledger.people.user(session.user);
  return user && holdsFor(session, user) ? { session, user } : null;
}

/** A session holds for the roles with which it began: who gains or loses one signs in again. */
export function holdsFor({ roles }: Pick<Session, 'roles'>, user: Pick<User, 'state' | 'roles'>): boolean {
  return user.state === 'active' && hasSameRoles(roles, user.roles);
}

/** A session with its owner, and how long it still holds, ms: if it is not used, and at most. */
export async function standingSession(
  { ledger, signIn, clock }: SignInDeps,
  session: Session,
): Promise<{ readonly user: User | null; readonly usedAtMs: number; readonly endsMs: number; readonly limitMs: number }> {
  const { ageMs, idleMs } = signIn.times.of(session);
  const limitMs = Math.max(0, signIn.limits.wholeMs - ageMs);
  const endsMs = Math.min(limitMs, Math.max(0, signIn.limits.idleMs - idleMs));
  return { user: await ledger.people.user(session.user), usedAtMs: Math.round(clock.nowMs() - idleMs), endsMs, limitMs };
}

/**
 * Ends a session by its id. `owner`: only if it is one of this user; a foreign one is answered like one that never was. null: whoever's it is. Throws
 * request.not-found.
 */
export async function revokeSession(
  deps: SignInDeps,
  { id, owner, actor }: { id: string; owner: string | null; actor: Actor },
): Promise<void> {
  await deps.ledger.transaction(async (writer) => {
    const session = await writer.signIn.session(id);
    if (!session || (owner !== null && session.user !== owner))
      throw new EvidockError('request.not-found', because('no-session', { session: id }));
    await endSession(writer, deps, { session, why: actor.id === session.user ? 'signed-out' : 'revoked', actor });
  });
}

function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
