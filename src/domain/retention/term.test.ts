/* Goal: a term is what ISO 8601 says, in whole days, or is none at all. Method: texts that people may write. */
import { describe, expect, it } from 'vitest';
import { parseTerm, termText } from './term.ts';

describe('a term', () => {
  it.each([
    ['P6M', 6, 0],
    ['P1Y', 12, 0],
    ['P1Y6M', 18, 0],
    ['P2Y11M29D', 35, 29],
    ['P90D', 0, 90],
    ['P13W', 0, 91],
    ['P100Y', 1200, 0],
    ['P018M', 18, 0],
  ])('%s is %i months and %i days', (text, months, days) => {
    const term = parseTerm(text);
    expect(term).toEqual({ kind: 'calendar', text, months, days });
    expect(term && termText(term)).toBe(text);
  });

  it.each(['1 working-days', '20 working-days', '1000 working-days'])('%s', (text) => {
    const term = parseTerm(text);
    expect(term).toEqual({ kind: 'working-days', text, days: Number.parseInt(text, 10) });
    expect(term && termText(term)).toBe(text);
  });

  it('permanent has no end', () => expect(termText(parseTerm('permanent') ?? { kind: 'permanent' })).toBe('permanent'));

  it.each([
    '',
    'P',
    'P0D',
    'P0Y0M',
    'PT24H',
    'P1DT1H',
    'P-6M',
    '-P6M',
    'P6',
    '6M',
    'p6m',
    'P1W2D',
    'P6M1Y',
    'P1.5M',
    ' P6M',
    'P6M ',
    'P99999D',
    'P101Y',
    '0 working-days',
    '1001 working-days',
    '20 workdays',
    'forever',
    'P6M\nP1D',
  ])('%j is none', (text) => expect(parseTerm(text)).toBeNull());
});
