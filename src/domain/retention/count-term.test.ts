/*
 * Goal: what a recording has earned never falls: not by untagging, another category, a shorter schedule, or a case that is reopened; and an adopted schedule that
 * waits lengthens, shortens nothing and lets nothing be earned. Method: schedules and facts made here; a random life is compared with the longest term that the
 * generator itself has seen.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aRule, aSchedule, someFacts } from '#test/support/retention/schedules';
import { BASES_MAX, type CountingSchedule, countTerm } from './count-term.ts';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import type { KeptTerm } from './kept-term.ts';

const DAY_MS = 86_400_000;
/** Noon of 10 January 2026 in Shanghai. */
const DOCKED_MS = Date.UTC(2026, 0, 10, 4);
const LATER_MS = Date.UTC(2026, 5, 1, 4);
/** The first moment after a local day. */
const dayAfter = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day, 16);

const HALF_YEAR = aSchedule(1, [
  aRule('all', { minimum: 'P6M' }),
  aRule('penalty', { minimum: 'P2Y', match: { categories: ['penalty'] } }),
]);
const MONTH = aSchedule(2, [aRule('short', { minimum: 'P1M' })]);
const CASES = aSchedule(3, [
  aRule('all', { minimum: 'P6M' }),
  aRule('case', { minimum: 'P1Y', match: { case: 'any' }, start: 'case-closed' }),
]);

const aCase = (more: Partial<RetentionCase> = {}): RetentionCase => ({
  ...{ number: 'A-1', tie: 'tagged', category: null, stage: 'filing', openedMs: DOCKED_MS, decidedMs: null, closedMs: null },
  ...more,
});

interface Step {
  readonly facts: RetentionFacts;
  readonly inForce?: CountingSchedule | null;
  readonly adopted?: CountingSchedule | null;
  /** Cases as they are then. */
  readonly cases?: readonly RetentionCase[];
  readonly passed?: readonly RetentionFacts[];
}

/** One count after the other, each from what the one before kept. */
function lived(steps: readonly Step[], versions: readonly CountingSchedule[] = [HALF_YEAR, MONTH, CASES]): KeptTerm[] {
  const kept: KeptTerm[] = [];
  for (const { facts, inForce = null, adopted = null, cases = facts.cases, passed = [] } of steps) {
    const of = (version: number) => versions.find((each) => each.version === version) ?? HALF_YEAR;
    const datesOf = (number: string) => cases.find((each) => each.number === number);
    const counted = countTerm({ before: kept.at(-1) ?? null, facts, passed, counts: { inForce, adopted, of }, datesOf });
    kept.push({ ...counted.kept, stale: false });
  }
  return kept;
}

const ends = (terms: readonly KeptTerm[]) => terms.map(({ earnedKind, earnedUntilMs }) => earnedUntilMs ?? earnedKind);

describe('a term', () => {
  it('stays what it was under a shorter schedule, and another recording gets the shorter one', () => {
    const [before, later] = lived([
      { facts: someFacts(DOCKED_MS), inForce: HALF_YEAR },
      { facts: someFacts(DOCKED_MS), inForce: MONTH },
    ]);
    expect([before?.earnedUntilMs, later?.earnedUntilMs]).toEqual([dayAfter(2026, 7, 10), dayAfter(2026, 7, 10)]);
    expect(later).toMatchObject({ winner: 'all', version: 1, floor: { kind: 'instant', ms: dayAfter(2026, 7, 10) } });
    expect(ends(lived([{ facts: someFacts(DOCKED_MS), inForce: MONTH }]))).toEqual([dayAfter(2026, 2, 10)]);
  });

  it('stays what a category gave, also where it was told for a moment only', () => {
    const tagged = someFacts(DOCKED_MS, { category: 'penalty' });
    const untagged = someFacts(DOCKED_MS, { category: 'inspection' });
    expect(
      ends(
        lived([
          { facts: tagged, inForce: HALF_YEAR },
          { facts: untagged, inForce: HALF_YEAR },
          { facts: untagged, inForce: MONTH },
        ]),
      ),
    ).toEqual(Array(3).fill(dayAfter(2028, 1, 10)));
    expect(ends(lived([{ facts: untagged, inForce: HALF_YEAR, passed: [tagged] }]))).toEqual([dayAfter(2028, 1, 10)]);
  });

  it('waits for a case that it was taken out of, also under a schedule that knows no cases, and begins anew when that is reopened', () => {
    const [inCase, out] = [someFacts(DOCKED_MS, { cases: [aCase()] }), someFacts(DOCKED_MS)];
    const closed = [aCase({ closedMs: LATER_MS })];
    const terms = lived([
      { facts: inCase, inForce: CASES },
      { facts: out, inForce: CASES, cases: [aCase()] },
      { facts: out, inForce: MONTH, cases: [aCase()] },
      { facts: out, inForce: MONTH, cases: closed },
      { facts: out, inForce: MONTH, cases: [aCase()] },
    ]);
    expect(ends(terms)).toEqual(['waiting', 'waiting', 'waiting', dayAfter(2027, 6, 1), 'waiting']);
    expect(terms.map(({ floor }) => floor?.kind === 'instant' && floor.ms)).toEqual([
      ...Array(3).fill(dayAfter(2026, 7, 10)),
      dayAfter(2027, 6, 1),
      dayAfter(2027, 6, 1),
    ]);
  });

  it('by a case that it was taken out of is lengthened by a later schedule as well', () => {
    const long = aSchedule(5, [
      aRule('all', { minimum: 'P6M' }),
      aRule('case', { minimum: 'P3Y', match: { case: 'any' }, start: 'case-closed' }),
    ]);
    const closed = [aCase({ closedMs: LATER_MS })];
    const out = someFacts(DOCKED_MS);
    const inCase = someFacts(DOCKED_MS, { cases: closed });
    const steps = [
      { facts: inCase, inForce: CASES },
      { facts: out, inForce: long, cases: closed },
    ];
    expect(ends(lived(steps, [CASES, long]))).toEqual([dayAfter(2027, 6, 1), dayAfter(2029, 6, 1)]);
  });

  it('of a case that is only suggested ends with the suggestion', () => {
    const suggested = someFacts(DOCKED_MS, { cases: [aCase({ tie: 'suggested' })] });
    expect(
      ends(
        lived([
          { facts: suggested, inForce: CASES },
          { facts: someFacts(DOCKED_MS), inForce: CASES },
        ]),
      ),
    ).toEqual(['waiting', dayAfter(2026, 7, 10)]);
  });

  it('is lengthened by a schedule that waits, and not shortened; nothing is earned by it, and no lock is wished by it', () => {
    const terms = lived([
      { facts: someFacts(DOCKED_MS), adopted: HALF_YEAR },
      { facts: someFacts(DOCKED_MS), inForce: MONTH, adopted: HALF_YEAR },
      { facts: someFacts(DOCKED_MS), inForce: MONTH },
      { facts: someFacts(DOCKED_MS), inForce: HALF_YEAR, adopted: MONTH },
    ]);
    expect(ends(terms)).toEqual([dayAfter(2026, 7, 10), dayAfter(2026, 7, 10), dayAfter(2026, 2, 10), dayAfter(2026, 7, 10)]);
    expect(terms.map(({ floor }) => floor && floor.kind === 'instant' && floor.ms)).toEqual([
      null,
      dayAfter(2026, 2, 10),
      dayAfter(2026, 2, 10),
      dayAfter(2026, 7, 10),
    ]);
    expect(terms[0]?.lock).toEqual({ mode: 'none', hold: false, horizonDays: 1 });
  });

  it('in conflict with a maximum is kept', () => {
    const maximum = aSchedule(4, [aRule('all', { minimum: 'P1M', maximum: 'P2M' })]);
    const [, later] = lived(
      [
        { facts: someFacts(DOCKED_MS), inForce: HALF_YEAR },
        { facts: someFacts(DOCKED_MS), inForce: maximum },
      ],
      [HALF_YEAR, maximum],
    );
    expect(later).toMatchObject({
      conflict: true,
      earnedUntilMs: dayAfter(2026, 7, 10),
      maximum: { kind: 'instant', ms: dayAfter(2026, 3, 10) },
    });
  });

  it('of a recording that is tagged over and over is without end, and its bases are bounded', () => {
    const steps = Array.from({ length: BASES_MAX + 5 }, (_, n) => ({
      facts: someFacts(DOCKED_MS, { cases: [aCase({ number: `C-${n}`, closedMs: DOCKED_MS })] }),
      inForce: CASES,
    }));
    const last = lived(steps).at(-1);
    expect([last?.bases.length, last?.earnedKind]).toEqual([BASES_MAX, 'permanent']);
  });
});

describe('a random life', () => {
  const step = fc.record({
    days: fc.integer({ min: 1, max: 30 }),
    inCase: fc.boolean(),
    closed: fc.boolean(),
    category: fc.constantFrom(null, 'penalty' as const, 'inspection' as const),
  });

  it('never loses what it has earned, and waits for each case that it was in', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (made) => {
        const versions = made.map(({ days }, n) =>
          aSchedule(n + 1, [
            aRule('all', { minimum: `P${days}D` }),
            aRule('penalty', { minimum: `P${days + 100}D`, match: { categories: ['penalty'] } }),
            aRule('case', { minimum: `P${days}D`, match: { case: 'any' }, start: 'case-closed' }),
          ]),
        );
        const terms = lived(
          made.map(({ inCase, closed, category }, n) => {
            const one = aCase({ closedMs: closed ? LATER_MS : null });
            return { facts: someFacts(DOCKED_MS, { category, cases: inCase ? [one] : [] }), inForce: versions[n] ?? null, cases: [one] };
          }),
          versions,
        );
        let longest = 0;
        let wasInCase = false;
        for (const [n, { days, inCase, closed, category }] of made.entries()) {
          wasInCase ||= inCase;
          const asked = category === 'penalty' ? days + 100 : days;
          longest = Math.max(longest, dayAfter(2026, 1, 10) + asked * DAY_MS);
          if (wasInCase && !closed) expect(terms[n]?.earnedKind).toBe('waiting');
          else expect(terms[n]?.earnedUntilMs).toBeGreaterThanOrEqual(longest);
        }
      }),
      { numRuns: 200 },
    );
  });
});
