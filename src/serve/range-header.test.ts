import { describe, expect, it } from 'vitest';
import { rangeOf } from './range-header.ts';

describe('rangeOf', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 100 }],
    ['bytes=10-19', { start: 10, end: 20 }],
    ['bytes=99-', { start: 99, end: 100 }],
    ['bytes=50-1000', { start: 50, end: 100 }],
    ['bytes=-10', { start: 90, end: 100 }],
    ['bytes=-1000', { start: 0, end: 100 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9007199254740991-', 'unsatisfiable'],
    ['bytes=9007199254740993-', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=9007199254740993-5', 'unsatisfiable'],
    ['bytes=0-9007199254740991', { start: 0, end: 100 }],
    ['bytes=0-9007199254740993', 'unsatisfiable'],
    [`bytes=-${'9'.repeat(400)}`, 'unsatisfiable'],
    ['bytes=00000000000000000000000000010-19', { start: 10, end: 20 }],
    ['bytes=20-10', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=-', 'whole'],
    ['lines=1-2', 'whole'],
    ['bytes=1e1-', 'whole'],
  ])('%s of 100 bytes is %o', (header, expected) => {
    expect(rangeOf(header, 100)).toEqual(expected);
  });

  it('finds nothing to give in an empty file', () => {
    expect(rangeOf('bytes=0-', 0)).toBe('unsatisfiable');
    expect(rangeOf('bytes=-5', 0)).toBe('unsatisfiable');
  });
});
