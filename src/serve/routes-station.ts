import { BackupBody, BackupJson, HealthJson, LogLagJson, ReadyJson, ReadyQuery } from '#api/station';
import { backupLedger } from '#desk/backup-ledger';
import { logLags } from '#desk/log-lag';
import { checkReadiness } from '#desk/readiness';
import { command, query, RawAnswer, type Route } from './route.ts';

export const stationRoutes: readonly Route[] = [
  query({
    url: '/api/v1/health',
    scoped: true,
    needs: 'viewer',
    summary: 'The process answers',
    schema: {
      response: HealthJson,
    },
    handle: async ({ deps: { facts, archive } }) => {
      const { version, stationId, stationName } = facts;
      return { status: 'ok', version, stationId, stationName, archive: archive?.name ?? null };
    },
  }),
  query({
    url: '/api/v1/ready',
    needs: 'viewer',
    summary: 'What the station stands on: ledger, vault, queue, archive; 503 if footage cannot be taken in',
    schema: {
      querystring: ReadyQuery,
      response: ReadyJson,
    },
    produces: 'application/json',
    handle: async ({ deps }, { query }) => {
      const readiness = await checkReadiness(deps, { fresh: query.fresh ?? false });
      const status = readiness.status === 'failing' ? 503 : 200;
      return new RawAnswer(status, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(readiness));
    },
  }),
  query({
    url: '/api/v1/custody/shipping',
    needs: 'viewer',
    summary: 'How far the copies of the custody log in vault and archive are behind it',
    schema: {
      response: LogLagJson,
    },
    handle: async ({ deps }) => ({ places: [...(await logLags(deps))] }),
  }),
  query({
    url: '/metrics',
    needs: 'viewer',
    summary: 'Figures for Prometheus',
    schema: {},
    produces: 'text/plain',
    handle: async ({ metrics }) => new RawAnswer(200, { 'content-type': metrics.contentType }, await metrics.text()),
  }),
  query({
    url: '/api/v1/openapi.json',
    scoped: true,
    needs: 'viewer',
    summary: 'This API as an OpenAPI 3.1 document',
    schema: {},
    produces: 'application/json',
    handle: async ({ openApi }) => new RawAnswer(200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(openApi())),
  }),
  command({
    method: 'POST',
    url: '/api/v1/ledger/backup',
    needs: 'operator',
    summary: 'Takes a consistent copy of the ledger while the station runs',
    custody: ['ledger.backed-up'],
    schema: {
      body: BackupBody,
      response: BackupJson,
    },
    handle: ({ deps }, { body, actor }) => backupLedger(deps, body.file, actor),
  }),
];
