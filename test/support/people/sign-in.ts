import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import type { DeskDeps } from '#desk/deps';
import { type SignInParts, signInParts } from '#desk/sign-in/parts';
import type { Role } from '#domain/access/roles';
import { newId } from '#domain/ids';
import type { User } from '#domain/people/user';
import type { Clock } from '#ports/clock';
import type { PasswordHasher } from '#ports/password-hasher';
import { anId, START_MS, STATION_ID } from '#test/support/builders';
import { anyDraft } from '#test/support/custody';

/** The least that argon2 takes: the tests make hundreds of hashes. */
export const QUICK = { memory: 8, passes: 1, lanes: 1 };

interface Options {
  readonly clock: Clock;
  readonly monotonicMs?: () => number;
  readonly totpRoles?: readonly Role[];
  readonly hasher?: PasswordHasher;
}

/** Parts of sign-in with real hashes that cost little. */
export function quickSignIn({ clock, monotonicMs = () => clock.nowMs(), totpRoles = [], hasher }: Options): SignInParts {
  return signInParts(
    {
      limits: { idleMs: 30 * 60_000, wholeMs: 12 * 3_600_000 },
      totpRoles,
      hasher: hasher ?? new Argon2Hasher({ parameters: QUICK }),
      commonPasswords: async () => new Set(['password', 'qwertyuiopas']),
    },
    { nowMs: () => clock.nowMs(), monotonicMs },
  );
}

/** An account that may sign in; without a password where none is given. */
export async function addUser(
  { ledger, signIn }: Pick<DeskDeps, 'ledger' | 'signIn'>,
  { password, ...overrides }: Partial<User> & { readonly account: string; readonly password?: string },
): Promise<User> {
  const user: User = {
    ...{ id: newId('usr', START_MS, STATION_ID), name: 'Zhang San', officer: null, unit: null, roles: ['officer'], state: 'active' },
    ...{ createdAtMs: START_MS, ...overrides },
  };
  const phc = password === undefined ? null : await signIn.hasher.hash(password);
  await ledger.transaction(async (writer) => {
    await writer.people.upsertUser(user);
    if (phc !== null) await writer.signIn.setPassword(user.id, phc, START_MS);
    await writer.custody.append(anyDraft(anId('rec')));
  });
  return user;
}
