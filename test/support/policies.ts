import { readFileSync } from 'node:fs';
import { readPolicy } from '#desk/access/read-policy';
import type { Policy } from '#domain/access/policy';

const FILE = new URL('../../config/access.yaml', import.meta.url);

/** The policy that comes with the software. */
export function shippedPolicy(): Policy {
  return readPolicy(readFileSync(FILE, 'utf8'), 0, 'config/access.yaml');
}
