/* Goal: each duty counts in the right columns of a month, at both sides of each bound. Method: duties by hand. */
import { expect, it } from 'vitest';
import type { Duty } from './duty.ts';
import { DutyMonth } from './month.ts';

const SPAN = { fromMs: 1000, untilMs: 2000 };
const ZERO = { opened: 0, metInTime: 0, metLate: 0, acknowledged: 0, open: 0, pastDue: 0 };
const duty = (over: Partial<Duty> = {}): Duty => ({
  ...{ id: 'dty-1', kind: 'untagged', subject: { kind: 'recording', id: 'rec-1' }, owner: { role: 'custodian', unit: null } },
  ...{ sinceMs: 1100, dueMs: 1500, state: 'open', openedAtMs: 1100, acknowledgement: null, doneAtMs: null, ...over },
});
const totalOf = (over: Partial<Duty>, acknowledged = false) => {
  const month = new DutyMonth(SPAN);
  month.add(duty(over), acknowledged);
  return month.total;
};

it.each<readonly [string, Partial<Duty>, Partial<typeof ZERO>]>([
  ['opened with the month, open at its end', { openedAtMs: 1000 }, { opened: 1, open: 1, pastDue: 1 }],
  ['opened before', { openedAtMs: 999 }, { open: 1, pastDue: 1 }],
  ['opened after', { openedAtMs: 2000 }, {}],
  ['due with the end', { dueMs: 2000 }, { opened: 1, open: 1, pastDue: 1 }],
  ['due later', { dueMs: 2001 }, { opened: 1, open: 1 }],
  ['done when due', { doneAtMs: 1500 }, { opened: 1, metInTime: 1 }],
  ['done later', { doneAtMs: 1501 }, { opened: 1, metLate: 1 }],
  ['done after the month', { doneAtMs: 2000 }, { opened: 1, open: 1, pastDue: 1 }],
  ['done before it', { openedAtMs: 10, doneAtMs: 999 }, {}],
])('%s', (_, over, counted) => expect(totalOf(over)).toEqual({ ...ZERO, ...counted }));

it('are told by kind and unit, without rows of nothing', () => {
  const month = new DutyMonth(SPAN);
  const of = (kind: Duty['kind'], unit: string | null) => duty({ kind, owner: { role: 'custodian', unit } });
  for (const each of [of('untagged', 'unt-b'), of('untagged', 'unt-a'), of('damaged', null), of('untagged', 'unt-a')])
    month.add(each, true);
  month.add({ ...of('late-docked', null), openedAtMs: 3000 }, false);
  expect(month.rows.map(({ kind, unit, acknowledged }) => [kind, unit, acknowledged])).toEqual([
    ['damaged', null, 1],
    ['untagged', 'unt-a', 2],
    ['untagged', 'unt-b', 1],
  ]);
  expect(month.total).toMatchObject({ opened: 4, acknowledged: 4, open: 4 });
});
