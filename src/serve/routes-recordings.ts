import Type from 'typebox';
import { CustodyJson } from '#api/custody';
import { DerivativeParams, FromQuery, OriginalParams, RecordingJson, RecordingParams, RecordingsQuery, TagBody } from '#api/recordings';
import { derivativeItem, originalItem } from '#desk/footage';
import { momentOf } from '#desk/registry';
import { standingOf } from '#desk/standing';
import { mustHaveRecording, tagRecording } from '#desk/tagging';
import { subject } from '#domain/custody/subject';

import { workId } from '#domain/work';
import { serveItem } from './playback.ts';
import { Presenter } from './present.ts';
import { type Route, route } from './route.ts';

export const recordingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/recordings',
    access: 'viewer',
    summary: 'Recordings, newest first',
    custody: null,
    schema: {
      querystring: RecordingsQuery,
      response: Type.Array(RecordingJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const found = await ledger.recordings({
        limit: query.limit ?? 100,
        ...(query.case === undefined ? {} : { caseNumber: query.case }),
        ...(query.officer === undefined ? {} : { officerId: query.officer }),
        ...(query.recorder === undefined ? {} : { recorderSerial: query.recorder }),
        ...(query.docking === undefined ? {} : { dockingId: query.docking }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.since === undefined ? {} : { sinceMs: momentOf(query.since, facts.timezone, 'since') }),
        ...(query.until === undefined ? {} : { untilMs: momentOf(query.until, facts.timezone, 'until') }),
        ...(query.damaged === undefined ? {} : { damaged: query.damaged }),
        ...(query.unassigned === undefined ? {} : { unassigned: query.unassigned }),
        ...(query.after === undefined ? {} : { after: query.after }),
      });
      const standing = await standingOf(ledger, found);
      return found.map((detail) => presenter.recording(detail, standing));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/recordings/:id',
    access: 'viewer',
    summary: 'One recording',
    custody: null,
    schema: { params: RecordingParams, response: RecordingJson },
    handle: async ({ deps: { ledger, facts } }, { params }) => {
      const detail = await mustHaveRecording(ledger, params.id);
      return new Presenter(facts.timezone).recording(detail, await standingOf(ledger, [detail]));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/recordings/:id/custody',
    access: 'viewer',
    summary: 'Everything that was done with a recording, and who looked, oldest first',
    custody: null,
    schema: { params: RecordingParams, response: Type.Array(CustodyJson) },
    handle: async ({ deps: { ledger, facts } }, { params }) => {
      await mustHaveRecording(ledger, params.id);
      const presenter = new Presenter(facts.timezone);
      return (await ledger.custodyOf(subject('recording', params.id))).map((entry) => presenter.custody(entry));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/recordings/:id/playback',
    access: 'viewer',
    summary: 'The playable copy; ranges are answered',
    custody: 'recording.viewed',
    produces: 'video/mp4',
    schema: { params: RecordingParams, querystring: FromQuery },
    handle: async (serving, request) => {
      const detail = await mustHaveRecording(serving.deps.ledger, request.params.id);
      return serveItem(
        serving,
        request,
        derivativeItem(detail, 'playable', await serving.deps.ledger.work(workId('derive', request.params.id))),
        request.query.from ?? 'vault',
      );
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/recordings/:id/derivatives/:kind',
    access: 'viewer',
    summary: 'A derivative: poster, contact sheet, thumbnails, waveform, …; ranges are answered',
    custody: 'recording.viewed',
    produces: 'application/octet-stream',
    schema: { params: DerivativeParams, querystring: FromQuery },
    handle: async (serving, request) => {
      const detail = await mustHaveRecording(serving.deps.ledger, request.params.id);
      return serveItem(
        serving,
        request,
        derivativeItem(detail, request.params.kind, await serving.deps.ledger.work(workId('derive', request.params.id))),
        request.query.from ?? 'vault',
      );
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/recordings/:id/originals/:index',
    access: 'viewer',
    summary: 'An original as it was on the recorder; ranges are answered',
    custody: 'recording.viewed',
    produces: 'application/octet-stream',
    schema: { params: OriginalParams, querystring: FromQuery },
    handle: async (serving, request) => {
      const detail = await mustHaveRecording(serving.deps.ledger, request.params.id);
      return serveItem(serving, request, originalItem(detail, request.params.index), request.query.from ?? 'vault');
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/recordings/:id/tag',
    access: 'operator',
    summary: 'Changes what a recording is tagged with; what is left out stays',
    custody: 'recording.tagged',
    schema: {
      params: RecordingParams,
      body: TagBody,
      response: RecordingJson,
    },
    handle: async ({ deps }, { params, body, actor }) => {
      const detail = await tagRecording(deps, params.id, body, actor);
      return new Presenter(deps.facts.timezone).recording(detail, await standingOf(deps.ledger, [detail]));
    },
  }),
];
