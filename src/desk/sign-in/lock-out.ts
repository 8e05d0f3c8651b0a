import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { delayMsAfter, failuresMax, LOCK_RULES, stillCounted, type TriedBy, type Tries } from '#domain/sign-in/tries';

/** Whom a try counts against. */
export interface TryKeys {
  readonly account: string;
  readonly address: string;
}

interface Standing {
  readonly failures: number;
  /** By the clock that does not jump. */
  readonly failedMs: number;
  readonly lockedUntilMs: number;
  readonly failedAtMs: number;
}

interface Options {
  readonly nowMs: () => number;
  /** A clock that never jumps, ms. */
  readonly monotonicMs: () => number;
}

const KINDS = ['account', 'address'] as const satisfies readonly TriedBy[];

/**
 * The keys of a try. An account has one whether somebody has it or not, so that both are locked in the same way. Addresses of one IPv6 network (/64) are one: a
 * single machine may use all of them.
 */
export function tryKeys(account: string, address: string | null): TryKeys {
  return { account: digest(account), address: digest(networkOf(address)) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function networkOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return address ?? 'none';
  const known = ipaddr.process(address);
  return known instanceof ipaddr.IPv6 ? known.parts.slice(0, 4).join(':') : known.toString();
}

/**
 * Refuses tries of an account or an address that has failed too often, for longer with each failure. Locks run by a clock that does not jump. After a restart
 * each lock begins anew, so that neither a restart nor a clock that was set ends one early, or makes one last. The ledger gets what counts once a second.
 */
export class LockOut {
  readonly #nowMs: () => number;
  readonly #monotonicMs: () => number;
  readonly #standings: Readonly<Record<TriedBy, Map<string, Standing>>> = { account: new Map(), address: new Map() };
  /** What the ledger does not know yet. */
  readonly #unwritten: Readonly<Record<TriedBy, Set<string>>> = { account: new Set(), address: new Set() };

  constructor({ nowMs, monotonicMs }: Options) {
    this.#nowMs = nowMs;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes what an earlier process wrote. */
  load(rows: readonly Tries[]): void {
    const now = this.#monotonicMs();
    for (const { by, key, failures, failedAtMs } of rows.toReversed()) {
      const elapsed = Math.max(0, this.#nowMs() - failedAtMs);
      const left = stillCounted(by, failures, elapsed);
      if (left === 0) this.#mark(by, key);
      else this.#put(by, key, { failures: left, failedMs: now, lockedUntilMs: now + delayMsAfter(by, left), failedAtMs });
    }
  }

  /** Throws sign-in.locked if a try may not even be looked at. */
  demandOpen(keys: TryKeys): void {
    const now = this.#monotonicMs();
    const until = Math.max(...KINDS.map((by) => this.#standings[by].get(keys[by])?.lockedUntilMs ?? 0));
    if (until > now) throw new EvidockError('sign-in.locked', because('try-again-in', { seconds: Math.ceil((until - now) / 1000) }));
  }

  /** Counts a failure. Returns the seconds of each lock that it brought. */
  failed(keys: TryKeys): readonly number[] {
    const now = this.#monotonicMs();
    return KINDS.flatMap((by) => {
      const before = this.#standings[by].get(keys[by]);
      const failures = Math.min(failuresMax(by), (before ? stillCounted(by, before.failures, now - before.failedMs) : 0) + 1);
      const delayMs = delayMsAfter(by, failures);
      this.#put(by, keys[by], { failures, failedMs: now, lockedUntilMs: now + delayMs, failedAtMs: this.#nowMs() });
      this.#mark(by, keys[by]);
      return delayMs > 0 ? [Math.ceil(delayMs / 1000)] : [];
    });
  }

  /** Its owner came in: its failures count no more. Those of the address do, because an attacker may have an account too. */
  opened({ account }: Pick<TryKeys, 'account'>): void {
    if (this.#standings.account.delete(account)) this.#mark('account', account);
  }

  /** What changed since the last call, for the ledger. No failures: the row is to go. */
  takeUnwritten(): readonly Tries[] {
    return KINDS.flatMap((by) => {
      const keys = [...this.#unwritten[by]];
      this.#unwritten[by].clear();
      return keys.map((key) => {
        const standing = this.#standings[by].get(key);
        return { by, key, failures: standing?.failures ?? 0, failedAtMs: standing?.failedAtMs ?? 0 };
      });
    });
  }

  /** They could not be written. */
  putBack(tries: readonly Tries[]): void {
    for (const { by, key } of tries) this.#mark(by, key);
  }

  /** Forgets what counts no more. */
  sweep(): void {
    const now = this.#monotonicMs();
    for (const by of KINDS)
      for (const [key, { failures, failedMs }] of this.#standings[by])
        if (stillCounted(by, failures, now - failedMs) === 0) this.#drop(by, key);
  }

  #put(by: TriedBy, key: string, standing: Standing): void {
    const standings = this.#standings[by];
    // The one that failed last stands last in the map.
    standings.delete(key);
    standings.set(key, standing);
    const [oldest] = standings.keys();
    if (standings.size > LOCK_RULES[by].keysMax && oldest !== undefined) this.#drop(by, oldest);
  }

  #drop(by: TriedBy, key: string): void {
    this.#standings[by].delete(key);
    this.#mark(by, key);
  }

  /** A ledger that cannot be written for long loses the oldest of these: such a row counts for too long after a restart. */
  #mark(by: TriedBy, key: string): void {
    const unwritten = this.#unwritten[by];
    unwritten.add(key);
    const [oldest] = unwritten;
    if (unwritten.size > 2 * LOCK_RULES[by].keysMax && oldest !== undefined) unwritten.delete(oldest);
  }
}
