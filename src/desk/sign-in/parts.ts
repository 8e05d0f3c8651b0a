import type { DeskFacts } from '#desk/facts';
import type { Role } from '#domain/access/roles';
import type { SessionLimits } from '#domain/sign-in/session';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import type { PasswordHasher } from '#ports/password-hasher';
import { FailureFold } from './failure-fold.ts';
import { LockOut } from './lock-out.ts';
import { PendingProofs } from './pending-proofs.ts';
import { SessionTimes } from './session-times.ts';

/** What sign-in keeps in memory, and what it hashes with. One of each for a station. */
export interface SignInParts {
  readonly limits: SessionLimits;
  /** Roles whose holders need a second factor. */
  readonly totpRoles: readonly Role[];
  readonly hasher: PasswordHasher;
  readonly commonPasswords: () => Promise<ReadonlySet<string>>;
  readonly lockOut: LockOut;
  readonly pending: PendingProofs;
  readonly times: SessionTimes;
  readonly failures: FailureFold;
}

export interface SignInDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly signIn: SignInParts;
  readonly facts: Pick<DeskFacts, 'stationId' | 'stationName'>;
}

/** Where a request came from. */
export interface Origin {
  readonly address: string | null;
  readonly agent: string | null;
}

/** The parts with nothing in memory yet. `monotonicMs`: a clock that never jumps, ms. */
export function signInParts(
  given: Pick<SignInParts, 'limits' | 'totpRoles' | 'hasher' | 'commonPasswords'>,
  clocks: { readonly nowMs: () => number; readonly monotonicMs: () => number },
): SignInParts {
  return {
    ...given,
    lockOut: new LockOut(clocks),
    pending: new PendingProofs(clocks),
    times: new SessionTimes(clocks),
    failures: new FailureFold(clocks),
  };
}
