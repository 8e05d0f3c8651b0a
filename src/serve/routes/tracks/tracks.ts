import type { Static } from 'typebox';
import { RecordingParams } from '#api/recordings';
import { TrackJson } from '#api/tracks';
import { mustHaveRecording } from '#desk/tagging';
import { type FoundTrack, findTrack, lookAtTrack } from '#desk/tracks/show-track';
import { shownPath } from '#domain/card/path';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { Presenter } from '#serve/present';
import { viewerOf } from '#serve/principal';
import { query, RawAnswer, type Route } from '#serve/route';
import { lookRightOf } from '#serve/showing-right';

/** Of a degree: a tenth of a metre. */
const PLACES = 1_000_000;
const rounded = (value: number, by: number) => Math.round(value * by) / by;

/** Where somebody was is footage: whoever may look at the film may see it, and it is a look like any other. */
export const trackRoutes: readonly Route[] = [
  query({
    url: '/api/v1/recordings/:id/track',
    needs: { of: 'recording', action: 'look' },
    summary: 'Where the recorder was, from the tracks that travel with a recording; a look at each of them is put on record',
    records: ['recording.viewed'],
    schema: { params: RecordingParams, response: TrackJson },
    handle: async ({ deps, metrics }, { params: { id }, principal, leave, stillHolds, signal }) => {
      const found = await findTrack(deps, await mustHaveRecording(deps.ledger, id), signal);
      // An archive may have taken its time.
      if (!(await stillHolds())) throw new EvidockError('request.forbidden', because('not-seen', {}));
      await lookAtTrack(deps, found.files, { viewer: viewerOf(principal), right: await lookRightOf(deps.ledger, leave) });
      for (const { place } of found.files) metrics.looked(place);
      const answer = trackJson(found, id, new Presenter(deps.facts.timezone));
      // As of all footage, no copy of it stays in the browser.
      const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'private, no-store' };
      return new RawAnswer(200, headers, JSON.stringify(answer));
    },
  }),
];

function trackJson({ track, files, filesLeft }: FoundTrack, recording: string, presenter: Presenter): Static<typeof TrackJson> {
  const { points, lengthM, fixes, dropped } = track;
  const beginMs = points[0]?.atMs ?? 0;
  return {
    recording,
    begin: presenter.time(beginMs),
    end: presenter.time(points.at(-1)?.atMs ?? beginMs),
    points: points.map(({ atMs, latitude, longitude, kmh }) => [
      atMs - beginMs,
      rounded(latitude, PLACES),
      rounded(longitude, PLACES),
      kmh === null ? null : rounded(kmh, 10),
    ]),
    lengthM: rounded(lengthM, 10),
    fixes,
    dropped,
    files: files.map(({ original, format, points: given, bytesRead }) => ({
      ...{ original: original.index, shownPath: shownPath(original.cardPath), format, points: given },
      whole: bytesRead === original.bytes,
    })),
    filesLeft,
  };
}
