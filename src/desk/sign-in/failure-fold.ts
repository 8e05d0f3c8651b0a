import { STATION } from '#domain/custody/actor';
import type { CustodyDraft } from '#domain/custody/entry';
import { SignInFailed } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';

const WINDOW_MS = 60_000;
/** Users with an entry of their own within a minute. Failures of all others go into the one entry about the station. */
const USERS_MAX = 20;
const ADDRESSES_MAX = 20;
/** Addresses and accounts that are told apart while a fold gathers. */
const KNOWN_MAX = 1000;

/** A try that did not lead to a session. */
export interface FailedTry {
  /** Id of the user whose account was tried; null: nobody has that account. */
  readonly user: string | null;
  /** Digest of the account. What was typed is kept nowhere: it may be a password. */
  readonly account: string;
  readonly address: string | null;
  /** True: it was refused unlooked at. */
  readonly refused: boolean;
  /** Seconds of the locks that it brought. */
  readonly locks: readonly number[];
}

interface Fold {
  failures: number;
  refused: number;
  fromMs: number;
  untilMs: number;
  locks: number;
  lockSeconds: number;
  readonly accounts: Set<string>;
  readonly addresses: Map<string, number>;
}

/** Entries that wait to be written; null as user: about the station. */
export type TakenFolds = ReadonlyMap<string | null, Fold>;

interface Options {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
}

/** Folds failures, so that a storm of them leaves 21 custody entries a minute at most and not one of them uncounted. */
export class FailureFold {
  readonly #nowMs: () => number;
  readonly #monotonicMs: () => number;
  #folds = new Map<string | null, Fold>();
  /** By user: when they may have the next entry of their own. */
  readonly #quietUntilMs = new Map<string | null, number>();

  constructor({ nowMs, monotonicMs }: Options) {
    this.#nowMs = nowMs;
    this.#monotonicMs = monotonicMs;
  }

  add({ user, account, address, refused, locks }: FailedTry): void {
    const atMs = this.#nowMs();
    const fold = this.#foldOf(user, atMs);
    if (refused) fold.refused += 1;
    else fold.failures += 1;
    fold.fromMs = Math.min(fold.fromMs, atMs);
    fold.untilMs = Math.max(fold.untilMs, atMs);
    fold.locks += locks.length;
    fold.lockSeconds = Math.max(fold.lockSeconds, ...locks);
    if (fold.accounts.size < KNOWN_MAX) fold.accounts.add(account);
    const from = address ?? '';
    if (fold.addresses.size < KNOWN_MAX || fold.addresses.has(from)) fold.addresses.set(from, (fold.addresses.get(from) ?? 0) + 1);
  }

  /** Takes out what is to be written now: the first failure of a kind at once, those of the next minute together. `all`: without waiting. */
  take(all = false): TakenFolds {
    const now = this.#monotonicMs();
    for (const [user, until] of this.#quietUntilMs) if (until <= now) this.#quietUntilMs.delete(user);
    const taken = new Map<string | null, Fold>();
    for (const [user, fold] of this.#folds) {
      if (!all && this.#quietUntilMs.has(user)) continue;
      taken.set(user, fold);
      this.#folds.delete(user);
      this.#quietUntilMs.set(user, now + WINDOW_MS);
    }
    return taken;
  }

  /** They could not be written. */
  putBack(taken: TakenFolds): void {
    for (const [user, fold] of taken) {
      const into = this.#foldOf(user, fold.fromMs);
      into.failures += fold.failures;
      into.refused += fold.refused;
      into.fromMs = Math.min(into.fromMs, fold.fromMs);
      into.untilMs = Math.max(into.untilMs, fold.untilMs);
      into.locks += fold.locks;
      into.lockSeconds = Math.max(into.lockSeconds, fold.lockSeconds);
      for (const account of fold.accounts) if (into.accounts.size < KNOWN_MAX) into.accounts.add(account);
      for (const [address, count] of fold.addresses)
        if (into.addresses.size < KNOWN_MAX) into.addresses.set(address, (into.addresses.get(address) ?? 0) + count);
    }
  }

  #foldOf(user: string | null, atMs: number): Fold {
    const own = new Set([...this.#quietUntilMs.keys(), ...this.#folds.keys()]);
    own.delete(null);
    const into = user !== null && !own.has(user) && own.size >= USERS_MAX ? null : user;
    const known = this.#folds.get(into);
    if (known) return known;
    const none = { failures: 0, refused: 0, locks: 0, lockSeconds: 0 };
    const fold: Fold = { ...none, fromMs: atMs, untilMs: atMs, accounts: new Set(), addresses: new Map() };
    this.#folds.set(into, fold);
    return fold;
  }
}

/** The entries of what was taken. */
export function failureEntries(taken: TakenFolds, { stationId, atMs }: { stationId: string; atMs: number }): readonly CustodyDraft[] {
  return [...taken].map(([user, fold]) =>
    SignInFailed.make({
      ...{ atMs, actor: STATION, subject: user === null ? subject('station', stationId) : subject('user', user) },
      data: {
        ...{ failures: fold.failures, refused: fold.refused, accounts: fold.accounts.size },
        ...{ from: new Date(fold.fromMs).toISOString(), until: new Date(fold.untilMs).toISOString() },
        ...{ locks: fold.locks, lockSeconds: fold.lockSeconds },
      },
      personal: { addresses: mostOf(fold.addresses) },
    }),
  );
}

function mostOf(addresses: ReadonlyMap<string, number>): string[] {
  const sorted = [...addresses].filter(([address]) => address !== '').sort(([, one], [, other]) => other - one);
  return sorted.slice(0, ADDRESSES_MAX).map(([address]) => address);
}
