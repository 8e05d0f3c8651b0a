import { type CaseStepKind, caseStateOf, takeStep } from '#domain/case-course';
import type { Actor } from '#domain/custody/actor';
import { CaseClosed, CaseDecided, CaseReopened } from '#domain/custody/case-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Case } from '#domain/registry';
import { dateIn } from '#domain/time/calendar-date';
import type { LedgerWriter } from '#ports/ledger';
import type { DeskDeps } from './deps.ts';
import { caseNotFound } from './tagging.ts';

interface StepRequest {
  readonly step: CaseStepKind;
  /** A date, as a person writes it. */
  readonly on: string;
  /** True: the step is on record already, and this date replaces its wrong one. */
  readonly correct?: boolean;
  /** Required where a case is opened again. */
  readonly reason?: string;
}

/**
 * Adds a step to the course of a case, with its custody entry in the same transaction. `changed` is false where the step is on record already. Throws
 * request.*.
 */
export async function recordStep(
  deps: DeskDeps,
  number: string,
  request: StepRequest,
  actor: Actor,
): Promise<{ readonly entry: Case; readonly changed: boolean }> {
  return deps.ledger.transaction(async (writer) => {
    const found = await writer.cases.get(number);
    if (!found) throw caseNotFound(number);
    const changed = await takeStepOf(deps, writer, found, request, actor);
    return { entry: (await writer.cases.get(number)) ?? found, changed };
  });
}

/** Does what `recordStep` does, inside a transaction of the caller. Returns false where the step is on record already. */
export async function takeStepOf(deps: DeskDeps, writer: LedgerWriter, found: Case, request: StepRequest, actor: Actor): Promise<boolean> {
  const { step, on, correct = false, reason } = request;
  const atMs = deps.clock.nowMs();
  const taken = takeStep(found, step, on, { today: dateIn(atMs, deps.facts.timezone), correct });
  if (!taken) return false;
  if (step === 'reopened' && !correct && !reason?.trim())
    throw new EvidockError('request.invalid', because('reopen-reason', { number: found.number }));
  await writer.cases.update(found.number, { steps: taken.steps });
  const about = { atMs, actor, subject: subject('case', found.number) };
  const data = {
    place: taken.place,
    on: { old: taken.old, new: taken.new },
    course: taken.steps.map((each) => ({ step: each.step, on: each.on })),
    state: { old: caseStateOf(found), new: caseStateOf(taken) },
  };
  if (step === 'decided') await writer.custody.append(CaseDecided.make({ ...about, data }));
  if (step === 'closed') await writer.custody.append(CaseClosed.make({ ...about, data }));
  if (step === 'reopened') await writer.custody.append(CaseReopened.make({ ...about, data, personal: { reason: reason?.trim() || null } }));
  return true;
}
