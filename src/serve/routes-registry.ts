import { PageQuery, pageOf } from '#api/common';
import {
  AssignmentBody,
  AssignmentJson,
  CaseBody,
  CaseDetailJson,
  CaseJson,
  CaseParams,
  DecisionBody,
  DecisionJson,
  DecisionParams,
  ImportBody,
  ImportJson,
  OfficerBody,
  OfficerJson,
  RecorderAddedJson,
  RecorderBody,
  RecorderJson,
  RecorderParams,
  SuggestionJson,
  SuggestionsQuery,
} from '#api/registry';
import { readCases, readOfficers } from '#desk/imports';
import { addCases, addOfficers, addRecorder, assignRecorder } from '#desk/registry';
import { standingOf } from '#desk/standing';
import { decideSuggestion, mustHaveCase } from '#desk/tagging';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { cursorInto, pageOf as page, wrongCursor } from './pages.ts';
import { Presenter } from './present.ts';
import type { RequestCustody } from './request-custody.ts';
import { Created, command, query, type Route } from './route.ts';

/** Recordings that are shown with their case. */
const CASE_RECORDINGS = 1000;
const IMPORT_BYTES_MAX = 16 * 1024 * 1024;

/** An event of a case suggests recordings, and by rule a suggestion is decided at once. */
const CASE_CUSTODY = [
  'case.changed',
  'case.event-changed',
  'suggestion.made',
  'suggestion.decided',
  'recording.tagged',
  'case.protected',
] as const;

/** The figures of a change, after it is said where they stand for none. */
function settled<T>(custody: RequestCustody, { changed, ...sum }: T & { readonly changed: boolean }, dryRun = false) {
  if (!changed || dryRun) custody.unchanged();
  return sum;
}

const caseRoutes: readonly Route[] = [
  query({
    url: '/api/v1/cases',
    needs: 'viewer',
    summary: 'Cases, newest first',
    schema: {
      querystring: PageQuery,
      response: pageOf(CaseJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const read = async (asked: { limit: number; after?: string }) => {
        if (asked.after !== undefined && !(await ledger.cases.get(asked.after))) throw wrongCursor();
        return ledger.cases.list(asked);
      };
      return page({ list: 'cases', query, read, keyOf: ({ number }) => number, show: (entry) => presenter.case(entry) });
    },
  }),
  query({
    url: '/api/v1/cases/:number',
    needs: 'viewer',
    summary: 'One case with its events and its newest recordings',
    schema: {
      params: CaseParams,
      response: CaseDetailJson,
    },
    handle: async ({ deps: { ledger, facts } }, { params }) => {
      const presenter = new Presenter(facts.timezone);
      await mustHaveCase(ledger, params.number);
      const [entry, events, recordings] = await Promise.all([
        ledger.cases.get(params.number),
        ledger.cases.events(params.number),
        ledger.recordings.list({ caseNumber: params.number, limit: CASE_RECORDINGS }),
      ]);
      if (!entry) throw new EvidockError('request.not-found', because('no-case', { number: params.number }));
      const standing = await standingOf(ledger, recordings);
      const shown = recordings.map((detail) => presenter.recording(detail, standing));
      const last = shown.length === CASE_RECORDINGS ? shown.at(-1) : undefined;
      const recordingsNext = last ? cursorInto('recordings', { case: params.number }, last.id) : null;
      return { ...presenter.case(entry), events: events.map((event) => presenter.event(event)), recordings: shown, recordingsNext };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/cases',
    needs: 'operator',
    summary: 'Adds a case and events of it; with `update` also changes what is there',
    custody: CASE_CUSTODY,
    schema: {
      body: CaseBody,
      response: ImportJson,
    },
    creates: true,
    handle: async ({ deps }, { body: { update = false, ...draft }, actor, custody }) => {
      const sum = settled(custody, await addCases(deps, [draft], { update, actor }));
      return sum.added === 0 ? sum : new Created(`/api/v1/cases/${encodeURIComponent(draft.number)}`, sum);
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/cases/import',
    needs: 'operator',
    summary: 'Adds and changes cases and events from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: [...CASE_CUSTODY, 'case.decided', 'case.closed'],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: async ({ deps }, { body, actor, custody }) => {
      const { drafts, lines } = readCases(body, deps.facts.timezone);
      const options = { update: true, dryRun: body.dryRun ?? false, actor, label: (index: number) => `row ${lines[index]}: ` };
      return settled(custody, await addCases(deps, drafts, options), body.dryRun);
    },
  }),
];

const peopleRoutes: readonly Route[] = [
  query({
    url: '/api/v1/officers',
    needs: 'viewer',
    summary: 'Officers',
    schema: { querystring: PageQuery, response: pageOf(OfficerJson) },
    handle: ({ deps: { ledger } }, { query }) =>
      page({
        list: 'officers',
        query,
        read: (asked) => ledger.registry.officers(asked),
        keyOf: ({ id }) => id,
        show: (officer) => officer,
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/officers',
    needs: 'operator',
    summary: 'Adds or changes an officer',
    custody: ['officer.changed'],
    schema: { body: OfficerBody, response: ImportJson },
    handle: async ({ deps }, { body: { id, name, unit = null }, actor, custody }) =>
      settled(custody, await addOfficers(deps, [{ id, name, unit }], actor)),
  }),
  command({
    method: 'POST',
    url: '/api/v1/officers/import',
    needs: 'operator',
    summary: 'Adds and changes officers from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: ['officer.changed'],
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: async ({ deps }, { body, actor, custody }) =>
      settled(custody, await addOfficers(deps, readOfficers(body), actor, body.dryRun), body.dryRun),
  }),
  query({
    url: '/api/v1/recorders',
    needs: 'viewer',
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
    needs: 'operator',
    summary: 'Adds a recorder before it is docked for the first time',
    custody: ['recorder.changed'],
    schema: {
      body: RecorderBody,
      response: RecorderAddedJson,
    },
    handle: async ({ deps }, { body: { serial, model = null, officer = null }, actor }) => {
      await addRecorder(deps, { serial, model, officer }, actor);
      return { serial };
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/recorders/:serial/assignment',
    needs: 'operator',
    summary: 'Assigns a recorder to an officer; null takes the assignment away',
    custody: ['recorder.changed'],
    schema: {
      params: RecorderParams,
      body: AssignmentBody,
      response: AssignmentJson,
    },
    handle: async ({ deps }, { params: { serial }, body: { officer }, actor, custody }) => {
      if (!(await assignRecorder(deps, serial, officer, actor))) custody.unchanged();
      return { serial, officer };
    },
  }),
];

const suggestionRoutes: readonly Route[] = [
  query({
    url: '/api/v1/suggestions',
    needs: 'viewer',
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
    needs: 'operator',
    summary: 'Accepts or declines a suggestion; accepting tags the recording with the case',
    custody: ['suggestion.decided', 'recording.tagged'],
    schema: {
      params: DecisionParams,
      body: DecisionBody,
      response: DecisionJson,
    },
    handle: async ({ deps }, { params: { id }, body: { decision }, actor, custody }) => {
      if (!(await decideSuggestion(deps, id, decision, actor))) custody.unchanged();
      return { id, state: decision };
    },
  }),
];

export const registryRoutes: readonly Route[] = [...caseRoutes, ...peopleRoutes, ...suggestionRoutes];
