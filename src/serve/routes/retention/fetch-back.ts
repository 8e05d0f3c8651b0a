import { RecordingParams } from '#api/recordings';
import { FetchLineJson } from '#api/retention/fetch-back';
import { mustHaveRecording } from '#desk/tagging';
import { FetchRecording } from '#desk/verification/fetch-recording';
import { subject } from '#domain/custody/subject';
import { command, LinesAnswer, type Route } from '#serve/route';

export const fetchBackRoutes: readonly Route[] = [
  command({
    method: 'POST',
    url: '/api/v1/recordings/:id/fetch',
    needs: 'retry-work',
    reads: 'station',
    names: (ledger, { params: { id } }) => mustHaveRecording(ledger, id),
    summary: 'Brings evicted originals back from the archive; answers in lines of JSON, the last is the summary',
    transactions: 'several',
    custody: ['original.fetched'],
    produces: 'application/x-ndjson',
    schema: { params: RecordingParams, line: FetchLineJson },
    handle: async ({ deps }, { params: { id }, actor, signal, custody }) => {
      const { originals } = await mustHaveRecording(deps.ledger, id);
      const fetching = new FetchRecording({ fetchBack: deps.fetchBack, originals, actor, signal });
      if (fetching.missing === 0) custody.unchanged();
      const on = (fetch: () => Promise<void>) => custody.byStation(() => subject('recording', id), fetch);
      return new LinesAnswer(fetching.run(on), () => fetching.progress());
    },
  }),
];
