/*
 * Shows that the course of a case takes only steps that can follow, on days that can be, and that what is told twice changes nothing.
 */

import { describe, expect, it } from 'vitest';
import { type CaseCourse, type CaseStepKind, caseStateOf, datesOf, takeStep } from './case-course.ts';
import { EvidockError } from './errors.ts';

const TODAY = '2026-09-10';
const course = (steps: string, openedOn: string | null = '2026-06-01'): CaseCourse => ({
  number: 'A-1',
  openedOn,
  steps: steps
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => {
      const [step = '', on = ''] = each.split(':');
      return { step: step as CaseStepKind, on };
    }),
});
const text = ({ steps }: Pick<CaseCourse, 'steps'>) => steps.map(({ step, on }) => `${step}:${on}`).join(' ');
const take = (before: CaseCourse, step: CaseStepKind, on: string, correct = false) => takeStep(before, step, on, { today: TODAY, correct });
function codeOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof EvidockError) return error.code;
    throw error;
  }
  return 'taken';
}

const DECIDED = 'decided:2026-07-01';
const CLOSED = `${DECIDED} closed:2026-07-20`;
const REOPENED = `${CLOSED} reopened:2026-08-02`;

describe('a step', () => {
  it.each([
    ['', 'decided', '2026-07-01', DECIDED],
    [DECIDED, 'closed', '2026/7/20', CLOSED],
    [CLOSED, 'reopened', '2026-08-02', REOPENED],
    [DECIDED, 'reopened', '2026-07-01', `${DECIDED} reopened:2026-07-01`],
    [REOPENED, 'decided', '2026-08-02', `${REOPENED} decided:2026-08-02`],
    // Tomorrow is today somewhere.
    ['', 'decided', '2026-09-11', 'decided:2026-09-11'],
  ] as const)('%s goes on with %s on %s', (before, step, on, after) => {
    const taken = take(course(before), step, on);
    expect(text(taken ?? { steps: [] })).toBe(after);
    expect(taken).toMatchObject({ place: course(before).steps.length, old: null });
  });

  it.each([
    ['', 'closed', '2026-07-01'],
    ['', 'reopened', '2026-07-01'],
    [CLOSED, 'decided', '2026-07-02'],
    [REOPENED, 'closed', '2026-08-03'],
    [REOPENED, 'reopened', '2026-08-03'],
    [DECIDED, 'decided', '2026-07-02'],
    // Before what it follows.
    ['', 'decided', '2026-05-31'],
    [DECIDED, 'closed', '2026-06-30'],
    [REOPENED, 'decided', '2026-08-01'],
    // Not come yet.
    ['', 'decided', '2026-09-12'],
  ] as const)('%s refuses %s on %s', (before, step, on) => {
    expect(codeOf(() => take(course(before), step, on))).toBe('request.conflict');
  });

  it.each(['2026-02-29', '2026-06-31', '2026-13-01', '20260701', '', 'yesterday', '2026-07-01T00:00:00Z'])('%s is no date', (on) => {
    expect(codeOf(() => take(course(''), 'decided', on))).toBe('request.invalid');
  });

  it('is not bound by an opening that nobody told', () => {
    expect(codeOf(() => take(course('', null), 'decided', '1999-01-01'))).toBe('taken');
  });

  it('that is on record already changes nothing', () => {
    expect(take(course(DECIDED), 'decided', '2026-07-01')).toBeNull();
    expect(take(course(CLOSED), 'closed', '2026-7-20')).toBeNull();
    // The decision of a closed case, told once more.
    expect(take(course(CLOSED), 'decided', '2026-07-01')).toBeNull();
    expect(take(course(DECIDED), 'decided', '2026-07-01', true)).toBeNull();
  });
});

describe('a correction', () => {
  it('changes the last date of its kind, and keeps the order', () => {
    expect(take(course(CLOSED), 'decided', '2026-07-05', true)).toMatchObject({ place: 0, old: '2026-07-01', new: '2026-07-05' });
    expect(text(take(course(CLOSED), 'decided', '2026-07-05', true) ?? { steps: [] })).toBe('decided:2026-07-05 closed:2026-07-20');
    const twice = `${REOPENED} decided:2026-08-20`;
    expect(text(take(course(twice), 'decided', '2026-08-10', true) ?? { steps: [] })).toBe(`${REOPENED} decided:2026-08-10`);
    expect(codeOf(() => take(course(CLOSED), 'decided', '2026-07-21', true))).toBe('request.conflict');
    expect(codeOf(() => take(course(CLOSED), 'decided', '2026-05-01', true))).toBe('request.conflict');
  });

  it('of what never was is refused', () => {
    expect(codeOf(() => take(course(''), 'decided', '2026-07-01', true))).toBe('request.conflict');
    expect(codeOf(() => take(course(DECIDED), 'closed', '2026-07-20', true))).toBe('request.conflict');
  });
});

describe('the dates that hold', () => {
  it('are none of before it was opened again', () => {
    expect(datesOf(course(CLOSED))).toEqual({ decidedOn: '2026-07-01', closedOn: '2026-07-20', reopenedOn: null });
    expect(datesOf(course(REOPENED))).toEqual({ decidedOn: null, closedOn: null, reopenedOn: '2026-08-02' });
    const again = course(`${REOPENED} decided:2026-08-20`);
    expect(datesOf(again)).toEqual({ decidedOn: '2026-08-20', closedOn: null, reopenedOn: '2026-08-02' });
    expect([course(''), again, course(REOPENED)].map(caseStateOf)).toEqual(['open', 'decided', 'reopened']);
  });
});
