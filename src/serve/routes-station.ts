import { BackupBody, BackupJson, HealthJson, LogLagJson, ReadyJson, ReadyQuery } from '#api/station';
import { backupLedger } from '#desk/backup-ledger';
import { logLags } from '#desk/log-lag';
import { checkReadiness } from '#desk/readiness';
import { RawAnswer, type Route, route } from './route.ts';

export const stationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/health',
    access: 'viewer',
    summary: 'The process answers',
    custody: null,
    schema: {
      response: HealthJson,
    },
    handle: async ({ deps: { facts, archive } }) => {
      const { version, stationId, stationName } = facts;
      return { status: 'ok', version, stationId, stationName, archive: archive?.name ?? null };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/ready',
    access: 'viewer',
    summary: 'What the station stands on: ledger, vault, queue, archive; 503 if footage cannot be taken in',
    custody: null,
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
  route({
    method: 'GET',
    url: '/api/v1/custody/shipping',
    access: 'viewer',
    summary: 'How far the copies of the custody log in vault and archive are behind it',
    custody: null,
    schema: {
      response: LogLagJson,
    },
    handle: async ({ deps }) => ({ places: [...(await logLags(deps))] }),
  }),
  route({
    method: 'GET',
    url: '/metrics',
    access: 'viewer',
    summary: 'Figures for Prometheus',
    custody: null,
    schema: {},
    produces: 'text/plain',
    handle: async ({ metrics }) => new RawAnswer(200, { 'content-type': metrics.contentType }, await metrics.text()),
  }),
  route({
    method: 'GET',
    url: '/api/v1/openapi.json',
    access: 'viewer',
    summary: 'This API as an OpenAPI 3.1 document',
    custody: null,
    schema: {},
    produces: 'application/json',
    handle: async ({ openApi }) => new RawAnswer(200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(openApi())),
  }),
  route({
    method: 'POST',
    url: '/api/v1/ledger/backup',
    access: 'operator',
    summary: 'Takes a consistent copy of the ledger while the station runs',
    custody: 'ledger.backed-up',
    schema: {
      body: BackupBody,
      response: BackupJson,
    },
    handle: ({ deps }, { body, actor }) => backupLedger(deps, body.file, actor),
  }),
];
