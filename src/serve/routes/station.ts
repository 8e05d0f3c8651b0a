import { PageQuery, pageOf } from '#api/common';
import { BackupBody, BackupJson, DiagnosisJson, HealthJson, LogLagJson, ReadyJson, ReadyQuery, SettingJson } from '#api/station';
import { backupLedger } from '#desk/backup-ledger';
import { logLags } from '#desk/log-lag';
import { checkReadiness } from '#desk/readiness';
import { pageOf as page } from '#serve/pages';
import { command, query, RawAnswer, type Route } from '#serve/route';

export const stationRoutes: readonly Route[] = [
  query({
    url: '/api/v1/health',
    needs: 'nothing',
    summary: 'The process answers',
    schema: {
      response: HealthJson,
    },
    handle: async ({ deps: { facts, archive } }, { principal }) => {
      if (principal.kind === 'nobody') return { status: 'ok' };
      const { version, stationId, stationName } = facts;
      return { status: 'ok', version, stationId, stationName, archive: archive?.name ?? null };
    },
  }),
  query({
    url: '/api/v1/ready',
    needs: 'nothing',
    reads: 'station',
    summary: 'What the station stands on: ledger, vault, queue, archive; 503 if footage cannot be taken in',
    schema: {
      querystring: ReadyQuery,
      response: ReadyJson,
    },
    produces: 'application/json',
    handle: async ({ deps }, { query, principal }) => {
      const seesAll = principal.tasks.has('see-health');
      const readiness = await checkReadiness(deps, { fresh: seesAll && (query.fresh ?? false) });
      const status = readiness.status === 'failing' ? 503 : 200;
      const told = seesAll ? readiness : { status: readiness.status };
      return new RawAnswer(status, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(told));
    },
  }),
  query({
    url: '/api/v1/custody/shipping',
    needs: 'see-health',
    reads: 'station',
    summary: 'How far the copies of the custody log in vault and archive are behind it',
    schema: {
      response: LogLagJson,
    },
    handle: async ({ deps }) => ({ places: [...(await logLags(deps))] }),
  }),
  query({
    url: '/api/v1/configuration',
    needs: 'administer',
    reads: 'station',
    summary: 'Every field of the configuration in force, and where its value comes from; secrets are hidden',
    schema: { querystring: PageQuery, response: pageOf(SettingJson) },
    handle: ({ deps: { settings } }, { query }) => {
      const read = async ({ limit, after }: { limit: number; after?: string }) => {
        const first = after === undefined ? 0 : settings.findIndex(({ path }) => path === after) + 1;
        return settings.slice(first, first + limit);
      };
      return page({ list: 'configuration', query, read, keyOf: ({ path }) => path, show: (setting) => setting });
    },
  }),
  query({
    url: '/api/v1/diagnosis',
    needs: 'administer',
    reads: 'station',
    summary: 'Looks at everything the station stands on, and says how to mend what is not well; takes seconds',
    schema: { response: DiagnosisJson },
    handle: async ({ deps }) => ({
      findings: (await deps.diagnose()).map(({ name, ok, warn, reason, remedy }) => ({
        ...{ name, reason, remedy },
        state: ok ? (warn ? ('warning' as const) : ('good' as const)) : ('bad' as const),
      })),
    }),
  }),
  query({
    url: '/metrics',
    needs: 'see-health',
    summary: 'Figures for Prometheus',
    schema: {},
    produces: 'text/plain',
    handle: async ({ metrics }) => new RawAnswer(200, { 'content-type': metrics.contentType }, await metrics.text()),
  }),
  query({
    url: '/api/v1/openapi.json',
    needs: 'nothing',
    summary: 'This API as an OpenAPI 3.1 document',
    schema: {},
    produces: 'application/json',
    handle: async ({ openApi }) => new RawAnswer(200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(openApi())),
  }),
  command({
    method: 'POST',
    url: '/api/v1/ledger/backup',
    needs: 'administer',
    reads: 'station',
    summary: 'Takes a consistent copy of the ledger while the station runs',
    custody: ['ledger.backed-up'],
    schema: {
      body: BackupBody,
      response: BackupJson,
    },
    handle: ({ deps }, { body, actor }) => backupLedger(deps, body.file, actor),
  }),
];
