/*
 * Shows that a recording is protected no less than it or any of its cases is marked, and that whatever lets more people in needs a reason.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveProtection, isLowered, type Protection } from './protection.ts';

// In the order of the law, written down once more: the tests compare with it, and not with the table of the code.
const LEVELS = ['public', 'internal', 'secret', 'highly-secret', 'top-secret'] as const;
const MARKS = ['minor', 'personal-privacy', 'sensitive-personal', 'trade-secret'] as const;
const protection: fc.Arbitrary<Protection> = fc.record({
  confidentiality: fc.constantFrom(null, ...LEVELS),
  privacy: fc.subarray([...MARKS]),
});

describe('what counts for a recording', () => {
  it('is the highest level and every mark, each with who has it', () => {
    fc.assert(
      fc.property(protection, fc.array(protection, { maxLength: 4 }), (own, others) => {
        const cases = others.map((each, n) => ({ ...each, number: `A-${n}` }));
        const { confidentiality, privacy } = effectiveProtection('rec-1', own, cases);
        const all = [own, ...cases];
        const named = (has: (each: Protection) => boolean) => [
          ...(has(own) ? [{ kind: 'recording', id: 'rec-1' }] : []),
          ...cases.filter(has).map(({ number }) => ({ kind: 'case', id: number })),
        ];
        const ranks = all.map((each) => (each.confidentiality === null ? -1 : LEVELS.indexOf(each.confidentiality)));
        const level = LEVELS[Math.max(...ranks)];
        expect(confidentiality).toEqual(level ? { level, from: named((each) => each.confidentiality === level) } : null);
        const marks = MARKS.filter((mark) => all.some((each) => each.privacy.includes(mark)));
        expect(privacy).toEqual(marks.map((mark) => ({ mark, from: named((each) => each.privacy.includes(mark)) })));
      }),
    );
  });
});

describe('a reason is asked for', () => {
  const of = (confidentiality: Protection['confidentiality'], ...privacy: Protection['privacy'][number][]) => ({
    confidentiality,
    privacy,
  });
  it.each([
    [of('secret'), of('internal')],
    [of('top-secret'), of('highly-secret')],
    [of('internal'), of(null)],
    // What nobody marked is handled as internal.
    [of(null), of('public')],
    [of('internal', 'minor'), of('secret')],
    [of(null, 'minor', 'trade-secret'), of(null, 'minor')],
  ])('%j to %j', (old, fresh) => expect(isLowered(old, fresh)).toBe(true));

  it.each([
    [of(null), of('internal')],
    [of('public'), of(null)],
    [of('public'), of('secret', 'minor')],
    [of('secret'), of('secret')],
    [of('secret', 'minor'), of('top-secret', 'minor')],
  ])('and not for %j to %j', (old, fresh) => expect(isLowered(old, fresh)).toBe(false));
});
