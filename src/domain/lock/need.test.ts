import { expect, it } from 'vitest';
import type { LockNeed } from './dates.ts';
import { asksMore } from './need.ts';

const need = (more: Partial<LockNeed> = {}): LockNeed => ({ until: 1000, notAfterMs: null, hold: false, horizonDays: 365, ...more });

it.each<[string, LockNeed, LockNeed, boolean]>([
  ['a later end', need(), need({ until: 1001 }), true],
  ['the same end', need(), need(), false],
  ['an earlier end', need(), need({ until: 999 }), false],
  ['no end any more', need(), need({ until: 'open' }), true],
  ['an end where there was none', need({ until: 'open' }), need(), false],
  ['a hold', need(), need({ hold: true }), true],
  ['a hold beside an earlier end', need(), need({ hold: true, until: 1 }), true],
  ['no hold any more', need({ hold: true }), need(), false],
  ['another horizon of what has no end', need({ until: 'open' }), need({ until: 'open', horizonDays: 700 }), true],
  ['another horizon of what has an end', need(), need({ horizonDays: 700 }), false],
  ['a first lock', need({ until: 0 }), need(), true],
])('%s', (_, before, after, more) => {
  expect(asksMore(before, after)).toBe(more);
});
