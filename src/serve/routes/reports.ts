import type { Readable } from 'node:stream';
import { ReportQuery, TrailParams } from '#api/reports';
import type { DeskDeps } from '#desk/deps';
import { actorText } from '#domain/custody/actor';
import { subject } from '#domain/custody/subject';
import type { StreamPlaces } from '#serve/limits';
import { actorOf, type Principal, viewerOf } from '#serve/principal';
import { printTrail } from '#serve/reports/trail';
import { query, RawAnswer, type Route } from '#serve/route';

export const reportRoutes: readonly Route[] = [
  query({
    url: '/api/v1/reports/trail/:recording',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The trail of one recording for a court, as PDF: digests, every entry of the log, every look; on record before its first byte',
    produces: 'application/pdf',
    schema: { params: TrailParams, querystring: ReportQuery },
    handle: async ({ deps, streams }, { params, query, principal, signal }) => {
      const { recording } = params;
      const language = query.lang ?? 'zh-CN';
      const give = async () => {
        const body = await printTrail(deps, { recording, language, who: whoText(principal) });
        try {
          await tellReport(deps, principal, {
            about: subject('recording', recording),
            report: 'trail',
            format: 'pdf',
            to: query.to ?? null,
          });
        } catch (error) {
          body.destroy();
          throw error;
        }
        return body;
      };
      return fileAnswer(await inTurn(streams, signal, give), 'application/pdf', `trail-${recording}.pdf`);
    },
  }),
];

interface Told {
  readonly about: ReturnType<typeof subject<'recording' | 'station'>>;
  readonly report: string;
  readonly format: string;
  readonly to: string | null;
}

function tellReport({ deeds }: Pick<DeskDeps, 'deeds'>, principal: Principal, { about, report, format, to }: Told): Promise<void> {
  return deeds.reported(viewerOf(principal), { about, report, how: 'downloaded', format, sha256: null, to });
}

function whoText(principal: Principal): string {
  const actor = actorText(actorOf(principal));
  return principal.name === null || principal.name === principal.id ? actor : `${principal.name} (${actor})`;
}

/** Reports take a place among the streams, so that not many are made at a time. */
async function inTurn(streams: StreamPlaces, signal: AbortSignal, give: () => Promise<Readable>): Promise<Readable> {
  const giveBack = streams.take();
  try {
    const body = await give();
    body.once('close', giveBack);
    const stop = () => body.destroy();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return body;
  } catch (error) {
    giveBack();
    throw error;
  }
}

function fileAnswer(body: Readable, type: string, name: string): RawAnswer {
  return new RawAnswer(
    200,
    { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' },
    body,
  );
}
