import { randomBytes } from 'node:crypto';
import { sha256Hex } from '#domain/canonical-json';
import type { Actor } from '#domain/custody/actor';
import { UserInvited, UserSetUp } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { mustBeInvitable } from '#domain/people/rules';
import { isGood, SET_UP_MS, type User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import { type By, changePeople, type PeopleDeps } from './change-people.ts';
import { mustHaveUser } from './users.ts';

const TOKEN_BYTES = 32;

/** What lets one person set their password once. */
interface SetUpToken {
  readonly user: User;
  /** 32 random bytes, base64url. It is told this once; the ledger holds its SHA-256. */
  readonly token: string;
  readonly endsAtMs: number;
}

/** Makes the link with which a user sets their password; one made before is good no more. Throws request.conflict for a user who is not active. */
export function inviteUser(deps: PeopleDeps, id: string, by: By): Promise<SetUpToken> {
  return changePeople(deps, { by }, async ({ writer, atMs }) => {
    const user = await mustHaveUser(writer, id);
    mustBeInvitable(user, by.user);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const endsAtMs = atMs + SET_UP_MS;
    const replaced = (await writer.people.setUpLinkOf(user.id)) !== null;
    await writer.people.upsertSetUpLink({ user: user.id, tokenSha256: digestOf(token), madeAtMs: atMs, endsAtMs });
    const about = { atMs, actor: by.actor, subject: subject('user', user.id) };
    await writer.custody.append(UserInvited.make({ ...about, data: { endsAt: new Date(endsAtMs).toISOString(), replaced } }));
    return { user, token, endsAtMs };
  });
}

/** Whose link a token is, without using it. Throws request.not-found, one and the same for a token that never was, was used or has ended. */
export async function userOfToken(reader: LedgerReader, token: string, atMs: number): Promise<User> {
  const link = await reader.people.setUpLink(digestOf(token));
  const user = link && isGood(link, atMs) ? await reader.people.user(link.user) : null;
  if (user?.state !== 'active') throw new EvidockError('request.not-found', because('set-up-link-void', {}));
  return user;
}

/**
 * Uses a link up, in the transaction that sets the password. Of two who come with the same link at once, the second is refused. Throws as `userOfToken`.
 */
export async function useSetUpLink(
  writer: LedgerWriter,
  token: string,
  { atMs, actorOf }: { readonly atMs: number; readonly actorOf: (user: User) => Actor },
): Promise<User> {
  const user = await userOfToken(writer, token, atMs);
  const link = await writer.people.setUpLink(digestOf(token));
  await writer.people.removeSetUpLink(user.id);
  const about = { atMs, actor: actorOf(user), subject: subject('user', user.id) };
  await writer.custody.append(UserSetUp.make({ ...about, data: { madeAt: new Date(link?.madeAtMs ?? atMs).toISOString() } }));
  return user;
}

function digestOf(token: string): string {
  return sha256Hex(Buffer.from(token));
}
