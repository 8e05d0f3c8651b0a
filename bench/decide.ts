import { readFileSync } from 'node:fs';
import { readPolicy } from '#desk/access/read-policy';
import { isFrom } from '#domain/access/address-range';
import { type Asker, decide, type Moment, type Shown } from '#domain/access/decide';
import { ACTIONS, type Policy } from '#domain/access/policy';
import type { Row } from './row.ts';

const ROUNDS = 5;
const DECISIONS = 100_000;
/** Set before measuring: a page of a thousand recordings could be decided one by one in the time of a blink. */
const US_MAX = 50;

const ASKERS: readonly Asker[] = [
  { id: 'usr-1', roles: ['officer'], officer: '041234', unit: 'unt-1' },
  { id: 'usr-2', roles: ['officer', 'reviewer'], officer: '041235', unit: 'unt-2' },
  { id: 'usr-3', roles: ['custodian'], officer: null, unit: 'unt-3' },
  { id: 'usr-4', roles: ['auditor'], officer: null, unit: null },
  { id: 'usr-5', roles: ['security-administrator'], officer: null, unit: 'unt-1' },
];

const SHOWN: readonly Shown[] = [
  {
    ...{ officer: '041234', units: ['unt-1', 'unt-2', 'unt-3'], kind: 'video', category: null, important: false, days: 3 },
    ...{ confidentiality: null, private: false, caseStates: [], named: [] },
  },
  {
    ...{ officer: '041299', units: ['unt-9', 'unt-2', 'unt-3'], kind: 'audio', category: 'penalty', important: true, days: 400 },
    ...{ confidentiality: 'secret', private: true, caseStates: ['open', 'closed'], named: ['041234', '041235'] },
  },
];

/** A policy of the largest size: 200 rules, each with every condition. */
function largest(policy: Policy): Policy {
  const rules = Array.from({ length: 200 }, (_, n) => {
    const rule = policy.rules[n % policy.rules.length] as Policy['rules'][number];
    const which = { kinds: ['video', 'audio'], confidentialityMin: 'public', daysMin: 0, daysMax: 9000, privacy: n % 2 === 0 } as const;
    return { ...rule, id: `r${n}`, which, hours: '00:00-23:59', addresses: ['10.0.0.0/8', '2001:db8::/32'] };
  });
  return { ...policy, rules };
}

/** Microseconds for each call, the median of the rounds. */
function microseconds(call: (n: number) => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    for (let n = 0; n < DECISIONS; n += 1) call(n);
    return ((performance.now() - begun) * 1000) / DECISIONS;
  });
  return rounds.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** How long one decision takes. Beside it, on the same machine in the same run: to turn the same facts into JSON and back, as one look at them costs. */
export async function benchDecide(): Promise<Row[]> {
  const shipped = readPolicy(readFileSync(new URL('../config/access.yaml', import.meta.url), 'utf8'), 1, 'config/access.yaml');
  const moment: Moment = { time: '12:00', isFrom: isFrom('10.1.2.3'), granted: false, requestedBy: null };
  const asked = (n: number) =>
    [ASKERS[n % ASKERS.length] as Asker, ACTIONS[n % ACTIONS.length] ?? 'see', SHOWN[n % SHOWN.length] as Shown] as const;
  const theirs = microseconds((n) => JSON.parse(JSON.stringify(asked(n)[2])));
  return [
    { name: 'the policy of the software', policy: shipped },
    { name: 'a policy of 200 rules with every condition', policy: largest(shipped) },
  ].map(({ name, policy }) => {
    const ours = microseconds((n) => {
      const [asker, action, shown] = asked(n);
      return decide(policy, asker, action, shown, moment);
    });
    return {
      ...{ name: `one decision by ${name}`, ours, theirs, ratio: ours / theirs, limit: `≤ ${US_MAX} µs`, unit: 'µs', ok: ours <= US_MAX },
      note: `${policy.rules.length} rules; median of ${ROUNDS} rounds of ${DECISIONS} decisions; beside it: JSON of the same recording, written and read`,
    };
  });
}

if (import.meta.main) console.table(await benchDecide(), ['name', 'ours', 'theirs', 'limit', 'unit', 'ok', 'note']);
