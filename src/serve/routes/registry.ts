import type { Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import {
  CaseBody,
  CaseChangeBody,
  CaseJson,
  CaseParams,
  CasesQuery,
  DecisionBody,
  DecisionParams,
  EventJson,
  ImportBody,
  ImportJson,
  OfficerBody,
  OfficerChangeBody,
  OfficerJson,
  OfficerParams,
  RecorderBody,
  RecorderChangeBody,
  RecorderJson,
  RecorderParams,
  SuggestionJson,
  SuggestionsQuery,
} from '#api/registry';
import { readCases, readOfficers } from '#desk/imports';
import { addOfficers, changeOfficer } from '#desk/people/officers';
import { addCases, addRecorder, changeRecorder } from '#desk/registry';
import { decideSuggestion, mustHaveCase } from '#desk/tagging';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { keepingOf } from '#serve/principal';
import type { RequestCustody } from '#serve/request-custody';
import { caseAt, officerAt, officerShown, recorderAt } from '#serve/resources';
import { Created, command, query, type Route, shown } from '#serve/route';

const IMPORT_BYTES_MAX = 16 * 1024 * 1024;

/** An event of a case makes suggestions. A rule may decide a suggestion at once, which tags the recording. */
const CASE_CHANGE_CUSTODY = ['case.changed', 'case.event-changed', 'suggestion.made', 'suggestion.decided', 'recording.tagged'] as const;

/** A new case may have level and marks from the start. */
const CASE_CUSTODY = [...CASE_CHANGE_CUSTODY, 'case.protected'] as const;

/** A case that is there is changed only by who may see it. Its number alone is told to others: it cannot be given twice. Throws request.conflict. */
async function mustSeeCases(seen: LedgerReader, whole: LedgerReader, numbers: readonly string[]): Promise<void> {
  for (const number of numbers)
    if ((await seen.cases.get(number)) === null && (await whole.cases.get(number)) !== null)
      throw new EvidockError('request.conflict', because('case-of-others', { number }));
}

/** Returns the figures of a change. First says `unchanged` where nothing changed or the change was a dry run. */
function settled<T>(custody: RequestCustody, { changed, ...sum }: T & { readonly changed: boolean }, dryRun = false) {
  if (!changed || dryRun) custody.unchanged();
  return sum;
}

const caseRoutes: readonly Route[] = [
  query({
    url: '/api/v1/cases',
    needs: 'find-footage',
    summary: 'Cases, newest first; those whose number begins so by number',
    schema: {
      querystring: CasesQuery,
      response: pageOf(CaseJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const read = async (asked: { limit: number; after?: string }) => {
        if (asked.after !== undefined && !(await ledger.cases.get(asked.after))) throw wrongCursor();
        return query.number === undefined ? ledger.cases.list(asked) : ledger.cases.beginning(query.number, asked);
      };
      return page({ list: 'cases', query, read, keyOf: ({ number }) => number, show: (entry) => presenter.case(entry) });
    },
  }),
  shown({
    url: '/api/v1/cases/:number',
    needs: 'find-footage',
    summary: 'One case',
    schema: { params: CaseParams, response: CaseJson },
    resource: caseAt,
  }),
  query({
    url: '/api/v1/cases/:number/events',
    needs: 'find-footage',
    summary: 'What happened in a case, by start',
    schema: { params: CaseParams, querystring: PageQuery, response: pageOf(EventJson) },
    handle: async ({ deps: { ledger, facts } }, { params: { number }, query }) => {
      const presenter = new Presenter(facts.timezone);
      await mustHaveCase(ledger, number);
      const read = async ({ limit, after }: { limit: number; after?: string }) => {
        if (after === undefined) return ledger.cases.events(number, { limit });
        const last = await ledger.cases.event(after);
        if (last?.caseNumber !== number) throw wrongCursor();
        return ledger.cases.events(number, { limit, after: last });
      };
      return page({ list: `events of ${number}`, query, read, keyOf: ({ id }) => id, show: (event) => presenter.event(event) });
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/cases/:number',
    needs: 'change-cases',
    reads: 'station',
    summary: 'Changes a case and adds events; what is left out stays',
    custody: CASE_CHANGE_CUSTODY,
    resource: caseAt,
    schema: { params: CaseParams, body: CaseChangeBody, response: CaseJson },
    handle: async ({ deps }, { params: { number }, body, actor, seen, custody }) => {
      const { changed } = await addCases(deps, [{ number, ...body }], { update: true, known: true, actor, seen });
      if (!changed) custody.unchanged();
      return caseAt(deps.ledger, deps, { number });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/cases',
    needs: 'change-cases',
    reads: 'station',
    names: (seen, { body }, whole) => mustSeeCases(seen, whole, [body.number]),
    summary: 'Adds a case and events of it; with `update` also changes what is there',
    custody: CASE_CUSTODY,
    schema: {
      body: CaseBody,
      response: ImportJson,
    },
    creates: 'new',
    handle: async ({ deps }, { body: { update = false, ...draft }, actor, seen, custody }) => {
      const sum = settled(custody, await addCases(deps, [draft], { update, actor, seen }));
      return sum.added === 0 ? sum : new Created(`/api/v1/cases/${encodeURIComponent(draft.number)}`, sum);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/cases/import',
    needs: 'change-cases',
    reads: 'station',
    names: (seen, { body }, whole) =>
      mustSeeCases(
        seen,
        whole,
        readCases(body, 'UTC').drafts.map(({ number }) => number),
      ),
    summary: 'Adds and changes cases and events from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: [...CASE_CUSTODY, 'case.decided', 'case.closed'],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: async ({ deps }, { body, actor, seen, custody }) => {
      const { drafts, lines } = readCases(body, deps.facts.timezone);
      const options = { update: true, dryRun: body.dryRun ?? false, actor, seen, label: (index: number) => `row ${lines[index]}: ` };
      return settled(custody, await addCases(deps, drafts, options), body.dryRun);
    },
  }),
];

const peopleRoutes: readonly Route[] = [
  query({
    url: '/api/v1/officers',
    needs: 'see-registry',
    summary: 'Officers',
    schema: { querystring: PageQuery, response: pageOf(OfficerJson) },
    handle: ({ deps: { ledger } }, { query }) =>
      page({
        list: 'officers',
        query,
        read: async (asked) => Promise.all((await ledger.registry.officers(asked)).map(officerShown(ledger))),
        keyOf: ({ id }) => id,
        show: (officer) => officer,
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/officers',
    needs: 'change-registry',
    summary: 'Adds or changes an officer',
    custody: ['officer.changed'],
    schema: { body: OfficerBody, response: ImportJson },
    handle: async ({ deps }, { body: { id, name, unit = null }, principal, custody }) =>
      settled(custody, await addOfficers(deps, [{ id, name, unit }], keepingOf(principal))),
  }),
  shown({
    url: '/api/v1/officers/:id',
    needs: 'see-registry',
    summary: 'One officer',
    schema: { params: OfficerParams, response: OfficerJson },
    resource: officerAt,
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/officers/:id',
    needs: 'change-registry',
    summary: 'Changes an officer; what is left out stays',
    custody: ['officer.changed'],
    resource: officerAt,
    schema: { params: OfficerParams, body: OfficerChangeBody, response: OfficerJson },
    handle: async ({ deps }, { params, body, principal, custody }) => {
      if (!(await changeOfficer(deps, params.id, body, keepingOf(principal)))) custody.unchanged();
      return officerAt(deps.ledger, deps, params);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/officers/import',
    needs: 'change-registry',
    summary: 'Adds and changes officers from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: ['officer.changed'],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: async ({ deps }, { body, principal, custody }) =>
      settled(custody, await addOfficers(deps, readOfficers(body), keepingOf(principal), body.dryRun), body.dryRun),
  }),
  query({
    url: '/api/v1/recorders',
    needs: 'see-registry',
    summary: 'Recorders in the registry',
    schema: { querystring: PageQuery, response: pageOf(RecorderJson) },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const read = async (asked: { limit: number; after?: string }) => {
        const recorders = await ledger.registry.recorders(asked);
        const open = await ledger.registry.openHoldings(recorders.map(({ serial }) => serial));
        return recorders.map((recorder) => presenter.recorder(recorder, open.get(recorder.serial)));
      };
      return page({ list: 'recorders', query, read, keyOf: ({ serial }) => serial, show: (recorder) => recorder });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/recorders',
    needs: 'change-registry',
    summary: 'Adds a recorder before it is docked for the first time',
    custody: ['recorder.changed'],
    creates: 'always',
    schema: { body: RecorderBody, response: RecorderJson },
    handle: async ({ deps }, { body: { serial, model = null, officer = null }, principal }) => {
      await addRecorder(deps, { serial, model, officer }, keepingOf(principal));
      return new Created(`/api/v1/recorders/${encodeURIComponent(serial)}`, await recorderAt(deps.ledger, deps, { serial }));
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/recorders/:serial',
    needs: 'change-registry',
    summary: "Assigns a recorder to an officer, who has its next recordings that name none; null: it is nobody's. What is left out stays",
    custody: ['recorder.changed'],
    resource: recorderAt,
    schema: { params: RecorderParams, body: RecorderChangeBody, response: RecorderJson },
    handle: async ({ deps }, { params, body, principal, custody }) => {
      if (!(await changeRecorder(deps, params.serial, body, keepingOf(principal)))) custody.unchanged();
      return recorderAt(deps.ledger, deps, params);
    },
  }),
];

const suggestedFor = async ({ cases }: LedgerReader, params: unknown) =>
  (await cases.suggestion((params as Static<typeof DecisionParams>).id))?.recordingId ?? null;

const suggestionRoutes: readonly Route[] = [
  query({
    url: '/api/v1/suggestions',
    needs: 'find-footage',
    summary: 'Case events that recordings may belong to, with the reason; newest first',
    schema: {
      querystring: SuggestionsQuery,
      response: pageOf(SuggestionJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const filter = {
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
      };
      return page({
        ...{ list: 'suggestions', query, read: (asked) => ledger.cases.suggestions({ ...filter, ...asked }) },
        ...{ keyOf: ({ id }) => id, show: (suggestion) => presenter.suggestion(suggestion) },
      });
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/suggestions/:id/decision',
    needs: { of: 'recording', action: 'tag', recording: suggestedFor },
    summary: 'Accepts or declines a suggestion; accepting tags the recording with the case',
    custody: ['suggestion.decided', 'recording.tagged'],
    schema: { params: DecisionParams, body: DecisionBody },
    handle: async ({ deps }, { params: { id }, body: { decision }, actor, custody }) => {
      if (!(await decideSuggestion(deps, id, decision, actor))) custody.unchanged();
    },
  }),
];

export const registryRoutes: readonly Route[] = [...caseRoutes, ...peopleRoutes, ...suggestionRoutes];
