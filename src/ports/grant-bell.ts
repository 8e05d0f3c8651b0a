import type { GrantEnd } from '#domain/call-up/grant';

/** A grant that holds no more. */
export interface GrantEnded {
  readonly grant: string;
  /** Who may look no more. */
  readonly user: string;
  readonly why: GrantEnd;
}

/** Rung within a second of the end of a grant, once that is on record. */
export interface GrantBell {
  /** Returns what stops listening. Listeners are called one after the other and must not throw. */
  onRevoked(listener: (ended: GrantEnded) => void): () => void;
}

/** The bell as those have it who end grants. */
export interface RungGrantBell extends GrantBell {
  /** Called after the commit, once for each grant that ended. */
  ring(ended: readonly GrantEnded[]): void;
}
