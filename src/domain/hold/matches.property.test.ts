/*
 * Goal: a hold is for a recording exactly where everything that it names is met, and what cannot be ruled out is held. Method: random scopes and recordings over small sets of
 * names, so that they often meet; an oracle from the words of the rule, which asks every moment of a small span one by one.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HoldScope } from './hold.ts';
import { type HoldFacts, matches, termsOfRecording, termsOfScope, UNMEASURED_MS, unitAt } from './matches.ts';

const HOUR = 3_600_000;
const name = fc.constantFrom('a', 'b', 'c');
const orNull = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: value });
const hour = fc.integer({ min: 0, max: 12 }).map((n) => n * HOUR);
const scope: fc.Arbitrary<HoldScope> = fc.record({
  ...{
    case: orNull(name),
    recordings: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.uniqueArray(name, { maxLength: 2 }) }),
    officer: orNull(name),
    recorder: orNull(name),
    unit: orNull(name),
  },
  span: orNull(fc.tuple(hour, hour).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) + HOUR }))),
});
const facts: fc.Arbitrary<HoldFacts> = fc.record({
  ...{ recordingId: name, officer: orNull(name), recorder: name, cases: fc.uniqueArray(name), units: fc.array(name, { maxLength: 2 }) },
  ...{ startMs: orNull(hour), clockOffsetMs: orNull(fc.constantFrom(0, 3 * HOUR, -2 * HOUR)), durationMs: orNull(hour), createdAtMs: hour },
});
/** Units below others: c is below b. */
const below = (unit: string) => (unit === 'b' ? ['b', 'c'] : [unit]);

function touches(
  span: NonNullable<HoldScope['span']>,
  { startMs, clockOffsetMs, durationMs, createdAtMs }: HoldFacts,
  unmeasured: number,
): boolean {
  if (startMs === null) return createdAtMs >= span.fromMs;
  const starts = [startMs, startMs - (clockOffsetMs ?? 0)];
  // Half-hours are enough: everything here is in whole hours.
  for (let moment = span.fromMs; moment < span.toMs; moment += HOUR / 2)
    if (starts.some((start) => moment >= start && moment <= start + (durationMs ?? unmeasured))) return true;
  return false;
}

it('is for what meets everything that it names, and for nothing else', () => {
  let met = 0;
  fc.assert(
    fc.property(scope, facts, fc.boolean(), (of, recording, sure) => {
      const unmeasured = sure ? 0 : UNMEASURED_MS;
      const terms = new Set(termsOfScope(of, of.unit === null ? [] : below(of.unit)));
      const shared = new Set(termsOfRecording(recording).filter((term) => terms.has(term)));
      const wanted =
        (of.case === null || recording.cases.includes(of.case)) &&
        (of.recordings.length === 0 || of.recordings.includes(recording.recordingId)) &&
        (of.officer === null || of.officer === recording.officer) &&
        (of.recorder === null || of.recorder === recording.recorder) &&
        (of.unit === null || recording.units.some((unit) => below(of.unit ?? '').includes(unit))) &&
        (of.span === null || touches(of.span, recording, unmeasured));
      met += Number(wanted);
      expect(matches(of, shared, recording, unmeasured)).toBe(wanted);
      // The ledger looks only at holds with which a recording has a term in common.
      if (wanted) expect(shared.size).toBeGreaterThan(0);
      // What is sure may match too.
      if (wanted && sure) expect(matches(of, shared, recording, UNMEASURED_MS)).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(met).toBeGreaterThan(150);
});

it('knows where somebody belonged at any moment', () => {
  const moves = [
    { fromMs: 10, unit: 'a' },
    { fromMs: 20, unit: null },
    { fromMs: 30, unit: 'b' },
  ];
  expect([0, 9, 10, 19, 20, 29, 30, 99].map((atMs) => unitAt(moves, atMs))).toEqual(['a', 'a', 'a', 'a', null, null, 'b', 'b']);
  expect(unitAt([], 5)).toBeNull();
});
