import { readFileSync } from 'node:fs';
import { adoptFirst, type Deciding, proposePolicy } from '#desk/access/policies';
import type { Clock } from '#ports/clock';
import type { Ledger } from '#ports/ledger';
import { accessBy, shippedPolicy } from '#test/support/policies';

const v1 = (row: string) => row.replace(' /', ' /api/v1/');
const SHIPPED = readFileSync(new URL('../../../config/access.yaml', import.meta.url), 'utf8');
const longer = (hours: number) => SHIPPED.replace('hoursMax: 4', `hoursMax: ${hours}`);
const VERSION = { version: '2' };

/** The policy of the software in force, and another one that somebody with an account proposed: whoever walks is root, who adopts no proposal of root's. */
export async function proposeBeforeWalk(ledger: Ledger, clock: Clock): Promise<void> {
  const deps = { ledger, clock, keeper: accessBy(shippedPolicy()).keeper };
  const by: Deciding = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li' };
  await adoptFirst(deps, SHIPPED, 'config/access.yaml');
  for (const hours of [5, 7]) await proposePolicy(deps, { text: longer(hours), source: 'person', by, name: 'longer' });
}

/** Versions of which the walk has entries. */
export const POLICY_VERSIONS = ['1', '2', '3', '4', '5'];

/** Requests to the routes of the policy, for the walk of serve/walk.test.ts, each with the types of entries that it leaves. */
export const POLICY_STEPS = [
  { row: v1('GET /policy'), leaves: [] },
  { row: v1('GET /policy/versions'), leaves: [] },
  { row: v1('GET /policy/versions/:version'), params: VERSION, leaves: [] },
  { row: v1('POST /policy/check'), body: { text: longer(6) }, leaves: [] },
  { row: v1('POST /policy/versions/:version/adoption'), params: VERSION, body: { against: 1 }, leaves: ['policy.adopted'] },
  { row: v1('POST /policy/versions'), body: { text: longer(6) }, leaves: ['policy.proposed'] },
  { row: v1('POST /policy/versions/:version/refusal'), params: { version: '3' }, body: { reason: 'too long' }, leaves: ['policy.refused'] },
  { row: v1('POST /policy/versions/:version/refusal'), params: { version: '4' }, body: {}, leaves: ['policy.withdrawn'] },
  { row: v1('POST /policy/versions'), body: { text: longer(3) }, leaves: ['policy.adopted', 'policy.proposed'] },
  { row: v1('GET /access/explain'), query: '?user=zhao&recording=:early&action=look', leaves: [] },
];
