import type { Policy } from '#domain/access/policy';
import { DEFAULT_TASKS } from '#domain/access/tasks';
import { EvidockError, failureReason, isFailure } from '#domain/errors';
import type { Reason } from '#domain/reason';
import type { PoliciesReader } from '#ports/ledger/policies';
import { readPolicy } from './read-policy.ts';

/** Refuses every recording: for a station whose policy cannot be read. It takes footage in as before, and those who keep accounts and policy can mend it. */
const NOBODY: Policy = {
  ...{ version: 0, rules: [], purposes: [], tasks: DEFAULT_TASKS },
  urgent: { roles: [], actions: [], hoursMax: 0, confirmHours: 0 },
};

/** Holds the policy in force in memory: it is asked with every request. */
export class PolicyKeeper {
  #policy: Policy = NOBODY;
  #trouble: Reason | null = null;

  policy(): Policy {
    return this.#policy;
  }

  /** From now on this one counts. */
  use(policy: Policy): void {
    this.#policy = policy;
  }

  /** Why the file of the site, or the version in force, cannot be used; null: nothing is wrong with it. */
  get trouble(): Reason | null {
    return this.#trouble;
  }

  set trouble(trouble: Reason | null) {
    this.#trouble = trouble;
  }

  /**
   * Takes the version in force from the ledger; `shipped` counts where there never was one. A version that this software cannot read, because a newer one
   * adopted it, lets nobody do anything.
   */
  async load(policies: Pick<PoliciesReader, 'inForce'>, shipped: Policy): Promise<void> {
    const inForce = await policies.inForce();
    try {
      this.#policy = inForce === null ? shipped : readPolicy(inForce.text, inForce.version, `policy ${inForce.version}`);
    } catch (error) {
      if (!(error instanceof EvidockError) || !isFailure(error, 'config.invalid')) throw error;
      this.#policy = NOBODY;
      this.#trouble = failureReason(error);
    }
  }
}
