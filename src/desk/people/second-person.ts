import { EvidockError } from '#domain/errors';
import {
  type Behind,
  type Duty,
  type Hand,
  handsSince,
  MACHINE,
  personOf,
  standingHands,
  type Tie,
  tieOf,
} from '#domain/people/second-person';
import { because, type Reason } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';

/** People behind one account who are asked about. */
const MAKERS_MAX = 200;

/** Two who must be two. */
export interface Two {
  /** Who proposed or asked: id of the account; `cli:root` or `machine` for whoever acts on the machine itself. */
  readonly first: string;
  /** Who is to decide. */
  readonly second: string;
  readonly duty: Duty;
  readonly nowMs: number;
}

/**
 * Throws request.forbidden unless the second is somebody else than the first, as far as the station can tell. `own`: why, where both are one account. Call it with
 * the writer of the transaction that decides.
 */
export async function mustBeSecond(reader: LedgerReader, { own, ...two }: Two & { readonly own: Reason }): Promise<void> {
  const tie = await tieBetween(reader, two);
  if (tie !== null) throw new EvidockError('request.forbidden', tie.is === 'same' ? own : await reasonOf(reader, two, tie));
}

/** Why two count as one person; null: they do not. */
export async function tieBetween(reader: LedgerReader, { first, second, duty, nowMs }: Two): Promise<Tie | null> {
  const [one, other] = [await behind(reader, personOf(first), nowMs), await behind(reader, personOf(second), nowMs)];
  return tieOf(one, other, duty);
}

/** The hands of others that count in an account now, in the order of the log. */
export async function handsIn(reader: LedgerReader, user: string, nowMs: number): Promise<ReturnType<typeof standingHands>> {
  const hands: readonly Hand[] = await reader.people.hands(user, handsSince(nowMs));
  return standingHands(hands, nowMs);
}

async function behind(reader: LedgerReader, person: string, nowMs: number): Promise<Behind> {
  const makers = new Map<string, number>();
  const asked: { readonly id: string; readonly untilMs: number }[] = [{ id: person, untilMs: Number.POSITIVE_INFINITY }];
  for (let next = asked.pop(); next !== undefined; next = asked.pop()) {
    if (next.id === MACHINE) continue;
    for (const { by, untilMs } of await handsIn(reader, next.id, nowMs)) {
      if (by === person || makers.has(by)) continue;
      if (makers.size >= MAKERS_MAX) return { person, makers, isWhole: false };
      // A chain holds as long as its first link that ends.
      const until = Math.min(untilMs, next.untilMs);
      makers.set(by, until);
      asked.push({ id: by, untilMs: until });
    }
  }
  return { person, makers, isWhole: true };
}

async function reasonOf(reader: LedgerReader, { first, second }: Two, tie: Exclude<Tie, { is: 'same' }>): Promise<Reason> {
  const named = async (id: string) => (await reader.people.user(id))?.account ?? id;
  if (tie.is === 'unknown') return because('second-person-unknown', { account: await named(personOf(second)) });
  const until = new Date(tie.untilMs).toISOString().slice(0, 10);
  if (tie.is === 'made') return because('second-person-made', { account: await named(tie.made), maker: await named(tie.maker), until });
  const [account, other] = [await named(personOf(first)), await named(personOf(second))];
  return because('second-person-third', { account, other, maker: await named(tie.by), until });
}
