import { UserConfirmed } from '#domain/custody/people-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { MACHINE } from '#domain/people/second-person';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import { type By, changePeople, type PeopleDeps } from './change-people.ts';
import { handsIn, mustBeSecond } from './second-person.ts';
import { mustHaveUser } from './users.ts';

/** Makers that an entry names. */
const NAMED_MAX = 50;

/**
 * Confirms that an account is that of a person of their own. From then on whoever had a hand in it counts as somebody else. Only somebody may do so who is a second
 * person to the account, and to all who had a hand in it. Returns false where nobody had. Throws request.not-found, request.conflict, request.forbidden.
 */
export function confirmUser(deps: PeopleDeps, id: string, by: By): Promise<{ readonly user: User; readonly changed: boolean }> {
  return changePeople(deps, { by }, async ({ writer, atMs }) => {
    const user = await mustHaveUser(writer, id);
    if (user.state !== 'active') throw new EvidockError('request.conflict', because('user-not-active', { account: user.account }));
    const two = { first: user.id, second: by.user ?? MACHINE, duty: 'confirmation', nowMs: atMs } as const;
    await mustBeSecond(writer, { ...two, own: because('own-account', {}) });
    const hands = await handsIn(writer, user.id, atMs);
    if (hands.length === 0) return { user, changed: false };
    const makers = [...new Set(hands.map((hand) => hand.by))].slice(0, NAMED_MAX);
    await writer.custody.append(UserConfirmed.make({ atMs, actor: by.actor, subject: subject('user', user.id), data: { makers } }));
    return { user, changed: true };
  });
}
