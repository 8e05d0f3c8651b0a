import type { ClockKind, ClockState } from '#domain/clock/clock-state';
import type { Actor } from '#domain/custody/actor';
import type { Ledger } from './ledger.ts';

export interface ClockConfirmation {
  readonly actor: Actor;
  /** What was found to be the cause, in the words of whoever confirms. */
  readonly words: string;
  /** `seenAtMs` of what they saw; a newer finding is not confirmed with it. */
  readonly seenAtMs: number;
}

/** Watches the wall clock of the station: while it runs and at its start. Nothing that cannot be undone may be done while it is not steady. */
export interface ClockWatch {
  /** How the clock stands. It is compared at each call, so that a jump is known before anything is done by the new time. Reads no ledger and never throws. */
  state(): ClockState;
  /** How the clock stood, as far as was on record, when the custody entry with this number was written. */
  kindAt(seq: number): ClockKind;
  /**
   * Puts on record in one transaction of `ledger` that the clock is right now. `afterwards` gets what has to be called once that is committed. Returns false if
   * the clock is steady: then nothing is written. Throws request.conflict if something newer was found.
   */
  confirm(ledger: Ledger, by: ClockConfirmation, afterwards: (task: () => void) => void): Promise<boolean>;
  /** Calls the listener after each confirmation. Returns what takes it away again. */
  onConfirmed(listener: () => void): () => void;
}
