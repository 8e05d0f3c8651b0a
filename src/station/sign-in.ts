import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { loadCommonPasswords } from '#adapters/common-passwords';
import type { DeskDeps } from '#desk/deps';
import { SignInKeeper } from '#desk/sign-in/keeper';
import { type SignInParts, signInParts } from '#desk/sign-in/parts';
import type { StationContext } from './context.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;

/** What sign-in stands on. The thread that hashes is started when the first password comes. */
export function openSignIn({ config, clock, onStop }: StationContext): SignInParts {
  const { sessionIdle, sessionLimit, totpRoles } = config.access;
  const hasher = new Argon2Hasher();
  onStop(() => hasher.close());
  return signInParts(
    {
      limits: { idleMs: sessionIdle * MS_PER_MINUTE, wholeMs: sessionLimit * MS_PER_HOUR },
      ...{ totpRoles, hasher, commonPasswords: loadCommonPasswords },
    },
    { nowMs: () => clock.nowMs(), monotonicMs: () => performance.now() },
  );
}

/** Keeps the ledger and the memory of sign-in the same, as long as the station runs. */
export async function keepSignIn({ onStop }: StationContext, deps: DeskDeps): Promise<void> {
  const keeper = new SignInKeeper({ deps, changes: deps.people });
  onStop(() => keeper.stop());
  await keeper.start();
}
