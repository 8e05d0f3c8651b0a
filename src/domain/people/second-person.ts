import type { Actor } from '#domain/custody/actor';
import { TokenAdded } from '#domain/custody/door-entries';
import type { CustodyEntry } from '#domain/custody/entry';
import { UserAdded, UserConfirmed, UserInvited, UserRolesChanged } from '#domain/custody/people-entries';
import { PasswordSet, TotpRemoved } from '#domain/custody/sign-in-entries';

/*
 * The one rule of "a second person". Two accounts are not two persons if one of them may be a puppet of the other: whoever makes an account, gives it a role or
 * lets somebody into it anew can sign in as it. So such a hand ties two accounts together, for a time or until a third person has confirmed the account.
 */

/** How long a hand in an account ties it to whoever had it. No configuration and no policy changes it. */
export const TIED_DAYS = 30;
const TIED_MS = TIED_DAYS * 24 * 3_600_000;

/** Everybody who acts on the machine itself is one person: whoever is root there can call themselves what they like. */
export const MACHINE = 'machine';

/**
 * What a second person is asked for. `true`: a third person who had a hand in both accounts counts, and so does a hand of the machine. A call-up does without: it
 * ends by its time, whoever uses the socket goes past all rules on record, and in a station most accounts come from one administrator.
 */
const STRICT = { policy: true, confirmation: true, retention: true, hold: true, disposal: true, 'call-up': false, review: false } as const;
export type Duty = keyof typeof STRICT;

/** Types of entries by which somebody has a hand in an account, or by which all hands in it before count no more. */
export const HAND_TYPES: readonly string[] = [
  ...[UserAdded, UserRolesChanged, UserInvited, UserConfirmed, PasswordSet, TotpRemoved, TokenAdded].map(({ type }) => type),
];

/** Somebody had a hand in the account of somebody else. */
export interface Hand {
  /** Account, `usr-…`. */
  readonly user: string;
  /** `usr-…`, or `machine`. */
  readonly by: string;
  /** `confirmed`: whoever had a hand in it before counts no more. */
  readonly how: 'added' | 'role' | 'link' | 'password' | 'second-factor' | 'token' | 'confirmed';
  readonly atMs: number;
}

/** Who may be behind an account beside its owner: whoever had a hand in it, in theirs, and so on. */
export interface Behind {
  readonly person: string;
  /** By person: until when their hand counts. */
  readonly makers: ReadonlyMap<string, number>;
  /** False: there were more than can be asked, so nobody can tell. */
  readonly isWhole: boolean;
}

/** Why two accounts count as one person. */
export type Tie =
  | { readonly is: 'same' }
  | { readonly is: 'unknown' }
  | { readonly is: 'made'; readonly maker: string; readonly made: string; readonly untilMs: number }
  | { readonly is: 'third'; readonly by: string; readonly untilMs: number };

/** The person whom an id names: all accounts of the machine (`cli:root`) are one. */
export function personOf(id: string): string {
  return id.startsWith('cli:') ? MACHINE : id;
}

/** The person behind an actor, of a token its owner; null: there is none, or the entry is from before owners stood in it. */
function personBehind({ kind, id, user }: Actor): string | null {
  if (kind === 'cli') return MACHINE;
  if (kind === 'token') return user ?? null;
  return kind === 'user' ? id : null;
}

/** The hand that an entry tells of; null: it tells of none. Nobody has a hand in their own account. */
export function handOf(entry: CustodyEntry): Hand | null {
  const told = toldBy(entry);
  const by = personBehind(entry.actor);
  return told === null || by === null || by === told.user ? null : { ...told, by, atMs: entry.atMs };
}

function toldBy(entry: CustodyEntry): Pick<Hand, 'user' | 'how'> | null {
  const user = entry.subject.id;
  if (UserAdded.parse(entry)) return { user, how: 'added' };
  if (UserInvited.parse(entry)) return { user, how: 'link' };
  if (TotpRemoved.parse(entry)) return { user, how: 'second-factor' };
  if (UserConfirmed.parse(entry)) return { user, how: 'confirmed' };
  if (PasswordSet.parse(entry)?.data.how === 'cli') return { user, how: 'password' };
  const roles = UserRolesChanged.parse(entry)?.data.roles;
  if (roles?.new.some((role) => !roles.old.includes(role))) return { user, how: 'role' };
  const owner = TokenAdded.parse(entry)?.data.owner;
  return owner === undefined ? null : { user: owner, how: 'token' };
}

/** The hands that count now. `hands`: of one account, in the order of the log, where a clock that was set back does not undo a confirmation. */
export function standingHands(hands: readonly Hand[], nowMs: number): readonly (Hand & { readonly untilMs: number })[] {
  const after = hands.slice(hands.findLastIndex(({ how }) => how === 'confirmed') + 1);
  return after.map((hand) => ({ ...hand, untilMs: hand.atMs + TIED_MS })).filter(({ untilMs }) => untilMs > nowMs);
}

/** Times of entries before which no hand counts any more. */
export function handsSince(nowMs: number): number {
  return nowMs - TIED_MS;
}

/** Why these two are not two persons for this duty; null: they are. */
export function tieOf(first: Behind, second: Behind, duty: Duty): Tie | null {
  if (first.person === second.person) return { is: 'same' };
  const strict = STRICT[duty];
  if (!strict && [first.person, second.person].includes(MACHINE)) return null;
  for (const [maker, made] of [
    [first, second],
    [second, first],
  ] as const) {
    const untilMs = made.makers.get(maker.person);
    if (untilMs !== undefined) return { is: 'made', maker: maker.person, made: made.person, untilMs };
  }
  if (!first.isWhole || !second.isWhole) return { is: 'unknown' };
  return strict ? thirdOf(first, second) : null;
}

function thirdOf(first: Behind, second: Behind): Tie | null {
  for (const [by, untilMs] of first.makers) {
    const other = second.makers.get(by);
    // A new station has every account from its machine.
    if (other !== undefined && by !== MACHINE) return { is: 'third', by, untilMs: Math.min(untilMs, other) };
  }
  return null;
}
