import { sha256Hex } from '#domain/canonical-json';
import { asEvidockError, type EvidockError, failureReason, isFailure } from '#domain/errors';
import { MACHINE } from '#domain/people/second-person';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { type Deciding, proposePolicy, withdrawFiles } from './policies.ts';
import type { PolicyKeeper } from './policy-keeper.ts';

/** Whoever may write the file acts on the machine itself. */
const BY_FILE: Deciding = { actor: { kind: 'cli', id: 'root', via: 'file', session: null }, person: MACHINE };

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly keeper: Pick<PolicyKeeper, 'use' | 'policy' | 'trouble'>;
}

/** What was found in the file of the site. */
export type Noticed =
  | { readonly found: 'unchanged' | 'in-force' }
  | { readonly found: 'proposed' | 'adopted'; readonly version: number }
  | { readonly found: 'broken'; readonly error: EvidockError };

/**
 * Looks at the file of the site. One that was changed since it was last looked at is proposed. One that cannot be used changes nothing but what doctor, metrics
 * and log tell. `read`: its text.
 */
export async function noticeFile(
  deps: Deps,
  { name, read }: { readonly name: string; readonly read: () => Promise<string> },
): Promise<Noticed> {
  try {
    const noticed = await changedFile(deps, name, await read());
    deps.keeper.trouble = null;
    return noticed;
  } catch (thrown) {
    const error = asEvidockError(thrown);
    if (!isFailure(error, 'config.invalid', 'request.conflict')) throw error;
    deps.keeper.trouble = failureReason(error);
    return { found: 'broken', error };
  }
}

async function changedFile(deps: Deps, name: string, text: string): Promise<Noticed> {
  const { ledger, clock } = deps;
  const sha256 = sha256Hex(Buffer.from(text));
  const [last, inForce] = await Promise.all([ledger.policies.lastFromFile(), ledger.policies.inForce()]);
  if (inForce?.sha256 === sha256) {
    await ledger.transaction((writer) => withdrawFiles(writer, BY_FILE.actor, clock.nowMs()));
    return { found: 'in-force' };
  }
  if (last?.sha256 === sha256) return { found: 'unchanged' };
  const { state, version } = await proposePolicy(deps, { text, source: 'file', by: BY_FILE, name });
  return { found: state === 'in-force' ? 'adopted' : 'proposed', version };
}
