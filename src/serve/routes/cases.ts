import { ReopenBody, StepBody } from '#api/cases';
import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import { ProtectionBody } from '#api/protection';
import { RecordingJson, RecordingParams } from '#api/recordings';
import { CaseJson, CaseParams } from '#api/registry';
import { recordStep } from '#desk/case-course';
import { protectCase, protectRecording } from '#desk/protection';
import { standingOf } from '#desk/standing';
import { mustHaveCase } from '#desk/tagging';
import { subject } from '#domain/custody/subject';
import { custodyPage } from '#serve/custody-page';
import { Presenter } from '#serve/present';
import { caseAt, recordingAt } from '#serve/resources';
import { command, query, type Route } from '#serve/route';

/** Routes of the course of cases, and of levels and marks of cases and recordings. */
export const caseRoutes: readonly Route[] = [
  query({
    url: '/api/v1/cases/:number/custody',
    needs: 'find-footage',
    summary: 'Everything that was done with a case, oldest first; for auditors also who looked at its footage, or asked for it',
    schema: { params: CaseParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params: { number }, query: asked, principal }) => {
      await mustHaveCase(serving.deps.ledger, number);
      return custodyPage(serving, { about: subject('case', number), query: asked, principal });
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/cases/:number/decision',
    needs: 'change-cases',
    summary: 'The case was decided on that date; `correct` changes the date on record',
    custody: ['case.decided'],
    resource: caseAt,
    schema: { params: CaseParams, body: StepBody, response: CaseJson },
    handle: async ({ deps }, { params: { number }, body, actor, custody }) => {
      const { entry, changed } = await recordStep(deps, number, { ...body, step: 'decided' }, actor);
      if (!changed) custody.unchanged();
      return new Presenter(deps.facts.timezone).case(entry);
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/cases/:number/closing',
    needs: 'change-cases',
    summary: 'The case was closed on that date; `correct` changes the date on record',
    custody: ['case.closed'],
    resource: caseAt,
    schema: { params: CaseParams, body: StepBody, response: CaseJson },
    handle: async ({ deps }, { params: { number }, body, actor, custody }) => {
      const { entry, changed } = await recordStep(deps, number, { ...body, step: 'closed' }, actor);
      if (!changed) custody.unchanged();
      return new Presenter(deps.facts.timezone).case(entry);
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/cases/:number/reopening',
    needs: 'change-cases',
    summary: 'The case was opened again on that date; `correct` changes the date on record',
    custody: ['case.reopened'],
    resource: caseAt,
    schema: { params: CaseParams, body: ReopenBody, response: CaseJson },
    handle: async ({ deps }, { params: { number }, body, actor, custody }) => {
      const { entry, changed } = await recordStep(deps, number, { ...body, step: 'reopened' }, actor);
      if (!changed) custody.unchanged();
      return new Presenter(deps.facts.timezone).case(entry);
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/cases/:number/protection',
    needs: 'change-cases',
    summary: 'Changes the confidentiality and the privacy marks of a case; they count for every recording of it',
    custody: ['case.protected'],
    resource: caseAt,
    schema: { params: CaseParams, body: ProtectionBody, response: CaseJson },
    handle: async ({ deps }, { params: { number }, body, actor, custody }) => {
      const { entry, changed } = await protectCase(deps, number, body, actor);
      if (!changed) custody.unchanged();
      return new Presenter(deps.facts.timezone).case(entry);
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/recordings/:id/protection',
    needs: { of: 'recording', action: 'mark' },
    summary: 'Changes the confidentiality and the privacy marks of a recording',
    custody: ['recording.protected'],
    resource: recordingAt,
    schema: { params: RecordingParams, body: ProtectionBody, response: RecordingJson },
    handle: async ({ deps }, { params: { id }, body, actor, custody }) => {
      const { detail, changed } = await protectRecording(deps, id, body, actor);
      if (!changed) custody.unchanged();
      return new Presenter(deps.facts.timezone).recording(detail, await standingOf(deps.ledger, [detail]));
    },
  }),
];
