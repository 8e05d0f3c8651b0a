import type { Static } from 'typebox';
import { PageQuery, pageOf } from '#api/common';
import { CustodyJson } from '#api/custody';
import {
  DerivativeParams,
  FromQuery,
  OriginalParams,
  RecordingCaseParams,
  RecordingJson,
  RecordingParams,
  RecordingsQuery,
  TagBody,
} from '#api/recordings';
import { derivativeItem, originalItem } from '#desk/footage';
import { momentOf } from '#desk/registry';
import { standingOf } from '#desk/standing';
import { mustHaveRecording, mustKnowRecording, tagRecording } from '#desk/tagging';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { DerivativeKind } from '#domain/recording';
import { workId } from '#domain/work';
import { custodyPage } from '#serve/custody-page';
import { pageOf as page, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { type Principal, viewerOf } from '#serve/principal';
import { recordingAt } from '#serve/resources';
import { type Asked, command, footage, query, type Route, shown } from '#serve/route';

/** Pictures of the list belong to the facts. More of the footage is asked for as what it is. */
const OF_DERIVATIVE: Readonly<Record<DerivativeKind, readonly Asked[]>> = {
  poster: [],
  thumbnail: [],
  preview: ['look'],
  'contact-sheet': ['look'],
  thumbnails: ['look'],
  waveform: ['hear'],
  playable: ['download'],
  salvage: ['download'],
};
const ofDerivative = ({ params }: { readonly params: unknown }) => OF_DERIVATIVE[(params as Static<typeof DerivativeParams>).kind];
const ofTags = ({ body }: { readonly body: unknown }): readonly Asked[] =>
  (body as Static<typeof TagBody>).important === undefined ? [] : ['mark'];

/** What of a search has to be on record: that it was for another person's footage, or for that of a case. null: nothing. */
function searchedBy(
  { officer, case: number, unit, place }: Static<typeof RecordingsQuery>,
  { asker }: Pick<Principal, 'asker'>,
): Readonly<Record<string, string>> | null {
  const by = {
    ...(officer === undefined || officer === asker.officer ? {} : { officer }),
    ...(number === undefined ? {} : { case: number }),
    ...(unit === undefined ? {} : { unit }),
    ...(place === undefined ? {} : { place }),
  };
  return Object.keys(by).length === 0 ? null : by;
}

export const recordingRoutes: readonly Route[] = [
  query({
    url: '/api/v1/recordings',
    needs: 'find-footage',
    summary: 'Recordings, newest first',
    records: ['search.made'],
    schema: {
      querystring: RecordingsQuery,
      response: pageOf(RecordingJson),
    },
    handle: async ({ deps: { ledger, facts, deeds } }, { query, principal }) => {
      const by = searchedBy(query, principal);
      if (by) await deeds.searched(viewerOf(principal), { list: 'recordings', by });
      const presenter = new Presenter(facts.timezone);
      const filter = {
        ...(query.case === undefined ? {} : { caseNumber: query.case }),
        ...(query.officer === undefined ? {} : { officerId: query.officer }),
        ...(query.recorder === undefined ? {} : { recorderSerial: query.recorder }),
        ...(query.docking === undefined ? {} : { dockingId: query.docking }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.since === undefined ? {} : { sinceMs: momentOf(query.since, facts.timezone, 'since') }),
        ...(query.until === undefined ? {} : { untilMs: momentOf(query.until, facts.timezone, 'until') }),
        ...(query.category === undefined ? {} : { category: query.category }),
        ...(query.unit === undefined ? {} : { unit: query.unit }),
        ...(query.place === undefined ? {} : { place: query.place }),
        ...(query.damaged === undefined ? {} : { damaged: query.damaged }),
        ...(query.unassigned === undefined ? {} : { unassigned: query.unassigned }),
      };
      const read = async ({ after, ...page }: { limit: number; after?: string }) => {
        if (after !== undefined && !(await ledger.recordings.get(after))) throw wrongCursor();
        const found = await ledger.recordings.list({ ...filter, ...page, ...(after === undefined ? {} : { after }) });
        const standing = await standingOf(ledger, found);
        return found.map((detail) => presenter.recording(detail, standing));
      };
      return page({ list: 'recordings', query, read, keyOf: ({ id }) => id, show: (recording) => recording });
    },
  }),
  shown({
    url: '/api/v1/recordings/:id',
    needs: { of: 'recording', action: 'see' },
    summary: 'One recording',
    schema: { params: RecordingParams, response: RecordingJson },
    resource: recordingAt,
  }),
  query({
    url: '/api/v1/recordings/:id/custody',
    needs: { of: 'recording', action: 'see' },
    summary: 'Everything that was done with a recording, oldest first; for auditors also who looked at it, asked for it, or was refused',
    schema: { params: RecordingParams, querystring: PageQuery, response: pageOf(CustodyJson) },
    handle: async (serving, { params, query, principal }) => {
      await mustKnowRecording(serving.deps.ledger, params.id);
      return custodyPage(serving, { about: subject('recording', params.id), query, principal });
    },
  }),
  footage({
    url: '/api/v1/recordings/:id/playback',
    needs: { of: 'recording', action: 'play' },
    summary: 'The playable copy; ranges are answered',
    produces: 'video/mp4',
    schema: { params: RecordingParams, querystring: FromQuery },
    handle: async ({ deps: { ledger } }, { params: { id }, query: { from = 'vault' } }) => {
      const detail = await mustHaveRecording(ledger, id);
      return { item: derivativeItem(detail, 'playable', await ledger.work.get(workId('derive', id))), from };
    },
  }),
  footage({
    url: '/api/v1/recordings/:id/derivatives/:kind',
    needs: { of: 'recording', action: 'see', also: ofDerivative },
    summary:
      'A derivative: poster, contact sheet, thumbnails, waveform, …; ranges are answered. What can be downloaded (playable, salvage) is, over the network, a copy that is made while it is sent: with the mark of who asks in the picture, without ranges and length',
    produces: 'application/octet-stream',
    schema: { params: DerivativeParams, querystring: FromQuery },
    handle: async ({ deps: { ledger } }, { params: { id, kind }, query: { from = 'vault' }, principal: { via } }) => {
      const detail = await mustHaveRecording(ledger, id);
      const item = derivativeItem(detail, kind, await ledger.work.get(workId('derive', id)));
      // Whoever has the machine has its files too: a mark over the control socket would only be in the way of what they are for.
      return { item, from, marked: via === 'network' && OF_DERIVATIVE[kind].includes('download') };
    },
  }),
  footage({
    url: '/api/v1/recordings/:id/originals/:index',
    needs: { of: 'recording', action: 'export' },
    summary: 'An original as it was on the recorder; ranges are answered',
    produces: 'application/octet-stream',
    schema: { params: OriginalParams, querystring: FromQuery },
    handle: async ({ deps: { ledger } }, { params: { id, index }, query: { from = 'vault' } }) => {
      return { item: originalItem(await mustHaveRecording(ledger, id), index), from };
    },
  }),
  command({
    method: 'PATCH',
    url: '/api/v1/recordings/:id',
    needs: { of: 'recording', action: 'tag', also: ofTags },
    summary: 'Changes what a recording is tagged with; what is left out stays',
    custody: ['recording.tagged'],
    resource: recordingAt,
    schema: { params: RecordingParams, body: TagBody, response: RecordingJson },
    handle: async ({ deps }, { params, body, actor, custody }) => {
      if (!(await tagRecording(deps, params.id, body, actor))) custody.unchanged();
      return recordingAt(deps.ledger, deps, params);
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/recordings/:id/cases/:number',
    needs: { of: 'recording', action: 'tag' },
    summary: 'The recording belongs to this case no more',
    custody: ['recording.tagged'],
    schema: { params: RecordingCaseParams },
    handle: async ({ deps }, { params: { id, number }, actor }) => {
      const { caseNumbers } = await mustHaveRecording(deps.ledger, id);
      if (!caseNumbers.includes(number)) throw new EvidockError('request.not-found', because('not-in-case', { recording: id, number }));
      await tagRecording(deps, id, { removeCases: [number] }, actor);
    },
  }),
];
