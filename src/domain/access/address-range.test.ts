import { expect, it } from 'vitest';
import { isFrom, isRange } from './address-range.ts';

it.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['10.1.2.3', '10.1.2.3/32', true],
  ['10.1.2.3', '10.1.2.4/31', false],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '0.0.0.0/0', true],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['2001:db8::7', '2001:db8::/32', true],
  ['2001:db9::7', '2001:db8::/32', false],
  ['2001:db8::7', '0.0.0.0/0', false],
  ['10.1.2.3', '::/0', false],
  [null, '0.0.0.0/0', false],
  ['localhost', '0.0.0.0/0', false],
  ['10.1.2.3', 'nonsense', false],
])('%s in %s: %s', (address, range, lies) => {
  const ask = isFrom(address);
  // The second answer comes from memory.
  expect([ask(range), ask(range)]).toEqual([lies, lies]);
});

it.each([
  ['10.0.0.0/8', true],
  ['2001:db8::/32', true],
  ['10.0.0.0/33', false],
  ['::/129', false],
  ['10.0.0/8', false],
  ['012.0.0.0/8', false],
  ['10.0.0.0', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/-1', false],
  ['example.org/8', false],
  ['', false],
])('%j is a range: %s', (text, is) => expect(isRange(text)).toBe(is));
