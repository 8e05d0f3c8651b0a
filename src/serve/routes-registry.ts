import Type from 'typebox';
import {
  AssignmentBody,
  AssignmentJson,
  CaseBody,
  CaseDetailJson,
  CaseJson,
  CaseParams,
  CasesQuery,
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
import { Presenter } from './present.ts';
import { type Route, route } from './route.ts';

const IMPORT_BYTES_MAX = 16 * 1024 * 1024;

const caseRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/cases',
    access: 'viewer',
    summary: 'Cases, newest first',
    custody: null,
    schema: {
      querystring: CasesQuery,
      response: Type.Array(CaseJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      return (await ledger.cases({ limit: query.limit ?? 1000 })).map((entry) => presenter.case(entry));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/cases/:number',
    access: 'viewer',
    summary: 'One case with its events and its newest recordings',
    custody: null,
    schema: {
      params: CaseParams,
      response: CaseDetailJson,
    },
    handle: async ({ deps: { ledger, facts } }, { params }) => {
      const presenter = new Presenter(facts.timezone);
      await mustHaveCase(ledger, params.number);
      const [entry, events, recordings] = await Promise.all([
        ledger.case(params.number),
        ledger.caseEvents(params.number),
        ledger.recordings({ caseNumber: params.number, limit: 1000 }),
      ]);
      if (!entry) throw new EvidockError('request.not-found', `case ${params.number}`);
      const standing = await standingOf(ledger, recordings);
      const shown = recordings.map((detail) => presenter.recording(detail, standing));
      return { ...presenter.case(entry), events: events.map((event) => presenter.event(event)), recordings: shown };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/cases',
    access: 'operator',
    summary: 'Adds a case and events of it; with `update` also changes what is there',
    custody: 'case.changed',
    schema: {
      body: CaseBody,
      response: ImportJson,
    },
    handle: ({ deps }, { body: { update = false, ...draft }, actor }) => addCases(deps, [draft], { update, actor }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/cases/import',
    access: 'operator',
    summary: 'Adds and changes cases and events from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: 'case.changed',
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: ({ deps }, { body, actor }) => {
      const { drafts, lines } = readCases(body, deps.facts.timezone);
      return addCases(deps, drafts, { update: true, dryRun: body.dryRun ?? false, actor, label: (index) => `row ${lines[index]}: ` });
    },
  }),
];

const peopleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/officers',
    access: 'viewer',
    summary: 'Officers',
    custody: null,
    schema: { response: Type.Array(OfficerJson) },
    handle: ({ deps }) => deps.ledger.officers(),
  }),
  route({
    method: 'POST',
    url: '/api/v1/officers',
    access: 'operator',
    summary: 'Adds or changes an officer',
    custody: 'officer.changed',
    schema: { body: OfficerBody, response: ImportJson },
    handle: ({ deps }, { body: { id, name, unit = null }, actor }) => addOfficers(deps, [{ id, name, unit }], actor),
  }),
  route({
    method: 'POST',
    url: '/api/v1/officers/import',
    access: 'operator',
    summary: 'Adds and changes officers from a CSV or JSON text; all of it or nothing. `dryRun` only tells how many that would be',
    custody: 'officer.changed',
    bodyBytesMax: IMPORT_BYTES_MAX,
    schema: { body: ImportBody, response: ImportJson },
    handle: ({ deps }, { body, actor }) => addOfficers(deps, readOfficers(body), actor, body.dryRun),
  }),
  route({
    method: 'GET',
    url: '/api/v1/recorders',
    access: 'viewer',
    summary: 'Recorders in the registry',
    custody: null,
    schema: { response: Type.Array(RecorderJson) },
    handle: async ({ deps: { ledger, facts } }) => {
      const presenter = new Presenter(facts.timezone);
      return (await ledger.recorders()).map((recorder) => presenter.recorder(recorder));
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/recorders',
    access: 'operator',
    summary: 'Adds a recorder before it is docked for the first time',
    custody: 'recorder.changed',
    schema: {
      body: RecorderBody,
      response: RecorderAddedJson,
    },
    handle: async ({ deps }, { body: { serial, model = null, officer = null }, actor }) => {
      await addRecorder(deps, { serial, model, officer }, actor);
      return { serial };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/recorders/:serial/assignment',
    access: 'operator',
    summary: 'Assigns a recorder to an officer; null takes the assignment away',
    custody: 'recorder.changed',
    schema: {
      params: RecorderParams,
      body: AssignmentBody,
      response: AssignmentJson,
    },
    handle: async ({ deps }, { params: { serial }, body: { officer }, actor }) => {
      await assignRecorder(deps, serial, officer, actor);
      return { serial, officer };
    },
  }),
];

const suggestionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/suggestions',
    access: 'viewer',
    summary: 'Case events that recordings may belong to, with the reason; newest first',
    custody: null,
    schema: {
      querystring: SuggestionsQuery,
      response: Type.Array(SuggestionJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const found = await ledger.suggestions({
        limit: query.limit ?? 100,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
      });
      return found.map((suggestion) => presenter.suggestion(suggestion));
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/suggestions/:id/decision',
    access: 'operator',
    summary: 'Accepts or declines a suggestion; accepting tags the recording with the case',
    custody: 'suggestion.decided',
    schema: {
      params: DecisionParams,
      body: DecisionBody,
      response: DecisionJson,
    },
    handle: async ({ deps }, { params: { id }, body: { decision }, actor }) => {
      await decideSuggestion(deps, id, decision, actor);
      return { id, state: decision };
    },
  }),
];

export const registryRoutes: readonly Route[] = [...caseRoutes, ...peopleRoutes, ...suggestionRoutes];
