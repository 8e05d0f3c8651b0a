import type { DeskDeps } from '#desk/deps';
import { digestOf } from '#desk/worker-admission';
import type { Actor } from '#domain/custody/actor';
import { BadgeAssigned, BadgeRemoved, PinRemoved, PinSet } from '#domain/custody/door-entries';
import { subject } from '#domain/custody/subject';
import { type Badge, badgeEnding, normalBadge, pinFault } from '#domain/doors/badge';
import { EvidockError } from '#domain/errors';
import type { User } from '#domain/people/user';
import { because } from '#domain/reason';
import type { LedgerReader, LedgerWriter } from '#ports/ledger';
import type { PasswordHasher } from '#ports/password-hasher';

type BadgeDeps = Pick<DeskDeps, 'ledger' | 'clock'>;

/** Sets the PIN of the officer who is signed in. Throws request.invalid, request.conflict, request.too-many. */
export async function setPin(
  { ledger, clock, hasher }: BadgeDeps & { readonly hasher: PasswordHasher },
  { user, pin, actor }: { user: string; pin: string; actor: Actor },
): Promise<void> {
  const { officer } = await mustBeOfficer(ledger, user);
  const fault = pinFault(pin, officer);
  if (fault !== null)
    throw new EvidockError('request.invalid', fault === 'not-digits' ? because('pin-digits', {}) : because('pin-easy', {}));
  const hash = await hasher.hash(pin);
  await ledger.transaction(async (writer) => {
    await mustBeOfficer(writer, user);
    const atMs = clock.nowMs();
    await writer.doors.setPin({ user, hash, setAtMs: atMs });
    await writer.custody.append(PinSet.make({ atMs, actor, subject: subject('user', user) }));
  });
}

/** False if there was none. */
export async function removePin({ ledger, clock }: BadgeDeps, { user, actor }: { user: string; actor: Actor }): Promise<boolean> {
  return ledger.transaction(async (writer) => {
    if ((await writer.doors.pin(user)) === null) return false;
    await writer.doors.removePin(user);
    await writer.custody.append(PinRemoved.make({ atMs: clock.nowMs(), actor, subject: subject('user', user) }));
    return true;
  });
}

interface Assignment {
  readonly user: string;
  /** As its reader sends it. */
  readonly badge: string;
  /** Unit of the custodian, whose people it must be; null: over the control socket, anybody. */
  readonly within: string | null;
  readonly actor: Actor;
}

/** Gives an officer a badge, in place of the one before. Throws request.invalid, request.not-found, request.conflict. */
export async function assignBadge({ ledger, clock }: BadgeDeps, { user, badge, within, actor }: Assignment): Promise<Badge> {
  const number = normalBadge(badge);
  if (number === null) throw new EvidockError('request.invalid', because('badge-malformed', {}));
  return ledger.transaction(async (writer) => {
    await demandWithin(writer, user, within);
    await mustBeOfficer(writer, user);
    const atMs = clock.nowMs();
    const assigned: Badge = { badgeSha256: digestOf(number), ending: badgeEnding(number), user, assignedAtMs: atMs };
    await writer.doors.assignBadge(assigned);
    await writer.custody.append(BadgeAssigned.make({ atMs, actor, subject: subject('user', user), data: { ending: assigned.ending } }));
    return assigned;
  });
}

/** Throws request.not-found. */
export async function removeBadge({ ledger, clock }: BadgeDeps, { user, within, actor }: Omit<Assignment, 'badge'>): Promise<void> {
  await ledger.transaction(async (writer) => {
    await demandWithin(writer, user, within);
    const badge = await writer.doors.badgeOf(user);
    if (!badge) throw new EvidockError('request.not-found', because('no-badge', { user }));
    await writer.doors.removeBadge(user);
    await writer.custody.append(
      BadgeRemoved.make({ atMs: clock.nowMs(), actor, subject: subject('user', user), data: { ending: badge.ending } }),
    );
  });
}

/** Takes badge and PIN away from a user who leaves, in the transaction of that. Of one who is suspended they stay, and are good for nothing meanwhile. */
export async function endBadgesOf(
  writer: LedgerWriter,
  { user, atMs, actor }: { user: string; atMs: number; actor: Actor },
): Promise<void> {
  const about = { atMs, actor, subject: subject('user', user) };
  const badge = await writer.doors.badgeOf(user);
  if (badge) {
    await writer.doors.removeBadge(user);
    await writer.custody.append(BadgeRemoved.make({ ...about, data: { ending: badge.ending } }));
  }
  if (await writer.doors.pin(user)) {
    await writer.doors.removePin(user);
    await writer.custody.append(PinRemoved.make(about));
  }
}

/** A custodian gives badges to the people of their own unit and of those below. Others are to them as if they were not there. */
async function demandWithin(ledger: LedgerReader, user: string, within: string | null): Promise<void> {
  const known = await ledger.people.user(user);
  const units = known?.unit && within !== null ? await ledger.people.unitsAbove(known.unit) : [];
  if (!known || (within !== null && !units.includes(within))) throw new EvidockError('request.not-found', because('no-user', { user }));
}

async function mustBeOfficer(ledger: LedgerReader, id: string): Promise<User & { readonly officer: string }> {
  const user = await ledger.people.user(id);
  if (!user) throw new EvidockError('request.not-found', because('no-user', { user: id }));
  const { officer } = user;
  if (user.state !== 'active' || officer === null)
    throw new EvidockError('request.conflict', because('no-officer', { account: user.account }));
  return { ...user, officer };
}
