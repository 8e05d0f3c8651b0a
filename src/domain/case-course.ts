import { EvidockError } from './errors.ts';
import { because } from './reason.ts';
import { calendarDateOf, nextDay } from './time/calendar-date.ts';

/** What happens to a case after it was opened, each with the date on which it happened. */
export const CASE_STEPS = ['decided', 'closed', 'reopened'] as const;
export type CaseStepKind = (typeof CASE_STEPS)[number];

/** `open`, or the last step. */
export const CASE_STATES = ['open', ...CASE_STEPS] as const;
export type CaseState = (typeof CASE_STATES)[number];

export interface CaseStep {
  readonly step: CaseStepKind;
  /** Calendar date in the station's zone, `2026-06-20`. */
  readonly on: string;
}

export interface CaseCourse {
  readonly number: string;
  /** Date of filing (立案); null if nobody told. */
  readonly openedOn: string | null;
  /** In order. */
  readonly steps: readonly CaseStep[];
}

/** After which states a step may come. A decision can be revoked before the case is closed, so `reopened` also comes after `decided`. */
const MAY_FOLLOW: Readonly<Record<CaseStepKind, readonly CaseState[]>> = {
  decided: ['open', 'reopened'],
  closed: ['decided'],
  reopened: ['decided', 'closed'],
};

/** Longer than any real case goes on; each correction and each entry reads the whole list. */
const STEPS_MAX = 100;

export function caseStateOf({ steps }: Pick<CaseCourse, 'steps'>): CaseState {
  return steps.at(-1)?.step ?? 'open';
}

/** The dates that hold now: a case that was reopened is neither decided nor closed. */
export function datesOf({ steps }: Pick<CaseCourse, 'steps'>): Readonly<Record<`${CaseStepKind}On`, string | null>> {
  const reopened = steps.findLastIndex(({ step }) => step === 'reopened');
  const last = (step: CaseStepKind) => steps.slice(reopened + 1).findLast((each) => each.step === step)?.on ?? null;
  return { decidedOn: last('decided'), closedOn: last('closed'), reopenedOn: steps[reopened]?.on ?? null };
}

interface TakenStep {
  readonly steps: readonly CaseStep[];
  /** Place of the step in the list, from 0. */
  readonly place: number;
  readonly old: string | null;
  readonly new: string;
}

/**
 * The course with one more step, or with another date of the last step of that kind (`correct`); null if it stands there already. `today`: in the station's
 * zone. Throws request.invalid for what is no date, request.conflict for an order that is impossible.
 */
export function takeStep(
  course: CaseCourse,
  step: CaseStepKind,
  written: string,
  { today, correct }: { readonly today: string; readonly correct: boolean },
): TakenStep | null {
  const on = calendarDateOf(written);
  if (on === null) throw new EvidockError('request.invalid', because('not-a-date', { value: written }));
  const { number, steps } = course;
  const state = caseStateOf(course);
  const last = steps.findLastIndex((each) => each.step === step);
  const old = steps[last]?.on ?? null;
  const next = MAY_FOLLOW[step].includes(state) && !correct;
  if (!next && old === on) return null;
  if (!next && old === null) throw new EvidockError('request.conflict', because('course-not-now', { number, before: state, course: step }));
  if (!next && !correct)
    throw new EvidockError('request.conflict', because('course-done', { number, course: step, on: old ?? '', before: state }));
  if (next && steps.length >= STEPS_MAX) throw new EvidockError('request.conflict', because('course-full', { number, limit: STEPS_MAX }));
  const place = next ? steps.length : last;
  const fresh = [...steps.slice(0, place), { step, on }, ...steps.slice(place + 1)];
  mustBeInOrder({ ...course, steps: fresh }, today);
  return { steps: fresh, place, old: next ? null : old, new: on };
}

/** Throws request.conflict where a date is before the one that it follows, or later than tomorrow: some place on earth has that date already. */
export function mustBeInOrder({ number, openedOn, steps }: CaseCourse, today: string): void {
  let before: { readonly step: string; readonly on: string } | null = openedOn === null ? null : { step: 'opened', on: openedOn };
  if (openedOn !== null && openedOn > nextDay(today)) throw inFuture(number, 'opened', openedOn);
  for (const { step, on } of steps) {
    if (before && on < before.on)
      throw new EvidockError(
        'request.conflict',
        because('course-order', { number, course: step, on, before: before.step, beforeOn: before.on }),
      );
    if (on > nextDay(today)) throw inFuture(number, step, on);
    before = { step, on };
  }
}

function inFuture(number: string, step: string, on: string): EvidockError {
  return new EvidockError('request.conflict', because('course-future', { number, course: step, on }));
}
