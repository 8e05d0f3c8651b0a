/** What failures are counted by: the account that was tried, known or not, and the address from which it was tried. */
export type TriedBy = 'account' | 'address';

/** Failures that count, of one account or one address. */
export interface Tries {
  readonly by: TriedBy;
  /** SHA-256 of the account or the address, hex: somebody may type a password in the place of the account. */
  readonly key: string;
  readonly failures: number;
  /** Wall clock. Only for forgetting what is old. */
  readonly failedAtMs: number;
}

interface LockRule {
  /** So many failures lock nothing. */
  readonly free: number;
  readonly firstDelayMs: number;
  readonly delayMsMax: number;
  /** One failure is forgotten in this time. */
  readonly forgetMs: number;
  /** Keys that are remembered; the one that failed longest ago gives way. */
  readonly keysMax: number;
}

/**
 * An address may belong to many people, so it has more free failures and shorter delays than an account. An account is never locked for longer than 15 minutes:
 * else whoever knows its name could keep its owner out.
 */
export const LOCK_RULES: Readonly<Record<TriedBy, LockRule>> = {
  account: { free: 5, firstDelayMs: 2000, delayMsMax: 15 * 60_000, forgetMs: 3_600_000, keysMax: 10_000 },
  address: { free: 20, firstDelayMs: 1000, delayMsMax: 5 * 60_000, forgetMs: 600_000, keysMax: 10_000 },
};

/** How long no further try is accepted after the last of so many failures: nothing at first, then twice as long with each. */
export function delayMsAfter(by: TriedBy, failures: number): number {
  const { free, firstDelayMs, delayMsMax } = LOCK_RULES[by];
  return failures < free ? 0 : Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(failures - free, 30));
}

/** Failures that bring the longest delay. More of them are not counted, so that they are forgotten within a day. */
export function failuresMax(by: TriedBy): number {
  const { free, firstDelayMs, delayMsMax } = LOCK_RULES[by];
  return free + Math.ceil(Math.log2(delayMsMax / firstDelayMs));
}

/** Failures that still count when some time has passed since the last. */
export function stillCounted(by: TriedBy, failures: number, elapsedMs: number): number {
  return Math.max(0, failures - Math.floor(Math.max(0, elapsedMs) / LOCK_RULES[by].forgetMs));
}
