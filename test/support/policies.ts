import { readFileSync } from 'node:fs';
import { liveGrantBell } from '#adapters/live-grant-bell';
import type { AccessDeps } from '#desk/access/decide-for';
import { PolicyKeeper } from '#desk/access/policy-keeper';
import { readPolicy } from '#desk/access/read-policy';
import type { Policy } from '#domain/access/policy';

const FILE = new URL('../../config/access.yaml', import.meta.url);

/** The policy that comes with the software. */
export function shippedPolicy(): Policy {
  return readPolicy(readFileSync(FILE, 'utf8'), 0, 'config/access.yaml');
}

export function accessBy(policy: Policy, { onRevoked }: Pick<AccessDeps, 'onRevoked'> = liveGrantBell()): AccessDeps {
  const keeper = new PolicyKeeper();
  keeper.use(policy);
  return { policy: () => keeper.policy(), keeper, onRevoked };
}
